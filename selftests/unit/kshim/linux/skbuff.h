/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_SKBUFF_H
#define _KSHIM_LINUX_SKBUFF_H

#include <linux/kernel.h>
#include <linux/string.h>

/**
 * struct sk_buff - a frame: a linear part and one more
 * @len: bytes from @data to the end of the frame
 * @data_len: how many of them are in @paged
 * @data: in the linear part; any distance from @mac
 * @mac: start of the linear part, which is that of the MAC header
 * @paged: what follows the linear part
 * @mark: for the parser to copy
 * @is_gso: the frame stands for many
 */
struct sk_buff {
	unsigned int len;
	unsigned int data_len;
	const u8 *data;
	const u8 *mac;
	const u8 *paged;
	u32 mark;
	bool is_gso;
};

#define skb_mac_header(skb)	((skb)->mac)
#define skb_mac_offset(skb)	((int)((skb)->mac - (skb)->data))
#define skb_headlen(skb)		((skb)->len - (skb)->data_len)
#define skb_is_gso(skb)		((skb)->is_gso)

/* A pointer into the frame where the bytes are in one part, or else a copy. */
static inline const void *skb_header_pointer(const struct sk_buff *skb,
					     int offset, int len, void *buf)
{
	int head = skb->len - skb->data_len;
	int n;

	if (head - offset >= len)
		return skb->data + offset;
	if (offset > (int)skb->len - len)
		return NULL;

	n = head > offset ? head - offset : 0;
	memcpy(buf, skb->data + offset, n);
	memcpy((u8 *)buf + n, skb->paged + offset + n - head, len - n);

	return buf;
}

#endif /* _KSHIM_LINUX_SKBUFF_H */

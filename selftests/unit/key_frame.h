/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames for the tests of the parser: written as text, held in blocks of
 * exactly their size, so that the sanitizer sees each byte read beyond.
 */
#ifndef _BRFW_KEY_FRAME_H
#define _BRFW_KEY_FRAME_H

#include <linux/skbuff.h>

#include "key.h"

#define FRAME_MAX	512

/**
 * struct frame - a frame as text, and what the parser makes of it
 * @name: for people
 * @text: hexadecimal from the MAC header on; blanks are skipped. Behind the
 *	last byte that is needed to read a header stands a mark: t the first tag
 *	in the frame, u the second, s SNAP, o the PPPoE header, q that of PPP, r
 *	the fixed part of ARP, w its addresses, m the MPLS entry, i the IP
 *	header, k the part of the first extension header that tells its length
 *	and j the fragment header (the first of each counts), p the headers
 *	before transport (where not i), l the transport header, or the whole UDP
 *	datagram, n a neighbour discovery message without options, x one of
 *	those, y the one with a link-layer address. Marks of what @want lacks
 *	count for nothing.
 * @vlan: the tag beside the frame
 * @is_gso: the frame stands for many
 * @is_uncut: the marks don't tell what is left when it is cut, since there are
 *	tags that others take the place of or something behind a length; s stands
 *	behind all tags. What is cut has rows of its own
 * @want: the key, without MAC addresses, mark, ip_len, and flags that follow
 *	from another field
 */
struct frame {
	const char *name;
	const char *text;
	struct brfw_vlan vlan;
	bool is_gso;
	bool is_uncut;
	struct brfw_key want;
};

extern const struct frame frames[];
extern const unsigned int frames_count;

/**
 * struct frame_bytes - a frame in bytes
 * @len: how many
 * @ends: where the last mark of each letter stands, or 0; k and j: the first
 * @is_option_end: whether an x stands here
 * @data: the bytes
 */
struct frame_bytes {
	unsigned int len;
	unsigned int ends[128];
	bool is_option_end[FRAME_MAX + 1];
	u8 data[FRAME_MAX];
};

void frame_read(struct frame_bytes *b, const char *text);

/**
 * struct frame_skb - a frame for the parser
 * @skb: it
 * @linear: block of the linear part, which starts at byte 2, so that the
 *	network header is aligned as the kernel aligns it
 * @paged: block of the other part
 */
struct frame_skb {
	struct sk_buff skb;
	u8 *linear;
	u8 *paged;
};

void frame_skb_init(struct frame_skb *f, const u8 *data, unsigned int len,
		    unsigned int nlinear, int mac_offset);
bool frame_skb_is_unchanged(const struct frame_skb *f, const u8 *data,
			    unsigned int len);
void frame_skb_destroy(struct frame_skb *f);

/* Frames that frame_read_key() found to be plain, by family. */
extern unsigned int frame_nplain[BRFW_FAMILIES];

/*
 * brfw_key_read(), and what brfw_key_read_plain() makes of the frame: ends the
 * program if that is something else.
 */
void frame_read_key(struct brfw_key *key, const struct sk_buff *skb,
		    const struct brfw_vlan *vlan, struct brfw_layout *layout);

#endif /* _BRFW_KEY_FRAME_H */

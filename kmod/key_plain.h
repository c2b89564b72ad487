/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What most frames are, read in the shortest way.
 *
 * That is a whole and intact TCP or UDP packet in IPv4 without options or IPv6
 * without extension headers, right behind the MAC header and linear. brfw_key_read() in key.c, which is for all
 * other frames, would read these alike; selftests/unit/key_test.c compares
 * them.
 */
#ifndef _BRFW_KEY_PLAIN_H
#define _BRFW_KEY_PLAIN_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/tcp.h>

#include <linux/brfw.h>

#include "key.h"

_Static_assert(offsetof(struct brfw_key, mark) == 5 * sizeof(u64) &&
	       offsetof(struct brfw_key, ip6) == 8 * sizeof(u64),
	       "words BRFW_KEY_REST, or the last of IPv4, have moved");

/*
 * The word of a key with one field filled in, the number of that word, and the
 * word with both ports. Words that are put together in registers take fewer
 * instructions than fields in memory.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define brfw_key_in_word(field, v)					\
	((u64)(v) << 8 * (offsetof(struct brfw_key, field) % 8))
#define brfw_key_ports_in_word(v)	((u64)ror32(v, 16))
#else
#define brfw_key_in_word(field, v)					\
	((u64)(v) << 8 * (8 - offsetofend(struct brfw_key, field) % 8) % 64)
#define brfw_key_ports_in_word(v)	((u64)(v) << 32)
#endif
#define brfw_key_word(field)	(offsetof(struct brfw_key, field) / 8)

static __always_inline u8 brfw_key_frame_class(const u8 *dmac)
{
	if (likely(!is_multicast_ether_addr(dmac)))
		return BRFW_FRAME_UNICAST;

	return is_broadcast_ether_addr(dmac) ? BRFW_FRAME_BROADCAST :
					       BRFW_FRAME_MULTICAST;
}

/* The mark and what the MAC header says, in words that are 0. */
static __always_inline void brfw_key_set_mac(struct brfw_key *key,
					     const struct sk_buff *skb,
					     const struct ethhdr *eh)
{
	key->mark = skb->mark;
	memcpy(key->smac, eh->h_source, sizeof(key->smac));
	memcpy(key->dmac, eh->h_dest, sizeof(key->dmac));
	key->frame_class = brfw_key_frame_class(eh->h_dest);
}

/*
 * A whole and intact TCP or UDP header at @l4, of a packet with @left bytes from
 * there on, @linear of which are linear: at least as many as UDP has.
 *
 * Return: its length, or 0; @word is what it says.
 */
static __always_inline int brfw_key_plain_l4(const void *l4, u8 proto, int left,
					     int linear, u64 *word)
{
	const struct udphdr *uh = l4;
	const struct tcphdr *th = l4;
	int header;

	switch (proto) {
	case IPPROTO_UDP:
		if (ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > left)
			return 0;
		header = sizeof(*uh);
		*word = brfw_key_in_word(ip_proto, IPPROTO_UDP);
		break;
	case IPPROTO_TCP:
		if (linear < (int)sizeof(*th))
			return 0;
		header = th->doff * 4;
		if (header < (int)sizeof(*th) || header > left)
			return 0;
		*word = brfw_key_in_word(ip_proto, IPPROTO_TCP) |
			brfw_key_in_word(tcp_flags, tcp_flag_byte(th));
		break;
	default:
		return 0;
	}

	/* at the same place in both */
	*word |= brfw_key_ports_in_word(ntohl(*(const __be32 *)l4));
	return header;
}

/* What a plain packet has in words 1 to 4. */
static __always_inline void brfw_key_set_plain(struct brfw_key *key,
					       u16 eth_type, u8 family,
					       unsigned int len, u64 l4_word)
{
	const u16 flags = BRFW_KEY_F_ETH_TYPE | BRFW_KEY_F_IP |
			  BRFW_KEY_F_PROTO | BRFW_KEY_F_L4;

	BUILD_BUG_ON(offsetof(struct brfw_key, dport) !=
		     offsetof(struct brfw_key, sport) + 2);
	BUILD_BUG_ON(brfw_key_word(sport) != 1 || brfw_key_word(ip_proto) != 1 ||
		     brfw_key_word(tcp_flags) != 1);
	BUILD_BUG_ON(brfw_key_word(eth_type) != 2);
	BUILD_BUG_ON(brfw_key_word(flags) != 4 || brfw_key_word(family) != 4 ||
		     brfw_key_word(ip_len) != 4);

	key->words[1] = l4_word;
	key->words[2] = brfw_key_in_word(eth_type, eth_type);
	key->words[3] = 0;
	key->words[4] = brfw_key_in_word(flags, flags) |
			brfw_key_in_word(family, family) |
			brfw_key_in_word(ip_len, len);
}

static __always_inline void brfw_layout_set_plain(struct brfw_layout *layout,
						  int l3, int payload)
{
	layout->l3 = l3;
	layout->llc_length = 0;
	layout->pppoe_length = 0;
	layout->payload = payload;
}

static __always_inline bool
brfw_key_read_plain_ip4(struct brfw_key *key, const struct sk_buff *skb,
			struct brfw_layout *layout)
{
	const struct iphdr *ih = (const void *)(eth_hdr(skb) + 1);
	int l3 = (const u8 *)ih - skb->data;
	int left = (int)skb->len - l3;
	int linear = left - (int)skb->data_len;
	int len, header;
	u64 l4_word;

	if (linear < (int)(sizeof(*ih) + sizeof(struct udphdr)) ||
	    *(const u8 *)ih != 0x45 || ih->frag_off & htons(IP_OFFSET | IP_MF))
		return false;

	len = ntohs(ih->tot_len);
	if (len > left)
		return false;
	header = brfw_key_plain_l4(ih + 1, ih->protocol,
				   len - (int)sizeof(*ih),
				   linear - (int)sizeof(*ih), &l4_word);
	if (!header)
		return false;

	brfw_layout_set_plain(layout, l3, l3 + (int)sizeof(*ih) + header);
	brfw_key_set_plain(key, ETH_P_IP, BRFW_FAMILY_IP4, len, l4_word);
	memcpy(&key->ip4, &ih->addrs, sizeof(key->ip4));
	key->words[5] = 0;
	key->words[6] = 0;
	key->words[7] = 0;

	return true;
}

bool brfw_key_read_plain_ip6(struct brfw_key *key, const struct sk_buff *skb,
			     struct brfw_layout *layout);

/**
 * brfw_key_read_plain() - read a frame, if it is what most frames are
 * @key: to be filled but for words BRFW_KEY_REST, which are left 0; of IPv4
 *	packets the first BRFW_KEY_IP4_WORDS
 * @skb: a frame at a bridge hook; its MAC header is set and linear
 * @layout: to be filled
 *
 * Context: any; reads the frame only.
 * Return: whether it is; if not, @key and @layout are not filled.
 */
static __always_inline bool
brfw_key_read_plain(struct brfw_key *key, const struct sk_buff *skb,
		    struct brfw_layout *layout)
{
	__be16 type = eth_hdr(skb)->h_proto;

	if (!IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS))
		return false;
	if (likely(type == htons(ETH_P_IP)))
		return brfw_key_read_plain_ip4(key, skb, layout);
	if (type == htons(ETH_P_IPV6))
		return brfw_key_read_plain_ip6(key, skb, layout);

	return false;
}

/**
 * brfw_key_read_plain_rest() - read the rest of such a frame
 * @key: from brfw_key_read_plain(); words BRFW_KEY_REST are filled
 * @skb: the frame
 *
 * Context: any; reads the frame only.
 */
static __always_inline void
brfw_key_read_plain_rest(struct brfw_key *key, const struct sk_buff *skb)
{
	const struct ethhdr *eh = eth_hdr(skb);
	const struct ipv6hdr *ih6 = (const void *)(eh + 1);
	const struct iphdr *ih4 = (const void *)(eh + 1);

	brfw_key_set_mac(key, skb, eh);
	if (key->family == BRFW_FAMILY_IP4) {
		key->dscp = ih4->tos >> 2;
		key->ttl = ih4->ttl;
	} else {
		key->dscp = ipv6_get_dsfield(ih6) >> 2;
		key->ttl = ih6->hop_limit;
	}
}

#endif /* _BRFW_KEY_PLAIN_H */

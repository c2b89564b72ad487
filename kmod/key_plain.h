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

#include <linux/compiler.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/tcp.h>

#include <linux/brfw.h>

#include "key.h"

/* BRFW_KEY_REST */
_Static_assert(offsetof(struct brfw_key, mark) == 4 * sizeof(u64) &&
	       offsetof(struct brfw_key, ip4) == 7 * sizeof(u64),
	       "the fields have moved");
/* BRFW_KEY_IP4_WORDS */
_Static_assert(offsetof(struct brfw_key, ip4.dst) + 4 == 8 * sizeof(u64),
	       "the addresses have moved");

static __always_inline u8 brfw_key_frame_class(const u8 *dmac)
{
	if (likely(!is_multicast_ether_addr(dmac)))
		return BRFW_FRAME_UNICAST;

	return is_broadcast_ether_addr(dmac) ? BRFW_FRAME_BROADCAST :
					       BRFW_FRAME_MULTICAST;
}

/* The mark and what the MAC header says, in words that are 0. */
static __always_inline void brfw_key_set_rest(struct brfw_key *key,
					      const struct sk_buff *skb,
					      const struct ethhdr *eh)
{
	key->mark = skb->mark;
	memcpy(key->smac, eh->h_source, sizeof(key->smac));
	memcpy(key->dmac, eh->h_dest, sizeof(key->dmac));
	key->frame_class = brfw_key_frame_class(eh->h_dest);
}

/* Word by word, which is faster than what memset() makes of it. */
static __always_inline void brfw_key_clear_ip4(struct brfw_key *key)
{
	BUILD_BUG_ON(BRFW_KEY_IP4_WORDS != 8);

	key->words[0] = 0;
	key->words[1] = 0;
	key->words[2] = 0;
	key->words[3] = 0;
	key->words[4] = 0;
	key->words[5] = 0;
	key->words[6] = 0;
	key->words[7] = 0;
}

/*
 * A whole and intact TCP or UDP header at @l4, of a packet with @left bytes from
 * there on.
 *
 * Return: length of the header, or 0.
 */
static __always_inline int brfw_key_plain_l4(const struct sk_buff *skb, int l4,
					     u8 proto, int left)
{
	const struct tcphdr *th = (const void *)(skb->data + l4);
	const struct udphdr *uh = (const void *)(skb->data + l4);

	switch (proto) {
	case IPPROTO_UDP:
		if (l4 + (int)sizeof(*uh) > (int)skb_headlen(skb) ||
		    ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > left)
			return 0;
		return sizeof(*uh);
	case IPPROTO_TCP:
		if (l4 + (int)sizeof(*th) > (int)skb_headlen(skb) ||
		    th->doff * 4 < (int)sizeof(*th) || th->doff * 4 > left)
			return 0;
		return th->doff * 4;
	default:
		return 0;
	}
}

/* What that header says, in words that are 0. */
static __always_inline void brfw_key_set_plain(struct brfw_key *key,
					       const struct sk_buff *skb,
					       int l4, u8 proto, int header,
					       struct brfw_layout *layout)
{
	const struct tcphdr *th = (const void *)(skb->data + l4);

	layout->llc_length = 0;
	layout->pppoe_length = 0;
	layout->payload = l4 + header;

	key->flags = BRFW_KEY_F_ETH_TYPE | BRFW_KEY_F_IP | BRFW_KEY_F_PROTO |
		     BRFW_KEY_F_L4;
	/* at the same place in UDP */
	key->sport = ntohs(th->source);
	key->dport = ntohs(th->dest);
	key->ip_proto = proto;
	if (proto == IPPROTO_TCP)
		key->tcp_flags = tcp_flag_byte(th);
}

static __always_inline bool
brfw_key_read_plain_ip4(struct brfw_key *key, const struct sk_buff *skb,
			bool needs_rest, struct brfw_layout *layout)
{
	const struct ethhdr *eh = eth_hdr(skb);
	const struct iphdr *ih = (const void *)(eh + 1);
	int l3 = skb_mac_offset(skb) + ETH_HLEN;
	int l4 = l3 + (int)sizeof(*ih);
	int len, header;

	if (l4 > (int)skb_headlen(skb) || *(const u8 *)ih != 0x45 ||
	    ih->frag_off & htons(IP_OFFSET | IP_MF))
		return false;

	len = ntohs(ih->tot_len);
	if (len > (int)skb->len - l3)
		return false;
	header = brfw_key_plain_l4(skb, l4, ih->protocol,
				   len - (int)sizeof(*ih));
	if (!header)
		return false;

	brfw_key_clear_ip4(key);
	brfw_key_set_plain(key, skb, l4, ih->protocol, header, layout);
	layout->l3 = l3;
	key->eth_type = ETH_P_IP;
	key->family = BRFW_FAMILY_IP4;
	key->ip_len = len;
	memcpy(&key->ip4, &ih->addrs, sizeof(key->ip4));

	if (needs_rest) {
		brfw_key_set_rest(key, skb, eh);
		key->dscp = ih->tos >> 2;
		key->ttl = ih->ttl;
	}

	return true;
}

bool brfw_key_read_plain_ip6(struct brfw_key *key, const struct sk_buff *skb,
			     bool needs_rest, struct brfw_layout *layout);

/**
 * brfw_key_read_plain() - read a frame, if it is what most frames are
 * @key: to be filled; of IPv4 packets the first BRFW_KEY_IP4_WORDS
 * @skb: a frame at a bridge hook; its MAC header is set and linear
 * @needs_rest: words BRFW_KEY_REST are needed too; else they are left 0
 * @layout: to be filled
 *
 * Context: any; reads the frame only.
 * Return: whether it is; if not, @key and @layout are not filled.
 */
static __always_inline bool
brfw_key_read_plain(struct brfw_key *key, const struct sk_buff *skb,
		    bool needs_rest, struct brfw_layout *layout)
{
	__be16 type = eth_hdr(skb)->h_proto;

	if (!IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS))
		return false;
	if (likely(type == htons(ETH_P_IP)))
		return brfw_key_read_plain_ip4(key, skb, needs_rest, layout);
	if (type == htons(ETH_P_IPV6))
		return brfw_key_read_plain_ip6(key, skb, needs_rest, layout);

	return false;
}

#endif /* _BRFW_KEY_PLAIN_H */

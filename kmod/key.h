/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct brfw_key: what the parser read from one frame.
 *
 * The key is the only thing that the classifier sees of a frame, and the unit
 * in which rules are written: a rule is a value and a mask of the same shape.
 * It therefore consists of whole 64-bit words without padding, absent fields
 * are zero, and a condition on a field that may be absent also covers the flag
 * that tells its presence.
 *
 * This header is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_KEY_H
#define _BRFW_KEY_H

#include <linux/types.h>

/**
 * enum brfw_family - which classifier judges a frame
 * @BRFW_FAMILY_IP4: an IPv4 header was read
 * @BRFW_FAMILY_IP6: an IPv6 header was read
 * @BRFW_FAMILY_OTHER: everything else, damaged IPv4 and IPv6 included
 * @BRFW_FAMILIES: number of families
 */
enum brfw_family {
	BRFW_FAMILY_IP4,
	BRFW_FAMILY_IP6,
	BRFW_FAMILY_OTHER,
	BRFW_FAMILIES,
};

/* Bits of struct brfw_key.flags */
#define BRFW_KEY_F_PROTO	(1U << 0)	/* ip_proto is present */
#define BRFW_KEY_F_L4		(1U << 1)	/* the transport header is present */
#define BRFW_KEY_F_MALFORMED	(1U << 2)	/* a header is cut off or inconsistent */

/* struct brfw_key.vlan is a TCI (IEEE 802.1Q clause 9.6) whose DEI bit means: */
#define BRFW_KEY_VLAN_PRESENT	0x1000

#define BRFW_KEY_WORDS		9

/**
 * struct brfw_key - one frame as rules see it
 * @words: all of the below, for comparing and hashing
 * @bridge: slot of the bridge's name, 0 when no rule names it
 * @in: slot of the ingress port's name, 0 when no rule names it or no port
 * @out: slot of the egress port's name, likewise
 * @eth_type: EtherType behind the tag, host order; 0 for IEEE 802.3 length
 * @vlan: priority, BRFW_KEY_VLAN_PRESENT and VID of the outermost tag
 * @flags: BRFW_KEY_F_*
 * @family: enum brfw_family
 * @sport: source port, host order, TCP and UDP
 * @dport: destination port, host order, TCP and UDP
 * @ip_proto: IPv4 protocol, or IPv6 next header behind extension headers
 * @tcp_flags: control bits, CWR to FIN
 * @icmp_type: type of ICMP or ICMPv6
 * @icmp_code: code of ICMP or ICMPv6
 * @smac: source MAC address
 * @dmac: destination MAC address
 * @zero0: 0
 * @zero1: 0
 * @zero2: 0
 * @ip4: IPv4 addresses, when @family is BRFW_FAMILY_IP4
 * @ip6: IPv6 addresses, when @family is BRFW_FAMILY_IP6
 */
struct brfw_key {
	union {
		u64 words[BRFW_KEY_WORDS];
		struct {
			u16 bridge;
			u16 in;
			u16 out;
			u16 eth_type;

			u16 vlan;
			u8 flags;
			u8 family;
			u32 zero0;

			u16 sport;
			u16 dport;
			u8 ip_proto;
			u8 tcp_flags;
			u8 icmp_type;
			u8 icmp_code;

			u8 smac[6];
			u16 zero1;
			u8 dmac[6];
			u16 zero2;

			union {
				struct {
					u8 src[4];
					u8 dst[4];
				} ip4;
				struct {
					u8 src[16];
					u8 dst[16];
				} ip6;
			};
		};
	};
};

_Static_assert(sizeof(struct brfw_key) == BRFW_KEY_WORDS * sizeof(u64),
	       "struct brfw_key has padding");

struct sk_buff;

void brfw_key_from_skb(struct brfw_key *key, const struct sk_buff *skb);

#endif /* _BRFW_KEY_H */

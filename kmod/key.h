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

/* Bits of struct brfw_key.flags: what was found */
#define BRFW_KEY_F_ETH_TYPE	(1U << 0)	/* eth_type */
#define BRFW_KEY_F_VLAN		(1U << 1)	/* vlan_id, vlan_prio, vlan_proto */
#define BRFW_KEY_F_INNER_VLAN	(1U << 2)	/* the same of the second tag */
#define BRFW_KEY_F_PPPOE	(1U << 3)	/* pppoe */
#define BRFW_KEY_F_IP		(1U << 4)	/* addresses, dscp, ttl, ip_len, frag */
#define BRFW_KEY_F_PROTO	(1U << 5)	/* ip_proto */
#define BRFW_KEY_F_L4		(1U << 6)	/* fields of that protocol */
#define BRFW_KEY_F_IP_OPTIONS	(1U << 7)	/* options or extension headers */
#define BRFW_KEY_F_ND_TARGET	(1U << 8)	/* nd_target */
#define BRFW_KEY_F_ND_LLADDR	(1U << 9)	/* nd_lladdr */
#define BRFW_KEY_F_ARP		(1U << 10)	/* arp.op */
#define BRFW_KEY_F_ARP_ADDR	(1U << 11)	/* the rest of arp */
#define BRFW_KEY_F_GRATUITOUS	(1U << 12)	/* equal addresses in arp */
#define BRFW_KEY_F_MPLS		(1U << 13)	/* mpls_label */
#define BRFW_KEY_F_MALFORMED	(1U << 14)	/* a header is cut off or inconsistent */
#define BRFW_KEY_F_VLAN_UNKNOWN	(1U << 15)	/* the bridge's VLAN is lost */

#define BRFW_KEY_WORDS		15

/**
 * struct brfw_key - one frame as rules see it
 * @words: all of the below, for comparing and hashing
 * @ip4: addresses, when @family is BRFW_FAMILY_IP4
 * @sport: source port
 * @dport: destination port
 * @ip_proto: IPv4 protocol, or IPv6 next header behind extension headers
 * @tcp_flags: control bits, CWR to FIN
 * @type: of ICMP, ICMPv6 or IGMP
 * @code: of ICMP or ICMPv6
 * @bridge: slot of the bridge's name, 0 when no rule names it
 * @in: slot of the ingress port's name, 0 when no rule names it or no port
 * @out: slot of the egress port's name, likewise
 * @eth_type: EtherType behind tags and LLC/SNAP
 * @vlan_id: VID of the outer tag; tags with VID 0 that another tag follows are passed
 *	over
 * @vlan_proto: TPID of the outer tag
 * @inner_vlan_id: VID of the second tag, likewise
 * @inner_vlan_proto: TPID of the second tag
 * @flags: BRFW_KEY_F_*
 * @family: enum brfw_family
 * @frag: enum brfw_frag
 * @pppoe: session of a PPPoE session frame
 * @ip_len: length of the packet, or 65535 when it is larger
 * @mark: skb mark
 * @dscp: differentiated services codepoint
 * @ttl: IPv4 time to live or IPv6 hop limit
 * @vlan_prio: PCP of the outer tag
 * @inner_vlan_prio: PCP of the second tag
 * @smac: source MAC address
 * @gre_proto: protocol type of GRE
 * @dmac: destination MAC address
 * @frame_class: enum brfw_frame_class
 * @ct_state: BRFW_CT_*, one of them, or 0 when no rule asks for it
 * @ip6: addresses, when @family is BRFW_FAMILY_IP6
 * @arp: ARP, when @flags has BRFW_KEY_F_ARP
 * @mpls_label: label of the outer entry, when @flags has BRFW_KEY_F_MPLS
 * @nd_target: target of neighbour discovery
 * @nd_lladdr: link-layer address option of neighbour discovery, of the kind that
 *	receivers use or, if only that is there, of the other one
 * @zero: 0
 *
 * Numbers are in host byte order, addresses as in the frame. Rules are compared
 * word by word, so what tells most of them apart comes first.
 */
struct brfw_key {
	union {
		u64 words[BRFW_KEY_WORDS];
		struct {
			struct {
				u8 src[4];
				u8 dst[4];
			} ip4;

			u16 sport;
			u16 dport;
			u8 ip_proto;
			u8 tcp_flags;
			u8 type;
			u8 code;

			u16 bridge;
			u16 in;
			u16 out;
			u16 eth_type;

			u16 vlan_id;
			u16 vlan_proto;
			u16 inner_vlan_id;
			u16 inner_vlan_proto;

			u16 flags;
			u8 family;
			u8 frag;
			u16 pppoe;
			u16 ip_len;

			u32 mark;
			u8 dscp;
			u8 ttl;
			u8 vlan_prio;
			u8 inner_vlan_prio;

			u8 smac[6];
			u16 gre_proto;

			u8 dmac[6];
			u8 frame_class;
			u8 ct_state;

			union {
				struct {
					u8 src[16];
					u8 dst[16];
				} ip6;
				struct {
					u8 sender_ip[4];
					u8 target_ip[4];
					u8 sender_mac[6];
					u16 op;
					u8 target_mac[6];
				} arp;
				u32 mpls_label;
			};
			u8 nd_target[16];
			u8 nd_lladdr[6];
			u16 zero;
		};
	};
};

/*
 * Words with the mark, the MAC addresses and what few rules look at besides:
 * 1 << index.
 */
#define BRFW_KEY_REST		((1U << 5) | (1U << 6) | (1U << 7))

/* Words from here on are of IPv6 and neighbour discovery, ARP or MPLS. */
#define BRFW_KEY_IP4_WORDS	8

_Static_assert(sizeof(struct brfw_key) == BRFW_KEY_WORDS * sizeof(u64),
	       "struct brfw_key has padding");

/**
 * struct brfw_vlan - the VLAN that a bridge classified a frame into
 * @proto: TPID, or 0 when there is none
 * @tci: priority and VID
 * @is_unknown: it is lost
 */
struct brfw_vlan {
	u16 proto;
	u16 tci;
	bool is_unknown;
};

/**
 * struct brfw_layout - where the headers of a frame are
 * @l3: offset of the IP header from skb->data, valid when there is one
 * @llc_length: offset of an IEEE 802.3 length, or 0
 * @pppoe_length: offset of the length in a PPPoE header, or 0
 * @payload: offset behind a TCP or UDP header, or 0
 *
 * An IEEE 802.3 length directly behind the MAC addresses has offset -2.
 */
struct brfw_layout {
	int l3;
	int llc_length;
	int pppoe_length;
	int payload;
};

struct sk_buff;

void brfw_key_read(struct brfw_key *key, const struct sk_buff *skb,
		   const struct brfw_vlan *vlan, struct brfw_layout *layout);

#endif /* _BRFW_KEY_H */

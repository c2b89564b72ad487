// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between netlink attributes and the conditions of a rule, in both directions.
 *
 * brfw_fields[] and brfw_match_policy[] say everything about a field: adding
 * one is adding a row to each.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/in.h>

#include "nlattr_parts.h"
#include "ruleset.h"

/* ---- policies ---- */

static const struct nla_policy brfw_cond_ifname[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static const struct nla_policy brfw_cond_bool[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U8, 1),
};

static const struct nla_policy brfw_cond_u8[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U8 },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_u8_mask[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U8 },
	[BRFW_COND_A_MASK] = { .type = NLA_U8 },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_u8_ranges[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U8 },
	[BRFW_COND_A_RANGE_END] = { .type = NLA_U8 },
	[BRFW_COND_A_RANGES] = { .type = NLA_BINARY },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_prio[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U8, 7),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_dscp[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U8, 63),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_frag[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U8, BRFW_FRAG_MAX),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_frame_class[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U8, BRFW_FRAME_MAX),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_ct_state[] = {
	/* neither none nor all */
	[BRFW_COND_A_VALUE] = NLA_POLICY_RANGE(NLA_U8, 1,
					       2 * BRFW_CT_UNTRACKED - 2),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_u16[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U16 },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

/* A type of its own, since more is asked of it than of other numbers. */
static const struct nla_policy brfw_cond_tpid[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U16 },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_eth_type[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MIN(NLA_U16, ETH_P_802_3_MIN),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_vlan_id[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U16, VLAN_N_VID - 2),
	[BRFW_COND_A_RANGE_END] = NLA_POLICY_MAX(NLA_U16, VLAN_N_VID - 2),
	[BRFW_COND_A_RANGES] = { .type = NLA_BINARY },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_u16_ranges[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U16 },
	[BRFW_COND_A_RANGE_END] = { .type = NLA_U16 },
	[BRFW_COND_A_RANGES] = { .type = NLA_BINARY },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_mpls_label[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MASK(NLA_U32, 0xfffff),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_mark[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U32 },
	[BRFW_COND_A_MASK] = { .type = NLA_U32 },
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_mac[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[BRFW_COND_A_MASK] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_ip4[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_EXACT_LEN(4),
	[BRFW_COND_A_PREFIX_LEN] = NLA_POLICY_RANGE(NLA_U8, 1, 32),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_cond_ip6[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_EXACT_LEN(16),
	[BRFW_COND_A_PREFIX_LEN] = NLA_POLICY_RANGE(NLA_U8, 1, 128),
	[BRFW_COND_A_NEGATE] = { .type = NLA_FLAG },
};

const struct nla_policy brfw_match_policy[BRFW_MATCH_A_MAX + 1] = {
	[BRFW_MATCH_A_IN_PORT] = NLA_POLICY_NESTED(brfw_cond_ifname),
	[BRFW_MATCH_A_OUT_PORT] = NLA_POLICY_NESTED(brfw_cond_ifname),
	[BRFW_MATCH_A_ETH_SRC] = NLA_POLICY_NESTED(brfw_cond_mac),
	[BRFW_MATCH_A_ETH_DST] = NLA_POLICY_NESTED(brfw_cond_mac),
	[BRFW_MATCH_A_ETH_TYPE] = NLA_POLICY_NESTED(brfw_cond_eth_type),
	[BRFW_MATCH_A_VLAN_ID] = NLA_POLICY_NESTED(brfw_cond_vlan_id),
	[BRFW_MATCH_A_IP4_SRC] = NLA_POLICY_NESTED(brfw_cond_ip4),
	[BRFW_MATCH_A_IP4_DST] = NLA_POLICY_NESTED(brfw_cond_ip4),
	[BRFW_MATCH_A_IP6_SRC] = NLA_POLICY_NESTED(brfw_cond_ip6),
	[BRFW_MATCH_A_IP6_DST] = NLA_POLICY_NESTED(brfw_cond_ip6),
	[BRFW_MATCH_A_IP_PROTO] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_L4_SPORT] = NLA_POLICY_NESTED(brfw_cond_u16_ranges),
	[BRFW_MATCH_A_L4_DPORT] = NLA_POLICY_NESTED(brfw_cond_u16_ranges),
	[BRFW_MATCH_A_TCP_FLAGS] = NLA_POLICY_NESTED(brfw_cond_u8_mask),
	[BRFW_MATCH_A_ICMP_TYPE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_ICMP_CODE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_ICMPV6_TYPE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_ICMPV6_CODE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_VLAN_PRESENT] = NLA_POLICY_NESTED(brfw_cond_bool),
	[BRFW_MATCH_A_VLAN_PRIO] = NLA_POLICY_NESTED(brfw_cond_prio),
	[BRFW_MATCH_A_VLAN_PROTO] = NLA_POLICY_NESTED(brfw_cond_tpid),
	[BRFW_MATCH_A_INNER_VLAN_PRESENT] = NLA_POLICY_NESTED(brfw_cond_bool),
	[BRFW_MATCH_A_INNER_VLAN_ID] = NLA_POLICY_NESTED(brfw_cond_vlan_id),
	[BRFW_MATCH_A_INNER_VLAN_PRIO] = NLA_POLICY_NESTED(brfw_cond_prio),
	[BRFW_MATCH_A_INNER_VLAN_PROTO] = NLA_POLICY_NESTED(brfw_cond_tpid),
	[BRFW_MATCH_A_PPPOE_SESSION] = NLA_POLICY_NESTED(brfw_cond_u16_ranges),
	[BRFW_MATCH_A_ARP_OP] = NLA_POLICY_NESTED(brfw_cond_u16),
	[BRFW_MATCH_A_ARP_SENDER_IP] = NLA_POLICY_NESTED(brfw_cond_ip4),
	[BRFW_MATCH_A_ARP_TARGET_IP] = NLA_POLICY_NESTED(brfw_cond_ip4),
	[BRFW_MATCH_A_ARP_SENDER_MAC] = NLA_POLICY_NESTED(brfw_cond_mac),
	[BRFW_MATCH_A_ARP_TARGET_MAC] = NLA_POLICY_NESTED(brfw_cond_mac),
	[BRFW_MATCH_A_ARP_GRATUITOUS] = NLA_POLICY_NESTED(brfw_cond_bool),
	[BRFW_MATCH_A_ND_TARGET] = NLA_POLICY_NESTED(brfw_cond_ip6),
	[BRFW_MATCH_A_ND_LLADDR] = NLA_POLICY_NESTED(brfw_cond_mac),
	[BRFW_MATCH_A_IP_DSCP] = NLA_POLICY_NESTED(brfw_cond_dscp),
	[BRFW_MATCH_A_IP_TTL] = NLA_POLICY_NESTED(brfw_cond_u8_ranges),
	[BRFW_MATCH_A_IP_LENGTH] = NLA_POLICY_NESTED(brfw_cond_u16_ranges),
	[BRFW_MATCH_A_IP_FRAG] = NLA_POLICY_NESTED(brfw_cond_frag),
	[BRFW_MATCH_A_IP_OPTIONS] = NLA_POLICY_NESTED(brfw_cond_bool),
	[BRFW_MATCH_A_IGMP_TYPE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_MPLS_LABEL] = NLA_POLICY_NESTED(brfw_cond_mpls_label),
	[BRFW_MATCH_A_GRE_PROTO] = NLA_POLICY_NESTED(brfw_cond_u16),
	[BRFW_MATCH_A_FRAME_CLASS] = NLA_POLICY_NESTED(brfw_cond_frame_class),
	[BRFW_MATCH_A_MARK] = NLA_POLICY_NESTED(brfw_cond_mark),
	[BRFW_MATCH_A_CT_STATE] = NLA_POLICY_NESTED(brfw_cond_ct_state),
	[BRFW_MATCH_A_MALFORMED] = NLA_POLICY_NESTED(brfw_cond_bool),
};

static const struct nla_policy brfw_in_set_policy[BRFW_IN_SET_A_MAX + 1] = {
	[BRFW_IN_SET_A_NAME] = { .type = NLA_NUL_STRING,
				 .len = BRFW_SET_NAME_LEN - 1 },
	[BRFW_IN_SET_A_FIELDS] = { .type = NLA_BINARY,
				   .len = BRFW_SET_MEMBERS_MAX },
	[BRFW_IN_SET_A_NEGATE] = { .type = NLA_FLAG },
};

const struct nla_policy brfw_in_sets_policy[BRFW_LIST_A_MAX + 1] = {
	[BRFW_LIST_A_ITEM] = NLA_POLICY_NESTED(brfw_in_set_policy),
};

/* ---- fields ---- */

/**
 * enum brfw_field_kind - form of the values of a field
 * @BRFW_FIELD_NONE: there is no such field
 * @BRFW_FIELD_IFNAME: name of an interface, in the key its slot
 * @BRFW_FIELD_BYTES: number or address, the same in key and attribute
 * @BRFW_FIELD_FLAG: 0 or 1, in the key a flag
 * @BRFW_FIELD_BITS: a set of bits of which one must be in the key
 */
enum brfw_field_kind {
	BRFW_FIELD_NONE,
	BRFW_FIELD_IFNAME,
	BRFW_FIELD_BYTES,
	BRFW_FIELD_FLAG,
	BRFW_FIELD_BITS,
};

/**
 * struct brfw_field - a field that rules may match
 * @kind: form of its values
 * @size: bytes of it in the key
 * @offset: of it in the key
 * @flags: BRFW_KEY_F_* that must be set for it to be present
 * @bit: for BRFW_FIELD_FLAG: the BRFW_KEY_F_* that it is
 * @families: that have it, 1 << enum brfw_family
 * @protos: it is there only with one of these transport protocols; 0: any
 * @requires: other field that must be given too (enum brfw_match_attr), or 0
 * @presence: field that asks whether this one is there, so that a range of all
 *	values may not ask the same (enum brfw_match_attr), or 0
 */
struct brfw_field {
	u8 kind;
	u8 size;
	u8 offset;
	u16 flags;
	u16 bit;
	u8 families;
	u8 protos[3];
	u8 requires;
	u8 presence;
};

#define BRFW_FAMILIES_IP4	BIT(BRFW_FAMILY_IP4)
#define BRFW_FAMILIES_IP6	BIT(BRFW_FAMILY_IP6)
#define BRFW_FAMILIES_OTHER	BIT(BRFW_FAMILY_OTHER)
#define BRFW_FAMILIES_IP	(BRFW_FAMILIES_IP4 | BRFW_FAMILIES_IP6)

#define BRFW_FIELD(_kind, _member)					\
	.kind = BRFW_FIELD_##_kind,					\
	.size = sizeof_field(struct brfw_key, _member),			\
	.offset = offsetof(struct brfw_key, _member)

static const struct brfw_field brfw_fields[BRFW_MATCH_A_MAX + 1] = {
	[BRFW_MATCH_A_IN_PORT] = {
		BRFW_FIELD(IFNAME, in),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_OUT_PORT] = {
		BRFW_FIELD(IFNAME, out),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_ETH_SRC] = {
		BRFW_FIELD(BYTES, smac),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_ETH_DST] = {
		BRFW_FIELD(BYTES, dmac),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_ETH_TYPE] = {
		BRFW_FIELD(BYTES, eth_type),
		.flags = BRFW_KEY_F_ETH_TYPE,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_VLAN_ID] = {
		BRFW_FIELD(BYTES, vlan_id),
		.flags = BRFW_KEY_F_VLAN,
		.families = BRFW_FAMILIES_ALL,
		.presence = BRFW_MATCH_A_VLAN_PRESENT,
	},
	[BRFW_MATCH_A_IP4_SRC] = {
		BRFW_FIELD(BYTES, ip4.src),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP4,
	},
	[BRFW_MATCH_A_IP4_DST] = {
		BRFW_FIELD(BYTES, ip4.dst),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP4,
	},
	[BRFW_MATCH_A_IP6_SRC] = {
		BRFW_FIELD(BYTES, ip6.src),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP6,
	},
	[BRFW_MATCH_A_IP6_DST] = {
		BRFW_FIELD(BYTES, ip6.dst),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP6,
	},
	[BRFW_MATCH_A_IP_PROTO] = {
		BRFW_FIELD(BYTES, ip_proto),
		.flags = BRFW_KEY_F_PROTO,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_L4_SPORT] = {
		BRFW_FIELD(BYTES, sport),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP },
	},
	[BRFW_MATCH_A_L4_DPORT] = {
		BRFW_FIELD(BYTES, dport),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP },
	},
	[BRFW_MATCH_A_TCP_FLAGS] = {
		BRFW_FIELD(BYTES, tcp_flags),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_TCP },
	},
	[BRFW_MATCH_A_ICMP_TYPE] = {
		BRFW_FIELD(BYTES, type),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP4,
		.protos = { IPPROTO_ICMP },
	},
	[BRFW_MATCH_A_ICMP_CODE] = {
		BRFW_FIELD(BYTES, code),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP4,
		.protos = { IPPROTO_ICMP },
		.requires = BRFW_MATCH_A_ICMP_TYPE,
	},
	[BRFW_MATCH_A_ICMPV6_TYPE] = {
		BRFW_FIELD(BYTES, type),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP6,
		.protos = { IPPROTO_ICMPV6 },
	},
	[BRFW_MATCH_A_ICMPV6_CODE] = {
		BRFW_FIELD(BYTES, code),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP6,
		.protos = { IPPROTO_ICMPV6 },
		.requires = BRFW_MATCH_A_ICMPV6_TYPE,
	},
	[BRFW_MATCH_A_VLAN_PRESENT] = {
		BRFW_FIELD(FLAG, flags),
		.bit = BRFW_KEY_F_VLAN,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_VLAN_PRIO] = {
		BRFW_FIELD(BYTES, vlan_prio),
		.flags = BRFW_KEY_F_VLAN,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_VLAN_PROTO] = {
		BRFW_FIELD(BYTES, vlan_proto),
		.flags = BRFW_KEY_F_VLAN,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_INNER_VLAN_PRESENT] = {
		BRFW_FIELD(FLAG, flags),
		.bit = BRFW_KEY_F_INNER_VLAN,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_INNER_VLAN_ID] = {
		BRFW_FIELD(BYTES, inner_vlan_id),
		.flags = BRFW_KEY_F_INNER_VLAN,
		.families = BRFW_FAMILIES_ALL,
		.presence = BRFW_MATCH_A_INNER_VLAN_PRESENT,
	},
	[BRFW_MATCH_A_INNER_VLAN_PRIO] = {
		BRFW_FIELD(BYTES, inner_vlan_prio),
		.flags = BRFW_KEY_F_INNER_VLAN,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_INNER_VLAN_PROTO] = {
		BRFW_FIELD(BYTES, inner_vlan_proto),
		.flags = BRFW_KEY_F_INNER_VLAN,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_PPPOE_SESSION] = {
		BRFW_FIELD(BYTES, pppoe),
		.flags = BRFW_KEY_F_PPPOE,
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_ARP_OP] = {
		BRFW_FIELD(BYTES, arp.op),
		.flags = BRFW_KEY_F_ARP,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_ARP_SENDER_IP] = {
		BRFW_FIELD(BYTES, arp.sender_ip),
		.flags = BRFW_KEY_F_ARP_ADDR,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_ARP_TARGET_IP] = {
		BRFW_FIELD(BYTES, arp.target_ip),
		.flags = BRFW_KEY_F_ARP_ADDR,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_ARP_SENDER_MAC] = {
		BRFW_FIELD(BYTES, arp.sender_mac),
		.flags = BRFW_KEY_F_ARP_ADDR,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_ARP_TARGET_MAC] = {
		BRFW_FIELD(BYTES, arp.target_mac),
		.flags = BRFW_KEY_F_ARP_ADDR,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_ARP_GRATUITOUS] = {
		BRFW_FIELD(FLAG, flags),
		.bit = BRFW_KEY_F_GRATUITOUS,
		.flags = BRFW_KEY_F_ARP_ADDR,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_ND_TARGET] = {
		BRFW_FIELD(BYTES, nd_target),
		.flags = BRFW_KEY_F_ND_TARGET,
		.families = BRFW_FAMILIES_IP6,
	},
	[BRFW_MATCH_A_ND_LLADDR] = {
		BRFW_FIELD(BYTES, nd_lladdr),
		.flags = BRFW_KEY_F_ND_LLADDR,
		.families = BRFW_FAMILIES_IP6,
	},
	[BRFW_MATCH_A_IP_DSCP] = {
		BRFW_FIELD(BYTES, dscp),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_IP_TTL] = {
		BRFW_FIELD(BYTES, ttl),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_IP_LENGTH] = {
		BRFW_FIELD(BYTES, ip_len),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_IP_FRAG] = {
		BRFW_FIELD(BYTES, frag),
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_IP_OPTIONS] = {
		BRFW_FIELD(FLAG, flags),
		.bit = BRFW_KEY_F_IP_OPTIONS,
		.flags = BRFW_KEY_F_IP,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_IGMP_TYPE] = {
		BRFW_FIELD(BYTES, type),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP4,
		.protos = { IPPROTO_IGMP },
	},
	[BRFW_MATCH_A_MPLS_LABEL] = {
		BRFW_FIELD(BYTES, mpls_label),
		.flags = BRFW_KEY_F_MPLS,
		.families = BRFW_FAMILIES_OTHER,
	},
	[BRFW_MATCH_A_GRE_PROTO] = {
		BRFW_FIELD(BYTES, gre_proto),
		.flags = BRFW_KEY_F_L4,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_GRE },
	},
	[BRFW_MATCH_A_FRAME_CLASS] = {
		BRFW_FIELD(BYTES, frame_class),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_MARK] = {
		BRFW_FIELD(BYTES, mark),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_CT_STATE] = {
		BRFW_FIELD(BITS, ct_state),
		.families = BRFW_FAMILIES_ALL,
	},
	[BRFW_MATCH_A_MALFORMED] = {
		BRFW_FIELD(FLAG, flags),
		.bit = BRFW_KEY_F_MALFORMED,
		.families = BRFW_FAMILIES_ALL,
	},
};

/* Largest field. */
#define BRFW_FIELD_SIZE		16

/**
 * brfw_nlattr_put_matches() - write which fields rules may match
 * @skb: message
 *
 * Return: 0 or -EMSGSIZE.
 */
int brfw_nlattr_put_matches(struct sk_buff *skb)
{
	u32 words[BRFW_MATCH_A_MAX / 32 + 1] = {};
	int attr;

	for (attr = 0; attr <= BRFW_MATCH_A_MAX; attr++)
		if (brfw_fields[attr].kind != BRFW_FIELD_NONE)
			words[attr / 32] |= BIT(attr % 32);

	return nla_put(skb, BRFW_INFO_A_MATCHES, sizeof(words), words);
}

/* ---- from attributes ---- */

/**
 * struct brfw_cond - a condition being read
 * @field: what it is about
 * @policy: form of its values
 * @nest: all of it
 * @tb: its attributes
 * @value: as in the key
 * @mask: bits of @value that count
 */
struct brfw_cond {
	const struct brfw_field *field;
	const struct nla_policy *policy;
	const struct nlattr *nest;
	struct nlattr *tb[BRFW_COND_A_MAX + 1];
	u8 value[BRFW_FIELD_SIZE];
	u8 mask[BRFW_FIELD_SIZE];
};

/* Numbers have the same byte order in attributes and key, addresses too. */
static void brfw_cond_get_masked(struct brfw_cond *cond)
{
	const struct nlattr *prefix = cond->tb[BRFW_COND_A_PREFIX_LEN];
	unsigned int size = cond->field->size;
	unsigned int len;

	memcpy(cond->value, nla_data(cond->tb[BRFW_COND_A_VALUE]), size);
	memset(cond->mask, 0xff, size);

	if (cond->tb[BRFW_COND_A_MASK])
		memcpy(cond->mask, nla_data(cond->tb[BRFW_COND_A_MASK]), size);

	if (prefix) {
		len = nla_get_u8(prefix);
		memset(cond->mask, 0, size);
		memset(cond->mask, 0xff, len / 8);
		if (len % 8)
			cond->mask[len / 8] = 0xff << (8 - len % 8);
	}
}

/* Value and mask; of a tag's protocol also whether it is one. */
static int brfw_cond_check_masked(const struct brfw_cond *cond,
				  struct netlink_ext_ack *extack)
{
	unsigned int i;

	if (cond->policy == brfw_cond_tpid &&
	    !eth_type_vlan(htons(nla_get_u16(cond->tb[BRFW_COND_A_VALUE]))))
		return brfw_nlattr_fail(extack,
					cond->tb[BRFW_COND_A_VALUE], -EINVAL,
					"not the TPID of a VLAN tag: 0x8100 or 0x88a8");
	if (!cond->tb[BRFW_COND_A_MASK] && !cond->tb[BRFW_COND_A_PREFIX_LEN])
		return 0;
	if (!memchr_inv(cond->mask, 0, cond->field->size))
		return brfw_nlattr_fail(extack,
					cond->tb[BRFW_COND_A_MASK], -EINVAL,
					"a mask of 0 matches everything: leave the condition out");
	for (i = 0; i < cond->field->size; i++) {
		if (cond->value[i] & ~cond->mask[i])
			return brfw_nlattr_fail(extack,
						cond->tb[BRFW_COND_A_VALUE], -EINVAL,
						"the value has bits outside of its mask or prefix");
	}

	return 0;
}

/* Largest value of the field. */
static u16 brfw_field_max(const struct brfw_field *field)
{
	if (field->flags & (BRFW_KEY_F_VLAN | BRFW_KEY_F_INNER_VLAN))
		return VLAN_N_VID - 2;

	return field->size == 1 ? U8_MAX : U16_MAX;
}

static u16 brfw_cond_get_number(const struct brfw_cond *cond, int attr)
{
	const struct nlattr *nla = cond->tb[attr];

	return cond->field->size == 1 ? nla_get_u8(nla) : nla_get_u16(nla);
}

/* The value and the range end as the only range of a test. */
static int brfw_cond_get_range(const struct brfw_cond *cond,
			       struct brfw_test *test,
			       struct netlink_ext_ack *extack)
{
	struct brfw_range *range = &test->ranges[0];

	range->first = brfw_cond_get_number(cond, BRFW_COND_A_VALUE);
	range->last = brfw_cond_get_number(cond, BRFW_COND_A_RANGE_END);
	test->nranges = 1;
	if (range->first >= range->last)
		return brfw_nlattr_fail(extack,
					cond->tb[BRFW_COND_A_RANGE_END], -EINVAL,
					"a range must end above its start");
	if (range->first || range->last != brfw_field_max(cond->field))
		return 0;

	/* All values: that the field is there is all that is left to ask. */
	if (cond->field->presence)
		return brfw_nlattr_fail(extack,
					cond->tb[BRFW_COND_A_RANGE_END], -EINVAL,
					"there is a condition of its own for any VLAN: use that instead of a range of all values");
	if (test->negate)
		return brfw_nlattr_fail(extack,
					cond->tb[BRFW_COND_A_NEGATE], -EINVAL,
					"no frame has a value outside of a range of all values");

	return 0;
}

static int brfw_cond_get_ranges(const struct brfw_cond *cond,
				struct brfw_test *test,
				struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = cond->tb[BRFW_COND_A_RANGES];
	const struct brfw_range16 *ranges = nla_data(attr);
	unsigned int i, n = nla_len(attr) / sizeof(*ranges);

	BUILD_BUG_ON(BRFW_RANGES_MAX != BRFW_TEST_RANGES_MAX);

	if (nla_len(attr) % sizeof(*ranges) || n < 2 || n > BRFW_RANGES_MAX)
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"a list has 2 to 16 values and ranges");
	for (i = 0; i < n; i++) {
		test->ranges[i].first = ranges[i].first;
		test->ranges[i].last = ranges[i].last;
		if (ranges[i].first > ranges[i].last ||
		    ranges[i].last > brfw_field_max(cond->field) ||
		    (i && ranges[i].first <= ranges[i - 1].last + 1))
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"the values and ranges of a list must ascend, with a gap between each two");
	}
	test->nranges = n;

	return 0;
}

/* A condition that value and mask of a rule can't say. */
static int brfw_cond_get_test(struct brfw_cond *cond, struct brfw_match *m,
			      struct netlink_ext_ack *extack)
{
	const struct brfw_field *field = cond->field;
	struct brfw_test *test;
	int err;

	if (m->ntests == BRFW_TESTS_MAX)
		return brfw_nlattr_fail(extack, cond->nest, -EINVAL,
					"too many ranges, lists, negations and sets in one rule");
	test = &m->tests[m->ntests++];
	memset(test, 0, sizeof(*test));
	test->offset = field->offset;
	test->size = field->size;
	test->negate = cond->tb[BRFW_COND_A_NEGATE];

	if (field->kind == BRFW_FIELD_BITS) {
		test->kind = BRFW_TEST_BITS;
		test->bits = nla_get_u8(cond->tb[BRFW_COND_A_VALUE]);
		return 0;
	}
	if (cond->tb[BRFW_COND_A_RANGES]) {
		test->kind = BRFW_TEST_RANGES;
		return brfw_cond_get_ranges(cond, test, extack);
	}
	if (cond->tb[BRFW_COND_A_RANGE_END]) {
		test->kind = BRFW_TEST_RANGES;
		return brfw_cond_get_range(cond, test, extack);
	}

	brfw_cond_get_masked(cond);
	err = brfw_cond_check_masked(cond, extack);
	if (err)
		return err;
	test->kind = BRFW_TEST_BYTES;
	memcpy(test->value, cond->value, field->size);
	memcpy(test->mask, cond->mask, field->size);

	return 0;
}

/* A condition that value and mask of a rule can say. */
static int brfw_cond_get_plain(struct brfw_ruleset *rs, struct brfw_cond *cond,
			       struct brfw_match *m,
			       struct netlink_ext_ack *extack)
{
	const struct brfw_field *field = cond->field;
	u8 *value = (u8 *)&m->value + field->offset;
	u8 *mask = (u8 *)&m->mask + field->offset;
	int err;

	if (field->kind == BRFW_FIELD_IFNAME) {
		err = brfw_nlattr_get_ifname(rs, cond->tb[BRFW_COND_A_VALUE],
					     (u16 *)value, extack);
		if (!err)
			memset(mask, 0xff, field->size);
		return err;
	}

	brfw_cond_get_masked(cond);
	err = brfw_cond_check_masked(cond, extack);
	if (err)
		return err;
	memcpy(value, cond->value, field->size);
	memcpy(mask, cond->mask, field->size);

	return 0;
}

/* Demand that of the flags in @mask those in @value are set and others not. */
static int brfw_match_add_flags(struct brfw_match *m, u16 mask, u16 value,
				const struct nlattr *nest,
				struct netlink_ext_ack *extack)
{
	if ((m->value.flags ^ value) & m->mask.flags & mask)
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"no frame can meet this condition together with the others");
	m->mask.flags |= mask;
	m->value.flags |= value;

	return 0;
}

static int brfw_cond_get_flag(const struct brfw_cond *cond,
			      struct brfw_match *m,
			      struct netlink_ext_ack *extack)
{
	u16 bit = cond->field->bit;
	u16 value = nla_get_u8(cond->tb[BRFW_COND_A_VALUE]) ? bit : 0;

	/* Of a frame whose VLAN is lost nobody knows that it has none. */
	if (bit == BRFW_KEY_F_VLAN && !value)
		bit |= BRFW_KEY_F_VLAN_UNKNOWN;

	return brfw_match_add_flags(m, bit, value, cond->nest, extack);
}

static int brfw_nlattr_get_cond(struct brfw_ruleset *rs, struct brfw_match *m,
				struct nlattr *nest, int attr,
				struct netlink_ext_ack *extack)
{
	struct brfw_cond cond = {
		.field = &brfw_fields[attr],
		.policy = brfw_match_policy[attr].nested_policy,
		.nest = nest,
	};
	const struct brfw_field *field = cond.field;
	int err;

	err = brfw_nlattr_parse(cond.tb, BRFW_COND_A_MAX, nest, extack);
	if (err)
		return err;
	if (!cond.tb[BRFW_COND_A_VALUE] == !cond.tb[BRFW_COND_A_RANGES] ||
	    (cond.tb[BRFW_COND_A_RANGES] && cond.tb[BRFW_COND_A_RANGE_END]))
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"a condition has either a value or a list");

	err = brfw_match_add_flags(m, field->flags, field->flags, nest, extack);
	if (err)
		return err;
	if (field->kind == BRFW_FIELD_FLAG)
		return brfw_cond_get_flag(&cond, m, extack);
	if (field->kind == BRFW_FIELD_BITS || cond.tb[BRFW_COND_A_NEGATE] ||
	    cond.tb[BRFW_COND_A_RANGES] || cond.tb[BRFW_COND_A_RANGE_END])
		return brfw_cond_get_test(&cond, m, extack);

	return brfw_cond_get_plain(rs, &cond, m, extack);
}

/* ---- from attributes: sets ---- */

/* What a field is as a member of a set, or -1. */
static int brfw_field_member(unsigned int attr)
{
	const struct nla_policy *policy = brfw_match_policy[attr].nested_policy;

	if (policy == brfw_cond_mac)
		return BRFW_SET_ETHER_ADDR;
	if (policy == brfw_cond_ip4)
		return BRFW_SET_IPV4_ADDR;
	if (policy == brfw_cond_ip6)
		return BRFW_SET_IPV6_ADDR;
	if (policy == brfw_cond_ifname)
		return BRFW_SET_IFNAME;
	if (attr == BRFW_MATCH_A_L4_SPORT || attr == BRFW_MATCH_A_L4_DPORT)
		return BRFW_SET_INET_PORT;

	return -1;
}

/* The fields of a condition, and what type of set they make. */
static int brfw_in_set_get_fields(const struct nlattr *attr,
				  struct brfw_match *m, struct brfw_test *test,
				  struct brfw_set_type *type, u64 *set,
				  struct netlink_ext_ack *extack)
{
	const struct brfw_field *field;
	const u8 *fields = nla_data(attr);
	int i, member, err;

	memset(type, 0, sizeof(*type));
	type->n = nla_len(attr);
	test->fields.n = type->n;
	if (!type->n)
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"a set is about one to four fields");

	for (i = 0; i < type->n; i++) {
		member = fields[i] <= BRFW_MATCH_A_MAX ?
			 brfw_field_member(fields[i]) : -1;
		if (member < 0)
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"not a field that can be in a set");
		field = &brfw_fields[fields[i]];
		type->members[i] = member;
		test->fields.sizes[i] = field->size;
		test->fields.offsets[i] = field->offset;
		*set |= BIT_ULL(fields[i]);
		err = brfw_match_add_flags(m, field->flags, field->flags, attr,
					   extack);
		if (err)
			return err;
	}

	return 0;
}

static int brfw_in_set_get_refs(struct brfw_ruleset *rs, struct brfw_test *test,
				const struct brfw_set_type *type,
				struct nlattr **tb,
				struct netlink_ext_ack *extack)
{
	int err;

	err = brfw_nlattr_get_set_name(tb[BRFW_IN_SET_A_NAME], extack);
	if (err)
		return err;
	err = brfw_set_name_get(rs, nla_data(tb[BRFW_IN_SET_A_NAME]),
				&test->set);
	if (err == -ENOSPC)
		return brfw_nlattr_fail(extack, tb[BRFW_IN_SET_A_NAME], err,
					"too many names of sets in use");
	if (err)
		return err;

	err = brfw_set_domain_get(rs, type, &test->domain);
	if (err)
		brfw_set_name_put(rs, test->set);
	if (err == -ENOSPC)
		return brfw_nlattr_fail(extack, tb[BRFW_IN_SET_A_FIELDS], err,
					"too many different types of sets in use");

	return err;
}

/**
 * struct brfw_in_set - what orders conditions on sets
 * @fields: enum brfw_match_attr of each field, then zeros
 * @name: of the set
 */
struct brfw_in_set {
	u8 fields[BRFW_SET_MEMBERS_MAX];
	const char *name;
};

static int brfw_in_set_compare(const struct brfw_in_set *a,
			       const struct brfw_in_set *b)
{
	int diff = memcmp(a->fields, b->fields, sizeof(a->fields));

	return diff ? : strcmp(a->name, b->name);
}

/*
 * Rules that say the same in another order are the same, and are shown in one
 * order that doesn't depend on how keys and sets are stored. @order is that of
 * the last conditions of @m, those on sets.
 */
static int brfw_in_set_insert(struct brfw_match *m, const struct brfw_test *test,
			      struct brfw_in_set *order, unsigned int n,
			      const struct brfw_in_set *in)
{
	struct brfw_test *tests = &m->tests[m->ntests - n];
	unsigned int at = n;
	int diff = 1;

	while (at && (diff = brfw_in_set_compare(in, &order[at - 1])) < 0)
		at--;
	memmove(&order[at + 1], &order[at], (n - at) * sizeof(*order));
	memmove(&tests[at + 1], &tests[at], (n - at) * sizeof(*tests));
	order[at] = *in;
	tests[at] = *test;
	m->ntests++;

	return diff ? 0 : -EINVAL;
}

/* @order: of the @n conditions on sets that @m has so far */
static int brfw_nlattr_get_in_set(struct brfw_ruleset *rs, struct brfw_match *m,
				  struct brfw_in_set *order, unsigned int n,
				  const struct nlattr *nest, u64 *set,
				  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_IN_SET_A_MAX + 1] = {};
	struct brfw_test test = { .kind = BRFW_TEST_SET };
	struct brfw_in_set in = {};
	struct brfw_set_type type;
	int err;

	err = brfw_nlattr_parse(tb, BRFW_IN_SET_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_IN_SET_A_NAME] || !tb[BRFW_IN_SET_A_FIELDS])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"a condition on a set has a name and fields");
	if (m->ntests == BRFW_TESTS_MAX)
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"too many ranges, lists, negations and sets in one rule");

	test.negate = tb[BRFW_IN_SET_A_NEGATE];
	err = brfw_in_set_get_fields(tb[BRFW_IN_SET_A_FIELDS], m, &test, &type,
				     set, extack);
	if (err)
		return err;
	err = brfw_in_set_get_refs(rs, &test, &type, tb, extack);
	if (err)
		return err;

	nla_memcpy(in.fields, tb[BRFW_IN_SET_A_FIELDS], sizeof(in.fields));
	in.name = nla_data(tb[BRFW_IN_SET_A_NAME]);
	err = brfw_in_set_insert(m, &test, order, n, &in);
	if (err)
		return brfw_nlattr_fail(extack, nest, err,
					"there is another condition on these fields and this set");

	return 0;
}

/* Conditions on sets: @set gets the types of their fields. */
static int brfw_nlattr_get_in_sets(struct brfw_ruleset *rs,
				   struct brfw_match *m,
				   const struct nlattr *sets, u64 *set,
				   struct netlink_ext_ack *extack)
{
	struct brfw_in_set order[BRFW_TESTS_MAX];
	const struct nlattr *pos;
	unsigned int n = 0;
	int rem, err;

	nla_for_each_nested(pos, sets, rem) {
		err = brfw_nlattr_get_in_set(rs, m, order, n, pos, set, extack);
		if (err)
			return err;
		n++;
	}
	if (!n)
		return brfw_nlattr_fail(extack, sets, -EINVAL,
					"the list is empty");

	return 0;
}

/* Frames that the EtherType condition lets pass. */
static u8 brfw_match_eth_type_families(const struct brfw_match *m)
{
	if (!m->mask.eth_type)
		return BRFW_FAMILIES_ALL;
	if (m->value.eth_type == ETH_P_IP)
		return BRFW_FAMILIES_IP4 | BRFW_FAMILIES_OTHER;
	if (m->value.eth_type == ETH_P_IPV6)
		return BRFW_FAMILIES_IP6 | BRFW_FAMILIES_OTHER;
	if (m->value.eth_type == ETH_P_PPP_SES)
		return BRFW_FAMILIES_ALL;

	return BRFW_FAMILIES_OTHER;
}

static bool brfw_match_has_proto(const struct brfw_match *m,
				 const struct brfw_field *field)
{
	unsigned int i;

	if (!m->mask.ip_proto)
		return false;

	for (i = 0; i < ARRAY_SIZE(field->protos) && field->protos[i]; i++)
		if (m->value.ip_proto == field->protos[i])
			return true;

	return false;
}

/* What the conditions of a rule, the types in @set, demand of each other. */
static int brfw_match_check(const struct brfw_match *m, struct nlattr **tb,
			    const struct nlattr *sets, u64 set, u8 *families,
			    struct netlink_ext_ack *extack)
{
	const struct brfw_field *field;
	int attr;

	*families = brfw_match_eth_type_families(m);

	for (; set; set &= set - 1) {
		attr = __ffs64(set);
		field = &brfw_fields[attr];
		if (field->protos[0] && !brfw_match_has_proto(m, field))
			return brfw_nlattr_fail(extack, tb[attr] ? : sets, -EINVAL,
						"this condition needs a protocol that has such a field");
		if (field->requires && !tb[field->requires])
			return brfw_nlattr_fail(extack, tb[attr], -EINVAL,
						"a code means nothing without a type");
		*families &= field->families;
		if (!*families)
			return brfw_nlattr_fail(extack, tb[attr] ? : sets, -EINVAL,
						"no frame can meet this condition together with the others");
	}

	return 0;
}

/* Flags that other conditions may make needless. */
#define BRFW_IMPLIED_FLAGS	\
	(BRFW_KEY_F_IP | BRFW_KEY_F_PROTO | BRFW_KEY_F_L4)

/*
 * What all keys have that meet the other conditions need not be compared: a
 * classifier has keys of one family, and fields that a frame lacks are 0.
 */
static void brfw_match_drop_implied(struct brfw_match *m, u8 families)
{
	const struct brfw_key *value = &m->value;
	u16 implied = 0;

	if (!(families & BRFW_FAMILIES_OTHER))
		implied |= BRFW_KEY_F_IP;
	if (value->ip_proto)
		implied |= BRFW_KEY_F_PROTO;
	if (value->sport || value->dport || value->tcp_flags || value->type ||
	    value->code || value->gre_proto)
		implied |= BRFW_KEY_F_L4;

	m->value.flags &= ~implied;
	m->mask.flags &= ~implied;
}

/**
 * brfw_nlattr_get_match() - read the conditions of a rule
 * @rs: the ruleset
 * @m: gets the conditions, with references to the names of ports and to sets,
 *	also when this fails
 * @nest: BRFW_RULE_A_MATCH, or NULL
 * @sets: BRFW_RULE_A_SETS, or NULL
 * @hook: enum brfw_hook
 * @families: to be filled with the families that the conditions leave
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_match(struct brfw_ruleset *rs, struct brfw_match *m,
			  const struct nlattr *nest, const struct nlattr *sets,
			  u8 hook, u8 *families,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_MATCH_A_MAX + 1] = {};
	const struct nlattr *pos;
	u64 left, set = 0;
	int attr, rem, err;

	BUILD_BUG_ON(BRFW_MATCH_A_MAX >= 64);

	if (nest) {
		err = brfw_nlattr_parse(tb, BRFW_MATCH_A_MAX, nest, extack);
		if (err)
			return err;
		nla_for_each_nested(pos, nest, rem)
			set |= BIT_ULL(nla_type(pos));
	}

	/* In the order of types, whatever the order in the message. */
	for (left = set; left; left &= left - 1) {
		attr = __ffs64(left);
		err = brfw_nlattr_get_cond(rs, m, tb[attr], attr, extack);
		if (err)
			return err;
	}
	if (sets) {
		err = brfw_nlattr_get_in_sets(rs, m, sets, &set, extack);
		if (err)
			return err;
	}

	if (hook == BRFW_HOOK_OUTPUT && set & BIT_ULL(BRFW_MATCH_A_IN_PORT))
		return brfw_nlattr_fail(extack, tb[BRFW_MATCH_A_IN_PORT] ? : sets,
					-EINVAL,
					"frames have no ingress port in hook output");
	if (hook == BRFW_HOOK_INPUT && set & BIT_ULL(BRFW_MATCH_A_OUT_PORT))
		return brfw_nlattr_fail(extack, tb[BRFW_MATCH_A_OUT_PORT] ? : sets,
					-EINVAL,
					"frames have no egress port in hook input");

	err = brfw_match_check(m, tb, sets, set, families, extack);
	if (err)
		return err;
	brfw_match_drop_implied(m, *families);

	return 0;
}

/* ---- to attributes ---- */

static unsigned int brfw_prefix_len(const u8 *mask, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < 8 * size && mask[i / 8] & (0x80 >> i % 8); i++)
		;

	return i;
}

/* The test that a rule has for a field, or NULL. Tests of sets have no offset. */
static const struct brfw_test *brfw_match_find_test(const struct brfw_match *m,
						    const struct brfw_field *f)
{
	unsigned int i;

	for (i = 0; i < m->ntests; i++)
		if (m->tests[i].kind != BRFW_TEST_SET &&
		    m->tests[i].offset == f->offset)
			return &m->tests[i];

	return NULL;
}

/*
 * Fields of different families share places in the key: is it this one that a
 * condition of the rule would be about?
 */
static bool brfw_match_may_have(const struct brfw_match *m, u8 families,
				const struct brfw_field *field)
{
	if (field->families != BRFW_FAMILIES_ALL &&
	    families & ~field->families)
		return false;

	return !(field->flags & ~BRFW_IMPLIED_FLAGS & ~m->value.flags);
}

static bool brfw_match_has_flag(const struct brfw_match *m, u8 families,
				int attr);

static bool brfw_match_has_field(const struct brfw_match *m, u8 families,
				 int attr)
{
	const struct brfw_field *field = &brfw_fields[attr];

	if (field->kind == BRFW_FIELD_NONE)
		return false;
	if (field->kind == BRFW_FIELD_FLAG)
		return brfw_match_has_flag(m, families, attr);
	if (!brfw_match_may_have(m, families, field))
		return false;
	if (field->protos[0] && !brfw_match_has_proto(m, field))
		return false;

	return brfw_match_find_test(m, field) ||
	       memchr_inv((u8 *)&m->mask + field->offset, 0, field->size);
}

/* A flag may also be demanded by a condition on what it announces. */
static bool brfw_match_has_flag(const struct brfw_match *m, u8 families,
				int attr)
{
	u16 bit = brfw_fields[attr].bit;
	int other;

	if (!(m->mask.flags & bit))
		return false;
	if (!(m->value.flags & bit))
		return true;

	for (other = 1; other <= BRFW_MATCH_A_MAX; other++)
		if (other != attr && brfw_fields[other].flags & bit &&
		    brfw_match_has_field(m, families, other))
			return false;

	return true;
}

static int brfw_nlattr_put_number(struct sk_buff *skb, int attr,
				  const struct brfw_field *field, u16 value)
{
	if (field->size == 1)
		return nla_put_u8(skb, attr, value);

	return nla_put_u16(skb, attr, value);
}

static int brfw_nlattr_put_ranges(struct sk_buff *skb,
				  const struct brfw_field *field,
				  const struct brfw_test *test)
{
	struct brfw_range16 ranges[BRFW_RANGES_MAX];
	unsigned int i;

	if (test->nranges == 1)
		return brfw_nlattr_put_number(skb, BRFW_COND_A_VALUE, field,
					      test->ranges[0].first) ||
		       brfw_nlattr_put_number(skb, BRFW_COND_A_RANGE_END, field,
					      test->ranges[0].last);

	for (i = 0; i < test->nranges; i++) {
		ranges[i].first = test->ranges[i].first;
		ranges[i].last = test->ranges[i].last;
	}

	return nla_put(skb, BRFW_COND_A_RANGES, i * sizeof(ranges[0]), ranges);
}

static int brfw_nlattr_put_masked(struct sk_buff *skb, int attr,
				  const u8 *value, const u8 *mask)
{
	const struct nla_policy *policy = brfw_match_policy[attr].nested_policy;
	const struct brfw_field *field = &brfw_fields[attr];

	if (nla_put(skb, BRFW_COND_A_VALUE, field->size, value))
		return -EMSGSIZE;
	if (!memchr_inv(mask, 0xff, field->size))
		return 0;
	if (policy == brfw_cond_ip4 || policy == brfw_cond_ip6)
		return nla_put_u8(skb, BRFW_COND_A_PREFIX_LEN,
				  brfw_prefix_len(mask, field->size));

	return nla_put(skb, BRFW_COND_A_MASK, field->size, mask);
}

static int brfw_nlattr_put_test(struct sk_buff *skb, int attr,
				const struct brfw_test *test)
{
	int err;

	switch (test->kind) {
	case BRFW_TEST_RANGES:
		err = brfw_nlattr_put_ranges(skb, &brfw_fields[attr], test);
		break;
	case BRFW_TEST_BYTES:
		err = brfw_nlattr_put_masked(skb, attr, test->value,
					     test->mask);
		break;
	default:
		err = nla_put_u8(skb, BRFW_COND_A_VALUE, test->bits);
		break;
	}
	if (!err && test->negate)
		err = nla_put_flag(skb, BRFW_COND_A_NEGATE);

	return err;
}

static int brfw_nlattr_put_cond(struct sk_buff *skb, struct brfw_ruleset *rs,
				const struct brfw_match *m, int attr)
{
	const struct brfw_field *field = &brfw_fields[attr];
	const u8 *value = (u8 *)&m->value + field->offset;
	const u8 *mask = (u8 *)&m->mask + field->offset;
	const struct brfw_test *test;

	if (field->kind == BRFW_FIELD_FLAG)
		return nla_put_u8(skb, BRFW_COND_A_VALUE,
				  !!(m->value.flags & field->bit));
	if (field->kind == BRFW_FIELD_IFNAME)
		return brfw_nlattr_put_ifname(skb, rs, BRFW_COND_A_VALUE,
					      *(const u16 *)value);

	test = brfw_match_find_test(m, field);
	if (test)
		return brfw_nlattr_put_test(skb, attr, test);

	return brfw_nlattr_put_masked(skb, attr, value, mask);
}

/**
 * brfw_nlattr_put_match() - write the conditions of a rule
 * @skb: message
 * @rs: the ruleset
 * @m: the conditions
 * @families: of the rule
 *
 * Return: 0 or -EMSGSIZE.
 */
int brfw_nlattr_put_match(struct sk_buff *skb, struct brfw_ruleset *rs,
			  const struct brfw_match *m, u8 families)
{
	struct nlattr *nest;
	int attr;

	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		if (!brfw_match_has_field(m, families, attr))
			continue;
		nest = nla_nest_start(skb, attr);
		if (!nest || brfw_nlattr_put_cond(skb, rs, m, attr))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}

	return 0;
}

static int brfw_nlattr_put_in_set(struct sk_buff *skb, struct brfw_ruleset *rs,
				  const struct brfw_match *m, u8 families,
				  const struct brfw_test *test)
{
	u8 fields[BRFW_SET_MEMBERS_MAX] = {};
	unsigned int i, attr;

	for (i = 0; i < test->fields.n; i++)
		for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++)
			if (brfw_field_member(attr) >= 0 &&
			    brfw_fields[attr].offset == test->fields.offsets[i] &&
			    brfw_fields[attr].size == test->fields.sizes[i] &&
			    brfw_match_may_have(m, families, &brfw_fields[attr]))
				fields[i] = attr;

	if (nla_put_string(skb, BRFW_IN_SET_A_NAME,
			   brfw_set_name_of(rs, test->set)->name) ||
	    nla_put(skb, BRFW_IN_SET_A_FIELDS, test->fields.n, fields) ||
	    (test->negate && nla_put_flag(skb, BRFW_IN_SET_A_NEGATE)))
		return -EMSGSIZE;

	return 0;
}

/**
 * brfw_nlattr_put_in_sets() - write the conditions of a rule on sets
 * @skb: message
 * @rs: the ruleset
 * @m: the conditions, of which some are on sets
 * @families: of the rule
 *
 * Return: 0 or -EMSGSIZE.
 */
int brfw_nlattr_put_in_sets(struct sk_buff *skb, struct brfw_ruleset *rs,
			    const struct brfw_match *m, u8 families)
{
	struct nlattr *list, *item;
	unsigned int i;

	list = nla_nest_start(skb, BRFW_RULE_A_SETS);
	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < m->ntests; i++) {
		if (m->tests[i].kind != BRFW_TEST_SET)
			continue;
		item = nla_nest_start(skb, BRFW_LIST_A_ITEM);
		if (!item || brfw_nlattr_put_in_set(skb, rs, m, families,
						    &m->tests[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);

	return 0;
}

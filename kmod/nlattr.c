// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between netlink attributes and rules: the wire form of conditions, rules and
 * policies, in both directions, and all checks that need nothing but the
 * message itself. Texts for the client end up in its extended ACK.
 *
 * brfw_fields[] says everything about a field: adding one is adding a row.
 */
#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/slab.h>

#include "commit.h"
#include "nlattr.h"
#include "ruleset.h"
#include "transmit.h"

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

static const struct nla_policy brfw_match_policy[BRFW_MATCH_A_MAX + 1] = {
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

static const struct nla_policy brfw_limit_policy[BRFW_LIMIT_A_MAX + 1] = {
	[BRFW_LIMIT_A_RATE] = { .type = NLA_U64 },
	[BRFW_LIMIT_A_SECONDS] = { .type = NLA_U32 },
	[BRFW_LIMIT_A_BURST] = { .type = NLA_U64 },
	[BRFW_LIMIT_A_BYTES] = { .type = NLA_FLAG },
};

static const struct nla_policy brfw_log_policy[BRFW_LOG_A_MAX + 1] = {
	[BRFW_LOG_A_GROUP] = { .type = NLA_U16 },
	[BRFW_LOG_A_PREFIX] = { .type = NLA_NUL_STRING,
				.len = BRFW_LOG_PREFIX_LEN - 1 },
};

static const struct nla_policy brfw_mark_policy[BRFW_MARK_A_MAX + 1] = {
	[BRFW_MARK_A_VALUE] = { .type = NLA_U32 },
	[BRFW_MARK_A_MASK] = { .type = NLA_U32 },
};

static const struct nla_policy brfw_queue_policy[BRFW_QUEUE_A_MAX + 1] = {
	[BRFW_QUEUE_A_NUM] = { .type = NLA_U16 },
	[BRFW_QUEUE_A_BYPASS] = { .type = NLA_FLAG },
};

/* What clients may send; the rest of enum brfw_rule_attr is for answers. */
const struct nla_policy brfw_rule_policy[BRFW_RULE_A_MAX + 1] = {
	[BRFW_RULE_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_RULE_A_BRIDGE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[BRFW_RULE_A_PRIORITY] = { .type = NLA_U32 },
	[BRFW_RULE_A_BEFORE] = { .type = NLA_U64 },
	[BRFW_RULE_A_AFTER] = { .type = NLA_U64 },
	[BRFW_RULE_A_BEFORE_CHANGE] = { .type = NLA_U32 },
	[BRFW_RULE_A_AFTER_CHANGE] = { .type = NLA_U32 },
	[BRFW_RULE_A_MATCH] = NLA_POLICY_NESTED(brfw_match_policy),
	[BRFW_RULE_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, BRFW_VERDICT_MAX),
	[BRFW_RULE_A_COMMENT] = { .type = NLA_NUL_STRING,
				  .len = BRFW_COMMENT_LEN - 1 },
	[BRFW_RULE_A_LIMIT] = NLA_POLICY_NESTED(brfw_limit_policy),
	[BRFW_RULE_A_LOG] = NLA_POLICY_NESTED(brfw_log_policy),
	[BRFW_RULE_A_MARK] = NLA_POLICY_NESTED(brfw_mark_policy),
	[BRFW_RULE_A_MIRROR] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[BRFW_RULE_A_REJECT] = NLA_POLICY_MAX(NLA_U8, BRFW_REJECT_MAX),
	[BRFW_RULE_A_REDIRECT] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[BRFW_RULE_A_QUEUE] = NLA_POLICY_NESTED(brfw_queue_policy),
};

const struct nla_policy brfw_policy_policy[BRFW_POLICY_A_MAX + 1] = {
	[BRFW_POLICY_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_POLICY_A_BRIDGE] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[BRFW_POLICY_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, BRFW_VERDICT_DROP),
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
 * brfw_nlattr_matches() - fields that rules may match
 *
 * Return: 1 << enum brfw_match_attr.
 */
u64 brfw_nlattr_matches(void)
{
	u64 matches = 0;
	int attr;

	for (attr = 0; attr <= BRFW_MATCH_A_MAX; attr++)
		if (brfw_fields[attr].kind != BRFW_FIELD_NONE)
			matches |= BIT_ULL(attr);

	return matches;
}

/* ---- from attributes: names and comments ---- */

/*
 * As nla_parse_nested(), but an attribute may not stand there twice: of two
 * conditions on one field the core would silently take the last.
 */
static int brfw_nlattr_parse(struct nlattr **tb, int max,
			     const struct nlattr *nest,
			     const struct nla_policy *policy,
			     struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, 64) = {};
	struct nlattr *attr;
	int rem;

	BUILD_BUG_ON(BRFW_MATCH_A_MAX >= 64 || BRFW_RULE_A_MAX >= 64);

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) < 64 && __test_and_set_bit(nla_type(attr),
							      seen)) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "this attribute stands here twice");
			return -EINVAL;
		}
	}

	return nla_parse_nested(tb, max, nest, policy, extack);
}

/* Names and comments end up on terminals. */
static bool brfw_is_printable(const char *text)
{
	const unsigned char *p;

	for (p = text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return false;

	return true;
}

/**
 * brfw_nlattr_check_ifname() - is it the name of an interface?
 * @attr: the name, or NULL
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_check_ifname(const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	const char *name;

	if (!attr)
		return 0;

	name = nla_data(attr);
	if (!dev_valid_name(name) || !brfw_is_printable(name)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not a valid interface name");
		return -EINVAL;
	}
	if (name[strlen(name) - 1] == '*') {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a trailing * in an interface name is reserved");
		return -EOPNOTSUPP;
	}

	return 0;
}

static int brfw_nlattr_get_ifname(struct brfw_ruleset *rs,
				  const struct nlattr *attr, u16 *slot,
				  struct netlink_ext_ack *extack)
{
	int err;

	err = brfw_nlattr_check_ifname(attr, extack);
	if (err)
		return err;

	err = brfw_iface_get(&rs->ifaces, nla_data(attr), slot);
	if (err == -ENOSPC)
		NL_SET_ERR_MSG_ATTR(extack, attr, "too many interface names in use");

	return err;
}

/**
 * brfw_nlattr_get_bridge() - read the name of a bridge
 * @rs: the ruleset
 * @attr: the name, or NULL
 * @slot: to be filled with a reference to its slot, or 0 without @attr
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_bridge(struct brfw_ruleset *rs, const struct nlattr *attr,
			   u16 *slot, struct netlink_ext_ack *extack)
{
	*slot = 0;
	return attr ? brfw_nlattr_get_ifname(rs, attr, slot, extack) : 0;
}

static int brfw_nlattr_get_comment(const struct nlattr *attr, char **comment,
				   struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);

	if (!*text || !brfw_is_printable(text)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a comment can't be empty or have control characters");
		return -EINVAL;
	}

	*comment = kstrdup(text, GFP_KERNEL_ACCOUNT);
	return *comment ? 0 : -ENOMEM;
}

/* ---- from attributes: conditions ---- */

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

static int brfw_cond_check_masked(const struct brfw_cond *cond,
				  struct netlink_ext_ack *extack)
{
	unsigned int i;

	if (!memchr_inv(cond->mask, 0, cond->field->size)) {
		NL_SET_ERR_MSG_ATTR(extack, cond->tb[BRFW_COND_A_MASK],
				    "a mask of 0 matches everything: leave the condition out");
		return -EINVAL;
	}
	for (i = 0; i < cond->field->size; i++) {
		if (cond->value[i] & ~cond->mask[i]) {
			NL_SET_ERR_MSG_ATTR(extack, cond->tb[BRFW_COND_A_VALUE],
					    "the value has bits outside of its mask or prefix");
			return -EINVAL;
		}
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
	if (range->first >= range->last) {
		NL_SET_ERR_MSG_ATTR(extack, cond->tb[BRFW_COND_A_RANGE_END],
				    "a range must end above its start");
		return -EINVAL;
	}
	if (range->first == 0 && range->last == brfw_field_max(cond->field)) {
		NL_SET_ERR_MSG_ATTR(extack, cond->tb[BRFW_COND_A_RANGE_END],
				    "a range of all values matches everything: leave the condition out");
		return -EINVAL;
	}

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

	if (nla_len(attr) % sizeof(*ranges) || n < 2 || n > BRFW_RANGES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a list has 2 to 16 values and ranges");
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		test->ranges[i].first = ranges[i].first;
		test->ranges[i].last = ranges[i].last;
		if (ranges[i].first > ranges[i].last ||
		    ranges[i].last > brfw_field_max(cond->field) ||
		    (i && ranges[i].first <= ranges[i - 1].last + 1)) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "the values and ranges of a list must ascend, with a gap between each two");
			return -EINVAL;
		}
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

	if (m->ntests == BRFW_TESTS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, cond->nest, "too many ranges, lists and negations in one rule");
		return -EINVAL;
	}
	test = &m->tests[m->ntests++];
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
	if (cond->policy == brfw_cond_tpid &&
	    !eth_type_vlan(htons(nla_get_u16(cond->tb[BRFW_COND_A_VALUE])))) {
		NL_SET_ERR_MSG_ATTR(extack, cond->tb[BRFW_COND_A_VALUE],
				    "not the TPID of a VLAN tag: 0x8100 or 0x88a8");
		return -EINVAL;
	}
	memcpy(value, cond->value, field->size);
	memcpy(mask, cond->mask, field->size);

	return 0;
}

/* Demand that of the flags in @mask those in @value are set and others not. */
static int brfw_match_add_flags(struct brfw_match *m, u16 mask, u16 value,
				const struct nlattr *nest,
				struct netlink_ext_ack *extack)
{
	if ((m->value.flags ^ value) & m->mask.flags & mask) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "no frame can meet this condition together with the others");
		return -EINVAL;
	}
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

	/* Of a frame whose VLAN is lost nobody knows whether it has one. */
	if (bit == BRFW_KEY_F_VLAN)
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

	err = brfw_nlattr_parse(cond.tb, brfw_match_policy[attr].len, nest,
			       cond.policy, extack);
	if (err)
		return err;
	if (!cond.tb[BRFW_COND_A_VALUE] == !cond.tb[BRFW_COND_A_RANGES]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a condition has either a value or a list");
		return -EINVAL;
	}

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

/* What the conditions of a rule demand of each other. */
static int brfw_match_check(const struct brfw_match *m, struct nlattr **tb,
			    u8 *families, struct netlink_ext_ack *extack)
{
	const struct brfw_field *field;
	int attr;

	*families = brfw_match_eth_type_families(m);

	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		if (!tb[attr])
			continue;
		field = &brfw_fields[attr];
		if (field->protos[0] && !brfw_match_has_proto(m, field)) {
			NL_SET_ERR_MSG_ATTR(extack, tb[attr], "this condition needs a protocol that has such a field");
			return -EINVAL;
		}
		if (field->requires && !tb[field->requires]) {
			NL_SET_ERR_MSG_ATTR(extack, tb[attr], "a code means nothing without a type");
			return -EINVAL;
		}
		*families &= field->families;
		if (!*families) {
			NL_SET_ERR_MSG_ATTR(extack, tb[attr], "no frame can meet this condition together with the others");
			return -EINVAL;
		}
	}

	return 0;
}

static int brfw_nlattr_get_match(struct brfw_ruleset *rs, struct brfw_match *m,
				 const struct nlattr *nest, u8 hook,
				 u8 *families, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_MATCH_A_MAX + 1];
	int attr, err;

	err = brfw_nlattr_parse(tb, BRFW_MATCH_A_MAX, nest, brfw_match_policy,
			       extack);
	if (err)
		return err;

	if (hook == BRFW_HOOK_OUTPUT && tb[BRFW_MATCH_A_IN_PORT]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_MATCH_A_IN_PORT],
				    "frames have no ingress port in hook output");
		return -EINVAL;
	}
	if (hook == BRFW_HOOK_INPUT && tb[BRFW_MATCH_A_OUT_PORT]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_MATCH_A_OUT_PORT],
				    "frames have no egress port in hook input");
		return -EINVAL;
	}

	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		if (!tb[attr])
			continue;
		err = brfw_nlattr_get_cond(rs, m, tb[attr], attr, extack);
		if (err)
			return err;
	}

	return brfw_match_check(m, tb, families, extack);
}

/* ---- from attributes: limit, actions, verdict ---- */

static int brfw_nlattr_get_limit(const struct nlattr *nest,
				 struct brfw_actions *a,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_LIMIT_A_MAX + 1];
	int err;

	err = brfw_nlattr_parse(tb, BRFW_LIMIT_A_MAX, nest, brfw_limit_policy,
			       extack);
	if (err)
		return err;
	if (!tb[BRFW_LIMIT_A_RATE] || !tb[BRFW_LIMIT_A_SECONDS] ||
	    !tb[BRFW_LIMIT_A_BURST]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a limit needs rate, seconds and burst");
		return -EINVAL;
	}

	a->has_limit = true;
	a->limits_bytes = tb[BRFW_LIMIT_A_BYTES];
	a->limit_seconds = nla_get_u32(tb[BRFW_LIMIT_A_SECONDS]);
	switch (a->limit_seconds) {
	case 1:
	case 60:
	case 3600:
	case 86400:
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_LIMIT_A_SECONDS],
				    "a limit is per 1, 60, 3600 or 86400 seconds");
		return -EINVAL;
	}

	a->rate.rate = nla_get_u64(tb[BRFW_LIMIT_A_RATE]);
	a->rate.burst = nla_get_u64(tb[BRFW_LIMIT_A_BURST]);
	a->rate.period = a->limit_seconds * BRFW_TICKS_PER_SEC;
	if (!a->rate.rate || !a->rate.burst) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a limit of 0 would never match");
		return -EINVAL;
	}
	if (!brfw_rate_is_valid(&a->rate)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_LIMIT_A_BURST],
				    "the burst takes years to refill at this rate");
		return -ERANGE;
	}

	return 0;
}

static int brfw_nlattr_get_log(const struct nlattr *nest,
			       struct brfw_actions *a,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_LOG_A_MAX + 1];
	const char *prefix;
	int err;

	err = brfw_nlattr_parse(tb, BRFW_LOG_A_MAX, nest, brfw_log_policy,
			       extack);
	if (err)
		return err;

	a->has_log = true;
	if (tb[BRFW_LOG_A_GROUP]) {
		a->logs_to_group = true;
		a->log_group = nla_get_u16(tb[BRFW_LOG_A_GROUP]);
	}
	if (!tb[BRFW_LOG_A_PREFIX])
		return 0;

	prefix = nla_data(tb[BRFW_LOG_A_PREFIX]);
	if (!*prefix || !brfw_is_printable(prefix)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_LOG_A_PREFIX],
				    "a prefix can't be empty or have control characters");
		return -EINVAL;
	}
	strscpy(a->log_prefix, prefix, sizeof(a->log_prefix));

	return 0;
}

static int brfw_nlattr_get_mark(const struct nlattr *nest,
				struct brfw_actions *a,
				struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_MARK_A_MAX + 1];
	int err;

	err = brfw_nlattr_parse(tb, BRFW_MARK_A_MAX, nest, brfw_mark_policy,
			       extack);
	if (err)
		return err;
	if (!tb[BRFW_MARK_A_VALUE]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the new mark has no value");
		return -EINVAL;
	}

	a->mark_value = nla_get_u32(tb[BRFW_MARK_A_VALUE]);
	a->mark_mask = tb[BRFW_MARK_A_MASK] ?
		       nla_get_u32(tb[BRFW_MARK_A_MASK]) : U32_MAX;
	if (!a->mark_mask || a->mark_value & ~a->mark_mask) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the mask of a new mark can't be 0, nor the value have bits outside of it");
		return -EINVAL;
	}

	return 0;
}

static int brfw_nlattr_get_queue(const struct nlattr *nest,
				 struct brfw_actions *a,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_QUEUE_A_MAX + 1];
	int err;

	err = brfw_nlattr_parse(tb, BRFW_QUEUE_A_MAX, nest, brfw_queue_policy,
			       extack);
	if (err)
		return err;
	if (!tb[BRFW_QUEUE_A_NUM]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the queue has no number");
		return -EINVAL;
	}

	a->queue = nla_get_u16(tb[BRFW_QUEUE_A_NUM]);
	a->queue_bypass = tb[BRFW_QUEUE_A_BYPASS];

	return 0;
}

/* The name of a device that frames are sent by. */
static int brfw_nlattr_get_target(struct brfw_ruleset *rs,
				  const struct nlattr *attr, u16 *slot,
				  struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	const char *problem;
	int err;

	err = brfw_nlattr_get_ifname(rs, attr, slot, extack);
	if (err)
		return err;

	/* A device that isn't there yet, or is down, may become suitable. */
	rcu_read_lock();
	dev = brfw_iface_dev(&rs->ifaces, *slot);
	problem = dev ? brfw_transmit_unsuitable(dev) : NULL;
	rcu_read_unlock();
	if (!problem)
		return 0;

	NL_SET_BAD_ATTR(extack, attr);
	extack->_msg = problem;
	return -EINVAL;
}

/* Which attribute each verdict goes with, and no other does. */
static int brfw_nlattr_check_verdict(const struct brfw_rule *rule,
				     struct nlattr **tb,
				     struct netlink_ext_ack *extack)
{
	static const struct {
		u8 verdict;
		u8 attr;
		bool is_needed;
	} belongs[] = {
		{ BRFW_VERDICT_REJECT, BRFW_RULE_A_REJECT, false },
		{ BRFW_VERDICT_REDIRECT, BRFW_RULE_A_REDIRECT, true },
		{ BRFW_VERDICT_QUEUE, BRFW_RULE_A_QUEUE, true },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(belongs); i++) {
		if (tb[belongs[i].attr] && rule->verdict != belongs[i].verdict) {
			NL_SET_ERR_MSG_ATTR(extack, tb[belongs[i].attr], "this goes with another verdict");
			return -EINVAL;
		}
		if (!tb[belongs[i].attr] && belongs[i].is_needed &&
		    rule->verdict == belongs[i].verdict) {
			NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_RULE_A_VERDICT], "this verdict lacks its target");
			return -EINVAL;
		}
	}
	if (rule->verdict == BRFW_VERDICT_NONE && !tb[BRFW_RULE_A_LOG] &&
	    !tb[BRFW_RULE_A_MARK] && !tb[BRFW_RULE_A_MIRROR]) {
		NL_SET_ERR_MSG(extack, "the rule has neither a verdict nor an action");
		return -EINVAL;
	}

	return 0;
}

static int brfw_nlattr_get_reject(const struct brfw_rule *rule,
				  const struct nlattr *attr,
				  struct brfw_actions *a,
				  struct netlink_ext_ack *extack)
{
	struct brfw_key value, mask;

	a->reject = nla_get_u8(attr);
	if (a->reject != BRFW_REJECT_TCP_RESET)
		return 0;

	brfw_cls_rule_get_masked(&rule->cls, &value, &mask);
	if (mask.ip_proto && value.ip_proto == IPPROTO_TCP)
		return 0;

	NL_SET_ERR_MSG_ATTR(extack, attr, "only TCP can be reset: the rule needs a condition on that protocol");
	return -EINVAL;
}

static int brfw_nlattr_fill_actions(struct brfw_ruleset *rs,
				    const struct brfw_rule *rule,
				    struct brfw_actions *a, struct nlattr **tb,
				    struct netlink_ext_ack *extack)
{
	int err = 0;

	if (tb[BRFW_RULE_A_LIMIT])
		err = brfw_nlattr_get_limit(tb[BRFW_RULE_A_LIMIT], a, extack);
	if (!err && tb[BRFW_RULE_A_LOG])
		err = brfw_nlattr_get_log(tb[BRFW_RULE_A_LOG], a, extack);
	if (!err && tb[BRFW_RULE_A_MARK])
		err = brfw_nlattr_get_mark(tb[BRFW_RULE_A_MARK], a, extack);
	if (!err && tb[BRFW_RULE_A_MIRROR])
		err = brfw_nlattr_get_target(rs, tb[BRFW_RULE_A_MIRROR],
					     &a->mirror, extack);
	if (!err && tb[BRFW_RULE_A_REJECT])
		err = brfw_nlattr_get_reject(rule, tb[BRFW_RULE_A_REJECT], a,
					     extack);
	if (!err && tb[BRFW_RULE_A_REDIRECT])
		err = brfw_nlattr_get_target(rs, tb[BRFW_RULE_A_REDIRECT],
					     &a->redirect, extack);
	if (!err && tb[BRFW_RULE_A_QUEUE])
		err = brfw_nlattr_get_queue(tb[BRFW_RULE_A_QUEUE], a, extack);

	a->acts_once = a->has_limit || a->has_log || a->mirror ||
		       a->redirect || rule->verdict == BRFW_VERDICT_REJECT;

	return err;
}

static int brfw_nlattr_get_actions(struct brfw_ruleset *rs,
				   struct brfw_rule *rule, struct nlattr **tb,
				   struct netlink_ext_ack *extack)
{
	int err;

	rule->verdict = tb[BRFW_RULE_A_VERDICT] ?
			nla_get_u8(tb[BRFW_RULE_A_VERDICT]) :
			BRFW_VERDICT_NONE;
	err = brfw_nlattr_check_verdict(rule, tb, extack);
	if (err)
		return err;

	if (!tb[BRFW_RULE_A_LIMIT] && !tb[BRFW_RULE_A_LOG] &&
	    !tb[BRFW_RULE_A_MARK] && !tb[BRFW_RULE_A_MIRROR] &&
	    (rule->verdict == BRFW_VERDICT_ACCEPT ||
	     rule->verdict == BRFW_VERDICT_DROP))
		return 0;

	rule->actions = kzalloc(sizeof(*rule->actions), GFP_KERNEL_ACCOUNT);
	if (!rule->actions)
		return -ENOMEM;

	return brfw_nlattr_fill_actions(rs, rule, rule->actions, tb, extack);
}

/* ---- from attributes: rules and policies ---- */

static int brfw_nlattr_get_hook(const struct nlattr *attr, u8 *hook,
				struct netlink_ext_ack *extack)
{
	*hook = attr ? nla_get_u8(attr) : BRFW_HOOK_FORWARD;
	if (*hook < BRFW_HOOKS)
		return 0;

	NL_SET_ERR_MSG_ATTR(extack, attr, "this hook is reserved");
	return -EOPNOTSUPP;
}

/* Where a rule is to be put. */
static int brfw_nlattr_get_place(struct brfw_change *change,
				 struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	static const int attrs[] = {
		BRFW_RULE_A_BEFORE, BRFW_RULE_A_AFTER,
		BRFW_RULE_A_BEFORE_CHANGE, BRFW_RULE_A_AFTER_CHANGE,
	};
	const struct nlattr *attr, *found = NULL;
	int i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		attr = tb[attrs[i]];
		if (!attr)
			continue;
		if (found) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "a rule can be put before or after one other rule only");
			return -EINVAL;
		}
		found = attr;
		change->is_before = attr == tb[BRFW_RULE_A_BEFORE] ||
				    attr == tb[BRFW_RULE_A_BEFORE_CHANGE];
		if (nla_len(attr) == sizeof(u64))
			change->ref.handle = nla_get_u64(attr);
		else
			change->ref.change_id = nla_get_u32(attr);
		if (!change->ref.handle && !change->ref.change_id) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "0 names no rule");
			return -EINVAL;
		}
	}

	return 0;
}

static void brfw_match_put_ifaces(struct brfw_ruleset *rs,
				  const struct brfw_match *m)
{
	brfw_iface_put(&rs->ifaces, m->value.bridge);
	brfw_iface_put(&rs->ifaces, m->value.in);
	brfw_iface_put(&rs->ifaces, m->value.out);
}

/* All of a rule that becomes part of struct brfw_match. */
static int brfw_nlattr_get_conditions(struct brfw_ruleset *rs,
				      struct brfw_match *m,
				      struct nlattr **tb, u8 hook,
				      u8 *families,
				      struct netlink_ext_ack *extack)
{
	int err;

	*families = BRFW_FAMILIES_ALL;
	if (tb[BRFW_RULE_A_MATCH]) {
		err = brfw_nlattr_get_match(rs, m, tb[BRFW_RULE_A_MATCH], hook,
					    families, extack);
		if (err)
			return err;
	}
	if (tb[BRFW_RULE_A_BRIDGE]) {
		m->mask.bridge = U16_MAX;
		return brfw_nlattr_get_bridge(rs, tb[BRFW_RULE_A_BRIDGE],
					      &m->value.bridge, extack);
	}

	return 0;
}

/**
 * brfw_nlattr_get_rule() - read a rule that is to be added
 * @rs: the ruleset
 * @change: gets the rule and its place
 * @attr: BRFW_A_RULE
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_rule(struct brfw_ruleset *rs, struct brfw_change *change,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_RULE_A_MAX + 1];
	struct brfw_rule *rule;
	struct brfw_match m;
	u8 hook, families;
	int err;

	err = brfw_nlattr_parse(tb, BRFW_RULE_A_MAX, attr, brfw_rule_policy,
			       extack);
	if (err)
		return err;
	err = brfw_nlattr_get_hook(tb[BRFW_RULE_A_HOOK], &hook, extack);
	if (err)
		return err;
	err = brfw_nlattr_get_place(change, tb, extack);
	if (err)
		return err;

	memset(&m, 0, sizeof(m));
	err = brfw_nlattr_get_conditions(rs, &m, tb, hook, &families, extack);
	if (err)
		goto err_ifaces;
	rule = brfw_rule_alloc(&m);
	if (!rule) {
		err = -ENOMEM;
		goto err_ifaces;
	}

	change->rule = rule;
	rule->hook = hook;
	rule->families = families;
	rule->change_id = change->id;
	change->has_priority = tb[BRFW_RULE_A_PRIORITY];
	if (change->has_priority)
		brfw_rule_set_priority(rule,
				       nla_get_u32(tb[BRFW_RULE_A_PRIORITY]));
	if (tb[BRFW_RULE_A_COMMENT]) {
		err = brfw_nlattr_get_comment(tb[BRFW_RULE_A_COMMENT],
					      &rule->comment, extack);
		if (err)
			return err;
	}

	return brfw_nlattr_get_actions(rs, rule, tb, extack);

err_ifaces:
	brfw_match_put_ifaces(rs, &m);
	return err;
}

/**
 * brfw_nlattr_get_policy() - read a policy that is to be set or deleted
 * @rs: the ruleset
 * @change: gets hook, bridge and verdict
 * @attr: BRFW_A_POLICY
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_policy(struct brfw_ruleset *rs, struct brfw_change *change,
			   const struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	bool is_delete = change->type == BRFW_CHANGE_POLICY_DELETE;
	struct nlattr *tb[BRFW_POLICY_A_MAX + 1];
	int err;

	err = brfw_nlattr_parse(tb, BRFW_POLICY_A_MAX, attr, brfw_policy_policy,
			       extack);
	if (err)
		return err;
	if (!tb[BRFW_POLICY_A_HOOK]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the policy has no hook");
		return -EINVAL;
	}
	if (!is_delete && !tb[BRFW_POLICY_A_VERDICT]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the policy has no verdict");
		return -EINVAL;
	}
	if (is_delete && tb[BRFW_POLICY_A_VERDICT]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[BRFW_POLICY_A_VERDICT],
				    "a policy is deleted by hook and bridge");
		return -EINVAL;
	}
	if (is_delete && !tb[BRFW_POLICY_A_BRIDGE]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the policy of all bridges can't be deleted: set it instead");
		return -EINVAL;
	}

	err = brfw_nlattr_get_hook(tb[BRFW_POLICY_A_HOOK], &change->hook,
				   extack);
	if (err)
		return err;
	if (!is_delete)
		change->verdict = nla_get_u8(tb[BRFW_POLICY_A_VERDICT]);

	return brfw_nlattr_get_bridge(rs, tb[BRFW_POLICY_A_BRIDGE],
				      &change->bridge, extack);
}

/* ---- to attributes ---- */

static int brfw_nlattr_put_ifname(struct sk_buff *skb, struct brfw_ruleset *rs,
				  int attr, u16 slot)
{
	char name[IFNAMSIZ];

	brfw_iface_name(&rs->ifaces, slot, name);
	return nla_put_string(skb, attr, name);
}

static int brfw_nlattr_put_stats(struct sk_buff *skb, int attr,
				 const struct brfw_stats *stats)
{
	u64 packets, bytes;
	struct nlattr *nest;
	u32 seconds;

	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;

	brfw_stats_read(stats, &packets, &bytes);
	if (nla_put_u64_64bit(skb, BRFW_STATS_A_PACKETS, packets,
			      BRFW_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, BRFW_STATS_A_BYTES, bytes,
			      BRFW_STATS_A_PAD))
		return -EMSGSIZE;
	if (brfw_stats_last_used(stats, &seconds) &&
	    nla_put_u64_64bit(skb, BRFW_STATS_A_LAST_USED, seconds,
			      BRFW_STATS_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static unsigned int brfw_prefix_len(const u8 *mask, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < 8 * size && mask[i / 8] & (0x80 >> i % 8); i++)
		;

	return i;
}

/* The test that a rule has for a field, or NULL. */
static const struct brfw_test *brfw_match_find_test(const struct brfw_match *m,
						    const struct brfw_field *f)
{
	unsigned int i;

	for (i = 0; i < m->ntests; i++)
		if (m->tests[i].offset == f->offset)
			return &m->tests[i];

	return NULL;
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
	/* Families and protocols share places in the key. */
	if (field->families != BRFW_FAMILIES_ALL &&
	    families & ~field->families)
		return false;
	if (field->protos[0] && !brfw_match_has_proto(m, field))
		return false;
	if ((m->value.flags & field->flags) != field->flags)
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
				  !!(m->value.flags & field->flags));
	if (field->kind == BRFW_FIELD_IFNAME)
		return brfw_nlattr_put_ifname(skb, rs, BRFW_COND_A_VALUE,
					      *(const u16 *)value);

	test = brfw_match_find_test(m, field);
	if (test)
		return brfw_nlattr_put_test(skb, attr, test);

	return brfw_nlattr_put_masked(skb, attr, value, mask);
}

static int brfw_nlattr_put_match(struct sk_buff *skb, struct brfw_ruleset *rs,
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

static int brfw_nlattr_put_conditions(struct sk_buff *skb,
				      struct brfw_ruleset *rs,
				      const struct brfw_rule *rule)
{
	struct brfw_match m;
	struct nlattr *nest;

	brfw_cls_rule_get_match(&rule->cls, &m);
	if (m.mask.bridge &&
	    brfw_nlattr_put_ifname(skb, rs, BRFW_RULE_A_BRIDGE, m.value.bridge))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, BRFW_RULE_A_MATCH);
	if (!nest || brfw_nlattr_put_match(skb, rs, &m, rule->families))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int brfw_nlattr_put_limit(struct sk_buff *skb,
				 const struct brfw_actions *a)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_RULE_A_LIMIT);
	if (!nest ||
	    nla_put_u64_64bit(skb, BRFW_LIMIT_A_RATE, a->rate.rate,
			      BRFW_LIMIT_A_PAD) ||
	    nla_put_u32(skb, BRFW_LIMIT_A_SECONDS, a->limit_seconds) ||
	    nla_put_u64_64bit(skb, BRFW_LIMIT_A_BURST, a->rate.burst,
			      BRFW_LIMIT_A_PAD) ||
	    (a->limits_bytes && nla_put_flag(skb, BRFW_LIMIT_A_BYTES)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int brfw_nlattr_put_log(struct sk_buff *skb,
			       const struct brfw_actions *a)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_RULE_A_LOG);
	if (!nest ||
	    (a->logs_to_group &&
	     nla_put_u16(skb, BRFW_LOG_A_GROUP, a->log_group)) ||
	    (*a->log_prefix &&
	     nla_put_string(skb, BRFW_LOG_A_PREFIX, a->log_prefix)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int brfw_nlattr_put_mark(struct sk_buff *skb,
				const struct brfw_actions *a)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_RULE_A_MARK);
	if (!nest || nla_put_u32(skb, BRFW_MARK_A_VALUE, a->mark_value) ||
	    (a->mark_mask != U32_MAX &&
	     nla_put_u32(skb, BRFW_MARK_A_MASK, a->mark_mask)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int brfw_nlattr_put_queue(struct sk_buff *skb,
				 const struct brfw_actions *a)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_RULE_A_QUEUE);
	if (!nest || nla_put_u16(skb, BRFW_QUEUE_A_NUM, a->queue) ||
	    (a->queue_bypass && nla_put_flag(skb, BRFW_QUEUE_A_BYPASS)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int brfw_nlattr_put_actions(struct sk_buff *skb,
				   struct brfw_ruleset *rs,
				   const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;
	const char *problem;

	if (!a)
		return 0;

	problem = brfw_rule_problem(rs, rule);
	if ((a->has_limit && brfw_nlattr_put_limit(skb, a)) ||
	    (a->has_log && brfw_nlattr_put_log(skb, a)) ||
	    (a->mark_mask && brfw_nlattr_put_mark(skb, a)) ||
	    (a->mirror &&
	     brfw_nlattr_put_ifname(skb, rs, BRFW_RULE_A_MIRROR, a->mirror)) ||
	    (rule->verdict == BRFW_VERDICT_REJECT &&
	     nla_put_u8(skb, BRFW_RULE_A_REJECT, a->reject)) ||
	    (a->redirect &&
	     brfw_nlattr_put_ifname(skb, rs, BRFW_RULE_A_REDIRECT,
				    a->redirect)) ||
	    (rule->verdict == BRFW_VERDICT_QUEUE &&
	     brfw_nlattr_put_queue(skb, a)) ||
	    (problem && nla_put_string(skb, BRFW_RULE_A_PROBLEM, problem)))
		return -EMSGSIZE;

	return 0;
}

/**
 * brfw_nlattr_put_rule() - write a rule
 * @skb: message
 * @rs: the ruleset
 * @rule: one of its rules
 *
 * Return: 0, or -EMSGSIZE and the message is to be trimmed.
 */
int brfw_nlattr_put_rule(struct sk_buff *skb, struct brfw_ruleset *rs,
			 const struct brfw_rule *rule)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_A_RULE);
	if (!nest ||
	    nla_put_u64_64bit(skb, BRFW_RULE_A_HANDLE, rule->state->handle,
			      BRFW_RULE_A_PAD) ||
	    nla_put_u8(skb, BRFW_RULE_A_HOOK, rule->hook) ||
	    nla_put_u32(skb, BRFW_RULE_A_PRIORITY, brfw_rule_priority(rule)) ||
	    brfw_nlattr_put_conditions(skb, rs, rule) ||
	    (rule->verdict != BRFW_VERDICT_NONE &&
	     nla_put_u8(skb, BRFW_RULE_A_VERDICT, rule->verdict)) ||
	    brfw_nlattr_put_actions(skb, rs, rule) ||
	    (rule->comment &&
	     nla_put_string(skb, BRFW_RULE_A_COMMENT, rule->comment)) ||
	    brfw_nlattr_put_stats(skb, BRFW_RULE_A_STATS, &rule->state->stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/**
 * brfw_nlattr_put_policy() - write a policy
 * @skb: message
 * @rs: the ruleset
 * @policy: one of its policies
 *
 * Return: 0, or -EMSGSIZE and the message is to be trimmed.
 */
int brfw_nlattr_put_policy(struct sk_buff *skb, struct brfw_ruleset *rs,
			   const struct brfw_policy *policy)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_A_POLICY);
	if (!nest ||
	    nla_put_u8(skb, BRFW_POLICY_A_HOOK, policy->hook) ||
	    (policy->bridge &&
	     brfw_nlattr_put_ifname(skb, rs, BRFW_POLICY_A_BRIDGE,
				    policy->bridge)) ||
	    nla_put_u8(skb, BRFW_POLICY_A_VERDICT, policy->verdict) ||
	    brfw_nlattr_put_stats(skb, BRFW_POLICY_A_STATS, &policy->stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

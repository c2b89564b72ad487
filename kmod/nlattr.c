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

/* ---- policies ---- */

static const struct nla_policy brfw_cond_ifname[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static const struct nla_policy brfw_cond_u8[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U8 },
};

static const struct nla_policy brfw_cond_u8_mask[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U8 },
	[BRFW_COND_A_MASK] = { .type = NLA_U8 },
};

static const struct nla_policy brfw_cond_eth_type[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MIN(NLA_U16, ETH_P_802_3_MIN),
};

static const struct nla_policy brfw_cond_vlan_id[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_MAX(NLA_U16, VLAN_N_VID - 2),
};

static const struct nla_policy brfw_cond_port[] = {
	[BRFW_COND_A_VALUE] = { .type = NLA_U16 },
	[BRFW_COND_A_RANGE_END] = { .type = NLA_U16 },
};

static const struct nla_policy brfw_cond_mac[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[BRFW_COND_A_MASK] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy brfw_cond_ip4[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_EXACT_LEN(4),
	[BRFW_COND_A_PREFIX_LEN] = NLA_POLICY_RANGE(NLA_U8, 1, 32),
};

static const struct nla_policy brfw_cond_ip6[] = {
	[BRFW_COND_A_VALUE] = NLA_POLICY_EXACT_LEN(16),
	[BRFW_COND_A_PREFIX_LEN] = NLA_POLICY_RANGE(NLA_U8, 1, 128),
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
	[BRFW_MATCH_A_L4_SPORT] = NLA_POLICY_NESTED(brfw_cond_port),
	[BRFW_MATCH_A_L4_DPORT] = NLA_POLICY_NESTED(brfw_cond_port),
	[BRFW_MATCH_A_TCP_FLAGS] = NLA_POLICY_NESTED(brfw_cond_u8_mask),
	[BRFW_MATCH_A_ICMP_TYPE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_ICMP_CODE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_ICMPV6_TYPE] = NLA_POLICY_NESTED(brfw_cond_u8),
	[BRFW_MATCH_A_ICMPV6_CODE] = NLA_POLICY_NESTED(brfw_cond_u8),
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
};

const struct nla_policy brfw_policy_policy[BRFW_POLICY_A_MAX + 1] = {
	[BRFW_POLICY_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_POLICY_A_BRIDGE] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[BRFW_POLICY_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, BRFW_VERDICT_DROP),
};

/* ---- fields ---- */

enum brfw_field_kind {
	BRFW_FIELD_NONE,
	BRFW_FIELD_IFNAME,
	BRFW_FIELD_U8,
	BRFW_FIELD_U16,
	BRFW_FIELD_BYTES,
};

/**
 * struct brfw_field - a field that rules may match
 * @kind: form of its values
 * @size: bytes of it in the key
 * @offset: of it in the key
 * @flags: BRFW_KEY_F_* that must be set for it to be present
 * @families: that have it, 1 << enum brfw_family
 * @protos: it is there only with one of these transport protocols; 0: any
 * @requires: other field that must be given too (enum brfw_match_attr), or 0
 */
struct brfw_field {
	u8 kind;
	u8 size;
	u8 offset;
	u8 flags;
	u8 families;
	u8 protos[2];
	u8 requires;
};

#define BRFW_FAMILIES_IP4	BIT(BRFW_FAMILY_IP4)
#define BRFW_FAMILIES_IP6	BIT(BRFW_FAMILY_IP6)
#define BRFW_FAMILIES_IP	(BRFW_FAMILIES_IP4 | BRFW_FAMILIES_IP6)

#define BRFW_FIELD(_kind, _member, ...)					\
	{								\
		.kind = BRFW_FIELD_##_kind,				\
		.size = sizeof_field(struct brfw_key, _member),		\
		.offset = offsetof(struct brfw_key, _member),		\
		.families = BRFW_FAMILIES_ALL,				\
		__VA_ARGS__						\
	}

#define BRFW_FIELD_L4(_kind, _member, ...)				\
	{								\
		.kind = BRFW_FIELD_##_kind,				\
		.size = sizeof_field(struct brfw_key, _member),		\
		.offset = offsetof(struct brfw_key, _member),		\
		.flags = BRFW_KEY_F_L4,					\
		__VA_ARGS__						\
	}

#define BRFW_FIELD_ADDR(_member, _families)				\
	{								\
		.kind = BRFW_FIELD_BYTES,				\
		.size = sizeof_field(struct brfw_key, _member),		\
		.offset = offsetof(struct brfw_key, _member),		\
		.families = _families,					\
	}

static const struct brfw_field brfw_fields[BRFW_MATCH_A_MAX + 1] = {
	[BRFW_MATCH_A_IN_PORT] = BRFW_FIELD(IFNAME, in),
	[BRFW_MATCH_A_OUT_PORT] = BRFW_FIELD(IFNAME, out),
	[BRFW_MATCH_A_ETH_SRC] = BRFW_FIELD(BYTES, smac),
	[BRFW_MATCH_A_ETH_DST] = BRFW_FIELD(BYTES, dmac),
	[BRFW_MATCH_A_ETH_TYPE] = BRFW_FIELD(U16, eth_type),
	[BRFW_MATCH_A_VLAN_ID] = BRFW_FIELD(U16, vlan),
	[BRFW_MATCH_A_IP4_SRC] = BRFW_FIELD_ADDR(ip4.src, BRFW_FAMILIES_IP4),
	[BRFW_MATCH_A_IP4_DST] = BRFW_FIELD_ADDR(ip4.dst, BRFW_FAMILIES_IP4),
	[BRFW_MATCH_A_IP6_SRC] = BRFW_FIELD_ADDR(ip6.src, BRFW_FAMILIES_IP6),
	[BRFW_MATCH_A_IP6_DST] = BRFW_FIELD_ADDR(ip6.dst, BRFW_FAMILIES_IP6),
	[BRFW_MATCH_A_IP_PROTO] = {
		.kind = BRFW_FIELD_U8,
		.size = sizeof_field(struct brfw_key, ip_proto),
		.offset = offsetof(struct brfw_key, ip_proto),
		.flags = BRFW_KEY_F_PROTO,
		.families = BRFW_FAMILIES_IP,
	},
	[BRFW_MATCH_A_L4_SPORT] = BRFW_FIELD_L4(U16, sport,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_TCP, IPPROTO_UDP }),
	[BRFW_MATCH_A_L4_DPORT] = BRFW_FIELD_L4(U16, dport,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_TCP, IPPROTO_UDP }),
	[BRFW_MATCH_A_TCP_FLAGS] = BRFW_FIELD_L4(U8, tcp_flags,
		.families = BRFW_FAMILIES_IP,
		.protos = { IPPROTO_TCP }),
	[BRFW_MATCH_A_ICMP_TYPE] = BRFW_FIELD_L4(U8, icmp_type,
		.families = BRFW_FAMILIES_IP4,
		.protos = { IPPROTO_ICMP }),
	[BRFW_MATCH_A_ICMP_CODE] = BRFW_FIELD_L4(U8, icmp_code,
		.families = BRFW_FAMILIES_IP4,
		.protos = { IPPROTO_ICMP },
		.requires = BRFW_MATCH_A_ICMP_TYPE),
	[BRFW_MATCH_A_ICMPV6_TYPE] = BRFW_FIELD_L4(U8, icmp_type,
		.families = BRFW_FAMILIES_IP6,
		.protos = { IPPROTO_ICMPV6 }),
	[BRFW_MATCH_A_ICMPV6_CODE] = BRFW_FIELD_L4(U8, icmp_code,
		.families = BRFW_FAMILIES_IP6,
		.protos = { IPPROTO_ICMPV6 },
		.requires = BRFW_MATCH_A_ICMPV6_TYPE),
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
 * @tb: its attributes
 * @value: as in the key
 * @mask: bits of @value that count
 */
struct brfw_cond {
	const struct brfw_field *field;
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

static int brfw_cond_get_range(const struct brfw_cond *cond,
			       struct brfw_range *range,
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *end = cond->tb[BRFW_COND_A_RANGE_END];

	range->lo = nla_get_u16(cond->tb[BRFW_COND_A_VALUE]);
	range->hi = nla_get_u16(end);
	if (range->lo >= range->hi) {
		NL_SET_ERR_MSG_ATTR(extack, end, "a range must end above its start");
		return -EINVAL;
	}
	if (range->lo == 0 && range->hi == U16_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, end, "a range of all ports matches everything: leave the condition out");
		return -EINVAL;
	}

	return 0;
}

static int brfw_nlattr_get_cond(struct brfw_ruleset *rs, struct brfw_match *m,
				struct nlattr *nest, int attr,
				struct netlink_ext_ack *extack)
{
	struct brfw_cond cond = { .field = &brfw_fields[attr] };
	const struct brfw_field *field = cond.field;
	int err;

	err = brfw_nlattr_parse(cond.tb, brfw_match_policy[attr].len, nest,
			       brfw_match_policy[attr].nested_policy, extack);
	if (err)
		return err;
	if (!cond.tb[BRFW_COND_A_VALUE]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the condition has no value");
		return -EINVAL;
	}

	m->value.flags |= field->flags;
	m->mask.flags |= field->flags;

	if (cond.tb[BRFW_COND_A_RANGE_END])
		return brfw_cond_get_range(&cond, attr == BRFW_MATCH_A_L4_SPORT ?
					   &m->sport : &m->dport, extack);

	if (field->kind == BRFW_FIELD_IFNAME) {
		err = brfw_nlattr_get_ifname(rs, cond.tb[BRFW_COND_A_VALUE],
					     (u16 *)((u8 *)&m->value +
						     field->offset), extack);
		if (err)
			return err;
		memset((u8 *)&m->mask + field->offset, 0xff, field->size);
		return 0;
	}

	brfw_cond_get_masked(&cond);
	err = brfw_cond_check_masked(&cond, extack);
	if (err)
		return err;
	memcpy((u8 *)&m->value + field->offset, cond.value, field->size);
	memcpy((u8 *)&m->mask + field->offset, cond.mask, field->size);
	if (attr == BRFW_MATCH_A_VLAN_ID) {
		m->value.vlan |= BRFW_KEY_VLAN_PRESENT;
		m->mask.vlan = VLAN_VID_MASK | BRFW_KEY_VLAN_PRESENT;
	}

	return 0;
}

/* Frames that the EtherType condition lets pass. */
static u8 brfw_match_eth_type_families(const struct brfw_match *m)
{
	if (!m->mask.eth_type)
		return BRFW_FAMILIES_ALL;
	if (m->value.eth_type == ETH_P_IP)
		return BRFW_FAMILIES_IP4 | BIT(BRFW_FAMILY_OTHER);
	if (m->value.eth_type == ETH_P_IPV6)
		return BRFW_FAMILIES_IP6 | BIT(BRFW_FAMILY_OTHER);

	return BIT(BRFW_FAMILY_OTHER);
}

static bool brfw_match_has_proto(const struct brfw_match *m,
				 const struct brfw_field *field)
{
	return m->mask.ip_proto &&
	       (m->value.ip_proto == field->protos[0] ||
		(field->protos[1] && m->value.ip_proto == field->protos[1]));
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
	if (!tb[BRFW_RULE_A_VERDICT]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the rule has no verdict");
		return -EINVAL;
	}
	err = brfw_nlattr_get_hook(tb[BRFW_RULE_A_HOOK], &hook, extack);
	if (err)
		return err;
	err = brfw_nlattr_get_place(change, tb, extack);
	if (err)
		return err;

	brfw_match_init(&m);
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
	rule->verdict = nla_get_u8(tb[BRFW_RULE_A_VERDICT]);
	rule->change_id = change->id;
	change->has_priority = tb[BRFW_RULE_A_PRIORITY];
	if (change->has_priority)
		brfw_rule_set_priority(rule,
				       nla_get_u32(tb[BRFW_RULE_A_PRIORITY]));
	if (tb[BRFW_RULE_A_COMMENT])
		return brfw_nlattr_get_comment(tb[BRFW_RULE_A_COMMENT],
					       &rule->comment, extack);

	return 0;

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

	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;

	brfw_stats_read(stats, &packets, &bytes);
	if (nla_put_u64_64bit(skb, BRFW_STATS_A_PACKETS, packets,
			      BRFW_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, BRFW_STATS_A_BYTES, bytes,
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

static bool brfw_range_is_set(const struct brfw_range *range)
{
	return range->lo != 0 || range->hi != U16_MAX;
}

/* The range of ports that a field has instead of a value, or NULL. */
static const struct brfw_range *brfw_match_range(const struct brfw_match *m,
						 int attr)
{
	if (attr == BRFW_MATCH_A_L4_SPORT && brfw_range_is_set(&m->sport))
		return &m->sport;
	if (attr == BRFW_MATCH_A_L4_DPORT && brfw_range_is_set(&m->dport))
		return &m->dport;

	return NULL;
}

static bool brfw_match_has_field(const struct brfw_match *m, u8 families,
				 int attr)
{
	const struct brfw_field *field = &brfw_fields[attr];

	if (field->kind == BRFW_FIELD_NONE)
		return false;
	if (brfw_match_range(m, attr))
		return true;
	if (!memchr_inv((u8 *)&m->mask + field->offset, 0, field->size))
		return false;
	/* Families and protocols share places in the key. */
	if (field->protos[0] && !brfw_match_has_proto(m, field))
		return false;

	return !(families & ~field->families) ||
	       field->families == BRFW_FAMILIES_ALL;
}

static int brfw_nlattr_put_value(struct sk_buff *skb,
				 const struct brfw_match *m, int attr)
{
	const struct brfw_range *range = brfw_match_range(m, attr);
	const struct brfw_field *field = &brfw_fields[attr];
	const u8 *value = (u8 *)&m->value + field->offset;
	const u8 *mask = (u8 *)&m->mask + field->offset;

	if (range)
		return nla_put_u16(skb, BRFW_COND_A_VALUE, range->lo) ||
		       nla_put_u16(skb, BRFW_COND_A_RANGE_END, range->hi);
	if (attr == BRFW_MATCH_A_VLAN_ID)
		return nla_put_u16(skb, BRFW_COND_A_VALUE,
				   m->value.vlan & VLAN_VID_MASK);

	if (nla_put(skb, BRFW_COND_A_VALUE, field->size, value))
		return -EMSGSIZE;
	if (!memchr_inv(mask, 0xff, field->size))
		return 0;
	if (brfw_match_policy[attr].nested_policy == brfw_cond_ip4 ||
	    brfw_match_policy[attr].nested_policy == brfw_cond_ip6)
		return nla_put_u8(skb, BRFW_COND_A_PREFIX_LEN,
				  brfw_prefix_len(mask, field->size));

	return nla_put(skb, BRFW_COND_A_MASK, field->size, mask);
}

static int brfw_nlattr_put_match(struct sk_buff *skb, struct brfw_ruleset *rs,
				 const struct brfw_match *m, u8 families)
{
	const struct brfw_field *field;
	struct nlattr *nest;
	int attr, err;

	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		if (!brfw_match_has_field(m, families, attr))
			continue;
		field = &brfw_fields[attr];
		nest = nla_nest_start(skb, attr);
		if (!nest)
			return -EMSGSIZE;
		if (field->kind == BRFW_FIELD_IFNAME)
			err = brfw_nlattr_put_ifname(skb, rs, BRFW_COND_A_VALUE,
						     *(u16 *)((u8 *)&m->value +
							      field->offset));
		else
			err = brfw_nlattr_put_value(skb, m, attr);
		if (err)
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
	    nla_put_u8(skb, BRFW_RULE_A_VERDICT, rule->verdict) ||
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

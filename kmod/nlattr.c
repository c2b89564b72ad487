// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between netlink attributes and rules and policies, in both directions, with
 * all checks that need nothing but the message itself. Texts for the client
 * end up in its extended ACK. nlattr_match.c has the conditions of a rule,
 * nlattr_actions.c what it does.
 */
#include <linux/bitmap.h>
#include <linux/netdevice.h>
#include <linux/nospec.h>

#include "commit.h"
#include "nlattr_parts.h"
#include "ruleset.h"

/* What clients may send; the rest of enum brfw_rule_attr is for answers. */
const struct nla_policy brfw_rule_policy[BRFW_RULE_A_MAX + 1] = {
	[BRFW_RULE_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_RULE_A_BRIDGE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[BRFW_RULE_A_PRIORITY] = { .type = NLA_U32 },
	[BRFW_RULE_A_BEFORE] = { .type = NLA_U64 },
	[BRFW_RULE_A_AFTER] = { .type = NLA_U64 },
	[BRFW_RULE_A_BEFORE_CHANGE] = { .type = NLA_U32 },
	[BRFW_RULE_A_AFTER_CHANGE] = { .type = NLA_U32 },
	[BRFW_RULE_A_MATCH] = _NLA_POLICY_NESTED(BRFW_MATCH_A_MAX,
						brfw_match_policy),
	[BRFW_RULE_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, BRFW_VERDICT_MAX),
	[BRFW_RULE_A_COMMENT] = { .type = NLA_NUL_STRING,
				  .len = BRFW_COMMENT_LEN - 1 },
	[BRFW_RULE_A_LIMIT] = _NLA_POLICY_NESTED(BRFW_LIMIT_A_MAX,
						brfw_limit_policy),
	[BRFW_RULE_A_LOG] = _NLA_POLICY_NESTED(BRFW_LOG_A_MAX,
						brfw_log_policy),
	[BRFW_RULE_A_MARK] = _NLA_POLICY_NESTED(BRFW_MARK_A_MAX,
						brfw_mark_policy),
	[BRFW_RULE_A_MIRROR] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[BRFW_RULE_A_REJECT] = NLA_POLICY_MAX(NLA_U8, BRFW_REJECT_MAX),
	[BRFW_RULE_A_REDIRECT] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[BRFW_RULE_A_QUEUE] = _NLA_POLICY_NESTED(BRFW_QUEUE_A_MAX,
						brfw_queue_policy),
	[BRFW_RULE_A_SETS] = _NLA_POLICY_NESTED(BRFW_LIST_A_MAX,
						brfw_in_sets_policy),
};

/* Of these, the ones that say where to move a rule. */
const struct nla_policy brfw_place_policy[BRFW_RULE_A_AFTER_CHANGE + 1] = {
	[BRFW_RULE_A_PRIORITY] = { .type = NLA_U32 },
	[BRFW_RULE_A_BEFORE] = { .type = NLA_U64 },
	[BRFW_RULE_A_AFTER] = { .type = NLA_U64 },
	[BRFW_RULE_A_BEFORE_CHANGE] = { .type = NLA_U32 },
	[BRFW_RULE_A_AFTER_CHANGE] = { .type = NLA_U32 },
};

const struct nla_policy brfw_policy_policy[BRFW_POLICY_A_MAX + 1] = {
	[BRFW_POLICY_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_POLICY_A_BRIDGE] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[BRFW_POLICY_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, BRFW_VERDICT_DROP),
};

/* 0 is the zone of bridges that have none. */
const struct nla_policy brfw_zone_policy[BRFW_ZONE_A_MAX + 1] = {
	[BRFW_ZONE_A_BRIDGE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[BRFW_ZONE_A_ID] = NLA_POLICY_MIN(NLA_U16, 1),
};

/**
 * brfw_nlattr_fail() - tell the client what is wrong
 * @extack: for the client
 * @attr: attribute at fault, or NULL
 * @err: what to return
 * @text: one sentence, constant
 *
 * A function, not the core's macros, which take several times as much code and
 * a symbol for each text.
 *
 * Return: @err.
 */
int brfw_nlattr_fail(struct netlink_ext_ack *extack, const struct nlattr *attr,
		     int err, const char *text)
{
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
	extack->_msg = text;

	return err;
}

/* ---- from attributes: names and comments ---- */

/**
 * brfw_nlattr_check_once() - does each attribute stand there only once?
 * @head: first attribute
 * @len: bytes of all of them
 * @extack: for the client
 *
 * The core would silently take the last one of two.
 *
 * Return: 0 or -EINVAL.
 */
int brfw_nlattr_check_once(const struct nlattr *head, int len,
			   struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, 64) = {};
	const struct nlattr *attr;
	int rem;

	BUILD_BUG_ON(BRFW_A_MAX >= 64);

	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) < 64 && __test_and_set_bit(nla_type(attr),
							      seen))
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"this attribute stands here twice");
	}

	return 0;
}

/**
 * brfw_nlattr_parse() - sort nested attributes by type
 * @tb: to be filled, all NULL
 * @max: largest type
 * @nest: the nest
 * @extack: for the client
 *
 * The core has checked the whole message by the policy of the command, nests
 * in nests included. To do that again for each nest would be most of the work
 * of adding a rule. An attribute may not stand there twice.
 *
 * Return: 0 or -EINVAL.
 */
int brfw_nlattr_parse(struct nlattr **tb, int max, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, type;

	nla_for_each_nested(attr, nest, rem) {
		type = nla_type(attr);
		if (WARN_ON_ONCE(type > max))
			return -EINVAL;
		type = array_index_nospec(type, max + 1);
		if (tb[type])
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"this attribute stands here twice");
		tb[type] = attr;
	}

	return 0;
}

/* Length of the UTF-8 character at @p, 0 when it is none or no text. */
static unsigned int brfw_char_len(const u8 *p)
{
	/* The first 32 of two bytes are control characters (ISO 6429 C1). */
	static const u32 min[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	unsigned int i, len = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	u32 code = *p & (0x7f >> len);

	if (*p < 0x80)
		return *p >= ' ' && *p != 0x7f;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;

	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < min[len] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;

	/* Some take these for the end of a line. */
	return code == 0x2028 || code == 0x2029 ? 0 : len;
}

/**
 * brfw_is_text() - may it stand in a file, in JSON and on a terminal?
 * @text: name, comment or the like
 *
 * What is accepted can be written by fwctl as it is and read again.
 *
 * Return: whether it is UTF-8 without control characters.
 */
bool brfw_is_text(const char *text)
{
	const u8 *p = text;
	unsigned int len;

	for (; *p; p += len) {
		len = brfw_char_len(p);
		if (!len)
			return false;
	}

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
	return attr ? brfw_nlattr_check_name(attr, nla_data(attr), extack) : 0;
}

/**
 * brfw_nlattr_check_name() - the same of a name inside of an attribute
 * @attr: what has the name
 * @name: the name
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_check_name(const struct nlattr *attr, const char *name,
			   struct netlink_ext_ack *extack)
{
	if (!dev_valid_name(name))
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"not a valid interface name");
	if (!brfw_is_text(name))
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"an interface name must be UTF-8 without control characters");
	if (name[strlen(name) - 1] == '*')
		return brfw_nlattr_fail(extack, attr, -EOPNOTSUPP,
					"a trailing * in an interface name is reserved");

	return 0;
}

/**
 * brfw_nlattr_get_ifname() - read the name of an interface
 * @rs: the ruleset
 * @attr: the name
 * @slot: to be filled with a reference to its slot
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_ifname(struct brfw_ruleset *rs, const struct nlattr *attr,
			   u16 *slot, struct netlink_ext_ack *extack)
{
	int err;

	err = brfw_nlattr_check_ifname(attr, extack);
	if (err)
		return err;

	err = brfw_iface_get(&rs->ifaces, nla_data(attr), slot);
	if (err == -ENOSPC)
		return brfw_nlattr_fail(extack, attr, err,
					"too many interface names in use");

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

/**
 * brfw_nlattr_get_comment() - read a comment
 * @attr: the comment, or NULL
 * @comment: to be filled; NULL when there is none
 * @extack: for the client
 *
 * Return: 0 or -EINVAL.
 */
int brfw_nlattr_get_comment(const struct nlattr *attr,
			    const char **comment,
			    struct netlink_ext_ack *extack)
{
	*comment = attr ? nla_data(attr) : NULL;
	if (!attr || (**comment && brfw_is_text(*comment)))
		return 0;

	return brfw_nlattr_fail(extack, attr, -EINVAL,
				"a comment must be UTF-8 without control characters, and not empty");
}

/* ---- from attributes: rules and policies ---- */

static int brfw_nlattr_get_hook(const struct nlattr *attr, u8 *hook,
				struct netlink_ext_ack *extack)
{
	*hook = attr ? nla_get_u8(attr) : BRFW_HOOK_FORWARD;
	if (*hook < BRFW_HOOKS)
		return 0;

	return brfw_nlattr_fail(extack, attr, -EOPNOTSUPP,
				"this hook is reserved");
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
		if (change->type == BRFW_CHANGE_RULE_REPLACE)
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"a rule that is replaced keeps its place");
		if (found)
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"a rule can be put before or after one other rule only");
		found = attr;
		change->is_before = attr == tb[BRFW_RULE_A_BEFORE] ||
				    attr == tb[BRFW_RULE_A_BEFORE_CHANGE];
		if (nla_len(attr) == sizeof(u64))
			change->place.handle = nla_get_u64(attr);
		else
			change->place.change_id = nla_get_u32(attr);
		if (!change->place.handle && !change->place.change_id)
			return brfw_nlattr_fail(extack, attr, -EINVAL,
						"0 names no rule");
	}

	return 0;
}

/* Let go of what conditions refer to. */
static void brfw_match_put_refs(struct brfw_ruleset *rs,
				const struct brfw_match *m)
{
	brfw_match_put_sets(rs, m);
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
	if (tb[BRFW_RULE_A_MATCH] || tb[BRFW_RULE_A_SETS]) {
		err = brfw_nlattr_get_match(rs, m, tb[BRFW_RULE_A_MATCH],
					    tb[BRFW_RULE_A_SETS], hook,
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
 * brfw_nlattr_get_rule() - read a rule that is to be added or to replace one
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
	struct nlattr *tb[BRFW_RULE_A_MAX + 1] = {};
	struct brfw_rule *rule;
	struct brfw_match m;
	const char *comment;
	u8 hook, families;
	int err;

	err = brfw_nlattr_parse(tb, BRFW_RULE_A_MAX, attr, extack);
	if (err)
		return err;
	err = brfw_nlattr_get_hook(tb[BRFW_RULE_A_HOOK], &hook, extack);
	if (err)
		return err;
	err = brfw_nlattr_get_place(change, tb, extack);
	if (err)
		return err;

	brfw_match_init(&m);
	err = brfw_nlattr_get_conditions(rs, &m, tb, hook, &families, extack);
	if (!err)
		err = brfw_nlattr_get_comment(tb[BRFW_RULE_A_COMMENT],
					      &comment, extack);
	if (err)
		goto err_refs;
	rule = brfw_rule_alloc(&m, comment);
	if (!rule) {
		err = -ENOMEM;
		goto err_refs;
	}

	change->rule = rule;
	rule->hook = hook;
	rule->families = families;
	rule->change_id = change->id;
	change->has_priority = tb[BRFW_RULE_A_PRIORITY];
	if (change->has_priority)
		brfw_rule_set_priority(rule,
				       nla_get_u32(tb[BRFW_RULE_A_PRIORITY]));

	return brfw_nlattr_get_actions(rs, rule, attr, tb, extack);

err_refs:
	brfw_match_put_refs(rs, &m);
	return err;
}

/**
 * brfw_nlattr_get_move() - read where a rule is to be moved
 * @change: gets the place
 * @attr: BRFW_A_RULE
 * @extack: for the client
 *
 * Return: 0 or -EINVAL.
 */
int brfw_nlattr_get_move(struct brfw_change *change, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_RULE_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_parse(tb, BRFW_RULE_A_MAX, attr, extack);
	if (err)
		return err;
	err = brfw_nlattr_get_place(change, tb, extack);
	if (err)
		return err;

	change->has_priority = tb[BRFW_RULE_A_PRIORITY];
	if (change->has_priority)
		change->priority = nla_get_u32(tb[BRFW_RULE_A_PRIORITY]);
	else if (!change->place.handle && !change->place.change_id)
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"a rule is moved before or after another one, or to a priority");

	return 0;
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
	struct nlattr *tb[BRFW_POLICY_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_parse(tb, BRFW_POLICY_A_MAX, attr, extack);
	if (err)
		return err;
	if (!tb[BRFW_POLICY_A_HOOK])
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"the policy has no hook");
	if (!is_delete && !tb[BRFW_POLICY_A_VERDICT])
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"the policy has no verdict");
	if (is_delete && tb[BRFW_POLICY_A_VERDICT])
		return brfw_nlattr_fail(extack,
					tb[BRFW_POLICY_A_VERDICT], -EINVAL,
					"a policy is deleted by hook and bridge");
	if (is_delete && !tb[BRFW_POLICY_A_BRIDGE])
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"the policy of all bridges can't be deleted: set it instead");

	err = brfw_nlattr_get_hook(tb[BRFW_POLICY_A_HOOK], &change->hook,
				   extack);
	if (err)
		return err;
	if (!is_delete)
		change->verdict = nla_get_u8(tb[BRFW_POLICY_A_VERDICT]);

	return brfw_nlattr_get_bridge(rs, tb[BRFW_POLICY_A_BRIDGE],
				      &change->bridge, extack);
}

/**
 * brfw_nlattr_get_zone() - read a zone that is to be set or deleted
 * @rs: the ruleset
 * @change: gets bridge and number
 * @attr: BRFW_A_ZONE
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_zone(struct brfw_ruleset *rs, struct brfw_change *change,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	bool is_delete = change->type == BRFW_CHANGE_ZONE_DELETE;
	struct nlattr *tb[BRFW_ZONE_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_parse(tb, BRFW_ZONE_A_MAX, attr, extack);
	if (err)
		return err;
	if (!tb[BRFW_ZONE_A_BRIDGE])
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"the zone has no bridge");
	if (!is_delete && !tb[BRFW_ZONE_A_ID])
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"the zone has no number");
	if (is_delete && tb[BRFW_ZONE_A_ID])
		return brfw_nlattr_fail(extack, tb[BRFW_ZONE_A_ID], -EINVAL,
					"a zone is deleted by its bridge");

	if (!is_delete)
		change->zone = nla_get_u16(tb[BRFW_ZONE_A_ID]);

	return brfw_nlattr_get_bridge(rs, tb[BRFW_ZONE_A_BRIDGE],
				      &change->bridge, extack);
}

/* ---- to attributes ---- */

/**
 * brfw_nlattr_put_ifname() - write the name of an interface
 * @skb: message
 * @rs: the ruleset
 * @attr: type of the attribute
 * @slot: of the name, which is in use
 *
 * Return: 0 or -EMSGSIZE.
 */
int brfw_nlattr_put_ifname(struct sk_buff *skb, struct brfw_ruleset *rs,
			   int attr, u16 slot)
{
	char name[IFNAMSIZ];

	brfw_iface_name(&rs->ifaces, slot, name);
	return nla_put_string(skb, attr, name);
}

/**
 * brfw_nlattr_put_stats() - write counters
 * @skb: message
 * @attr: type of the attribute
 * @stats: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int brfw_nlattr_put_stats(struct sk_buff *skb, int attr,
			  struct brfw_stats *stats)
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

	return rule->has_sets ?
	       brfw_nlattr_put_in_sets(skb, rs, &m, rule->families) : 0;
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
	const char *problem = brfw_rule_problem(rs, rule);
	const char *comment = brfw_rule_comment(rule);
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_A_RULE);
	if (!nest ||
	    nla_put_u64_64bit(skb, BRFW_RULE_A_HANDLE, rule->handle,
			      BRFW_RULE_A_PAD) ||
	    nla_put_u8(skb, BRFW_RULE_A_HOOK, rule->hook) ||
	    nla_put_u32(skb, BRFW_RULE_A_PRIORITY, brfw_rule_priority(rule)) ||
	    brfw_nlattr_put_conditions(skb, rs, rule) ||
	    (rule->verdict != BRFW_VERDICT_NONE &&
	     nla_put_u8(skb, BRFW_RULE_A_VERDICT, rule->verdict)) ||
	    brfw_nlattr_put_actions(skb, rs, rule) ||
	    (comment && nla_put_string(skb, BRFW_RULE_A_COMMENT, comment)) ||
	    (problem && nla_put_string(skb, BRFW_RULE_A_PROBLEM, problem)) ||
	    brfw_nlattr_put_stats(skb, BRFW_RULE_A_STATS, rule->stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/**
 * brfw_nlattr_put_policy() - write a policy
 * @skb: message
 * @rs: the ruleset
 * @policy: one of its policies; amid a commit, as that leaves it
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
	    nla_put_u8(skb, BRFW_POLICY_A_VERDICT, policy->next_verdict) ||
	    brfw_nlattr_put_stats(skb, BRFW_POLICY_A_STATS, policy->stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/**
 * brfw_nlattr_put_zone() - write a zone
 * @skb: message
 * @rs: the ruleset
 * @zone: one of its zones
 *
 * Return: 0, or -EMSGSIZE and the message is to be trimmed.
 */
int brfw_nlattr_put_zone(struct sk_buff *skb, struct brfw_ruleset *rs,
			 const struct brfw_zone *zone)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_A_ZONE);
	if (!nest ||
	    brfw_nlattr_put_ifname(skb, rs, BRFW_ZONE_A_BRIDGE, zone->bridge) ||
	    nla_put_u16(skb, BRFW_ZONE_A_ID, zone->id))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

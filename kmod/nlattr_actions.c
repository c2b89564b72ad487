// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between netlink attributes and what a rule does: limit, actions, and what
 * belongs to its verdict; in both directions.
 */
#include <linux/in.h>
#include <linux/slab.h>

#include "nlattr_parts.h"
#include "ruleset.h"
#include "transmit.h"

const struct nla_policy brfw_limit_policy[BRFW_LIMIT_A_MAX + 1] = {
	[BRFW_LIMIT_A_RATE] = { .type = NLA_U64 },
	[BRFW_LIMIT_A_SECONDS] = { .type = NLA_U32 },
	[BRFW_LIMIT_A_BURST] = { .type = NLA_U64 },
	[BRFW_LIMIT_A_BYTES] = { .type = NLA_FLAG },
};

const struct nla_policy brfw_log_policy[BRFW_LOG_A_MAX + 1] = {
	[BRFW_LOG_A_GROUP] = { .type = NLA_U16 },
	[BRFW_LOG_A_PREFIX] = { .type = NLA_NUL_STRING,
				.len = BRFW_LOG_PREFIX_LEN - 1 },
};

const struct nla_policy brfw_mark_policy[BRFW_MARK_A_MAX + 1] = {
	[BRFW_MARK_A_VALUE] = { .type = NLA_U32 },
	[BRFW_MARK_A_MASK] = { .type = NLA_U32 },
};

const struct nla_policy brfw_queue_policy[BRFW_QUEUE_A_MAX + 1] = {
	[BRFW_QUEUE_A_NUM] = { .type = NLA_U16 },
	[BRFW_QUEUE_A_BYPASS] = { .type = NLA_FLAG },
};

/* ---- from attributes ---- */

static int brfw_nlattr_get_limit(const struct nlattr *nest,
				 struct brfw_actions *a,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_LIMIT_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_parse(tb, BRFW_LIMIT_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_LIMIT_A_RATE] || !tb[BRFW_LIMIT_A_SECONDS] ||
	    !tb[BRFW_LIMIT_A_BURST])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"a limit needs rate, seconds and burst");

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
		return brfw_nlattr_fail(extack,
					tb[BRFW_LIMIT_A_SECONDS], -EINVAL,
					"a limit is per 1, 60, 3600 or 86400 seconds");
	}

	a->rate.rate = nla_get_u64(tb[BRFW_LIMIT_A_RATE]);
	a->rate.burst = nla_get_u64(tb[BRFW_LIMIT_A_BURST]);
	a->rate.period = a->limit_seconds * BRFW_TICKS_PER_SEC;
	if (!a->rate.rate || !a->rate.burst)
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"a limit of 0 would never match");
	if (!brfw_rate_is_valid(&a->rate))
		return brfw_nlattr_fail(extack, tb[BRFW_LIMIT_A_BURST], -ERANGE,
					"the burst takes years to refill at this rate");

	return 0;
}

static int brfw_nlattr_get_log(const struct nlattr *nest,
			       struct brfw_actions *a,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_LOG_A_MAX + 1] = {};
	const char *prefix;
	int err;

	err = brfw_nlattr_parse(tb, BRFW_LOG_A_MAX, nest, extack);
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
	if (!*prefix || !brfw_is_text(prefix))
		return brfw_nlattr_fail(extack, tb[BRFW_LOG_A_PREFIX], -EINVAL,
					"a prefix must be UTF-8 without control characters, and not empty");
	strscpy(a->log_prefix, prefix, sizeof(a->log_prefix));

	return 0;
}

static int brfw_nlattr_get_mark(const struct nlattr *nest,
				struct brfw_actions *a,
				struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_MARK_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_parse(tb, BRFW_MARK_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_MARK_A_VALUE])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the new mark has no value");

	a->mark_value = nla_get_u32(tb[BRFW_MARK_A_VALUE]);
	a->mark_mask = tb[BRFW_MARK_A_MASK] ?
		       nla_get_u32(tb[BRFW_MARK_A_MASK]) : U32_MAX;
	if (!a->mark_mask || a->mark_value & ~a->mark_mask)
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the mask of a new mark can't be 0, nor the value have bits outside of it");

	return 0;
}

static int brfw_nlattr_get_queue(const struct nlattr *nest,
				 struct brfw_actions *a,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_QUEUE_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_parse(tb, BRFW_QUEUE_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_QUEUE_A_NUM])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the queue has no number");

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

	return brfw_nlattr_fail(extack, attr, -EINVAL, problem);
}

/* Which attribute each verdict goes with, and no other does. */
static int brfw_nlattr_check_verdict(const struct brfw_rule *rule,
				     const struct nlattr *nest,
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
		if (tb[belongs[i].attr] && rule->verdict != belongs[i].verdict)
			return brfw_nlattr_fail(extack,
						tb[belongs[i].attr], -EINVAL,
						"this goes with another verdict");
		if (!tb[belongs[i].attr] && belongs[i].is_needed &&
		    rule->verdict == belongs[i].verdict)
			return brfw_nlattr_fail(extack,
						tb[BRFW_RULE_A_VERDICT], -EINVAL,
						"this verdict lacks its target");
	}
	if (rule->verdict == BRFW_VERDICT_NONE && !tb[BRFW_RULE_A_LOG] &&
	    !tb[BRFW_RULE_A_MARK] && !tb[BRFW_RULE_A_MIRROR])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the rule has neither a verdict nor an action");

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

	return brfw_nlattr_fail(extack, attr, -EINVAL,
				"only TCP can be reset: the rule needs a condition on that protocol");
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

/**
 * brfw_nlattr_get_actions() - read what a rule does
 * @rs: the ruleset
 * @rule: with its conditions; gets verdict and actions, the latter in part also
 *	when this fails
 * @nest: BRFW_A_RULE
 * @tb: the attributes in it
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_actions(struct brfw_ruleset *rs, struct brfw_rule *rule,
			    const struct nlattr *nest, struct nlattr **tb,
			    struct netlink_ext_ack *extack)
{
	int err;

	rule->verdict = tb[BRFW_RULE_A_VERDICT] ?
			nla_get_u8(tb[BRFW_RULE_A_VERDICT]) :
			BRFW_VERDICT_NONE;
	err = brfw_nlattr_check_verdict(rule, nest, tb, extack);
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

/* ---- to attributes ---- */

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

/**
 * brfw_nlattr_put_actions() - write what a rule does, but for its verdict
 * @skb: message
 * @rs: the ruleset
 * @rule: one of its rules
 *
 * Return: 0 or -EMSGSIZE.
 */
int brfw_nlattr_put_actions(struct sk_buff *skb, struct brfw_ruleset *rs,
			    const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;

	if (!a)
		return 0;

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
	     brfw_nlattr_put_queue(skb, a)))
		return -EMSGSIZE;

	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notices of commits. A commit of a few changes is told change by change, a
 * big one in numbers. The message is allocated before the commit; nothing here
 * can fail.
 */
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "nlattr.h"
#include "notice.h"
#include "sets.h"

/* Changes that are told one by one. */
#define BRFW_NOTICE_CHANGES	32

/* Room for the numbers, which come last. */
#define BRFW_NOTICE_TAIL	512

/**
 * brfw_notice_begin() - start a notice with who commits, and when
 * @notice: to be filled
 * @skb: message of BRFW_NOTICE_SIZE bytes with nothing but its header
 * @portid: netlink port of the client, which is the current task
 * @is_replace: the commit starts from an empty ruleset
 */
void brfw_notice_begin(struct brfw_notice *notice, struct sk_buff *skb,
		       u32 portid, bool is_replace)
{
	char comm[TASK_COMM_LEN];

	notice->skb = skb;
	notice->commit = nla_nest_start(skb, BRFW_A_COMMIT);
	nla_put_u32(skb, BRFW_COMMIT_A_PORTID, portid);
	nla_put_u32(skb, BRFW_COMMIT_A_PID, task_tgid_nr(current));
	get_task_comm(comm, current);
	nla_put_string(skb, BRFW_COMMIT_A_COMM, comm);
	nla_put_u64_64bit(skb, BRFW_COMMIT_A_TIME, ktime_get_real_ns(),
			  BRFW_COMMIT_A_PAD);
	if (is_replace)
		nla_put_flag(skb, BRFW_COMMIT_A_REPLACE);
	notice->changes = nla_nest_start(skb, BRFW_COMMIT_A_CHANGES);
}

/*
 * Count a change, and begin to write it if it is to be told.
 *
 * Return: the nest to write to, or NULL.
 */
static struct nlattr *brfw_notice_change(struct brfw_notice *notice,
					 enum brfw_notice_subject subject,
					 enum brfw_change_attr kind)
{
	notice->counts[subject][kind]++;
	if (!notice->changes)
		return NULL;
	if (notice->nchanges++ < BRFW_NOTICE_CHANGES)
		return nla_nest_start(notice->skb, kind);

	nla_nest_cancel(notice->skb, notice->changes);
	notice->changes = NULL;
	return NULL;
}

/* @err: the change didn't fit. */
static void brfw_notice_change_end(struct brfw_notice *notice,
				   struct nlattr *nest, int err)
{
	if (!err && skb_tailroom(notice->skb) >= BRFW_NOTICE_TAIL) {
		nla_nest_end(notice->skb, nest);
		return;
	}

	nla_nest_cancel(notice->skb, notice->changes);
	notice->changes = NULL;
}

/**
 * brfw_notice_rule() - tell of a rule
 * @notice: the notice
 * @rs: the ruleset
 * @kind: what happened to it
 * @rule: its new body, or the last one
 */
void brfw_notice_rule(struct brfw_notice *notice, struct brfw_ruleset *rs,
		      enum brfw_change_attr kind, const struct brfw_rule *rule)
{
	struct nlattr *nest;

	nest = brfw_notice_change(notice, BRFW_NOTICE_RULE, kind);
	if (nest)
		brfw_notice_change_end(notice, nest,
				       brfw_nlattr_put_rule(notice->skb, rs,
							    rule));
}

/**
 * brfw_notice_policy() - tell of a policy
 * @notice: the notice
 * @rs: the ruleset
 * @kind: what happened to it
 * @policy: the policy
 */
void brfw_notice_policy(struct brfw_notice *notice, struct brfw_ruleset *rs,
			enum brfw_change_attr kind,
			const struct brfw_policy *policy)
{
	struct nlattr *nest;

	nest = brfw_notice_change(notice, BRFW_NOTICE_POLICY, kind);
	if (nest)
		brfw_notice_change_end(notice, nest,
				       brfw_nlattr_put_policy(notice->skb, rs,
							      policy));
}

/**
 * brfw_notice_zone() - tell of a zone
 * @notice: the notice
 * @rs: the ruleset
 * @kind: what happened to it
 * @zone: the zone
 */
void brfw_notice_zone(struct brfw_notice *notice, struct brfw_ruleset *rs,
		      enum brfw_change_attr kind, const struct brfw_zone *zone)
{
	struct nlattr *nest;

	nest = brfw_notice_change(notice, BRFW_NOTICE_ZONE, kind);
	if (nest)
		brfw_notice_change_end(notice, nest,
				       brfw_nlattr_put_zone(notice->skb, rs,
							    zone));
}

/**
 * brfw_notice_set() - tell of a set
 * @notice: the notice
 * @kind: what happened to it
 * @set: the set
 */
void brfw_notice_set(struct brfw_notice *notice, enum brfw_change_attr kind,
		     const struct brfw_set *set)
{
	struct nlattr *nest;

	nest = brfw_notice_change(notice, BRFW_NOTICE_SET, kind);
	if (nest)
		brfw_notice_change_end(notice, nest,
				       brfw_nlattr_put_set(notice->skb, set));
}

static int brfw_notice_put_element(struct sk_buff *skb,
				   struct brfw_ruleset *rs,
				   const struct brfw_element *e)
{
	struct nlattr *nest;

	if (brfw_nlattr_put_set_form(skb, e->set))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, BRFW_A_ELEMENTS);
	if (!nest || brfw_nlattr_put_element(skb, rs, e, false))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/**
 * brfw_notice_element() - tell of an element of a set
 * @notice: the notice
 * @rs: the ruleset
 * @kind: what happened to it
 * @e: its new body, or the last one
 */
void brfw_notice_element(struct brfw_notice *notice, struct brfw_ruleset *rs,
			 enum brfw_change_attr kind,
			 const struct brfw_element *e)
{
	struct nlattr *nest;

	nest = brfw_notice_change(notice, BRFW_NOTICE_ELEMENT, kind);
	if (nest)
		brfw_notice_change_end(notice, nest,
				       brfw_notice_put_element(notice->skb, rs,
							       e));
}

static void brfw_notice_put_counts(struct brfw_notice *notice, int attr,
				   const u32 *counts)
{
	struct nlattr *nest = nla_nest_start(notice->skb, attr);
	int kind;

	for (kind = 1; kind <= BRFW_CHANGE_A_MAX; kind++)
		nla_put_u32(notice->skb, kind, counts[kind]);
	nla_nest_end(notice->skb, nest);
}

/**
 * brfw_notice_end() - add the numbers
 * @notice: the notice; its message lacks only the end of its header
 */
void brfw_notice_end(struct brfw_notice *notice)
{
	static const u8 attrs[BRFW_NOTICE_SUBJECTS] = {
		[BRFW_NOTICE_RULE] = BRFW_COMMIT_A_RULES,
		[BRFW_NOTICE_POLICY] = BRFW_COMMIT_A_POLICIES,
		[BRFW_NOTICE_ZONE] = BRFW_COMMIT_A_ZONES,
		[BRFW_NOTICE_SET] = BRFW_COMMIT_A_SETS,
		[BRFW_NOTICE_ELEMENT] = BRFW_COMMIT_A_ELEMENTS,
	};
	int subject;

	if (notice->changes)
		nla_nest_end(notice->skb, notice->changes);
	for (subject = 0; subject < BRFW_NOTICE_SUBJECTS; subject++)
		brfw_notice_put_counts(notice, attrs[subject],
				       notice->counts[subject]);
	nla_nest_end(notice->skb, notice->commit);
}

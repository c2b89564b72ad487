/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a commit changed, for those who listen.
 */
#ifndef _BRFW_NOTICE_H
#define _BRFW_NOTICE_H

#include <linux/types.h>

#include <linux/brfw.h>

struct brfw_element;
struct brfw_policy;
struct brfw_rule;
struct brfw_ruleset;
struct brfw_set;
struct brfw_zone;
struct nlattr;
struct sk_buff;

/* Bytes of a notice; what doesn't fit makes it a summary. */
#define BRFW_NOTICE_SIZE	16384

/**
 * enum brfw_notice_subject - what is counted
 * @BRFW_NOTICE_RULE: rules
 * @BRFW_NOTICE_POLICY: policies
 * @BRFW_NOTICE_ZONE: zones
 * @BRFW_NOTICE_SET: sets
 * @BRFW_NOTICE_ELEMENT: elements of sets
 * @BRFW_NOTICE_SUBJECTS: number of them
 */
enum brfw_notice_subject {
	BRFW_NOTICE_RULE,
	BRFW_NOTICE_POLICY,
	BRFW_NOTICE_ZONE,
	BRFW_NOTICE_SET,
	BRFW_NOTICE_ELEMENT,
	BRFW_NOTICE_SUBJECTS,
};

/**
 * struct brfw_notice - a message that is written while a commit goes on
 * @skb: the message; NULL: there is none
 * @commit: nest of all that it says
 * @changes: nest of the changes; NULL: only numbers are told
 * @nchanges: changes in it
 * @counts: of changes, by enum brfw_change_attr
 */
struct brfw_notice {
	struct sk_buff *skb;
	struct nlattr *commit;
	struct nlattr *changes;
	unsigned int nchanges;
	u32 counts[BRFW_NOTICE_SUBJECTS][BRFW_CHANGE_A_MAX + 1];
};

/* Config lock held; may sleep. */

void brfw_notice_begin(struct brfw_notice *notice, struct sk_buff *skb,
		       u32 portid, bool is_replace);
void brfw_notice_rule(struct brfw_notice *notice, struct brfw_ruleset *rs,
		      enum brfw_change_attr kind, const struct brfw_rule *rule);
void brfw_notice_policy(struct brfw_notice *notice, struct brfw_ruleset *rs,
			enum brfw_change_attr kind,
			const struct brfw_policy *policy);
void brfw_notice_zone(struct brfw_notice *notice, struct brfw_ruleset *rs,
		      enum brfw_change_attr kind, const struct brfw_zone *zone);
void brfw_notice_set(struct brfw_notice *notice, enum brfw_change_attr kind,
		     const struct brfw_set *set);
void brfw_notice_element(struct brfw_notice *notice, struct brfw_ruleset *rs,
			 enum brfw_change_attr kind,
			 const struct brfw_element *e);
void brfw_notice_end(struct brfw_notice *notice);

#endif /* _BRFW_NOTICE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drafts and commits. commit.c tells how a commit works.
 */
#ifndef _BRFW_COMMIT_H
#define _BRFW_COMMIT_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <linux/brfw.h>

struct brfw_element;
struct brfw_notice;
struct brfw_rule;
struct brfw_ruleset;
struct brfw_set_change;

/**
 * struct brfw_rule_ref - names a rule in a request
 * @handle: its handle, or 0
 * @change_id: when @handle is 0: the change of the same draft that adds it, or
 *	0 when no rule is named
 */
struct brfw_rule_ref {
	u64 handle;
	u32 change_id;
};

/**
 * enum brfw_change_type - what a change does
 * @BRFW_CHANGE_RULE_ADD: adds a rule
 * @BRFW_CHANGE_RULE_DELETE: deletes a rule
 * @BRFW_CHANGE_RULE_FLUSH: deletes rules
 * @BRFW_CHANGE_POLICY_SET: sets a policy
 * @BRFW_CHANGE_POLICY_DELETE: deletes the policy of a bridge
 * @BRFW_CHANGE_ZONE_SET: sets the zone of a bridge
 * @BRFW_CHANGE_ZONE_DELETE: deletes the zone of a bridge
 * @BRFW_CHANGE_RULE_REPLACE: gives a rule other contents
 * @BRFW_CHANGE_RULE_MOVE: gives a rule another place
 * @BRFW_CHANGE_SET_ADD: adds a set
 * @BRFW_CHANGE_SET_DELETE: deletes a set with its elements
 * @BRFW_CHANGE_SET_FLUSH: deletes the elements of a set
 * @BRFW_CHANGE_ELEMENT_ADD: adds elements
 * @BRFW_CHANGE_ELEMENT_REPLACE: gives elements another timeout and comment
 * @BRFW_CHANGE_ELEMENT_DELETE: deletes elements
 */
enum brfw_change_type {
	BRFW_CHANGE_RULE_ADD,
	BRFW_CHANGE_RULE_DELETE,
	BRFW_CHANGE_RULE_FLUSH,
	BRFW_CHANGE_POLICY_SET,
	BRFW_CHANGE_POLICY_DELETE,
	BRFW_CHANGE_ZONE_SET,
	BRFW_CHANGE_ZONE_DELETE,
	BRFW_CHANGE_RULE_REPLACE,
	BRFW_CHANGE_RULE_MOVE,
	BRFW_CHANGE_SET_ADD,
	BRFW_CHANGE_SET_DELETE,
	BRFW_CHANGE_SET_FLUSH,
	BRFW_CHANGE_ELEMENT_ADD,
	BRFW_CHANGE_ELEMENT_REPLACE,
	BRFW_CHANGE_ELEMENT_DELETE,
};

/**
 * struct brfw_change - one step of a draft
 * @list: in the draft
 * @type: enum brfw_change_type, tells which of the rest is used
 * @hook: of the policy; of the rules to be flushed, or BRFW_HOOKS for all
 * @verdict: of the policy
 * @is_before: put the rule before, not after, the one that @place names
 * @has_priority: the client gave the rule a priority
 * @bridge: reference to the slot of a bridge's name: of the policy or zone, or
 *	of the rules to be flushed; 0 for none
 * @zone: number of the zone
 * @id: given by the client, or 0
 * @priority: of the rule to be moved, when @has_priority
 * @rule: to be added, or to replace another; NULL once a commit took it over
 * @handle: of the rule that a commit made of it
 * @target: the rule to be deleted, replaced or moved
 * @place: the rule to put this one before or after, if any
 * @set: what is about a set, or NULL
 */
struct brfw_change {
	struct list_head list;
	u8 type;
	u8 hook;
	u8 verdict;
	bool is_before;
	bool has_priority;
	u16 bridge;
	u16 zone;
	u32 id;
	u32 priority;
	struct brfw_rule *rule;
	u64 handle;
	struct brfw_rule_ref target;
	struct brfw_rule_ref place;
	struct brfw_set_change *set;
};

/**
 * struct brfw_draft - an open transaction
 * @list: in brfw_net.drafts
 * @portid: netlink port of the socket that owns it
 * @is_replace: starts from an empty ruleset
 * @changes_rules: changes more than elements of sets
 * @is_orphan: that socket is closed; nobody finds it any more
 * @notice: to be told what a commit changes, or NULL
 * @changes: struct brfw_change in the order of arrival
 * @by_id: the same by the client's number
 * @nchanges: number of them
 * @nprefixes: what the elements that they are about come to, see struct brfw_sets
 */
struct brfw_draft {
	struct list_head list;
	u32 portid;
	bool is_replace;
	bool changes_rules;
	bool is_orphan;
	struct brfw_notice *notice;
	struct list_head changes;
	struct xarray by_id;
	unsigned int nchanges;
	unsigned int nprefixes;
};

/**
 * struct brfw_error - why a change failed
 * @text: one sentence, constant
 * @change_id: of the change at fault, or 0
 * @other_change_id: of another change of the draft that is concerned, or 0
 * @handle: of another rule that is concerned, or 0
 * @element: of the set that is concerned, in the way of the change, or NULL; to
 *	be looked at before the config lock is let go
 * @set_name: name of the set that is concerned, or empty
 */
struct brfw_error {
	const char *text;
	u32 change_id;
	u32 other_change_id;
	u64 handle;
	const struct brfw_element *element;
	char set_name[BRFW_SET_NAME_LEN];
};

/* May sleep; no lock needed. */
struct brfw_change *brfw_change_alloc(enum brfw_change_type type, u32 id);
void brfw_change_free(struct brfw_ruleset *rs, struct brfw_change *change);

/* Config lock held; may sleep. */
void brfw_draft_init(struct brfw_draft *draft);
void brfw_draft_clear(struct brfw_ruleset *rs, struct brfw_draft *draft);
int brfw_draft_add(struct brfw_ruleset *rs, struct brfw_draft *draft,
		   struct brfw_change *change, struct brfw_error *error);
int brfw_draft_commit(struct brfw_ruleset *rs, struct brfw_draft *draft,
		      bool is_dry_run, u32 *warnings, struct brfw_error *error);

#endif /* _BRFW_COMMIT_H */

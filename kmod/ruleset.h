/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset of a namespace: rules, policies, and what packets see of them.
 */
#ifndef _BRFW_RULESET_H
#define _BRFW_RULESET_H

#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>

#include <linux/brfw.h>

#include "iface.h"
#include "lookup.h"
#include "stats.h"

struct brfw_net;

/* Hooks that rules and policies can name; prerouting is only reserved. */
#define BRFW_HOOKS		(BRFW_HOOK_OUTPUT + 1)

/* Of struct brfw_rule.families */
#define BRFW_FAMILIES_ALL	(BIT(BRFW_FAMILIES) - 1)

/**
 * struct brfw_rule_state - what outlives changes of a rule's body
 * @node: in brfw_ruleset.by_handle
 * @handle: the rule's name for life
 * @rule: its body, or NULL when the rule is deleted
 * @refs: bodies that point here
 * @stats: counters
 *
 * Protected by the config lock.
 */
struct brfw_rule_state {
	struct rhash_head node;
	u64 handle;
	struct brfw_rule *rule;
	unsigned int refs;
	struct brfw_stats stats;
};

/**
 * enum brfw_rule_status - where a rule stands in its life
 * @BRFW_RULE_DRAFT: part of a draft or of nothing
 * @BRFW_RULE_NEW: added by the commit under way
 * @BRFW_RULE_LIVE: part of the ruleset
 * @BRFW_RULE_DEAD: deleted by the commit under way, or earlier
 */
enum brfw_rule_status {
	BRFW_RULE_DRAFT,
	BRFW_RULE_NEW,
	BRFW_RULE_LIVE,
	BRFW_RULE_DEAD,
};

/**
 * struct brfw_rule - body of a rule
 * @counters: of @state
 * @hook: enum brfw_hook
 * @verdict: enum brfw_verdict
 * @families: classifiers that it belongs to, 1 << enum brfw_family
 * @inserted: classifiers that it is in
 * @status: enum brfw_rule_status
 * @change_id: of the change that added it, 0 when it had none
 * @node: in brfw_ruleset.rules, by order
 * @identity: in brfw_ruleset.by_identity
 * @list: of a commit or of the garbage
 * @state: shared by the bodies of one rule; NULL in a draft
 * @comment: or NULL
 * @cls: order, generations and conditions
 *
 * Packets read @counters, @verdict and @cls, which are constant while they can
 * see them but for the generations. The rest is protected by the config lock.
 */
struct brfw_rule {
	struct brfw_counters __percpu *counters;
	u8 hook;
	u8 verdict;
	u8 families;
	u8 inserted;
	u8 status;
	u32 change_id;
	struct rb_node node;
	struct rhlist_head identity;
	struct list_head list;
	struct brfw_rule_state *state;
	char *comment;
	struct brfw_cls_rule cls; /* ends in an array */
};

/**
 * struct brfw_policy - what decides when no rule does
 * @list: in brfw_ruleset.policies, or the garbage
 * @stats: counters
 * @hook: enum brfw_hook
 * @bridge: slot of the bridge's name, 0 for all that have none of their own
 * @verdict: as committed
 * @next_verdict: as the commit under way leaves it
 * @status: as of a rule
 */
struct brfw_policy {
	struct list_head list;
	struct brfw_stats stats;
	u16 bridge;
	u8 hook;
	u8 verdict;
	u8 next_verdict;
	u8 status;
};

/**
 * struct brfw_ruleset - rules, policies and names of a namespace
 * @bn: the namespace
 * @generation: of the last commit
 * @next_handle: for the next new rule
 * @nrules: rules that are live or new
 * @nhook_rules: of these, by hook
 * @nmatching: of these, those that look at bridge, in and out port
 * @nstaged: rules in drafts
 * @rules: live and new ones by hook, in order of evaluation
 * @by_handle: struct brfw_rule_state
 * @by_identity: rules of every status but draft
 * @policies: struct brfw_policy by bridge; those without always exist
 * @stats: of rules and policies
 * @hooks: registered ones, 1 << enum brfw_hook
 * @gc: what packets may still see
 * @ifaces: names that rules and policies use; has a lock of its own
 * @cls: read by packets; written by commits and the garbage collector
 */
struct brfw_ruleset {
	struct brfw_net *bn;
	u64 generation;
	u64 next_handle;
	unsigned int nrules;
	unsigned int nhook_rules[BRFW_HOOKS];
	unsigned int nmatching[3];
	unsigned int nstaged;
	struct rb_root rules[BRFW_HOOKS];
	struct rhashtable by_handle;
	struct rhltable by_identity;
	struct list_head policies;
	struct brfw_stats_pool stats;
	u32 hooks;
	/**
	 * @gc: garbage, each list in two stages: what came since the last
	 * grace period began, and what waits for that one to end
	 */
	struct {
		struct rcu_work work;
		/* are removed from the classifiers, then freed after another */
		struct list_head dead, dead_waiting;
		struct list_head rules, rules_waiting;
		struct list_head policies, policies_waiting;
		unsigned int count;
		bool queued;
	} gc;
	struct brfw_ifaces ifaces;
	struct brfw_cls cls[BRFW_HOOKS][BRFW_FAMILIES];
};

/**
 * struct brfw_view - what packets see: one generation of the ruleset
 * @rcu: for freeing
 * @generation: of it
 * @ruleset: for names and classifiers
 * @uses_bridge: some rule or policy looks at the bridge
 * @uses_in: some rule looks at the ingress port
 * @uses_out: some rule looks at the egress port
 * @policies: by hook, for bridges without their own
 * @nbridges: number of entries in @bridges
 * @bridges: in ascending order of @slot; without @counters there is none
 */
struct brfw_view {
	struct rcu_head rcu;
	u64 generation;
	struct brfw_ruleset *ruleset;
	bool uses_bridge;
	bool uses_in;
	bool uses_out;
	struct brfw_view_policy {
		struct brfw_counters __percpu *counters;
		u8 verdict;
	} policies[BRFW_HOOKS];
	unsigned int nbridges;
	struct brfw_view_bridge {
		u16 slot;
		struct brfw_view_policy policies[BRFW_HOOKS];
	} bridges[];
};

/* Rules that no ruleset has: may sleep, no lock needed. */

struct brfw_rule *brfw_rule_alloc(const struct brfw_match *m);
u32 brfw_rule_priority(const struct brfw_rule *rule);
void brfw_rule_set_priority(struct brfw_rule *rule, u32 priority);

/* Parts of a commit: config lock held, may sleep. */

struct brfw_rule *brfw_rule_clone(struct brfw_ruleset *rs,
				  const struct brfw_rule *rule);
void brfw_rule_free(struct brfw_ruleset *rs, struct brfw_rule *rule);
int brfw_rule_state_alloc(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_state_get(struct brfw_rule *rule, struct brfw_rule_state *state);
void brfw_rule_state_unhash(struct brfw_ruleset *rs,
			    struct brfw_rule_state *state);
int brfw_rule_index(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_unindex(struct brfw_ruleset *rs, struct brfw_rule *rule);
struct brfw_rule *brfw_ruleset_find_same(struct brfw_ruleset *rs,
					 const struct brfw_rule *rule,
					 bool is_dead);
void brfw_rule_link(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_unlink(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_retire(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_unretire(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_remove(struct brfw_ruleset *rs, struct brfw_rule *rule);

struct brfw_policy *brfw_policy_alloc(struct brfw_ruleset *rs, u8 hook,
				      u16 bridge);
void brfw_policy_free(struct brfw_ruleset *rs, struct brfw_policy *policy);
struct brfw_policy *brfw_policy_find(struct brfw_ruleset *rs, u8 hook,
				     u16 bridge);

struct brfw_view *brfw_view_alloc(struct brfw_ruleset *rs, u64 generation);
void brfw_view_publish(struct brfw_ruleset *rs, struct brfw_view *view);

void brfw_gc_add_rule(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_gc_add_policy(struct brfw_ruleset *rs, struct brfw_policy *policy);
void brfw_gc_queue(struct brfw_ruleset *rs);
bool brfw_ruleset_is_congested(const struct brfw_ruleset *rs);

/* Reading: config lock held. */

struct brfw_rule *brfw_ruleset_find(struct brfw_ruleset *rs, u64 handle);
struct brfw_rule *brfw_ruleset_next(struct brfw_ruleset *rs, u8 hook,
				    u64 after);
void brfw_ruleset_reset_stats(struct brfw_ruleset *rs);

/* Life cycle: config lock not held, may sleep. */

struct brfw_ruleset *brfw_ruleset_alloc(struct brfw_net *bn);
void brfw_ruleset_free(struct brfw_ruleset *rs);
void brfw_ruleset_relax(struct brfw_ruleset *rs);

int brfw_gc_init(void);
void brfw_gc_exit(void);

#endif /* _BRFW_RULESET_H */

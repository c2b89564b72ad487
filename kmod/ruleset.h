/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset of a namespace: rules, policies, and what packets see of them.
 */
#ifndef _BRFW_RULESET_H
#define _BRFW_RULESET_H

#include <linux/rbtree.h>
#include <linux/siphash.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/brfw.h>

#include "actions.h"
#include "iface.h"
#include "limiter.h"
#include "lookup.h"
#include "sets.h"
#include "stats.h"
#include "zone.h"

struct brfw_net;

/* Hooks that rules and policies can name; prerouting is only reserved. */
#define BRFW_HOOKS		(BRFW_HOOK_OUTPUT + 1)

/* Of struct brfw_rule.families */
#define BRFW_FAMILIES_ALL	(BIT(BRFW_FAMILIES) - 1)

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
 * enum brfw_index_type - what rules are found by
 * @BRFW_INDEX_HANDLE: handle
 * @BRFW_INDEX_IDENTITY: all that makes another rule a duplicate
 * @BRFW_INDEXES: number of them
 */
enum brfw_index_type {
	BRFW_INDEX_HANDLE,
	BRFW_INDEX_IDENTITY,
	BRFW_INDEXES,
};

/**
 * struct brfw_index - rules by one thing or another
 * @buckets: chains of rules; several of them may be equal
 * @key: secret of the hash of identities
 * @size: number of buckets, a power of two
 * @type: enum brfw_index_type
 */
struct brfw_index {
	struct brfw_rule **buckets;
	siphash_key_t key;
	unsigned int size;
	u8 type;
};

/**
 * struct brfw_rule - body of a rule
 * @stats: counters of the rule
 * @verdict: enum brfw_verdict or BRFW_VERDICT_NONE
 * @has_sets: some conditions are on sets
 * @hook: enum brfw_hook
 * @status: enum brfw_rule_status
 * @families: classifiers that it belongs to, 1 << enum brfw_family
 * @inserted: classifiers that it is in
 * @is_owner: @stats and @actions are freed with this body
 * @has_comment: a comment stands behind the conditions
 * @is_spread: differs from the body before only in the number of its place
 * @change_id: of the change that added it, 0 when it had none
 * @handle: the rule's name for life
 * @actions: or NULL
 * @next: in the chains of brfw_ruleset.indexes
 * @node: in brfw_ruleset.rules, by order, if it is live or new
 * @list: of the rules that a commit removes, or of the garbage, if it is dead
 * @cls: order, generations and conditions
 *
 * A rule whose place in the order changes gets another body. The old one, dead,
 * and the new one share handle, counters and actions, which belong to the
 * younger. A rule that is replaced by one of another identity gets another body
 * too, which shares only the handle.
 *
 * Packets read @stats, @verdict, @handle, @actions, @has_sets and @cls, which are
 * constant while they can see them but for the generations and the limiter in
 * @actions. The rest is protected by the config lock; what is written of it in the
 * meantime must not be a bit-field next to what packets read.
 */
struct brfw_rule {
	struct brfw_stats *stats;
	u8 verdict;
	bool has_sets;
	u16 hook:2;
	u16 status:2;
	u16 families:4;
	u16 inserted:4;
	u16 is_owner:1;
	u16 has_comment:1;
	u16 is_spread:1;
	u32 change_id;
	u64 handle;
	struct brfw_actions *actions;
	struct brfw_rule *next[BRFW_INDEXES];
	union {
		struct rb_node node;
		struct list_head list;
	};
	struct brfw_cls_rule cls; /* ends in an array */
};

/**
 * struct brfw_policy - what decides when no rule does
 * @list: in brfw_ruleset.policies, or the garbage
 * @stats: its counters
 * @hook: enum brfw_hook
 * @bridge: slot of the bridge's name, 0 for all that have none of their own
 * @verdict: as committed
 * @next_verdict: as the commit under way leaves it
 * @status: as of a rule
 */
struct brfw_policy {
	struct list_head list;
	struct brfw_stats *stats;
	u16 bridge;
	u8 hook;
	u8 verdict;
	u8 next_verdict;
	u8 status;
};

/**
 * enum brfw_need - what judging by a ruleset takes
 * @BRFW_NEED_BRIDGE: the bridge
 * @BRFW_NEED_IN: the ingress port
 * @BRFW_NEED_OUT: the egress port
 * @BRFW_NEED_VLAN: the VLAN that the bridge classified the frame into
 * @BRFW_NEED_CT: the state of the connection
 * @BRFW_NEED_FRAG: fragments that nobody has put together
 * @BRFW_NEED_FRAME: knowing the copies of a flooded frame
 * @BRFW_NEED_REST: words BRFW_KEY_REST of the key
 * @BRFW_NEED_QUEUE: hooks that stay, since unregistering flushes the queues
 * @BRFW_NEED_SET: counters of the elements of sets
 * @BRFW_NEEDS: number of them
 */
enum brfw_need {
	BRFW_NEED_BRIDGE,
	BRFW_NEED_IN,
	BRFW_NEED_OUT,
	BRFW_NEED_VLAN,
	BRFW_NEED_CT,
	BRFW_NEED_FRAG,
	BRFW_NEED_FRAME,
	BRFW_NEED_REST,
	BRFW_NEED_QUEUE,
	BRFW_NEED_SET,
	BRFW_NEEDS,
};

/**
 * enum brfw_event - what is counted for a namespace
 * @BRFW_EVENT_OVERRUN: frames dropped since too many rules matched that didn't
 *	decide
 * @BRFW_EVENT_NO_TARGET: frames not sent since the device was missing or
 *	unsuitable
 * @BRFW_EVENT_VLAN_UNKNOWN: frames judged by rules for VLANs whose VLAN was
 *	lost
 * @BRFW_EVENT_LIMITED: answers and log entries held back by the limits of the
 *	namespace
 * @BRFW_EVENTS: number of them
 */
enum brfw_event {
	BRFW_EVENT_OVERRUN,
	BRFW_EVENT_NO_TARGET,
	BRFW_EVENT_VLAN_UNKNOWN,
	BRFW_EVENT_LIMITED,
	BRFW_EVENTS,
};

/**
 * struct brfw_ruleset - rules, policies and names of a namespace
 * @bn: the namespace
 * @generation: of the last commit
 * @rules_generation: of the last one that changed more than elements of sets
 * @next_handle: for the next new rule
 * @nrules: rules that are live or new
 * @nhook_rules: of these, by hook
 * @nneeding: of these, those with each enum brfw_need
 * @nstaged: changes in drafts
 * @rules: live and new ones by hook, in order of evaluation
 * @indexes: rules of every status but draft, until a commit is through with
 *	those that it removes
 * @nindexed: number of them
 * @policies: struct brfw_policy by bridge; those without always exist
 * @policy_index: the same, by brfw_policy_key()
 * @npolicies: number of them
 * @zones: struct brfw_zone by bridge
 * @sets: sets and their elements
 * @stats: of rules, policies and elements
 * @events: what happened, by enum brfw_event
 * @log_limiter: of log entries
 * @reject_limiter: of answers
 * @tracks: connection tracking is on for the bridges of this namespace
 * @zone_hooks: those of zones are registered
 * @hooks: registered ones, 1 << enum brfw_hook
 * @gc: what packets may still see
 * @ifaces: names that rules and policies use; has a lock of its own
 * @cls: read by packets; written by commits and the garbage collector
 */
struct brfw_ruleset {
	struct brfw_net *bn;
	u64 generation;
	u64 rules_generation;
	u64 next_handle;
	unsigned int nrules;
	unsigned int nhook_rules[BRFW_HOOKS];
	unsigned int nneeding[BRFW_NEEDS];
	unsigned int nstaged;
	struct rb_root rules[BRFW_HOOKS];
	struct brfw_index indexes[BRFW_INDEXES];
	unsigned int nindexed;
	struct list_head policies;
	struct xarray policy_index;
	unsigned int npolicies;
	struct list_head zones;
	struct brfw_sets sets;
	struct brfw_stats_pool stats;
	struct brfw_stats *events[BRFW_EVENTS];
	struct brfw_limiter log_limiter;
	struct brfw_limiter reject_limiter;
	bool tracks;
	bool zone_hooks;
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
		struct list_head zones, zones_waiting;
		/* are removed from the domains, then freed after another */
		struct list_head dead_elements, dead_elements_waiting;
		struct list_head elements, elements_waiting;
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
 * @number: a multiple of BRFW_HOOKS, to which the hook is added, that no other
 *	view of any namespace ever has
 * @ruleset: for names and classifiers
 * @needs: what judging takes, 1 << enum brfw_need
 * @names_sets: some rules do
 * @zones: in ascending order of @bridge, none while nothing is tracked; behind
 *	@bridges
 * @nzones: number of entries in @zones
 * @nbridges: number of entries in @bridges
 * @hooks: by hook: classifiers, and the policy for bridges without their own
 * @bridges: in ascending order of @slot; without @stats there is none
 */
struct brfw_view {
	struct rcu_head rcu;
	u64 generation;
	u64 number;
	struct brfw_ruleset *ruleset;
	u32 needs;
	bool names_sets;
	struct brfw_view_zone {
		struct nf_conn * __percpu *templates;
		u16 bridge;
		u16 id;
	} *zones;
	unsigned int nzones;
	unsigned int nbridges;
	struct brfw_view_hook {
		const struct brfw_cls *cls[BRFW_FAMILIES];
		struct brfw_view_policy {
			struct brfw_stats *stats;
			u8 verdict;
		} policy;
	} hooks[BRFW_HOOKS];
	struct brfw_view_bridge {
		u16 slot;
		struct brfw_view_policy policies[BRFW_HOOKS];
	} bridges[];
};

/* Rules that no ruleset has: may sleep, no lock needed. */

struct brfw_rule *brfw_rule_alloc(const struct brfw_match *m,
				  const char *comment);
const char *brfw_rule_comment(const struct brfw_rule *rule);
u32 brfw_rule_priority(const struct brfw_rule *rule);
void brfw_rule_set_priority(struct brfw_rule *rule, u32 priority);
u32 brfw_rule_warnings(const struct brfw_rule *rule);

/* Parts of a commit: config lock held, may sleep. */

struct brfw_rule *brfw_rule_clone(struct brfw_ruleset *rs,
				  const struct brfw_rule *rule);
void brfw_rule_free(struct brfw_ruleset *rs, struct brfw_rule *rule);
int brfw_rule_make(struct brfw_ruleset *rs, struct brfw_rule *rule,
		   const struct brfw_rule *old);
void brfw_rule_take_over(struct brfw_ruleset *rs, struct brfw_rule *rule,
			 struct brfw_rule *old);
void brfw_rule_give_back(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_index(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_unindex(struct brfw_ruleset *rs, struct brfw_rule *rule);
struct brfw_rule *brfw_ruleset_find_same(struct brfw_ruleset *rs,
					 const struct brfw_rule *rule,
					 bool is_dead);
void brfw_rule_link(struct brfw_ruleset *rs, struct brfw_rule *rule);
void brfw_rule_unlink(struct brfw_ruleset *rs, struct brfw_rule *rule);
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
void brfw_gc_add_zone(struct brfw_ruleset *rs, struct brfw_zone *zone);
void brfw_gc_add_element(struct brfw_ruleset *rs, struct brfw_element *e);
void brfw_gc_queue(struct brfw_ruleset *rs);
bool brfw_ruleset_is_congested(const struct brfw_ruleset *rs);

/* Reading: config lock held. */

struct brfw_rule *brfw_ruleset_find(struct brfw_ruleset *rs, u64 handle);
struct brfw_rule *brfw_ruleset_find_dead(struct brfw_ruleset *rs, u64 handle);
struct brfw_rule *brfw_ruleset_next(struct brfw_ruleset *rs, u8 hook,
				    u64 after);
u32 brfw_ruleset_warnings(const struct brfw_ruleset *rs);
const char *brfw_rule_problem(struct brfw_ruleset *rs,
			      const struct brfw_rule *rule);

/* Life cycle: may sleep; config lock held for the first only. */

struct brfw_ruleset *brfw_ruleset_alloc(struct brfw_net *bn);
void brfw_ruleset_free(struct brfw_ruleset *rs);
void brfw_ruleset_relax(struct brfw_ruleset *rs);

extern struct workqueue_struct *brfw_wq;

int brfw_rules_init(void);
void brfw_rules_exit(void);

#endif /* _BRFW_RULESET_H */

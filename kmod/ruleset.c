// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of rules, policies and the ruleset: allocation, indexes, what
 * packets see, and freeing what they may still see.
 *
 * Changes go through commit.c. All functions here run with the config lock
 * held unless they say otherwise.
 */
#include <linux/jhash.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "hook.h"
#include "netns.h"
#include "ruleset.h"
#include "transmit.h"

/* Garbage of more rules than this makes writers wait for RCU. */
#define BRFW_GARBAGE_MAX	(1U << 18)

static struct workqueue_struct *brfw_gc_wq;

static const struct rhashtable_params brfw_handle_params = {
	.head_offset = offsetof(struct brfw_rule_state, node),
	.key_offset = offsetof(struct brfw_rule_state, handle),
	.key_len = sizeof_field(struct brfw_rule_state, handle),
	.automatic_shrinking = true,
};

/*
 * Everything that makes a rule the duplicate of another one, which is also
 * what commits find unchanged rules by.
 */
static u32 brfw_rule_hash(const void *data, u32 len, u32 seed)
{
	const struct brfw_rule *rule = data;
	const struct brfw_cls_rule *r = &rule->cls;

	seed = jhash_3words(brfw_rule_priority(rule),
			    rule->hook << 8 | rule->families, r->words, seed);

	return jhash(r->data, brfw_cls_rule_data_size(r), seed);
}

/* A limit is a condition, though no classifier knows of it. */
static bool brfw_rule_same_limit(const struct brfw_rule *a,
				 const struct brfw_rule *b)
{
	bool a_has = a->actions && a->actions->has_limit;
	bool b_has = b->actions && b->actions->has_limit;

	if (!a_has || !b_has)
		return a_has == b_has;

	return a->actions->limits_bytes == b->actions->limits_bytes &&
	       a->actions->limit_seconds == b->actions->limit_seconds &&
	       a->actions->rate.rate == b->actions->rate.rate &&
	       a->actions->rate.burst == b->actions->rate.burst;
}

static int brfw_rule_compare(struct rhashtable_compare_arg *arg,
			     const void *obj)
{
	const struct brfw_rule *a = arg->key;
	const struct brfw_rule *b = obj;

	return a->hook != b->hook || a->families != b->families ||
	       brfw_rule_priority(a) != brfw_rule_priority(b) ||
	       !brfw_rule_same_limit(a, b) ||
	       !brfw_cls_rule_same_match(&a->cls, &b->cls);
}

static const struct rhashtable_params brfw_identity_params = {
	.head_offset = offsetof(struct brfw_rule, identity),
	.key_len = sizeof(struct brfw_rule),
	.hashfn = brfw_rule_hash,
	.obj_hashfn = brfw_rule_hash,
	.obj_cmpfn = brfw_rule_compare,
	.automatic_shrinking = true,
};

/* ---- rules ---- */

/**
 * brfw_rule_alloc() - make a rule of a draft
 * @m: its conditions; references to interface names pass to the rule
 *
 * Context: may sleep; config lock not needed.
 * Return: the rule, to be freed with brfw_rule_free(), or NULL.
 */
struct brfw_rule *brfw_rule_alloc(const struct brfw_match *m)
{
	struct brfw_rule *rule;

	rule = kzalloc(offsetof(struct brfw_rule, cls) + brfw_cls_rule_size(m),
		       GFP_KERNEL_ACCOUNT);
	if (!rule)
		return NULL;

	INIT_LIST_HEAD(&rule->list);
	rule->status = BRFW_RULE_DRAFT;
	rule->cls.gen_add = BRFW_GEN_NEVER;
	rule->cls.gen_del = BRFW_GEN_NEVER;
	brfw_cls_rule_init(&rule->cls, m);
	brfw_rule_set_priority(rule, BRFW_PRIORITY_DEFAULT);

	return rule;
}

static void brfw_rule_put_state(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	struct brfw_rule_state *state = rule->state;

	if (!state || --state->refs)
		return;

	brfw_stats_free(&rs->stats, &state->stats);
	kfree(state);
}

/**
 * brfw_rule_free() - free a rule
 * @rs: ruleset that its interface names belong to
 * @rule: the rule, in no index, list or classifier
 *
 * Context: may sleep; config lock held unless the rule is of a draft.
 */
void brfw_rule_free(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	struct brfw_key value, mask;

	brfw_cls_rule_get_masked(&rule->cls, &value, &mask);
	brfw_iface_put(&rs->ifaces, value.bridge);
	brfw_iface_put(&rs->ifaces, value.in);
	brfw_iface_put(&rs->ifaces, value.out);
	if (rule->actions) {
		brfw_iface_put(&rs->ifaces, rule->actions->mirror);
		brfw_iface_put(&rs->ifaces, rule->actions->redirect);
		kfree(rule->actions);
	}
	brfw_rule_put_state(rs, rule);
	kfree(rule->comment);
	kfree(rule);
}

/**
 * brfw_rule_priority() - priority of a rule
 * @rule: the rule
 *
 * Return: the priority, smaller is evaluated first.
 */
u32 brfw_rule_priority(const struct brfw_rule *rule)
{
	return upper_32_bits(rule->cls.order);
}

/**
 * brfw_rule_set_priority() - set the priority of a rule of a draft
 * @rule: the rule
 * @priority: the priority
 */
void brfw_rule_set_priority(struct brfw_rule *rule, u32 priority)
{
	rule->cls.order = (u64)priority << 32;
}

/**
 * brfw_rule_clone() - make another body of a rule
 * @rs: the ruleset
 * @rule: a rule
 *
 * Return: a rule as brfw_rule_alloc() makes it, with the same contents, or
 * NULL.
 */
struct brfw_rule *brfw_rule_clone(struct brfw_ruleset *rs,
				  const struct brfw_rule *rule)
{
	struct brfw_key value, mask;
	struct brfw_rule *new;

	new = kmemdup(rule, offsetof(struct brfw_rule, cls.data) +
		      brfw_cls_rule_data_size(&rule->cls), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	if (rule->comment)
		new->comment = kstrdup(rule->comment, GFP_KERNEL_ACCOUNT);
	if (rule->actions)
		new->actions = kmemdup(rule->actions, sizeof(*rule->actions),
				       GFP_KERNEL_ACCOUNT);
	if (!new->comment != !rule->comment ||
	    !new->actions != !rule->actions) {
		kfree(new->comment);
		kfree(new->actions);
		kfree(new);
		return NULL;
	}

	INIT_LIST_HEAD(&new->list);
	new->status = BRFW_RULE_DRAFT;
	new->inserted = 0;
	new->state = NULL;
	new->cls.gen_add = BRFW_GEN_NEVER;
	new->cls.gen_del = BRFW_GEN_NEVER;
	brfw_cls_rule_get_masked(&new->cls, &value, &mask);
	brfw_iface_ref(&rs->ifaces, value.bridge);
	brfw_iface_ref(&rs->ifaces, value.in);
	brfw_iface_ref(&rs->ifaces, value.out);
	if (new->actions) {
		brfw_iface_ref(&rs->ifaces, new->actions->mirror);
		brfw_iface_ref(&rs->ifaces, new->actions->redirect);
	}

	return new;
}

/* ---- indexes ---- */

/**
 * brfw_rule_state_alloc() - give a rule a handle and counters
 * @rs: the ruleset
 * @rule: a rule without
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_rule_state_alloc(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	struct brfw_rule_state *state;
	int err;

	state = kzalloc(sizeof(*state), GFP_KERNEL_ACCOUNT);
	if (!state)
		return -ENOMEM;

	err = brfw_stats_alloc(&rs->stats, &state->stats);
	if (err)
		goto err_free;

	state->handle = rs->next_handle++;
	do {
		cond_resched();
		err = rhashtable_insert_fast(&rs->by_handle, &state->node,
					     brfw_handle_params);
	} while (err == -EBUSY); /* it is being resized */
	if (err)
		goto err_stats;

	brfw_rule_state_get(rule, state);
	return 0;

err_stats:
	brfw_stats_free(&rs->stats, &state->stats);
err_free:
	kfree(state);
	return -ENOMEM;
}

/**
 * brfw_rule_state_get() - let a body belong to a rule
 * @rule: the body
 * @state: what makes the rule
 */
void brfw_rule_state_get(struct brfw_rule *rule, struct brfw_rule_state *state)
{
	state->refs++;
	rule->state = state;
	rule->counters = state->stats.counters;
}

/**
 * brfw_rule_state_unhash() - let nobody find a deleted rule by its handle
 * @rs: the ruleset
 * @state: of a rule without body in the ruleset
 */
void brfw_rule_state_unhash(struct brfw_ruleset *rs,
			    struct brfw_rule_state *state)
{
	rhashtable_remove_fast(&rs->by_handle, &state->node,
			       brfw_handle_params);
}

/**
 * brfw_rule_index() - let a rule be found by its identity
 * @rs: the ruleset
 * @rule: the rule
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_rule_index(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	int err;

	do {
		cond_resched();
		err = rhltable_insert_key(&rs->by_identity, rule,
					  &rule->identity,
					  brfw_identity_params);
	} while (err == -EBUSY); /* it is being resized */
	return err ? -ENOMEM : 0;
}

/**
 * brfw_rule_unindex() - the reverse of brfw_rule_index()
 * @rs: the ruleset
 * @rule: the rule
 */
void brfw_rule_unindex(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	rhltable_remove(&rs->by_identity, &rule->identity,
			brfw_identity_params);
}

/**
 * brfw_ruleset_find_same() - find a rule with the same identity but for its
 *	verdict
 * @rs: the ruleset
 * @rule: what to compare with
 * @is_dead: find one that is deleted, not one that is live or new
 *
 * Return: the rule or NULL.
 */
struct brfw_rule *brfw_ruleset_find_same(struct brfw_ruleset *rs,
					 const struct brfw_rule *rule,
					 bool is_dead)
{
	struct rhlist_head *list, *pos;
	struct brfw_rule *other;

	rcu_read_lock();
	list = rhltable_lookup(&rs->by_identity, rule, brfw_identity_params);
	rhl_for_each_entry_rcu(other, pos, list, identity)
		if ((other->status == BRFW_RULE_DEAD) == is_dead)
			break;
	rcu_read_unlock();

	return pos ? other : NULL;
}

/**
 * brfw_ruleset_find() - find a rule by its handle
 * @rs: the ruleset
 * @handle: the handle
 *
 * Return: the live or new body of the rule, or NULL.
 */
struct brfw_rule *brfw_ruleset_find(struct brfw_ruleset *rs, u64 handle)
{
	struct brfw_rule_state *state;

	state = rhashtable_lookup_fast(&rs->by_handle, &handle,
				       brfw_handle_params);
	return state ? state->rule : NULL;
}

/**
 * brfw_ruleset_next() - walk the rules in the order of evaluation
 * @rs: the ruleset
 * @hook: rules of this hook
 * @after: order to start behind, 0 for the first rule
 *
 * Return: the next rule or NULL.
 */
struct brfw_rule *brfw_ruleset_next(struct brfw_ruleset *rs, u8 hook, u64 after)
{
	struct rb_node *node = rs->rules[hook].rb_node;
	struct brfw_rule *rule, *found = NULL;

	while (node) {
		rule = rb_entry(node, struct brfw_rule, node);
		if (rule->cls.order > after) {
			found = rule;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	return found;
}

static bool brfw_rule_node_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct brfw_rule, node)->cls.order <
	       rb_entry(b, struct brfw_rule, node)->cls.order;
}

/* What judging by a rule takes, 1 << enum brfw_need. */
static u32 brfw_rule_needs(const struct brfw_rule *rule)
{
	const u16 vlan = BRFW_KEY_F_VLAN | BRFW_KEY_F_INNER_VLAN;
	struct brfw_key value, mask;
	u32 needs = 0;

	brfw_cls_rule_get_masked(&rule->cls, &value, &mask);
	if (mask.bridge)
		needs |= BIT(BRFW_NEED_BRIDGE);
	if (mask.in)
		needs |= BIT(BRFW_NEED_IN);
	if (mask.out)
		needs |= BIT(BRFW_NEED_OUT);
	if (mask.flags & vlan)
		needs |= BIT(BRFW_NEED_VLAN);
	if (brfw_cls_rule_tests(&rule->cls,
				offsetof(struct brfw_key, ct_state)))
		needs |= BIT(BRFW_NEED_CT);
	/* What the host itself sends comes in fragments all the same. */
	if (rule->hook != BRFW_HOOK_OUTPUT &&
	    (mask.frag || brfw_cls_rule_tests(&rule->cls,
					      offsetof(struct brfw_key, frag))))
		needs |= BIT(BRFW_NEED_FRAG);
	/* What is sent carries the VLAN. */
	if (rule->actions && rule->actions->acts_once)
		needs |= BIT(BRFW_NEED_FRAME) | BIT(BRFW_NEED_VLAN) |
			 BIT(BRFW_NEED_REST);
	if (brfw_cls_rule_words(&rule->cls) & BRFW_KEY_REST)
		needs |= BIT(BRFW_NEED_REST);
	if (rule->verdict == BRFW_VERDICT_QUEUE)
		needs |= BIT(BRFW_NEED_QUEUE);

	return needs;
}

/* Add @delta to all counts that a rule is part of. */
static void brfw_ruleset_count(struct brfw_ruleset *rs,
			       const struct brfw_rule *rule, int delta)
{
	u32 needs = brfw_rule_needs(rule);
	int need;

	rs->nrules += delta;
	rs->nhook_rules[rule->hook] += delta;
	for (need = 0; need < BRFW_NEEDS; need++)
		if (needs & BIT(need))
			rs->nneeding[need] += delta;
}

/**
 * brfw_rule_link() - make a rule part of the order of evaluation
 * @rs: the ruleset
 * @rule: the rule, with its order
 */
void brfw_rule_link(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	rb_add(&rule->node, &rs->rules[rule->hook], brfw_rule_node_less);
	brfw_ruleset_count(rs, rule, 1);
}

/**
 * brfw_rule_unlink() - the reverse of brfw_rule_link()
 * @rs: the ruleset
 * @rule: the rule
 */
void brfw_rule_unlink(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	rb_erase(&rule->node, &rs->rules[rule->hook]);
	brfw_ruleset_count(rs, rule, -1);
}

static const char *brfw_slot_problem(struct brfw_ruleset *rs, u8 hook, u16 slot)
{
	const struct net_device *dev;
	const char *problem;

	if (!slot)
		return NULL;

	rcu_read_lock();
	dev = brfw_iface_dev(&rs->ifaces, slot);
	problem = brfw_transmit_problem(dev);
	if (!problem && hook == BRFW_HOOK_OUTPUT)
		problem = brfw_transmit_output_problem(dev, NULL);
	rcu_read_unlock();

	return problem;
}

/**
 * brfw_rule_warnings() - warnings that a rule may have a part in
 * @rule: a rule, also of a draft
 *
 * Return: BRFW_WARN_*.
 */
u32 brfw_rule_warnings(const struct brfw_rule *rule)
{
	return brfw_rule_needs(rule) & (BIT(BRFW_NEED_CT) | BIT(BRFW_NEED_FRAG)) ?
	       BRFW_WARN_FRAG : 0;
}

/**
 * brfw_ruleset_warnings() - what the rules do to each other
 * @rs: the ruleset, also amid a commit
 *
 * Return: BRFW_WARN_*.
 */
u32 brfw_ruleset_warnings(const struct brfw_ruleset *rs)
{
	return rs->nneeding[BRFW_NEED_CT] && rs->nneeding[BRFW_NEED_FRAG] ?
	       BRFW_WARN_FRAG : 0;
}

/**
 * brfw_rule_problem() - why a rule can't do now what it says
 * @rs: the ruleset
 * @rule: one of its rules
 *
 * Return: the reason, for people, or NULL.
 */
const char *brfw_rule_problem(struct brfw_ruleset *rs,
			      const struct brfw_rule *rule)
{
	const char *problem;

	if (rs->nneeding[BRFW_NEED_CT] &&
	    brfw_rule_needs(rule) & BIT(BRFW_NEED_FRAG))
		return "it finds whole packets: a rule with a condition on state has fragments put together first";
	if (!rule->actions)
		return NULL;

	problem = brfw_slot_problem(rs, rule->hook, rule->actions->redirect);
	if (!problem)
		problem = brfw_slot_problem(rs, rule->hook,
					    rule->actions->mirror);

	return problem;
}

/* ---- policies ---- */

/* Those of a bridge stand together, bridges in the order of their slots. */
static void brfw_policy_insert(struct brfw_ruleset *rs,
			       struct brfw_policy *policy)
{
	struct brfw_policy *other;

	list_for_each_entry(other, &rs->policies, list)
		if (other->bridge > policy->bridge)
			break;

	list_add_tail(&policy->list, &other->list);
}

/**
 * brfw_policy_alloc() - make a policy that accepts
 * @rs: the ruleset; the policy becomes part of its list
 * @hook: enum brfw_hook
 * @bridge: slot of a bridge's name, or 0; the reference passes to the policy
 *
 * Return: the policy or NULL.
 */
struct brfw_policy *brfw_policy_alloc(struct brfw_ruleset *rs, u8 hook,
				      u16 bridge)
{
	struct brfw_policy *policy;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return NULL;
	if (brfw_stats_alloc(&rs->stats, &policy->stats)) {
		kfree(policy);
		return NULL;
	}

	policy->hook = hook;
	policy->bridge = bridge;
	policy->verdict = BRFW_VERDICT_ACCEPT;
	policy->next_verdict = BRFW_VERDICT_ACCEPT;
	policy->status = BRFW_RULE_NEW;
	brfw_policy_insert(rs, policy);

	return policy;
}

/**
 * brfw_policy_free() - free a policy
 * @rs: the ruleset
 * @policy: in some list, which it is taken from
 */
void brfw_policy_free(struct brfw_ruleset *rs, struct brfw_policy *policy)
{
	list_del(&policy->list);
	brfw_iface_put(&rs->ifaces, policy->bridge);
	brfw_stats_free(&rs->stats, &policy->stats);
	kfree(policy);
}

/**
 * brfw_policy_find() - find the policy of a hook and bridge
 * @rs: the ruleset
 * @hook: enum brfw_hook
 * @bridge: slot of a bridge's name, or 0
 *
 * Return: the policy, of whatever status, or NULL.
 */
struct brfw_policy *brfw_policy_find(struct brfw_ruleset *rs, u8 hook,
				     u16 bridge)
{
	struct brfw_policy *policy;

	list_for_each_entry(policy, &rs->policies, list)
		if (policy->hook == hook && policy->bridge == bridge)
			return policy;

	return NULL;
}

/* ---- what packets see ---- */

static unsigned int brfw_ruleset_count_bridges(struct brfw_ruleset *rs)
{
	const struct brfw_policy *policy;
	unsigned int n = 0;

	list_for_each_entry(policy, &rs->policies, list)
		n += policy->bridge && policy->status != BRFW_RULE_DEAD;

	return n;
}

/* The entry of a bridge, whose policies come one after the other. */
static struct brfw_view_bridge *brfw_view_bridge_get(struct brfw_view *view,
						     u16 slot)
{
	struct brfw_view_bridge *b = &view->bridges[view->nbridges];

	if (!view->nbridges || b[-1].slot != slot) {
		b->slot = slot;
		view->nbridges++;
		return b;
	}

	return &b[-1];
}

static void brfw_view_add_policy(struct brfw_view *view,
				 const struct brfw_policy *policy)
{
	struct brfw_view_policy *p = &view->hooks[policy->hook].policy;

	if (policy->bridge)
		p = &brfw_view_bridge_get(view, policy->bridge)->policies[policy->hook];

	p->counters = policy->stats.counters;
	p->verdict = policy->next_verdict;
}

/* Zones that take effect: none while no rule asks for states. */
static unsigned int brfw_ruleset_count_zones(struct brfw_ruleset *rs)
{
	const struct brfw_zone *zone;
	unsigned int n = 0;

	if (!rs->nneeding[BRFW_NEED_CT])
		return 0;

	list_for_each_entry(zone, &rs->zones, list)
		n += zone->status != BRFW_RULE_DEAD;

	return n;
}

static void brfw_view_add_zones(struct brfw_view *view,
				const struct brfw_ruleset *rs)
{
	const struct brfw_zone *zone;
	struct brfw_view_zone *z;

	list_for_each_entry(zone, &rs->zones, list) {
		if (zone->status == BRFW_RULE_DEAD)
			continue;
		z = &view->zones[view->nzones++];
		z->templates = zone->templates;
		z->bridge = zone->bridge;
		z->id = zone->id;
	}
}

/**
 * brfw_view_alloc() - make what packets see of the commit under way
 * @rs: the ruleset
 * @generation: of it
 *
 * Return: the view, to be freed with kvfree() if it isn't published, or NULL.
 */
struct brfw_view *brfw_view_alloc(struct brfw_ruleset *rs, u64 generation)
{
	const struct brfw_policy *policy;
	unsigned int nbridges = brfw_ruleset_count_bridges(rs);
	unsigned int nzones = brfw_ruleset_count_zones(rs);
	struct brfw_view *view;
	int need, hook, family;

	view = kvzalloc(struct_size(view, bridges, nbridges) +
			nzones * sizeof(*view->zones), GFP_KERNEL_ACCOUNT);
	if (!view)
		return NULL;

	view->generation = generation;
	view->ruleset = rs;
	for (hook = 0; hook < BRFW_HOOKS; hook++)
		for (family = 0; family < BRFW_FAMILIES; family++)
			view->hooks[hook].cls[family] = &rs->cls[hook][family];
	list_for_each_entry(policy, &rs->policies, list)
		if (policy->status != BRFW_RULE_DEAD)
			brfw_view_add_policy(view, policy);
	view->zones = (struct brfw_view_zone *)&view->bridges[nbridges];
	if (nzones)
		brfw_view_add_zones(view, rs);
	for (need = 0; need < BRFW_NEEDS; need++)
		if (rs->nneeding[need])
			view->needs |= BIT(need);
	if (view->nbridges)
		view->needs |= BIT(BRFW_NEED_BRIDGE);

	return view;
}

/**
 * brfw_view_publish() - let packets see a view
 * @rs: the ruleset
 * @view: from brfw_view_alloc()
 */
void brfw_view_publish(struct brfw_ruleset *rs, struct brfw_view *view)
{
	struct brfw_view *old;

	old = rcu_replace_pointer(rs->bn->view, view,
				  lockdep_is_held(&rs->bn->config_lock));
	if (old)
		kvfree_rcu(old, rcu);
}

/* ---- garbage ---- */

/**
 * brfw_rule_remove() - take a rule out of all classifiers that it is in
 * @rs: the ruleset
 * @rule: the rule, which no packet can match any more
 */
void brfw_rule_remove(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	int family;

	for (family = 0; family < BRFW_FAMILIES; family++)
		if (rule->inserted & BIT(family))
			brfw_cls_remove(&rs->cls[rule->hook][family],
					&rule->cls);
	rule->inserted = 0;
}

static void brfw_gc_free_rules(struct brfw_ruleset *rs, struct list_head *list)
{
	struct brfw_rule *rule, *tmp;

	list_for_each_entry_safe(rule, tmp, list, list) {
		list_del(&rule->list);
		brfw_rule_free(rs, rule);
		WRITE_ONCE(rs->gc.count, rs->gc.count - 1);
		cond_resched();
	}
}

static void brfw_gc_free_policies(struct brfw_ruleset *rs,
				  struct list_head *list)
{
	struct brfw_policy *policy, *tmp;

	list_for_each_entry_safe(policy, tmp, list, list) {
		brfw_policy_free(rs, policy);
		cond_resched();
	}
}

static void brfw_gc_free_zones(struct brfw_ruleset *rs, struct list_head *list)
{
	struct brfw_zone *zone, *tmp;

	list_for_each_entry_safe(zone, tmp, list, list) {
		brfw_zone_free(rs, zone);
		cond_resched();
	}
}

/**
 * brfw_gc_queue() - let garbage wait for a grace period
 * @rs: the ruleset
 *
 * Garbage that comes while other garbage waits has to wait for the next one.
 */
void brfw_gc_queue(struct brfw_ruleset *rs)
{
	if (rs->gc.queued)
		return;
	if (list_empty(&rs->gc.dead) && list_empty(&rs->gc.rules) &&
	    list_empty(&rs->gc.policies) && list_empty(&rs->gc.zones))
		return;

	list_splice_init(&rs->gc.dead, &rs->gc.dead_waiting);
	list_splice_init(&rs->gc.rules, &rs->gc.rules_waiting);
	list_splice_init(&rs->gc.policies, &rs->gc.policies_waiting);
	list_splice_init(&rs->gc.zones, &rs->gc.zones_waiting);
	rs->gc.queued = true;
	queue_rcu_work(brfw_gc_wq, &rs->gc.work);
}

/* With fewer rules another arrangement may be better. It can wait if it must. */
static void brfw_gc_prepare(struct brfw_ruleset *rs)
{
	struct brfw_cls_rule *culprit;
	int hook, family;

	for (hook = 0; hook < BRFW_HOOKS; hook++)
		for (family = 0; family < BRFW_FAMILIES; family++)
			brfw_cls_prepare(&rs->cls[hook][family], &culprit);
}

/* A grace period after brfw_gc_queue(). */
static void brfw_gc_work(struct work_struct *work)
{
	struct brfw_ruleset *rs = container_of(to_rcu_work(work),
					       struct brfw_ruleset, gc.work);
	struct brfw_rule *rule, *tmp;

	mutex_lock(&rs->bn->config_lock);
	brfw_gc_free_policies(rs, &rs->gc.policies_waiting);
	brfw_gc_free_zones(rs, &rs->gc.zones_waiting);
	brfw_gc_free_rules(rs, &rs->gc.rules_waiting);
	list_for_each_entry_safe(rule, tmp, &rs->gc.dead_waiting, list) {
		brfw_rule_remove(rs, rule);
		list_move_tail(&rule->list, &rs->gc.rules);
		cond_resched();
	}
	brfw_gc_prepare(rs);
	rs->gc.queued = false;
	brfw_gc_queue(rs);
	mutex_unlock(&rs->bn->config_lock);
}

/**
 * brfw_gc_add_rule() - free a rule when no packet sees it any more
 * @rs: the ruleset
 * @rule: in no index and no list; it may be in classifiers
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_gc_add_rule(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	list_add_tail(&rule->list,
		      rule->inserted ? &rs->gc.dead : &rs->gc.rules);
	WRITE_ONCE(rs->gc.count, rs->gc.count + 1);
}

/**
 * brfw_gc_add_policy() - free a policy when no packet sees it any more
 * @rs: the ruleset
 * @policy: in the list of the ruleset
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_gc_add_policy(struct brfw_ruleset *rs, struct brfw_policy *policy)
{
	list_move_tail(&policy->list, &rs->gc.policies);
}

/**
 * brfw_gc_add_zone() - free a zone when no packet sees it any more
 * @rs: the ruleset
 * @zone: in the list of the ruleset
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_gc_add_zone(struct brfw_ruleset *rs, struct brfw_zone *zone)
{
	list_move_tail(&zone->list, &rs->gc.zones);
}

/**
 * brfw_ruleset_is_congested() - is there so much garbage that it has to wait?
 * @rs: the ruleset
 *
 * Return: whether brfw_ruleset_relax() should be called before a change.
 */
bool brfw_ruleset_is_congested(const struct brfw_ruleset *rs)
{
	return READ_ONCE(rs->gc.count) > BRFW_GARBAGE_MAX;
}

/**
 * brfw_ruleset_relax() - wait until some garbage is freed
 * @rs: the ruleset
 *
 * Context: may sleep; config lock not held.
 */
void brfw_ruleset_relax(struct brfw_ruleset *rs)
{
	while (brfw_ruleset_is_congested(rs))
		flush_rcu_work(&rs->gc.work);
}

/**
 * brfw_gc_init() - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_gc_init(void)
{
	brfw_gc_wq = alloc_workqueue("brfw_gc", WQ_UNBOUND, 0);
	return brfw_gc_wq ? 0 : -ENOMEM;
}

/** brfw_gc_exit() - at module unload, when no namespace has a ruleset */
void brfw_gc_exit(void)
{
	destroy_workqueue(brfw_gc_wq);
}

/* ---- the ruleset ---- */

static void brfw_ruleset_init(struct brfw_ruleset *rs, struct brfw_net *bn)
{
	int hook, family;

	rs->bn = bn;
	rs->next_handle = 1;
	INIT_LIST_HEAD(&rs->policies);
	INIT_LIST_HEAD(&rs->zones);
	INIT_LIST_HEAD(&rs->gc.dead);
	INIT_LIST_HEAD(&rs->gc.dead_waiting);
	INIT_LIST_HEAD(&rs->gc.rules);
	INIT_LIST_HEAD(&rs->gc.rules_waiting);
	INIT_LIST_HEAD(&rs->gc.policies);
	INIT_LIST_HEAD(&rs->gc.policies_waiting);
	INIT_LIST_HEAD(&rs->gc.zones);
	INIT_LIST_HEAD(&rs->gc.zones_waiting);
	INIT_RCU_WORK(&rs->gc.work, brfw_gc_work);
	brfw_stats_pool_init(&rs->stats);
	brfw_ifaces_init(&rs->ifaces, bn->net);

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		rs->rules[hook] = RB_ROOT;
		for (family = 0; family < BRFW_FAMILIES; family++)
			brfw_cls_init(&rs->cls[hook][family], family);
	}
}

static int brfw_ruleset_add_default_policies(struct brfw_ruleset *rs)
{
	struct brfw_policy *policy;
	int hook;

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		policy = brfw_policy_alloc(rs, hook, 0);
		if (!policy)
			return -ENOMEM;
		policy->status = BRFW_RULE_LIVE;
	}

	return 0;
}

/* They go with the pool. */
static int brfw_ruleset_add_events(struct brfw_ruleset *rs)
{
	int event;

	for (event = 0; event < BRFW_EVENTS; event++)
		if (brfw_stats_alloc(&rs->stats, &rs->events[event]))
			return -ENOMEM;

	return 0;
}

/**
 * brfw_ruleset_alloc() - make an empty ruleset that accepts everything
 * @bn: its namespace
 *
 * Return: the ruleset or NULL.
 */
struct brfw_ruleset *brfw_ruleset_alloc(struct brfw_net *bn)
{
	struct brfw_ruleset *rs;

	rs = kvzalloc(sizeof(*rs), GFP_KERNEL_ACCOUNT);
	if (!rs)
		return NULL;

	brfw_ruleset_init(rs, bn);
	if (rhashtable_init(&rs->by_handle, &brfw_handle_params))
		goto err_ifaces;
	if (rhltable_init(&rs->by_identity, &brfw_identity_params))
		goto err_handle;
	if (brfw_ruleset_add_default_policies(rs) ||
	    brfw_ruleset_add_events(rs))
		goto err_policies;

	return rs;

err_policies:
	brfw_gc_free_policies(rs, &rs->policies);
	rhltable_destroy(&rs->by_identity);
err_handle:
	rhashtable_destroy(&rs->by_handle);
err_ifaces:
	brfw_stats_pool_destroy(&rs->stats);
	brfw_ifaces_destroy(&rs->ifaces);
	kvfree(rs);
	return NULL;
}

static void brfw_ruleset_free_rules(struct brfw_ruleset *rs)
{
	struct brfw_rule *rule, *tmp;
	int hook;

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		rbtree_postorder_for_each_entry_safe(rule, tmp,
						     &rs->rules[hook], node) {
			brfw_rule_free(rs, rule);
			cond_resched();
		}
	}
}

/**
 * brfw_ruleset_free() - free a ruleset with all that it has
 * @rs: the ruleset; no drafts are left
 *
 * Context: may sleep; config lock not held; no packets, no other writers.
 */
void brfw_ruleset_free(struct brfw_ruleset *rs)
{
	int hook, family;
	bool is_queued;

	/*
	 * Each run may queue one more, until no garbage is left. The last run
	 * may still be about to let go of the lock when it says so.
	 */
	do {
		mutex_lock(&rs->bn->config_lock);
		is_queued = rs->gc.queued;
		mutex_unlock(&rs->bn->config_lock);
		flush_rcu_work(&rs->gc.work);
	} while (is_queued);

	/* The indexes first: they look at the rules. */
	rhltable_destroy(&rs->by_identity);
	rhashtable_destroy(&rs->by_handle);
	for (hook = 0; hook < BRFW_HOOKS; hook++)
		for (family = 0; family < BRFW_FAMILIES; family++)
			brfw_cls_destroy(&rs->cls[hook][family]);
	brfw_ruleset_free_rules(rs);
	brfw_gc_free_policies(rs, &rs->policies);
	brfw_gc_free_zones(rs, &rs->zones);
	brfw_stats_pool_destroy(&rs->stats);
	brfw_ifaces_destroy(&rs->ifaces);
	kvfree(rs);
}

/**
 * brfw_ruleset_reset_stats() - let all counters start from zero
 * @rs: the ruleset
 */
void brfw_ruleset_reset_stats(struct brfw_ruleset *rs)
{
	struct brfw_policy *policy;
	struct rb_node *node;
	int hook, event;

	list_for_each_entry(policy, &rs->policies, list)
		brfw_stats_reset(&policy->stats);
	for (event = 0; event < BRFW_EVENTS; event++)
		brfw_stats_reset(&rs->events[event]);

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		for (node = rb_first(&rs->rules[hook]); node;
		     node = rb_next(node)) {
			brfw_stats_reset(&rb_entry(node, struct brfw_rule,
						   node)->state->stats);
			cond_resched();
		}
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Commit
 *
 * A draft is a list of changes that nobody has looked at yet but for their
 * form. brfw_draft_commit() turns it into the next generation of the ruleset,
 * or leaves everything as it was:
 *
 * 1. Apply the changes one after the other to what the config lock protects:
 *    rules become new or dead, policies get their next verdict. A new rule is
 *    in no classifier. A dead rule stays in the classifiers and the identity
 *    index; it is marked to disappear with the next generation, which means
 *    nothing as long as that isn't published. brfw_commit_apply()
 * 2. Insert the new rules into the classifiers, register hooks, make the next
 *    view: all that can still fail. brfw_commit_prepare()
 * 3. Publish the view: one store, by which all changes take effect for
 *    packets that come from now on. Frames that are being judged meanwhile
 *    are judged by the previous generation to the end. brfw_commit_finish()
 *
 * When a step before the third fails, or when the client asked for a dry run,
 * brfw_commit_undo() makes new rules dead and dead rules live again, which
 * can't fail. Rules that packets may have seen in a classifier, visible or
 * not, are freed after grace periods (ruleset.c).
 *
 * A draft that replaces the ruleset starts with all rules dead. Adding a rule
 * with the identity of a dead one then revives that one, or, when its place in
 * the order doesn't fit any more, adds a new body that keeps its state: handle
 * and counters. A rule that is moved or replaced gets a new body too. What is
 * replaced keeps its handle and place; counters and the limiter are those of an
 * identity, so they stay only if nothing but the comment changes.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "commit.h"
#include "hook.h"
#include "netns.h"
#include "notice.h"
#include "ruleset.h"
#include "sets.h"

/* Distance of rules that are added one behind the other. */
#define BRFW_POSITION_STEP	256

/* Policies of a namespace, those of all bridges included. */
#define BRFW_MAX_POLICIES	4096

/* Bridges of a namespace that have a zone. */
#define BRFW_MAX_ZONES		1024

/* Rules that a commit may move to make room for others. */
#define BRFW_MAX_RENUMBERED	(1U << 24)

/**
 * struct brfw_commit - a commit under way
 * @rs: the ruleset
 * @draft: what is committed
 * @error: to be filled in on failure
 * @generation: that it leads to
 * @added: new rules, also those that it removes again, which are dead then
 * @nadded: number of them
 * @added_size: how many have room
 * @removed: dead rules that were live before
 * @renumbered: rules that were moved to make room for others
 * @npolicies: policies that it leaves
 * @revives: rules that were live before may be added again
 * @is_inserted: the classifiers may know the new rules
 */
struct brfw_commit {
	struct brfw_ruleset *rs;
	struct brfw_draft *draft;
	struct brfw_error *error;
	u64 generation;
	struct brfw_rule **added;
	unsigned int nadded;
	unsigned int added_size;
	struct list_head removed;
	unsigned int renumbered;
	unsigned int npolicies;
	bool revives;
	bool is_inserted;
};

static int brfw_commit_fail(struct brfw_commit *c, int err, const char *text)
{
	c->error->text = text;
	return err;
}

static int brfw_commit_no_memory(struct brfw_commit *c)
{
	return brfw_commit_fail(c, -ENOMEM, "out of memory");
}

/* ---- changes and drafts ---- */

/**
 * brfw_change_alloc() - make a change
 * @type: what it does
 * @id: the client's number for it, or 0
 *
 * Return: the change or NULL.
 */
struct brfw_change *brfw_change_alloc(enum brfw_change_type type, u32 id)
{
	struct brfw_change *change;

	change = kzalloc(sizeof(*change), GFP_KERNEL_ACCOUNT);
	if (!change)
		return NULL;

	INIT_LIST_HEAD(&change->list);
	change->type = type;
	change->id = id;

	return change;
}

/**
 * brfw_change_free() - free a change with what it refers to
 * @rs: ruleset that its names belong to
 * @change: in no draft
 */
void brfw_change_free(struct brfw_ruleset *rs, struct brfw_change *change)
{
	if (change->rule)
		brfw_rule_free(rs, change->rule);
	brfw_set_change_free(rs, change->set);
	brfw_iface_put(&rs->ifaces, change->bridge);
	kfree(change);
}

/**
 * brfw_draft_init() - make an empty draft
 * @draft: to be filled
 */
void brfw_draft_init(struct brfw_draft *draft)
{
	memset(draft, 0, sizeof(*draft));
	INIT_LIST_HEAD(&draft->list);
	INIT_LIST_HEAD(&draft->changes);
	xa_init_flags(&draft->by_id, XA_FLAGS_ACCOUNT);
}

/**
 * brfw_draft_clear() - free all changes of a draft
 * @rs: the ruleset it was for
 * @draft: the draft
 */
void brfw_draft_clear(struct brfw_ruleset *rs, struct brfw_draft *draft)
{
	struct brfw_change *change, *tmp;

	rs->sets.nstaged -= draft->nprefixes;
	draft->nprefixes = 0;
	list_for_each_entry_safe(change, tmp, &draft->changes, list) {
		list_del(&change->list);
		/* One by one: xa_destroy() frees all with interrupts off. */
		if (change->id)
			xa_erase(&draft->by_id, change->id);
		brfw_change_free(rs, change);
		cond_resched();
	}
	rs->nstaged -= draft->nchanges;
	draft->nchanges = 0;
}

static bool brfw_change_is_of_elements(const struct brfw_change *change)
{
	return change->type == BRFW_CHANGE_SET_FLUSH ||
	       change->type == BRFW_CHANGE_ELEMENT_ADD ||
	       change->type == BRFW_CHANGE_ELEMENT_REPLACE ||
	       change->type == BRFW_CHANGE_ELEMENT_DELETE;
}

/**
 * brfw_draft_add() - let a change be part of a draft
 * @rs: the ruleset it is for
 * @draft: the draft
 * @change: passes to the draft on success
 * @error: filled in on failure
 *
 * Return: 0, -ENOMEM, -EEXIST when the draft has a change of that number, or
 * -ENOSPC when the drafts of the namespace have too many.
 */
int brfw_draft_add(struct brfw_ruleset *rs, struct brfw_draft *draft,
		   struct brfw_change *change, struct brfw_error *error)
{
	unsigned int nprefixes = change->set ? change->set->nprefixes : 0;
	int err;

	error->change_id = change->id;
	/* A draft of one change, which is in no list, is gone at once. */
	if (!list_empty(&draft->list) &&
	    rs->nstaged / 2 >= brfw_max_rules(rs->bn->net)) {
		error->text = "too many changes in the open transactions of this namespace";
		return -ENOSPC;
	}
	if (!list_empty(&draft->list) &&
	    (rs->sets.nstaged + nprefixes) / 2 > brfw_max_elements(rs->bn->net)) {
		error->text = "too many elements in the open transactions of this namespace";
		return -ENOSPC;
	}
	if (change->id) {
		err = xa_insert(&draft->by_id, change->id, change, GFP_KERNEL);
		if (err) {
			error->text = err == -EBUSY ?
				"the transaction has a change with this number already" :
				"out of memory";
			return err == -EBUSY ? -EEXIST : err;
		}
	}

	draft->changes_rules |= !brfw_change_is_of_elements(change);
	list_add_tail(&change->list, &draft->changes);
	draft->nchanges++;
	rs->nstaged++;
	draft->nprefixes += nprefixes;
	rs->sets.nstaged += nprefixes;

	return 0;
}

/* ---- life and death of rules during a commit ---- */

static void brfw_commit_kill(struct brfw_commit *c, struct brfw_rule *rule)
{
	bool is_live = rule->status == BRFW_RULE_LIVE;

	brfw_rule_unlink(c->rs, rule);
	rule->status = BRFW_RULE_DEAD;

	if (is_live) {
		WRITE_ONCE(rule->cls.gen_del, c->generation);
		list_add_tail(&rule->list, &c->removed);
		return;
	}

	/* It was new: no packet ever met it. It is freed with the commit. */
	brfw_rule_unindex(c->rs, rule);
	brfw_rule_give_back(c->rs, rule);
}

static void brfw_commit_revive(struct brfw_commit *c, struct brfw_rule *rule)
{
	list_del(&rule->list);
	rule->status = BRFW_RULE_LIVE;
	WRITE_ONCE(rule->cls.gen_del, BRFW_GEN_NEVER);
	brfw_rule_link(c->rs, rule);
}

/* Make sure that there is room for one more new rule. */
static int brfw_commit_reserve(struct brfw_commit *c)
{
	unsigned int size = max(16U, 2 * c->added_size);
	struct brfw_rule **added;

	if (c->nadded < c->added_size)
		return 0;

	added = kvmalloc_array(size, sizeof(*added), GFP_KERNEL_ACCOUNT);
	if (!added)
		return brfw_commit_no_memory(c);
	if (c->nadded)
		memcpy(added, c->added, c->nadded * sizeof(*added));
	kvfree(c->added);
	c->added = added;
	c->added_size = size;

	return 0;
}

/*
 * Make a rule of a draft a new rule. Given an old one, make it another body of
 * that if it @keeps counters and the rest of its state; else it shares only the
 * handle.
 */
static int brfw_commit_birth(struct brfw_commit *c, struct brfw_rule *rule,
			     struct brfw_rule *old, bool keeps)
{
	int err;

	err = brfw_commit_reserve(c);
	if (err)
		return err;
	if (keeps)
		brfw_rule_take_over(c->rs, rule, old);
	else if (brfw_rule_make(c->rs, rule, old))
		return brfw_commit_no_memory(c);

	rule->status = BRFW_RULE_NEW;
	rule->cls.gen_add = c->generation;
	c->added[c->nadded++] = rule;
	brfw_rule_index(c->rs, rule);
	brfw_rule_link(c->rs, rule);

	return 0;
}

/* ---- places in the order of evaluation ---- */

static u64 brfw_order_first(u32 priority)
{
	return (u64)priority << 32;
}

static u64 brfw_order_last(u32 priority)
{
	return (u64)priority << 32 | U32_MAX;
}

/* The last rule of a hook up to an order, or NULL. */
static struct brfw_rule *brfw_commit_last_rule(struct brfw_commit *c, u8 hook,
					       u64 order)
{
	struct rb_node *node = rb_last(&c->rs->rules[hook]);
	struct brfw_rule *rule, *found = NULL;

	/* Most rules are added behind all others. */
	if (node && rb_entry(node, struct brfw_rule, node)->cls.order <= order)
		return rb_entry(node, struct brfw_rule, node);

	node = c->rs->rules[hook].rb_node;
	while (node) {
		rule = rb_entry(node, struct brfw_rule, node);
		if (rule->cls.order <= order) {
			found = rule;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}

	return found;
}

/* Largest order in use among the rules of a hook and priority. */
static u64 brfw_commit_end_of_priority(struct brfw_commit *c, u8 hook,
				       u32 priority)
{
	struct brfw_rule *last;

	last = brfw_commit_last_rule(c, hook, brfw_order_last(priority));
	if (!last || brfw_rule_priority(last) != priority)
		return brfw_order_first(priority);

	return last->cls.order;
}

/*
 * The change that a rule is from, or 0 for one of before. In a draft that
 * replaces the ruleset those that live were revived by it.
 */
static u32 brfw_commit_change_of(const struct brfw_commit *c,
				 const struct brfw_rule *rule)
{
	if (rule->status == BRFW_RULE_NEW ||
	    (rule->status == BRFW_RULE_LIVE && c->draft->is_replace))
		return rule->change_id;

	return 0;
}

/* Exchange a live rule for a new body at the same place. */
static int brfw_commit_renew(struct brfw_commit *c, struct brfw_rule *rule)
{
	struct brfw_rule *new;
	int err;

	new = brfw_rule_clone(c->rs, rule);
	if (!new)
		return brfw_commit_no_memory(c);

	new->is_spread = true;
	new->change_id = brfw_commit_change_of(c, rule);
	brfw_commit_kill(c, rule);
	err = brfw_commit_birth(c, new, rule, true);
	if (err)
		brfw_rule_free(c->rs, new);

	return err;
}

/*
 * Spread the rules of a hook and priority evenly, to make room between them.
 * Packets may be comparing the orders of live rules, so these get new bodies.
 */
static int brfw_commit_renumber(struct brfw_commit *c, u8 hook, u32 priority)
{
	u64 order = brfw_order_first(priority);
	struct brfw_rule *rule;
	u32 step, n = 0;
	int err;

	while ((rule = brfw_ruleset_next(c->rs, hook, order)) &&
	       brfw_rule_priority(rule) == priority) {
		order = rule->cls.order;
		if (rule->status == BRFW_RULE_LIVE) {
			err = brfw_commit_renew(c, rule);
			if (err)
				return err;
		}
		n++;
		cond_resched();
	}

	c->renumbered += n;
	if (c->renumbered > BRFW_MAX_RENUMBERED)
		return brfw_commit_fail(c, -ENOSPC, "too many rules are put before or after others in one transaction");

	step = U32_MAX / (n + 2);
	rule = brfw_ruleset_next(c->rs, hook, brfw_order_first(priority));
	for (order = brfw_order_first(priority); n; n--) {
		order += step;
		rule->cls.order = order;
		rule = rb_entry_safe(rb_next(&rule->node), struct brfw_rule,
				     node);
		cond_resched();
	}

	return 0;
}

/* Room for a rule behind all others of its hook and priority. */
static int brfw_commit_place_last(struct brfw_commit *c, struct brfw_rule *rule)
{
	u32 priority = brfw_rule_priority(rule);
	u32 step = c->revives ? 1 : BRFW_POSITION_STEP;
	u64 end;
	int err;

	end = brfw_commit_end_of_priority(c, rule->hook, priority);
	if (brfw_order_last(priority) - end <= step) {
		err = brfw_commit_renumber(c, rule->hook, priority);
		if (err)
			return err;
		end = brfw_commit_end_of_priority(c, rule->hook, priority);
	}
	rule->cls.order = end + step;

	return 0;
}

/*
 * An order between @anchor and the rule before or behind it; 0 if there is
 * none left. Rules that are put before the same one, one after the other, use
 * up the room step by step.
 */
static u64 brfw_commit_order_beside(struct brfw_commit *c,
				    const struct brfw_rule *anchor,
				    bool is_before)
{
	u32 priority = brfw_rule_priority(anchor);
	struct brfw_rule *other;
	u64 from, to;

	if (is_before) {
		to = anchor->cls.order;
		other = brfw_commit_last_rule(c, anchor->hook, to - 1);
		from = brfw_order_first(priority);
		if (other)
			from = max(from, other->cls.order);
	} else {
		from = anchor->cls.order;
		other = brfw_ruleset_next(c->rs, anchor->hook, from);
		to = from + min_t(u64, 2 * BRFW_POSITION_STEP,
				  brfw_order_last(priority) - from);
		if (other)
			to = min(to, other->cls.order);
	}

	if (to - from < 2)
		return 0;
	if (is_before)
		return from + min_t(u64, (to - from) / 2, BRFW_POSITION_STEP);

	return from + (to - from) / 2;
}

static struct brfw_rule *brfw_commit_find_ref(struct brfw_commit *c,
					      const struct brfw_rule_ref *ref)
{
	const struct brfw_change *change;

	if (ref->handle)
		return brfw_ruleset_find(c->rs, ref->handle);

	change = xa_load(&c->draft->by_id, ref->change_id);
	if (!change || !change->handle)
		return NULL;

	return brfw_ruleset_find(c->rs, change->handle);
}

/* The rule that a change is about. */
static struct brfw_rule *brfw_commit_find_target(struct brfw_commit *c,
						 const struct brfw_change *change)
{
	struct brfw_rule *rule = brfw_commit_find_ref(c, &change->target);

	if (!rule)
		brfw_commit_fail(c, -ENOENT, "there is no rule with this handle");

	return rule;
}

/* Room for a rule directly before or behind the one that the change names. */
static int brfw_commit_place_beside(struct brfw_commit *c,
				    const struct brfw_change *change,
				    struct brfw_rule *rule)
{
	struct brfw_rule *anchor;
	u64 order;
	int err;

	anchor = brfw_commit_find_ref(c, &change->place);
	if (!anchor)
		return brfw_commit_fail(c, -ENOENT, "the rule to put this one before or after does not exist");
	if (anchor->hook != rule->hook)
		return brfw_commit_fail(c, -EINVAL, "the rule to put this one before or after is of another hook");
	if (change->has_priority &&
	    brfw_rule_priority(anchor) != brfw_rule_priority(rule))
		return brfw_commit_fail(c, -EINVAL, "the rule to put this one before or after has another priority");

	order = brfw_commit_order_beside(c, anchor, change->is_before);
	if (!order) {
		err = brfw_commit_renumber(c, anchor->hook,
					   brfw_rule_priority(anchor));
		if (err)
			return err;
		anchor = brfw_commit_find_ref(c, &change->place);
		order = brfw_commit_order_beside(c, anchor, change->is_before);
	}
	if (!order)
		return brfw_commit_fail(c, -ENOSPC, "too many rules have this priority");
	rule->cls.order = order;

	return 0;
}

/* ---- step 1: apply the changes ---- */

static bool brfw_rule_same_comment(const struct brfw_rule *a,
				   const struct brfw_rule *b)
{
	if (!a->has_comment || !b->has_comment)
		return a->has_comment == b->has_comment;

	return !strcmp(brfw_rule_comment(a), brfw_rule_comment(b));
}

static bool brfw_rule_same_actions(const struct brfw_rule *a,
				   const struct brfw_rule *b)
{
	if (a->verdict != b->verdict || !a->actions != !b->actions)
		return false;

	return !a->actions ||
	       !memcmp(a->actions, b->actions,
		       offsetof(struct brfw_actions, limiter));
}

/*
 * Add the rule of a change, which has its place already unless @is_last.
 * @old is a dead rule with the same identity or NULL.
 */
static int brfw_commit_rule_insert(struct brfw_commit *c,
				   struct brfw_change *change,
				   struct brfw_rule *old, bool is_last)
{
	struct brfw_rule *rule = change->rule;
	u64 end;
	int err;

	if (is_last && old && brfw_rule_same_comment(rule, old)) {
		end = brfw_commit_end_of_priority(c, rule->hook,
						  brfw_rule_priority(rule));
		if (old->cls.order > end) {
			brfw_commit_revive(c, old);
			old->change_id = rule->change_id;
			change->handle = old->handle;
			return 0;
		}
	}
	if (is_last) {
		err = brfw_commit_place_last(c, rule);
		if (err)
			return err;
	}

	err = brfw_commit_birth(c, rule, old, old);
	if (err)
		return err;
	change->rule = NULL;
	change->handle = rule->handle;

	return 0;
}

static bool brfw_change_has_place(const struct brfw_change *change)
{
	return change->place.handle || change->place.change_id;
}

/*
 * Would the rule be the duplicate of another one? Of @old it may be, which it
 * takes the place of.
 */
static int brfw_commit_check_same(struct brfw_commit *c,
				  const struct brfw_rule *rule,
				  const struct brfw_rule *old)
{
	struct brfw_rule *other;

	other = brfw_ruleset_find_same(c->rs, rule, false);
	if (!other || other == old)
		return 0;

	c->error->other_change_id = brfw_commit_change_of(c, other);
	if (!c->error->other_change_id)
		c->error->handle = other->handle;
	return brfw_commit_fail(c, -EEXIST, "a rule with the same hook, bridge, priority and conditions exists");
}

static int brfw_commit_rule_add(struct brfw_commit *c,
				struct brfw_change *change)
{
	bool is_last = !brfw_change_has_place(change);
	struct brfw_rule *rule = change->rule;
	struct brfw_rule *other = NULL;
	int err;

	if (c->rs->nrules >= brfw_max_rules(c->rs->bn->net))
		return brfw_commit_fail(c, -ENOSPC, "the ruleset has as many rules as this namespace may hold");
	if (!is_last) {
		err = brfw_commit_place_beside(c, change, rule);
		if (err)
			return err;
	}
	err = brfw_commit_check_same(c, rule, NULL);
	if (err)
		return err;

	if (c->revives)
		other = brfw_ruleset_find_same(c->rs, rule, true);
	/* Its handle is in use when it was revived and replaced since. */
	if (other && (!brfw_rule_same_actions(rule, other) ||
		      brfw_ruleset_find(c->rs, other->handle)))
		other = NULL;

	return brfw_commit_rule_insert(c, change, other, is_last);
}

static int brfw_commit_rule_delete(struct brfw_commit *c,
				   const struct brfw_change *change)
{
	struct brfw_rule *rule = brfw_commit_find_target(c, change);

	if (!rule)
		return -ENOENT;

	brfw_commit_kill(c, rule);
	return 0;
}

/* Exchange a live or new rule for another body, at whatever place that has. */
static int brfw_commit_exchange(struct brfw_commit *c, struct brfw_rule *rule,
				struct brfw_rule *old, bool keeps)
{
	int err;

	err = brfw_commit_birth(c, rule, old, keeps);
	if (err)
		return err;

	brfw_commit_kill(c, old);
	return 0;
}

static int brfw_commit_rule_replace(struct brfw_commit *c,
				    struct brfw_change *change)
{
	struct brfw_rule *old = brfw_commit_find_target(c, change);
	struct brfw_rule *rule = change->rule;
	bool keeps;
	int err;

	if (!old)
		return -ENOENT;
	if (rule->hook != old->hook)
		return brfw_commit_fail(c, -EINVAL, "the rule to be replaced is of another hook");
	if (change->has_priority &&
	    brfw_rule_priority(rule) != brfw_rule_priority(old))
		return brfw_commit_fail(c, -EINVAL, "the rule to be replaced has another priority: move it first");

	rule->cls.order = old->cls.order;
	err = brfw_commit_check_same(c, rule, old);
	if (err)
		return err;

	keeps = brfw_ruleset_find_same(c->rs, rule, false) &&
		brfw_rule_same_actions(rule, old);
	err = brfw_commit_exchange(c, rule, old, keeps);
	if (err)
		return err;
	change->rule = NULL;
	change->handle = rule->handle;

	return 0;
}

/* Give another body of the rule the place that the change names. */
static int brfw_commit_place(struct brfw_commit *c,
			     const struct brfw_change *change,
			     struct brfw_rule *new)
{
	struct brfw_rule *rule;
	int err;

	if (change->has_priority)
		brfw_rule_set_priority(new, change->priority);
	if (brfw_change_has_place(change))
		err = brfw_commit_place_beside(c, change, new);
	else
		err = brfw_commit_place_last(c, new);
	if (err)
		return err;

	/* Making room may have given it another body already. */
	rule = brfw_commit_find_target(c, change);
	err = brfw_commit_check_same(c, new, rule);
	if (err)
		return err;

	return brfw_commit_exchange(c, new, rule, true);
}

static int brfw_commit_rule_move(struct brfw_commit *c,
				 struct brfw_change *change)
{
	struct brfw_rule *rule = brfw_commit_find_target(c, change);
	struct brfw_rule *new;
	int err;

	if (!rule)
		return -ENOENT;
	if (brfw_change_has_place(change) &&
	    brfw_commit_find_ref(c, &change->place) == rule)
		return brfw_commit_fail(c, -EINVAL, "a rule can't be put before or after itself");
	new = brfw_rule_clone(c->rs, rule);
	if (!new)
		return brfw_commit_no_memory(c);

	new->change_id = change->id;
	err = brfw_commit_place(c, change, new);
	if (err)
		brfw_rule_free(c->rs, new);

	return err;
}

/* @hook is BRFW_HOOKS for all, @bridge is 0 for all. */
static void brfw_commit_rule_flush(struct brfw_commit *c, u8 hook, u16 bridge)
{
	struct brfw_key value, mask;
	struct brfw_rule *rule;
	u64 order;
	int h;

	for (h = 0; h < BRFW_HOOKS; h++) {
		if (hook != BRFW_HOOKS && hook != h)
			continue;
		order = 0;
		while ((rule = brfw_ruleset_next(c->rs, h, order))) {
			order = rule->cls.order;
			brfw_cls_rule_get_masked(&rule->cls, &value, &mask);
			if (!bridge || value.bridge == bridge)
				brfw_commit_kill(c, rule);
			cond_resched();
		}
	}
}

static int brfw_commit_policy_set(struct brfw_commit *c,
				  struct brfw_change *change)
{
	struct brfw_policy *policy;

	policy = brfw_policy_find(c->rs, change->hook, change->bridge);
	if (!policy) {
		if (c->npolicies >= BRFW_MAX_POLICIES)
			return brfw_commit_fail(c, -ENOSPC, "too many bridges have a policy of their own");
		policy = brfw_policy_alloc(c->rs, change->hook, change->bridge);
		if (!policy)
			return brfw_commit_no_memory(c);
		change->bridge = 0;
		c->npolicies++;
	}
	if (policy->status == BRFW_RULE_DEAD) {
		policy->status = BRFW_RULE_LIVE;
		c->npolicies++;
	}
	policy->next_verdict = change->verdict;

	return 0;
}

static void brfw_commit_policy_kill(struct brfw_commit *c,
				    struct brfw_policy *policy)
{
	c->npolicies--;
	if (policy->status == BRFW_RULE_NEW)
		brfw_policy_free(c->rs, policy);
	else
		policy->status = BRFW_RULE_DEAD;
}

static int brfw_commit_policy_delete(struct brfw_commit *c,
				     const struct brfw_change *change)
{
	struct brfw_policy *policy;

	policy = brfw_policy_find(c->rs, change->hook, change->bridge);
	if (!policy || policy->status == BRFW_RULE_DEAD)
		return brfw_commit_fail(c, -ENOENT, "this bridge has no policy of its own for this hook");

	brfw_commit_policy_kill(c, policy);
	return 0;
}

static unsigned int brfw_commit_count_zones(const struct brfw_commit *c)
{
	const struct brfw_zone *zone;
	unsigned int n = 0;

	list_for_each_entry(zone, &c->rs->zones, list)
		n += zone->status != BRFW_RULE_DEAD;

	return n;
}

static void brfw_commit_zone_kill(struct brfw_commit *c, struct brfw_zone *zone)
{
	if (zone->status == BRFW_RULE_NEW)
		brfw_zone_free(c->rs, zone);
	else
		zone->status = BRFW_RULE_DEAD;
}

static int brfw_commit_zone_set(struct brfw_commit *c,
				struct brfw_change *change)
{
	struct brfw_zone *zone;

	if (!IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES))
		return brfw_commit_fail(c, -EOPNOTSUPP, "this kernel has no conntrack zones");

	zone = brfw_zone_find(c->rs, change->bridge, false);
	if (zone && zone->id == change->zone)
		return 0;
	if (zone)
		brfw_commit_zone_kill(c, zone);
	zone = brfw_zone_find(c->rs, change->bridge, true);
	if (zone && zone->id == change->zone) {
		zone->status = BRFW_RULE_LIVE;
		return 0;
	}

	if (brfw_commit_count_zones(c) >= BRFW_MAX_ZONES)
		return brfw_commit_fail(c, -ENOSPC, "too many bridges have a zone");
	if (!brfw_zone_alloc(c->rs, change->bridge, change->zone))
		return brfw_commit_no_memory(c);
	change->bridge = 0;

	return 0;
}

static int brfw_commit_zone_delete(struct brfw_commit *c,
				   const struct brfw_change *change)
{
	struct brfw_zone *zone;

	zone = brfw_zone_find(c->rs, change->bridge, false);
	if (!zone)
		return brfw_commit_fail(c, -ENOENT, "this bridge has no zone");

	brfw_commit_zone_kill(c, zone);
	return 0;
}

/* Start from an empty ruleset. */
static void brfw_commit_clear(struct brfw_commit *c)
{
	struct brfw_policy *policy, *tmp;
	struct brfw_zone *zone;

	c->revives = c->rs->nrules;
	brfw_commit_rule_flush(c, BRFW_HOOKS, 0);
	brfw_commit_clear_sets(c->rs, c->generation);
	list_for_each_entry(zone, &c->rs->zones, list)
		zone->status = BRFW_RULE_DEAD;
	list_for_each_entry_safe(policy, tmp, &c->rs->policies, list) {
		if (policy->bridge)
			brfw_commit_policy_kill(c, policy);
		else
			policy->next_verdict = BRFW_VERDICT_ACCEPT;
	}
}

static int brfw_commit_change(struct brfw_commit *c, struct brfw_change *change)
{
	switch (change->type) {
	case BRFW_CHANGE_RULE_ADD:
		return brfw_commit_rule_add(c, change);
	case BRFW_CHANGE_RULE_DELETE:
		return brfw_commit_rule_delete(c, change);
	case BRFW_CHANGE_RULE_FLUSH:
		brfw_commit_rule_flush(c, change->hook, change->bridge);
		return 0;
	case BRFW_CHANGE_POLICY_SET:
		return brfw_commit_policy_set(c, change);
	case BRFW_CHANGE_POLICY_DELETE:
		return brfw_commit_policy_delete(c, change);
	case BRFW_CHANGE_ZONE_SET:
		return brfw_commit_zone_set(c, change);
	case BRFW_CHANGE_ZONE_DELETE:
		return brfw_commit_zone_delete(c, change);
	case BRFW_CHANGE_RULE_REPLACE:
		return brfw_commit_rule_replace(c, change);
	case BRFW_CHANGE_RULE_MOVE:
		return brfw_commit_rule_move(c, change);
	case BRFW_CHANGE_SET_ADD:
		return brfw_commit_set_add(c->rs, c->draft, change, c->error);
	case BRFW_CHANGE_SET_DELETE:
		return brfw_commit_set_delete(c->rs, change, c->generation,
					      c->error);
	case BRFW_CHANGE_SET_FLUSH:
		return brfw_commit_set_flush(c->rs, change, c->generation,
					     c->error);
	case BRFW_CHANGE_ELEMENT_ADD:
	case BRFW_CHANGE_ELEMENT_REPLACE:
	case BRFW_CHANGE_ELEMENT_DELETE:
		return brfw_commit_elements(c->rs, c->draft, change,
					    c->generation, c->error);
	}

	return -EOPNOTSUPP;
}

static int brfw_commit_apply(struct brfw_commit *c)
{
	u32 change_id = c->error->change_id;
	struct brfw_change *change;
	int err;

	if (c->draft->is_replace)
		brfw_commit_clear(c);

	/* What one says of others concerned is nothing that the next one says. */
	list_for_each_entry(change, &c->draft->changes, list) {
		*c->error = (struct brfw_error){ .change_id = change->id };
		err = brfw_commit_change(c, change);
		if (err)
			return err;
		cond_resched();
	}
	*c->error = (struct brfw_error){ .change_id = change_id };

	return brfw_commit_check_sets(c->rs, c->draft, c->error);
}

/* ---- step 2: all that can still fail ---- */

static int brfw_commit_insert_rule(struct brfw_commit *c,
				   struct brfw_rule *rule)
{
	int family;

	for (family = 0; family < BRFW_FAMILIES; family++) {
		if (!(rule->families & BIT(family)))
			continue;
		if (brfw_cls_insert(&c->rs->cls[rule->hook][family],
				    &rule->cls))
			return brfw_commit_no_memory(c);
		rule->inserted |= BIT(family);
	}

	return 0;
}

static int brfw_commit_prepare_classifier(struct brfw_commit *c,
					  struct brfw_cls *cls)
{
	struct brfw_cls_rule *culprit;
	struct brfw_rule *rule;
	u32 change_id;
	int err;

	err = brfw_cls_prepare(cls, &culprit);
	if (err != -ENOSPC)
		return err ? brfw_commit_no_memory(c) : 0;

	rule = container_of(culprit, struct brfw_rule, cls);
	c->error->handle = rule->handle;
	change_id = brfw_commit_change_of(c, rule);
	if (change_id)
		c->error->change_id = change_id;

	return brfw_commit_fail(c, err, "with this rule a frame might have to be compared with too many rules: too many different masks, or too many port ranges for otherwise equal conditions");
}

static int brfw_commit_prepare_classifiers(struct brfw_commit *c)
{
	int hook, family, err;
	unsigned int i;

	c->is_inserted = true;
	for (i = 0; i < c->nadded; i++) {
		cond_resched();
		if (c->added[i]->status == BRFW_RULE_DEAD)
			continue;
		err = brfw_commit_insert_rule(c, c->added[i]);
		if (err)
			return err;
	}

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		for (family = 0; family < BRFW_FAMILIES; family++) {
			err = brfw_commit_prepare_classifier(c, &c->rs->cls[hook][family]);
			if (err)
				return err;
		}
	}

	return 0;
}

/* Hooks in which the ruleset has something to do. */
static u32 brfw_commit_hooks(const struct brfw_commit *c)
{
	const struct brfw_policy *policy;
	u32 hooks = 0;
	int hook;

	for (hook = 0; hook < BRFW_HOOKS; hook++)
		if (c->rs->nhook_rules[hook])
			hooks |= BIT(hook);
	if (c->rs->nneeding[BRFW_NEED_VLAN] || c->rs->nneeding[BRFW_NEED_FRAME])
		hooks |= BIT(BRFW_HOOK_PREROUTING);

	list_for_each_entry(policy, &c->rs->policies, list)
		if (policy->status != BRFW_RULE_DEAD &&
		    policy->next_verdict == BRFW_VERDICT_DROP)
			hooks |= BIT(policy->hook);

	return hooks;
}

/* Let the connections of bridged traffic be tracked, if that is needed. */
static int brfw_commit_track(struct brfw_commit *c)
{
	int err;

	if (!c->rs->nneeding[BRFW_NEED_CT] || c->rs->tracks)
		return 0;

	err = nf_ct_netns_get(c->rs->bn->net, NFPROTO_BRIDGE);
	if (err)
		return brfw_commit_fail(c, err, "connection tracking on bridges could not be turned on (is there a module nf_conntrack_bridge?)");
	c->rs->tracks = true;

	return 0;
}

static void brfw_commit_untrack(struct brfw_commit *c)
{
	if (c->rs->nneeding[BRFW_NEED_CT] || !c->rs->tracks)
		return;

	nf_ct_netns_put(c->rs->bn->net, NFPROTO_BRIDGE);
	c->rs->tracks = false;
}

/* The same for zones, which @view has when they take effect. */
static int brfw_commit_zone_hooks(struct brfw_commit *c,
				  const struct brfw_view *view)
{
	int err;

	if (!view->nzones || c->rs->zone_hooks)
		return 0;

	err = brfw_zone_hooks_register(c->rs->bn->net);
	if (err)
		return brfw_commit_fail(c, err, "the netfilter hooks could not be registered");
	c->rs->zone_hooks = true;

	return 0;
}

/* What the ruleset as it is now, committed or not, has no use for. */
static void brfw_commit_zone_unhook(struct brfw_commit *c)
{
	const struct brfw_view *view;

	view = rcu_dereference_protected(c->rs->bn->view,
				lockdep_is_held(&c->rs->bn->config_lock));
	if (!c->rs->zone_hooks || (view && view->nzones))
		return;

	brfw_zone_hooks_unregister(c->rs->bn->net);
	c->rs->zone_hooks = false;
}

/* Return: the view to be published, or an error pointer. */
static struct brfw_view *brfw_commit_prepare(struct brfw_commit *c,
					     bool is_dry_run)
{
	struct brfw_view *view;
	u32 hooks;
	int err;

	err = brfw_commit_prepare_sets(c->rs, c->draft, c->error);
	if (!err)
		err = brfw_commit_prepare_classifiers(c);
	if (err)
		return ERR_PTR(err);

	view = brfw_view_alloc(c->rs, c->generation);
	if (!view)
		return ERR_PTR(brfw_commit_no_memory(c));
	if (is_dry_run)
		return view;

	/* First, so that its hooks run before ours. */
	err = brfw_commit_track(c);
	if (!err)
		err = brfw_commit_zone_hooks(c, view);
	if (err)
		goto err_view;
	hooks = brfw_commit_hooks(c) & ~c->rs->hooks;
	err = brfw_hooks_register(c->rs->bn, hooks);
	if (err) {
		brfw_commit_fail(c, err, "the netfilter hooks could not be registered");
		goto err_view;
	}
	c->rs->hooks |= hooks;

	return view;

err_view:
	kvfree(view);
	return ERR_PTR(err);
}

/* ---- notices ---- */

/* What a new body is, of all that can happen to a rule. 0: nothing. */
static int brfw_commit_kind(struct brfw_commit *c, const struct brfw_rule *rule)
{
	const struct brfw_rule *old;

	old = brfw_ruleset_find_dead(c->rs, rule->handle);
	if (!old)
		return BRFW_CHANGE_A_ADDED;
	if (rule->is_spread)
		return 0;
	if (old->stats == rule->stats &&
	    brfw_rule_same_comment(old, rule))
		return BRFW_CHANGE_A_MOVED;

	return BRFW_CHANGE_A_REPLACED;
}

static void brfw_commit_tell_rules(struct brfw_commit *c)
{
	struct brfw_notice *notice = c->draft->notice;
	struct brfw_rule *rule;
	unsigned int i;
	int kind;

	list_for_each_entry(rule, &c->removed, list) {
		if (!brfw_ruleset_find(c->rs, rule->handle))
			brfw_notice_rule(notice, c->rs, BRFW_CHANGE_A_DELETED,
					 rule);
		cond_resched();
	}
	for (i = 0; i < c->nadded; i++) {
		cond_resched();
		if (c->added[i]->status == BRFW_RULE_DEAD)
			continue;
		kind = brfw_commit_kind(c, c->added[i]);
		if (kind)
			brfw_notice_rule(notice, c->rs, kind, c->added[i]);
	}
}

static void brfw_commit_tell_policies(struct brfw_commit *c)
{
	struct brfw_notice *notice = c->draft->notice;
	const struct brfw_policy *policy;
	int kind;

	list_for_each_entry(policy, &c->rs->policies, list) {
		if (policy->status == BRFW_RULE_NEW)
			kind = BRFW_CHANGE_A_ADDED;
		else if (policy->status == BRFW_RULE_DEAD)
			kind = BRFW_CHANGE_A_DELETED;
		else if (policy->verdict != policy->next_verdict)
			kind = BRFW_CHANGE_A_REPLACED;
		else
			continue;
		brfw_notice_policy(notice, c->rs, kind, policy);
	}
}

/* A zone of another number is another object at the same bridge. */
static void brfw_commit_tell_zones(struct brfw_commit *c)
{
	struct brfw_notice *notice = c->draft->notice;
	const struct brfw_zone *zone;

	list_for_each_entry(zone, &c->rs->zones, list) {
		if (zone->status == BRFW_RULE_DEAD &&
		    !brfw_zone_find(c->rs, zone->bridge, false))
			brfw_notice_zone(notice, c->rs, BRFW_CHANGE_A_DELETED,
					 zone);
		if (zone->status == BRFW_RULE_NEW)
			brfw_notice_zone(notice, c->rs,
					 brfw_zone_find(c->rs, zone->bridge,
							true) ?
					 BRFW_CHANGE_A_REPLACED :
					 BRFW_CHANGE_A_ADDED, zone);
	}
}

static void brfw_commit_tell(struct brfw_commit *c)
{
	if (!c->draft->notice)
		return;

	brfw_commit_tell_sets(c->rs, c->draft);
	brfw_commit_tell_rules(c);
	brfw_commit_tell_policies(c);
	brfw_commit_tell_zones(c);
}

/* ---- step 3, or the way back ---- */

static void brfw_commit_finish_policies(struct brfw_commit *c)
{
	struct brfw_policy *policy, *tmp;

	c->rs->npolicies = c->npolicies;
	list_for_each_entry_safe(policy, tmp, &c->rs->policies, list) {
		if (policy->status == BRFW_RULE_DEAD) {
			brfw_gc_add_policy(c->rs, policy);
			continue;
		}
		policy->status = BRFW_RULE_LIVE;
		policy->verdict = policy->next_verdict;
	}
}

static void brfw_commit_finish_zones(struct brfw_commit *c)
{
	struct brfw_zone *zone, *tmp;

	list_for_each_entry_safe(zone, tmp, &c->rs->zones, list) {
		if (zone->status == BRFW_RULE_DEAD)
			brfw_gc_add_zone(c->rs, zone);
		else
			zone->status = BRFW_RULE_LIVE;
	}
}

static void brfw_commit_finish(struct brfw_commit *c, struct brfw_view *view)
{
	struct brfw_rule *rule, *tmp;
	unsigned int i;
	u32 idle;

	brfw_view_publish(c->rs, view);
	c->rs->generation = c->generation;
	if (c->draft->is_replace || c->draft->changes_rules)
		c->rs->rules_generation = c->generation;
	brfw_commit_tell(c);

	for (i = 0; i < c->nadded; i++) {
		if (c->added[i]->status == BRFW_RULE_DEAD)
			brfw_rule_free(c->rs, c->added[i]);
		else
			c->added[i]->status = BRFW_RULE_LIVE;
		cond_resched();
	}
	list_for_each_entry_safe(rule, tmp, &c->removed, list) {
		list_del(&rule->list);
		brfw_rule_unindex(c->rs, rule);
		brfw_gc_add_rule(c->rs, rule);
		cond_resched();
	}
	brfw_commit_finish_policies(c);
	brfw_commit_finish_zones(c);
	brfw_commit_finish_sets(c->rs, c->draft);
	brfw_gc_queue(c->rs);

	brfw_commit_zone_unhook(c);
	brfw_commit_untrack(c);
	/* Unregistering a hook would drop the frames that are queued. */
	if (c->rs->nneeding[BRFW_NEED_QUEUE])
		return;
	idle = c->rs->hooks & ~brfw_commit_hooks(c);
	brfw_hooks_unregister(c->rs->bn, idle);
	c->rs->hooks &= ~idle;
}

static void brfw_commit_undo_policies(struct brfw_commit *c)
{
	struct brfw_policy *policy, *tmp;

	list_for_each_entry_safe(policy, tmp, &c->rs->policies, list) {
		if (policy->status == BRFW_RULE_NEW) {
			brfw_policy_free(c->rs, policy);
			continue;
		}
		policy->status = BRFW_RULE_LIVE;
		policy->next_verdict = policy->verdict;
	}
}

static void brfw_commit_undo_classifiers(struct brfw_commit *c)
{
	int hook, family;

	for (hook = 0; hook < BRFW_HOOKS; hook++)
		for (family = 0; family < BRFW_FAMILIES; family++)
			brfw_cls_abort(&c->rs->cls[hook][family],
				       !list_empty(&c->removed));
}

static void brfw_commit_undo_zones(struct brfw_commit *c)
{
	struct brfw_zone *zone, *tmp;

	list_for_each_entry_safe(zone, tmp, &c->rs->zones, list) {
		if (zone->status == BRFW_RULE_NEW)
			brfw_zone_free(c->rs, zone);
		else
			zone->status = BRFW_RULE_LIVE;
	}
}

static void brfw_commit_undo(struct brfw_commit *c)
{
	struct brfw_rule *rule, *tmp;
	unsigned int i;

	if (c->is_inserted)
		brfw_commit_undo_classifiers(c);
	for (i = 0; i < c->nadded; i++) {
		cond_resched();
		rule = c->added[i];
		if (rule->status == BRFW_RULE_DEAD) {
			brfw_rule_free(c->rs, rule);
			continue;
		}
		brfw_commit_kill(c, rule);
		brfw_rule_remove(c->rs, rule);
		brfw_gc_add_rule(c->rs, rule);
	}
	list_for_each_entry_safe(rule, tmp, &c->removed, list) {
		brfw_commit_revive(c, rule);
		cond_resched();
	}
	brfw_commit_undo_policies(c);
	brfw_commit_undo_zones(c);
	brfw_commit_undo_sets(c->rs, c->draft);
	brfw_commit_zone_unhook(c);
	brfw_commit_untrack(c);
	brfw_gc_queue(c->rs);
}

/**
 * brfw_draft_commit() - let a draft be the next generation of the ruleset
 * @rs: the ruleset
 * @draft: the draft; whatever the outcome, it can only be cleared afterwards
 * @is_dry_run: make sure that it would succeed, and change nothing
 * @warnings: to be filled with BRFW_WARN_* about the ruleset on success
 * @error: filled in on failure
 *
 * Context: config lock held; may sleep.
 * Return: 0, -ENOMEM, -ENOSPC when a limit is reached, or what the changes in
 * uapi/linux/brfw.h say.
 */
int brfw_draft_commit(struct brfw_ruleset *rs, struct brfw_draft *draft,
		      bool is_dry_run, u32 *warnings, struct brfw_error *error)
{
	struct brfw_commit c = {
		.rs = rs,
		.draft = draft,
		.error = error,
		.generation = rs->generation + 1,
		.npolicies = rs->npolicies,
		.removed = LIST_HEAD_INIT(c.removed),
	};
	struct brfw_view *view;
	int err;

	lockdep_assert_held(&rs->bn->config_lock);

	err = brfw_commit_apply(&c);
	if (err) {
		brfw_commit_undo(&c);
		goto out;
	}

	view = brfw_commit_prepare(&c, is_dry_run);
	*warnings = brfw_ruleset_warnings(rs);
	if (IS_ERR(view) || is_dry_run) {
		if (!IS_ERR(view))
			kvfree(view);
		brfw_commit_undo(&c);
		err = PTR_ERR_OR_ZERO(view);
		goto out;
	}

	brfw_commit_finish(&c, view);
out:
	kvfree(c.added);
	return err;
}

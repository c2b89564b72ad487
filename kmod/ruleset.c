// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of rules, policies and the ruleset: allocation, indexes, what
 * packets see, and freeing what they may still see.
 *
 * Changes go through commit.c. All functions here run with the config lock
 * held unless they say otherwise.
 */
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "hook.h"
#include "netns.h"
#include "ruleset.h"
#include "slots.h"
#include "transmit.h"

/* Garbage of more rules than this makes writers wait for RCU. */
#define BRFW_GARBAGE_MAX	(1U << 18)

/* For what is done a grace period after commits, and when elements expire. */
struct workqueue_struct *brfw_wq;

/* ---- memory of rules ---- */

/*
 * Most rules are of a few sizes, all about halfway between two that kmalloc()
 * has. These are for rules of up to 1, 2, ... compared words.
 */
#define BRFW_RULE_CACHES	6

static struct kmem_cache *brfw_rule_caches[BRFW_RULE_CACHES];

static struct kmem_cache *brfw_rule_cache(size_t size)
{
	int i;

	for (i = 0; i < BRFW_RULE_CACHES; i++)
		if (size <= offsetof(struct brfw_rule, cls.data[2 * (i + 1)]))
			return brfw_rule_caches[i];

	return NULL;
}

static struct brfw_rule *brfw_rule_mem_alloc(size_t size)
{
	struct kmem_cache *cache = brfw_rule_cache(size);

	return cache ? kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT) :
		       kzalloc(size, GFP_KERNEL_ACCOUNT);
}

static int brfw_rule_caches_create(void)
{
	char name[16];
	int i;

	for (i = 0; i < BRFW_RULE_CACHES; i++) {
		snprintf(name, sizeof(name), "brfw_rule_%d", i + 1);
		brfw_rule_caches[i] = kmem_cache_create(name, offsetof(struct brfw_rule, cls.data[2 * (i + 1)]),
							0, SLAB_ACCOUNT, NULL);
		if (!brfw_rule_caches[i])
			return -ENOMEM;
	}

	return 0;
}

static void brfw_rule_caches_destroy(void)
{
	int i;

	for (i = 0; i < BRFW_RULE_CACHES; i++)
		kmem_cache_destroy(brfw_rule_caches[i]);
}

/* ---- rules ---- */

static const char *brfw_rule_end(const struct brfw_rule *rule)
{
	return (const char *)rule->cls.data + brfw_cls_rule_data_size(&rule->cls);
}

/**
 * brfw_rule_comment() - comment of a rule
 * @rule: the rule
 *
 * Return: the comment or NULL.
 */
const char *brfw_rule_comment(const struct brfw_rule *rule)
{
	return rule->has_comment ? brfw_rule_end(rule) : NULL;
}

static size_t brfw_rule_size(const struct brfw_rule *rule)
{
	const char *end = brfw_rule_end(rule);

	if (rule->has_comment)
		end += strlen(end) + 1;

	return end - (const char *)rule;
}

static bool brfw_match_has_sets(const struct brfw_match *m)
{
	unsigned int i;

	for (i = 0; i < m->ntests; i++)
		if (m->tests[i].kind == BRFW_TEST_SET)
			return true;

	return false;
}

/**
 * brfw_rule_alloc() - make a rule of a draft
 * @m: its conditions; references to interface names pass to the rule
 * @comment: what somebody noted about it, or NULL
 *
 * Context: may sleep; config lock not needed.
 * Return: the rule, to be freed with brfw_rule_free(), or NULL.
 */
struct brfw_rule *brfw_rule_alloc(const struct brfw_match *m,
				  const char *comment)
{
	size_t size = offsetof(struct brfw_rule, cls) + brfw_cls_rule_size(m);
	size_t comment_size = comment ? strlen(comment) + 1 : 0;
	struct brfw_rule *rule;

	/* They are bit-fields. */
	BUILD_BUG_ON(BRFW_HOOK_MAX > 3 || BRFW_RULE_DEAD > 3 || BRFW_FAMILIES > 4);

	rule = brfw_rule_mem_alloc(size + comment_size);
	if (!rule)
		return NULL;

	rule->status = BRFW_RULE_DRAFT;
	rule->is_owner = true;
	rule->has_comment = !!comment;
	rule->has_sets = brfw_match_has_sets(m);
	rule->cls.gen_add = BRFW_GEN_NEVER;
	rule->cls.gen_del = BRFW_GEN_NEVER;
	brfw_cls_rule_init(&rule->cls, m);
	if (comment)
		memcpy((char *)rule + size, comment, comment_size);
	brfw_rule_set_priority(rule, BRFW_PRIORITY_DEFAULT);

	return rule;
}

static void brfw_rule_put_belongings(struct brfw_ruleset *rs,
				     struct brfw_rule *rule)
{
	if (!rule->is_owner)
		return;

	if (rule->stats)
		brfw_stats_free(&rs->stats, rule->stats);
	if (rule->actions) {
		brfw_iface_put(&rs->ifaces, rule->actions->mirror);
		brfw_iface_put(&rs->ifaces, rule->actions->redirect);
		kfree(rule->actions);
	}
}

static void brfw_rule_ref_sets(struct brfw_ruleset *rs,
			       const struct brfw_rule *rule)
{
	struct brfw_match m;

	brfw_cls_rule_get_match(&rule->cls, &m);
	brfw_match_ref_sets(rs, &m);
}

static void brfw_rule_put_sets(struct brfw_ruleset *rs,
			       const struct brfw_rule *rule)
{
	struct brfw_match m;

	brfw_cls_rule_get_match(&rule->cls, &m);
	brfw_match_put_sets(rs, &m);
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
	struct kmem_cache *cache = brfw_rule_cache(brfw_rule_size(rule));
	struct brfw_key value, mask;

	brfw_cls_rule_get_masked(&rule->cls, &value, &mask);
	brfw_iface_put(&rs->ifaces, value.bridge);
	brfw_iface_put(&rs->ifaces, value.in);
	brfw_iface_put(&rs->ifaces, value.out);
	if (rule->has_sets)
		brfw_rule_put_sets(rs, rule);
	brfw_rule_put_belongings(rs, rule);
	if (cache)
		kmem_cache_free(cache, rule);
	else
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
 * Return: a rule as brfw_rule_alloc() makes it, with the same contents, to be
 * given to brfw_rule_take_over(); or NULL.
 */
struct brfw_rule *brfw_rule_clone(struct brfw_ruleset *rs,
				  const struct brfw_rule *rule)
{
	size_t size = brfw_rule_size(rule);
	struct brfw_key value, mask;
	struct brfw_rule *new;

	new = brfw_rule_mem_alloc(size);
	if (!new)
		return NULL;

	memcpy(new, rule, size);
	new->status = BRFW_RULE_DRAFT;
	new->inserted = 0;
	new->is_owner = false;
	new->is_spread = false;
	new->change_id = 0;
	new->cls.gen_add = BRFW_GEN_NEVER;
	new->cls.gen_del = BRFW_GEN_NEVER;
	brfw_cls_rule_get_masked(&new->cls, &value, &mask);
	brfw_iface_ref(&rs->ifaces, value.bridge);
	brfw_iface_ref(&rs->ifaces, value.in);
	brfw_iface_ref(&rs->ifaces, value.out);
	if (new->has_sets)
		brfw_rule_ref_sets(rs, new);

	return new;
}

/**
 * brfw_rule_make() - give a rule of a draft a handle and counters
 * @rs: the ruleset
 * @rule: the rule
 * @old: the rule that it replaces and shares the handle with, or NULL
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_rule_make(struct brfw_ruleset *rs, struct brfw_rule *rule,
		   const struct brfw_rule *old)
{
	rule->stats = brfw_stats_alloc(&rs->stats);
	if (!rule->stats)
		return -ENOMEM;

	rule->handle = old ? old->handle : rs->next_handle++;
	return 0;
}

/**
 * brfw_rule_take_over() - let a body of a draft be another one of a rule
 * @rs: the ruleset
 * @rule: the body, with the same actions
 * @old: the body that it takes the place of, which is dead or about to be
 */
void brfw_rule_take_over(struct brfw_ruleset *rs, struct brfw_rule *rule,
			 struct brfw_rule *old)
{
	brfw_rule_put_belongings(rs, rule);
	rule->handle = old->handle;
	rule->stats = old->stats;
	rule->actions = old->actions;
	rule->is_owner = true;
	old->is_owner = false;
}

/* ---- indexes ---- */

#define BRFW_INDEX_MIN_SIZE	16U

/*
 * Everything that makes a rule the duplicate of another one, which is also
 * what commits find unchanged rules by.
 */
static u64 brfw_identity_hash(const struct brfw_rule *rule,
			      const siphash_key_t *key)
{
	const struct brfw_cls_rule *r = &rule->cls;
	const struct brfw_actions *a = rule->actions;
	u64 hash;

	hash = siphash(r->data, brfw_cls_rule_data_size(r), key);
	hash = siphash_2u64(hash, (u64)brfw_rule_priority(rule) << 32 |
				  rule->hook << 24 | rule->families << 16 |
				  r->words, key);
	if (a && a->has_limit)
		hash = siphash_4u64(hash, a->rate.rate, a->rate.burst,
				    (u64)a->limit_seconds << 1 |
				    a->limits_bytes, key);

	return hash;
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

static bool brfw_rule_same_identity(const struct brfw_rule *a,
				    const struct brfw_rule *b)
{
	return a->hook == b->hook && a->families == b->families &&
	       brfw_rule_priority(a) == brfw_rule_priority(b) &&
	       brfw_rule_same_limit(a, b) &&
	       brfw_cls_rule_same_match(&a->cls, &b->cls);
}

/* Handles are given away one after the other, and need no hash. */
static struct brfw_rule **brfw_index_handle_bucket(const struct brfw_index *index,
						   u64 handle)
{
	return &index->buckets[handle & (index->size - 1)];
}

static struct brfw_rule **brfw_index_bucket(const struct brfw_index *index,
					    const struct brfw_rule *rule)
{
	u64 hash;

	if (index->type == BRFW_INDEX_HANDLE)
		return brfw_index_handle_bucket(index, rule->handle);

	hash = brfw_identity_hash(rule, &index->key);
	return &index->buckets[hash & (index->size - 1)];
}

static void brfw_index_insert(struct brfw_index *index, struct brfw_rule *rule)
{
	struct brfw_rule **bucket = brfw_index_bucket(index, rule);

	rule->next[index->type] = *bucket;
	*bucket = rule;
}

static int brfw_index_init(struct brfw_index *index, u8 type)
{
	index->type = type;
	index->size = BRFW_INDEX_MIN_SIZE;
	get_random_bytes(&index->key, sizeof(index->key));
	index->buckets = kvcalloc(index->size, sizeof(*index->buckets),
				  GFP_KERNEL_ACCOUNT);

	return index->buckets ? 0 : -ENOMEM;
}

/* Without memory chains become longer or buckets stay empty, nothing else. */
static void brfw_index_resize(struct brfw_index *index, unsigned int size)
{
	struct brfw_index old = *index;
	struct brfw_rule *rule;
	unsigned int i;

	index->buckets = kvcalloc(size, sizeof(*index->buckets),
				  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!index->buckets) {
		index->buckets = old.buckets;
		return;
	}

	index->size = size;
	for (i = 0; i < old.size; i++) {
		while ((rule = old.buckets[i])) {
			old.buckets[i] = rule->next[index->type];
			brfw_index_insert(index, rule);
		}
		cond_resched();
	}
	kvfree(old.buckets);
}

/**
 * brfw_rule_index() - let a rule be found by its handle and its identity
 * @rs: the ruleset
 * @rule: the rule
 */
void brfw_rule_index(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	struct brfw_index *index;
	int type;

	rs->nindexed++;
	for (type = 0; type < BRFW_INDEXES; type++) {
		index = &rs->indexes[type];
		if (rs->nindexed > 2 * index->size)
			brfw_index_resize(index, 2 * index->size);
		brfw_index_insert(index, rule);
	}
}

/**
 * brfw_rule_unindex() - the reverse of brfw_rule_index()
 * @rs: the ruleset
 * @rule: the rule
 */
void brfw_rule_unindex(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	struct brfw_rule **link;
	struct brfw_index *index;
	int type;

	rs->nindexed--;
	for (type = 0; type < BRFW_INDEXES; type++) {
		index = &rs->indexes[type];
		link = brfw_index_bucket(index, rule);
		while (*link != rule)
			link = &(*link)->next[type];
		*link = rule->next[type];
		if (index->size > BRFW_INDEX_MIN_SIZE &&
		    rs->nindexed < index->size / 4)
			brfw_index_resize(index, index->size / 2);
	}
}

/**
 * brfw_rule_give_back() - the reverse of brfw_rule_take_over()
 * @rs: the ruleset
 * @rule: a body in no index; if it has taken over nothing, or another body has
 *	taken that over from it, it stays as it is
 */
void brfw_rule_give_back(struct brfw_ruleset *rs, struct brfw_rule *rule)
{
	struct brfw_rule *old;

	if (!rule->is_owner)
		return;

	old = *brfw_index_bucket(&rs->indexes[BRFW_INDEX_HANDLE], rule);
	while (old && old->stats != rule->stats)
		old = old->next[BRFW_INDEX_HANDLE];
	if (!old)
		return;

	rule->is_owner = false;
	old->is_owner = true;
}

/**
 * brfw_ruleset_find_same() - find a rule of which this one is a duplicate: with
 *	the same identity but for verdict and actions, the limit excepted
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
	struct brfw_rule *other;

	other = *brfw_index_bucket(&rs->indexes[BRFW_INDEX_IDENTITY], rule);
	while (other && ((other->status == BRFW_RULE_DEAD) != is_dead ||
			 !brfw_rule_same_identity(other, rule)))
		other = other->next[BRFW_INDEX_IDENTITY];

	return other;
}

static struct brfw_rule *brfw_ruleset_find_body(struct brfw_ruleset *rs,
						u64 handle, bool is_dead)
{
	const struct brfw_index *index = &rs->indexes[BRFW_INDEX_HANDLE];
	struct brfw_rule *rule;

	rule = *brfw_index_handle_bucket(index, handle);
	while (rule && (rule->handle != handle ||
			(rule->status == BRFW_RULE_DEAD) != is_dead))
		rule = rule->next[BRFW_INDEX_HANDLE];

	return rule;
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
	return brfw_ruleset_find_body(rs, handle, false);
}

/**
 * brfw_ruleset_find_dead() - find the body that a rule had before a commit
 * @rs: the ruleset, amid the commit
 * @handle: the handle
 *
 * Return: the body if the commit takes it away, or NULL.
 */
struct brfw_rule *brfw_ruleset_find_dead(struct brfw_ruleset *rs, u64 handle)
{
	return brfw_ruleset_find_body(rs, handle, true);
}

/* ---- order of evaluation ---- */

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
	if (mask.in || brfw_cls_rule_tests(&rule->cls,
					   offsetof(struct brfw_key, in)))
		needs |= BIT(BRFW_NEED_IN);
	if (mask.out || brfw_cls_rule_tests(&rule->cls,
					    offsetof(struct brfw_key, out)))
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
	if (rule->has_sets)
		needs |= BIT(BRFW_NEED_SET);

	return needs;
}

static void brfw_ruleset_count_sets(struct brfw_ruleset *rs,
				    const struct brfw_rule *rule, int delta)
{
	struct brfw_match m;
	unsigned int i;

	brfw_cls_rule_get_match(&rule->cls, &m);
	for (i = 0; i < m.ntests; i++)
		if (m.tests[i].kind == BRFW_TEST_SET)
			brfw_set_name_of(rs, m.tests[i].set)->nrules += delta;
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
	if (rule->has_sets)
		brfw_ruleset_count_sets(rs, rule, delta);
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

static unsigned long brfw_policy_key(u8 hook, u16 bridge)
{
	return (unsigned long)bridge * BRFW_HOOKS + hook;
}

/* Those of a bridge stand together, bridges in the order of their slots. */
static int brfw_policy_insert(struct brfw_ruleset *rs,
			      struct brfw_policy *policy)
{
	unsigned long key = brfw_policy_key(policy->hook, policy->bridge);
	struct brfw_policy *next;
	int err;

	err = xa_err(xa_store(&rs->policy_index, key, policy, GFP_KERNEL));
	if (err)
		return err;
	next = xa_find_after(&rs->policy_index, &key, ULONG_MAX, XA_PRESENT);
	list_add_tail(&policy->list, next ? &next->list : &rs->policies);

	return 0;
}

/* It is found no more, though it may stay in some list. */
static void brfw_policy_unindex(struct brfw_ruleset *rs,
				const struct brfw_policy *policy)
{
	unsigned long key = brfw_policy_key(policy->hook, policy->bridge);

	/* When it is garbage there may be another one. */
	if (xa_load(&rs->policy_index, key) == policy)
		xa_erase(&rs->policy_index, key);
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
	policy->stats = brfw_stats_alloc(&rs->stats);
	if (!policy->stats)
		goto err_policy;

	policy->hook = hook;
	policy->bridge = bridge;
	policy->verdict = BRFW_VERDICT_ACCEPT;
	policy->next_verdict = BRFW_VERDICT_ACCEPT;
	policy->status = BRFW_RULE_NEW;
	if (brfw_policy_insert(rs, policy))
		goto err_stats;

	return policy;

err_stats:
	brfw_stats_free(&rs->stats, policy->stats);
err_policy:
	kfree(policy);
	return NULL;
}

/**
 * brfw_policy_free() - free a policy
 * @rs: the ruleset
 * @policy: in some list, which it is taken from
 */
void brfw_policy_free(struct brfw_ruleset *rs, struct brfw_policy *policy)
{
	brfw_policy_unindex(rs, policy);
	list_del(&policy->list);
	brfw_iface_put(&rs->ifaces, policy->bridge);
	brfw_stats_free(&rs->stats, policy->stats);
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
	return xa_load(&rs->policy_index, brfw_policy_key(hook, bridge));
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

	p->stats = policy->stats;
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

/* Views that were made since the module was loaded, in all namespaces. */
static atomic64_t brfw_views = ATOMIC64_INIT(0);

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
	view->number = atomic64_inc_return(&brfw_views) * BRFW_HOOKS;
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
	view->names_sets = rs->nneeding[BRFW_NEED_SET];
	if (!rs->sets.ncounting)
		view->needs &= ~BIT(BRFW_NEED_SET);

	return view;
}

/* With many bridges it is large: see brfw_leaf_free_later(). */
static void brfw_view_free_rcu(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct brfw_view, rcu));
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
		call_rcu(&old->rcu, brfw_view_free_rcu);
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

static void brfw_gc_free_elements(struct brfw_ruleset *rs,
				  struct list_head *list)
{
	struct brfw_element *e, *tmp;

	list_for_each_entry_safe(e, tmp, list, list) {
		list_del(&e->list);
		brfw_element_free(rs, e);
		WRITE_ONCE(rs->gc.count, rs->gc.count - 1);
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
	    list_empty(&rs->gc.policies) && list_empty(&rs->gc.zones) &&
	    list_empty(&rs->gc.dead_elements) && list_empty(&rs->gc.elements))
		return;

	list_splice_init(&rs->gc.dead, &rs->gc.dead_waiting);
	list_splice_init(&rs->gc.rules, &rs->gc.rules_waiting);
	list_splice_init(&rs->gc.policies, &rs->gc.policies_waiting);
	list_splice_init(&rs->gc.zones, &rs->gc.zones_waiting);
	list_splice_init(&rs->gc.dead_elements, &rs->gc.dead_elements_waiting);
	list_splice_init(&rs->gc.elements, &rs->gc.elements_waiting);
	rs->gc.queued = true;
	queue_rcu_work(brfw_wq, &rs->gc.work);
}

/*
 * With fewer rules another arrangement may be better. It can wait for the next commit
 * if it must, and where others than the host's administrator change rules it does: a
 * worker's memory is charged to nobody, and were it charged to a cgroup that is short
 * of it, the worker would sleep with the config lock held.
 */
static void brfw_gc_prepare(struct brfw_ruleset *rs)
{
	struct brfw_cls_rule *culprit;
	int hook, family;

	if (rs->bn->net->user_ns != &init_user_ns)
		return;

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
	struct brfw_element *e, *e_tmp;

	mutex_lock(&rs->bn->config_lock);
	brfw_gc_free_policies(rs, &rs->gc.policies_waiting);
	brfw_gc_free_zones(rs, &rs->gc.zones_waiting);
	brfw_gc_free_rules(rs, &rs->gc.rules_waiting);
	list_for_each_entry_safe(rule, tmp, &rs->gc.dead_waiting, list) {
		brfw_rule_remove(rs, rule);
		list_move_tail(&rule->list, &rs->gc.rules);
		cond_resched();
	}
	brfw_gc_free_elements(rs, &rs->gc.elements_waiting);
	list_for_each_entry_safe(e, e_tmp, &rs->gc.dead_elements_waiting,
				 list) {
		brfw_element_remove(rs, e);
		list_move_tail(&e->list, &rs->gc.elements);
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
	brfw_policy_unindex(rs, policy);
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
 * brfw_gc_add_element() - free an element when no packet sees it any more
 * @rs: the ruleset
 * @e: in no tree; it may be in the domain
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_gc_add_element(struct brfw_ruleset *rs, struct brfw_element *e)
{
	list_add_tail(&e->list, e->is_inserted ? &rs->gc.dead_elements :
						 &rs->gc.elements);
	WRITE_ONCE(rs->gc.count, rs->gc.count + 1);
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
	while (brfw_ruleset_is_congested(rs)) {
		/* A commit that makes garbage queues it in the end. */
		mutex_lock(&rs->bn->config_lock);
		mutex_unlock(&rs->bn->config_lock);
		flush_rcu_work(&rs->gc.work);
	}
}

/**
 * brfw_rules_init() - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_rules_init(void)
{
	brfw_wq = alloc_workqueue("brfw", WQ_UNBOUND, 0);
	if (!brfw_wq)
		return -ENOMEM;
	if (brfw_rule_caches_create()) {
		brfw_rules_exit();
		return -ENOMEM;
	}

	return 0;
}

/** brfw_rules_exit() - at module unload, when no namespace has a ruleset */
void brfw_rules_exit(void)
{
	destroy_workqueue(brfw_wq);
	brfw_rule_caches_destroy();
}

/* ---- the ruleset ---- */

static void brfw_ruleset_init(struct brfw_ruleset *rs, struct brfw_net *bn)
{
	int hook, family;

	rs->bn = bn;
	rs->next_handle = 1;
	INIT_LIST_HEAD(&rs->policies);
	xa_init_flags(&rs->policy_index, XA_FLAGS_ACCOUNT);
	INIT_LIST_HEAD(&rs->zones);
	INIT_LIST_HEAD(&rs->gc.dead);
	INIT_LIST_HEAD(&rs->gc.dead_waiting);
	INIT_LIST_HEAD(&rs->gc.rules);
	INIT_LIST_HEAD(&rs->gc.rules_waiting);
	INIT_LIST_HEAD(&rs->gc.policies);
	INIT_LIST_HEAD(&rs->gc.policies_waiting);
	INIT_LIST_HEAD(&rs->gc.zones);
	INIT_LIST_HEAD(&rs->gc.zones_waiting);
	INIT_LIST_HEAD(&rs->gc.dead_elements);
	INIT_LIST_HEAD(&rs->gc.dead_elements_waiting);
	INIT_LIST_HEAD(&rs->gc.elements);
	INIT_LIST_HEAD(&rs->gc.elements_waiting);
	INIT_RCU_WORK(&rs->gc.work, brfw_gc_work);
	brfw_stats_pool_init(&rs->stats);
	brfw_sets_init(&rs->sets);
	brfw_ifaces_init(&rs->ifaces, bn->net);

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		rs->rules[hook] = RB_ROOT;
		for (family = 0; family < BRFW_FAMILIES; family++)
			brfw_cls_init(&rs->cls[hook][family], family);
	}
}

static int brfw_ruleset_add_indexes(struct brfw_ruleset *rs)
{
	int type;

	for (type = 0; type < BRFW_INDEXES; type++)
		if (brfw_index_init(&rs->indexes[type], type))
			return -ENOMEM;

	return 0;
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
		rs->npolicies++;
	}

	return 0;
}

/* Their counters go with the pool. */
static int brfw_ruleset_add_events(struct brfw_ruleset *rs)
{
	int event;

	for (event = 0; event < BRFW_EVENTS; event++) {
		rs->events[event] = brfw_stats_alloc(&rs->stats);
		if (!rs->events[event])
			return -ENOMEM;
	}

	return 0;
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

/* Packets, writers and garbage are gone. */
static void brfw_ruleset_destroy(struct brfw_ruleset *rs)
{
	int hook, family, type;

	for (hook = 0; hook < BRFW_HOOKS; hook++)
		for (family = 0; family < BRFW_FAMILIES; family++)
			brfw_cls_destroy(&rs->cls[hook][family]);
	for (type = 0; type < BRFW_INDEXES; type++)
		kvfree(rs->indexes[type].buckets);
	brfw_ruleset_free_rules(rs);
	brfw_gc_free_policies(rs, &rs->policies);
	brfw_gc_free_zones(rs, &rs->zones);
	brfw_sets_destroy(rs);
	brfw_stats_pool_destroy(&rs->stats);
	brfw_ifaces_destroy(&rs->ifaces);
	kvfree(rs);
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
	if (brfw_ruleset_add_indexes(rs) ||
	    brfw_ruleset_add_default_policies(rs) ||
	    brfw_ruleset_add_events(rs)) {
		brfw_ruleset_destroy(rs);
		return NULL;
	}

	return rs;
}

/**
 * brfw_ruleset_free() - free a ruleset with all that it has
 * @rs: the ruleset; no drafts are left
 *
 * Context: may sleep; config lock not held; no packets, no other writers.
 */
void brfw_ruleset_free(struct brfw_ruleset *rs)
{
	bool is_queued;

	brfw_sets_stop(&rs->sets);
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

	brfw_ruleset_destroy(rs);
}

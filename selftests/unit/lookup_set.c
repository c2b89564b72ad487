// SPDX-License-Identifier: GPL-2.0-only
/*
 * A classifier with what it should hold; lookup_set.h tells more.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "cache.h"
#include "hash.h"
#include "ktap.h"
#include "leaf.h"
#include "lookup_count.h"
#include "lookup_set.h"

/*
 * Rules that look-ups compared. A second look at one doesn't count, nor does what
 * stands for one that was removed.
 */
static __thread unsigned long set_ncompares;
static __thread const struct brfw_cls_rule *set_compared;

void ref_count(const struct brfw_cls_rule *r)
{
	set_ncompares += r != set_compared && r != &brfw_leaf_tombstone;
	set_compared = r;
}

/**
 * set_init() - make an empty classifier
 * @set: to be filled
 * @family: enum brfw_family of the keys
 * @keys: REF_KEYS keys for set_finds_pool(), or NULL
 */
void set_init(struct set *set, u8 family, const struct brfw_key *keys)
{
	static u64 nsets;

	memset(set, 0, sizeof(*set));
	set->number = ++nsets << 32;
	brfw_cls_init(&set->cls, family);
	set->keys = keys;
	set->gen = 1;
	set->oldest = 1;
}

static void set_forget(struct set *set, unsigned int i)
{
	memmove(&set->rules[i], &set->rules[i + 1],
		(--set->n - i) * sizeof(set->rules[0]));
}

void set_destroy(struct set *set)
{
	brfw_cls_destroy(&set->cls);
	while (set->n)
		kfree(set->rules[--set->n]);
	free(set->rules);
	set->rules = NULL;
	set->size = 0;
}

/**
 * set_add() - insert a rule
 * @set: the set
 * @m: its conditions
 * @order: its order
 *
 * Return: the rule, or NULL when brfw_cls_insert() failed.
 */
struct ref_rule *set_add(struct set *set, const struct brfw_match *m, u64 order)
{
	unsigned int fail_at = kshim_fail_at;
	struct ref_rule *rule;
	unsigned int i;

	kshim_fail_at = 0;
	rule = ref_rule_alloc(m, order, set->gen + 1);
	kshim_fail_at = fail_at;
	if (set->keys)
		ref_rule_set_hits(rule, set->keys);
	if (brfw_cls_insert(&set->cls, &rule->cls)) {
		kfree(rule);
		return NULL;
	}

	if (set->n == set->size) {
		set->size = set->size ? 2 * set->size : 64;
		set->rules = realloc(set->rules, set->size * sizeof(*set->rules));
		if (!set->rules)
			abort();
	}
	for (i = set->n++; i && set->rules[i - 1]->cls.order > order; i--)
		set->rules[i] = set->rules[i - 1];
	set->rules[i] = rule;

	return rule;
}

/* The rule goes with the next generation. */
void set_kill(struct set *set, struct ref_rule *rule)
{
	WRITE_ONCE(rule->cls.gen_del, set->gen + 1);
	set->killed = true;
}

int set_prepare(struct set *set)
{
	set->culprit = NULL;
	return brfw_cls_prepare(&set->cls, &set->culprit);
}

void set_publish(struct set *set)
{
	set->gen++;
	set->killed = false;
}

int set_commit(struct set *set)
{
	int err = set_prepare(set);

	if (!err)
		set_publish(set);

	return err;
}

static void set_remove(struct set *set, unsigned int i)
{
	struct ref_rule *rule = set->rules[i];

	set_forget(set, i);
	brfw_cls_remove(&set->cls, &rule->cls);
	kfree_rcu(rule, rcu);
}

/* What the next generation would have had goes, what it would not have stays. */
void set_abort(struct set *set)
{
	unsigned int i;

	brfw_cls_abort(&set->cls, set->killed);
	set->killed = false;
	for (i = set->n; i--; ) {
		if (set->rules[i]->cls.gen_add > set->gen)
			set_remove(set, i);
		else if (set->rules[i]->cls.gen_del == set->gen + 1)
			WRITE_ONCE(set->rules[i]->cls.gen_del, BRFW_GEN_NEVER);
	}
}

/* After a grace period rules go that nobody has in his generation. */
void set_collect(struct set *set)
{
	unsigned int i;

	kshim_rcu_quiesce();
	set->oldest = set->gen;
	for (i = set->n; i--; )
		if (set->rules[i]->cls.gen_del <= set->gen)
			set_remove(set, i);
}

/* ---- checks ---- */

struct brfw_cls_rule *set_lookup(const struct set *set,
				 const struct brfw_key *key, u64 gen, u64 after)
{
	struct brfw_cls_rule *r;

	rcu_read_lock();
	r = brfw_cls_lookup(&set->cls, key, gen, after);
	rcu_read_unlock();

	return r;
}

/* The order of what a look-up finds by now; 0 for nothing. */
u64 set_lookup_order(const struct set *set, const struct brfw_key *key)
{
	const struct brfw_cls_rule *r = set_lookup(set, key, set->gen, 0);

	return r ? r->order : 0;
}

/* The rule that comes first, one by one; @hit is the key among @keys, or -1. */
static const struct brfw_cls_rule *set_find(const struct set *set,
					    const struct brfw_key *key, int hit,
					    u64 gen, u64 after)
{
	const struct ref_rule *rule;
	unsigned int i;

	for (i = 0; i < set->n; i++) {
		rule = set->rules[i];
		if (rule->cls.order > after && ref_rule_visible(rule, gen) &&
		    (hit < 0 ? ref_matches(&rule->match, key) :
			       ref_rule_hits(rule, hit)))
			return &rule->cls;
	}

	return NULL;
}

static bool set_complain(const struct set *set, const char *text, u64 gen,
			 u64 after)
{
	ktap_note("generation %llu of %llu, after %llu, %u rules, %u tables: %s",
		  gen, set->gen, after, set->n, set->cls.ntables, text);
	return false;
}

/* What is looked up twice in one generation comes from the cache. */
static const struct brfw_cls_rule *set_lookup_cached(const struct set *set,
						     const struct brfw_key *key,
						     u64 gen)
{
	static struct brfw_cache_entry entries[REF_KEYS];
	static struct brfw_cache cache = {
		.entries = entries,
		.shift = BRFW_HASH_BITS + 2 - fls(REF_KEYS),
	};
	const struct brfw_cache_stamp stamp = { .view = set->number + gen };
	const struct brfw_cls_rule *r;

	if (!cache.start) {
		brfw_hash_make_secrets(&cache.start, 1);
		brfw_hash_make_secrets(cache.secrets, 2 * BRFW_CACHE_WORDS);
	}
	rcu_read_lock();
	r = brfw_cache_lookup(&cache, &stamp, &set->cls, key, gen);
	rcu_read_unlock();

	return r;
}

static bool set_agrees(const struct set *set, const struct brfw_key *key,
		       int hit, u64 gen, u64 after,
		       const struct brfw_cls_rule **found)
{
	*found = set_find(set, key, hit, gen, after);
	if (!after && set_lookup_cached(set, key, gen) != *found)
		return set_complain(set, "the cache gives another rule", gen, 0);
	if (set_lookup(set, key, gen, after) == *found)
		return true;

	return set_complain(set, *found ? "not the rule that comes first" :
			    "a rule where there is none", gen, after);
}

/**
 * set_finds() - is a look-up right?
 * @set: the set
 * @key: the key
 * @gen: generation
 * @after: as for brfw_cls_lookup()
 */
bool set_finds(const struct set *set, const struct brfw_key *key, u64 gen,
	       u64 after)
{
	const struct brfw_cls_rule *found;

	return set_agrees(set, key, -1, gen, after, &found);
}

static bool set_walks_hit(const struct set *set, const struct brfw_key *key,
			  int hit, u64 gen, u64 after)
{
	const struct brfw_cls_rule *found;

	do {
		if (!set_agrees(set, key, hit, gen, after, &found))
			return false;
		after = found ? found->order : 0;
	} while (found);

	return true;
}

/* The same for all matches one after the other. */
bool set_walks(const struct set *set, const struct brfw_key *key, u64 gen,
	       u64 after)
{
	return set_walks_hit(set, key, -1, gen, after);
}

/* All keys of the pool; some of them with all their matches. */
bool set_finds_pool(const struct set *set, u64 gen)
{
	const struct brfw_cls_rule *found;
	unsigned int i;

	for (i = 0; i < REF_KEYS; i++) {
		if (i % 16 == gen % 16 ?
		    !set_walks_hit(set, &set->keys[i], i, gen, 0) :
		    !set_agrees(set, &set->keys[i], i, gen, 0, &found))
			return false;
	}

	return true;
}

/**
 * set_steps() - what a look-up costs
 * @set: the set
 * @key: the key
 * @after: as for brfw_cls_lookup()
 *
 * Return: rules that were compared, and tables.
 */
unsigned int set_steps(const struct set *set, const struct brfw_key *key,
		       u64 after)
{
	set_ncompares = 0;
	set_compared = NULL;
	set_lookup(set, key, set->gen, after);

	return set_ncompares + set->cls.ntables;
}

bool set_nothing_left(void)
{
	kshim_rcu_quiesce();
	if (kshim_nlive)
		ktap_note("%u allocations are left", kshim_nlive);

	return !kshim_nlive;
}

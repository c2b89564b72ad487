// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier short of memory, and batches that are given up: whatever
 * fails, look-ups stay right, and later attempts succeed.
 *
 *   lookup_memory_test [SEED]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "lookup_set.h"

static struct ref_random rnd;

/* Of all kinds, and of port ranges that no table can hold. */
#define ONLY_RANGES	REF_KINDS
static struct ref_pool pools[REF_KINDS + 1];

/**
 * struct scene - a classifier, and a batch that is about to come
 * @name: for the result line
 * @kind: of the rules: enum ref_kind, or ONLY_RANGES
 * @start: rules that are there
 * @killed: rules that go
 * @added: rules that come
 * @extended: single rules that come in batches of their own before
 */
struct scene {
	const char *name;
	unsigned int kind;
	unsigned int start;
	unsigned int killed;
	unsigned int added;
	unsigned int extended;
};

static const struct scene scenes[] = {
	{ "the first rule", REF_MIXED, 0, 0, 1, 0 },
	{ "a small leaf", REF_MIXED, 3, 1, 3, 0 },
	{ "a leaf of a word", REF_PREFIX6, 20, 5, 20, 3 },
	{ "ranges", REF_RANGES, 30, 3, 6, 2 },
	{ "a leaf of several words", ONLY_RANGES, 62, 2, 10, 0 },
	{ "from one leaf to tables", REF_HOSTS, 60, 2, 10, 0 },
	{ "into tables", REF_HOSTS, 150, 5, 12, 5 },
	{ "into tables of prefixes", REF_PREFIX4, 150, 5, 25, 5 },
	{ "ranges in tables", REF_MIXED, 100, 5, 12, 5 },
	{ "all rules anew", REF_HOSTS, 80, 80, 80, 0 },
};

static u64 scene_order(const struct set *set)
{
	u64 order;
	unsigned int i;

	do {
		order = 1 + ref_random_below(&rnd, 100000);
		for (i = 0; i < set->n && set->rules[i]->cls.order != order; i++)
			;
	} while (i < set->n);

	return order;
}

static bool scene_add(struct set *set, const struct ref_pool *pool, unsigned int n)
{
	while (n--)
		if (!set_add(set, ref_pool_match(pool, &rnd), scene_order(set)))
			return false;

	return true;
}

static bool scene_init(const struct scene *s, struct set *set)
{
	const struct ref_pool *pool = &pools[s->kind];
	unsigned int i;
	bool good;

	set_init(set, pool->family, pool->key);
	good = scene_add(set, pool, s->start) && !set_commit(set);
	for (i = 0; i < s->extended; i++)
		good &= scene_add(set, pool, 1) && !set_commit(set);

	return good;
}

/*
 * The batch, with an allocation that fails; there may be a way without it.
 *
 * Return: whether none failed.
 */
static bool scene_try(const struct scene *s, struct set *set, unsigned int fail_at,
		      bool *good)
{
	int err = -ENOMEM;
	unsigned int i;
	bool done;

	for (i = 0; i < s->killed; i++)
		set_kill(set, set->rules[i * (set->n / s->killed)]);
	kshim_fail_at = fail_at;
	if (scene_add(set, &pools[s->kind], s->added))
		err = set_prepare(set);
	done = kshim_fail_at;
	kshim_fail_at = 0;
	*good &= !err || (err == -ENOMEM && !done);

	return done;
}

/* What the published generation sees, and what readers may still hold. */
static bool scene_is_well(const struct set *set, unsigned int nfrees)
{
	if (kshim_nfrees != nfrees)
		ktap_note("memory that readers see was freed");

	return set_finds_pool(set, set->gen) && kshim_nfrees == nfrees;
}

/**
 * enum rescue - what follows a failure
 * @RESCUE_RETRY: the same again
 * @RESCUE_ABORT: giving up, and another batch
 * @RESCUE_ABORT_ALL: giving up, and then no rule is to stay
 * @RESCUE_DESTROY: the end
 * @RESCUES: number of them
 */
enum rescue {
	RESCUE_RETRY,
	RESCUE_ABORT,
	RESCUE_ABORT_ALL,
	RESCUE_DESTROY,
	RESCUES,
};

static bool scene_rescue(const struct scene *s, struct set *set, enum rescue rescue,
			 unsigned int nfrees)
{
	bool good = true;
	unsigned int i;

	if (rescue == RESCUE_DESTROY)
		return true;
	if (rescue == RESCUE_RETRY) {
		good &= !set_commit(set) && set_finds_pool(set, set->gen - 1);
		return good && scene_is_well(set, nfrees);
	}

	set_abort(set);
	good &= scene_is_well(set, nfrees);
	kshim_rcu_quiesce();
	good &= scene_is_well(set, nfrees);
	if (rescue == RESCUE_ABORT)
		good &= scene_add(set, &pools[s->kind], 3);
	else
		for (i = 0; i < set->n; i++)
			set_kill(set, set->rules[i]);
	good &= !set_commit(set) && scene_is_well(set, nfrees);
	set_collect(set);
	good &= !set_prepare(set) && scene_is_well(set, nfrees);

	return good;
}

/* Let each allocation fail in turn, with two of the rescues each. */
static void test_scene(const struct scene *s, u64 seed)
{
	unsigned int fail_at, nfrees, i;
	bool good = true, done = false;
	char name[80];
	struct set set;

	for (fail_at = 1; !done && good; fail_at++) {
		for (i = 0; i < 2 && good && !done; i++) {
			/* the same each time, so that none is left out */
			ref_random_init(&rnd, seed);
			good &= scene_init(s, &set);
			nfrees = kshim_nfrees;
			done = scene_try(s, &set, fail_at, &good);
			good &= scene_is_well(&set, nfrees);
			if (!done)
				good &= scene_rescue(s, &set, (fail_at + i) % RESCUES, nfrees);
			set_destroy(&set);
			good &= set_nothing_left();
		}
	}
	if (!good)
		ktap_note("failed allocation %u", fail_at - 1);
	snprintf(name, sizeof(name), "%u allocations fail in turn: %s", fail_at - 2, s->name);
	ktap_result(good && fail_at > 2, name);
}

/* Nothing to be done needs no memory. */
static void test_idle(void)
{
	unsigned int n;
	bool good = true;
	struct set set;

	for (n = 0; n < 200; n += 49) {
		set_init(&set, pools[REF_HOSTS].family, pools[REF_HOSTS].key);
		good &= scene_add(&set, &pools[REF_HOSTS], n) && !set_commit(&set);
		kshim_fail_at = 1;
		good &= !set_prepare(&set) && kshim_fail_at == 1;
		kshim_fail_at = 0;
		good &= set_finds_pool(&set, set.gen);
		set_destroy(&set);
	}
	ktap_result(good && set_nothing_left(), "brfw_cls_prepare() with nothing to do needs no memory");
}

/*
 * A small table beside a large one should grow, but can't, while rules of ever
 * new keys come and go. It must never be full: then look-ups would not end.
 */
static void test_growth_fails(void)
{
	enum { LARGE = 3000, SMALL = 100, TIMES = 600 };
	unsigned int i, nfailed = 0;
	struct brfw_match m = {};
	struct brfw_key key = {};
	bool good;
	struct set set;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	m.mask.mark = U32_MAX;
	for (i = 0; i < LARGE; i++) {
		m.value.mark = 1 + i;
		set_add(&set, &m, 10000 + i);
	}
	memset(&m, 0, sizeof(m));
	m.mask.in = U16_MAX;
	for (i = 0; i < SMALL; i++) {
		m.value.in = i;
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set) && set.cls.ntables == 2;

	for (; i < SMALL + TIMES; i++) {
		m.value.in = i;
		set_add(&set, &m, 1 + i);
		kshim_fail_at = 2; /* as many slots are to be had, but no more */
		if (set_prepare(&set)) {
			nfailed++;
			set_abort(&set);
		} else {
			set_publish(&set);
			set_kill(&set, set.rules[0]);
			set_publish(&set);
		}
		kshim_fail_at = 0;
		set_collect(&set);
		key.in = 10000 + i;
		good &= !set_lookup(&set, &key, set.gen, 0);
	}
	for (i = 0; i < SMALL; i++) {
		key.in = set.rules[i]->match.value.in;
		good &= set_lookup(&set, &key, set.gen, 0) == &set.rules[i]->cls;
	}
	set_destroy(&set);
	ktap_result(good && nfailed && set_nothing_left(), "a table that can't grow is never full");
}

/* Give up a batch before, during and after it was prepared. */
static bool abort_once(const struct scene *s, bool is_prepared)
{
	const struct ref_pool *pool = &pools[s->kind];
	unsigned int i, nfrees;
	struct set set;
	bool good;

	good = scene_init(s, &set);
	nfrees = kshim_nfrees;
	for (i = 0; i < s->killed; i++)
		set_kill(&set, set.rules[i * (set.n / s->killed)]);
	good &= scene_add(&set, pool, s->added);
	if (is_prepared)
		good &= !set_prepare(&set);
	good &= scene_is_well(&set, nfrees);
	set_abort(&set);
	good &= scene_is_well(&set, nfrees);
	kshim_rcu_quiesce();
	good &= scene_is_well(&set, nfrees);
	if (ref_random_one_in(&rnd, 2)) {
		good &= !set_prepare(&set) && scene_is_well(&set, nfrees);
		kshim_rcu_quiesce();
	}
	good &= scene_add(&set, pool, 2) && !set_commit(&set) &&
		scene_is_well(&set, nfrees) && set_finds_pool(&set, set.gen - 1);
	good &= set.cls.nrules == set.n;
	set_destroy(&set);

	return good;
}

static void test_abort(void)
{
	unsigned int i, j;
	bool good = true;

	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		for (j = 0; j < 8; j++)
			if (!abort_once(&scenes[i], j % 2)) {
				ktap_note("%s, prepared %u", scenes[i].name, j % 2);
				good = false;
			}
	ktap_result(good && set_nothing_left(), "batches are given up before and after they are prepared");
}

static void ranges_init(struct ref_pool *pool)
{
	struct brfw_range range;
	unsigned int i;

	pool->n = 200;
	pool->match = calloc(pool->n, sizeof(*pool->match));
	if (!pool->match)
		abort();
	for (i = 0; i < pool->n; i++) {
		range.first = 100 * i;
		range.last = range.first + i;
		ref_match_set_ranges(&pool->match[i], offsetof(struct brfw_key, dport),
				     2, &range, 1);
	}
	for (i = 0; i < REF_KEYS; i++)
		ref_pool_key(pool, &rnd, &pool->key[i]);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int i;

	ktap_begin();
	ktap_note("seed %llu", seed);
	ref_random_init(&rnd, seed);
	for (i = 0; i < REF_KINDS; i++)
		ref_pool_init(&pools[i], &rnd, i, 200);
	ranges_init(&pools[ONLY_RANGES]);

	test_idle();
	test_abort();
	test_growth_fails();
	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		test_scene(&scenes[i], seed);
	for (i = 0; i <= REF_KINDS; i++)
		ref_pool_destroy(&pools[i]);

	return ktap_end();
}

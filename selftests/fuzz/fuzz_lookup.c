// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: operations on a classifier, compared with a linear
 * reference.
 *
 * The first byte chooses the rules; of each operation one byte tells what to do
 * and the next what with.
 */
#include <stdint.h>
#include <stdlib.h>

#include "ktap.h"
#include "lookup_set.h"

#include <linux/slab.h>

/** MAX_RULES - the reference is linear, and so is the time */
#define MAX_RULES	150

/** MAX_OPERATIONS - longer inputs find no more */
#define MAX_OPERATIONS	100

static struct ref_random rnd;
static struct ref_pool pools[REF_KINDS];

static void check(bool good)
{
	if (!good)
		abort();
}

/* One key at each generation that a reader may have. */
static void look_up(const struct set *set, const struct ref_pool *pool, uint8_t what)
{
	const struct brfw_key *key = &pool->key[what % REF_KEYS];

	check(set_walks(set, key, set->gen, 0));
	if (set->oldest < set->gen)
		check(set_finds(set, key, set->gen - 1, what));
}

static void operate(struct set *set, const struct ref_pool *pool, uint8_t op, uint8_t what)
{
	unsigned int i;

	switch (op % 8) {
	case 0:
	case 1: /* some rules, each of an order of its own */
		for (i = 0; i < 1U + op / 32 && set->n < MAX_RULES; i++)
			check(set_add(set, ref_pool_match(pool, &rnd),
				      (set->n ? set->rules[set->n - 1]->cls.order : 0) + 1 + what));
		break;
	case 2: /* one goes */
		if (set->n && set->rules[what % set->n]->cls.gen_del == BRFW_GEN_NEVER &&
		    set->rules[what % set->n]->cls.gen_add <= set->gen)
			set_kill(set, set->rules[what % set->n]);
		break;
	case 3:
		if (set_commit(set))
			set_abort(set);
		break;
	case 4:
		set_abort(set);
		break;
	case 5:
		if (set_commit(set))
			set_abort(set);
		set_collect(set);
		break;
	case 6: /* a commit that runs out of memory changes nothing */
		kshim_fail_at = 1 + what % 16;
		i = set_prepare(set);
		kshim_fail_at = 0;
		if (i)
			set_abort(set);
		else
			set_publish(set);
		break;
	default:
		look_up(set, pool, what);
		break;
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	unsigned int i;

	(void)argc;
	(void)argv;
	ref_random_init(&rnd, 1);
	for (i = 0; i < REF_KINDS; i++)
		ref_pool_init(&pools[i], &rnd, i, 400);

	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int live = kshim_nlive;
	const struct ref_pool *pool;
	struct set set;
	size_t i;

	if (!size)
		return 0;
	pool = &pools[data[0] % REF_KINDS];
	ref_random_init(&rnd, data[0]);
	set_init(&set, pool->family, NULL);
	for (i = 1; i + 1 < size && i < 2 * MAX_OPERATIONS; i += 2)
		operate(&set, pool, data[i], data[i + 1]);
	if (set_commit(&set))
		set_abort(&set);
	for (i = 0; i < 8; i++)
		look_up(&set, pool, data[0] + 31 * i);
	set_destroy(&set);
	kshim_rcu_quiesce();
	check(kshim_nlive == live);

	return 0;
}

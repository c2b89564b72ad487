// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU counters of rules and policies.
 *
 * Counters are allocated in blocks, since one per-CPU allocation for each rule
 * would cost more time and memory than the rule. The address of counters tells
 * which block they are from, so that rules needn't remember it.
 *
 * A reset doesn't touch what packets write: the block remembers the sums and
 * they are subtracted from then on.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "stats.h"

/* Per-CPU bytes of a block; a power of two. */
#define BRFW_STATS_BLOCK_BYTES	2048

/* Counters in a block; behind them there is room for a pointer. */
#define BRFW_STATS_BLOCK_SIZE						\
	((BRFW_STATS_BLOCK_BYTES - sizeof(void *)) /			\
	 sizeof(struct brfw_counters))

/**
 * struct brfw_stats_area - the per-CPU part of a block
 * @counters: to be given away
 * @block: what it is part of; set for the first CPU only
 *
 * Its address is a multiple of BRFW_STATS_BLOCK_BYTES.
 */
struct brfw_stats_area {
	struct brfw_counters counters[BRFW_STATS_BLOCK_SIZE];
	struct brfw_stats_block *block;
};

/**
 * struct brfw_stats_sums - what counters of all CPUs add up to
 * @packets: see struct brfw_counters
 * @bytes: likewise
 */
struct brfw_stats_sums {
	u64 packets;
	u64 bytes;
};

/**
 * struct brfw_stats_block - counters that were allocated together
 * @list: in the pool
 * @area: the counters
 * @zeros: sums at the last reset, of each; NULL when there was none
 * @used: which ones are given away
 */
struct brfw_stats_block {
	struct list_head list;
	struct brfw_stats_area __percpu *area;
	struct brfw_stats_sums *zeros;
	DECLARE_BITMAP(used, BRFW_STATS_BLOCK_SIZE);
};

/**
 * brfw_stats_pool_init() - make an empty pool
 * @pool: to be filled
 */
void brfw_stats_pool_init(struct brfw_stats_pool *pool)
{
	INIT_LIST_HEAD(&pool->blocks);
}

static void brfw_stats_block_free(struct brfw_stats_block *b)
{
	list_del(&b->list);
	free_percpu(b->area);
	kfree(b->zeros);
	kfree(b);
}

/**
 * brfw_stats_pool_destroy() - free a pool with all counters
 * @pool: the pool
 *
 * Context: nobody uses the pool or its counters any more.
 */
void brfw_stats_pool_destroy(struct brfw_stats_pool *pool)
{
	struct brfw_stats_block *b, *tmp;

	list_for_each_entry_safe(b, tmp, &pool->blocks, list) {
		brfw_stats_block_free(b);
		cond_resched();
	}
}

static struct brfw_stats_area *
brfw_stats_first_area(struct brfw_stats_area __percpu *area)
{
	return per_cpu_ptr(area, cpumask_first(cpu_possible_mask));
}

static struct brfw_stats_block *
brfw_stats_block_alloc(struct brfw_stats_pool *pool)
{
	struct brfw_stats_block *b;

	BUILD_BUG_ON(sizeof(struct brfw_stats_area) > BRFW_STATS_BLOCK_BYTES);

	b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b)
		return NULL;

	b->area = __alloc_percpu_gfp(BRFW_STATS_BLOCK_BYTES,
				     BRFW_STATS_BLOCK_BYTES,
				     GFP_KERNEL_ACCOUNT);
	if (!b->area) {
		kfree(b);
		return NULL;
	}
	brfw_stats_first_area(b->area)->block = b;
	list_add(&b->list, &pool->blocks);

	return b;
}

/* Which block counters are from, and which of it they are. */
static struct brfw_stats_block *
brfw_stats_find(struct brfw_counters __percpu *counters, unsigned int *i)
{
	unsigned long offset = (__force unsigned long)counters &
			       (BRFW_STATS_BLOCK_BYTES - 1);
	void __percpu *area = (void __percpu *)counters - offset;

	*i = offset / sizeof(*counters);
	return brfw_stats_first_area(area)->block;
}

static void brfw_counters_clear(struct brfw_counters __percpu *counters)
{
	struct brfw_counters *c;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(counters, cpu);
		u64_stats_set(&c->packets, 0);
		u64_stats_set(&c->bytes, 0);
		u64_stats_set(&c->last, 0);
		u64_stats_init(&c->sync);
	}
}

/**
 * brfw_stats_alloc() - get counters, all zero
 * @pool: where from
 *
 * Context: config lock held; may sleep.
 * Return: the counters or NULL.
 */
struct brfw_counters __percpu *brfw_stats_alloc(struct brfw_stats_pool *pool)
{
	struct brfw_counters __percpu *counters;
	struct brfw_stats_block *b;
	unsigned int i;

	b = list_first_entry_or_null(&pool->blocks, struct brfw_stats_block,
				     list);
	if (!b || bitmap_full(b->used, BRFW_STATS_BLOCK_SIZE)) {
		b = brfw_stats_block_alloc(pool);
		if (!b)
			return NULL;
	}

	i = find_first_zero_bit(b->used, BRFW_STATS_BLOCK_SIZE);
	__set_bit(i, b->used);
	if (bitmap_full(b->used, BRFW_STATS_BLOCK_SIZE))
		list_move_tail(&b->list, &pool->blocks);

	counters = &b->area->counters[i];
	brfw_counters_clear(counters);
	if (b->zeros)
		memset(&b->zeros[i], 0, sizeof(b->zeros[i]));

	return counters;
}

/**
 * brfw_stats_free() - give counters back
 * @pool: where they are from
 * @counters: from brfw_stats_alloc()
 *
 * Context: config lock held; no packet uses the counters any more.
 */
void brfw_stats_free(struct brfw_stats_pool *pool,
		     struct brfw_counters __percpu *counters)
{
	struct brfw_stats_block *b;
	unsigned int i;

	b = brfw_stats_find(counters, &i);
	__clear_bit(i, b->used);
	if (bitmap_empty(b->used, BRFW_STATS_BLOCK_SIZE))
		brfw_stats_block_free(b);
	else
		list_move(&b->list, &pool->blocks);
}

static void brfw_stats_sum(struct brfw_counters __percpu *counters,
			   struct brfw_stats_sums *sums)
{
	const struct brfw_counters *c;
	unsigned int start;
	u64 packets, bytes;
	int cpu;

	memset(sums, 0, sizeof(*sums));
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(counters, cpu);
		do {
			start = u64_stats_fetch_begin(&c->sync);
			packets = u64_stats_read(&c->packets);
			bytes = u64_stats_read(&c->bytes);
		} while (u64_stats_fetch_retry(&c->sync, start));
		sums->packets += packets;
		sums->bytes += bytes;
	}
}

/**
 * brfw_stats_read() - read counters
 * @counters: the counters
 * @packets: to be filled
 * @bytes: to be filled
 *
 * Context: config lock held.
 */
void brfw_stats_read(struct brfw_counters __percpu *counters, u64 *packets,
		     u64 *bytes)
{
	const struct brfw_stats_block *b;
	struct brfw_stats_sums sums;
	unsigned int i;

	brfw_stats_sum(counters, &sums);
	b = brfw_stats_find(counters, &i);
	if (b->zeros) {
		sums.packets -= b->zeros[i].packets;
		sums.bytes -= b->zeros[i].bytes;
	}
	*packets = sums.packets;
	*bytes = sums.bytes;
}

/**
 * brfw_stats_last_used() - when did a rule or policy decide last?
 * @counters: of the rule or policy
 * @seconds: to be filled with the seconds since then
 *
 * Context: config lock held.
 * Return: whether it ever did.
 */
bool brfw_stats_last_used(struct brfw_counters __percpu *counters,
			  u32 *seconds)
{
	const struct brfw_counters *c;
	unsigned int start;
	u64 used, last = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(counters, cpu);
		do {
			start = u64_stats_fetch_begin(&c->sync);
			used = u64_stats_read(&c->last);
		} while (u64_stats_fetch_retry(&c->sync, start));
		last = max(last, used);
	}
	*seconds = div_u64(get_jiffies_64() - last, HZ);

	return last;
}

/* Make room for the sums of a block. */
static int brfw_stats_block_prepare(struct brfw_stats_block *b)
{
	if (!b->zeros)
		b->zeros = kcalloc(BRFW_STATS_BLOCK_SIZE, sizeof(*b->zeros),
				   GFP_KERNEL_ACCOUNT);

	return b->zeros ? 0 : -ENOMEM;
}

/**
 * brfw_stats_reset() - let counters start from zero
 * @counters: the counters
 *
 * Context: config lock held; may sleep.
 * Return: 0, or -ENOMEM and nothing is changed.
 */
int brfw_stats_reset(struct brfw_counters __percpu *counters)
{
	struct brfw_stats_block *b;
	unsigned int i;

	b = brfw_stats_find(counters, &i);
	if (brfw_stats_block_prepare(b))
		return -ENOMEM;

	brfw_stats_sum(counters, &b->zeros[i]);
	return 0;
}

/**
 * brfw_stats_reset_all() - let all counters of a pool start from zero
 * @pool: the pool
 *
 * Context: config lock held; may sleep.
 * Return: 0, or -ENOMEM and nothing is changed.
 */
int brfw_stats_reset_all(struct brfw_stats_pool *pool)
{
	struct brfw_stats_block *b;
	unsigned int i;

	list_for_each_entry(b, &pool->blocks, list) {
		if (brfw_stats_block_prepare(b))
			return -ENOMEM;
		cond_resched();
	}

	list_for_each_entry(b, &pool->blocks, list) {
		for_each_set_bit(i, b->used, BRFW_STATS_BLOCK_SIZE)
			brfw_stats_sum(&b->area->counters[i], &b->zeros[i]);
		cond_resched();
	}

	return 0;
}

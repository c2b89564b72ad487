// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU counters of rules and policies.
 *
 * Counters are allocated in blocks, since one per-CPU allocation for each rule
 * would cost more time and memory than the rule. A reset doesn't touch what
 * packets write: it remembers the sums and they are subtracted from then on.
 */
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "stats.h"

#define BRFW_STATS_BLOCK_SIZE	64

/**
 * struct brfw_stats_block - counters that were allocated together
 * @list: in the pool
 * @counters: BRFW_STATS_BLOCK_SIZE of them
 * @used: which ones are given away
 */
struct brfw_stats_block {
	struct list_head list;
	struct brfw_counters __percpu *counters;
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
	free_percpu(b->counters);
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

	list_for_each_entry_safe(b, tmp, &pool->blocks, list)
		brfw_stats_block_free(b);
}

static struct brfw_stats_block *
brfw_stats_block_alloc(struct brfw_stats_pool *pool)
{
	struct brfw_stats_block *b;

	b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b)
		return NULL;

	b->counters = __alloc_percpu_gfp(BRFW_STATS_BLOCK_SIZE *
					 sizeof(*b->counters),
					 __alignof__(*b->counters),
					 GFP_KERNEL_ACCOUNT);
	if (!b->counters) {
		kfree(b);
		return NULL;
	}
	list_add(&b->list, &pool->blocks);

	return b;
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
 * @stats: to be filled
 *
 * Context: config lock held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int brfw_stats_alloc(struct brfw_stats_pool *pool, struct brfw_stats *stats)
{
	struct brfw_stats_block *b;
	unsigned int i;

	b = list_first_entry_or_null(&pool->blocks, struct brfw_stats_block,
				     list);
	if (!b || bitmap_full(b->used, BRFW_STATS_BLOCK_SIZE)) {
		b = brfw_stats_block_alloc(pool);
		if (!b)
			return -ENOMEM;
	}

	i = find_first_zero_bit(b->used, BRFW_STATS_BLOCK_SIZE);
	__set_bit(i, b->used);
	if (bitmap_full(b->used, BRFW_STATS_BLOCK_SIZE))
		list_move_tail(&b->list, &pool->blocks);

	stats->block = b;
	stats->counters = b->counters + i;
	stats->zero_packets = 0;
	stats->zero_bytes = 0;
	brfw_counters_clear(stats->counters);

	return 0;
}

/**
 * brfw_stats_free() - give counters back
 * @pool: where they are from
 * @stats: from brfw_stats_alloc()
 *
 * Context: config lock held; no packet uses the counters any more.
 */
void brfw_stats_free(struct brfw_stats_pool *pool, struct brfw_stats *stats)
{
	struct brfw_stats_block *b = stats->block;

	__clear_bit(stats->counters - b->counters, b->used);
	if (bitmap_empty(b->used, BRFW_STATS_BLOCK_SIZE))
		brfw_stats_block_free(b);
	else
		list_move(&b->list, &pool->blocks);
}

static void brfw_stats_sum(const struct brfw_stats *stats, u64 *packets,
			   u64 *bytes)
{
	const struct brfw_counters *c;
	unsigned int start;
	u64 p, b;
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(stats->counters, cpu);
		do {
			start = u64_stats_fetch_begin(&c->sync);
			p = u64_stats_read(&c->packets);
			b = u64_stats_read(&c->bytes);
		} while (u64_stats_fetch_retry(&c->sync, start));
		*packets += p;
		*bytes += b;
	}
}

/**
 * brfw_stats_read() - read counters
 * @stats: the counters
 * @packets: to be filled
 * @bytes: to be filled
 *
 * Context: config lock held.
 */
void brfw_stats_read(const struct brfw_stats *stats, u64 *packets, u64 *bytes)
{
	brfw_stats_sum(stats, packets, bytes);
	*packets -= stats->zero_packets;
	*bytes -= stats->zero_bytes;
}

/**
 * brfw_stats_last_used() - when did a rule or policy decide last?
 * @stats: its counters
 * @seconds: to be filled with the seconds since then
 *
 * Context: config lock held.
 * Return: whether it ever did.
 */
bool brfw_stats_last_used(const struct brfw_stats *stats, u32 *seconds)
{
	const struct brfw_counters *c;
	unsigned int start;
	u64 used, last = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(stats->counters, cpu);
		do {
			start = u64_stats_fetch_begin(&c->sync);
			used = u64_stats_read(&c->last);
		} while (u64_stats_fetch_retry(&c->sync, start));
		last = max(last, used);
	}
	*seconds = div_u64(get_jiffies_64() - last, HZ);

	return last;
}

/**
 * brfw_stats_reset() - let counters start from zero
 * @stats: the counters
 *
 * Context: config lock held.
 */
void brfw_stats_reset(struct brfw_stats *stats)
{
	brfw_stats_sum(stats, &stats->zero_packets, &stats->zero_bytes);
}

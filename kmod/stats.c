// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU counters of rules and policies.
 *
 * Counters are allocated in blocks, since one allocation for each rule would
 * cost more time and memory than the rule. They are no per-CPU allocations, for
 * which the kernel keeps as much again to charge each byte to a control group:
 * with two CPUs a sixth of the memory of a rule.
 *
 * A reset doesn't touch what packets write: the block remembers the sums and
 * they are subtracted from then on.
 */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "stats.h"

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
 * brfw_stats_pool_init() - make an empty pool
 * @pool: to be filled
 */
void brfw_stats_pool_init(struct brfw_stats_pool *pool)
{
	INIT_LIST_HEAD(&pool->blocks);
}

static void brfw_stats_block_free_memory(struct brfw_stats_block *b)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree(b->areas[cpu]);
	kfree(b->zeros);
	kfree(b);
}

static void brfw_stats_block_free(struct brfw_stats_block *b)
{
	list_del(&b->list);
	brfw_stats_block_free_memory(b);
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

/* A size that is a power of two is also the alignment of what kmalloc() gives. */
static size_t brfw_stats_block_bytes(void)
{
	size_t size = struct_size((struct brfw_stats_block *)NULL, areas,
				  nr_cpu_ids);

	return max(roundup_pow_of_two(size), BRFW_STATS_BLOCK_ALIGN);
}

static struct brfw_stats_block *
brfw_stats_block_alloc(struct brfw_stats_pool *pool)
{
	struct brfw_stats_block *b;
	int cpu;

	BUILD_BUG_ON(BRFW_STATS_BLOCK_SIZE > BRFW_STATS_BLOCK_ALIGN);

	b = kzalloc(brfw_stats_block_bytes(), GFP_KERNEL_ACCOUNT);
	if (!b)
		return NULL;

	for_each_possible_cpu(cpu) {
		b->areas[cpu] = kmalloc_node(BRFW_STATS_AREA_BYTES,
					     GFP_KERNEL_ACCOUNT,
					     cpu_to_node(cpu));
		if (!b->areas[cpu]) {
			brfw_stats_block_free_memory(b);
			return NULL;
		}
	}
	list_add(&b->list, &pool->blocks);

	return b;
}

static struct brfw_stats *brfw_stats_of_block(struct brfw_stats_block *b,
					      unsigned int i)
{
	return (struct brfw_stats *)((unsigned long)b + i);
}

static void brfw_stats_clear(const struct brfw_stats *stats)
{
	struct brfw_counters *c;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = brfw_stats_of_cpu(stats, cpu);
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
struct brfw_stats *brfw_stats_alloc(struct brfw_stats_pool *pool)
{
	struct brfw_stats_block *b;
	struct brfw_stats *stats;
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

	stats = brfw_stats_of_block(b, i);
	brfw_stats_clear(stats);
	if (b->zeros)
		memset(&b->zeros[i], 0, sizeof(b->zeros[i]));

	return stats;
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
	struct brfw_stats_block *b = brfw_stats_block(stats);

	__clear_bit(brfw_stats_place(stats), b->used);
	if (bitmap_empty(b->used, BRFW_STATS_BLOCK_SIZE))
		brfw_stats_block_free(b);
	else
		list_move(&b->list, &pool->blocks);
}

static void brfw_stats_sum(const struct brfw_stats *stats,
			   struct brfw_stats_sums *sums)
{
	const struct brfw_counters *c;
	unsigned int start;
	u64 packets, bytes;
	int cpu;

	memset(sums, 0, sizeof(*sums));
	for_each_possible_cpu(cpu) {
		c = brfw_stats_of_cpu(stats, cpu);
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
 * @stats: the counters
 * @packets: to be filled
 * @bytes: to be filled
 *
 * Context: config lock held.
 */
void brfw_stats_read(const struct brfw_stats *stats, u64 *packets, u64 *bytes)
{
	const struct brfw_stats_block *b = brfw_stats_block(stats);
	unsigned int i = brfw_stats_place(stats);
	struct brfw_stats_sums sums;

	brfw_stats_sum(stats, &sums);
	if (b->zeros) {
		sums.packets -= b->zeros[i].packets;
		sums.bytes -= b->zeros[i].bytes;
	}
	*packets = sums.packets;
	*bytes = sums.bytes;
}

/**
 * brfw_stats_last_used() - when did a rule or policy decide last?
 * @stats: of the rule or policy
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
		c = brfw_stats_of_cpu(stats, cpu);
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
 * @stats: the counters
 *
 * Context: config lock held; may sleep.
 * Return: 0, or -ENOMEM and nothing is changed.
 */
int brfw_stats_reset(struct brfw_stats *stats)
{
	struct brfw_stats_block *b = brfw_stats_block(stats);

	if (brfw_stats_block_prepare(b))
		return -ENOMEM;

	brfw_stats_sum(stats, &b->zeros[brfw_stats_place(stats)]);
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
			brfw_stats_sum(brfw_stats_of_block(b, i),
				       &b->zeros[i]);
		cond_resched();
	}

	return 0;
}

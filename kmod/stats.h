/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU counters of rules and policies.
 */
#ifndef _BRFW_STATS_H
#define _BRFW_STATS_H

#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/smp.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

/**
 * struct brfw_counters - what one CPU counted
 * @packets: judgements; a GSO packet counts its segments
 * @bytes: with MAC header and tags
 * @last: jiffies at the last judgement; 0 for never
 * @sync: for 32-bit readers
 */
struct brfw_counters {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t last;
	struct u64_stats_sync sync;
};

/*
 * Counters of a rule, policy or the like on all CPUs. There is no such struct: a
 * pointer to one is the address of the struct brfw_stats_block that has the
 * counters, a multiple of BRFW_STATS_BLOCK_ALIGN, and their place in it.
 */
struct brfw_stats;

#define BRFW_STATS_BLOCK_ALIGN	256UL

/* Bytes of a block's counters for each CPU. */
#define BRFW_STATS_AREA_BYTES	2048

/* Counters in a block */
#define BRFW_STATS_BLOCK_SIZE						\
	(BRFW_STATS_AREA_BYTES / sizeof(struct brfw_counters))

/**
 * struct brfw_stats_block - counters that were allocated together
 * @list: in the pool
 * @zeros: sums at the last reset, of each; NULL when there was none
 * @used: which ones are given away
 * @areas: of each possible CPU, by its number
 */
struct brfw_stats_block {
	struct list_head list;
	struct brfw_stats_sums *zeros;
	DECLARE_BITMAP(used, BRFW_STATS_BLOCK_SIZE);
	struct brfw_counters *areas[];
};

/**
 * struct brfw_stats_pool - where counters are allocated
 * @blocks: struct brfw_stats_block; those that have a free place first
 *
 * Protected by the config lock.
 */
struct brfw_stats_pool {
	struct list_head blocks;
};

/* Config lock held. */

void brfw_stats_pool_init(struct brfw_stats_pool *pool);
void brfw_stats_pool_destroy(struct brfw_stats_pool *pool);
struct brfw_stats *brfw_stats_alloc(struct brfw_stats_pool *pool);
void brfw_stats_free(struct brfw_stats_pool *pool, struct brfw_stats *stats);
void brfw_stats_read(const struct brfw_stats *stats, u64 *packets, u64 *bytes);
bool brfw_stats_last_used(const struct brfw_stats *stats, u32 *seconds);
int brfw_stats_reset(struct brfw_stats *stats);
int brfw_stats_reset_all(struct brfw_stats_pool *pool);

/* What a pointer to counters is made of. */

static inline struct brfw_stats_block *
brfw_stats_block(const struct brfw_stats *stats)
{
	return (void *)((unsigned long)stats & ~(BRFW_STATS_BLOCK_ALIGN - 1));
}

static inline unsigned int brfw_stats_place(const struct brfw_stats *stats)
{
	return (unsigned long)stats & (BRFW_STATS_BLOCK_ALIGN - 1);
}

/* Counters of one CPU. */
static inline struct brfw_counters *
brfw_stats_of_cpu(const struct brfw_stats *stats, int cpu)
{
	return &brfw_stats_block(stats)->areas[cpu][brfw_stats_place(stats)];
}

/* Packets. */

/**
 * brfw_stats_add() - count one judgement
 * @stats: of a rule or policy
 * @packets: how many frames it stands for
 * @bytes: how many bytes they have
 *
 * Context: softirqs off.
 */
static inline void brfw_stats_add(struct brfw_stats *stats,
				  unsigned int packets, unsigned int bytes)
{
	struct brfw_counters *c = brfw_stats_of_cpu(stats, smp_processor_id());

	u64_stats_update_begin(&c->sync);
	u64_stats_add(&c->packets, packets);
	u64_stats_add(&c->bytes, bytes);
	u64_stats_set(&c->last, get_jiffies_64());
	u64_stats_update_end(&c->sync);
}

#endif /* _BRFW_STATS_H */

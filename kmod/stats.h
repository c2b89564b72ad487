/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU counters of rules and policies.
 */
#ifndef _BRFW_STATS_H
#define _BRFW_STATS_H

#include <linux/jiffies.h>
#include <linux/list.h>
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

struct brfw_stats_block;

/**
 * struct brfw_stats - counters of one rule or policy
 * @counters: for the packet path
 * @block: where @counters came from
 * @zero_packets: sum at the last reset
 * @zero_bytes: sum at the last reset
 *
 * All but the counters themselves are protected by the config lock.
 */
struct brfw_stats {
	struct brfw_counters __percpu *counters;
	struct brfw_stats_block *block;
	u64 zero_packets;
	u64 zero_bytes;
};

/**
 * struct brfw_stats_pool - where counters are allocated
 * @blocks: those that have a free place first
 *
 * Protected by the config lock.
 */
struct brfw_stats_pool {
	struct list_head blocks;
};

/* Config lock held. */

void brfw_stats_pool_init(struct brfw_stats_pool *pool);
void brfw_stats_pool_destroy(struct brfw_stats_pool *pool);
int brfw_stats_alloc(struct brfw_stats_pool *pool, struct brfw_stats *stats);
void brfw_stats_free(struct brfw_stats_pool *pool, struct brfw_stats *stats);
void brfw_stats_read(const struct brfw_stats *stats, u64 *packets, u64 *bytes);
bool brfw_stats_last_used(const struct brfw_stats *stats, u32 *seconds);
void brfw_stats_reset(struct brfw_stats *stats);

/* Packets. */

/**
 * brfw_counters_add() - count one judgement
 * @counters: of a rule or policy
 * @packets: how many frames it stands for
 * @bytes: how many bytes they have
 *
 * Context: softirqs off.
 */
static inline void brfw_counters_add(struct brfw_counters __percpu *counters,
				     unsigned int packets, unsigned int bytes)
{
	struct brfw_counters *c = this_cpu_ptr(counters);

	u64_stats_update_begin(&c->sync);
	u64_stats_add(&c->packets, packets);
	u64_stats_add(&c->bytes, bytes);
	u64_stats_set(&c->last, get_jiffies_64());
	u64_stats_update_end(&c->sync);
}

#endif /* _BRFW_STATS_H */

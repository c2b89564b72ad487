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
struct brfw_counters __percpu *brfw_stats_alloc(struct brfw_stats_pool *pool);
void brfw_stats_free(struct brfw_stats_pool *pool,
		     struct brfw_counters __percpu *counters);
void brfw_stats_read(struct brfw_counters __percpu *counters, u64 *packets,
		     u64 *bytes);
bool brfw_stats_last_used(struct brfw_counters __percpu *counters,
			  u32 *seconds);
int brfw_stats_reset(struct brfw_counters __percpu *counters);
int brfw_stats_reset_all(struct brfw_stats_pool *pool);

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

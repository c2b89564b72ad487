/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash tables that readers look into while one writer changes them.
 *
 * Open addressing with linear probing. What has the same hash may share a slot or
 * have slots of its own, as the owner likes. A slot that was used once is never
 * free again: what is taken out is replaced by something that readers pass over.
 * When half of the slots are used they are copied to another array without those.
 *
 * A look-up passes no more slots than the longest run of used ones has, which each
 * array knows: owners count it in their bounds (brfw_run_cost()), and those that
 * can't may ask for an array twice as large.
 *
 * The code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_SLOTS_H
#define _BRFW_SLOTS_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "hash.h"

/** BRFW_RUN_FREE - slots of a run that are in the price of a probe */
#define BRFW_RUN_FREE		15

/** BRFW_COST_SLOTS - further ones that weigh as much as comparing a rule */
#define BRFW_COST_SLOTS		8

/**
 * struct brfw_slot - what has a hash
 * @hash: the hash
 * @content: the owner's; NULL at the end of a run
 *
 * Readers may see the hash of one slot beside the content of another: they have
 * to look whether it is what they search.
 */
struct brfw_slot {
	u32 hash;
	void __rcu *content;
};

/**
 * struct brfw_slots - array of slots
 * @rcu: for freeing
 * @shift: how far a hash is shifted to tell its slot
 * @size: number of slots; some less than such hashes can tell, which makes room for
 *	what stands before them in a power of two
 * @longest: slots in the longest run; for writers
 * @slot: the slots
 */
struct brfw_slots {
	struct rcu_head rcu;
	u32 shift;
	u32 size;
	u32 longest;
	struct brfw_slot slot[];
};

/**
 * brfw_slots_next() - what has a hash, from a place on, for readers
 * @s: the slots
 * @hash: the hash
 * @at: the place; where to go on, if something is found
 *
 * Context: RCU read section.
 * Return: it, or NULL.
 */
static __always_inline void *brfw_slots_next(const struct brfw_slots *s,
					     u32 hash, u32 *at)
{
	const struct brfw_slot *slot;
	void *content;
	u32 i = *at;

	if (unlikely(i >= s->size))
		i = 0;
	for (;;) {
		slot = &s->slot[i];
		/* gcc would compute this address once for each member */
		OPTIMIZER_HIDE_VAR(slot);
		content = rcu_dereference(slot->content);
		if (!content || READ_ONCE(slot->hash) == hash)
			break;
		if (++i == s->size)
			i = 0;
	}
	*at = i + 1;

	return content;
}

/**
 * brfw_slots_lookup() - the first that has a hash, for readers
 * @s: the slots
 * @hash: the hash
 *
 * Context: RCU read section.
 * Return: it, or NULL.
 */
static __always_inline void *brfw_slots_lookup(const struct brfw_slots *s,
					       u32 hash)
{
	u32 at = hash >> s->shift;

	return brfw_slots_next(s, hash, &at);
}

/* Writers: the caller excludes other writers of the same slots. */

/**
 * brfw_run_cost() - what a run costs a look-up more than a short one
 * @n: slots of the run
 *
 * Return: as many rules could be compared.
 */
static inline unsigned int brfw_run_cost(unsigned int n)
{
	return n <= BRFW_RUN_FREE ? 0 : DIV_ROUND_UP(n - BRFW_RUN_FREE,
						     BRFW_COST_SLOTS);
}

/**
 * brfw_loop_relax() - let others run amid a loop over all there is
 * @i: number of the turn, of which one takes some hundred instructions at most
 *
 * Context: may sleep.
 */
static inline void brfw_loop_relax(unsigned int i)
{
	if (!(i % 256))
		cond_resched();
}

struct brfw_slots *brfw_slots_alloc(u32 n);
struct brfw_slot *brfw_slots_find(struct brfw_slots *s, u32 hash);
struct brfw_slot *brfw_slots_find_next(struct brfw_slots *s,
				       struct brfw_slot *slot);
unsigned int brfw_slots_run(const struct brfw_slots *s,
			    const struct brfw_slot *slot);
void brfw_slots_use(struct brfw_slots *s, struct brfw_slot *slot, u32 hash);
struct brfw_slots *brfw_slots_reserve(struct brfw_slots *s, u32 *nused,
				      const void *gone);
struct brfw_slots *brfw_slots_grow(struct brfw_slots *s, u32 *nused,
				   const void *gone);

#endif /* _BRFW_SLOTS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash tables that readers look into while one writer changes them.
 *
 * Open addressing with linear probing; there is at most one slot for each hash,
 * and what has the same hash is the owner's to tell apart. A slot that was used
 * once is never free again: what is taken out is replaced by something that
 * readers pass over. When half of the slots are used they are copied to another
 * array without those.
 *
 * Packets can't fill a table, so that all that is asked of the hash is to hide
 * from clients which keys collide, and to be fast.
 *
 * The code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_SLOTS_H
#define _BRFW_SLOTS_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/swab.h>
#include <linux/types.h>

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
 * @mask: bits of a hash that tell its slot
 * @size: number of slots; two less than there are values of such bits, which
 *	makes room for what stands before them in a power of two
 * @slot: the slots
 */
struct brfw_slots {
	struct rcu_head rcu;
	u32 mask;
	u32 size;
	struct brfw_slot slot[];
};

/**
 * brfw_hash_word() - hash of a word more
 * @hash: hash of the words before, or a secret
 * @word: the word
 *
 * A product's upper bits depend on all bits of its factors; turning the bytes
 * round makes them the lower ones, which tell the slot.
 *
 * Return: the hash.
 */
static inline u64 brfw_hash_word(u64 hash, u64 word)
{
	return swab64((hash ^ word) * 0x9e3779b97f4a7c15ULL);
}

/**
 * brfw_slots_lookup() - what has a hash, for readers
 * @s: the slots
 * @hash: the hash
 *
 * Context: RCU read section.
 * Return: it, or NULL.
 */
static __always_inline void *brfw_slots_lookup(const struct brfw_slots *s,
					       u32 hash)
{
	const struct brfw_slot *slot;
	void *content;
	u32 i = hash & s->mask;

	if (unlikely(i >= s->size))
		i = 0;
	for (;;) {
		slot = &s->slot[i];
		/* gcc would compute this address once for each member */
		OPTIMIZER_HIDE_VAR(slot);
		content = rcu_dereference(slot->content);
		if (!content || READ_ONCE(slot->hash) == hash)
			return content;
		if (++i == s->size)
			i = 0;
	}
}

/* Writers: the caller excludes other writers of the same slots. */

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
struct brfw_slots *brfw_slots_reserve(struct brfw_slots *s, u32 *nused,
				      const void *gone);

#endif /* _BRFW_SLOTS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash tables that readers look into while one writer changes them; slots.h
 * tells how.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "slots.h"

/* There are never fewer; a power of two. */
#define BRFW_SLOTS_MIN	8

/* Writers exclude each other by means that this file doesn't know. */
#define brfw_slots_deref(p)	rcu_dereference_protected(p, true)

/**
 * brfw_slots_alloc() - make an array of free slots
 * @n: how many there should be, about
 *
 * To be freed by kvfree(), after a grace period if it was published.
 *
 * Context: may sleep.
 * Return: the array or NULL.
 */
struct brfw_slots *brfw_slots_alloc(u32 n)
{
	struct brfw_slots *s;

	n = roundup_pow_of_two(max_t(u32, n, BRFW_SLOTS_MIN));
	BUILD_BUG_ON(sizeof(*s) > 2 * sizeof(s->slot[0]));
	s = kvzalloc(struct_size(s, slot, n - 2), GFP_KERNEL_ACCOUNT);
	if (!s)
		return NULL;
	s->mask = n - 1;
	s->size = n - 2;

	return s;
}

/**
 * brfw_slots_find() - the slot of a hash
 * @s: the slots
 * @hash: the hash
 *
 * Return: the slot, or the free one where it would be.
 */
struct brfw_slot *brfw_slots_find(struct brfw_slots *s, u32 hash)
{
	u32 i;

	for (i = hash & s->mask; ; i++) {
		if (i >= s->size)
			i = 0;
		if (!rcu_access_pointer(s->slot[i].content) ||
		    s->slot[i].hash == hash)
			return &s->slot[i];
	}
}

static void brfw_slots_copy(struct brfw_slots *to, struct brfw_slots *from,
			    u32 *nused, const void *gone)
{
	struct brfw_slot *slot;
	void *content;
	u32 i;

	*nused = 0;
	for (i = 0; i < from->size; i++) {
		brfw_loop_relax(i);
		content = brfw_slots_deref(from->slot[i].content);
		if (!content || content == gone)
			continue;
		slot = brfw_slots_find(to, from->slot[i].hash);
		slot->hash = from->slot[i].hash;
		RCU_INIT_POINTER(slot->content, content);
		++*nused;
	}
}

/**
 * brfw_slots_reserve() - see to room for one more
 * @s: the slots
 * @nused: number of slots that are not free; brought up to date
 * @gone: content of slots that need not be kept
 *
 * Context: may sleep.
 * Return: @s, or another array to be published in its place, or NULL without
 * memory.
 */
struct brfw_slots *brfw_slots_reserve(struct brfw_slots *s, u32 *nused,
				      const void *gone)
{
	struct brfw_slots *new;
	u32 n;

	if (2 * (*nused + 1) <= s->mask + 1)
		return s;

	/* Many of them may be gone; then this makes no larger array. */
	new = brfw_slots_alloc(s->mask + 1);
	if (!new)
		return NULL;
	brfw_slots_copy(new, s, &n, gone);
	if (3 * n > new->mask) {
		kvfree(new);
		new = brfw_slots_alloc(2 * (s->mask + 1));
		if (!new)
			return NULL;
		brfw_slots_copy(new, s, &n, gone);
	}
	*nused = n;

	return new;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash tables that readers look into while one writer changes them; slots.h
 * tells how.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "slots.h"

/* There are never fewer; a power of two. */
#define BRFW_SLOTS_MIN	8

/* As many take the place of what stands before them. */
#define BRFW_SLOTS_HEAD	DIV_ROUND_UP(sizeof(struct brfw_slots), \
				     sizeof(struct brfw_slot))

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
	s = kvzalloc(struct_size(s, slot, n - BRFW_SLOTS_HEAD),
		     GFP_KERNEL_ACCOUNT);
	if (!s)
		return NULL;
	s->shift = BRFW_HASH_BITS + 1 - fls(n);
	s->size = n - BRFW_SLOTS_HEAD;

	return s;
}

/* How many hashes it tells apart. */
static u32 brfw_slots_order(const struct brfw_slots *s)
{
	return 1U << (BRFW_HASH_BITS - s->shift);
}

/* The slot at a place, or where that hash goes on, or the free one behind. */
static struct brfw_slot *brfw_slots_seek(struct brfw_slots *s, u32 i, u32 hash)
{
	for (;; i++) {
		if (i >= s->size)
			i = 0;
		if (!rcu_access_pointer(s->slot[i].content) ||
		    s->slot[i].hash == hash)
			return &s->slot[i];
	}
}

/**
 * brfw_slots_find() - the first slot of a hash
 * @s: the slots
 * @hash: the hash
 *
 * Return: the slot, or the free one where it would be.
 */
struct brfw_slot *brfw_slots_find(struct brfw_slots *s, u32 hash)
{
	return brfw_slots_seek(s, hash >> s->shift, hash);
}

/**
 * brfw_slots_find_next() - the next slot with the hash of one
 * @s: the slots
 * @slot: the one, which is not free
 *
 * Return: the slot, or the free one where it would be.
 */
struct brfw_slot *brfw_slots_find_next(struct brfw_slots *s,
				       struct brfw_slot *slot)
{
	return brfw_slots_seek(s, slot - s->slot + 1, slot->hash);
}

static bool brfw_slots_is_used(const struct brfw_slots *s, u32 i)
{
	return rcu_access_pointer(s->slot[i].content);
}

/**
 * brfw_slots_run() - used slots in a row
 * @s: the slots, some of which are free
 * @slot: one of them, which counts as used
 *
 * Return: how many there are around it.
 */
unsigned int brfw_slots_run(const struct brfw_slots *s,
			    const struct brfw_slot *slot)
{
	u32 at = slot - s->slot, i = at;
	unsigned int n = 0;

	do {
		n++;
		i = i + 1 == s->size ? 0 : i + 1;
	} while (i != at && brfw_slots_is_used(s, i));
	for (i = at ?: s->size; brfw_slots_is_used(s, i - 1); i = i - 1 ?: s->size)
		n++;

	return n;
}

/**
 * brfw_slots_use() - begin to use a free slot, which is to get its content next
 * @s: the slots
 * @slot: from brfw_slots_find() or brfw_slots_find_next()
 * @hash: its hash
 */
void brfw_slots_use(struct brfw_slots *s, struct brfw_slot *slot, u32 hash)
{
	s->longest = max(s->longest, brfw_slots_run(s, slot));
	WRITE_ONCE(slot->hash, hash);
}

static struct brfw_slot *brfw_slots_find_free(struct brfw_slots *s, u32 hash)
{
	struct brfw_slot *slot = brfw_slots_find(s, hash);

	while (rcu_access_pointer(slot->content))
		slot = brfw_slots_find_next(s, slot);

	return slot;
}

/* One that begins at the end and goes on at the beginning is counted, too. */
static u32 brfw_slots_longest(const struct brfw_slots *s)
{
	u32 i = 0, n = 0, longest = 0;

	while (i < s->size || n) {
		n = brfw_slots_is_used(s, i % s->size) ? n + 1 : 0;
		longest = max(longest, n);
		brfw_loop_relax(i++);
	}

	return longest;
}

static u32 brfw_slots_copy(struct brfw_slots *to, struct brfw_slots *from,
			   const void *gone)
{
	struct brfw_slot *slot;
	void *content;
	u32 i, n = 0;

	for (i = 0; i < from->size; i++) {
		brfw_loop_relax(i);
		content = brfw_slots_deref(from->slot[i].content);
		if (!content || content == gone)
			continue;
		slot = brfw_slots_find_free(to, from->slot[i].hash);
		slot->hash = from->slot[i].hash;
		RCU_INIT_POINTER(slot->content, content);
		n++;
	}

	to->longest = brfw_slots_longest(to);

	return n;
}

/**
 * brfw_slots_grow() - make an array that is twice as large
 * @s: the slots
 * @nused: number of slots that are not free; brought up to date
 * @gone: content of slots that need not be kept
 *
 * Context: may sleep.
 * Return: another array to be published in the place of @s, or NULL without memory.
 */
struct brfw_slots *brfw_slots_grow(struct brfw_slots *s, u32 *nused,
				   const void *gone)
{
	struct brfw_slots *new = brfw_slots_alloc(2 * brfw_slots_order(s));

	if (new)
		*nused = brfw_slots_copy(new, s, gone);

	return new;
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
	u32 n, order = brfw_slots_order(s);
	struct brfw_slots *new;

	if (2 * (*nused + 1) <= order)
		return s;

	/* Many of them may be gone; then this makes no larger array. */
	new = brfw_slots_alloc(order);
	if (!new)
		return NULL;
	n = brfw_slots_copy(new, s, gone);
	if (3 * n >= order) {
		kvfree(new);
		return brfw_slots_grow(s, nused, gone);
	}
	*nused = n;

	return new;
}

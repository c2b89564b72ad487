// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier: a leaf of bit vectors, and hash tables of leaves for what is
 * too much for one.
 *
 * lookup.h tells how it works and what readers and writers may do. Nothing
 * here knows of frames, netlink, counters or verdicts.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "leaf.h"
#include "lookup.h"
#include "shape.h"
#include "slots.h"

/* Up to so many rules the classifier is one leaf. */
#define BRFW_CLS_LEAF_RULES	64

/* With tables, so many rules are not worth another. */
#define BRFW_CLS_REST_RULES	16

/* Changes up to which it isn't worth to arrange the rules anew. */
#define BRFW_CLS_CHANGES_MIN	512

/*
 * Rules in a leaf of a table, unless the rules leave no choice: either of these,
 * whatever is better.
 */
static const unsigned int brfw_table_leaf_rules[] = { 64, 32 };

/*
 * The content of a slot, those rules of a table that share a hash: a leaf, or a
 * rule that is alone with bit 0 set, or &brfw_leaf_tombstone likewise. When a
 * reader sees the hash of one slot beside the content of another, then nothing
 * in there is visible to it, since a visible rule was written before its
 * generation was published.
 */

/**
 * struct brfw_table_part - 32 bits of the key, some of which are hashed
 * @secret: of the hash
 * @mask: which of them
 * @index: which half of a word they are, as it lies in memory
 */
struct brfw_table_part {
	u64 secret;
	u32 mask;
	u32 index;
};

/* Parts of a key. */
#define BRFW_TABLE_PARTS_MAX	(2 * BRFW_KEY_WORDS)

/**
 * struct brfw_table - rules that can be found by the same bits of the key
 * @rcu: for freeing
 * @shape: what the masks were made of
 * @known: the same bits, as a key
 * @best: no rule in here has a smaller order
 * @nused: slots that are not NULL
 * @leaf_rules: rules that a leaf should not exceed
 * @cost: most steps of a look-up in a slot
 * @slots: replaced when they run out
 * @nparts: number of entries in @parts
 * @start: secret that a hash begins with
 * @parts: what is hashed
 *
 * Up to @cost for writers only. The secrets are chosen with the table, whenever
 * rules are arranged anew.
 */
struct brfw_table {
	struct rcu_head rcu;
	brfw_shape_t shape;
	struct brfw_key known;
	u64 best;
	u32 nused;
	u32 leaf_rules;
	u32 cost;
	struct brfw_slots __rcu *slots;
	u32 nparts;
	u64 start;
	struct brfw_table_part parts[];
};

/**
 * struct brfw_leaf_pending - rules to be added to a leaf
 * @list: in struct brfw_cls.pending
 * @leaf: the leaf; NULL for the first one outside the tables
 * @table: where it is, NULL outside the tables
 * @hash: and in which slot
 * @n: number of entries in @rules
 * @size: how many have room
 * @rules: the rules
 */
struct brfw_leaf_pending {
	struct list_head list;
	struct brfw_leaf *leaf;
	struct brfw_table *table;
	u32 hash;
	unsigned int n;
	unsigned int size;
	struct brfw_cls_rule **rules;
};

/*
 * Writers exclude each other by means that this file doesn't know, hence no
 * lock to name here.
 */
#define brfw_cls_deref(p)	rcu_dereference_protected(p, true)

/* ---- slots: a leaf, or a rule that is alone ---- */

static void *brfw_content_of_rule(struct brfw_cls_rule *r)
{
	return (void *)((unsigned long)r | 1);
}

/* The rule that is alone in a slot, or NULL. */
static struct brfw_cls_rule *brfw_content_rule(const void *content)
{
	return (unsigned long)content & 1 ?
	       (void *)((unsigned long)content & ~1UL) : NULL;
}

static bool brfw_content_is_gone(const void *content)
{
	return brfw_content_rule(content) == &brfw_leaf_tombstone;
}

/* The leaf in a slot, or NULL. */
static struct brfw_leaf *brfw_content_leaf(void *content)
{
	return (unsigned long)content & 1 ? NULL : content;
}

static __always_inline u64 brfw_part_add(u64 sum,
					 const struct brfw_table_part *part,
					 const u32 *halves)
{
	return brfw_hash_add(sum, part->secret,
			     halves[part->index] & part->mask);
}

/* Two at a time: the loop would cost as much as what is in it. */
static __always_inline u32
brfw_parts_hash(const struct brfw_table_part *part, unsigned int n, u64 sum,
		const struct brfw_key *key)
{
	const u32 *halves = (const u32 *)key->words;
	const struct brfw_table_part *end = part + n;

	if (n % 2) {
		sum = brfw_part_add(sum, part, halves);
		part++;
	}
	for (; part < end; part += 2) {
		sum = brfw_part_add(sum, &part[0], halves);
		sum = brfw_part_add(sum, &part[1], halves);
	}

	return brfw_hash_end(sum);
}

static __always_inline u32 brfw_table_hash(const struct brfw_table *t,
					   const struct brfw_key *key)
{
	return brfw_parts_hash(t->parts, t->nparts, t->start, key);
}

/* ---- look-up ---- */

static struct brfw_cls_rule *
brfw_table_lookup(const struct brfw_table *t, const struct brfw_key *key,
		  u64 gen, u64 after, u64 before)
{
	struct brfw_cls_rule *r;
	void *content;

	content = brfw_slots_lookup(rcu_dereference(t->slots),
				    brfw_table_hash(t, key));
	if (!content)
		return NULL;
	r = brfw_content_rule(content);
	if (!r)
		return brfw_leaf_lookup(content, key, gen, after, before);
	if (r->order <= after || r->order >= before ||
	    !brfw_cls_rule_matches(r, key, gen) || !brfw_cls_rule_is_visible(r, gen))
		return NULL;

	return r;
}

/**
 * brfw_index_lookup() - find the rule that comes first, if there are tables
 * @index: from brfw_cls_lookup()
 * @key: likewise
 * @gen: likewise
 * @after: likewise
 *
 * Context: RCU read section.
 * Return: the rule, or NULL.
 */
struct brfw_cls_rule *brfw_index_lookup(const struct brfw_cls_index *index,
					const struct brfw_key *key, u64 gen,
					u64 after)
{
	const struct brfw_cls_index_entry *e = index->tables;
	const struct brfw_cls_index_entry *end = e + index->ntables;
	struct brfw_cls_rule *r, *best = NULL;
	u64 before = U64_MAX;

	if (index->leaf)
		best = brfw_leaf_lookup(index->leaf, key, gen, after, before);
	if (best)
		before = best->order;
	for (; e < end && e->best < before; e++) {
		r = brfw_table_lookup(e->table, key, gen, after, before);
		if (r) {
			best = r;
			before = r->order;
		}
	}

	return best;
}

/* ---- tables ---- */

/* Return: how many parts of a key the bits are in. */
static unsigned int brfw_parts_make(struct brfw_table_part *parts,
				    const struct brfw_key *known)
{
	const u32 *halves = (const u32 *)known->words;
	unsigned int i, n = 0;

	for (i = 0; i < BRFW_TABLE_PARTS_MAX; i++) {
		if (!halves[i])
			continue;
		parts[n].mask = halves[i];
		parts[n].index = i;
		brfw_hash_make_secrets(&parts[n++].secret, 1);
	}

	return n;
}

static unsigned int brfw_key_count_parts(const struct brfw_key *known)
{
	const u32 *halves = (const u32 *)known->words;
	unsigned int i, n = 0;

	for (i = 0; i < BRFW_TABLE_PARTS_MAX; i++)
		n += !!halves[i];

	return n;
}

static struct brfw_table *brfw_table_alloc(brfw_shape_t shape, u8 family)
{
	struct brfw_slots *s = brfw_slots_alloc(0);
	struct brfw_table *t;
	struct brfw_key known;

	brfw_shape_get_mask(shape, family, &known);
	t = kzalloc(struct_size(t, parts, brfw_key_count_parts(&known)),
		    GFP_KERNEL_ACCOUNT);
	if (!t || !s) {
		kfree(t);
		kvfree(s);
		return NULL;
	}

	RCU_INIT_POINTER(t->slots, s);
	t->shape = shape;
	t->best = U64_MAX;
	t->known = known;
	t->nparts = brfw_parts_make(t->parts, &known);
	brfw_hash_make_secrets(&t->start, 1);

	return t;
}

static void brfw_table_free(struct brfw_table *t)
{
	struct brfw_slots *s = brfw_cls_deref(t->slots);
	u32 i;

	for (i = 0; i < s->size; i++) {
		brfw_leaf_free(brfw_content_leaf(brfw_cls_deref(s->slot[i].content)));
		brfw_loop_relax(i);
	}
	kvfree(s);
	kfree(t);
}

static void brfw_table_free_rcu(struct brfw_table *t)
{
	struct brfw_slots *s = brfw_cls_deref(t->slots);
	struct brfw_leaf *leaf;
	u32 i;

	for (i = 0; i < s->size; i++) {
		leaf = brfw_content_leaf(brfw_cls_deref(s->slot[i].content));
		if (leaf)
			brfw_leaf_free_later(leaf);
		brfw_loop_relax(i);
	}
	kvfree_rcu(s, rcu);
	kfree_rcu(t, rcu);
}

/* Hash of a rule in a table that covers its shape. */
static u32 brfw_table_hash_rule(const struct brfw_table *t,
				const struct brfw_cls_rule *r)
{
	const struct brfw_table_part *part;
	u64 sum = t->start;
	const u32 *halves;

	for (part = t->parts; part < t->parts + t->nparts; part++) {
		halves = (const u32 *)brfw_cls_rule_word(r, part->index / 2);
		sum = brfw_hash_add(sum, part->secret,
				    halves[part->index % 2] & part->mask);
	}

	return brfw_hash_end(sum);
}

/* What a look-up costs at most, with the longest run of slots. */
static unsigned int brfw_table_cost(const struct brfw_table *t)
{
	return 1 + t->cost + brfw_run_cost(brfw_cls_deref(t->slots)->longest);
}

/* See to room for one more slot. */
static int brfw_table_reserve(struct brfw_table *t)
{
	struct brfw_slots *old = brfw_cls_deref(t->slots);
	struct brfw_slots *new;

	new = brfw_slots_reserve(old, &t->nused,
				 brfw_content_of_rule(&brfw_leaf_tombstone));
	if (!new)
		return -ENOMEM;
	if (new != old) {
		rcu_assign_pointer(t->slots, new);
		kvfree_rcu(old, rcu);
	}

	return 0;
}

/* Rules that share a slot, with those to come. */
static u32 brfw_table_count(const struct brfw_table *t, u32 hash)
{
	struct brfw_slot *slot = brfw_slots_find(brfw_cls_deref(t->slots), hash);
	void *content = brfw_cls_deref(slot->content);
	struct brfw_leaf *leaf;

	if (!content || brfw_content_is_gone(content))
		return 0;
	leaf = brfw_content_leaf(content);
	if (!leaf)
		return 1;

	return leaf->nrules - leaf->ndead + (leaf->pending ? leaf->pending->n : 0);
}

/* ---- rules on their way into a leaf ---- */

static struct brfw_leaf_pending *brfw_pending_alloc(struct brfw_cls *cls,
						    struct brfw_table *t,
						    struct brfw_leaf *leaf,
						    u32 hash)
{
	struct brfw_leaf_pending *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;

	p->table = t;
	p->leaf = leaf;
	p->hash = hash;
	list_add(&p->list, &cls->pending);
	if (t)
		leaf->pending = p;
	else
		cls->leaf_pending = p;

	return p;
}

static void brfw_pending_free(struct brfw_cls *cls, struct brfw_leaf_pending *p)
{
	list_del(&p->list);
	if (p->table)
		p->leaf->pending = NULL;
	else
		cls->leaf_pending = NULL;
	kvfree(p->rules);
	kfree(p);
}

static int brfw_pending_add(struct brfw_leaf_pending *p,
			    struct brfw_cls_rule *r)
{
	unsigned int size = p->size ? 2 * p->size : 4;
	struct brfw_cls_rule **rules;

	if (p->n == p->size) {
		rules = kvcalloc(size, sizeof(*rules), GFP_KERNEL_ACCOUNT);
		if (!rules)
			return -ENOMEM;
		if (p->n)
			memcpy(rules, p->rules, p->n * sizeof(*rules));
		kvfree(p->rules);
		p->rules = rules;
		p->size = size;
	}
	p->rules[p->n++] = r;

	return 0;
}

static bool brfw_pending_remove(struct brfw_leaf_pending *p,
				const struct brfw_cls_rule *r)
{
	unsigned int i;

	for (i = 0; p && i < p->n; i++) {
		if (p->rules[i] != r)
			continue;
		p->rules[i] = p->rules[--p->n];
		return true;
	}

	return false;
}

/* Copy the rules of a leaf that are still there. */
static unsigned int brfw_leaf_get_rules(const struct brfw_leaf *leaf,
					struct brfw_cls_rule **rules)
{
	struct brfw_cls_rule *r;
	unsigned int i, n = 0;

	for (i = 0; leaf && i < leaf->nrules; i++) {
		r = brfw_cls_deref(leaf->rules[i]);
		if (r != &brfw_leaf_tombstone)
			rules[n++] = r;
	}

	return n;
}

static const struct brfw_leaf *brfw_cls_seen_leaf(const struct brfw_cls *cls)
{
	const struct brfw_cls_index *index = brfw_cls_deref(cls->index);

	return index ? index->leaf : NULL;
}

/* Another leaf outside the tables; readers get it with the next index. */
static void brfw_cls_set_leaf(struct brfw_cls *cls, struct brfw_leaf *leaf)
{
	if (cls->leaf != brfw_cls_seen_leaf(cls))
		brfw_leaf_free(cls->leaf);
	cls->leaf = leaf;
	cls->is_stale = true;
}

/* Would the cost be too high with another leaf? Without a table, in place of one. */
static bool brfw_cls_is_too_dear(const struct brfw_cls *cls,
				 const struct brfw_table *t, unsigned int cost)
{
	unsigned int old = t ? t->cost : cls->leaf ? cls->leaf->cost : 0;

	return cost > old &&
	       brfw_cls_cost(cls) + cost - old > BRFW_CLS_COST_MAX;
}

/* Make the leaf that a pending one stands for; nothing changes in failing. */
static int brfw_pending_build(struct brfw_cls *cls, struct brfw_leaf_pending *p,
			      struct brfw_cls_rule **scratch)
{
	struct brfw_table *t = p->table;
	struct brfw_leaf *old = t ? p->leaf : cls->leaf;
	struct brfw_leaf *leaf = NULL;
	struct brfw_slot *slot;
	unsigned int n;

	n = brfw_leaf_get_rules(old, scratch);
	if (p->n)
		memcpy(scratch + n, p->rules, p->n * sizeof(*scratch));
	n += p->n;
	if (n) {
		leaf = brfw_leaf_alloc(scratch, n, t ? &t->known : NULL, old);
		if (!leaf)
			return -ENOMEM;
		if (brfw_cls_is_too_dear(cls, t, leaf->cost)) {
			brfw_leaf_free(leaf);
			return -ENOSPC;
		}
	}
	if (t) {
		slot = brfw_slots_find(brfw_cls_deref(t->slots), p->hash);
		rcu_assign_pointer(slot->content, leaf ? (void *)leaf :
				   brfw_content_of_rule(&brfw_leaf_tombstone));
		if (leaf)
			t->cost = max_t(u32, t->cost, leaf->cost);
	} else {
		brfw_cls_set_leaf(cls, leaf);
	}
	brfw_pending_free(cls, p);
	if (t)
		brfw_leaf_free_later(old);

	return 0;
}

/* ---- adding rules one by one ---- */

/* Put a rule in its slot, or on its way into the leaf there. */
static int brfw_table_add(struct brfw_cls *cls, struct brfw_table *t,
			  struct brfw_cls_rule *r, u32 hash)
{
	struct brfw_cls_rule *alone;
	struct brfw_slot *slot;
	struct brfw_leaf *leaf;
	void *content;

	if (brfw_table_reserve(t))
		return -ENOMEM;
	slot = brfw_slots_find(brfw_cls_deref(t->slots), hash);
	content = brfw_cls_deref(slot->content);

	if (!content || brfw_content_is_gone(content)) {
		if (brfw_cls_is_too_dear(cls, t, brfw_cls_rule_cost(r)))
			return -ENOSPC;
		t->cost = max_t(u32, t->cost, brfw_cls_rule_cost(r));
		if (!content) {
			t->nused++;
			brfw_slots_use(brfw_cls_deref(t->slots), slot, hash);
		}
		rcu_assign_pointer(slot->content, brfw_content_of_rule(r));
		return 0;
	}

	leaf = brfw_content_leaf(content);
	if (!leaf) {
		alone = brfw_content_rule(content);
		leaf = brfw_leaf_alloc(&alone, 1, NULL, NULL);
		if (!leaf)
			return -ENOMEM;
		rcu_assign_pointer(slot->content, leaf);
	}
	if (!leaf->pending && !brfw_pending_alloc(cls, t, leaf, hash))
		return -ENOMEM;

	return brfw_pending_add(leaf->pending, r);
}

static int brfw_cls_add_to_leaf(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	if (!cls->leaf_pending && !brfw_pending_alloc(cls, NULL, NULL, 0))
		return -ENOMEM;

	return brfw_pending_add(cls->leaf_pending, r);
}

static unsigned int brfw_cls_count_leaf(const struct brfw_cls *cls)
{
	unsigned int n = cls->leaf ? cls->leaf->nrules - cls->leaf->ndead : 0;

	return n + (cls->leaf_pending ? cls->leaf_pending->n : 0);
}

static bool brfw_cls_leaf_is_full(const struct brfw_cls *cls)
{
	unsigned int i, n = brfw_cls_count_leaf(cls);

	if (n < BRFW_LEAF_STAY_MAX || !cls->leaf)
		return n >= BRFW_LEAF_STAY_MAX;
	if (n == BRFW_LEAF_RULES_MAX)
		return true;
	for (i = 0; i < cls->leaf->nrules; i++) {
		const struct brfw_cls_rule *r = brfw_cls_deref(cls->leaf->rules[i]);

		n -= r != &brfw_leaf_tombstone && r->gen_del != BRFW_GEN_NEVER;
	}

	return n >= BRFW_LEAF_STAY_MAX;
}

/* Tables that some rules have already are good for others like them. */
static struct brfw_table *brfw_cls_choose_table(struct brfw_cls *cls,
						const struct brfw_cls_rule *r,
						u32 *hash)
{
	brfw_shape_t shape = brfw_shape_of_rule(r, cls->family);
	struct brfw_table *t, *best = NULL;
	u32 n, h, fewest = BRFW_LEAF_STAY_MAX;
	unsigned int i;

	for (i = 0; i < cls->ntables; i++) {
		t = cls->tables[i];
		if (!brfw_shape_covers(t->shape, shape))
			continue;
		h = brfw_table_hash_rule(t, r);
		n = brfw_table_count(t, h);
		if (n >= fewest)
			continue;
		best = t;
		fewest = n;
		*hash = h;
		if (n < t->leaf_rules)
			return t;
	}
	if (brfw_cls_count_leaf(cls) < BRFW_CLS_LEAF_RULES)
		return NULL;

	return best;
}

/* A table for rules like @r, when the leaf outside has as many as it should. */
static int brfw_cls_add_table(struct brfw_cls *cls,
			      const struct brfw_cls_rule *r,
			      struct brfw_table **table, u32 *hash)
{
	brfw_shape_t shape = brfw_shape_of_rule(r, cls->family);
	struct brfw_table *t;
	unsigned int i;

	if (!shape || !cls->ntables || cls->ntables == BRFW_CLS_TABLES_MAX ||
	    brfw_cls_count_leaf(cls) < BRFW_CLS_LEAF_RULES)
		return 0;
	for (i = 0; i < cls->ntables; i++)
		if (cls->tables[i]->shape == shape)
			return 0;

	t = brfw_table_alloc(shape, cls->family);
	if (!t)
		return -ENOMEM;
	t->leaf_rules = BRFW_CLS_LEAF_RULES;
	cls->tables[cls->ntables++] = t;
	cls->is_stale = true;
	*hash = brfw_table_hash_rule(t, r);
	*table = t;

	return 0;
}

/* Return: 0, -ENOMEM, or -ENOSPC when there is no place. */
static int brfw_cls_place(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	struct brfw_table *t;
	int err = 0;
	u32 hash;

	t = brfw_cls_choose_table(cls, r, &hash);
	if (!t)
		err = brfw_cls_add_table(cls, r, &t, &hash);
	if (err)
		return err;
	if (!t && brfw_cls_leaf_is_full(cls))
		return -ENOSPC;
	err = t ? brfw_table_add(cls, t, r, hash) : brfw_cls_add_to_leaf(cls, r);
	if (err)
		return err;

	cls->nrules++;
	cls->nchanges++;
	if (t && r->order < t->best) {
		t->best = r->order;
		cls->is_stale = true;
	}

	return 0;
}

static int brfw_cls_place_all(struct brfw_cls *cls)
{
	int err;

	while (cls->nfresh) {
		err = brfw_cls_place(cls, cls->fresh[cls->nfresh - 1]);
		if (err)
			return err;
		cls->nfresh--;
		cond_resched();
	}

	return 0;
}

static int brfw_cls_build_pending(struct brfw_cls *cls)
{
	struct brfw_leaf_pending *p, *tmp;
	struct brfw_cls_rule **scratch;
	int err = 0;

	if (list_empty(&cls->pending))
		return 0;
	scratch = kvcalloc(BRFW_LEAF_RULES_MAX, sizeof(*scratch), GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;

	list_for_each_entry_safe(p, tmp, &cls->pending, list) {
		err = brfw_pending_build(cls, p, scratch);
		if (err)
			break;
		cond_resched();
	}
	kvfree(scratch);

	return err;
}

/* ---- choosing tables for all rules at once ---- */

/* Rules among which tables are tried, shapes that are tried, and their meets. */
#define BRFW_PLAN_SAMPLES	2048
#define BRFW_PLAN_SHAPES	16

/* Keys that plans are tried with. */
#define BRFW_PLAN_KEYS		64

/* What it takes to probe a table, and for each part that it hashes. */
#define BRFW_COST_TABLE		25
#define BRFW_COST_PART		8

/**
 * struct brfw_plan_item - a rule that needs a place
 * @rule: the rule
 * @shape: of it
 * @hash: in the table under consideration
 */
struct brfw_plan_item {
	struct brfw_cls_rule *rule;
	brfw_shape_t shape;
	u32 hash;
};

/**
 * struct brfw_plan_count - rules that share a hash
 * @hash: the hash
 * @n: number of them; 0 marks a free entry
 * @first: where they begin in the array that they are sorted to
 */
struct brfw_plan_count {
	u32 hash;
	u32 n;
	u32 first;
};

/**
 * struct brfw_plan - the classifier as it shall be
 * @cls: the classifier
 * @items: rules; those that have no place yet come first
 * @n: number of them that have no place yet
 * @limit: rules that a leaf should not exceed
 * @tables: tables
 * @ntables: number of them
 * @leaf: for what is in no table
 * @cost: most steps of a look-up
 * @culprit: one of the rules that came last
 * @culprit_cost: steps in its leaf, the most of theirs
 * @counts: scratch
 * @counts_size: number of entries, a power of two
 * @grouped: scratch, as many rules as there are
 * @samples: scratch, values of some rules
 * @sample_shapes: of these
 * @nsamples: number of them
 * @shape_secrets: of the hash of shapes
 * @parts: scratch, what a table would hash
 * @keys: keys to try it with
 * @orders: orders of rules that they match
 * @estimate: instructions of looking them all up
 */
struct brfw_plan {
	struct brfw_cls *cls;
	struct brfw_plan_item *items;
	unsigned int n;
	unsigned int limit;
	struct brfw_table *tables[BRFW_CLS_TABLES_MAX];
	unsigned int ntables;
	struct brfw_leaf *leaf;
	unsigned int cost;
	struct brfw_cls_rule *culprit;
	unsigned int culprit_cost;
	struct brfw_plan_count *counts;
	u32 counts_size;
	struct brfw_cls_rule **grouped;
	struct brfw_key *samples;
	brfw_shape_t *sample_shapes;
	unsigned int nsamples;
	u64 shape_secrets[2];
	struct brfw_table_part parts[BRFW_TABLE_PARTS_MAX];
	struct brfw_key *keys;
	u64 orders[BRFW_PLAN_KEYS];
	unsigned long estimate;
};

static struct brfw_plan_count *brfw_plan_count(struct brfw_plan *plan, u32 hash)
{
	u32 i = ((u64)hash * plan->counts_size) >> BRFW_HASH_BITS;

	while (plan->counts[i].n && plan->counts[i].hash != hash)
		i = (i + 1) & (plan->counts_size - 1);

	return &plan->counts[i];
}

static void brfw_plan_clear_counts(struct brfw_plan *plan, unsigned int n)
{
	u32 size = roundup_pow_of_two(2 * n + 1), chunk, i;

	plan->counts_size = size;
	for (i = 0; i < size; i += chunk) {
		chunk = min(size - i, 4096U);
		memset(&plan->counts[i], 0, chunk * sizeof(plan->counts[i]));
		cond_resched();
	}
}

static void brfw_plan_take_samples(struct brfw_plan *plan)
{
	const struct brfw_plan_item *item;
	struct brfw_key mask;
	unsigned int i;

	plan->nsamples = min_t(unsigned int, plan->n, BRFW_PLAN_SAMPLES);
	for (i = 0; i < plan->nsamples; i++) {
		item = &plan->items[div_u64((u64)i * plan->n, plan->nsamples)];
		brfw_cls_rule_get_masked(item->rule, &plan->samples[i], &mask);
		plan->sample_shapes[i] = item->shape;
	}
}

static u32 brfw_plan_hash_shape(const struct brfw_plan *plan,
				brfw_shape_t shape)
{
	return brfw_hash_end(brfw_hash_add_word(0, plan->shape_secrets, shape));
}

/* The shapes that most samples have. */
static unsigned int brfw_plan_find_shapes(struct brfw_plan *plan,
					  brfw_shape_t *shapes)
{
	struct brfw_plan_count *count;
	unsigned int i, n = 0, most;
	brfw_shape_t shape = 0;
	u32 hash;

	brfw_plan_clear_counts(plan, plan->nsamples);
	for (i = 0; i < plan->nsamples; i++) {
		hash = brfw_plan_hash_shape(plan, plan->sample_shapes[i]);
		count = brfw_plan_count(plan, hash);
		count->hash = hash;
		count->n++;
	}
	for (; n < BRFW_PLAN_SHAPES; shapes[n++] = shape) {
		for (i = 0, most = 0; i < plan->nsamples; i++) {
			hash = brfw_plan_hash_shape(plan, plan->sample_shapes[i]);
			count = brfw_plan_count(plan, hash);
			if (!count->n || count->first || count->n <= most)
				continue;
			most = count->n;
			shape = plan->sample_shapes[i];
		}
		if (!most)
			break;
		hash = brfw_plan_hash_shape(plan, shape);
		brfw_plan_count(plan, hash)->first = 1;
		cond_resched();
	}

	return n;
}

/* Samples that a table of a shape could hold without exceeding the limit. */
static unsigned int brfw_plan_try(struct brfw_plan *plan, brfw_shape_t shape)
{
	unsigned int i, nparts, limit, n = 0;
	struct brfw_plan_count *count;
	struct brfw_key mask;
	u32 hash;

	/* Of the rules, only so many are among the samples. */
	limit = max_t(unsigned int, 1,
		      div_u64((u64)plan->limit * plan->nsamples, plan->n));

	brfw_shape_get_mask(shape, plan->cls->family, &mask);
	nparts = brfw_parts_make(plan->parts, &mask);

	brfw_plan_clear_counts(plan, plan->nsamples);
	for (i = 0; i < plan->nsamples; i++) {
		if (!brfw_shape_covers(shape, plan->sample_shapes[i]))
			continue;
		hash = brfw_parts_hash(plan->parts, nparts, 0,
				       &plan->samples[i]);
		count = brfw_plan_count(plan, hash);
		count->hash = hash;
		count->n++;
		if (count->n <= limit)
			n++;
		else if (count->n == limit + 1)
			n -= limit;
	}

	/* Parts cost time when they are hashed. */
	return n - n * nparts / 128;
}

/*
 * Choose the shape that most rules fit in.
 *
 * Return: whether there is a good one.
 */
static bool brfw_plan_choose(struct brfw_plan *plan, brfw_shape_t *best)
{
	brfw_shape_t shapes[BRFW_PLAN_SHAPES], shape, last = ~0ULL;
	unsigned int i, j, n, gain, most = 0;

	brfw_plan_take_samples(plan);
	n = brfw_plan_find_shapes(plan, shapes);
	for (i = 0; i < n; i++) {
		for (j = i; j < n; j++) {
			shape = brfw_shape_meet(shapes[i], shapes[j]);
			if (!shape || shape == last)
				continue;
			last = shape;
			gain = brfw_plan_try(plan, shape);
			if (gain > most) {
				most = gain;
				*best = shape;
			}
			cond_resched();
		}
	}

	return most > plan->nsamples / 32;
}

/* Blame the latest rule; of rules that came together, one in the dearest leaf. */
static void brfw_plan_add_cost(struct brfw_plan *plan,
			       struct brfw_cls_rule **rules, unsigned int n,
			       unsigned int cost)
{
	struct brfw_cls_rule *latest = rules[0];
	unsigned int i;

	for (i = 1; i < n; i++) {
		if (rules[i]->gen_add > latest->gen_add)
			latest = rules[i];
		brfw_loop_relax(i);
	}

	if (plan->culprit &&
	    (latest->gen_add < plan->culprit->gen_add ||
	     (latest->gen_add == plan->culprit->gen_add &&
	      cost <= plan->culprit_cost)))
		return;

	plan->culprit_cost = cost;
	plan->culprit = latest;
}

/* Fill a slot with the rules of a hash. */
static int brfw_plan_fill_slot(struct brfw_plan *plan, struct brfw_table *t,
			       const struct brfw_plan_count *count)
{
	struct brfw_cls_rule **rules = plan->grouped + count->first;
	struct brfw_slots *s = brfw_cls_deref(t->slots);
	unsigned int i, n = count->n;
	struct brfw_slot *slot;
	struct brfw_leaf *leaf;

	for (i = 0; i < n; i++)
		t->best = min(t->best, rules[i]->order);

	slot = brfw_slots_find(s, count->hash);
	brfw_slots_use(s, slot, count->hash);
	t->nused++;
	if (n == 1) {
		RCU_INIT_POINTER(slot->content, brfw_content_of_rule(rules[0]));
		t->cost = max_t(u32, t->cost, brfw_cls_rule_cost(rules[0]));
		brfw_plan_add_cost(plan, rules, n, brfw_cls_rule_cost(rules[0]));
		return 0;
	}

	leaf = brfw_leaf_alloc(rules, n, &t->known, NULL);
	if (!leaf)
		return -ENOMEM;
	RCU_INIT_POINTER(slot->content, leaf);
	t->cost = max_t(u32, t->cost, leaf->cost);
	brfw_plan_add_cost(plan, rules, n, leaf->cost);

	return 0;
}

/* Hash the rules that a shape covers; count how many have each hash. */
static void brfw_plan_hash(struct brfw_plan *plan, const struct brfw_table *t)
{
	struct brfw_plan_count *count;
	struct brfw_plan_item *item;

	brfw_plan_clear_counts(plan, plan->n);
	for (item = plan->items; item < plan->items + plan->n; item++) {
		brfw_loop_relax(item - plan->items);
		if (!brfw_shape_covers(t->shape, item->shape))
			continue;
		item->hash = brfw_table_hash_rule(t, item->rule);
		count = brfw_plan_count(plan, item->hash);
		count->hash = item->hash;
		count->n++;
	}
}

/* Take the rules whose hash not too many share from the items; group them. */
static void brfw_plan_group(struct brfw_plan *plan, const struct brfw_table *t)
{
	unsigned int ngrouped = 0, nleft = 0;
	struct brfw_plan_count *count;
	struct brfw_plan_item *item;
	u32 i;

	for (i = 0; i < plan->counts_size; i++) {
		brfw_loop_relax(i);
		count = &plan->counts[i];
		if (!count->n || count->n > plan->limit)
			continue;
		count->first = ngrouped;
		ngrouped += count->n;
	}
	for (item = plan->items; item < plan->items + plan->n; item++) {
		brfw_loop_relax(item - plan->items);
		if (brfw_shape_covers(t->shape, item->shape)) {
			count = brfw_plan_count(plan, item->hash);
			if (count->n <= plan->limit) {
				plan->grouped[count->first++] = item->rule;
				continue;
			}
		}
		plan->items[nleft++] = *item;
	}
	plan->n = nleft;
}

static int brfw_plan_add_table(struct brfw_plan *plan, brfw_shape_t shape)
{
	struct brfw_plan_count *count;
	struct brfw_slots *slots;
	struct brfw_table *t;
	u32 i, nhashes = 0;
	int err;

	t = brfw_table_alloc(shape, plan->cls->family);
	if (!t)
		return -ENOMEM;
	plan->tables[plan->ntables++] = t;
	t->leaf_rules = plan->limit;

	brfw_plan_hash(plan, t);
	for (i = 0; i < plan->counts_size; i++) {
		nhashes += plan->counts[i].n && plan->counts[i].n <= plan->limit;
		brfw_loop_relax(i);
	}
	slots = brfw_slots_alloc(2 * nhashes);
	if (!slots)
		return -ENOMEM;
	kvfree(brfw_cls_deref(t->slots));
	RCU_INIT_POINTER(t->slots, slots);

	brfw_plan_group(plan, t);
	for (i = 0; i < plan->counts_size; i++) {
		brfw_loop_relax(i);
		count = &plan->counts[i];
		if (!count->n || count->n > plan->limit)
			continue;
		count->first -= count->n;
		err = brfw_plan_fill_slot(plan, t, count);
		if (err)
			return err;
		cond_resched();
	}
	plan->cost += brfw_table_cost(t);

	return 0;
}

static int brfw_plan_add_leaf(struct brfw_plan *plan)
{
	unsigned int i, nstay = 0;

	if (!plan->n)
		return 0;
	for (i = 0; i < plan->n; i++) {
		plan->grouped[i] = plan->items[i].rule;
		nstay += plan->grouped[i]->gen_del == BRFW_GEN_NEVER;
		brfw_loop_relax(i);
	}
	if (plan->n > BRFW_LEAF_RULES_MAX || nstay > BRFW_LEAF_STAY_MAX) {
		brfw_plan_add_cost(plan, plan->grouped, plan->n, plan->n);
		return -ENOSPC;
	}
	plan->leaf = brfw_leaf_alloc(plan->grouped, plan->n, NULL, NULL);
	if (!plan->leaf)
		return -ENOMEM;
	plan->cost += plan->leaf->cost;
	brfw_plan_add_cost(plan, plan->grouped, plan->n, plan->leaf->cost);

	return 0;
}

/* Find a place for every rule. */
static int brfw_plan_make(struct brfw_plan *plan)
{
	brfw_shape_t shape;
	int err;

	while (plan->n > (plan->ntables ? BRFW_CLS_REST_RULES :
					  BRFW_CLS_LEAF_RULES) &&
	       plan->ntables < BRFW_CLS_TABLES_MAX) {
		if (brfw_plan_choose(plan, &shape)) {
			err = brfw_plan_add_table(plan, shape);
			if (err)
				return err;
		} else if (plan->limit < BRFW_LEAF_STAY_MAX) {
			plan->limit *= 2;
		} else {
			break;
		}
	}

	err = brfw_plan_add_leaf(plan);
	if (!err && plan->cost > BRFW_CLS_COST_MAX)
		err = -ENOSPC;

	return err;
}

static void brfw_plan_add_item(struct brfw_plan *plan, struct brfw_cls_rule *r)
{
	struct brfw_plan_item *item = &plan->items[plan->n++];

	item->rule = r;
	item->shape = brfw_shape_of_rule(r, plan->cls->family);
}

static void brfw_plan_add_leaf_items(struct brfw_plan *plan,
				     const struct brfw_leaf *leaf)
{
	const struct brfw_leaf_pending *p;
	struct brfw_cls_rule *r;
	unsigned int i;

	for (i = 0; leaf && i < leaf->nrules; i++) {
		r = brfw_cls_deref(leaf->rules[i]);
		if (r != &brfw_leaf_tombstone)
			brfw_plan_add_item(plan, r);
	}
	p = leaf ? leaf->pending : NULL;
	for (i = 0; p && i < p->n; i++)
		brfw_plan_add_item(plan, p->rules[i]);
}

static void brfw_plan_add_table_items(struct brfw_plan *plan,
				      const struct brfw_table *t)
{
	const struct brfw_slots *s = brfw_cls_deref(t->slots);
	struct brfw_cls_rule *r;
	void *content;
	u32 i;

	for (i = 0; i < s->size; i++) {
		content = brfw_cls_deref(s->slot[i].content);
		r = brfw_content_rule(content);
		if (!r)
			brfw_plan_add_leaf_items(plan, content);
		else if (r != &brfw_leaf_tombstone)
			brfw_plan_add_item(plan, r);
		cond_resched();
	}
}

/* All rules: placed ones, those on their way and new ones. */
static void brfw_plan_add_items(struct brfw_plan *plan)
{
	const struct brfw_cls *cls = plan->cls;
	const struct brfw_leaf_pending *p = cls->leaf_pending;
	unsigned int i;

	brfw_plan_add_leaf_items(plan, cls->leaf);
	for (i = 0; p && i < p->n; i++)
		brfw_plan_add_item(plan, p->rules[i]);
	for (i = 0; i < cls->ntables; i++)
		brfw_plan_add_table_items(plan, cls->tables[i]);
	for (i = 0; i < cls->nfresh; i++) {
		brfw_plan_add_item(plan, cls->fresh[i]);
		brfw_loop_relax(i);
	}
}

static void brfw_plan_free_scratch(struct brfw_plan *plan)
{
	kvfree(plan->items);
	kvfree(plan->grouped);
	kvfree(plan->counts);
	kvfree(plan->samples);
	kvfree(plan->sample_shapes);
	kvfree(plan->keys);
}

static struct brfw_plan *brfw_plan_alloc(struct brfw_cls *cls,
					 unsigned int limit)
{
	unsigned int n = cls->nrules + cls->nfresh;
	struct brfw_plan *plan;

	plan = kzalloc(sizeof(*plan), GFP_KERNEL);
	if (!plan)
		return NULL;

	plan->cls = cls;
	plan->limit = limit;
	brfw_hash_make_secrets(plan->shape_secrets, 2);
	plan->items = kvcalloc(n + 1, sizeof(*plan->items), GFP_KERNEL);
	plan->grouped = kvcalloc(n + 1, sizeof(*plan->grouped), GFP_KERNEL);
	plan->counts = kvcalloc(roundup_pow_of_two(2 * max_t(unsigned int, n, BRFW_PLAN_SAMPLES) + 1),
				sizeof(*plan->counts), GFP_KERNEL);
	plan->samples = kvcalloc(BRFW_PLAN_SAMPLES, sizeof(*plan->samples),
				 GFP_KERNEL);
	plan->sample_shapes = kvcalloc(BRFW_PLAN_SAMPLES,
				       sizeof(*plan->sample_shapes), GFP_KERNEL);
	plan->keys = kvcalloc(BRFW_PLAN_KEYS, sizeof(*plan->keys), GFP_KERNEL);
	if (!plan->items || !plan->grouped || !plan->counts ||
	    !plan->samples || !plan->sample_shapes || !plan->keys) {
		brfw_plan_free_scratch(plan);
		kfree(plan);
		return NULL;
	}

	return plan;
}

/* ---- what readers see ---- */

static int brfw_cls_publish(struct brfw_cls *cls)
{
	struct brfw_cls_index *old = brfw_cls_deref(cls->index);
	struct brfw_leaf *old_leaf = old ? old->leaf : NULL;
	struct brfw_cls_index *new = NULL;
	unsigned int i, j;

	if (cls->leaf || cls->ntables) {
		new = kzalloc(struct_size(new, tables, cls->ntables),
			      GFP_KERNEL_ACCOUNT);
		if (!new)
			return -ENOMEM;
		new->leaf = cls->leaf;
	}
	for (i = 0; i < cls->ntables; i++) {
		for (j = i; j && new->tables[j - 1].best > cls->tables[i]->best; j--)
			new->tables[j] = new->tables[j - 1];
		new->tables[j].best = cls->tables[i]->best;
		new->tables[j].table = cls->tables[i];
		new->ntables++;
	}

	rcu_assign_pointer(cls->index, new);
	cls->is_stale = false;
	if (old_leaf && old_leaf != cls->leaf)
		brfw_leaf_free_later(old_leaf);
	if (old)
		kfree_rcu(old, rcu);

	return 0;
}

static void brfw_cls_drop_pending(struct brfw_cls *cls)
{
	struct brfw_leaf_pending *p, *tmp;

	list_for_each_entry_safe(p, tmp, &cls->pending, list) {
		brfw_pending_free(cls, p);
		cond_resched();
	}
}

/* Let a plan come true. */
static int brfw_plan_adopt(struct brfw_plan *plan)
{
	struct brfw_table *old_tables[BRFW_CLS_TABLES_MAX];
	struct brfw_cls *cls = plan->cls;
	const struct brfw_leaf *seen_leaf = brfw_cls_seen_leaf(cls);
	struct brfw_leaf *old_leaf = cls->leaf;
	unsigned int i, nold = cls->ntables;
	int err;

	memcpy(old_tables, cls->tables, sizeof(old_tables));
	memcpy(cls->tables, plan->tables, sizeof(old_tables));
	cls->ntables = plan->ntables;
	cls->leaf = plan->leaf;
	err = brfw_cls_publish(cls);
	if (err) {
		memcpy(cls->tables, old_tables, sizeof(old_tables));
		cls->ntables = nold;
		cls->leaf = old_leaf;
		return err;
	}

	brfw_cls_drop_pending(cls);
	for (i = 0; i < nold; i++)
		brfw_table_free_rcu(old_tables[i]);
	if (old_leaf != seen_leaf)
		brfw_leaf_free(old_leaf);
	plan->ntables = 0;
	plan->leaf = NULL;

	cls->nrules += cls->nfresh;
	cls->nfresh = 0;
	cls->nchanges = 0;

	return 0;
}

static void brfw_plan_free(struct brfw_plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->ntables; i++)
		brfw_table_free(plan->tables[i]);
	brfw_leaf_free(plan->leaf);
	brfw_plan_free_scratch(plan);
	kfree(plan);
}

/* Before rules are taken from the items. */
static int brfw_plan_make_keys(struct brfw_plan *plan)
{
	struct brfw_match *scratch;
	unsigned int i, rule, other;

	scratch = kzalloc(sizeof(*scratch), GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;
	for (i = 0; plan->n && i < BRFW_PLAN_KEYS; i++) {
		rule = (u64)i * plan->n / BRFW_PLAN_KEYS;
		div_u64_rem(rule * 7ULL + plan->n / 2, plan->n, &other);
		brfw_cls_rule_make_key(plan->items[rule].rule,
				       plan->items[other].rule, scratch,
				       &plan->keys[i]);
		plan->orders[i] = plan->items[rule].rule->order;
	}
	kfree(scratch);

	return 0;
}

/* What looking up a key takes in a table. */
static unsigned int brfw_table_estimate(const struct brfw_table *t,
					const struct brfw_key *key)
{
	struct brfw_slots *s = brfw_cls_deref(t->slots);
	struct brfw_slot *slot = brfw_slots_find(s, brfw_table_hash(t, key));
	const struct brfw_leaf *leaf;
	unsigned int n;

	n = BRFW_COST_TABLE + t->nparts * BRFW_COST_PART;
	leaf = brfw_content_leaf(brfw_cls_deref(slot->content));

	return leaf ? n + brfw_leaf_estimate(leaf, key) : n;
}

/* Tables that can't hold a better rule than the key matches are not probed. */
static void brfw_plan_estimate(struct brfw_plan *plan)
{
	unsigned int i, j;

	for (i = 0; i < BRFW_PLAN_KEYS; i++) {
		if (plan->leaf)
			plan->estimate += brfw_leaf_estimate(plan->leaf,
							     &plan->keys[i]);
		for (j = 0; j < plan->ntables; j++)
			if (plan->tables[j]->best < plan->orders[i])
				plan->estimate += brfw_table_estimate(plan->tables[j],
								      &plan->keys[i]);
	}
}

/* Return: a plan or an error pointer. */
static struct brfw_plan *brfw_cls_plan(struct brfw_cls *cls, unsigned int limit,
				       struct brfw_cls_rule **culprit)
{
	struct brfw_plan *plan;
	int err;

	plan = brfw_plan_alloc(cls, limit);
	if (!plan)
		return ERR_PTR(-ENOMEM);

	brfw_plan_add_items(plan);
	err = brfw_plan_make_keys(plan);
	if (!err)
		err = brfw_plan_make(plan);
	if (err) {
		*culprit = plan->culprit;
		brfw_plan_free(plan);
		return ERR_PTR(err);
	}
	brfw_plan_estimate(plan);

	return plan;
}

/* Arrange all rules anew. */
static int brfw_cls_reorganize(struct brfw_cls *cls,
			       struct brfw_cls_rule **culprit)
{
	struct brfw_plan *plan, *other;
	int err;

	plan = brfw_cls_plan(cls, brfw_table_leaf_rules[0], culprit);
	if (IS_ERR(plan) || plan->ntables) {
		other = brfw_cls_plan(cls, brfw_table_leaf_rules[1], culprit);
		if (IS_ERR(plan)) {
			plan = other;
		} else if (IS_ERR(other) || other->estimate >= plan->estimate) {
			if (!IS_ERR(other))
				brfw_plan_free(other);
		} else {
			brfw_plan_free(plan);
			plan = other;
		}
	}
	if (IS_ERR(plan))
		return PTR_ERR(plan);

	err = brfw_plan_adopt(plan);
	brfw_plan_free(plan);

	return err;
}

/* ---- for writers ---- */

/**
 * brfw_cls_init() - make an empty classifier
 * @cls: to be filled
 * @family: enum brfw_family of the keys that will be looked up
 */
void brfw_cls_init(struct brfw_cls *cls, u8 family)
{
	memset(cls, 0, sizeof(*cls));
	RCU_INIT_POINTER(cls->index, NULL);
	INIT_LIST_HEAD(&cls->pending);
	cls->family = family;
}

/**
 * brfw_cls_insert() - add a rule
 * @cls: the classifier
 * @r: the rule, wholly filled in, with a gen_add that is not published yet and
 *	a gen_del of BRFW_GEN_NEVER
 *
 * The rule is found only after brfw_cls_prepare(). In a classifier of IPv4 it
 * must not look at words of the key from BRFW_KEY_IP4_WORDS on, which are not
 * filled in there.
 *
 * Context: may sleep; writers excluded.
 * Return: 0, -ENOMEM, or -EINVAL for such a rule.
 */
int brfw_cls_insert(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	unsigned int size = cls->fresh_size ? 2 * cls->fresh_size : 8;
	struct brfw_cls_rule **fresh;

	if (cls->family == BRFW_FAMILY_IP4 &&
	    brfw_cls_rule_words(r) >> BRFW_KEY_IP4_WORDS)
		return -EINVAL;

	if (cls->nfresh == cls->fresh_size) {
		fresh = kvcalloc(size, sizeof(*fresh), GFP_KERNEL_ACCOUNT);
		if (!fresh)
			return -ENOMEM;
		if (cls->nfresh)
			memcpy(fresh, cls->fresh, cls->nfresh * sizeof(*fresh));
		kvfree(cls->fresh);
		cls->fresh = fresh;
		cls->fresh_size = size;
	}
	cls->fresh[cls->nfresh++] = r;

	return 0;
}

static void brfw_cls_drop_fresh(struct brfw_cls *cls)
{
	kvfree(cls->fresh);
	cls->fresh = NULL;
	cls->nfresh = 0;
	cls->fresh_size = 0;
}

/**
 * brfw_cls_abort() - forget rules that were inserted in vain
 * @cls: the classifier
 * @revives: rules that have got a gen_del since the last commit will lose it
 *
 * To be called before the rules of a batch that can't take effect are removed
 * one by one. Of those that brfw_cls_prepare() didn't get to, nothing is known
 * afterwards.
 *
 * Context: writers excluded.
 */
void brfw_cls_abort(struct brfw_cls *cls, bool revives)
{
	brfw_cls_drop_fresh(cls);
	/* They may have been left out when steps were counted. */
	cls->is_miscounted |= revives;
}

static bool brfw_table_remove(struct brfw_table *t,
			      const struct brfw_cls_rule *r)
{
	u32 hash = brfw_table_hash_rule(t, r);
	struct brfw_slot *slot = brfw_slots_find(brfw_cls_deref(t->slots), hash);
	void *content = brfw_cls_deref(slot->content);
	struct brfw_leaf *leaf;

	if (!content)
		return false;

	leaf = brfw_content_leaf(content);
	if (!leaf) {
		if (brfw_content_rule(content) != r)
			return false;
	} else {
		if (brfw_pending_remove(leaf->pending, r))
			return true;
		if (!brfw_leaf_remove(leaf, r))
			return false;
		if (leaf->ndead < leaf->nrules || leaf->pending)
			return true;
	}
	rcu_assign_pointer(slot->content,
			   brfw_content_of_rule(&brfw_leaf_tombstone));
	if (leaf)
		brfw_leaf_free_later(leaf);

	return true;
}

static bool brfw_cls_remove_from_leaf(struct brfw_cls *cls,
				      const struct brfw_cls_rule *r)
{
	struct brfw_leaf *seen = (void *)brfw_cls_seen_leaf(cls);
	bool found;

	found = brfw_pending_remove(cls->leaf_pending, r);
	if (cls->leaf)
		found |= brfw_leaf_remove(cls->leaf, r);
	if (seen && seen != cls->leaf)
		brfw_leaf_remove(seen, r);

	return found;
}

/**
 * brfw_cls_remove() - take a rule out
 * @cls: the classifier
 * @r: a rule that was inserted and that no reader can match any more
 *
 * The rule may be freed after a grace period.
 *
 * Context: writers excluded.
 */
void brfw_cls_remove(struct brfw_cls *cls, const struct brfw_cls_rule *r)
{
	brfw_shape_t shape = brfw_shape_of_rule(r, cls->family);
	struct brfw_table *t;
	unsigned int i;
	bool found;

	found = brfw_cls_remove_from_leaf(cls, r);
	for (i = 0; i < cls->ntables && !found; i++) {
		t = cls->tables[i];
		if (brfw_shape_covers(t->shape, shape))
			found = brfw_table_remove(t, r);
	}
	if (!found)
		return;

	cls->nrules--;
	cls->nchanges++;
}

/**
 * brfw_cls_cost() - bound of a look-up
 * @cls: the classifier
 *
 * Return: rules that are compared and tables that are probed at most; eight
 * words of bits count like one rule.
 */
unsigned int brfw_cls_cost(const struct brfw_cls *cls)
{
	unsigned int i, cost = cls->leaf ? cls->leaf->cost : 0;

	for (i = 0; i < cls->ntables; i++)
		cost += brfw_table_cost(cls->tables[i]);

	return cost;
}

/*
 * When so much has changed that another arrangement may be better. Each time
 * as many changes have gone before as rules have to be arranged.
 */
static bool brfw_cls_needs_plan(const struct brfw_cls *cls)
{
	unsigned int n = cls->nrules + cls->nfresh;

	if (!n)
		return cls->leaf || cls->ntables;
	if (cls->is_miscounted)
		return true;
	if (!cls->ntables && n > BRFW_CLS_LEAF_RULES)
		return true;

	return 2 * (cls->nchanges + cls->nfresh) >
	       max_t(unsigned int, n, BRFW_CLS_CHANGES_MIN);
}

/* Add the new rules to what is there. */
static int brfw_cls_extend(struct brfw_cls *cls, struct brfw_cls_rule **culprit)
{
	int err;

	err = brfw_cls_place_all(cls);
	if (!err)
		err = brfw_cls_build_pending(cls);
	if (err == -ENOSPC || (!err && brfw_cls_cost(cls) > BRFW_CLS_COST_MAX))
		return brfw_cls_reorganize(cls, culprit);
	if (err)
		return err;

	return cls->is_stale ? brfw_cls_publish(cls) : 0;
}

/**
 * brfw_cls_prepare() - let readers find all that was inserted
 * @cls: the classifier
 * @culprit: to be filled with -ENOSPC: one of the rules with the largest
 *	gen_add, in a place where look-ups are expensive
 *
 * To be called before a generation with inserted rules is published, and at
 * times after rules were removed. After an error it may be called again, but
 * brfw_cls_abort() is the better choice.
 *
 * Context: may sleep; writers excluded.
 * Return: 0, -ENOMEM, or -ENOSPC when a look-up could become too expensive.
 */
int brfw_cls_prepare(struct brfw_cls *cls, struct brfw_cls_rule **culprit)
{
	int err;

	if (brfw_cls_needs_plan(cls)) {
		err = brfw_cls_reorganize(cls, culprit);
		if (!err)
			cls->is_miscounted = false;
		/* What has grown may be better than what is made at once. */
		if (err == -ENOSPC && !cls->is_miscounted)
			err = brfw_cls_extend(cls, culprit);
	} else {
		err = brfw_cls_extend(cls, culprit);
	}
	if (!err)
		brfw_cls_drop_fresh(cls);

	return err;
}

/**
 * brfw_cls_destroy() - free a classifier; not its rules
 * @cls: the classifier
 *
 * Context: may sleep; no readers, no writers.
 */
void brfw_cls_destroy(struct brfw_cls *cls)
{
	struct brfw_cls_index *index = brfw_cls_deref(cls->index);
	unsigned int i;

	brfw_cls_drop_fresh(cls);
	brfw_cls_drop_pending(cls);
	brfw_cls_set_leaf(cls, NULL);
	for (i = 0; i < cls->ntables; i++)
		brfw_table_free(cls->tables[i]);
	if (index)
		brfw_leaf_free(index->leaf);
	kfree(index);
	RCU_INIT_POINTER(cls->index, NULL);
}

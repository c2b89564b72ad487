// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier: one hash table per mask, rules stamped with generations.
 *
 * lookup.h tells how it works and what readers and writers may do. Nothing
 * here knows of frames, netlink, counters or verdicts.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lookup.h"

/* A table never has fewer slots than this; a power of two. */
#define BRFW_CLS_MIN_SLOTS	8

/**
 * struct brfw_cls_slot - place for one rule
 * @hash: hash of the rule's masked key
 * @rule: the rule, NULL at the end of a run, or &brfw_cls_tombstone
 *
 * Readers may see the hash of one rule beside another; then neither is visible
 * to them, since a visible rule was written before its generation was
 * published.
 */
struct brfw_cls_slot {
	u32 hash;
	struct brfw_cls_rule __rcu *rule;
};

/**
 * struct brfw_cls_array - slots of a table
 * @rcu: for freeing
 * @mask: number of slots - 1
 * @slots: open addressing with linear probing
 */
struct brfw_cls_array {
	struct rcu_head rcu;
	u32 mask;
	struct brfw_cls_slot slots[];
};

/**
 * struct brfw_cls_table - all rules with one mask
 * @array: the slots; replaced when they run out
 * @list: in struct brfw_cls.tables; for writers
 * @rcu: for freeing
 * @best: no rule in here has a smaller order; for writers
 * @nrules: rules in here; for writers
 * @nused: slots that are not NULL; for writers
 * @nstaying: rules that aren't retired; for writers
 * @longest: largest number of them with one hash; for writers
 * @nhashes: entry i: hashes that i of them have, i from 1; for writers
 * @nhashes_size: number of entries
 * @words: as in struct brfw_cls_rule
 * @nwords: as in struct brfw_cls_rule
 * @mask: mask of each compared word, in ascending order of words
 */
struct brfw_cls_table {
	struct brfw_cls_array __rcu *array;
	struct list_head list;
	struct rcu_head rcu;
	u64 best;
	u32 nrules;
	u32 nused;
	u32 nstaying;
	u32 longest;
	u32 *nhashes;
	u32 nhashes_size;
	u16 words;
	u16 nwords;
	u64 mask[];
};

/**
 * struct brfw_cls_vec - tables as readers walk them
 * @rcu: for freeing
 * @n: number of entries
 * @entries: in ascending order of @best, copied from the table
 */
struct brfw_cls_vec {
	struct rcu_head rcu;
	unsigned int n;
	struct brfw_cls_vec_entry {
		u64 best;
		struct brfw_cls_table *table;
	} entries[];
};

/* Stands in the slot of a removed rule; visible in no generation. */
static struct brfw_cls_rule brfw_cls_tombstone = {
	.gen_add = BRFW_GEN_NEVER,
};

/*
 * Writers exclude each other by means that this file doesn't know, hence no
 * lock to name here.
 */
#define brfw_cls_deref(p)	rcu_dereference_protected(p, true)

/**
 * struct brfw_cls_test - how a test stands in the data of a rule
 * @offset: as in struct brfw_test
 * @size: as in struct brfw_test
 * @kind: as in struct brfw_test
 * @negate: as in struct brfw_test
 * @nranges: as in struct brfw_test
 * @bits: as in struct brfw_test
 * @nwords: words of @data
 * @data: ranges, or value and mask of as many words each
 */
struct brfw_cls_test {
	u8 offset;
	u8 size;
	u8 kind;
	u8 negate;
	u8 nranges;
	u8 bits;
	u16 nwords;
	u64 data[];
};

static u16 brfw_match_words(const struct brfw_match *m)
{
	u16 words = 0;
	int i;

	BUILD_BUG_ON(BRFW_KEY_WORDS > 16);

	for (i = 0; i < BRFW_KEY_WORDS; i++)
		if (m->mask.words[i])
			words |= 1U << i;

	return words;
}

static unsigned int brfw_test_data_words(const struct brfw_test *test)
{
	switch (test->kind) {
	case BRFW_TEST_RANGES:
		return DIV_ROUND_UP(test->nranges * sizeof(test->ranges[0]),
				    sizeof(u64));
	case BRFW_TEST_BYTES:
		return 2 * DIV_ROUND_UP(test->size, sizeof(u64));
	default:
		return 0;
	}
}

static unsigned int brfw_match_test_words(const struct brfw_match *m)
{
	unsigned int i, n = 0;

	BUILD_BUG_ON(sizeof(struct brfw_cls_test) != sizeof(u64));

	for (i = 0; i < m->ntests; i++)
		n += 1 + brfw_test_data_words(&m->tests[i]);

	return n;
}

/**
 * brfw_cls_rule_size() - size of a rule with given conditions
 * @m: the conditions
 *
 * Return: bytes of a struct brfw_cls_rule for them.
 */
size_t brfw_cls_rule_size(const struct brfw_match *m)
{
	return offsetof(struct brfw_cls_rule,
			data[2 * hweight16(brfw_match_words(m)) +
			     brfw_match_test_words(m)]);
}

static void brfw_cls_test_init(struct brfw_cls_test *t,
			       const struct brfw_test *test)
{
	memset(t, 0, sizeof(*t));
	t->offset = test->offset;
	t->size = test->size;
	t->kind = test->kind;
	t->negate = test->negate;
	t->nwords = brfw_test_data_words(test);
	memset(t->data, 0, t->nwords * sizeof(u64));

	switch (test->kind) {
	case BRFW_TEST_RANGES:
		t->nranges = test->nranges;
		memcpy(t->data, test->ranges,
		       test->nranges * sizeof(test->ranges[0]));
		break;
	case BRFW_TEST_BYTES:
		memcpy(t->data, test->value, test->size);
		memcpy(t->data + t->nwords / 2, test->mask, test->size);
		break;
	case BRFW_TEST_BITS:
		t->bits = test->bits;
		break;
	}
}

static void brfw_cls_test_get(const struct brfw_cls_test *t,
			      struct brfw_test *test)
{
	memset(test, 0, sizeof(*test));
	test->offset = t->offset;
	test->size = t->size;
	test->kind = t->kind;
	test->negate = t->negate;

	switch (t->kind) {
	case BRFW_TEST_RANGES:
		test->nranges = t->nranges;
		memcpy(test->ranges, t->data,
		       t->nranges * sizeof(test->ranges[0]));
		break;
	case BRFW_TEST_BYTES:
		memcpy(test->value, t->data, t->size);
		memcpy(test->mask, t->data + t->nwords / 2, t->size);
		break;
	case BRFW_TEST_BITS:
		test->bits = t->bits;
		break;
	}
}

/* Walk the tests of a rule. */
#define brfw_cls_for_each_test(t, r)					\
	for ((t) = (void *)&(r)->data[2 * (r)->nwords];			\
	     (u64 *)(t) < &(r)->data[2 * (r)->nwords + (r)->ntest_words]; \
	     (t) = (void *)&(t)->data[(t)->nwords])

/**
 * brfw_cls_rule_init() - fill in the conditions of a rule
 * @r: rule of brfw_cls_rule_size() bytes; order and generations are left alone
 * @m: the conditions
 */
void brfw_cls_rule_init(struct brfw_cls_rule *r, const struct brfw_match *m)
{
	struct brfw_cls_test *t;
	u64 *data = r->data;
	int i;

	r->words = brfw_match_words(m);
	r->nwords = hweight16(r->words);
	r->ntest_words = brfw_match_test_words(m);

	for (i = 0; i < BRFW_KEY_WORDS; i++) {
		if (!m->mask.words[i])
			continue;
		*data++ = m->value.words[i] & m->mask.words[i];
		*data++ = m->mask.words[i];
	}

	i = 0;
	brfw_cls_for_each_test(t, r)
		brfw_cls_test_init(t, &m->tests[i++]);
}

/**
 * brfw_cls_rule_get_masked() - value and mask of a rule
 * @r: the rule
 * @value: to be filled
 * @mask: to be filled
 */
void brfw_cls_rule_get_masked(const struct brfw_cls_rule *r,
			      struct brfw_key *value, struct brfw_key *mask)
{
	const u64 *data = r->data;
	int i;

	memset(value, 0, sizeof(*value));
	memset(mask, 0, sizeof(*mask));
	for (i = 0; i < BRFW_KEY_WORDS; i++) {
		if (!(r->words & (1U << i)))
			continue;
		value->words[i] = *data++;
		mask->words[i] = *data++;
	}
}

/**
 * brfw_cls_rule_get_match() - the reverse of brfw_cls_rule_init()
 * @r: the rule
 * @m: to be filled with its conditions
 */
void brfw_cls_rule_get_match(const struct brfw_cls_rule *r,
			     struct brfw_match *m)
{
	const struct brfw_cls_test *t;

	memset(m, 0, sizeof(*m));
	brfw_cls_rule_get_masked(r, &m->value, &m->mask);
	brfw_cls_for_each_test(t, r)
		brfw_cls_test_get(t, &m->tests[m->ntests++]);
}

/**
 * brfw_cls_rule_tests() - does a rule have a test of a field?
 * @r: the rule
 * @offset: of the field in struct brfw_key
 *
 * Return: whether it has.
 */
bool brfw_cls_rule_tests(const struct brfw_cls_rule *r, size_t offset)
{
	const struct brfw_cls_test *t;

	brfw_cls_for_each_test(t, r)
		if (t->offset == offset)
			return true;

	return false;
}

static size_t brfw_cls_masked_size(const struct brfw_cls_rule *r)
{
	return 2 * r->nwords * sizeof(u64);
}

/**
 * brfw_cls_rule_data_size() - bytes of the conditions of a rule
 * @r: the rule
 *
 * Return: bytes in use of r->data.
 */
size_t brfw_cls_rule_data_size(const struct brfw_cls_rule *r)
{
	return brfw_cls_masked_size(r) + r->ntest_words * sizeof(u64);
}

/**
 * brfw_cls_rule_same_match() - do two rules have the same conditions?
 * @a: a rule
 * @b: another one
 *
 * Return: whether they have.
 */
bool brfw_cls_rule_same_match(const struct brfw_cls_rule *a,
			      const struct brfw_cls_rule *b)
{
	return a->words == b->words && a->ntest_words == b->ntest_words &&
	       !memcmp(a->data, b->data, brfw_cls_rule_data_size(a));
}

static bool brfw_cls_test_ranges(const struct brfw_cls_test *t,
				 const u8 *field)
{
	const struct brfw_range *range = (const void *)t->data;
	u16 value = t->size == 1 ? *field : *(const u16 *)field;
	unsigned int i;

	for (i = 0; i < t->nranges; i++)
		if (value >= range[i].first && value <= range[i].last)
			return true;

	return false;
}

static bool brfw_cls_test_bytes(const struct brfw_cls_test *t, const u8 *field)
{
	const u8 *value = (const u8 *)t->data;
	const u8 *mask = (const u8 *)(t->data + t->nwords / 2);
	unsigned int i;

	for (i = 0; i < t->size; i++)
		if ((field[i] ^ value[i]) & mask[i])
			return false;

	return true;
}

static bool brfw_cls_test_holds(const struct brfw_cls_test *t,
				const struct brfw_key *key)
{
	const u8 *field = (const u8 *)key + t->offset;
	bool holds;

	switch (t->kind) {
	case BRFW_TEST_RANGES:
		holds = brfw_cls_test_ranges(t, field);
		break;
	case BRFW_TEST_BYTES:
		holds = brfw_cls_test_bytes(t, field);
		break;
	default:
		holds = *field & t->bits;
		break;
	}

	return holds != t->negate;
}

/**
 * brfw_cls_rule_matches() - does a key meet the conditions of a rule?
 * @r: the rule
 * @key: the key
 *
 * Return: whether it does.
 */
bool brfw_cls_rule_matches(const struct brfw_cls_rule *r,
			   const struct brfw_key *key)
{
	const struct brfw_cls_test *t;
	const u64 *vm = r->data;
	unsigned int w;

	for (w = r->words; w; w &= w - 1, vm += 2)
		if ((key->words[__ffs(w)] ^ vm[0]) & vm[1])
			return false;

	brfw_cls_for_each_test(t, r)
		if (!brfw_cls_test_holds(t, key))
			return false;

	return true;
}

/*
 * Packets can't fill the table, so that all that is asked of the hash is to
 * hide from clients which keys collide. The shift in front carries the upper
 * bits into the multiplication, which would else leave them to themselves.
 */
static u64 brfw_cls_hash_word(u64 hash, u64 word)
{
	hash ^= word;
	hash = (hash ^ (hash >> 29)) * 0x9e3779b97f4a7c15ULL;
	return hash ^ (hash >> 32);
}

static u32 brfw_cls_hash_key(u64 seed, const struct brfw_cls_table *t,
			     const struct brfw_key *key)
{
	const u64 *mask = t->mask;
	u64 hash = seed;
	unsigned int w;

	for (w = t->words; w; w &= w - 1)
		hash = brfw_cls_hash_word(hash, key->words[__ffs(w)] & *mask++);

	return hash >> 16;
}

/* The same for the masked key of a rule. */
static u32 brfw_cls_hash_rule(u64 seed, const struct brfw_cls_rule *r)
{
	u64 hash = seed;
	int i;

	for (i = 0; i < r->nwords; i++)
		hash = brfw_cls_hash_word(hash, r->data[2 * i]);

	return hash >> 16;
}

static bool brfw_cls_rule_visible(const struct brfw_cls_rule *r, u64 gen)
{
	return r->gen_add <= gen && gen < READ_ONCE(r->gen_del);
}

/* The first rule of a table in (@after, @before) that matches, or NULL. */
static struct brfw_cls_rule *
brfw_cls_table_lookup(const struct brfw_cls_table *t, u64 seed,
		      const struct brfw_key *key, u64 gen, u64 after,
		      u64 before)
{
	const struct brfw_cls_array *a = rcu_dereference(t->array);
	struct brfw_cls_rule *best = NULL;
	struct brfw_cls_rule *r;
	u32 hash, i;

	hash = brfw_cls_hash_key(seed, t, key);

	for (i = hash & a->mask; ; i = (i + 1) & a->mask) {
		r = rcu_dereference(a->slots[i].rule);
		if (!r)
			return best;
		if (READ_ONCE(a->slots[i].hash) != hash)
			continue;
		if (r->order <= after || r->order >= before ||
		    !brfw_cls_rule_visible(r, gen) ||
		    !brfw_cls_rule_matches(r, key))
			continue;
		best = r;
		before = r->order;
	}
}

/**
 * brfw_cls_lookup() - find the rule that comes first
 * @cls: the classifier
 * @key: what was read of the frame
 * @gen: generation of the ruleset to judge by
 * @after: only rules of a larger order; orders start at 1
 *
 * Context: RCU read section that also covers how @gen was found.
 * Return: the rule, valid until the read section ends, or NULL.
 */
struct brfw_cls_rule *brfw_cls_lookup(const struct brfw_cls *cls,
				      const struct brfw_key *key, u64 gen,
				      u64 after)
{
	const struct brfw_cls_vec *vec = rcu_dereference(cls->vec);
	struct brfw_cls_rule *best = NULL;
	u64 before = U64_MAX;
	struct brfw_cls_rule *r;
	unsigned int i;

	if (!vec)
		return NULL;

	for (i = 0; i < vec->n && vec->entries[i].best < before; i++) {
		r = brfw_cls_table_lookup(vec->entries[i].table, cls->seed, key,
					  gen, after, before);
		if (r) {
			best = r;
			before = r->order;
		}
	}

	return best;
}

/**
 * brfw_cls_init() - make an empty classifier
 * @cls: to be filled
 */
void brfw_cls_init(struct brfw_cls *cls)
{
	RCU_INIT_POINTER(cls->vec, NULL);
	INIT_LIST_HEAD(&cls->tables);
	get_random_bytes(&cls->seed, sizeof(cls->seed));
	cls->cost = 0;
	cls->stale = false;
}

static struct brfw_cls_array *brfw_cls_array_alloc(u32 nslots)
{
	struct brfw_cls_array *a;

	a = kvzalloc(struct_size(a, slots, nslots), GFP_KERNEL_ACCOUNT);
	if (a)
		a->mask = nslots - 1;

	return a;
}

/*
 * Put a rule behind the others with its hash, or in the place of one that is
 * gone, so that replacing a rule again and again doesn't make its run longer.
 * A tombstone of another hash is left to the next rebuild: no reader may see
 * the hash of one rule beside another that is visible. The caller has seen to
 * room.
 *
 * Return: whether this takes a slot that was free.
 */
static bool brfw_cls_array_add(struct brfw_cls_array *a,
			       struct brfw_cls_rule *r, u32 hash)
{
	const struct brfw_cls_rule *old;
	u32 i = hash & a->mask;

	while ((old = rcu_access_pointer(a->slots[i].rule)) &&
	       (old != &brfw_cls_tombstone || a->slots[i].hash != hash))
		i = (i + 1) & a->mask;

	if (!old)
		WRITE_ONCE(a->slots[i].hash, hash);
	rcu_assign_pointer(a->slots[i].rule, r);

	return !old;
}

/* Rules in the array other than @r that have this hash and aren't retired. */
static u32 brfw_cls_array_count(const struct brfw_cls_array *a,
				const struct brfw_cls_rule *r, u32 hash)
{
	const struct brfw_cls_rule *other;
	u32 i = hash & a->mask;
	u32 n = 0;

	while ((other = brfw_cls_deref(a->slots[i].rule))) {
		if (a->slots[i].hash == hash && other != r &&
		    other->gen_del == BRFW_GEN_NEVER)
			n++;
		i = (i + 1) & a->mask;
	}

	return n;
}

/* Have room to count hashes that up to @n rules have. */
static int brfw_cls_table_reserve(struct brfw_cls_table *t, u32 n)
{
	u32 size = roundup_pow_of_two(n + 1);
	u32 *nhashes;

	if (n < t->nhashes_size)
		return 0;

	nhashes = kcalloc(size, sizeof(*nhashes), GFP_KERNEL_ACCOUNT);
	if (!nhashes)
		return -ENOMEM;
	if (t->nhashes)
		memcpy(nhashes, t->nhashes, t->nhashes_size * sizeof(*nhashes));
	kfree(t->nhashes);
	t->nhashes = nhashes;
	t->nhashes_size = size;

	return 0;
}

static unsigned int brfw_cls_table_cost(const struct brfw_cls_table *t)
{
	return t->nstaying ? 1 + t->longest : 0;
}

/* One more rule stays, whose hash @same others have. There is room. */
static void brfw_cls_table_count_up(struct brfw_cls *cls,
				    struct brfw_cls_table *t, u32 same)
{
	cls->cost -= brfw_cls_table_cost(t);
	if (same)
		t->nhashes[same]--;
	t->nhashes[same + 1]++;
	t->longest = max(t->longest, same + 1);
	t->nstaying++;
	cls->cost += brfw_cls_table_cost(t);
}

/* The reverse. */
static void brfw_cls_table_count_down(struct brfw_cls *cls,
				      struct brfw_cls_table *t, u32 same)
{
	cls->cost -= brfw_cls_table_cost(t);
	if (same)
		t->nhashes[same]++;
	t->nhashes[same + 1]--;
	while (t->longest && !t->nhashes[t->longest])
		t->longest--;
	t->nstaying--;
	cls->cost += brfw_cls_table_cost(t);
}

/* Move all rules to a new array with room for one more, less than half full. */
static int brfw_cls_table_rebuild(struct brfw_cls_table *t)
{
	struct brfw_cls_array *old = brfw_cls_deref(t->array);
	struct brfw_cls_array *new;
	struct brfw_cls_rule *r;
	u64 best = U64_MAX;
	u32 i;

	new = brfw_cls_array_alloc(max_t(u32, BRFW_CLS_MIN_SLOTS,
					 roundup_pow_of_two(3 * (t->nrules + 1))));
	if (!new)
		return -ENOMEM;

	for (i = 0; i <= old->mask; i++) {
		r = brfw_cls_deref(old->slots[i].rule);
		if (!r || r == &brfw_cls_tombstone)
			continue;
		brfw_cls_array_add(new, r, old->slots[i].hash);
		best = min(best, r->order);
		cond_resched();
	}
	t->nused = t->nrules;
	t->best = best;
	rcu_assign_pointer(t->array, new);
	kvfree_rcu(old, rcu);

	return 0;
}

static struct brfw_cls_table *
brfw_cls_table_find(const struct brfw_cls *cls, const struct brfw_cls_rule *r)
{
	struct brfw_cls_table *t;
	int i;

	list_for_each_entry(t, &cls->tables, list) {
		if (t->words != r->words)
			continue;
		for (i = 0; i < t->nwords && t->mask[i] == r->data[2 * i + 1]; i++)
			;
		if (i == t->nwords)
			return t;
	}

	return NULL;
}

static struct brfw_cls_table *
brfw_cls_table_alloc(const struct brfw_cls_rule *r)
{
	struct brfw_cls_array *a;
	struct brfw_cls_table *t;
	int i;

	t = kzalloc(struct_size(t, mask, r->nwords), GFP_KERNEL_ACCOUNT);
	a = brfw_cls_array_alloc(BRFW_CLS_MIN_SLOTS);
	if (!t || !a) {
		kfree(t);
		kvfree(a);
		return NULL;
	}

	RCU_INIT_POINTER(t->array, a);
	t->best = U64_MAX;
	t->words = r->words;
	t->nwords = r->nwords;
	for (i = 0; i < r->nwords; i++)
		t->mask[i] = r->data[2 * i + 1];

	return t;
}

/* Nobody can see the table any more. */
static void brfw_cls_table_free(struct brfw_cls_table *t)
{
	list_del(&t->list);
	kvfree(brfw_cls_deref(t->array));
	kfree(t->nhashes);
	kfree(t);
}

static void brfw_cls_table_free_rcu(struct brfw_cls_table *t)
{
	struct brfw_cls_array *a = brfw_cls_deref(t->array);

	list_del(&t->list);
	kfree(t->nhashes);
	kvfree_rcu(a, rcu);
	kvfree_rcu(t, rcu);
}

/* See to a place for a rule in its table, which must not get too long. */
static int brfw_cls_table_make_room(const struct brfw_cls *cls,
				    struct brfw_cls_table *t,
				    const struct brfw_cls_rule *r, u32 hash,
				    u32 *same)
{
	struct brfw_cls_array *a = brfw_cls_deref(t->array);
	unsigned int cost;

	*same = brfw_cls_array_count(a, r, hash);
	cost = cls->cost - brfw_cls_table_cost(t) + 1 +
	       max(t->longest, *same + 1);
	if (cost > BRFW_CLS_COST_MAX)
		return -ENOSPC;
	if (brfw_cls_table_reserve(t, *same + 1))
		return -ENOMEM;
	if (2 * (t->nused + 1) > a->mask + 1)
		return brfw_cls_table_rebuild(t);

	return 0;
}

/**
 * brfw_cls_insert() - add a rule
 * @cls: the classifier
 * @r: the rule, wholly filled in, with a gen_add that is not published yet and
 *	a gen_del of BRFW_GEN_NEVER
 *
 * The rule is sure to be found only after brfw_cls_prepare().
 *
 * Context: may sleep; writers excluded.
 * Return: 0, -ENOMEM, or -ENOSPC when a look-up could become too expensive.
 */
int brfw_cls_insert(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	u32 hash = brfw_cls_hash_rule(cls->seed, r);
	struct brfw_cls_table *t;
	u32 same;
	int err;

	t = brfw_cls_table_find(cls, r);
	if (!t) {
		t = brfw_cls_table_alloc(r);
		if (!t)
			return -ENOMEM;
		list_add(&t->list, &cls->tables);
		cls->stale = true;
	}

	/* A table that stays empty goes away with brfw_cls_prepare(). */
	err = brfw_cls_table_make_room(cls, t, r, hash, &same);
	if (err)
		return err;

	t->nused += brfw_cls_array_add(brfw_cls_deref(t->array), r, hash);
	brfw_cls_table_count_up(cls, t, same);
	t->nrules++;
	if (r->order < t->best) {
		t->best = r->order;
		cls->stale = true;
	}

	return 0;
}

/* Other rules in the table that share the hash of @r and aren't retired. */
static u32 brfw_cls_table_count_same(const struct brfw_cls *cls,
				     const struct brfw_cls_table *t,
				     const struct brfw_cls_rule *r)
{
	return brfw_cls_array_count(brfw_cls_deref(t->array), r,
				    brfw_cls_hash_rule(cls->seed, r));
}

/**
 * brfw_cls_retire() - count a rule no longer
 * @cls: the classifier
 * @r: a rule in it that is about to get a gen_del
 *
 * Packets may see the rule until it is removed, but it no longer stands in the
 * way of others. Its gen_del has to be set, or the rule removed, before another
 * one is retired.
 *
 * Context: writers excluded.
 */
void brfw_cls_retire(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	struct brfw_cls_table *t = brfw_cls_table_find(cls, r);

	brfw_cls_table_count_down(cls, t, brfw_cls_table_count_same(cls, t, r));
}

/**
 * brfw_cls_unretire() - the reverse of brfw_cls_retire()
 * @cls: the classifier, with the same rules as then
 * @r: a rule that was retired
 *
 * Context: writers excluded.
 */
void brfw_cls_unretire(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	struct brfw_cls_table *t = brfw_cls_table_find(cls, r);

	brfw_cls_table_count_up(cls, t, brfw_cls_table_count_same(cls, t, r));
}

/**
 * brfw_cls_remove() - take a rule out
 * @cls: the classifier
 * @r: a rule that was inserted and retired, and that no reader can match any
 *	more
 *
 * The rule may be freed after a grace period.
 *
 * Context: writers excluded.
 */
void brfw_cls_remove(struct brfw_cls *cls, struct brfw_cls_rule *r)
{
	struct brfw_cls_table *t = brfw_cls_table_find(cls, r);
	struct brfw_cls_array *a = brfw_cls_deref(t->array);
	u32 i = brfw_cls_hash_rule(cls->seed, r) & a->mask;

	while (rcu_access_pointer(a->slots[i].rule) != r)
		i = (i + 1) & a->mask;

	rcu_assign_pointer(a->slots[i].rule, &brfw_cls_tombstone);
	t->nrules--;
	if (!t->nrules)
		cls->stale = true;
}

static void brfw_cls_vec_add(struct brfw_cls_vec *vec, struct brfw_cls_table *t)
{
	unsigned int i = vec->n++;

	for (; i && vec->entries[i - 1].best > t->best; i--)
		vec->entries[i] = vec->entries[i - 1];

	vec->entries[i].best = t->best;
	vec->entries[i].table = t;
}

/**
 * brfw_cls_prepare() - let readers find all that was inserted
 * @cls: the classifier
 *
 * To be called before a generation with inserted rules is published. Tables
 * without rules go away.
 *
 * Context: may sleep; writers excluded.
 * Return: 0 or -ENOMEM; then it may be called again.
 */
int brfw_cls_prepare(struct brfw_cls *cls)
{
	struct brfw_cls_vec *old = brfw_cls_deref(cls->vec);
	struct brfw_cls_table *t, *tmp;
	struct brfw_cls_vec *new = NULL;
	unsigned int n = 0;

	if (!cls->stale)
		return 0;

	list_for_each_entry(t, &cls->tables, list)
		n += !!t->nrules;

	if (n) {
		new = kvzalloc(struct_size(new, entries, n), GFP_KERNEL_ACCOUNT);
		if (!new)
			return -ENOMEM;
		list_for_each_entry(t, &cls->tables, list)
			if (t->nrules)
				brfw_cls_vec_add(new, t);
	}

	rcu_assign_pointer(cls->vec, new);
	cls->stale = false;
	if (old)
		kvfree_rcu(old, rcu);

	list_for_each_entry_safe(t, tmp, &cls->tables, list)
		if (!t->nrules)
			brfw_cls_table_free_rcu(t);

	return 0;
}

/**
 * brfw_cls_destroy() - free a classifier; not its rules
 * @cls: the classifier
 *
 * Context: may sleep; no readers, no writers.
 */
void brfw_cls_destroy(struct brfw_cls *cls)
{
	struct brfw_cls_table *t, *tmp;

	kvfree(brfw_cls_deref(cls->vec));
	RCU_INIT_POINTER(cls->vec, NULL);

	list_for_each_entry_safe(t, tmp, &cls->tables, list)
		brfw_cls_table_free(t);
}

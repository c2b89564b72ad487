// SPDX-License-Identifier: GPL-2.0-only
/*
 * Elements of sets, as packets see them; set.h tells how they are found.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hash.h"
#include "hot.h"
#include "match.h"
#include "set.h"
#include "slots.h"

/* Mask of elements without prefix or range. */
#define BRFW_MASK_EXACT		0

/* Probes of a table that weigh as much as comparing a rule. */
#define BRFW_COST_PROBES	2

/*
 * Slots more than BRFW_RUN_FREE that a look-up may pass with all its probes: the more
 * masks there are, the shorter the longest run of a table has to be.
 */
#define BRFW_DOMAIN_RUNS_MAX	16

/* Tables with long runs grow until so many slots are free for one that is used. */
#define BRFW_DOMAIN_SLOTS_MAX	64

/* 32 bits at a time of the values of an element are hashed. */
#define BRFW_DOMAIN_CHARS_MAX	(2 * BRFW_DOMAIN_KEY_WORDS)

/* Writers exclude each other by means that this file doesn't know. */
#define brfw_set_deref(p)	rcu_dereference_protected(p, true)

/**
 * enum brfw_domain_table - the tables of a domain
 * @BRFW_DOMAIN_BY_SET: by values and set
 * @BRFW_DOMAIN_BY_VALUE: by values; only if somebody walks
 * @BRFW_DOMAIN_TABLES: number of them
 */
enum brfw_domain_table {
	BRFW_DOMAIN_BY_SET,
	BRFW_DOMAIN_BY_VALUE,
	BRFW_DOMAIN_TABLES,
};

/**
 * struct brfw_elem_entry - one prefix of an element in the tables
 * @next: another with the same mask and values (and of the same set, in the table by
 *	set), by enum brfw_domain_table
 * @mask: what its mask is called, brfw_mask_id()
 * @index: of the entry in the element
 * @words: masked values, without gaps; as many words as the type takes
 */
struct brfw_elem_entry {
	struct brfw_elem_entry __rcu *next[BRFW_DOMAIN_TABLES];
	u32 mask;
	u32 index;
	u64 words[];
};

/**
 * struct brfw_domain_masks - the masks that elements of a domain have
 * @rcu: for freeing
 * @n: number of them
 * @data: of each: brfw_mask_word(), and its words
 */
struct brfw_domain_masks {
	struct rcu_head rcu;
	unsigned int n;
	u64 data[];
};

/**
 * struct brfw_domain_secrets - secrets of the hash of a table
 * @start: what a hash begins with
 * @set: of the set's number
 * @chars: of the values, each half of a word
 */
struct brfw_domain_secrets {
	u64 start;
	u64 set;
	u64 chars[BRFW_DOMAIN_CHARS_MAX];
};

/**
 * struct brfw_domain - elements of all sets of one type
 * @slots: the tables, by enum brfw_domain_table
 * @masks: the masks
 * @nwords: words of the values
 * @nchars: how many of their halves have something in them
 * @secrets: of the tables
 * @mask_secrets: of the hash of what masks are called
 * @type: what the elements are made of
 * @refs: its owner's, and one for each selector of a leaf
 * @nused: slots that are not free
 * @count: elements
 * @mask_counts: entries that have each of the masks
 *
 * From @mask_secrets on for writers only, @refs excepted.
 */
struct brfw_domain {
	struct brfw_slots __rcu *slots[BRFW_DOMAIN_TABLES];
	struct brfw_domain_masks __rcu *masks;
	u8 nwords;
	u8 nchars;
	struct brfw_domain_secrets secrets[BRFW_DOMAIN_TABLES];
	u64 mask_secrets[2];
	struct brfw_set_type type;
	refcount_t refs;
	u32 nused[BRFW_DOMAIN_TABLES];
	unsigned int count;
	u32 mask_counts[BRFW_DOMAIN_MASKS_MAX];
};

/* Stands in slots whose entries are gone. It has no words: none has its mask. */
static struct brfw_elem_entry brfw_entry_gone = {
	.mask = U32_MAX,
};

/* ---- values ---- */

/**
 * brfw_set_member_size() - bytes of a member in struct brfw_key
 * @member: enum brfw_set_member
 *
 * Return: the size.
 */
unsigned int brfw_set_member_size(u8 member)
{
	switch (member) {
	case BRFW_SET_ETHER_ADDR:
		return 6;
	case BRFW_SET_IPV4_ADDR:
		return 4;
	case BRFW_SET_IPV6_ADDR:
		return 16;
	default:
		return 2;
	}
}

static unsigned int brfw_set_type_size(const struct brfw_set_type *type)
{
	unsigned int i, size = 0;

	for (i = 0; i < type->n; i++)
		size += brfw_set_member_size(type->members[i]);

	return size;
}

static unsigned int brfw_set_type_words(const struct brfw_set_type *type)
{
	return DIV_ROUND_UP(brfw_set_type_size(type), sizeof(u64));
}

/* Put values of a key one behind the other. */
static __always_inline void
brfw_domain_gather(const struct brfw_domain *d,
		   const struct brfw_set_fields *fields,
		   const struct brfw_key *key, u64 *words)
{
	u8 *to = (u8 *)words;
	unsigned int i;

	words[d->nwords - 1] = 0;
	for (i = 0; i < fields->n; i++) {
		const u8 *from = (const u8 *)key + fields->offsets[i];

		switch (fields->sizes[i]) {
		case 2:
			memcpy(to, from, 2);
			break;
		case 4:
			memcpy(to, from, 4);
			break;
		case 6:
			memcpy(to, from, 6);
			break;
		default:
			memcpy(to, from, 16);
			break;
		}
		to += fields->sizes[i];
	}
}

/* ---- look-up ---- */

static struct brfw_elem *brfw_entry_elem(const struct brfw_domain *d,
					 const struct brfw_elem_entry *entry)
{
	const u64 *data = (const u64 *)entry -
			  entry->index * (sizeof(*entry) / sizeof(u64) + d->nwords);

	return (struct brfw_elem *)container_of(data, const struct brfw_elem,
						data[0]);
}

static __always_inline const u64 *
brfw_masks_get(const struct brfw_domain *d,
	       const struct brfw_domain_masks *masks, unsigned int i)
{
	return masks->data + i * (1 + d->nwords);
}

/*
 * What a mask begins with, for brfw_domain_hash(): what it is called, and, above it,
 * a hash of that, which takes the place of a character.
 */
static u64 brfw_mask_word(const struct brfw_domain *d, u32 id)
{
	u64 sum = brfw_hash_add(d->mask_secrets[0], d->mask_secrets[1], id);

	return (sum & ~(u64)U32_MAX) | id;
}

/* What a hash begins with: by value the set is 0. */
static u64 brfw_domain_hash_start(const struct brfw_domain *d,
				  enum brfw_domain_table table, u16 set)
{
	return brfw_hash_add(d->secrets[table].start, d->secrets[table].set, set);
}

/* The half of a word that comes first in memory. */
static u32 brfw_word_first(u64 word)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? word >> 32 : word;
}

/*
 * Mask values, and hash them for a table. Callers that know the number of characters
 * save the loop.
 */
static __always_inline u32 brfw_domain_hash(u64 sum, const u64 *secrets,
					    unsigned int nchars,
					    const u64 *words, const u64 *mask,
					    u64 *masked)
{
	unsigned int i;

	sum += mask[0];
	for (i = 0; i < DIV_ROUND_UP(nchars, 2); i++) {
		masked[i] = words[i] & mask[1 + i];
		if (nchars == 1)
			sum = brfw_hash_add(sum, secrets[0],
					    brfw_word_first(masked[0]));
		else
			sum = brfw_hash_add_word(sum, secrets + 2 * i, masked[i]);
	}

	return brfw_hash_end(sum);
}

static bool brfw_entry_has(const struct brfw_domain *d,
			   const struct brfw_elem_entry *entry, u32 mask,
			   const u64 *words)
{
	unsigned int i;

	if (entry->mask != mask)
		return false;
	for (i = 0; i < d->nwords; i++)
		if (entry->words[i] != words[i])
			return false;

	return true;
}

static bool brfw_elem_is_visible(const struct brfw_elem *e, u64 gen, u64 now)
{
	u64 expires = READ_ONCE(e->expires);

	return READ_ONCE(e->gen_add) <= gen && gen < READ_ONCE(e->gen_del) &&
	       (!expires || now < expires);
}

static bool brfw_entry_is_of(const struct brfw_domain *d,
			     const struct brfw_elem_entry *entry, u16 set,
			     u32 mask, const u64 *words)
{
	return brfw_entry_has(d, entry, mask, words) &&
	       brfw_entry_elem(d, entry)->set == set;
}

/* Of the entries in a slot, the element of a set that is visible. */
static noinline struct brfw_elem *
brfw_chain_find(const struct brfw_domain *d, const struct brfw_elem_entry *entry,
		u16 set, u32 mask, const u64 *masked, u64 gen)
{
	struct brfw_elem *e;

	if (!brfw_entry_is_of(d, entry, set, mask, masked))
		return NULL;
	for (; entry; entry = rcu_dereference(entry->next[BRFW_DOMAIN_BY_SET])) {
		e = brfw_entry_elem(d, entry);
		if (brfw_elem_is_visible(e, gen, get_jiffies_64()))
			return e;
	}

	return NULL;
}

static __always_inline struct brfw_elem *
brfw_domain_find_words(const struct brfw_domain *d, unsigned int nchars,
		       u16 set, const u64 *words, u64 gen)
{
	const struct brfw_slots *s = rcu_dereference(d->slots[BRFW_DOMAIN_BY_SET]);
	const struct brfw_domain_masks *masks = rcu_dereference(d->masks);
	const u64 *secrets = d->secrets[BRFW_DOMAIN_BY_SET].chars;
	const u64 start = brfw_domain_hash_start(d, BRFW_DOMAIN_BY_SET, set);
	u64 masked[BRFW_DOMAIN_KEY_WORDS] BRFW_UNINITIALIZED;
	const struct brfw_elem_entry *entry;
	const u64 *mask = masks->data;
	struct brfw_elem *e;
	unsigned int i;
	u32 hash, at;

	for (i = 0; i < masks->n; i++, mask += 1 + DIV_ROUND_UP(nchars, 2)) {
		hash = brfw_domain_hash(start, secrets, nchars, words, mask,
					masked);
		at = hash >> s->shift;
		while ((entry = brfw_slots_next(s, hash, &at))) {
			e = brfw_chain_find(d, entry, set, mask[0], masked, gen);
			if (e)
				return e;
		}
	}

	return NULL;
}

/**
 * brfw_domain_find() - the element of a set that has the values of a key
 * @d: the domain
 * @fields: which values; as many and as large as the domain's type says
 * @set: number of the set
 * @key: what was read of the frame
 * @gen: generation of the ruleset to judge by
 *
 * Context: RCU read section.
 * Return: the element, or NULL.
 */
struct brfw_elem *brfw_domain_find(const struct brfw_domain *d,
				   const struct brfw_set_fields *fields,
				   u16 set, const struct brfw_key *key,
				   u64 gen)
{
	u64 words[BRFW_DOMAIN_KEY_WORDS] BRFW_UNINITIALIZED;

	brfw_domain_gather(d, fields, key, words);
	if (d->nchars == 1)
		return brfw_domain_find_words(d, 1, set, words, gen);
	if (d->nchars == 2)
		return brfw_domain_find_words(d, 2, set, words, gen);

	return brfw_domain_find_words(d, 2 * d->nwords, set, words, gen);
}

/**
 * brfw_domain_walk_start() - search for all elements with the values of a key
 * @walk: to be filled
 * @d: the domain; walks are enabled
 * @fields: as for brfw_domain_find()
 * @key: likewise
 * @gen: likewise
 *
 * Context: RCU read section that lasts as long as the search.
 */
void brfw_domain_walk_start(struct brfw_domain_walk *walk,
			    const struct brfw_domain *d,
			    const struct brfw_set_fields *fields,
			    const struct brfw_key *key, u64 gen)
{
	walk->d = d;
	walk->gen = gen;
	walk->now = get_jiffies_64();
	walk->masks = rcu_dereference(d->masks);
	walk->i = 0;
	walk->entry = NULL;
	brfw_domain_gather(d, fields, key, walk->words);
}

/* The first entry that has the values under the next mask for which there is one. */
static __always_inline const struct brfw_elem_entry *
brfw_domain_walk_masks(struct brfw_domain_walk *walk, unsigned int nchars)
{
	const struct brfw_domain *d = walk->d;
	const struct brfw_slots *s = rcu_dereference(d->slots[BRFW_DOMAIN_BY_VALUE]);
	const u64 *secrets = d->secrets[BRFW_DOMAIN_BY_VALUE].chars;
	const u64 start = brfw_domain_hash_start(d, BRFW_DOMAIN_BY_VALUE, 0);
	u64 masked[BRFW_DOMAIN_KEY_WORDS] BRFW_UNINITIALIZED;
	const struct brfw_elem_entry *entry;
	const u64 *mask;
	u32 hash, at;

	while (walk->i < walk->masks->n) {
		mask = walk->masks->data + walk->i++ * (1 + DIV_ROUND_UP(nchars, 2));
		hash = brfw_domain_hash(start, secrets, nchars, walk->words,
					mask, masked);
		at = hash >> s->shift;
		while ((entry = brfw_slots_next(s, hash, &at)))
			if (brfw_entry_has(d, entry, mask[0], masked))
				return entry;
	}

	return NULL;
}

/* The next entry that has the values, visible or not. */
static const struct brfw_elem_entry *
brfw_domain_walk_entry(struct brfw_domain_walk *walk)
{
	const struct brfw_elem_entry *entry = walk->entry;

	if (entry)
		entry = rcu_dereference(entry->next[BRFW_DOMAIN_BY_VALUE]);
	if (!entry)
		entry = walk->d->nchars == 1 ? brfw_domain_walk_masks(walk, 1) :
			brfw_domain_walk_masks(walk, 2 * walk->d->nwords);
	walk->entry = entry;

	return entry;
}

/**
 * brfw_domain_walk_next() - the next element
 * @walk: the search
 *
 * Return: an element that is visible, each once, or NULL when there is none any
 * more.
 */
const struct brfw_elem *brfw_domain_walk_next(struct brfw_domain_walk *walk)
{
	const struct brfw_elem_entry *entry;
	const struct brfw_elem *e;

	while ((entry = brfw_domain_walk_entry(walk))) {
		e = brfw_entry_elem(walk->d, entry);
		if (brfw_elem_is_visible(e, walk->gen, walk->now))
			return e;
	}

	return NULL;
}

/* ---- prefixes and ranges ---- */

/* A number of up to 128 bits. */
struct brfw_wide {
	u64 high;
	u64 low;
};

/**
 * struct brfw_split - a range being cut into prefixes
 * @first: where the rest begins
 * @last: where it ends
 * @bits: of the numbers
 * @is_done: nothing is left
 */
struct brfw_split {
	struct brfw_wide first;
	struct brfw_wide last;
	unsigned int bits;
	bool is_done;
};

static bool brfw_set_member_is_number(u8 member)
{
	return member == BRFW_SET_INET_PORT || member == BRFW_SET_IFNAME;
}

static struct brfw_wide brfw_wide_get(const u8 *bytes, u8 member)
{
	struct brfw_wide wide = {};
	unsigned int i;
	u16 number;

	if (brfw_set_member_is_number(member)) {
		memcpy(&number, bytes, sizeof(number));
		wide.low = number;
		return wide;
	}
	for (i = 0; i < brfw_set_member_size(member); i++) {
		wide.high = wide.high << 8 | wide.low >> 56;
		wide.low = wide.low << 8 | bytes[i];
	}

	return wide;
}

static void brfw_wide_put(struct brfw_wide wide, u8 *bytes, u8 member)
{
	u16 number = wide.low;
	unsigned int i;

	if (brfw_set_member_is_number(member)) {
		memcpy(bytes, &number, sizeof(number));
		return;
	}
	for (i = brfw_set_member_size(member); i--;) {
		bytes[i] = wide.low;
		wide.low = wide.low >> 8 | wide.high << 56;
		wide.high >>= 8;
	}
}

/* A number with the lower @n bits set. */
static struct brfw_wide brfw_wide_ones(unsigned int n)
{
	struct brfw_wide wide = {
		.high = n > 64 ? ~0ULL >> (128 - n) : 0,
		.low = n >= 64 ? ~0ULL : (1ULL << n) - 1,
	};

	return wide;
}

static unsigned int brfw_wide_zeros(struct brfw_wide wide)
{
	if (wide.low)
		return __ffs64(wide.low);

	return wide.high ? 64 + __ffs64(wide.high) : 128;
}

static bool brfw_wide_is_above(struct brfw_wide a, struct brfw_wide b)
{
	return a.high != b.high ? a.high > b.high : a.low > b.low;
}

/* Take the largest prefix off. Return: the bits that it leaves open. */
static unsigned int brfw_split_next(struct brfw_split *split,
				    struct brfw_wide *prefix)
{
	unsigned int n = min(brfw_wide_zeros(split->first), split->bits);
	struct brfw_wide ones, last;

	*prefix = split->first;
	for (;; n--) {
		ones = brfw_wide_ones(n);
		last.high = prefix->high | ones.high;
		last.low = prefix->low | ones.low;
		if (!brfw_wide_is_above(last, split->last))
			break;
	}
	split->is_done = last.high == split->last.high &&
			 last.low == split->last.low;
	split->first.low = last.low + 1;
	split->first.high = last.high + !split->first.low;

	return n;
}

static void brfw_split_start(struct brfw_split *split,
			     const struct brfw_set_type *type,
			     const struct brfw_elem_value *value)
{
	u8 member = type->members[value->range];

	split->first = brfw_wide_get(value->first[value->range], member);
	split->last = brfw_wide_get(value->last, member);
	split->bits = 8 * brfw_set_member_size(member);
	split->is_done = false;
}

static unsigned int brfw_elem_count_entries(const struct brfw_set_type *type,
					    const struct brfw_elem_value *value)
{
	struct brfw_split split;
	struct brfw_wide prefix;
	unsigned int n = 0;

	if (value->range < 0)
		return 1;
	for (brfw_split_start(&split, type, value); !split.is_done; n++)
		brfw_split_next(&split, &prefix);

	return n;
}

static size_t brfw_entry_size(unsigned int nwords)
{
	return sizeof(struct brfw_elem_entry) + nwords * sizeof(u64);
}

/* What the mask of an element with @n open bits in a member is called. */
static u32 brfw_mask_id(unsigned int member, unsigned int n)
{
	return n ? (member + 1) << 8 | n : BRFW_MASK_EXACT;
}

/**
 * brfw_elem_size() - size of an element
 * @type: what it is made of
 * @value: its values; the first of a range is not above the last
 *
 * Return: bytes of a struct brfw_elem.
 */
size_t brfw_elem_size(const struct brfw_set_type *type,
		      const struct brfw_elem_value *value)
{
	return sizeof(struct brfw_elem) +
	       brfw_elem_count_entries(type, value) *
	       brfw_entry_size(brfw_set_type_words(type));
}

/**
 * brfw_elem_init() - fill in the values of an element
 * @e: element of brfw_elem_size() bytes; set, generations and expiry are left
 *	alone
 * @type: as for brfw_elem_size()
 * @value: likewise
 */
void brfw_elem_init(struct brfw_elem *e, const struct brfw_set_type *type,
		    const struct brfw_elem_value *value)
{
	unsigned int nwords = brfw_set_type_words(type);
	struct brfw_elem_entry *entry = (void *)e->data;
	unsigned int i, size, open = 0;
	struct brfw_split split = { .is_done = true };
	struct brfw_wide prefix;
	u8 *to;

	e->nentries = 0;
	if (value->range >= 0)
		brfw_split_start(&split, type, value);
	do {
		memset(entry, 0, brfw_entry_size(nwords));
		if (value->range >= 0)
			open = brfw_split_next(&split, &prefix);
		entry->mask = brfw_mask_id(value->range, open);
		entry->index = e->nentries++;
		for (i = 0, to = (u8 *)entry->words; i < type->n; i++, to += size) {
			size = brfw_set_member_size(type->members[i]);
			if ((int)i == value->range)
				brfw_wide_put(prefix, to, type->members[i]);
			else
				memcpy(to, value->first[i], size);
		}
		entry = (void *)entry + brfw_entry_size(nwords);
	} while (!split.is_done);
}

/* ---- masks ---- */

static void brfw_mask_fill(const struct brfw_domain *d, u32 id, u64 *mask)
{
	unsigned int i, size, range = (id >> 8) - 1, n = id & 0xff;
	u8 *to = (u8 *)(mask + 1);
	struct brfw_wide wide, ones;

	memset(mask, 0, (1 + d->nwords) * sizeof(*mask));
	mask[0] = brfw_mask_word(d, id);
	for (i = 0; i < d->type.n; i++, to += size) {
		size = brfw_set_member_size(d->type.members[i]);
		wide = brfw_wide_ones(8 * size);
		if (id != BRFW_MASK_EXACT && i == range) {
			ones = brfw_wide_ones(n);
			wide.high &= ~ones.high;
			wide.low &= ~ones.low;
		}
		brfw_wide_put(wide, to, d->type.members[i]);
	}
}

static int brfw_masks_find(const struct brfw_domain *d, u32 id)
{
	const struct brfw_domain_masks *masks = brfw_set_deref(d->masks);
	unsigned int i;

	for (i = 0; i < masks->n; i++)
		if ((u32)brfw_masks_get(d, masks, i)[0] == id)
			return i;

	return -ENOENT;
}

static struct brfw_domain_masks *brfw_masks_alloc(const struct brfw_domain *d,
						  unsigned int n)
{
	struct brfw_domain_masks *masks;

	masks = kzalloc(struct_size(masks, data, n * (1 + d->nwords)),
			GFP_KERNEL_ACCOUNT);
	if (masks)
		masks->n = n;

	return masks;
}

/* Return: index of a mask, which is added if need be, -ENOMEM or -ENOSPC. */
static int brfw_masks_add(struct brfw_domain *d, u32 id)
{
	struct brfw_domain_masks *old = brfw_set_deref(d->masks), *new;
	int i = brfw_masks_find(d, id);

	if (i >= 0)
		return i;
	if (old->n == BRFW_DOMAIN_MASKS_MAX)
		return -ENOSPC;
	new = brfw_masks_alloc(d, old->n + 1);
	if (!new)
		return -ENOMEM;

	memcpy(new->data, old->data, old->n * (1 + d->nwords) * sizeof(u64));
	brfw_mask_fill(d, id, new->data + old->n * (1 + d->nwords));
	d->mask_counts[old->n] = 0;
	rcu_assign_pointer(d->masks, new);
	kvfree_rcu(old, rcu);

	return new->n - 1;
}

/* An entry less has a mask. A mask may stay without any for want of memory. */
static void brfw_masks_put(struct brfw_domain *d, u32 id)
{
	struct brfw_domain_masks *old = brfw_set_deref(d->masks), *new;
	size_t size = (1 + d->nwords) * sizeof(u64);
	int i = brfw_masks_find(d, id);

	if (--d->mask_counts[i])
		return;
	new = brfw_masks_alloc(d, old->n - 1);
	if (!new)
		return;

	memcpy(new->data, old->data, new->n * size);
	if (i < (int)new->n)
		memcpy(new->data + i * (1 + d->nwords),
		       brfw_masks_get(d, old, new->n), size);
	d->mask_counts[i] = d->mask_counts[new->n];
	rcu_assign_pointer(d->masks, new);
	kvfree_rcu(old, rcu);
}

/* ---- tables ---- */

static u16 brfw_entry_set(const struct brfw_domain *d,
			  const struct brfw_elem_entry *entry,
			  enum brfw_domain_table table)
{
	return table == BRFW_DOMAIN_BY_SET ? brfw_entry_elem(d, entry)->set : 0;
}

static u32 brfw_entry_hash(const struct brfw_domain *d,
			   const struct brfw_elem_entry *entry,
			   enum brfw_domain_table table)
{
	const u64 *secrets = d->secrets[table].chars;
	u64 sum = brfw_domain_hash_start(d, table, brfw_entry_set(d, entry, table));
	unsigned int i;

	sum += brfw_mask_word(d, entry->mask);
	if (d->nchars == 1)
		return brfw_hash_end(brfw_hash_add(sum, secrets[0],
						   brfw_word_first(entry->words[0])));
	for (i = 0; i < d->nwords; i++)
		sum = brfw_hash_add_word(sum, secrets + 2 * i, entry->words[i]);

	return brfw_hash_end(sum);
}

/* The slot where entries like this one are, or may come: used, gone or free. */
static struct brfw_slot *brfw_table_slot(const struct brfw_domain *d,
					 enum brfw_domain_table table,
					 const struct brfw_elem_entry *entry,
					 u32 hash)
{
	struct brfw_slots *s = brfw_set_deref(d->slots[table]);
	struct brfw_slot *slot = brfw_slots_find(s, hash), *gone = NULL;
	u16 set = brfw_entry_set(d, entry, table);
	const struct brfw_elem_entry *first;

	while ((first = brfw_set_deref(slot->content))) {
		if (brfw_entry_has(d, first, entry->mask, entry->words) &&
		    brfw_entry_set(d, first, table) == set)
			return slot;
		if (first == &brfw_entry_gone && !gone)
			gone = slot;
		slot = brfw_slots_find_next(s, slot);
	}

	return gone ?: slot;
}

/* Slots that may follow each other, by the number of probes of a look-up. */
static unsigned int brfw_domain_run_max(unsigned int nmasks)
{
	return BRFW_RUN_FREE + BRFW_DOMAIN_RUNS_MAX / nmasks;
}

static bool brfw_table_has_long_runs(const struct brfw_domain *d,
				     const struct brfw_slots *s,
				     const struct brfw_slot *slot)
{
	unsigned int most = brfw_domain_run_max(brfw_set_deref(d->masks)->n);

	return s->longest > most ||
	       (!rcu_access_pointer(slot->content) &&
		brfw_slots_run(s, slot) > most);
}

static void brfw_table_replace_slots(struct brfw_domain *d,
				     enum brfw_domain_table table,
				     struct brfw_slots *s)
{
	struct brfw_slots *old = brfw_set_deref(d->slots[table]);

	if (s == old)
		return;
	rcu_assign_pointer(d->slots[table], s);
	kvfree_rcu(old, rcu);
}

/* Return: the slot for an entry, or an error pointer: -ENOMEM or -EOVERFLOW. */
static struct brfw_slot *brfw_table_reserve(struct brfw_domain *d,
					    enum brfw_domain_table table,
					    const struct brfw_elem_entry *entry,
					    u32 hash)
{
	struct brfw_slots *s;
	struct brfw_slot *slot;

	s = brfw_slots_reserve(brfw_set_deref(d->slots[table]),
			       &d->nused[table], &brfw_entry_gone);
	while (s) {
		brfw_table_replace_slots(d, table, s);
		slot = brfw_table_slot(d, table, entry, hash);
		if (!brfw_table_has_long_runs(d, s, slot))
			return slot;
		if (s->size / BRFW_DOMAIN_SLOTS_MAX > d->nused[table])
			return ERR_PTR(-EOVERFLOW);
		s = brfw_slots_grow(s, &d->nused[table], &brfw_entry_gone);
	}

	return ERR_PTR(-ENOMEM);
}

/* How many entries of a value there are, without those on their way out. */
static unsigned int brfw_chain_count(const struct brfw_domain *d,
				     const struct brfw_elem_entry *entry,
				     bool with_deleted)
{
	unsigned int n = 0;

	for (; entry; entry = brfw_set_deref(entry->next[BRFW_DOMAIN_BY_VALUE]))
		n += with_deleted ||
		     brfw_entry_elem(d, entry)->gen_del == BRFW_GEN_NEVER;

	return n;
}

static int brfw_table_link(struct brfw_domain *d, enum brfw_domain_table table,
			   struct brfw_elem_entry *entry, bool with_deleted)
{
	u32 hash = brfw_entry_hash(d, entry, table);
	struct brfw_elem_entry *first;
	struct brfw_slot *slot;

	slot = brfw_table_reserve(d, table, entry, hash);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	first = brfw_set_deref(slot->content);
	if (!first) {
		brfw_slots_use(brfw_set_deref(d->slots[table]), slot, hash);
		d->nused[table]++;
	} else if (first == &brfw_entry_gone) {
		first = NULL;
	} else if (table == BRFW_DOMAIN_BY_VALUE &&
		   brfw_chain_count(d, first, with_deleted) >=
		   BRFW_DOMAIN_EQUAL_MAX) {
		return -EMLINK;
	}
	RCU_INIT_POINTER(entry->next[table], first);
	rcu_assign_pointer(slot->content, entry);

	return 0;
}

static void brfw_table_unlink(struct brfw_domain *d,
			      enum brfw_domain_table table,
			      struct brfw_elem_entry *entry)
{
	struct brfw_elem_entry *next = brfw_set_deref(entry->next[table]);
	u32 hash = brfw_entry_hash(d, entry, table);
	struct brfw_elem_entry *other;
	struct brfw_slot *slot;

	slot = brfw_table_slot(d, table, entry, hash);
	other = brfw_set_deref(slot->content);
	if (other == entry) {
		rcu_assign_pointer(slot->content,
				   next ? next : &brfw_entry_gone);
		return;
	}
	while (brfw_set_deref(other->next[table]) != entry)
		other = brfw_set_deref(other->next[table]);
	rcu_assign_pointer(other->next[table], next);
}

static struct brfw_elem_entry *brfw_elem_get_entry(const struct brfw_domain *d,
						   struct brfw_elem *e,
						   unsigned int i)
{
	return (void *)e->data + i * brfw_entry_size(d->nwords);
}

static int brfw_domain_link(struct brfw_domain *d,
			    struct brfw_elem_entry *entry)
{
	int i, err;

	i = brfw_masks_add(d, entry->mask);
	if (i < 0)
		return i;
	d->mask_counts[i]++;
	err = brfw_table_link(d, BRFW_DOMAIN_BY_SET, entry, false);
	if (err)
		goto err_mask;
	if (!rcu_access_pointer(d->slots[BRFW_DOMAIN_BY_VALUE]))
		return 0;
	err = brfw_table_link(d, BRFW_DOMAIN_BY_VALUE, entry, false);
	if (err)
		goto err_table;

	return 0;

err_table:
	brfw_table_unlink(d, BRFW_DOMAIN_BY_SET, entry);
err_mask:
	brfw_masks_put(d, entry->mask);
	return err;
}

static void brfw_domain_unlink(struct brfw_domain *d,
			       struct brfw_elem_entry *entry)
{
	brfw_table_unlink(d, BRFW_DOMAIN_BY_SET, entry);
	if (rcu_access_pointer(d->slots[BRFW_DOMAIN_BY_VALUE]))
		brfw_table_unlink(d, BRFW_DOMAIN_BY_VALUE, entry);
	brfw_masks_put(d, entry->mask);
}

/**
 * brfw_domain_insert() - let an element be found
 * @d: the domain
 * @e: the element; no current reader sees it by its generations
 *
 * After a failure, too, it may be freed only after a grace period.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -ENOSPC when there would be too many different prefix
 * lengths, -EMLINK when too many sets would have one value, or -EOVERFLOW when hashes
 * are so close together that look-ups would pass too many slots.
 */
int brfw_domain_insert(struct brfw_domain *d, struct brfw_elem *e)
{
	unsigned int i;
	int err;

	for (i = 0; i < e->nentries; i++) {
		err = brfw_domain_link(d, brfw_elem_get_entry(d, e, i));
		if (err)
			goto err_unlink;
	}
	d->count++;

	return 0;

err_unlink:
	while (i--)
		brfw_domain_unlink(d, brfw_elem_get_entry(d, e, i));
	return err;
}

/**
 * brfw_domain_remove() - let an element no longer be found
 * @d: the domain
 * @e: the element, which no reader sees any more by its generations or since it
 *	has expired; to be freed after a grace period
 *
 * Context: may sleep.
 */
void brfw_domain_remove(struct brfw_domain *d, struct brfw_elem *e)
{
	unsigned int i;

	for (i = 0; i < e->nentries; i++)
		brfw_domain_unlink(d, brfw_elem_get_entry(d, e, i));
	d->count--;
}

static int brfw_domain_fill_by_value(struct brfw_domain *d)
{
	struct brfw_slots *from = brfw_set_deref(d->slots[BRFW_DOMAIN_BY_SET]);
	struct brfw_elem_entry *entry;
	int err;
	u32 i;

	for (i = 0; i < from->size; i++) {
		brfw_loop_relax(i);
		entry = brfw_set_deref(from->slot[i].content);
		if (entry == &brfw_entry_gone)
			continue;
		for (; entry; entry = brfw_set_deref(entry->next[BRFW_DOMAIN_BY_SET])) {
			/* A commit that fails brings back what it deleted. */
			err = brfw_table_link(d, BRFW_DOMAIN_BY_VALUE, entry,
					      true);
			if (err)
				return err;
		}
	}

	return 0;
}

/**
 * brfw_domain_enable_walks() - make the table that walks need
 * @d: the domain
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -EMLINK when too many sets have one value, or -EOVERFLOW as for
 * brfw_domain_insert().
 */
int brfw_domain_enable_walks(struct brfw_domain *d)
{
	struct brfw_slots *s;
	int err;

	if (rcu_access_pointer(d->slots[BRFW_DOMAIN_BY_VALUE]))
		return 0;
	s = brfw_slots_alloc(0);
	if (!s)
		return -ENOMEM;

	d->nused[BRFW_DOMAIN_BY_VALUE] = 0;
	RCU_INIT_POINTER(d->slots[BRFW_DOMAIN_BY_VALUE], s);
	err = brfw_domain_fill_by_value(d);
	if (err) {
		/* Nobody has walked yet. */
		kvfree(brfw_set_deref(d->slots[BRFW_DOMAIN_BY_VALUE]));
		RCU_INIT_POINTER(d->slots[BRFW_DOMAIN_BY_VALUE], NULL);
	}

	return err;
}

/* ---- domains ---- */

static void brfw_domain_make_secrets(struct brfw_domain *d)
{
	struct brfw_domain_secrets *secrets;

	for (secrets = d->secrets; secrets < d->secrets + BRFW_DOMAIN_TABLES;
	     secrets++) {
		brfw_hash_make_secrets(&secrets->start, 1);
		brfw_hash_make_secrets(&secrets->set, 1);
		brfw_hash_make_secrets(secrets->chars, BRFW_DOMAIN_CHARS_MAX);
	}
	brfw_hash_make_secrets(d->mask_secrets, 2);
}

/**
 * brfw_domain_alloc() - make a domain without elements
 * @type: what they are made of
 *
 * Context: may sleep.
 * Return: the domain or NULL.
 */
struct brfw_domain *brfw_domain_alloc(const struct brfw_set_type *type)
{
	struct brfw_slots *s = brfw_slots_alloc(0);
	struct brfw_domain *d;

	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d || !s)
		goto err_free;
	d->type = *type;
	refcount_set(&d->refs, 1);
	d->nwords = brfw_set_type_words(type);
	d->nchars = DIV_ROUND_UP(brfw_set_type_size(type), sizeof(u32));
	RCU_INIT_POINTER(d->masks, brfw_masks_alloc(d, 0));
	if (!rcu_access_pointer(d->masks))
		goto err_free;
	RCU_INIT_POINTER(d->slots[BRFW_DOMAIN_BY_SET], s);
	brfw_domain_make_secrets(d);

	return d;

err_free:
	kfree(d);
	kvfree(s);
	return NULL;
}

/**
 * brfw_domain_get() - keep a domain
 * @d: the domain
 *
 * A leaf outlives the rules that it was made of, and looks their sets up until it is
 * made anew.
 */
void brfw_domain_get(struct brfw_domain *d)
{
	refcount_inc(&d->refs);
}

/**
 * brfw_domain_put() - keep a domain no longer
 * @d: the domain; no reader finds it by who kept it. It has no elements when its
 *	owner, who made it, does this.
 *
 * Context: any.
 */
void brfw_domain_put(struct brfw_domain *d)
{
	if (!refcount_dec_and_test(&d->refs))
		return;
	kvfree(brfw_set_deref(d->slots[BRFW_DOMAIN_BY_SET]));
	kvfree(brfw_set_deref(d->slots[BRFW_DOMAIN_BY_VALUE]));
	kfree(brfw_set_deref(d->masks));
	kfree(d);
}

/**
 * brfw_domain_count() - elements of a domain
 * @d: the domain
 *
 * Return: how many there are, also those that are not visible yet or any more.
 */
unsigned int brfw_domain_count(const struct brfw_domain *d)
{
	return d->count;
}

/**
 * brfw_domain_cost() - what a look-up costs at most
 * @d: the domain
 *
 * It depends on the type alone, not on the elements of today: one probe for each mask
 * that there may be, and the longest runs of slots that these may pass.
 *
 * Return: as many rules could be compared.
 */
unsigned int brfw_domain_cost(const struct brfw_domain *d)
{
	unsigned int i, n = 1;

	for (i = 0; i < d->type.n; i++)
		if (d->type.members[i] != BRFW_SET_ETHER_ADDR &&
		    d->type.members[i] != BRFW_SET_IFNAME)
			n += 8 * brfw_set_member_size(d->type.members[i]);

	return DIV_ROUND_UP(min_t(unsigned int, n, BRFW_DOMAIN_MASKS_MAX),
			    BRFW_COST_PROBES) +
	       brfw_run_cost(BRFW_RUN_FREE + BRFW_DOMAIN_RUNS_MAX);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up in leaves. leaf.h tells the idea.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hot.h"
#include "leaf.h"
#include "leaf_parts.h"

struct brfw_cls_rule brfw_leaf_tombstone = {
	.gen_add = BRFW_GEN_NEVER,
};

/* Compare one by one, from rule @i on. */
static noinline struct brfw_cls_rule *
brfw_leaf_walk_tests(const struct brfw_leaf *leaf, unsigned int i,
		     const struct brfw_key *key, u64 gen, u64 after, u64 before)
{
	struct brfw_cls_rule *r;

	for (; i < leaf->nrules; i++) {
		r = rcu_dereference(leaf->rules[i]);
		if (r->order >= before)
			break;
		if (r->order > after && brfw_cls_rule_matches(r, key, gen) &&
		    brfw_cls_rule_is_visible(r, gen))
			return r;
	}

	return NULL;
}

/* The same from the first on, as long as there are no tests. */
static __always_inline struct brfw_cls_rule *
brfw_leaf_walk(const struct brfw_leaf *leaf, const struct brfw_key *key,
	       u64 gen, u64 after, u64 before)
{
	unsigned int i, n = leaf->nrules;
	struct brfw_cls_rule *r;

	for (i = 0; i < n; i++) {
		r = rcu_dereference(leaf->rules[i]);
		if (!brfw_cls_rule_fits(r, key))
			continue;
		if (r->ntest_words)
			return brfw_leaf_walk_tests(leaf, i, key, gen, after,
						    before);
		if (r->order >= before)
			break;
		if (r->order > after && brfw_cls_rule_is_visible(r, gen))
			return r;
	}

	return NULL;
}

/* Of rules whose bits are set in a word, the first that matches. */
static struct brfw_cls_rule *
brfw_leaf_scan(const struct brfw_leaf *leaf, unsigned int word, u64 bits,
	       const struct brfw_key *key, u64 gen, u64 after, u64 before)
{
	struct brfw_cls_rule *r;

	for (; bits; bits &= bits - 1) {
		r = rcu_dereference(leaf->rules[64 * word + __ffs64(bits)]);
		if (r->order >= before)
			break;
		if (r->order > after && brfw_cls_rule_matches(r, key, gen) &&
		    brfw_cls_rule_is_visible(r, gen))
			return r;
	}

	return NULL;
}

/* The row of four bits that a key selects. */
static const u64 *brfw_nibble_row(const struct brfw_leaf_nibble *s,
				  const u64 *rows, unsigned int stride,
				  const struct brfw_key *key)
{
	return rows + (((const u8 *)key)[s->offset] >> s->shift & 0xf) * stride;
}

/* The row of a number that a key selects. */
static const u64 *brfw_number_row(const struct brfw_leaf_number *s,
				  const u64 *data, unsigned int stride,
				  const struct brfw_key *key)
{
	const u8 *field = (const u8 *)key + s->offset;
	u16 number = s->size == 1 ? *field : *(const u16 *)field;

	return data + s->rows +
	       brfw_leaf_class((const u16 *)(data + s->bounds), s->nbounds,
			       number) * stride;
}

/* The row of the next element's set that a leaf knows, or NULL. */
static const u64 *brfw_set_next_row(const struct brfw_leaf_set *s,
				    const u64 *data, unsigned int stride,
				    struct brfw_domain_walk *walk)
{
	const u16 *numbers = (const u16 *)(data + s->numbers);
	const struct brfw_elem *e;
	unsigned int class;

	while ((e = brfw_domain_walk_next(walk))) {
		class = brfw_leaf_class(numbers, s->nsets, e->set);
		if (class && numbers[class - 1] == e->set)
			return data + s->rows + class * stride;
	}

	return NULL;
}

/*
 * The row of some sets that a key selects: the rules that needn't be in one, and
 * those that name one that the key is in, but for those that must not be.
 */
static noinline const u64 *brfw_set_row(const struct brfw_leaf_set *s,
					const u64 *data, unsigned int stride,
					const struct brfw_key *key, u64 gen,
					u64 *row)
{
	struct brfw_domain_walk walk BRFW_UNINITIALIZED;
	const u64 *other;
	unsigned int i;

	memcpy(row, data + s->rows, stride * sizeof(*row));
	brfw_domain_walk_start(&walk, s->domain, &s->fields, key, gen);
	while ((other = brfw_set_next_row(s, data, stride, &walk)))
		for (i = 0; i < stride; i++)
			row[i] |= other[i];
	if (!s->negates)
		return row;

	brfw_domain_walk_start(&walk, s->domain, &s->fields, key, gen);
	while ((other = brfw_set_next_row(s, data, stride, &walk)))
		/* The word in front may tell too much. */
		for (i = 1; i < stride; i++)
			row[i] &= ~other[s->nsets * stride + i];

	return row;
}

static bool brfw_leaf_has_common(const struct brfw_leaf *leaf,
				 const u64 *common, const struct brfw_key *key)
{
	unsigned int i;

	for (i = 0; i < leaf->ncommon; i++, common += 3)
		if ((key->words[common[0]] ^ common[1]) & common[2])
			return false;

	return true;
}

/* Look-up in a leaf of up to 64 rules without sets. */
static noinline struct brfw_cls_rule *
brfw_leaf_lookup_word(const struct brfw_leaf *leaf,
		      const struct brfw_key *key, u64 gen, u64 after,
		      u64 before)
{
	const u64 *data = brfw_leaf_data(leaf);
	const u64 *rows = data + leaf->rows;
	u64 bits = ~0ULL;
	unsigned int i;

	if (!brfw_leaf_has_common(leaf, data, key))
		return NULL;

	for (i = 0; i < leaf->nnibbles; i++, rows += 16)
		bits &= *brfw_nibble_row(&leaf->nibbles[i], rows, 1, key);
	for (i = 0; i < leaf->nnumbers && bits; i++)
		bits &= *brfw_number_row(&leaf->numbers[i], data, 1, key);

	return brfw_leaf_scan(leaf, 0, bits, key, gen, after, before);
}

/* Look-up in a larger leaf, with the rows that the key selects. */
static __always_inline struct brfw_cls_rule *
brfw_leaf_lookup_rows(const struct brfw_leaf *leaf, const u64 *const *row,
		      unsigned int n, u64 words, const struct brfw_key *key,
		      u64 gen, u64 after, u64 before)
{
	const u64 *best = brfw_leaf_data(leaf) + 3 * leaf->ncommon;
	struct brfw_cls_rule *r, *found = NULL;
	unsigned int i, word;
	u64 bits;

	for (; words; words &= words - 1) {
		word = __ffs64(words);
		if (best[word] >= before)
			continue;
		for (i = 0, bits = ~0ULL; i < n && bits; i++)
			bits &= row[i][1 + word];
		if (!bits)
			continue;
		r = brfw_leaf_scan(leaf, word, bits, key, gen, after, before);
		if (r) {
			found = r;
			before = r->order;
		}
	}

	return found;
}

/* The same with rows of sets, which have to be put together. */
static noinline struct brfw_cls_rule *
brfw_leaf_lookup_sets(const struct brfw_leaf *leaf, const u64 **row,
		      unsigned int n, u64 words, const struct brfw_key *key,
		      u64 gen, u64 after, u64 before)
{
	u64 buf[BRFW_LEAF_SETS_MAX][1 + BRFW_LEAF_RULES_MAX / 64]
		BRFW_UNINITIALIZED;
	const u64 *data = brfw_leaf_data(leaf);
	unsigned int i;

	for (i = 0; i < leaf->nsets && words; i++) {
		row[n] = brfw_set_row(&brfw_leaf_sets(leaf, data)[i], data,
				      leaf->stride, key, gen, buf[i]);
		words &= *row[n++];
	}

	return brfw_leaf_lookup_rows(leaf, row, n, words, key, gen, after,
				     before);
}

/* Look-up in a larger leaf. */
static noinline struct brfw_cls_rule *
brfw_leaf_lookup_words(const struct brfw_leaf *leaf,
		       const struct brfw_key *key, u64 gen, u64 after,
		       u64 before)
{
	const u64 *data = brfw_leaf_data(leaf);
	const u64 *row[BRFW_LEAF_NIBBLES_MAX + BRFW_LEAF_NUMBERS_MAX +
		       BRFW_LEAF_SETS_MAX] BRFW_UNINITIALIZED;
	unsigned int i, n = 0, stride = leaf->stride;
	const u64 *rows = data + leaf->rows;
	u64 words = ~0ULL;

	if (!brfw_leaf_has_common(leaf, data, key))
		return NULL;

	for (i = 0; i < leaf->nnibbles; i++, rows += 16 * stride) {
		row[n] = brfw_nibble_row(&leaf->nibbles[i], rows, stride, key);
		words &= *row[n++];
	}
	for (i = 0; i < leaf->nnumbers && words; i++) {
		row[n] = brfw_number_row(&leaf->numbers[i], data, stride, key);
		words &= *row[n++];
	}
	if (leaf->nsets)
		return brfw_leaf_lookup_sets(leaf, row, n, words, key, gen,
					     after, before);

	return brfw_leaf_lookup_rows(leaf, row, n, words, key, gen, after,
				     before);
}

/**
 * brfw_leaf_lookup() - find the rule that comes first
 * @leaf: the leaf
 * @key: what was read of the frame
 * @gen: generation of the ruleset to judge by
 * @after: only rules of a larger order
 * @before: only rules of a smaller order
 *
 * Context: RCU read section.
 * Return: the rule, or NULL.
 */
struct brfw_cls_rule *brfw_leaf_lookup(const struct brfw_leaf *leaf,
				       const struct brfw_key *key, u64 gen,
				       u64 after, u64 before)
{
	if (!leaf->nwords)
		return brfw_leaf_walk(leaf, key, gen, after, before);
	if (leaf->stride == 1)
		return brfw_leaf_lookup_word(leaf, key, gen, after, before);

	return brfw_leaf_lookup_words(leaf, key, gen, after, before);
}

/* Rules that a key, which is in no set, leaves to be compared. */
static unsigned int brfw_leaf_count_left(const struct brfw_leaf *leaf,
					 const struct brfw_key *key)
{
	unsigned int stride = leaf->stride;
	const u64 *data = brfw_leaf_data(leaf);
	const u64 *row[BRFW_LEAF_NIBBLES_MAX + BRFW_LEAF_NUMBERS_MAX +
		       BRFW_LEAF_SETS_MAX];
	const u64 *rows = data + leaf->rows;
	unsigned int i, w, n = 0, left = 0;
	u64 bits;

	for (i = 0; i < leaf->nnibbles; i++, rows += 16 * stride)
		row[n++] = brfw_nibble_row(&leaf->nibbles[i], rows, stride, key);
	for (i = 0; i < leaf->nnumbers; i++)
		row[n++] = brfw_number_row(&leaf->numbers[i], data, stride, key);
	for (i = 0; i < leaf->nsets; i++)
		row[n++] = data + brfw_leaf_sets(leaf, data)[i].rows;
	for (w = 0; w < leaf->nwords; w++) {
		for (i = 0, bits = ~0ULL; i < n; i++)
			bits &= row[i][stride - leaf->nwords + w];
		left += hweight64(bits);
	}

	return left;
}

/**
 * brfw_leaf_estimate() - what a look-up takes
 * @leaf: the leaf
 * @key: the key
 *
 * Context: writers excluded.
 * Return: about as many instructions.
 */
unsigned int brfw_leaf_estimate(const struct brfw_leaf *leaf,
				const struct brfw_key *key)
{
	unsigned int i, n;

	if (!leaf->nwords)
		return leaf->nrules * BRFW_COST_COMPARE / 2;

	n = BRFW_COST_LEAF + leaf->nnibbles * BRFW_COST_NIBBLE * leaf->nwords;
	for (i = 0; i < leaf->nnumbers; i++)
		n += BRFW_COST_NUMBER +
		     BRFW_COST_BISECT * fls(leaf->numbers[i].nbounds);

	return n + brfw_leaf_count_left(leaf, key) * BRFW_COST_COMPARE;
}

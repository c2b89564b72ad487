// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building leaves: which parts of the key get selectors, and what their rows
 * are. leaf.h tells the idea.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "leaf.h"
#include "leaf_parts.h"
#include "slots.h"

/* So many rules are compared faster than rows are combined. */
#define BRFW_LEAF_LINEAR_MAX	8

/* So many rules that name sets are worth a selector for these. */
#define BRFW_LEAF_SET_RULES	4

/* Parts of the key that may get a selector. */
#define BRFW_LEAF_CANDIDATES	(2 * sizeof(struct brfw_key) + \
				 BRFW_LEAF_NUMBERS_MAX + BRFW_LEAF_SETS_MAX)
#define BRFW_LEAF_SAMPLES	24

/*
 * Classes of a number that rules may make, but for those on their way out, so that
 * rows can't take memory without bound.
 */
#define BRFW_LEAF_BOUNDS_MAX	4096

/* Words of bits that weigh as much as one rule in the cost of a look-up. */
#define BRFW_COST_WORDS		8

/**
 * enum brfw_part - what a selector looks at
 * @BRFW_PART_NIBBLE: four bits, struct brfw_leaf_nibble
 * @BRFW_PART_NUMBER: a number, struct brfw_leaf_number
 * @BRFW_PART_SET: sets, struct brfw_leaf_set
 * @BRFW_PARTS: number of them
 */
enum brfw_part {
	BRFW_PART_NIBBLE,
	BRFW_PART_NUMBER,
	BRFW_PART_SET,
	BRFW_PARTS,
};

/**
 * struct brfw_leaf_candidate - a part of the key that may get a selector
 * @part: enum brfw_part
 * @offset: as in the selector
 * @size: as in the selector
 * @shift: as in the selector
 * @is_chosen: it gets one
 * @nbounds: as in the selector; number of sets
 * @bounds: as in the selector; numbers of the sets
 * @rows: a row for each class, without the word in front
 * @domain: as in the selector
 * @fields: as in the selector
 * @negates: as in the selector
 */
struct brfw_leaf_candidate {
	u8 part;
	u8 offset;
	u8 size;
	u8 shift;
	bool is_chosen;
	u16 nbounds;
	u16 *bounds;
	u64 *rows;
	struct brfw_domain *domain;
	struct brfw_set_fields fields;
	bool negates;
};

/**
 * struct brfw_leaf_builder - a leaf in the making
 * @rules: in ascending order
 * @n: number of them
 * @nwords: words of bits
 * @ncandidates: number of them
 * @nchosen: of these, how many get selectors, by enum brfw_part
 * @costs: brfw_cls_rule_cost() of each rule, or NULL when that is 1
 * @candidates: parts of the key that don't have one value in all rules
 * @common: bits of the key that have one value in all rules
 * @common_value: that value
 * @match: scratch
 * @key: scratch
 * @mask: scratch
 * @seen: scratch
 * @all: scratch
 * @place: which bit of the finished leaf rule i has, or NULL for bit i
 */
struct brfw_leaf_builder {
	struct brfw_cls_rule **rules;
	unsigned int n;
	unsigned int nwords;
	unsigned int ncandidates;
	unsigned int nchosen[BRFW_PARTS];
	u16 *costs;
	struct brfw_leaf_candidate candidates[BRFW_LEAF_CANDIDATES];
	struct brfw_key common;
	struct brfw_key common_value;
	struct brfw_match match;
	struct brfw_key key;
	struct brfw_key mask;
	u64 seen[BRFW_LEAF_RULES_MAX / 64];
	u64 all[BRFW_LEAF_RULES_MAX / 64];
	u16 *place;
};

#define brfw_for_each_candidate(c, b) \
	for ((c) = (b)->candidates; (c) < (b)->candidates + (b)->ncandidates; (c)++)

/* Those of one kind that get a selector. */
#define brfw_for_each_chosen(c, b, kind) \
	brfw_for_each_candidate(c, b) \
		if (!(c)->is_chosen || (c)->part != (kind)) {} else

static void brfw_bits_set(u64 *bits, unsigned int i)
{
	bits[i / 64] |= 1ULL << i % 64;
}

static void brfw_bits_flip(u64 *bits, unsigned int i)
{
	bits[i / 64] ^= 1ULL << i % 64;
}

static unsigned int brfw_bits_count_and(const u64 *a, const u64 *b,
					unsigned int nwords)
{
	unsigned int i, n = 0;

	for (i = 0; i < nwords; i++)
		n += hweight64(a[i] & b[i]);

	return n;
}

/* They come in order but for a few. */
static void brfw_leaf_sort(struct brfw_cls_rule **rules, unsigned int n)
{
	struct brfw_cls_rule *r;
	unsigned int i, j;

	for (i = 1; i < n; i++) {
		r = rules[i];
		for (j = i; j && rules[j - 1]->order > r->order; j--)
			rules[j] = rules[j - 1];
		rules[j] = r;
	}
}

/* Bits that all rules compare, and with the same value; and all that any does. */
static void brfw_leaf_find_common(struct brfw_leaf_builder *b,
				  struct brfw_key *any)
{
	struct brfw_key *value = &b->key;
	unsigned int i, w;
	u64 differ;

	memset(&b->common, 0xff, sizeof(b->common));
	memset(any, 0, sizeof(*any));

	for (i = 0; i < b->n; i++) {
		brfw_cls_rule_get_masked(b->rules[i], value, &b->mask);
		if (!i)
			b->common_value = *value;
		for (w = 0; w < BRFW_KEY_WORDS; w++) {
			differ = value->words[w] ^ b->common_value.words[w];
			b->common.words[w] &= b->mask.words[w] & ~differ;
			any->words[w] |= b->mask.words[w];
		}
	}
	for (w = 0; w < BRFW_KEY_WORDS; w++)
		b->common_value.words[w] &= b->common.words[w];
}

/* Does a leaf, if there is one, have a selector like this? */
static bool brfw_leaf_has_selector(const struct brfw_leaf *like,
				   unsigned int offset, unsigned int size,
				   unsigned int shift)
{
	unsigned int i;

	if (!like)
		return true;

	for (i = 0; !size && i < like->nnibbles; i++)
		if (like->nibbles[i].offset == offset &&
		    like->nibbles[i].shift == shift)
			return true;
	for (i = 0; size && i < like->nnumbers; i++)
		if (like->numbers[i].offset == offset)
			return true;

	return false;
}

/* ---- rows for four bits ---- */

static int brfw_leaf_add_nibble(struct brfw_leaf_builder *b,
				unsigned int offset, unsigned int shift)
{
	struct brfw_leaf_candidate *c = &b->candidates[b->ncandidates];

	memset(c, 0, sizeof(*c));
	c->offset = offset;
	c->shift = shift;
	c->rows = kvcalloc(16 * b->nwords, sizeof(u64), GFP_KERNEL);
	if (!c->rows)
		return -ENOMEM;
	b->ncandidates++;

	return 0;
}

/* Enter rule @i, whose value and mask are in @b, in the rows of four bits. */
static void brfw_leaf_fill_nibble(struct brfw_leaf_builder *b,
				  struct brfw_leaf_candidate *c, unsigned int i)
{
	u8 value = ((u8 *)&b->key)[c->offset] >> c->shift & 0xf;
	u8 mask = ((u8 *)&b->mask)[c->offset] >> c->shift & 0xf;
	unsigned int v;

	if (mask == 0xf) {
		brfw_bits_set(c->rows + value * b->nwords, i);
		return;
	}
	for (v = 0; v < 16; v++)
		if ((v & mask) == value)
			brfw_bits_set(c->rows + v * b->nwords, i);
}

/* ---- rows for numbers ---- */

/* The test of a number that a row can decide, or NULL. */
static const struct brfw_test *
brfw_match_number(const struct brfw_match *m, unsigned int offset)
{
	const struct brfw_test *test;
	unsigned int i, j;

	for (i = 0; i < m->ntests; i++) {
		test = &m->tests[i];
		if (test->kind != BRFW_TEST_RANGES || test->offset != offset)
			continue;
		for (j = 1; j < test->nranges; j++)
			if (test->ranges[j].first <= test->ranges[j - 1].last)
				break;
		if (j >= test->nranges)
			return test;
	}

	return NULL;
}

/* Numbers that rules have ranges of; the rest is left to comparing. */
static void brfw_leaf_add_numbers(struct brfw_leaf_builder *b,
				  const struct brfw_leaf *like)
{
	struct brfw_leaf_candidate *c;
	const struct brfw_test *test;
	unsigned int i, j, k, first = b->ncandidates;

	for (i = 0; i < b->n; i++) {
		brfw_loop_relax(i);
		if (!b->rules[i]->ntest_words)
			continue;
		brfw_cls_rule_get_match(b->rules[i], &b->match);
		for (j = 0; j < b->match.ntests; j++) {
			test = &b->match.tests[j];
			if (test->kind != BRFW_TEST_RANGES ||
			    !brfw_leaf_has_selector(like, test->offset,
						    test->size, 0))
				continue;
			for (k = first; k < b->ncandidates; k++)
				if (b->candidates[k].offset == test->offset)
					break;
			if (k < b->ncandidates ||
			    k - first == BRFW_LEAF_NUMBERS_MAX)
				continue;
			c = &b->candidates[b->ncandidates++];
			memset(c, 0, sizeof(*c));
			c->part = BRFW_PART_NUMBER;
			c->offset = test->offset;
			c->size = test->size;
		}
	}
}

/* Up to @max pairs of a number and a rule whose bit flips there. */
struct brfw_leaf_events {
	unsigned int n;
	unsigned int max;
	u32 event[];
};

#define BRFW_EVENT(number, i)	((u32)(number) * BRFW_LEAF_RULES_MAX + (i))
#define BRFW_EVENT_NUMBER(e)	((e) / BRFW_LEAF_RULES_MAX)
#define BRFW_EVENT_RULE(e)	((e) % BRFW_LEAF_RULES_MAX)

static void brfw_events_add_range(struct brfw_leaf_events *ev, unsigned int i,
				  u16 first, u16 last)
{
	if (ev->n + 2 > ev->max) {
		ev->n = ev->max + 1;
		return;
	}
	ev->event[ev->n++] = BRFW_EVENT(first, i);
	if (last < U16_MAX)
		ev->event[ev->n++] = BRFW_EVENT(last + 1, i);
}

/* Mask of a number in a key, with all bits set when all are compared. */
static u16 brfw_number_mask(const struct brfw_key *mask,
			    const struct brfw_leaf_candidate *c)
{
	const u8 *field = (const u8 *)mask + c->offset;

	if (c->size == 2)
		return *(const u16 *)field;

	return *field == U8_MAX ? U16_MAX : *field;
}

/* Where rule @i begins and ends to match; at number 0 it doesn't yet. */
static void brfw_leaf_add_events(struct brfw_leaf_builder *b,
				 const struct brfw_leaf_candidate *c,
				 unsigned int i, struct brfw_leaf_events *ev)
{
	const u8 *value = (const u8 *)&b->match.value + c->offset;
	const struct brfw_test *test;
	unsigned int j;
	u16 number;

	brfw_cls_rule_get_match(b->rules[i], &b->match);
	test = brfw_match_number(&b->match, c->offset);
	if (test) {
		for (j = 0; j < test->nranges; j++)
			brfw_events_add_range(ev, i, test->ranges[j].first,
					      test->ranges[j].last);
		if (test->negate)
			brfw_events_add_range(ev, i, 0, U16_MAX);
		return;
	}

	number = c->size == 1 ? *value : *(const u16 *)value;
	if (brfw_number_mask(&b->match.mask, c) == U16_MAX)
		brfw_events_add_range(ev, i, number, number);
	else
		brfw_events_add_range(ev, i, 0, U16_MAX);
}

static int brfw_events_compare(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ? -1 :
	       *(const u32 *)a > *(const u32 *)b;
}

/* Classes and rows from sorted events. */
static int brfw_leaf_fill_classes(struct brfw_leaf_builder *b,
				  struct brfw_leaf_candidate *c,
				  const struct brfw_leaf_events *ev)
{
	unsigned int i, number, nbounds = 0;
	u64 *row;

	for (i = 0; i < ev->n; i++) {
		number = BRFW_EVENT_NUMBER(ev->event[i]);
		if (number &&
		    (!i || number != BRFW_EVENT_NUMBER(ev->event[i - 1])))
			nbounds++;
	}
	c->bounds = kvcalloc(nbounds + 1, sizeof(u16), GFP_KERNEL);
	c->rows = kvcalloc((nbounds + 1) * b->nwords, sizeof(u64), GFP_KERNEL);
	if (!c->bounds || !c->rows)
		return -ENOMEM;

	for (i = 0, row = c->rows; i < ev->n; i++) {
		brfw_loop_relax(i);
		number = BRFW_EVENT_NUMBER(ev->event[i]);
		if (number &&
		    (!c->nbounds || number != c->bounds[c->nbounds - 1])) {
			c->bounds[c->nbounds++] = number;
			memcpy(row + b->nwords, row, b->nwords * sizeof(u64));
			row += b->nwords;
		}
		brfw_bits_flip(row, BRFW_EVENT_RULE(ev->event[i]));
	}

	return 0;
}

/* Return: 0, -ENOMEM, or -ENOSPC when there would be too many classes. */
static int brfw_leaf_fill_number(struct brfw_leaf_builder *b,
				 struct brfw_leaf_candidate *c)
{
	struct brfw_leaf_events *ev;
	unsigned int i, max, before, nstay = 0;
	int err = -ENOSPC;

	max = min_t(unsigned int, 2 * BRFW_LEAF_BOUNDS_MAX,
		    b->n * 2 * (BRFW_TEST_RANGES_MAX + 1));
	ev = kvcalloc(1, struct_size(ev, event, max), GFP_KERNEL);
	if (!ev)
		return -ENOMEM;
	ev->max = max;

	for (i = 0; i < b->n && ev->n <= max; i++) {
		brfw_loop_relax(i);
		before = ev->n;
		brfw_leaf_add_events(b, c, i, ev);
		if (b->rules[i]->gen_del == BRFW_GEN_NEVER)
			nstay += ev->n - before;
	}
	if (ev->n <= max && nstay <= BRFW_LEAF_BOUNDS_MAX) {
		sort(ev->event, ev->n, sizeof(ev->event[0]),
		     brfw_events_compare, NULL);
		err = brfw_leaf_fill_classes(b, c, ev);
	}
	kvfree(ev);

	return err;
}

static unsigned int brfw_candidate_classes(const struct brfw_leaf_candidate *c)
{
	if (c->part == BRFW_PART_NIBBLE)
		return 16;

	return (c->negates ? 2 : 1) * c->nbounds + 1;
}

/* ---- rows for sets ---- */

/* Is a test one that the rows of a candidate can decide? */
static bool brfw_candidate_has_test(const struct brfw_leaf_candidate *c,
				    const struct brfw_test *test)
{
	return test->kind == BRFW_TEST_SET && test->domain == c->domain &&
	       !memcmp(&test->fields, &c->fields, sizeof(c->fields));
}

/* The set that a rule needs and the rows of a candidate tell, or NULL. */
static const struct brfw_test *
brfw_match_set(const struct brfw_match *m, const struct brfw_leaf_candidate *c)
{
	const struct brfw_test *test;

	for (test = m->tests; test < m->tests + m->ntests; test++)
		if (brfw_candidate_has_test(c, test) && !test->negate)
			return test;

	return NULL;
}

/* Tests of a rule that the rows of a candidate decide: one, or negated ones. */
static unsigned int brfw_match_count_sets(const struct brfw_match *m,
					  const struct brfw_leaf_candidate *c)
{
	unsigned int i, n = !!brfw_match_set(m, c);

	for (i = 0; i < m->ntests; i++)
		n += brfw_candidate_has_test(c, &m->tests[i]) &&
		     m->tests[i].negate;

	return n;
}

/* Numbers of the sets that rules name. Return: how often they do, or -ENOMEM. */
static int brfw_leaf_fill_sets(struct brfw_leaf_builder *b,
			       struct brfw_leaf_candidate *c)
{
	const struct brfw_test *test;
	unsigned int i, j;
	u64 *named, bits;
	int n = 0;

	named = kvcalloc((U16_MAX + 1) / 64, sizeof(*named), GFP_KERNEL);
	if (!named)
		return -ENOMEM;

	for (i = 0; i < b->n; i++) {
		brfw_loop_relax(i);
		brfw_cls_rule_get_match(b->rules[i], &b->match);
		for (j = 0; j < b->match.ntests; j++) {
			test = &b->match.tests[j];
			if (!brfw_candidate_has_test(c, test))
				continue;
			brfw_bits_set(named, test->set);
			c->negates |= test->negate;
			n++;
		}
	}
	for (i = 0; i < (U16_MAX + 1) / 64; i++)
		for (bits = named[i]; bits; bits &= bits - 1)
			c->bounds[c->nbounds++] = 64 * i + __ffs64(bits);
	kvfree(named);

	return n;
}

/* Enter rule @i, whose conditions are in @b, in the rows of sets. */
static void brfw_leaf_fill_set_row(struct brfw_leaf_builder *b,
				   struct brfw_leaf_candidate *c, unsigned int i)
{
	const struct brfw_test *test = brfw_match_set(&b->match, c);
	unsigned int j, class;

	class = test ? brfw_leaf_class(c->bounds, c->nbounds, test->set) : 0;
	brfw_bits_set(c->rows + class * b->nwords, i);

	for (j = 0; j < b->match.ntests; j++) {
		test = &b->match.tests[j];
		if (!brfw_candidate_has_test(c, test) || !test->negate)
			continue;
		class = brfw_leaf_class(c->bounds, c->nbounds, test->set);
		brfw_bits_set(c->rows + (c->nbounds + class) * b->nwords, i);
	}
}

static int brfw_leaf_fill_set_rows(struct brfw_leaf_builder *b,
				   struct brfw_leaf_candidate *c)
{
	unsigned int i;

	c->rows = kvcalloc(brfw_candidate_classes(c) * b->nwords, sizeof(u64),
			   GFP_KERNEL);
	if (!c->rows)
		return -ENOMEM;
	for (i = 0; i < b->n; i++) {
		brfw_loop_relax(i);
		brfw_cls_rule_get_match(b->rules[i], &b->match);
		brfw_leaf_fill_set_row(b, c, i);
	}

	return 0;
}

/* Fields for which a rule, whose conditions are in @b, names a set. */
static void brfw_leaf_add_set_fields(struct brfw_leaf_builder *b,
				     unsigned int first)
{
	const struct brfw_test *test;
	struct brfw_leaf_candidate *c;
	unsigned int i, k;

	for (i = 0; i < b->match.ntests; i++) {
		test = &b->match.tests[i];
		if (test->kind != BRFW_TEST_SET)
			continue;
		for (k = first; k < b->ncandidates; k++)
			if (brfw_candidate_has_test(&b->candidates[k], test))
				break;
		if (k < b->ncandidates || k - first == BRFW_LEAF_SETS_MAX)
			continue;
		c = &b->candidates[b->ncandidates++];
		memset(c, 0, sizeof(*c));
		c->part = BRFW_PART_SET;
		c->domain = test->domain;
		c->fields = test->fields;
	}
}

/* Where there are sets, rules don't cost the same to compare. */
static int brfw_leaf_count_costs(struct brfw_leaf_builder *b)
{
	unsigned int i;

	b->costs = kvcalloc(b->n, sizeof(*b->costs), GFP_KERNEL);
	if (!b->costs)
		return -ENOMEM;
	for (i = 0; i < b->n; i++)
		b->costs[i] = brfw_cls_rule_cost(b->rules[i]);

	return 0;
}

/*
 * Rows for sets, where that many rules name one for the same fields that one
 * search is less than a look-up for each.
 */
static int brfw_leaf_add_sets(struct brfw_leaf_builder *b)
{
	unsigned int i, first = b->ncandidates;
	struct brfw_leaf_candidate *c;
	int err, n;

	for (i = 0; i < b->n; i++) {
		brfw_loop_relax(i);
		if (!b->rules[i]->ntest_words)
			continue;
		brfw_cls_rule_get_match(b->rules[i], &b->match);
		brfw_leaf_add_set_fields(b, first);
	}
	if (b->ncandidates == first)
		return 0;
	err = brfw_leaf_count_costs(b);
	if (err)
		return err;

	for (i = first; i < b->ncandidates; i++) {
		c = &b->candidates[i];
		c->bounds = kvcalloc(b->n * BRFW_TESTS_MAX, sizeof(*c->bounds),
				     GFP_KERNEL);
		if (!c->bounds)
			return -ENOMEM;
		n = brfw_leaf_fill_sets(b, c);
		if (n < 0)
			return n;
		if (n < BRFW_LEAF_SET_RULES)
			continue;
		err = brfw_domain_enable_walks(c->domain);
		/* It must be done without where too many sets have one value. */
		if (!err)
			err = brfw_leaf_fill_set_rows(b, c);
		if (err == -ENOMEM)
			return err;
	}

	return 0;
}

/* ---- which of them are worth it ---- */

static int brfw_leaf_add_candidates(struct brfw_leaf_builder *b,
				    const struct brfw_key *any,
				    const struct brfw_leaf *like)
{
	const u8 *used = (const u8 *)any;
	const u8 *common = (const u8 *)&b->common;
	unsigned int offset, shift, i;
	struct brfw_leaf_candidate *c;
	int err;

	for (offset = 0; offset < sizeof(*any); offset++) {
		for (shift = 0; shift < 8; shift += 4) {
			if (!((used[offset] & ~common[offset]) >> shift & 0xf))
				continue;
			if (!brfw_leaf_has_selector(like, offset, 0, shift))
				continue;
			err = brfw_leaf_add_nibble(b, offset, shift);
			if (err)
				return err;
		}
	}
	for (i = 0; i < b->n; i++) {
		cond_resched();
		brfw_cls_rule_get_masked(b->rules[i], &b->key, &b->mask);
		brfw_for_each_candidate(c, b)
			brfw_leaf_fill_nibble(b, c, i);
	}

	i = b->ncandidates;
	brfw_leaf_add_numbers(b, like);
	for (; i < b->ncandidates; i++) {
		err = brfw_leaf_fill_number(b, &b->candidates[i]);
		if (err && err != -ENOSPC)
			return err;
	}

	return brfw_leaf_add_sets(b);
}

static const u64 *brfw_candidate_row(const struct brfw_leaf_builder *b,
				     const struct brfw_leaf_candidate *c,
				     const struct brfw_key *key)
{
	const u8 *field = (const u8 *)key + c->offset;
	unsigned int class;

	if (c->part == BRFW_PART_SET)
		class = 0;
	else if (c->part == BRFW_PART_NIBBLE)
		class = *field >> c->shift & 0xf;
	else
		class = brfw_leaf_class(c->bounds, c->nbounds,
					c->size == 1 ? *field :
						       *(const u16 *)field);

	return c->rows + class * b->nwords;
}

static unsigned int brfw_candidate_cost(const struct brfw_leaf_candidate *c)
{
	if (c->part == BRFW_PART_NIBBLE)
		return BRFW_COST_NIBBLE;

	return BRFW_COST_NUMBER + BRFW_COST_BISECT * fls(c->nbounds);
}

/**
 * struct brfw_leaf_samples - keys to try selectors with
 * @n: number of them
 * @key: the keys
 * @left: rules that the selectors chosen so far leave for each
 */
struct brfw_leaf_samples {
	unsigned int n;
	struct brfw_key key[BRFW_LEAF_SAMPLES];
	u64 left[BRFW_LEAF_SAMPLES][BRFW_LEAF_RULES_MAX / 64];
};

/* Instructions that a selector saves, over all samples. */
static int brfw_candidate_gain(const struct brfw_leaf_builder *b,
			       const struct brfw_leaf_candidate *c,
			       const struct brfw_leaf_samples *samples)
{
	unsigned int i, before = 0, after = 0;

	for (i = 0; i < samples->n; i++) {
		before += brfw_bits_count_and(samples->left[i],
					      samples->left[i], b->nwords);
		after += brfw_bits_count_and(samples->left[i],
					     brfw_candidate_row(b, c, &samples->key[i]),
					     b->nwords);
	}

	return (before - after) * BRFW_COST_COMPARE -
	       samples->n * brfw_candidate_cost(c);
}

static unsigned int brfw_builder_selectors(const struct brfw_leaf_builder *b)
{
	return b->nchosen[BRFW_PART_NIBBLE] + b->nchosen[BRFW_PART_NUMBER] +
	       b->nchosen[BRFW_PART_SET];
}

static void brfw_leaf_choose(struct brfw_leaf_builder *b,
			     struct brfw_leaf_samples *samples,
			     struct brfw_leaf_candidate *c)
{
	unsigned int i, w;
	const u64 *row;

	c->is_chosen = true;
	b->nchosen[c->part]++;
	for (i = 0; i < samples->n; i++) {
		row = brfw_candidate_row(b, c, &samples->key[i]);
		for (w = 0; w < b->nwords; w++)
			samples->left[i][w] &= row[w];
	}
}

/* Selectors of sets are always worth it. A key is taken to be in no set. */
static void brfw_leaf_choose_sets(struct brfw_leaf_builder *b,
				  struct brfw_leaf_samples *samples)
{
	struct brfw_leaf_candidate *c;

	brfw_for_each_candidate(c, b)
		if (c->part == BRFW_PART_SET && c->rows)
			brfw_leaf_choose(b, samples, c);
}

static void brfw_leaf_choose_best(struct brfw_leaf_builder *b,
				  struct brfw_leaf_samples *samples)
{
	struct brfw_leaf_candidate *c, *best;
	int gain, best_gain;

	for (;;) {
		best = NULL;
		best_gain = 0;
		brfw_for_each_candidate(c, b) {
			if (c->is_chosen || !c->rows || c->part == BRFW_PART_SET ||
			    (c->part == BRFW_PART_NIBBLE &&
			     b->nchosen[c->part] == BRFW_LEAF_NIBBLES_MAX))
				continue;
			cond_resched();
			gain = brfw_candidate_gain(b, c, samples);
			if (!best || gain > best_gain) {
				best = c;
				best_gain = gain;
			}
		}
		/* One is needed, whatever it's worth. */
		if (!best || (best_gain <= 0 && brfw_builder_selectors(b)))
			break;
		brfw_leaf_choose(b, samples, best);
	}
}

static int brfw_leaf_choose_selectors(struct brfw_leaf_builder *b)
{
	struct brfw_leaf_samples *samples;
	unsigned int i, rule, other;

	samples = kvzalloc(sizeof(*samples), GFP_KERNEL);
	if (!samples)
		return -ENOMEM;

	samples->n = min_t(unsigned int, b->n, BRFW_LEAF_SAMPLES);
	for (i = 0; i < samples->n; i++) {
		rule = i * b->n / samples->n;
		other = (rule * 7 + b->n / 2) % b->n;
		brfw_cls_rule_make_key(b->rules[rule], b->rules[other],
				       &b->match, &samples->key[i]);
		memset(samples->left[i], 0xff, b->nwords * sizeof(u64));
		if (b->n % 64)
			samples->left[i][b->nwords - 1] >>= 64 - b->n % 64;
	}
	brfw_leaf_choose_sets(b, samples);
	brfw_leaf_choose_best(b, samples);
	kvfree(samples);

	return 0;
}

/* ---- the finished leaf ---- */

/*
 * Bit i of @bits: rule i stays, and has conditions that neither the selectors
 * nor the common words decide, so that it may have to be compared in vain.
 */
static void brfw_leaf_find_inexact(struct brfw_leaf_builder *b,
				   const struct brfw_key *known, u64 *bits)
{
	const struct brfw_leaf_candidate *c;
	const struct brfw_test *test;
	struct brfw_key exact;
	unsigned int i, w, ntests;
	bool is_exact;

	exact = b->common;
	if (known)
		for (w = 0; w < BRFW_KEY_WORDS; w++)
			exact.words[w] |= known->words[w];
	brfw_for_each_chosen(c, b, BRFW_PART_NIBBLE)
		((u8 *)&exact)[c->offset] |= 0xf << c->shift;

	for (i = 0; i < b->n; i++) {
		brfw_loop_relax(i);
		if (b->rules[i]->gen_del != BRFW_GEN_NEVER)
			continue;
		brfw_cls_rule_get_match(b->rules[i], &b->match);
		b->mask = b->match.mask;
		ntests = b->match.ntests;
		brfw_for_each_candidate(c, b) {
			if (!c->is_chosen || c->part == BRFW_PART_NIBBLE)
				continue;
			if (c->part == BRFW_PART_SET) {
				ntests -= brfw_match_count_sets(&b->match, c);
				continue;
			}
			test = brfw_match_number(&b->match, c->offset);
			if (test)
				ntests--;
			else if (brfw_number_mask(&b->mask, c) == U16_MAX)
				memset((u8 *)&b->mask + c->offset, 0, c->size);
		}
		is_exact = !ntests;
		for (w = 0; w < BRFW_KEY_WORDS; w++)
			is_exact &= !(b->mask.words[w] & ~exact.words[w]);
		if (!is_exact)
			brfw_bits_set(bits, i);
	}
}

/* Words of the finished leaf that have bits of a row. */
static unsigned int brfw_leaf_count_words(const struct brfw_leaf_builder *b,
					  const u64 *row)
{
	unsigned int w;
	u64 bits, words = 0;

	if (b->nwords == 1)
		return 1;
	for (w = 0; w < b->nwords; w++)
		for (bits = row[w]; bits; bits &= bits - 1)
			words |= 1ULL << b->place[64 * w + __ffs64(bits)] / 64;

	return hweight64(words);
}

/* What it costs to compare the rules of a row, or those that are in another, too. */
static unsigned int brfw_leaf_add_costs(const struct brfw_leaf_builder *b,
					const u64 *row, const u64 *other)
{
	unsigned int w, n = 0;
	u64 bits;

	if (!b->costs)
		return brfw_bits_count_and(row, other, b->nwords);
	for (w = 0; w < b->nwords; w++)
		for (bits = row[w] & other[w]; bits; bits &= bits - 1)
			n += b->costs[64 * w + __ffs64(bits)];

	return n;
}

/*
 * Most rules that a key can make a look-up compare: those that are compared in
 * vain, and in each word one that matches, since another one may come before.
 * Which sets a key is in can't be told.
 */
static unsigned int brfw_leaf_worst(const struct brfw_leaf_builder *b,
				    const u64 *inexact)
{
	unsigned int i, n, most, worst = 0, dearest = 1;
	const struct brfw_leaf_candidate *c;
	const u64 *row;

	for (i = 0; i < b->n; i++) {
		n = b->costs ? b->costs[i] : 1;
		worst += n;
		dearest = max(dearest, n);
	}
	if (b->nchosen[BRFW_PART_SET])
		worst = min(worst, brfw_leaf_add_costs(b, inexact, inexact) +
				   b->nwords * dearest);
	brfw_for_each_candidate(c, b) {
		if (!c->is_chosen || c->part == BRFW_PART_SET)
			continue;
		n = brfw_candidate_classes(c);
		for (i = 0, most = 0; i < n; i++) {
			cond_resched();
			row = c->rows + i * b->nwords;
			most = max(most, brfw_leaf_add_costs(b, inexact, row) +
					 brfw_leaf_count_words(b, row) * dearest);
		}
		worst = min(worst, most);
	}

	return worst;
}

static unsigned int brfw_builder_stride(const struct brfw_leaf_builder *b)
{
	return b->nwords == 1 && !b->nchosen[BRFW_PART_SET] ? 1 : b->nwords + 1;
}

/* What the selectors cost, those of sets with as many elements as may be. */
static unsigned int brfw_leaf_selector_cost(const struct brfw_leaf_builder *b)
{
	unsigned int cost, words = 0, stride = brfw_builder_stride(b);
	const struct brfw_leaf_candidate *c;

	cost = DIV_ROUND_UP((b->nchosen[BRFW_PART_NIBBLE] +
			     b->nchosen[BRFW_PART_NUMBER]) * stride,
			    BRFW_COST_WORDS);
	brfw_for_each_chosen(c, b, BRFW_PART_SET) {
		cost += brfw_domain_cost(c->domain);
		words += BRFW_DOMAIN_EQUAL_MAX +
			 min_t(unsigned int, c->nbounds, BRFW_DOMAIN_EQUAL_MAX) * stride;
	}

	return cost + DIV_ROUND_UP(words, BRFW_COST_WORDS);
}

static int brfw_leaf_find_cost(struct brfw_leaf_builder *b,
			       const struct brfw_key *known,
			       struct brfw_leaf *leaf)
{
	u64 *inexact = kvcalloc(b->nwords, sizeof(u64), GFP_KERNEL);

	if (!inexact)
		return -ENOMEM;

	brfw_leaf_find_inexact(b, known, inexact);
	leaf->cost = brfw_leaf_worst(b, inexact) + brfw_leaf_selector_cost(b);
	kvfree(inexact);

	return 0;
}

/**
 * struct brfw_leaf_order - where a rule goes
 * @likeness: rules with similar ones have bits in the same words
 * @selected: bits for selectors, whether they leave it out for some value
 * @i: the rule
 */
struct brfw_leaf_order {
	u64 likeness;
	u16 selected;
	u16 i;
};

static int brfw_leaf_order_compare(const void *pa, const void *pb)
{
	const struct brfw_leaf_order *a = pa, *b = pb;

	return a->likeness < b->likeness ? -1 : a->likeness > b->likeness;
}

static int brfw_leaf_order_compare_i(const void *pa, const void *pb)
{
	const struct brfw_leaf_order *a = pa, *b = pb;

	return a->i < b->i ? -1 : a->i > b->i;
}

/* What a selector does to each rule: the class that it first lets it through in */
static void brfw_leaf_add_likeness(struct brfw_leaf_builder *b,
				   const struct brfw_leaf_candidate *c,
				   struct brfw_leaf_order *order)
{
	unsigned int i, w, class, n = brfw_candidate_classes(c);
	const u64 *row = c->rows;
	u64 bits;

	memset(b->seen, 0, sizeof(b->seen));
	memset(b->all, 0xff, sizeof(b->all));
	for (i = 0; i < b->n; i++)
		order[i].likeness <<= 4;
	for (class = 0; class < n; class++, row += b->nwords) {
		brfw_loop_relax(class);
		for (w = 0; w < b->nwords; w++) {
			for (bits = row[w] & ~b->seen[w]; bits; bits &= bits - 1)
				order[64 * w + __ffs64(bits)].likeness |=
					class / DIV_ROUND_UP(n, 16);
			b->seen[w] |= row[w];
			b->all[w] &= row[w];
		}
	}
	for (i = 0; i < b->n; i++)
		order[i].selected = 2 * order[i].selected +
				    !(b->all[i / 64] >> i % 64 & 1);
}

/*
 * Let rules that the same values select share words, so that most words of
 * combined rows are 0: first by the selectors that leave them out, then by the
 * first value of each that doesn't. Those of a word are in order, so that a
 * look-up compares at most one that matches in each.
 */
static int brfw_leaf_sort_places(struct brfw_leaf_builder *b)
{
	const struct brfw_leaf_candidate *c;
	struct brfw_leaf_order *order;
	unsigned int i;

	order = kvcalloc(b->n, sizeof(*order), GFP_KERNEL);
	b->place = kvcalloc(b->n, sizeof(*b->place), GFP_KERNEL);
	if (!order || !b->place) {
		kvfree(order);
		return -ENOMEM;
	}

	brfw_for_each_candidate(c, b)
		if (c->is_chosen && c->part != BRFW_PART_SET)
			brfw_leaf_add_likeness(b, c, order);
	for (i = 0; i < b->n; i++) {
		order[i].i = i;
		order[i].likeness |= (u64)order[i].selected <<
				     4 * (BRFW_LEAF_NIBBLES_MAX + BRFW_LEAF_NUMBERS_MAX);
	}
	sort(order, b->n, sizeof(*order), brfw_leaf_order_compare, NULL);
	for (i = 0; i < b->n; i += 64)
		sort(order + i, min_t(unsigned int, b->n - i, 64),
		     sizeof(*order), brfw_leaf_order_compare_i, NULL);
	for (i = 0; i < b->n; i++)
		b->place[order[i].i] = i;
	kvfree(order);

	return 0;
}

/* Copy the bits of a row to where they go. */
static void brfw_leaf_put_row(const struct brfw_leaf_builder *b, const u64 *row,
			      u64 *out)
{
	unsigned int w, i;
	u64 bits;

	if (brfw_builder_stride(b) == 1) {
		*out = *row;
		return;
	}
	for (w = 0; w < b->nwords; w++) {
		for (bits = row[w]; bits; bits &= bits - 1) {
			i = 64 * w + __ffs64(bits);
			if (b->place)
				i = b->place[i];
			brfw_bits_set(out + 1, i);
			*out |= 1ULL << i / 64;
		}
	}
}

/* Copy rows, with a word in front that tells which of theirs aren't 0. */
static u64 *brfw_leaf_put_rows(const struct brfw_leaf_builder *b,
			       const struct brfw_leaf_candidate *c, u64 *out)
{
	unsigned int i, n = brfw_candidate_classes(c);
	const u64 *row = c->rows;

	for (i = 0; i < n; i++, row += b->nwords) {
		cond_resched();
		brfw_leaf_put_row(b, row, out);
		out += brfw_builder_stride(b);
	}

	return out;
}

/* Words of the data behind the rules. */
static size_t brfw_leaf_data_words(const struct brfw_leaf_builder *b)
{
	const struct brfw_leaf_candidate *c;
	unsigned int w;
	size_t n = 0;

	for (w = 0; w < BRFW_KEY_WORDS; w++)
		n += b->common.words[w] ? 3 : 0;
	n += b->nwords;
	brfw_for_each_candidate(c, b) {
		if (!c->is_chosen)
			continue;
		n += DIV_ROUND_UP(c->nbounds * sizeof(u16), sizeof(u64));
		n += brfw_candidate_classes(c) * brfw_builder_stride(b);
		if (c->part == BRFW_PART_SET)
			n += sizeof(struct brfw_leaf_set) / sizeof(u64);
	}

	return n;
}

/* Put the rules in their places, and the smallest order of 64 of them each. */
static void brfw_leaf_put_rules(const struct brfw_leaf_builder *b,
				struct brfw_leaf *leaf, u64 *best)
{
	unsigned int i, place;

	memset(best, 0xff, b->nwords * sizeof(*best));
	for (i = 0; i < b->n; i++) {
		place = b->place ? b->place[i] : i;
		RCU_INIT_POINTER(leaf->rules[place], b->rules[i]);
		best[place / 64] = min(best[place / 64], b->rules[i]->order);
	}
}

static u64 *brfw_leaf_put_bounds(const struct brfw_leaf_candidate *c, u64 *out)
{
	memcpy(out, c->bounds, c->nbounds * sizeof(u16));

	return out + DIV_ROUND_UP(c->nbounds * sizeof(u16), sizeof(u64));
}

static void brfw_leaf_put_sets(const struct brfw_leaf_builder *b,
			       struct brfw_leaf *leaf, const u64 *data, u64 *out)
{
	struct brfw_leaf_set *set = (struct brfw_leaf_set *)out;
	const struct brfw_leaf_candidate *c;

	leaf->sets = out - data;
	leaf->nsets = b->nchosen[BRFW_PART_SET];
	out = (u64 *)(set + leaf->nsets);
	brfw_for_each_chosen(c, b, BRFW_PART_SET) {
		brfw_domain_get(c->domain);
		set->domain = c->domain;
		set->fields = c->fields;
		set->nsets = c->nbounds;
		set->negates = c->negates;
		set->numbers = out - data;
		out = brfw_leaf_put_bounds(c, out);
		set->rows = out - data;
		out = brfw_leaf_put_rows(b, c, out);
		set++;
	}
}

static void brfw_leaf_put_data(const struct brfw_leaf_builder *b,
			       struct brfw_leaf *leaf)
{
	u64 *data = (u64 *)brfw_leaf_data(leaf);
	const struct brfw_leaf_candidate *c;
	struct brfw_leaf_number *number;
	u64 *out = data;
	unsigned int w;

	for (w = 0; w < BRFW_KEY_WORDS; w++) {
		if (!b->common.words[w])
			continue;
		*out++ = w;
		*out++ = b->common_value.words[w];
		*out++ = b->common.words[w];
		leaf->ncommon++;
	}
	brfw_leaf_put_rules(b, leaf, out);
	out += b->nwords;

	leaf->nwords = b->nwords;
	leaf->stride = brfw_builder_stride(b);
	leaf->rows = out - data;
	brfw_for_each_chosen(c, b, BRFW_PART_NIBBLE) {
		leaf->nibbles[leaf->nnibbles].offset = c->offset;
		leaf->nibbles[leaf->nnibbles++].shift = c->shift;
		out = brfw_leaf_put_rows(b, c, out);
	}
	brfw_for_each_chosen(c, b, BRFW_PART_NUMBER) {
		number = &leaf->numbers[leaf->nnumbers++];
		number->offset = c->offset;
		number->size = c->size;
		number->nbounds = c->nbounds;
		number->bounds = out - data;
		out = brfw_leaf_put_bounds(c, out);
		number->rows = out - data;
		out = brfw_leaf_put_rows(b, c, out);
	}
	brfw_leaf_put_sets(b, leaf, data, out);
}

static struct brfw_leaf *brfw_leaf_make(struct brfw_cls_rule **rules,
					unsigned int n, size_t data_words)
{
	struct brfw_leaf *leaf;
	unsigned int i;

	leaf = kvzalloc(round_up(struct_size(leaf, rules, n), sizeof(u64)) +
			data_words * sizeof(u64), GFP_KERNEL_ACCOUNT);
	if (!leaf)
		return NULL;

	leaf->nrules = n;
	for (i = 0; i < n; i++) {
		RCU_INIT_POINTER(leaf->rules[i], rules[i]);
		if (rules[i]->gen_del == BRFW_GEN_NEVER)
			leaf->cost += brfw_cls_rule_cost(rules[i]);
	}

	return leaf;
}

/* Choose selectors and make the leaf of them. */
static struct brfw_leaf *brfw_leaf_build(struct brfw_leaf_builder *b,
					 const struct brfw_key *known,
					 const struct brfw_leaf *like)
{
	struct brfw_leaf_candidate *c;
	struct brfw_leaf *leaf;
	struct brfw_key any;
	unsigned int w;
	int err;

	brfw_leaf_find_common(b, &any);
	err = brfw_leaf_add_candidates(b, &any, like);
	if (err)
		return NULL;
	if (!b->ncandidates)
		return brfw_leaf_make(b->rules, b->n, 0);

	/* An earlier leaf's selectors are all that were tried. */
	if (like) {
		brfw_for_each_candidate(c, b) {
			c->is_chosen = c->rows;
			b->nchosen[c->part] += c->is_chosen;
		}
	}
	if (!brfw_builder_selectors(b) && brfw_leaf_choose_selectors(b))
		return NULL;
	/* Numbers may have too many classes. */
	if (!brfw_builder_selectors(b))
		return brfw_leaf_make(b->rules, b->n, 0);

	if (b->nwords > 1 && brfw_leaf_sort_places(b))
		return NULL;

	/* What led to the leaf needs no second look. */
	for (w = 0; known && w < BRFW_KEY_WORDS; w++) {
		b->common.words[w] &= ~known->words[w];
		b->common_value.words[w] &= b->common.words[w];
	}
	leaf = brfw_leaf_make(b->rules, b->n, brfw_leaf_data_words(b));
	if (!leaf)
		return NULL;
	if (brfw_leaf_find_cost(b, known, leaf)) {
		kvfree(leaf);
		return NULL;
	}
	brfw_leaf_put_data(b, leaf);

	return leaf;
}

/* Are rules best compared one by one? Not if that takes a look-up for many. */
static bool brfw_leaf_is_linear(struct brfw_cls_rule **rules, unsigned int n)
{
	unsigned int i, nsets = 0;

	if (n > BRFW_LEAF_LINEAR_MAX)
		return false;
	for (i = 0; i < n; i++)
		nsets += brfw_cls_rule_cost(rules[i]) > 1;

	return nsets < BRFW_LEAF_SET_RULES;
}

/**
 * brfw_leaf_free() - free a leaf that no packet sees
 * @leaf: the leaf, or NULL
 *
 * Context: any.
 */
void brfw_leaf_free(struct brfw_leaf *leaf)
{
	const struct brfw_leaf_set *set;
	unsigned int i;

	if (!leaf)
		return;

	set = brfw_leaf_sets(leaf, brfw_leaf_data(leaf));
	for (i = 0; i < leaf->nsets; i++)
		brfw_domain_put(set[i].domain);
	kvfree(leaf);
}

static void brfw_leaf_free_rcu(struct rcu_head *rcu)
{
	brfw_leaf_free(container_of(rcu, struct brfw_leaf, rcu));
}

/**
 * brfw_leaf_free_later() - free a leaf when no packet sees it any more
 * @leaf: the leaf
 *
 * It may have megabytes, and each commit may replace some. kvfree_rcu() counts
 * objects, not bytes: hundreds of them could come together there.
 */
void brfw_leaf_free_later(struct brfw_leaf *leaf)
{
	call_rcu(&leaf->rcu, brfw_leaf_free_rcu);
}

/**
 * brfw_leaf_alloc() - make a leaf
 * @rules: its rules, to be sorted by order
 * @n: number of them, from 1 to BRFW_LEAF_RULES_MAX
 * @known: bits of the key that are sure to be right in every key that is looked
 *	up here, or NULL
 * @like: an earlier leaf of much the same rules, which spares the choice of
 *	selectors, or NULL
 *
 * To be freed by brfw_leaf_free(), or by brfw_leaf_free_later() if it was published.
 *
 * Context: may sleep.
 * Return: the leaf, or NULL without memory.
 */
struct brfw_leaf *brfw_leaf_alloc(struct brfw_cls_rule **rules, unsigned int n,
				  const struct brfw_key *known,
				  const struct brfw_leaf *like)
{
	struct brfw_leaf_builder *b;
	struct brfw_leaf *leaf;
	unsigned int i;

	brfw_leaf_sort(rules, n);
	if (brfw_leaf_is_linear(rules, n))
		return brfw_leaf_make(rules, n, 0);

	if (like && (!like->nwords || n > 2 * like->nrules))
		like = NULL;
	b = kvzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return NULL;
	b->rules = rules;
	b->n = n;
	b->nwords = DIV_ROUND_UP(n, 64);

	leaf = brfw_leaf_build(b, known, like);

	for (i = 0; i < b->ncandidates; i++) {
		kvfree(b->candidates[i].rows);
		kvfree(b->candidates[i].bounds);
	}
	kvfree(b->place);
	kvfree(b->costs);
	kvfree(b);

	return leaf;
}

/**
 * brfw_leaf_remove() - take a rule out
 * @leaf: the leaf
 * @r: the rule, which no reader can match any more
 *
 * Context: writers excluded.
 * Return: whether it was in there.
 */
bool brfw_leaf_remove(struct brfw_leaf *leaf, const struct brfw_cls_rule *r)
{
	unsigned int i;

	for (i = 0; i < leaf->nrules; i++) {
		if (rcu_access_pointer(leaf->rules[i]) != r)
			continue;
		rcu_assign_pointer(leaf->rules[i], &brfw_leaf_tombstone);
		leaf->ndead++;
		return true;
	}

	return false;
}

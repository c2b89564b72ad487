// SPDX-License-Identifier: GPL-2.0-only
/*
 * The conditions of a rule, in the form that packets are compared with.
 *
 * match.h tells what they mean.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "match.h"

/**
 * struct brfw_cls_test - how a test stands in the data of a rule
 * @offset: as in struct brfw_test
 * @size: as in struct brfw_test
 * @kind: as in struct brfw_test
 * @negate: as in struct brfw_test
 * @nranges: as in struct brfw_test
 * @bits: as in struct brfw_test
 * @nwords: words of @data
 * @data: ranges, or value and mask of as many words each, or
 *	struct brfw_cls_test_set
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

/**
 * struct brfw_cls_test_set - membership in a set
 * @domain: as in struct brfw_test
 * @fields: as in struct brfw_test
 * @set: as in struct brfw_test
 */
struct brfw_cls_test_set {
	struct brfw_domain *domain;
	struct brfw_set_fields fields;
	u16 set;
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
	case BRFW_TEST_SET:
		return DIV_ROUND_UP(sizeof(struct brfw_cls_test_set),
				    sizeof(u64));
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
	struct brfw_cls_test_set *set = (void *)t->data;

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
	case BRFW_TEST_SET:
		set->domain = test->domain;
		set->fields = test->fields;
		set->set = test->set;
		break;
	}
}

static void brfw_cls_test_get(const struct brfw_cls_test *t,
			      struct brfw_test *test)
{
	const struct brfw_cls_test_set *set = (const void *)t->data;

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
	case BRFW_TEST_SET:
		test->domain = set->domain;
		test->fields = set->fields;
		test->set = set->set;
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
	unsigned int left, i;

	memset(value, 0, sizeof(*value));
	memset(mask, 0, sizeof(*mask));
	for (left = r->words; left; left &= left - 1) {
		i = __ffs(left);
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

	brfw_match_init(m);
	brfw_cls_rule_get_masked(r, &m->value, &m->mask);
	brfw_cls_for_each_test(t, r)
		brfw_cls_test_get(t, &m->tests[m->ntests++]);
}

static bool brfw_set_fields_have(const struct brfw_set_fields *fields,
				 size_t offset)
{
	unsigned int i;

	for (i = 0; i < fields->n; i++)
		if (fields->offsets[i] == offset)
			return true;

	return false;
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
	const struct brfw_cls_test_set *set;
	const struct brfw_cls_test *t;

	brfw_cls_for_each_test(t, r) {
		set = (const void *)t->data;
		if (t->kind == BRFW_TEST_SET ?
		    brfw_set_fields_have(&set->fields, offset) :
		    t->offset == offset)
			return true;
	}

	return false;
}

/**
 * brfw_cls_rule_get_set() - walk the conditions of a rule on sets
 * @r: the rule
 * @i: which of them, from 0
 * @test: to be filled
 *
 * Return: whether there are so many.
 */
bool brfw_cls_rule_get_set(const struct brfw_cls_rule *r, unsigned int i,
			   struct brfw_test *test)
{
	const struct brfw_cls_test *t;

	brfw_cls_for_each_test(t, r) {
		if (t->kind != BRFW_TEST_SET || i--)
			continue;
		brfw_cls_test_get(t, test);
		return true;
	}

	return false;
}

/**
 * brfw_cls_rule_cost() - what it costs at most to compare a rule
 * @r: the rule
 *
 * Return: as many rules without sets could be compared.
 */
unsigned int brfw_cls_rule_cost(const struct brfw_cls_rule *r)
{
	const struct brfw_cls_test_set *set;
	const struct brfw_cls_test *t;
	unsigned int cost = 1;

	brfw_cls_for_each_test(t, r) {
		set = (const void *)t->data;
		if (t->kind == BRFW_TEST_SET)
			cost += brfw_domain_cost(set->domain);
	}

	return cost;
}

static u16 brfw_field_words(unsigned int offset, unsigned int size)
{
	u16 words = 0;

	for (; size; size--, offset++)
		words |= 1U << offset / sizeof(u64);

	return words;
}

/**
 * brfw_cls_rule_words() - what a rule looks at
 * @r: the rule
 *
 * Return: words of the key, 1 << index.
 */
u16 brfw_cls_rule_words(const struct brfw_cls_rule *r)
{
	const struct brfw_cls_test_set *set;
	const struct brfw_cls_test *t;
	u16 words = r->words;
	unsigned int i;

	brfw_cls_for_each_test(t, r) {
		words |= brfw_field_words(t->offset, t->size);
		if (t->kind != BRFW_TEST_SET)
			continue;
		set = (const void *)t->data;
		for (i = 0; i < set->fields.n; i++)
			words |= brfw_field_words(set->fields.offsets[i],
						  set->fields.sizes[i]);
	}

	return words;
}

/**
 * brfw_cls_rule_make_key() - a key that a rule is likely to match
 * @r: the rule
 * @other: rule whose values the key has where @r doesn't care
 * @m: scratch
 * @key: to be filled
 */
void brfw_cls_rule_make_key(const struct brfw_cls_rule *r,
			    const struct brfw_cls_rule *other,
			    struct brfw_match *m, struct brfw_key *key)
{
	const struct brfw_test *test;
	unsigned int i;
	u8 *field;

	brfw_cls_rule_get_masked(other, key, &m->mask);
	brfw_cls_rule_get_match(r, m);
	for (i = 0; i < BRFW_KEY_WORDS; i++)
		key->words[i] = (key->words[i] & ~m->mask.words[i]) |
				m->value.words[i];

	for (i = 0; i < m->ntests; i++) {
		test = &m->tests[i];
		if (test->kind != BRFW_TEST_RANGES || test->negate)
			continue;
		field = (u8 *)key + test->offset;
		if (test->size == 1)
			*field = test->ranges[0].first;
		else
			*(u16 *)field = test->ranges[0].first;
	}
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

static bool brfw_cls_test_member(const struct brfw_cls_test *t,
				 const struct brfw_key *key, u64 gen)
{
	const struct brfw_cls_test_set *set = (const void *)t->data;

	return brfw_domain_find(set->domain, &set->fields, set->set, key, gen);
}

static bool brfw_cls_test_holds(const struct brfw_cls_test *t,
				const struct brfw_key *key, u64 gen)
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
	case BRFW_TEST_SET:
		holds = brfw_cls_test_member(t, key, gen);
		break;
	default:
		holds = *field & t->bits;
		break;
	}

	return holds != t->negate;
}

/**
 * brfw_cls_rule_passes() - does a key pass the tests of a rule?
 * @r: the rule
 * @key: the key
 * @gen: generation whose elements sets have
 *
 * Context: RCU read section.
 * Return: whether it does.
 */
bool brfw_cls_rule_passes(const struct brfw_cls_rule *r,
			  const struct brfw_key *key, u64 gen)
{
	const struct brfw_cls_test *t;

	brfw_cls_for_each_test(t, r)
		if (!brfw_cls_test_holds(t, key, gen))
			return false;

	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The conditions of a rule: which keys it matches.
 *
 * A condition is a value under a mask, or a test where that can't say it. The
 * code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_MATCH_H
#define _BRFW_MATCH_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#include "key.h"
#include "set.h"

/** BRFW_GEN_NEVER - generation that no ruleset reaches */
#define BRFW_GEN_NEVER		U64_MAX

/** BRFW_TESTS_MAX - most tests in a rule */
#define BRFW_TESTS_MAX		8

/** BRFW_TEST_RANGES_MAX - most ranges in a test */
#define BRFW_TEST_RANGES_MAX	16

/**
 * struct brfw_range - inclusive range of numbers
 * @first: first
 * @last: last
 */
struct brfw_range {
	u16 first;
	u16 last;
};

/**
 * enum brfw_test_kind - what a test compares
 * @BRFW_TEST_RANGES: a number of one or two bytes is in one of some ranges
 * @BRFW_TEST_BYTES: up to 16 bytes equal others where a mask is set
 * @BRFW_TEST_BITS: a byte has one of some bits
 * @BRFW_TEST_SET: the values of some fields are in a set
 */
enum brfw_test_kind {
	BRFW_TEST_RANGES,
	BRFW_TEST_BYTES,
	BRFW_TEST_BITS,
	BRFW_TEST_SET,
};

/**
 * struct brfw_test - a condition that value and mask can't say
 * @offset: of the field in struct brfw_key, 0 for BRFW_TEST_SET
 * @size: bytes of the field, 0 for BRFW_TEST_SET
 * @kind: enum brfw_test_kind
 * @negate: the rule needs the opposite
 * @nranges: number of entries in @ranges
 * @ranges: for BRFW_TEST_RANGES
 * @value: for BRFW_TEST_BYTES
 * @mask: for BRFW_TEST_BYTES
 * @bits: for BRFW_TEST_BITS
 * @domain: for BRFW_TEST_SET: elements of all sets of the type; must outlive the
 *	rule
 * @fields: for BRFW_TEST_SET: what is looked up; padding is zero
 * @set: for BRFW_TEST_SET: number of the set, unique among those of the domain
 */
struct brfw_test {
	u8 offset;
	u8 size;
	u8 kind;
	bool negate;
	u8 nranges;
	union {
		struct brfw_range ranges[BRFW_TEST_RANGES_MAX];
		struct {
			u8 value[16];
			u8 mask[16];
		};
		u8 bits;
		struct {
			struct brfw_domain *domain;
			struct brfw_set_fields fields;
			u16 set;
		};
	};
};

/**
 * struct brfw_match - conditions of a rule, in the form for building them
 * @value: bits that must be set where @mask is set, zero elsewhere
 * @mask: bits that are compared
 * @ntests: number of entries in @tests
 * @tests: conditions that must hold besides
 */
struct brfw_match {
	struct brfw_key value;
	struct brfw_key mask;
	unsigned int ntests;
	struct brfw_test tests[BRFW_TESTS_MAX];
};

/**
 * brfw_match_init() - conditions that any key meets
 * @m: to be filled; tests are to be cleared when there are some
 */
static inline void brfw_match_init(struct brfw_match *m)
{
	memset(m, 0, offsetof(struct brfw_match, tests));
}

/**
 * struct brfw_cls_rule - a rule as the classifier sees it
 * @order: place in the order of evaluation, unique among the visible rules of
 *	a classifier; smaller comes first
 * @gen_add: first generation that has it
 * @gen_del: first generation that no longer has it
 * @words: bit i tells that word i of the key is compared
 * @nwords: number of bits in @words
 * @ntest_words: number of words behind the compared ones that hold tests
 * @data: value and mask of each compared word, in ascending order of words;
 *	then the tests
 *
 * All but @gen_add and @gen_del are constant once inserted. Where a word has 32
 * bits, readers may see one half of a change from or to BRFW_GEN_NEVER. Since
 * that is all ones, what they see is then not less than the generation that is
 * being made, which no reader has yet.
 */
struct brfw_cls_rule {
	u64 order;
	u64 gen_add;
	u64 gen_del;
	u16 words;
	u16 nwords;
	u16 ntest_words;
	u64 data[];
};

size_t brfw_cls_rule_size(const struct brfw_match *m);
void brfw_cls_rule_init(struct brfw_cls_rule *r, const struct brfw_match *m);
void brfw_cls_rule_get_masked(const struct brfw_cls_rule *r,
			      struct brfw_key *value, struct brfw_key *mask);
void brfw_cls_rule_get_match(const struct brfw_cls_rule *r,
			     struct brfw_match *m);
void brfw_cls_rule_make_key(const struct brfw_cls_rule *r,
			    const struct brfw_cls_rule *other,
			    struct brfw_match *m, struct brfw_key *key);
bool brfw_cls_rule_tests(const struct brfw_cls_rule *r, size_t offset);
bool brfw_cls_rule_get_set(const struct brfw_cls_rule *r, unsigned int i,
			   struct brfw_test *test);
unsigned int brfw_cls_rule_cost(const struct brfw_cls_rule *r);
u16 brfw_cls_rule_words(const struct brfw_cls_rule *r);
size_t brfw_cls_rule_data_size(const struct brfw_cls_rule *r);
bool brfw_cls_rule_same_match(const struct brfw_cls_rule *a,
			      const struct brfw_cls_rule *b);
bool brfw_cls_rule_passes(const struct brfw_cls_rule *r,
			  const struct brfw_key *key, u64 gen);

/**
 * brfw_cls_rule_word() - what a rule compares a word of the key with
 * @r: the rule
 * @i: index of the word
 *
 * Return: value and mask, or NULL if it doesn't compare it.
 */
static inline const u64 *brfw_cls_rule_word(const struct brfw_cls_rule *r,
					    unsigned int i)
{
	u16 before = r->words & ((1U << i) - 1);

	return r->words & 1U << i ? &r->data[2 * hweight16(before)] : NULL;
}

/**
 * brfw_cls_rule_fits() - does a key have the values of a rule?
 * @r: the rule
 * @key: the key
 *
 * Return: whether it has; tests are not looked at.
 */
static __always_inline bool brfw_cls_rule_fits(const struct brfw_cls_rule *r,
					       const struct brfw_key *key)
{
	const u64 *vm = r->data;
	unsigned int w;

	for (w = r->words; w; w &= w - 1, vm += 2)
		if ((key->words[__ffs(w)] ^ vm[0]) & vm[1])
			return false;

	return true;
}

/**
 * brfw_cls_rule_matches() - does a key meet the conditions of a rule?
 * @r: the rule
 * @key: the key
 * @gen: generation whose elements sets have
 *
 * Context: RCU read section.
 * Return: whether it does.
 */
static inline bool brfw_cls_rule_matches(const struct brfw_cls_rule *r,
					 const struct brfw_key *key, u64 gen)
{
	return brfw_cls_rule_fits(r, key) &&
	       (!r->ntest_words || brfw_cls_rule_passes(r, key, gen));
}

/**
 * brfw_cls_rule_is_visible() - is a rule part of the ruleset?
 * @r: the rule
 * @gen: generation of the ruleset
 *
 * Return: whether it is.
 */
static inline bool brfw_cls_rule_is_visible(const struct brfw_cls_rule *r,
					    u64 gen)
{
	return r->gen_add <= gen && gen < READ_ONCE(r->gen_del);
}

#endif /* _BRFW_MATCH_H */

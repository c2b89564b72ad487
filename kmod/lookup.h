/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The classifier: finds the rule that decides a key.
 *
 * What it is
 * ----------
 * A classifier holds the rules of one hook and one family. It answers one
 * question: of the rules that match this key, are part of the ruleset with
 * this generation and come after this order, which comes first?
 *
 * How it works
 * ------------
 * Rules with the same mask (the same bits of the key are compared) share a
 * table. A table is an array with open addressing, indexed by a keyed hash of
 * the masked key. A look-up probes each table once, in the order of the best
 * rule that each holds, and ends as soon as no later table can hold a better
 * rule than the one found. Its cost depends on the number of different masks,
 * not on the number of rules. Tests (ranges, negations) are not part of the
 * mask: rules that differ in tests only have the same masked key and stand
 * behind each other.
 *
 * Example: rule 1 (order 10) "saddr 10.0.0.0/8", rule 2 (order 20) "saddr
 * 10.1.0.0/16" and rule 3 (order 30) "saddr 192.0.0.0/8" make two tables: /8
 * with rules 1 and 3 (best order 10), /16 with rule 2 (best order 20). For
 * source 10.1.2.3 table /8 is probed first and gives rule 1; the look-up ends
 * there, since table /16 has nothing better than 20. For 192.0.0.1 table /8
 * gives rule 3, and /16, whose best is 20, is probed too. (The same example
 * is a case of selftests/unit/lookup_test.c.)
 *
 * Versions
 * --------
 * A rule carries the generations at which it appears and disappears. Writers
 * insert rules that no current reader sees yet and mark rules that all current
 * readers still see; publishing the new generation elsewhere makes the whole
 * batch take effect at once. Deleted rules are removed from the tables when no
 * reader of an older generation is left.
 *
 * Bounds
 * ------
 * The cost of a classifier is the number of its tables plus, for each, the
 * largest number of rules with one hash: however many rules there are, no key
 * makes a look-up probe more tables and compare more rules. (Slots of other
 * hashes that stand in the way are passed without looking at the rule; a table
 * is at most half full.) Insertion fails with -ENOSPC rather than raise the
 * cost above BRFW_CLS_COST_MAX. Only rules that stay are counted: retired ones
 * can make it up to twice as much until they are removed. Packets never change
 * a classifier.
 *
 * Thread safety
 * -------------
 * Writers exclude each other. Readers need an RCU read section and nothing
 * else. Memory that readers may still look at is freed after a grace period.
 *
 * The code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_LOOKUP_H
#define _BRFW_LOOKUP_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include "key.h"

/** BRFW_GEN_NEVER - generation that no ruleset reaches */
#define BRFW_GEN_NEVER		U64_MAX

/** BRFW_CLS_COST_MAX - most tables and rules that one look-up may touch */
#define BRFW_CLS_COST_MAX	1024

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
 */
enum brfw_test_kind {
	BRFW_TEST_RANGES,
	BRFW_TEST_BYTES,
	BRFW_TEST_BITS,
};

/**
 * struct brfw_test - a condition that value and mask can't say
 * @offset: of the field in struct brfw_key
 * @size: bytes of the field
 * @kind: enum brfw_test_kind
 * @negate: the rule needs the opposite
 * @nranges: number of entries in @ranges
 * @ranges: for BRFW_TEST_RANGES
 * @value: for BRFW_TEST_BYTES
 * @mask: for BRFW_TEST_BYTES
 * @bits: for BRFW_TEST_BITS
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
 * All but @gen_add and @gen_del are constant once inserted.
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

struct brfw_cls_vec;

/**
 * struct brfw_cls - classifier of one hook and family
 * @vec: tables in the order of their best rule; for readers
 * @tables: all tables, also those that readers don't see yet; for writers
 * @seed: secret of the hash
 * @cost: of the rules that aren't retired; for writers
 * @stale: @vec has to be made anew; for writers
 */
struct brfw_cls {
	struct brfw_cls_vec __rcu *vec;
	struct list_head tables;
	u64 seed;
	unsigned int cost;
	bool stale;
};

/* Rules: no locking. */

size_t brfw_cls_rule_size(const struct brfw_match *m);
void brfw_cls_rule_init(struct brfw_cls_rule *r, const struct brfw_match *m);
void brfw_cls_rule_get_masked(const struct brfw_cls_rule *r,
			      struct brfw_key *value, struct brfw_key *mask);
void brfw_cls_rule_get_match(const struct brfw_cls_rule *r,
			     struct brfw_match *m);
bool brfw_cls_rule_tests(const struct brfw_cls_rule *r, size_t offset);
size_t brfw_cls_rule_data_size(const struct brfw_cls_rule *r);
bool brfw_cls_rule_same_match(const struct brfw_cls_rule *a,
			      const struct brfw_cls_rule *b);
bool brfw_cls_rule_matches(const struct brfw_cls_rule *r,
			   const struct brfw_key *key);

/* Look-ups: inside an RCU read section; may run beside one writer. */

struct brfw_cls_rule *brfw_cls_lookup(const struct brfw_cls *cls,
				      const struct brfw_key *key, u64 gen,
				      u64 after);

/* Writers: the caller excludes other writers of the same classifier. */

void brfw_cls_init(struct brfw_cls *cls);
int brfw_cls_insert(struct brfw_cls *cls, struct brfw_cls_rule *r);
void brfw_cls_retire(struct brfw_cls *cls, struct brfw_cls_rule *r);
void brfw_cls_unretire(struct brfw_cls *cls, struct brfw_cls_rule *r);
void brfw_cls_remove(struct brfw_cls *cls, struct brfw_cls_rule *r);
int brfw_cls_prepare(struct brfw_cls *cls);

/* Nobody else may use the classifier any more. */

void brfw_cls_destroy(struct brfw_cls *cls);

#endif /* _BRFW_LOOKUP_H */

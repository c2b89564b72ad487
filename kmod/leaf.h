/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A leaf: some rules of a classifier in an order, searched by bit vectors.
 *
 * What it is
 * ----------
 * Each rule of a leaf is a bit; the rule that comes first is bit 0. A selector
 * looks at a small part of the key, four bits or a number of one or two bytes,
 * and has for each value of that part (for each class of values, in the case of
 * numbers) a row: the bits of those rules that this value doesn't rule out. The
 * rows that a key selects, combined by AND, leave the rules that may match, and
 * these are compared in order until one does. So 64 rules are dealt with in one
 * instruction, and ranges cost what single values do.
 *
 * Example: rule 0 "dport 0-1023", rule 1 "dport 80" and rule 2 "dport 2000"
 * with one selector for dport have the classes 0-79 (row 001), 80 (011),
 * 81-1023 (001), 1024-1999 (000), 2000 (100) and above (000).
 *
 * Which parts of the key are worth a selector is found out when a leaf is
 * built: with keys made of the rules' own values, greedily, as long as a
 * selector saves more comparisons than it costs. Leaves of a few rules have
 * none and are compared one by one.
 *
 * Where many rules name sets for the same fields there is a selector for these:
 * it has a row for each of the sets, with the rules that need it, and one for
 * all rules that need none. The rows of the sets that the values of a key are in
 * are combined by OR, together with the latter. Then the rules are taken out
 * that must not have one of these sets.
 *
 * With more than 64 rules, or sets, a row has several words, and in front of them one
 * that tells which of them aren't 0, so that most of them are never read.
 *
 * Life
 * ----
 * A leaf is built at once and never changes but for rules that are taken out:
 * they are replaced by one that nobody sees. To add a rule, another leaf is
 * built. The bits may be more than needed, never less.
 *
 * The code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_LEAF_H
#define _BRFW_LEAF_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "match.h"

/** BRFW_LEAF_STAY_MAX - most rules in a leaf, but for those on their way out */
#define BRFW_LEAF_STAY_MAX	2048

/**
 * BRFW_LEAF_RULES_MAX - most rules in a leaf: as many may be on their way out, so
 *	that all can be replaced by others
 */
#define BRFW_LEAF_RULES_MAX	(2 * BRFW_LEAF_STAY_MAX)

struct brfw_leaf_pending;

/** BRFW_LEAF_NIBBLES_MAX - most selectors of four bits in a leaf */
#define BRFW_LEAF_NIBBLES_MAX	8

/** BRFW_LEAF_NUMBERS_MAX - most selectors of numbers in a leaf */
#define BRFW_LEAF_NUMBERS_MAX	2

/**
 * BRFW_LEAF_SETS_MAX - most selectors of sets in a leaf: two, or one on 32-bit
 *	machines, where stacks are half as large, since a look-up puts a row of
 *	each together there
 */
#define BRFW_LEAF_SETS_MAX	(sizeof(long) / sizeof(u32))

/**
 * struct brfw_leaf_nibble - selector of four bits
 * @offset: in struct brfw_key
 * @shift: in the byte
 *
 * It has 16 rows, behind those of the selectors before it.
 */
struct brfw_leaf_nibble {
	u8 offset;
	u8 shift;
};

/**
 * struct brfw_leaf_number - selector of a number of one or two bytes
 * @offset: in struct brfw_key
 * @size: bytes
 * @nbounds: number of classes but for the first
 * @bounds: where they begin: place of the u16 in the data of the leaf
 * @rows: place of the rows there
 */
struct brfw_leaf_number {
	u8 offset;
	u8 size;
	u16 nbounds;
	u32 bounds;
	u32 rows;
};

/**
 * struct brfw_leaf_set - selector of sets
 * @domain: of the sets
 * @fields: what is looked up
 * @negates: there are rules that a key must not be in a set for
 * @nsets: number of sets
 * @numbers: of them, ascending: place of the u16 in the data of the leaf
 * @rows: place of the rows there: that of rules that need none, of those that
 *	need each, and of those that must not have each if there are any
 */
struct brfw_leaf_set {
	struct brfw_domain *domain;
	struct brfw_set_fields fields;
	bool negates;
	u16 nsets;
	u32 numbers;
	u32 rows;
};

/**
 * struct brfw_leaf - rules that are searched together
 * @rcu: for freeing
 * @pending: rules to come in the next leaf; for writers
 * @nrules: number of them, also those that were taken out
 * @ndead: rules that were taken out; for writers
 * @cost: most steps of a look-up; for writers
 * @nwords: words of bits, or 0 when rules are compared one by one
 * @stride: words of a row
 * @ncommon: words of the key that all rules compare alike
 * @nnibbles: number of entries in @nibbles
 * @nnumbers: number of entries in @numbers
 * @nsets: number of struct brfw_leaf_set
 * @sets: place of them in the data
 * @rows: place in the data of the rows of @nibbles
 * @nibbles: selectors
 * @numbers: selectors
 * @rules: those of each word of bits, or all if there are none, in the order of
 *	evaluation; behind them the data, in words
 *
 * The data begin with the common words, three words each (index in the key,
 * value, mask). Then comes for each word of bits the smallest order, then the
 * rows; numbers and sets have theirs behind their bounds.
 */
struct brfw_leaf {
	struct rcu_head rcu;
	struct brfw_leaf_pending *pending;
	u16 nrules;
	u16 ndead;
	u32 cost;
	u8 nwords;
	u8 stride;
	u8 ncommon;
	u8 nnibbles;
	u8 nnumbers;
	u8 nsets;
	u16 rows;
	u32 sets;
	struct brfw_leaf_nibble nibbles[BRFW_LEAF_NIBBLES_MAX];
	struct brfw_leaf_number numbers[BRFW_LEAF_NUMBERS_MAX];
	struct brfw_cls_rule __rcu *rules[];
};

/* Rules that nobody sees stand for those that were taken out. */
extern struct brfw_cls_rule brfw_leaf_tombstone;

/* Look-ups: inside an RCU read section. */

struct brfw_cls_rule *brfw_leaf_lookup(const struct brfw_leaf *leaf,
				       const struct brfw_key *key, u64 gen,
				       u64 after, u64 before);

/* Writers exclude each other. */

struct brfw_leaf *brfw_leaf_alloc(struct brfw_cls_rule **rules, unsigned int n,
				  const struct brfw_key *known,
				  const struct brfw_leaf *like);
void brfw_leaf_free(struct brfw_leaf *leaf);
void brfw_leaf_free_later(struct brfw_leaf *leaf);
unsigned int brfw_leaf_estimate(const struct brfw_leaf *leaf,
				const struct brfw_key *key);
bool brfw_leaf_remove(struct brfw_leaf *leaf, const struct brfw_cls_rule *r);

#endif /* _BRFW_LEAF_H */

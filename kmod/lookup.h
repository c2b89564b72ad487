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
 * A look-up ends in leaves: some rules that are searched together by bit
 * vectors (leaf.h). Up to 64 rules are one leaf.
 *
 * With more rules there are hash tables in front: few, each with a mask of its
 * own, and in each slot a leaf of the rules whose masked values have one hash
 * (or a rule, when it is alone). A table hashes less than its rules compare, so
 * that rules with different masks share one: a table for source /16 holds all
 * rules with at least 16 bits of source address. Which tables there are is
 * chosen from a sample of the rules, greedily: the mask that the most rules
 * fit in without making leaves of more than 64, then the same for the rest;
 * and again with leaves of 32, if that is better. Where rules leave no choice
 * leaves are larger. What fits nowhere, such as rules for any address, stays in
 * one leaf outside the tables.
 *
 * A look-up searches that leaf, then probes each table once, in the order of
 * the best rule that each holds, and ends as soon as no later table can hold a
 * better rule than the one found. So its cost depends on how many kinds of
 * rules there are, not on how many rules.
 *
 * Rules that are added later go to tables that suit them. When so many have
 * come or gone that another arrangement may be better, brfw_cls_prepare()
 * arranges all rules anew, which is never needed for correctness.
 *
 * Versions
 * --------
 * A rule carries the generations at which it appears and disappears. Writers
 * insert rules that no current reader sees yet and give rules that all current
 * readers still see a last generation; publishing the new generation elsewhere
 * makes the whole batch take effect at once. Deleted rules are removed from
 * the leaves when no reader of an older generation is left.
 *
 * Bounds
 * ------
 * The cost of a classifier is the number of its tables plus, for each, the
 * most rules that a key can make a look-up compare in one of its leaves; words
 * of bits count too, eight like one rule, and so do slots that a look-up passes on
 * its way, from the sixteenth of the longest run on. brfw_cls_prepare() fails with -ENOSPC
 * rather than raise the cost above BRFW_CLS_COST_MAX. Only rules that stay are
 * counted: those on their way out can make it up to twice as much until they
 * are removed. Packets never change a classifier.
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

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "leaf.h"
#include "match.h"

/** BRFW_CLS_COST_MAX - most tables and rules that one look-up may touch */
#define BRFW_CLS_COST_MAX	1024

/** BRFW_CLS_TABLES_MAX - most tables; more are not worth their probes */
#define BRFW_CLS_TABLES_MAX	32

struct brfw_leaf_pending;
struct brfw_table;

/**
 * struct brfw_cls_index - what readers walk
 * @rcu: for freeing
 * @leaf: rules that are in no table, or NULL
 * @ntables: number of entries in @tables
 * @tables: in ascending order of @best, which is copied from the table
 */
struct brfw_cls_index {
	struct rcu_head rcu;
	struct brfw_leaf *leaf;
	unsigned int ntables;
	struct brfw_cls_index_entry {
		u64 best;
		struct brfw_table *table;
	} tables[];
};

/**
 * struct brfw_cls - classifier of one hook and family
 * @index: what readers walk
 * @family: enum brfw_family
 * @is_stale: @index has to be made anew
 * @is_miscounted: the cost of leaves has to be counted anew
 * @leaf: rules that are in no table, or NULL
 * @leaf_pending: rules to be added to @leaf, or NULL
 * @tables: hash tables
 * @ntables: number of entries in @tables
 * @nrules: rules in leaves and tables or on their way there
 * @nchanges: how many have come and gone since all were arranged
 * @pending: struct brfw_leaf_pending
 * @fresh: rules that brfw_cls_prepare() has not seen yet
 * @nfresh: number of them
 * @fresh_size: how many have room
 *
 * All but @index is for writers.
 */
struct brfw_cls {
	struct brfw_cls_index __rcu *index;
	u8 family;
	bool is_stale;
	bool is_miscounted;
	struct brfw_leaf *leaf;
	struct brfw_leaf_pending *leaf_pending;
	struct brfw_table *tables[BRFW_CLS_TABLES_MAX];
	unsigned int ntables;
	unsigned int nrules;
	unsigned int nchanges;
	struct list_head pending;
	struct brfw_cls_rule **fresh;
	unsigned int nfresh;
	unsigned int fresh_size;
};

/* Look-ups: inside an RCU read section; may run beside one writer. */

struct brfw_cls_rule *brfw_index_lookup(const struct brfw_cls_index *index,
					const struct brfw_key *key, u64 gen,
					u64 after);

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
static __always_inline struct brfw_cls_rule *
brfw_cls_lookup(const struct brfw_cls *cls, const struct brfw_key *key, u64 gen,
		u64 after)
{
	const struct brfw_cls_index *index = rcu_dereference(cls->index);

	if (!index)
		return NULL;
	if (index->ntables)
		return brfw_index_lookup(index, key, gen, after);

	return brfw_leaf_lookup(index->leaf, key, gen, after, U64_MAX);
}

/* Writers: the caller excludes other writers of the same classifier. */

void brfw_cls_init(struct brfw_cls *cls, u8 family);
int brfw_cls_insert(struct brfw_cls *cls, struct brfw_cls_rule *r);
void brfw_cls_abort(struct brfw_cls *cls, bool revives);
void brfw_cls_remove(struct brfw_cls *cls, const struct brfw_cls_rule *r);
int brfw_cls_prepare(struct brfw_cls *cls, struct brfw_cls_rule **culprit);
unsigned int brfw_cls_cost(const struct brfw_cls *cls);

/* Nobody else may use the classifier any more. */

void brfw_cls_destroy(struct brfw_cls *cls);

#endif /* _BRFW_LOOKUP_H */

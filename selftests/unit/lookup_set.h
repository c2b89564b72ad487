/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A classifier with what it should hold, changed and checked as the module
 * does: in transactions, by generations.
 */
#ifndef _BRFW_LOOKUP_SET_H
#define _BRFW_LOOKUP_SET_H

#include "lookup.h"
#include "lookup_ref.h"

/**
 * struct set - a classifier and its rules
 * @number: of it, in the upper half of the word
 * @cls: the classifier
 * @keys: REF_KEYS keys whose hits rules remember, or NULL
 * @rules: all that it may hold, in ascending order
 * @n: number of them
 * @size: how many have room
 * @gen: the published generation
 * @oldest: the oldest that a reader may have
 * @killed: rules have got a gen_del since the last commit
 * @culprit: what brfw_cls_prepare() named last
 */
struct set {
	u64 number;
	struct brfw_cls cls;
	const struct brfw_key *keys;
	struct ref_rule **rules;
	unsigned int n;
	unsigned int size;
	u64 gen;
	u64 oldest;
	bool killed;
	struct brfw_cls_rule *culprit;
};

void set_init(struct set *set, u8 family, const struct brfw_key *keys);
void set_destroy(struct set *set);

/* Changes; what is added and killed takes effect with set_commit(). */
struct ref_rule *set_add(struct set *set, const struct brfw_match *m, u64 order);
void set_kill(struct set *set, struct ref_rule *rule);
int set_prepare(struct set *set);
void set_publish(struct set *set);
int set_commit(struct set *set);
void set_abort(struct set *set);
void set_collect(struct set *set);

/* ---- checks ---- */

struct brfw_cls_rule *set_lookup(const struct set *set,
				 const struct brfw_key *key, u64 gen, u64 after);
u64 set_lookup_order(const struct set *set, const struct brfw_key *key);
bool set_walks(const struct set *set, const struct brfw_key *key, u64 gen,
	       u64 after);
bool set_finds(const struct set *set, const struct brfw_key *key, u64 gen,
	       u64 after);
bool set_finds_pool(const struct set *set, u64 gen);
unsigned int set_steps(const struct set *set, const struct brfw_key *key,
		       u64 after);
bool set_nothing_left(void);

#endif /* _BRFW_LOOKUP_SET_H */

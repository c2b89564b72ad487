/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference that the classifier is compared with, and the random rules and
 * keys for it. The reference compares byte by byte and port by port and knows
 * nothing of words, tables or hashes.
 *
 * Each field has two values that differ in few bits, and the rules of a run
 * share few masks, so that rules and keys meet often and nearly meet as often.
 */
#ifndef _BRFW_LOOKUP_REF_H
#define _BRFW_LOOKUP_REF_H

#include "lookup.h"

/* ---- random numbers: the same on each machine for one seed ---- */

struct ref_random {
	u64 state;
};

void ref_random_init(struct ref_random *rnd, u64 seed);
u32 ref_random_below(struct ref_random *rnd, u32 n);
bool ref_random_one_in(struct ref_random *rnd, u32 n);

/* ---- rules and keys ---- */

#define REF_MAX_MASKS	32
#define REF_KEYS	512

/**
 * struct ref_masks - the masks of a run
 * @n: how many there are
 * @mask: they
 */
struct ref_masks {
	unsigned int n;
	struct brfw_key mask[REF_MAX_MASKS];
};

void ref_masks_init(struct ref_masks *masks, struct ref_random *rnd,
		    unsigned int n);
void ref_match_init(struct brfw_match *m, const struct ref_masks *masks,
		    struct ref_random *rnd);
void ref_key_init(struct brfw_key *key, struct ref_random *rnd);
bool ref_matches(const struct brfw_match *m, const struct brfw_key *key);

/**
 * struct ref_rule - a rule for the classifier, with what the reference needs
 * @rcu: for freeing
 * @match: the conditions
 * @hits: which keys of a test meet them; see ref_rule_set_hits()
 * @cls: for the classifier; ends in an array
 */
struct ref_rule {
	struct rcu_head rcu;
	struct brfw_match match;
	u64 hits[REF_KEYS / 64];
	struct brfw_cls_rule cls;
};

struct ref_rule *ref_rule_alloc(const struct brfw_match *m, u64 order,
				u64 gen_add);
void ref_rule_set_hits(struct ref_rule *rule, const struct brfw_key *keys);

static inline bool ref_rule_hits(const struct ref_rule *rule, unsigned int key)
{
	return rule->hits[key / 64] >> key % 64 & 1;
}

static inline bool ref_rule_visible(const struct ref_rule *rule, u64 gen)
{
	return gen >= rule->cls.gen_add && gen < rule->cls.gen_del;
}

#endif /* _BRFW_LOOKUP_REF_H */

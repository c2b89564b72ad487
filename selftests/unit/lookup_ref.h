/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference that the classifier is compared with, and the random rules and
 * keys for it. The reference compares byte by byte and number by number and
 * knows nothing of words, leaves, tables or hashes.
 *
 * Rules of a run come from a pool of conditions of one kind, and the keys are
 * made from the same: most meet some rule, and about as many nearly do.
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

/* ---- conditions and keys ---- */

/**
 * enum ref_kind - what the rules of a run are like
 * @REF_MIXED: few masks over all fields, with tests of all kinds
 * @REF_RANGES: numbers of one and two bytes in ranges of all sorts
 * @REF_PREFIX4: prefixes of IPv4 addresses, nested, with protocols and ports
 * @REF_PREFIX6: the same for IPv6
 * @REF_HOSTS: ports of a bridge, MAC addresses and VLANs, as a hypervisor has
 * @REF_ARP: ARP, in the family of what is not IP
 * @REF_KINDS: number of them
 */
enum ref_kind {
	REF_MIXED,
	REF_RANGES,
	REF_PREFIX4,
	REF_PREFIX6,
	REF_HOSTS,
	REF_ARP,
	REF_KINDS,
};

#define REF_KEYS	512

/**
 * struct ref_pool - conditions to take rules from
 * @family: enum brfw_family of the keys
 * @n: number of entries in @match
 * @match: conditions
 * @key: keys to look up
 */
struct ref_pool {
	u8 family;
	unsigned int n;
	struct brfw_match *match;
	struct brfw_key key[REF_KEYS];
};

void ref_pool_init(struct ref_pool *pool, struct ref_random *rnd,
		   enum ref_kind kind, unsigned int n);
void ref_pool_destroy(struct ref_pool *pool);
const struct brfw_match *ref_pool_match(const struct ref_pool *pool,
					struct ref_random *rnd);
void ref_pool_key(const struct ref_pool *pool, struct ref_random *rnd,
		  struct brfw_key *key);

void ref_match_set_ranges(struct brfw_match *m, size_t offset, size_t size,
			  const struct brfw_range *ranges, unsigned int n);
bool ref_matches(const struct brfw_match *m, const struct brfw_key *key);

/* ---- rules ---- */

/**
 * struct ref_rule - a rule for the classifier, with what the reference needs
 * @rcu: for freeing
 * @match: the conditions
 * @hits: which keys of a pool meet them; see ref_rule_set_hits()
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

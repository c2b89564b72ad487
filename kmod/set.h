/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements of sets, as packets see them.
 *
 * What it is
 * ----------
 * A domain holds the elements of all sets of one type, such as "IPv4 address"
 * or "MAC address . IPv4 address", in one hash table: what is looked up is
 * whether some values are in a given set.
 *
 * Where many rules name sets that would be many look-ups. Then there is a second
 * table that doesn't look at the set, so that one look-up finds all sets that
 * the values are in (leaf.h). It is made when a leaf first wants it.
 *
 * An element is one value, or a prefix or range in one of its members. A range
 * is cut into prefixes, each with an entry in the tables. For each prefix length
 * that there is, in each member, a table is probed once: the cost depends on
 * how many lengths there are, not on how many elements.
 *
 * Versions
 * --------
 * As rules do (lookup.h), an element carries the generations at which it appears
 * and disappears, so that changes of elements and rules take effect together.
 * It may also expire: from then on nobody sees it, and the owner removes it when
 * it likes.
 *
 * Bounds
 * ------
 * A domain has at most BRFW_DOMAIN_MASKS_MAX combinations of member and prefix
 * length, and if there is a second table at most BRFW_DOMAIN_EQUAL_MAX elements
 * with one value, without those that a commit has deleted; what would be one more is
 * refused. Tables grow when a probe would pass many slots. Packets never change a
 * domain.
 *
 * Thread safety
 * -------------
 * Writers exclude each other. Readers need an RCU read section and nothing else.
 *
 * The code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_SET_H
#define _BRFW_SET_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include <linux/brfw.h>

#include "key.h"

/** BRFW_DOMAIN_KEY_WORDS - most words of the values of an element */
#define BRFW_DOMAIN_KEY_WORDS	(2 * BRFW_SET_MEMBERS_MAX)

/** BRFW_DOMAIN_MASKS_MAX - most combinations of member and prefix length */
#define BRFW_DOMAIN_MASKS_MAX	64

/** BRFW_DOMAIN_EQUAL_MAX - most elements with one value, if there are walks */
#define BRFW_DOMAIN_EQUAL_MAX	128

/**
 * struct brfw_set_type - what the elements of a set are made of
 * @n: number of entries in @members
 * @members: enum brfw_set_member
 */
struct brfw_set_type {
	u8 n;
	u8 members[BRFW_SET_MEMBERS_MAX];
};

/**
 * struct brfw_set_fields - what of a key is looked up in a set
 * @n: number of entries in @offsets
 * @sizes: of each: 2, 4, 6 or 16
 * @offsets: of each in struct brfw_key
 */
struct brfw_set_fields {
	u8 n;
	u8 sizes[BRFW_SET_MEMBERS_MAX];
	u8 offsets[BRFW_SET_MEMBERS_MAX];
};

/**
 * struct brfw_elem_value - values of an element
 * @first: of each member: the only value or the first of a range, as in struct
 *	brfw_key: addresses as in the frame, numbers and names in host byte order
 *	in the first two bytes
 * @last: of the member that is a range: the last value
 * @range: which member is a prefix or range, or -1
 */
struct brfw_elem_value {
	u8 first[BRFW_SET_MEMBERS_MAX][16];
	u8 last[16];
	int range;
};

/**
 * struct brfw_elem - an element as packets see it
 * @gen_add: first generation that has it
 * @gen_del: first generation that no longer has it
 * @expires: in jiffies since boot (get_jiffies_64()), or 0 for never
 * @set: number of the set, as in struct brfw_test
 * @nentries: prefixes that it was cut into
 * @data: these, in a form of the domain's own
 *
 * Constant once inserted but for @gen_add, @gen_del and @expires. The owner may
 * embed it as the last member of something larger.
 */
struct brfw_elem {
	u64 gen_add;
	u64 gen_del;
	u64 expires;
	u16 set;
	u16 nentries;
	u64 data[];
};

struct brfw_domain;

/**
 * struct brfw_domain_walk - a search for all elements with some values
 * @d: the domain
 * @words: the values
 * @gen: generation of the ruleset
 * @now: time by which elements may have expired
 * @masks: prefix lengths to be tried
 * @i: of these, the next
 * @entry: that was found last, or NULL
 */
struct brfw_domain_walk {
	const struct brfw_domain *d;
	u64 words[BRFW_DOMAIN_KEY_WORDS];
	u64 gen;
	u64 now;
	const struct brfw_domain_masks *masks;
	unsigned int i;
	const struct brfw_elem_entry *entry;
};

/* Look-ups: inside an RCU read section; may run beside one writer. */

struct brfw_elem *brfw_domain_find(const struct brfw_domain *d,
				   const struct brfw_set_fields *fields,
				   u16 set, const struct brfw_key *key,
				   u64 gen);
void brfw_domain_walk_start(struct brfw_domain_walk *walk,
			    const struct brfw_domain *d,
			    const struct brfw_set_fields *fields,
			    const struct brfw_key *key, u64 gen);
const struct brfw_elem *brfw_domain_walk_next(struct brfw_domain_walk *walk);

/* Writers: the caller excludes other writers of the same domain. */

struct brfw_domain *brfw_domain_alloc(const struct brfw_set_type *type);
void brfw_domain_get(struct brfw_domain *d);
void brfw_domain_put(struct brfw_domain *d);
unsigned int brfw_domain_count(const struct brfw_domain *d);
unsigned int brfw_domain_cost(const struct brfw_domain *d);
size_t brfw_elem_size(const struct brfw_set_type *type,
		      const struct brfw_elem_value *value);
void brfw_elem_init(struct brfw_elem *e, const struct brfw_set_type *type,
		    const struct brfw_elem_value *value);
int brfw_domain_insert(struct brfw_domain *d, struct brfw_elem *e);
void brfw_domain_remove(struct brfw_domain *d, struct brfw_elem *e);
int brfw_domain_enable_walks(struct brfw_domain *d);

unsigned int brfw_set_member_size(u8 member);

#endif /* _BRFW_SET_H */

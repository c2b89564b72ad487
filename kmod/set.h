/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements of sets, as packets see them.
 *
 * What it is
 * ----------
 * A domain holds the elements of all sets of one type, such as "IPv4 address"
 * or "MAC address . IPv4 address", in one hash table. What a look-up finds for
 * the values of a key is not whether they are in a set but which sets they are
 * in, so that a thousand rules that name a thousand sets take one look-up
 * (leaf.h).
 *
 * An element is one value, or a prefix or range in one of its members. A range
 * is cut into prefixes, each with an entry in the table. For each prefix length
 * that there is, in each member, the table is probed once: the cost depends on
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
 * length, and the same value may be in at most BRFW_DOMAIN_EQUAL_MAX sets of a
 * type. Packets never change a domain.
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
#define BRFW_DOMAIN_MASKS_MAX	160

/** BRFW_DOMAIN_EQUAL_MAX - most elements of a domain with one value */
#define BRFW_DOMAIN_EQUAL_MAX	64

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
 * struct brfw_elem_entry - one prefix of an element in the table
 * @next: another with the same hash
 * @elem: what it is part of
 * @mask: index in the masks of the domain
 * @words: masked values, without gaps; as many words as the type takes
 */
struct brfw_elem_entry {
	struct brfw_elem_entry __rcu *next;
	struct brfw_elem *elem;
	u64 mask;
	u64 words[];
};

/**
 * struct brfw_elem - an element as packets see it
 * @gen_add: first generation that has it
 * @gen_del: first generation that no longer has it
 * @expires: in jiffies since boot (get_jiffies_64()), or 0 for never
 * @set: number of the set, as in struct brfw_test
 * @nentries: number of entries in @entries
 * @data: entries, of as many words each as the domain says
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

/* Look-ups: inside an RCU read section; may run beside one writer. */

struct brfw_elem *brfw_domain_find(const struct brfw_domain *d,
				   const struct brfw_set_fields *fields,
				   u16 set, const struct brfw_key *key,
				   u64 gen);

/* Writers: the caller excludes other writers of the same domain. */

struct brfw_domain *brfw_domain_alloc(const struct brfw_set_type *type);
void brfw_domain_free_rcu(struct brfw_domain *d);
unsigned int brfw_domain_count(const struct brfw_domain *d);
size_t brfw_elem_size(const struct brfw_set_type *type,
		      const struct brfw_elem_value *value);
void brfw_elem_init(struct brfw_elem *e, const struct brfw_set_type *type,
		    const struct brfw_elem_value *value);
int brfw_domain_insert(struct brfw_domain *d, struct brfw_elem *e);
void brfw_domain_remove(struct brfw_domain *d, struct brfw_elem *e);

unsigned int brfw_set_member_size(u8 member);

#endif /* _BRFW_SET_H */

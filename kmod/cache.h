/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the classifier found lately, for frames like those before.
 *
 * Each CPU has a cache of its own, which is shared by all namespaces. An entry
 * tells what the first look-up for a key found in one view of one namespace;
 * views have numbers that are never used again, so that each commit makes all
 * entries of its namespace worthless, and no entry is ever looked for to be
 * removed. The rule that an entry names is only touched by who has that view,
 * which keeps the rule alive.
 *
 * An entry can be in one of two places. What is there is replaced, first what
 * belongs to another view: keys that are all different cost a search and a
 * write more each, and push others out. That is all they can do.
 *
 * The code is free of skb and netlink and compiles in user space too.
 */
#ifndef _BRFW_CACHE_H
#define _BRFW_CACHE_H

#include <linux/types.h>

#include "key.h"
#include "lookup.h"

/** BRFW_CACHE_WORDS - words of a key that an entry has: all but those of ND */
#define BRFW_CACHE_WORDS	12

/** BRFW_CACHE_ENTRIES_MAX - most entries of a cache */
#define BRFW_CACHE_ENTRIES_MAX	(1U << 20)

/**
 * struct brfw_cache_stamp - what entries have to have been found in
 * @view: number of the view and the hook in it, never 0
 * @time: jiffies in which they were found, if elements of sets may expire;
 *	else 0
 */
struct brfw_cache_stamp {
	u64 view;
	u64 time;
};

/**
 * struct brfw_cache_entry - what was found
 * @words: of the key; of IPv4 the first BRFW_KEY_IP4_WORDS
 * @stamp: what it was found in
 * @rule: the rule, or NULL
 * @room: fills up two lines of a CPU's cache, whatever size a pointer has
 */
struct brfw_cache_entry {
	u64 words[BRFW_CACHE_WORDS];
	struct brfw_cache_stamp stamp;
	union {
		const struct brfw_cls_rule *rule;
		u64 room[2];
	};
};

/**
 * struct brfw_cache - cache of one CPU
 * @entries: in pairs
 * @start: secret that a hash begins with
 * @secrets: of each half of a word
 * @shift: how far a hash is shifted to tell its pair
 * @turn: which entry of a pair is replaced next
 */
struct brfw_cache {
	struct brfw_cache_entry *entries;
	u64 start;
	u64 secrets[2 * BRFW_CACHE_WORDS];
	u32 shift;
	u32 turn;
};

int brfw_cache_init(struct brfw_cache *cache, unsigned int nentries, int node);
void brfw_cache_destroy(struct brfw_cache *cache);
const struct brfw_cls_rule *
brfw_cache_lookup(struct brfw_cache *cache,
		  const struct brfw_cache_stamp *stamp,
		  const struct brfw_cls *cls, const struct brfw_key *key,
		  u64 gen);

#endif /* _BRFW_CACHE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache of what look-ups find. cache.h tells the idea.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cache.h"
#include "hash.h"

/**
 * brfw_cache_init() - make an empty cache
 * @cache: to be filled
 * @nentries: entries, at least 2 and at most BRFW_CACHE_ENTRIES_MAX; rounded up
 *	to a power of two
 * @node: memory node of its CPU
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int brfw_cache_init(struct brfw_cache *cache, unsigned int nentries, int node)
{
	BUILD_BUG_ON(sizeof(struct brfw_cache_entry) != 128);
	BUILD_BUG_ON(offsetof(struct brfw_key, nd_target) !=
		     BRFW_CACHE_WORDS * sizeof(u64));

	nentries = roundup_pow_of_two(nentries);
	cache->entries = kvzalloc_node(nentries * sizeof(*cache->entries),
				       GFP_KERNEL, node);
	if (!cache->entries)
		return -ENOMEM;

	brfw_hash_make_secrets(&cache->start, 1);
	brfw_hash_make_secrets(cache->secrets, 2 * BRFW_CACHE_WORDS);
	cache->shift = BRFW_HASH_BITS + 2 - fls(nentries);
	cache->turn = 0;

	return 0;
}

/**
 * brfw_cache_destroy() - free the entries of a cache
 * @cache: from brfw_cache_init(), or all zero
 *
 * Context: nobody uses the cache any more.
 */
void brfw_cache_destroy(struct brfw_cache *cache)
{
	kvfree(cache->entries);
	cache->entries = NULL;
}

/* Is there nothing in words that entries don't have? */
static bool brfw_cache_suits(const struct brfw_key *key)
{
	u64 rest = 0;
	unsigned int i;

	if (key->family == BRFW_FAMILY_IP4)
		return true;

	for (i = BRFW_CACHE_WORDS; i < BRFW_KEY_WORDS; i++)
		rest |= key->words[i];

	return !rest;
}

/*
 * Number of the pair, by what tells most flows apart; words that are left out only
 * make collisions.
 */
static u32 brfw_cache_pair(const struct brfw_cache *cache,
			   const struct brfw_key *key)
{
	u64 sum = cache->start;
	unsigned int i;

	for (i = 0; i < 3; i++)
		sum = brfw_hash_add_word(sum, &cache->secrets[2 * i],
					 key->words[i]);
	if (key->family != BRFW_FAMILY_IP4)
		for (i = BRFW_KEY_IP4_WORDS; i < BRFW_CACHE_WORDS; i++)
			sum = brfw_hash_add_word(sum, &cache->secrets[2 * i],
						 key->words[i]);

	/* a shift by all bits of 32 would be undefined */
	return (u64)brfw_hash_end(sum) >> cache->shift;
}

static bool brfw_cache_entry_is(const struct brfw_cache_entry *e,
				const struct brfw_cache_stamp *stamp,
				const struct brfw_key *key)
{
	unsigned int i;
	u64 differ;

	/* most that aren't it differ in these */
	if (e->words[0] != key->words[0] || e->words[1] != key->words[1])
		return false;

	differ = (e->stamp.view ^ stamp->view) | (e->stamp.time ^ stamp->time);
	for (i = 2; i < BRFW_KEY_IP4_WORDS; i++)
		differ |= e->words[i] ^ key->words[i];
	if (key->family != BRFW_FAMILY_IP4)
		for (; i < BRFW_CACHE_WORDS; i++)
			differ |= e->words[i] ^ key->words[i];

	return !differ;
}

static void brfw_cache_put(struct brfw_cache *cache,
			   struct brfw_cache_entry *pair,
			   const struct brfw_cache_stamp *stamp,
			   const struct brfw_key *key,
			   const struct brfw_cls_rule *rule)
{
	struct brfw_cache_entry *e;

	if (pair[0].stamp.view != stamp->view)
		e = &pair[0];
	else if (pair[1].stamp.view != stamp->view)
		e = &pair[1];
	else
		e = &pair[cache->turn++ % 2];

	memcpy(e->words, key->words, key->family == BRFW_FAMILY_IP4 ?
				     BRFW_KEY_IP4_WORDS * sizeof(u64) :
				     sizeof(e->words));
	e->stamp = *stamp;
	e->rule = rule;
}

/**
 * brfw_cache_lookup() - find the rule that comes first, as brfw_cls_lookup() does
 * @cache: of this CPU; nobody else uses it now
 * @stamp: stands for @cls, @gen, and the time that elements expire by
 * @cls: as for brfw_cls_lookup()
 * @key: likewise
 * @gen: likewise
 *
 * Context: RCU read section that also covers how @gen was found.
 * Return: the rule, valid until the read section ends, or NULL.
 */
const struct brfw_cls_rule *
brfw_cache_lookup(struct brfw_cache *cache,
		  const struct brfw_cache_stamp *stamp,
		  const struct brfw_cls *cls, const struct brfw_key *key,
		  u64 gen)
{
	const struct brfw_cls_rule *rule;
	struct brfw_cache_entry *pair;

	if (!brfw_cache_suits(key))
		return brfw_cls_lookup(cls, key, gen, 0);

	pair = &cache->entries[2 * brfw_cache_pair(cache, key)];
	if (brfw_cache_entry_is(&pair[0], stamp, key))
		return pair[0].rule;
	if (brfw_cache_entry_is(&pair[1], stamp, key))
		return pair[1].rule;

	rule = brfw_cls_lookup(cls, key, gen, 0);
	brfw_cache_put(cache, pair, stamp, key, rule);

	return rule;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache in front of the classifier: what it gives is always what the
 * classifier would give, and it does without the classifier where it can. The
 * random and concurrent tests of the classifier look up through a cache, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "cache.h"
#include "hash.h"
#include "ktap.h"
#include "lookup_count.h"
#include "lookup_set.h"

#define ENTRIES		1024

static struct brfw_cache cache;
static struct set set;

/* Without a rule, to see whether the cache has asked it. */
static struct set other;

/* A cache, and a classifier with one rule, for this key only. */
static void begin(const struct brfw_key *key, unsigned int nentries)
{
	struct brfw_match m;

	memset(&m, 0, sizeof(m));
	m.value = *key;
	memset(&m.mask, 0xff, sizeof(m.mask));
	if (key->family == BRFW_FAMILY_IP4)
		memset(&m.mask.words[BRFW_KEY_IP4_WORDS], 0,
		       (BRFW_KEY_WORDS - BRFW_KEY_IP4_WORDS) * sizeof(u64));
	set_init(&set, key->family, NULL);
	set_init(&other, key->family, NULL);
	if (!set_add(&set, &m, 1) || set_commit(&set) ||
	    brfw_cache_init(&cache, nentries, 0))
		abort();
}

static void end(void)
{
	brfw_cache_destroy(&cache);
	set_destroy(&set);
	set_destroy(&other);
}

static bool finds(const struct brfw_cls *cls, u64 view, u64 time,
		  const struct brfw_key *key)
{
	const struct brfw_cache_stamp stamp = { .view = view, .time = time };
	bool found;

	rcu_read_lock();
	found = brfw_cache_lookup(&cache, &stamp, cls, key, set.gen);
	rcu_read_unlock();

	return found;
}

/* By asking an empty classifier that the cache takes for the first one. */
static bool is_cached(u64 view, u64 time, const struct brfw_key *key)
{
	return finds(&other.cls, view, time, key);
}

static const struct brfw_key keys[] = {
	{
		.family = BRFW_FAMILY_IP4,
		.flags = BRFW_KEY_F_ETH_TYPE | BRFW_KEY_F_IP,
		.eth_type = 0x800,
		.ip4 = { { 10, 0, 0, 1 }, { 10, 0, 0, 2 } },
		.sport = 1000, .dport = 80,
	},
	{
		.family = BRFW_FAMILY_IP6,
		.flags = BRFW_KEY_F_ETH_TYPE | BRFW_KEY_F_IP,
		.eth_type = 0x86dd,
		.ip6 = { { 0x20, 1, [15] = 1 }, { 0x20, 1, [15] = 2 } },
		.sport = 1000, .dport = 80,
	},
	{
		.family = BRFW_FAMILY_OTHER,
		.flags = BRFW_KEY_F_ETH_TYPE | BRFW_KEY_F_ARP,
		.eth_type = 0x806,
		.arp = { .sender_ip = { 10, 0, 0, 1 }, .op = 1 },
	},
};

/* What was found once is given again, whatever the classifier has by now. */
static void test_hit(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		begin(&keys[i], ENTRIES);
		good &= !is_cached(4, 0, &keys[i]);
		good &= !finds(&set.cls, 4, 0, &keys[i]);
		good &= finds(&set.cls, 8, 0, &keys[i]);
		good &= is_cached(8, 0, &keys[i]);
		end();
	}
	ktap_result(good, "what was found is found again, a rule or none");
}

/* The same view and the same time, or it is looked up anew. */
static void test_stamp(void)
{
	const struct brfw_key *key = &keys[0];
	bool good;

	begin(key, ENTRIES);
	good = finds(&set.cls, 8, 5, key);
	good &= is_cached(8, 5, key);
	good &= !is_cached(9, 5, key);
	good &= finds(&set.cls, 8, 5, key) && !is_cached(8, 6, key);
	good &= finds(&set.cls, 8, 5, key) && !is_cached(8, 0, key);
	end();
	ktap_result(good, "not by another view, hook or time");
}

/* Each bit of a key makes it another one. */
static void test_key(u8 family, const char *name)
{
	unsigned int words = family == BRFW_FAMILY_IP4 ? BRFW_KEY_IP4_WORDS :
							 BRFW_CACHE_WORDS;
	const struct brfw_key *key = &keys[family];
	struct brfw_key changed;
	bool good = true;
	unsigned int i;

	/* all keys come to the same entries */
	begin(key, 2);
	good &= finds(&set.cls, 8, 0, key);
	for (i = 0; i < 64 * words; i++) {
		changed = *key;
		changed.words[i / 64] ^= 1ULL << i % 64;
		/* of no key of this family */
		if (changed.family != family)
			continue;
		if (is_cached(8, 0, &changed)) {
			ktap_note("bit %u of word %u is not looked at", i % 64, i / 64);
			good = false;
		}
		good &= finds(&set.cls, 8, 0, key);
	}
	end();
	ktap_result(good, name);
}

/* IPv4 has fewer words; what stands behind them is not even filled in. */
static void test_short(void)
{
	struct brfw_key key = keys[0];
	bool good;

	begin(&key, ENTRIES);
	good = finds(&set.cls, 8, 0, &key);
	memset(&key.words[BRFW_KEY_IP4_WORDS], 0xff,
	       sizeof(key) - BRFW_KEY_IP4_WORDS * sizeof(u64));
	good &= is_cached(8, 0, &key);
	end();
	ktap_result(good, "of IPv4 only the words that it has");
}

static void test_nd(void)
{
	struct brfw_key key = keys[1];
	bool good = true;

	key.nd_target[15] = 1;
	begin(&key, ENTRIES);
	good &= finds(&set.cls, 8, 0, &key) && !is_cached(8, 0, &key);
	key.nd_target[15] = 2;
	good &= !finds(&set.cls, 8, 0, &key);
	end();

	key = keys[1];
	key.nd_lladdr[5] = 1;
	begin(&key, ENTRIES);
	good &= finds(&set.cls, 8, 0, &key) && !is_cached(8, 0, &key);
	key.nd_lladdr[5] = 2;
	good &= !finds(&set.cls, 8, 0, &key);
	end();
	ktap_result(good, "addresses of neighbour discovery are not remembered");
}

/* How many of @n flows, each looked up once before, are remembered. */
static unsigned int count_cached(unsigned int n, u64 view)
{
	struct brfw_key key = keys[0];
	unsigned int i, count = 0;

	for (i = 0; i < n; i++) {
		key.words[1] = i;
		finds(&set.cls, view, 0, &key);
	}
	/* nothing is not a rule: ask one that has a rule for all */
	for (i = 0; i < n; i++) {
		key.words[1] = i;
		count += !is_cached(view, 0, &key);
	}

	return count;
}

static void test_replacement(void)
{
	struct brfw_match any;
	unsigned int n;
	bool good;

	memset(&any, 0, sizeof(any));
	begin(&keys[0], ENTRIES);
	if (!set_add(&other, &any, 1) || set_commit(&other))
		abort();

	/* as many as fit, but for pairs that three flows or more share */
	n = count_cached(ENTRIES / 8, 4);
	good = n >= ENTRIES / 8 * 9 / 10;
	ktap_note("%u of %u flows", n, ENTRIES / 8);
	/* what another view has found gives way */
	count_cached(4 * ENTRIES, 8);
	n = count_cached(ENTRIES / 8, 12);
	good &= n >= ENTRIES / 8 * 9 / 10;
	ktap_note("%u of %u flows", n, ENTRIES / 8);
	/* more than there is room for */
	n = count_cached(4 * ENTRIES, 16);
	good &= n <= ENTRIES;
	ktap_note("%u of %u flows", n, 4 * ENTRIES);
	end();
	ktap_result(good, "a cache holds what there is room for");
}

static void test_memory(void)
{
	bool good;

	kshim_fail_at = 1;
	good = brfw_cache_init(&cache, 2, 0) == -ENOMEM;
	kshim_fail_at = 0;
	brfw_cache_destroy(&cache);
	good &= !brfw_cache_init(&cache, 3, 0) && cache.shift == BRFW_HASH_BITS - 1;
	brfw_cache_destroy(&cache);
	good &= !brfw_cache_init(&cache, 2, 0) && cache.shift == BRFW_HASH_BITS;
	brfw_cache_destroy(&cache);
	ktap_result(good && set_nothing_left(), "sizes, and no memory");
}

int main(void)
{
	ktap_begin();
	test_hit();
	test_stamp();
	test_key(BRFW_FAMILY_IP4, "each bit of an IPv4 key counts");
	test_key(BRFW_FAMILY_IP6, "each bit of an IPv6 key counts");
	test_key(BRFW_FAMILY_OTHER, "each bit of another key counts");
	test_short();
	test_nd();
	test_replacement();
	test_memory();

	return ktap_end();
}

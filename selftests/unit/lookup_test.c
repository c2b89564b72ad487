// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier in fixed cases: rules by themselves, leaves of all sizes,
 * tables, generations, and what comes and goes.
 *
 *   lookup_test [SEED]
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "leaf.h"
#include "lookup_set.h"
#include "shape.h"

static struct ref_random rnd;
static struct ref_pool pools[REF_KINDS];

/* ---- conditions ---- */

static void match_set_saddr(struct brfw_match *m, const char *bytes,
			    unsigned int len)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->value.ip4.src, bytes, len);
	memset(m->mask.ip4.src, 0xff, len);
}

static void match_set_dports(struct brfw_match *m, u16 first, u16 last)
{
	memset(m, 0, sizeof(*m));
	ref_match_set_ranges(m, offsetof(struct brfw_key, dport), 2,
			     &(struct brfw_range){ first, last }, 1);
}

static void match_set_mac(struct brfw_match *m, u32 number)
{
	memset(m, 0, sizeof(*m));
	memset(m->mask.smac, 0xff, 6);
	memcpy(m->value.smac, &number, sizeof(number));
}

static void match_set_in(struct brfw_match *m, u16 slot)
{
	memset(m, 0, sizeof(*m));
	m->mask.in = U16_MAX;
	m->value.in = slot;
}

/* ---- rules ---- */

static void test_no_conditions(void)
{
	struct brfw_match m = {};
	struct ref_rule *rule = ref_rule_alloc(&m, 1, 1);
	bool good;
	int i;

	good = brfw_cls_rule_size(&m) == sizeof(struct brfw_cls_rule) &&
	       !brfw_cls_rule_data_size(&rule->cls);
	for (i = 0; i < REF_KEYS; i++)
		good &= brfw_cls_rule_matches(&rule->cls, &pools[REF_MIXED].key[i], 1);
	kfree(rule);
	ktap_result(good, "a rule without conditions meets every key");
}

static void test_get_match(void)
{
	struct brfw_match m, back;
	bool good = true;
	int i;

	for (i = 0; i < 3000; i++) {
		struct ref_rule *rule;

		m = *ref_pool_match(&pools[i % REF_KINDS], &rnd);
		rule = ref_rule_alloc(&m, 7, 8);
		memset(&back, 0xff, sizeof(back));
		brfw_cls_rule_get_match(&rule->cls, &back);
		good &= !memcmp(&back, &m,
				 offsetof(struct brfw_match, tests[m.ntests]));
		good &= rule->cls.order == 7 && rule->cls.gen_add == 8 &&
			rule->cls.gen_del == BRFW_GEN_NEVER;
		good &= brfw_cls_rule_data_size(&rule->cls) ==
			brfw_cls_rule_size(&m) - sizeof(rule->cls);
		kfree(rule);
	}
	ktap_result(good, "brfw_cls_rule_get_match() reverses brfw_cls_rule_init()");
}

/* One test differs from another in each of its members. */
static void test_same_match_close(void)
{
	struct brfw_match m = *ref_pool_match(&pools[REF_RANGES], &rnd), other;
	struct ref_rule *a, *b;
	unsigned int i;
	bool good = true;

	for (i = 0; i < 6; i++) {
		other = m;
		other.tests[0].negate ^= i == 0;
		other.tests[0].offset += i == 1;
		other.tests[0].size ^= i == 2 ? 3 : 0;
		other.tests[0].ranges[0].first ^= i == 3;
		other.tests[0].ranges[0].last ^= i == 4;
		if (i == 5)
			memset(&other.tests[other.ntests++], 0, sizeof(other.tests[0]));
		a = ref_rule_alloc(&m, 1, 1);
		b = ref_rule_alloc(&other, 1, 1);
		good &= !brfw_cls_rule_same_match(&a->cls, &b->cls);
		kfree(a);
		kfree(b);
	}
	ktap_result(good, "brfw_cls_rule_same_match() tells tests apart");
}

static void test_same_match(void)
{
	struct brfw_match m[2];
	bool good = true;
	int i, nsame = 0;

	for (i = 0; i < 5000; i++) {
		struct ref_rule *a, *b;
		bool same;

		m[0] = *ref_pool_match(&pools[REF_MIXED], &rnd);
		m[1] = *ref_pool_match(&pools[REF_MIXED], &rnd);
		if (ref_random_one_in(&rnd, 3)) {
			m[1].value = m[0].value;
			m[1].mask = m[0].mask;
		}
		same = !memcmp(&m[0], &m[1], sizeof(m[0]));
		nsame += same;
		a = ref_rule_alloc(&m[0], 1, 1);
		b = ref_rule_alloc(&m[1], 2, 3);
		good &= brfw_cls_rule_same_match(&a->cls, &b->cls) == same;
		good &= brfw_cls_rule_same_match(&a->cls, &a->cls);
		kfree(a);
		kfree(b);
	}
	ktap_result(good && nsame, "brfw_cls_rule_same_match() compares conditions and nothing else");
}

static void test_rule_matches(void)
{
	unsigned int i, j, nhits = 0, nmisses = 0;
	bool good = true;

	for (i = 0; i < 3000; i++) {
		const struct ref_pool *pool = &pools[i % REF_KINDS];
		const struct brfw_match *m = ref_pool_match(pool, &rnd);
		struct ref_rule *rule = ref_rule_alloc(m, 1, 1);

		for (j = 0; j < 100; j++) {
			const struct brfw_key *key = &pool->key[ref_random_below(&rnd, REF_KEYS)];
			bool hit = ref_matches(m, key);

			good &= brfw_cls_rule_matches(&rule->cls, key, 1) == hit;
			nhits += hit;
			nmisses += !hit;
		}
		kfree(rule);
	}
	ktap_result(good && nhits > 1000 && nmisses > 1000,
		    "brfw_cls_rule_matches() as the reference");
}

static void test_rule_tests(void)
{
	struct brfw_match m;
	struct ref_rule *rule;
	size_t offset;
	bool good = true, has;
	unsigned int i, j;

	for (i = 0; i < 500; i++) {
		m = *ref_pool_match(&pools[i % REF_KINDS], &rnd);
		rule = ref_rule_alloc(&m, 1, 1);
		for (offset = 0; offset < sizeof(m.value); offset++) {
			for (j = 0, has = false; j < m.ntests; j++)
				has |= m.tests[j].offset == offset;
			good &= brfw_cls_rule_tests(&rule->cls, offset) == has;
		}
		kfree(rule);
	}
	ktap_result(good, "brfw_cls_rule_tests() knows which fields have tests");
}

/* ---- shapes ---- */

/* What a table hashes, its rules compare; and no level is lost on the way. */
static void test_shapes(void)
{
	unsigned int i, w, ncovered = 0, nnot = 0;
	struct brfw_key table_mask, value, mask;
	bool good = true, fits;

	for (i = 0; i < 20000; i++) {
		const struct ref_pool *pool = &pools[i % REF_KINDS];
		struct ref_rule *a = ref_rule_alloc(ref_pool_match(pool, &rnd), 1, 1);
		struct ref_rule *b = ref_rule_alloc(ref_pool_match(pool, &rnd), 1, 1);
		brfw_shape_t shape = brfw_shape_of_rule(&a->cls, pool->family);
		brfw_shape_t other = brfw_shape_of_rule(&b->cls, pool->family);
		brfw_shape_t meet = brfw_shape_meet(shape, other);

		brfw_shape_get_mask(shape, pool->family, &table_mask);
		brfw_cls_rule_get_masked(&b->cls, &value, &mask);
		for (w = 0, fits = true; w < BRFW_KEY_WORDS; w++)
			fits &= !(table_mask.words[w] & ~mask.words[w]);
		good &= brfw_shape_covers(shape, other) == fits;
		good &= brfw_shape_covers(shape, shape) &&
			brfw_shape_covers(0, shape) &&
			brfw_shape_covers(meet, shape) &&
			brfw_shape_covers(meet, other) &&
			(meet == shape) == fits;
		ncovered += fits;
		nnot += !fits;
		kfree(a);
		kfree(b);
	}
	ktap_result(good && ncovered > 100 && nnot > 100,
		    "a shape covers rules that compare all that it hashes");
}

/* One prefix, one level: the largest that it fills. */
static void test_shape_levels(void)
{
	static const struct {
		u8 family, offset, bits, nbytes;
	} cases[] = {
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, ip4.src), 7, 0 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, ip4.src), 8, 1 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, ip4.dst), 23, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, ip4.dst), 32, 4 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 23, 0 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 24, 3 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 39, 4 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 40, 5 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 48, 6 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 56, 7 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 127, 8 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.src), 128, 16 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.dst), 32, 4 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.dst), 47, 5 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.dst), 64, 8 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.dst), 127, 8 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, ip6.dst), 128, 16 },
		{ BRFW_FAMILY_OTHER, offsetof(struct brfw_key, arp.sender_ip), 16, 2 },
		{ BRFW_FAMILY_OTHER, offsetof(struct brfw_key, arp.target_ip), 31, 3 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, smac), 24, 3 },
		{ BRFW_FAMILY_IP6, offsetof(struct brfw_key, dmac), 47, 3 },
		{ BRFW_FAMILY_OTHER, offsetof(struct brfw_key, dmac), 48, 6 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, mark), 31, 0 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, mark), 32, 4 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, ip_proto), 8, 1 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, type), 8, 1 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, bridge), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, in), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, out), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, eth_type), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, vlan_id), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, inner_vlan_id), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, pppoe), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, sport), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, dport), 16, 2 },
		{ BRFW_FAMILY_IP4, offsetof(struct brfw_key, frag), 8, 0 },
	};
	struct brfw_key want, mask;
	struct brfw_match m;
	unsigned int i, bit;
	bool good = true;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ref_rule *rule;

		memset(&m, 0, sizeof(m));
		for (bit = 0; bit < cases[i].bits; bit++)
			((u8 *)&m.mask)[cases[i].offset + bit / 8] |= 0x80 >> bit % 8;
		rule = ref_rule_alloc(&m, 1, 1);
		brfw_shape_get_mask(brfw_shape_of_rule(&rule->cls, cases[i].family),
				    cases[i].family, &mask);
		memset(&want, 0, sizeof(want));
		memset((u8 *)&want + cases[i].offset, 0xff, cases[i].nbytes);
		if (memcmp(&mask, &want, sizeof(mask))) {
			ktap_note("case %u", i);
			good = false;
		}
		kfree(rule);
	}
	ktap_result(good, "a prefix has the largest level that it fills");
}

/* ---- the example of leaf.h, and other small cases ---- */

static void test_example(void)
{
	static const u16 port[] = { 0, 79, 80, 81, 1023, 1024, 1999, 2000, 2001, 65535 };
	struct brfw_key key = {};
	struct brfw_match m[3];
	struct set set;
	bool good = true;
	unsigned int i;
	u64 order;

	match_set_dports(&m[0], 0, 1023);
	match_set_dports(&m[1], 80, 80);
	match_set_dports(&m[2], 2000, 2000);
	set_init(&set, BRFW_FAMILY_IP4, NULL);
	/* thrice, since so few rules would be compared one by one */
	for (order = 1; order <= 12; order++)
		set_add(&set, &m[order % 3], order);
	good &= !set_commit(&set);
	for (i = 0; i < sizeof(port) / sizeof(port[0]); i++) {
		key.dport = port[i];
		good &= set_walks(&set, &key, 2, 0);
	}
	key.dport = 80;
	good &= set_lookup_order(&set, &key) == 1;
	key.dport = 2000;
	good &= set_lookup_order(&set, &key) == 2;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "example of leaf.h");
}

static void test_empty(void)
{
	struct brfw_key key = {};
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	good = !set_lookup(&set, &key, 1, 0) && !brfw_cls_cost(&set.cls) &&
	       !set_prepare(&set) && !set_lookup(&set, &key, 1, 0);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "an empty classifier finds nothing");
}

/* Generation g sees rule g only, of the same place and conditions. */
static void test_generations(void)
{
	struct ref_rule *rule[80];
	struct brfw_match m = {};
	struct brfw_key key = {};
	bool good = true;
	struct set set;
	u64 gen;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (gen = 2; gen < 80; gen++) {
		rule[gen] = set_add(&set, &m, 5);
		if (gen > 2)
			set_kill(&set, rule[gen - 1]);
		good &= !set_commit(&set);
	}
	for (gen = 2; gen < 80; gen++)
		good &= set_lookup(&set, &key, gen, 0) == &rule[gen]->cls;
	good &= !set_lookup(&set, &key, 1, 0) && !set_lookup(&set, &key, 79, 5);
	good &= set_lookup(&set, &key, 79, 4) == &rule[79]->cls;

	set_collect(&set);
	good &= set.n == 1 && set_lookup(&set, &key, 79, 0) == &rule[79]->cls;
	set_kill(&set, rule[79]);
	good &= !set_commit(&set);
	set_collect(&set);
	good &= !set_lookup(&set, &key, 79, 0) && !set_prepare(&set) &&
		!brfw_cls_cost(&set.cls);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "each generation sees its own version of a rule");
}

/* Keys of IPv4 are filled in to a certain word only. */
static void test_words(void)
{
	unsigned int i, family;
	struct brfw_match m[2];
	bool good = true;
	struct set set;

	for (family = 0; family < BRFW_FAMILIES; family++) {
		set_init(&set, family, NULL);
		for (i = 0; i < BRFW_KEY_WORDS; i++) {
			bool fits = family != BRFW_FAMILY_IP4 || i < BRFW_KEY_IP4_WORDS;

			memset(m, 0, sizeof(m));
			m[0].mask.words[i] = 1;
			m[1].ntests = 1;
			m[1].tests[0].kind = BRFW_TEST_BYTES;
			m[1].tests[0].offset = i ? 8 * i - 4 : 0;
			m[1].tests[0].size = 5;
			good &= !!set_add(&set, &m[0], 1 + i) == fits &&
				!!set_add(&set, &m[1], 100 + i) == fits;
		}
		good &= !set_commit(&set);
		set_destroy(&set);
	}
	ktap_result(good && set_nothing_left(), "a rule must not look behind the key of its family");
}

/* The outermost orders that there may be. */
static void test_extreme_orders(void)
{
	struct ref_rule *first, *last;
	struct brfw_match m = {};
	struct brfw_key key = {};
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	last = set_add(&set, &m, U64_MAX - 1);
	good = !set_commit(&set) &&
	       set_lookup(&set, &key, 2, 0) == &last->cls &&
	       set_lookup(&set, &key, U64_MAX - 1, 0) == &last->cls;
	first = set_add(&set, &m, 1);
	good &= !set_commit(&set) &&
		set_lookup(&set, &key, 3, 0) == &first->cls &&
		set_lookup(&set, &key, 3, 1) == &last->cls &&
		set_lookup(&set, &key, 3, U64_MAX - 2) == &last->cls &&
		!set_lookup(&set, &key, 3, U64_MAX - 1);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "smallest and largest order");
}

/* ---- leaves ---- */

/* All keys, and all their matches for some; by one rule more at a time around the bounds. */
static bool leaf_size_once(enum ref_kind kind, unsigned int n)
{
	const struct ref_pool *pool = &pools[kind];
	unsigned int i;
	struct set set;
	bool good;

	set_init(&set, pool->family, pool->key);
	for (i = 0; i < n; i++)
		set_add(&set, ref_pool_match(pool, &rnd), 1 + (i * 7919) % 10007);
	good = !set_commit(&set) && set_finds_pool(&set, 2) &&
	       set_finds_pool(&set, 1);
	for (i = 0; i < n; i += 1 + ref_random_below(&rnd, 3))
		set_kill(&set, set.rules[i]);
	good &= !set_commit(&set) && set_finds_pool(&set, 2) &&
		set_finds_pool(&set, 3);
	set_collect(&set);
	good &= set_finds_pool(&set, 3) && !set_prepare(&set) &&
		set_finds_pool(&set, 3);
	set_destroy(&set);

	return good;
}

static void test_leaf_sizes(void)
{
	static const u16 sizes[] = { 1, 2, 3, 7, 8, 9, 10, 33, 63, 64, 65, 66,
				     127, 128, 129, 200, 500 };
	unsigned int i, kind;
	bool good = true;

	for (kind = 0; kind < REF_KINDS; kind++)
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			if (!leaf_size_once(kind, sizes[i])) {
				ktap_note("kind %u, %u rules", kind, sizes[i]);
				good = false;
			}
	ktap_result(good && set_nothing_left(), "sets of 1 to 500 rules of all kinds");
}

/* Conditions that no table can hold: one leaf, of several words from 65 on. */
static bool ranges_once(unsigned int n)
{
	struct brfw_key key = {};
	struct brfw_match m;
	unsigned int i;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < n; i++) {
		match_set_dports(&m, 10 * i, 10 * i + 9 + 5 * (i % 3));
		set_add(&set, &m, 1 + (i * 7919) % 2053);
	}
	good = !set_commit(&set) && !set.cls.ntables;
	for (i = 0; i < 300; i++) {
		key.dport = ref_random_below(&rnd, 10 * n + 30);
		good &= set_walks(&set, &key, 2, 0) &&
			set_finds(&set, &key, 2, ref_random_below(&rnd, 2053));
	}
	for (i = 0; i < n; i++)
		if (ref_random_one_in(&rnd, 2))
			set_kill(&set, set.rules[i]);
	good &= !set_commit(&set);
	set_collect(&set);
	for (i = 0; i < 300; i++) {
		key.dport = ref_random_below(&rnd, 10 * n + 30);
		good &= set_walks(&set, &key, 3, 0);
	}
	set_destroy(&set);

	return good;
}

static void test_leaf_words(void)
{
	bool good = ranges_once(65) && ranges_once(128) && ranges_once(129) &&
		    ranges_once(1000) && ranges_once(BRFW_LEAF_STAY_MAX);

	ktap_result(good && set_nothing_left(), "up to 2048 port ranges in one leaf");
}

/* More classes than a number may have: the ranges are left to comparing. */
static void test_leaf_classes(void)
{
	struct brfw_range range[BRFW_TEST_RANGES_MAX];
	struct brfw_key key = {};
	struct brfw_match m;
	unsigned int i, j, n;
	struct set set;
	bool good = true;

	for (n = 100; n <= 400; n += 50) {
		set_init(&set, BRFW_FAMILY_IP4, NULL);
		for (i = 0; i < n; i++) {
			for (j = 0; j < BRFW_TEST_RANGES_MAX; j++)
				range[j].first = range[j].last = 4000 * j + 3 * i;
			if (!i) /* an odd number of bounds */
				range[j - 1].last = U16_MAX;
			memset(&m, 0, sizeof(m));
			ref_match_set_ranges(&m, offsetof(struct brfw_key, dport), 2,
					     range, BRFW_TEST_RANGES_MAX);
			set_add(&set, &m, 1 + i);
		}
		good &= !set_commit(&set);
		for (i = 0; i < 1000; i++) {
			key.dport = ref_random_below(&rnd, U16_MAX + 1);
			good &= set_finds(&set, &key, 2, 0);
			key.dport = 4000 * (i % 16) + 3 * ref_random_below(&rnd, n);
			good &= set_finds(&set, &key, 2, 0);
		}
		set_destroy(&set);
	}
	ktap_result(good && set_nothing_left(), "16 port ranges in each of 100 to 400 rules");
}

/* ---- tables ---- */

/*
 * The same in a slot of a table, rule by rule: the leaf has a selector of the
 * number until there are too many classes.
 */
static void test_slot_classes(void)
{
	struct brfw_range range[BRFW_TEST_RANGES_MAX];
	struct brfw_key key = { .in = 7 };
	struct brfw_match m;
	unsigned int i, j;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 600; i++) {
		match_set_in(&m, 100 + i);
		set_add(&set, &m, 1000 + i);
	}
	good = !set_commit(&set) && set.cls.ntables;
	for (i = 0; i < 240; i++) {
		match_set_in(&m, 7);
		for (j = 0; j < BRFW_TEST_RANGES_MAX; j++)
			range[j].first = range[j].last = 4000 * j + 3 * i;
		ref_match_set_ranges(&m, offsetof(struct brfw_key, dport), 2,
				     range, BRFW_TEST_RANGES_MAX);
		set_add(&set, &m, 1 + i);
		good &= !set_commit(&set);
		for (j = 0; j < 5; j++) {
			key.dport = 4000 * j + 3 * ref_random_below(&rnd, i + 1);
			good &= set_walks(&set, &key, set.gen, 0);
		}
	}
	/* A slot for 64 of them, then the leaf for what is in no table, then what must. */
	good &= set.cls.leaf && set.cls.leaf->nrules == 64;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "16 port ranges in each rule of a slot");
}

#define CHAIN	40

static void shuffle(unsigned int *list, unsigned int n)
{
	unsigned int i, j, tmp;

	for (i = 0; i < n; i++)
		list[i] = i;
	for (i = n; i > 1; i--) {
		j = ref_random_below(&rnd, i);
		tmp = list[i - 1];
		list[i - 1] = list[j];
		list[j] = tmp;
	}
}

/*
 * Rules of one slot of a table come and go one by one: none, one, a leaf, none.
 * There are others, so that there is a table.
 */
static bool chain_once(void)
{
	struct brfw_key key = { .in = 7, .dport = 1000 };
	struct ref_rule *rule[CHAIN];
	unsigned int list[CHAIN], i;
	struct brfw_match m;
	bool good = true;
	struct set set;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 100; i++) {
		match_set_in(&m, 100 + i);
		set_add(&set, &m, 1000 + i);
	}
	good &= !set_commit(&set) && set.cls.ntables;
	shuffle(list, CHAIN);
	for (i = 0; i < CHAIN; i++) {
		match_set_in(&m, 7);
		ref_match_set_ranges(&m, offsetof(struct brfw_key, dport), 2,
				     &(struct brfw_range){ 1000 - list[i], 1000 + list[i] }, 1);
		rule[list[i]] = set_add(&set, &m, 1 + list[i]);
		good &= !set_commit(&set) && set_walks(&set, &key, set.gen, 0);
	}
	shuffle(list, CHAIN);
	for (i = 0; i < CHAIN; i++) {
		set_kill(&set, rule[list[i]]);
		set_publish(&set);
		good &= set_walks(&set, &key, set.gen, 0);
		if (ref_random_one_in(&rnd, 3))
			set_collect(&set);
		if (ref_random_one_in(&rnd, 5))
			good &= !set_prepare(&set);
		good &= set_walks(&set, &key, set.gen, 0);
	}
	set_collect(&set);
	good &= !set_prepare(&set) && !set_lookup_order(&set, &key);
	set_destroy(&set);

	return good;
}

static void test_chain(void)
{
	bool good = true;
	int i;

	for (i = 0; i < 20; i++)
		good &= chain_once();
	ktap_result(good && set_nothing_left(), "rules of one slot, shuffled in and out");
}

/* A rule that a reader may find only after prepare, but then must. */
static void test_better_table(void)
{
	struct brfw_key key = { .in = 7, .ip4.src = { 10, 1, 2, 3 } };
	struct brfw_match m;
	struct set set;
	unsigned int i;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 200; i++) {
		match_set_in(&m, i);
		set_add(&set, &m, 1000 + i);
		match_set_saddr(&m, (char[]){ 10, 1, 2, i }, 4);
		set_add(&set, &m, 2000 + i);
	}
	good = !set_commit(&set) && set.cls.ntables == 2 &&
	       set_walks(&set, &key, 2, 0);
	match_set_saddr(&m, "\x0a\x01\x02\x03", 4);
	set_add(&set, &m, 5);
	good &= set_lookup_order(&set, &key) == 1007;
	good &= !set_prepare(&set) && set_lookup_order(&set, &key) == 1007;
	set_publish(&set);
	good &= set_lookup_order(&set, &key) == 5 && set_walks(&set, &key, 3, 0) &&
		set_walks(&set, &key, 2, 0);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "a new best rule moves its table to the front");
}

/* Grow and shrink between one leaf and tables, in steps and at once. */
static void test_growth(void)
{
	const struct ref_pool *pool = &pools[REF_HOSTS];
	unsigned int i, kind, order = 1;
	bool good = true;
	struct set set;

	for (kind = 0; kind < REF_KINDS; kind++) {
		pool = &pools[kind];
		set_init(&set, pool->family, pool->key);
		while (good && set.n < 300) {
			for (i = 0; i < 1 + set.n / 4; i++)
				set_add(&set, ref_pool_match(pool, &rnd), order++);
			good &= !set_commit(&set) && set_finds_pool(&set, set.gen);
			if (set.n > 55 && set.n < 75) {
				set_add(&set, ref_pool_match(pool, &rnd), order++);
				good &= !set_commit(&set) && set_finds_pool(&set, set.gen);
			}
		}
		while (good && set.n) {
			for (i = 0; i < 1 + set.n / 5; i++)
				set_kill(&set, set.rules[i * 3 % set.n]);
			good &= !set_commit(&set) && set_finds_pool(&set, set.gen) &&
				set_finds_pool(&set, set.gen - 1);
			set_collect(&set);
			good &= !set_prepare(&set) && set_finds_pool(&set, set.gen);
		}
		good &= !set.cls.ntables && !set.cls.leaf && !brfw_cls_cost(&set.cls);
		set_destroy(&set);
	}
	ktap_result(good && set_nothing_left(), "up to 300 rules and down to none");
}

/* A table grows with single rules, far beyond what it was made for. */
static void test_table_growth(void)
{
	enum { START = 3000, MORE = 1400 };
	struct brfw_key key = {};
	struct brfw_match m;
	struct set set;
	unsigned int i;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < START; i++) {
		match_set_mac(&m, i);
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set);
	for (; i < START + MORE; i++) {
		match_set_mac(&m, i);
		set_add(&set, &m, 1 + i);
		good &= !set_commit(&set);
		good &= set.cls.nchanges == i + 1 - START;
		memcpy(key.smac, &i, 4);
		good &= set_lookup_order(&set, &key) == 1 + i;
	}
	for (i = 0; i < START + MORE; i++) {
		memcpy(key.smac, &i, 4);
		good &= set_lookup_order(&set, &key) == 1 + i;
	}
	memcpy(key.smac, &i, 4);
	good &= !set_lookup_order(&set, &key);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "a table grows as rules come");
}

/* What is new goes where it fits: not all into one leaf. */
static void test_new_rules_use_tables(void)
{
	struct brfw_match m;
	unsigned int i, cost;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 1000; i++) {
		match_set_mac(&m, i);
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set) && set.cls.ntables == 1;
	cost = brfw_cls_cost(&set.cls);
	for (i = 1000; i < 1400; i++) {
		match_set_mac(&m, i);
		set_add(&set, &m, 1 + i);
		good &= !set_commit(&set);
	}
	/* one rule in each slot; and slots that are passed */
	good &= brfw_cls_cost(&set.cls) < cost + 8 && !set.cls.leaf && cost < 2 + 8;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "rules that come later go to tables that suit them");
}

/* Replace one rule among others again and again: look-ups stay as short. */
static void test_churn(void)
{
	enum { RULES = 2000, TIMES = 3000 };
	unsigned long before, worst = 0;
	struct ref_rule *rule, *old = NULL;
	struct brfw_key key = {};
	struct brfw_match m;
	struct set set;
	u32 i, one = 77;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < RULES; i++) {
		match_set_mac(&m, i);
		rule = set_add(&set, &m, 1 + i);
		if (i == one)
			old = rule;
	}
	good = !set_commit(&set);
	memcpy(key.smac, &one, 4);
	match_set_mac(&m, one);
	for (i = 0; i < TIMES; i++) {
		rule = set_add(&set, &m, 5000 + i % 3);
		set_kill(&set, old);
		good &= !set_commit(&set) && set_lookup(&set, &key, set.gen, 0) == &rule->cls &&
			set_lookup(&set, &key, set.gen - 1, 0) == &old->cls;
		set_collect(&set);
		old = rule;
		before = kshim_nderefs;
		good &= set_lookup(&set, &key, set.gen, 0) == &rule->cls;
		worst = max(worst, kshim_nderefs - before);
	}
	if (worst >= 30)
		ktap_note("a look-up took %lu steps", worst);
	set_destroy(&set);
	ktap_result(good && worst < 30 && set_nothing_left(),
		    "replacing a rule often leaves look-ups short");
}

/* New masked keys come and old ones go: what they leave behind doesn't pile up. */
static void test_tombstones(void)
{
	enum { RULES = 600, TIMES = 4000 };
	unsigned long before, worst = 0;
	struct brfw_key key = {};
	struct ref_rule *rule[RULES];
	struct brfw_match m;
	struct set set;
	bool good;
	u32 i;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < RULES; i++) {
		match_set_mac(&m, i);
		rule[i] = set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set);
	for (i = 0; i < TIMES; i++) {
		set_kill(&set, rule[i % RULES]);
		match_set_mac(&m, RULES + i);
		rule[i % RULES] = set_add(&set, &m, 1 + RULES + i);
		good &= !set_commit(&set);
		set_collect(&set);
		memcpy(key.smac, &i, 4); /* gone */
		before = kshim_nderefs;
		good &= !set_lookup(&set, &key, set.gen, 0);
		worst = max(worst, kshim_nderefs - before);
		if (!(i % 500))
			for (u32 j = i + 1; j <= i + RULES; j++) {
				memcpy(key.smac, &j, 4);
				good &= set_lookup_order(&set, &key) == 1 + j;
			}
	}
	if (worst >= 80)
		ktap_note("a look-up took %lu steps", worst);
	set_destroy(&set);
	ktap_result(good && worst < 80 && set_nothing_left(),
		    "rules of other keys come and go in a table");
}

/* Rules for which there is no table get one when they are many. */
static void test_another_table(void)
{
	struct brfw_match m;
	struct set set;
	unsigned int i;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 300; i++) {
		match_set_in(&m, i);
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set) && set.cls.ntables == 1;
	for (i = 0; i < 1000; i++) {
		match_set_mac(&m, i);
		set_add(&set, &m, 1000 + i);
		good &= !set_commit(&set);
	}
	good &= set.cls.ntables == 2;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "many rules of a new kind get a table");
}

/*
 * In a small table beside a large one, so that the whole isn't arranged anew:
 * ever new keys, then ever the same.
 */
static void test_small_table(void)
{
	enum { LARGE = 3000, SMALL = 80, TIMES = 350 };
	unsigned long nallocs, nbytes;
	struct brfw_match m = {};
	unsigned int i, key;
	bool good;
	struct set set;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	m.mask.mark = U32_MAX;
	for (i = 0; i < LARGE; i++) {
		m.value.mark = 1 + i;
		set_add(&set, &m, 10000 + i);
	}
	for (i = 0; i < SMALL; i++) {
		match_set_in(&m, i);
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set) && set.cls.ntables == 2;
	kshim_rcu_quiesce();
	nbytes = kshim_nbytes;
	nallocs = kshim_nallocs;
	for (; i < SMALL + 2 * TIMES; i++) {
		key = min_t(unsigned int, i, SMALL + TIMES);
		set_kill(&set, set.rules[i > SMALL + TIMES ? SMALL - 1 : 0]);
		set_publish(&set);
		set_collect(&set);
		match_set_in(&m, key);
		set_add(&set, &m, 1 + i);
		good &= !set_commit(&set) && set_lookup_order(&set, &m.value) == 1 + i;
	}
	kshim_rcu_quiesce();
	good &= set.cls.nchanges == 4 * TIMES;
	/* For each, one list of new rules and the rule; the slots at times. */
	if (kshim_nallocs - nallocs > 4 * TIMES + 10 || kshim_nbytes != nbytes) {
		ktap_note("%lu allocations, %ld bytes more", kshim_nallocs - nallocs,
			  kshim_nbytes - nbytes);
		good = false;
	}
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "a small table stays small");
}

/*
 * So many that whole hashes of different keys are sure to be equal: about
 * BIG * NMISSES / 2^32 times.
 */
#define BIG	50000
#define NMISSES	400000

static void big_mac(u8 *mac, bool is_rule)
{
	unsigned int i;

	for (i = 0; i < 6; i++)
		mac[i] = ref_random_below(&rnd, 256);
	mac[0] = (mac[0] & ~1) | is_rule;
}

static void test_many(void)
{
	struct brfw_key key = {};
	struct brfw_match m = {};
	unsigned int i, nwrong = 0;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	memset(m.mask.smac, 0xff, 6);
	for (i = 0; i < BIG; i++) {
		big_mac(m.value.smac, true);
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set) && brfw_cls_cost(&set.cls) < 10;
	for (i = 0; i < BIG; i++)
		nwrong += set_lookup(&set, &set.rules[i]->match.value, 2, i) != &set.rules[i]->cls;
	for (i = 0; i < NMISSES; i++) {
		big_mac(key.smac, false);
		nwrong += !!set_lookup(&set, &key, 2, 0);
	}
	if (nwrong)
		ktap_note("%u wrong look-ups", nwrong);
	set_destroy(&set);
	ktap_result(good && !nwrong && set_nothing_left(), "50000 rules of one mask, keys with equal hashes");
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int i;

	ktap_begin();
	ktap_note("seed %llu", seed);
	ref_random_init(&rnd, seed);
	for (i = 0; i < REF_KINDS; i++)
		ref_pool_init(&pools[i], &rnd, i, 400);

	test_no_conditions();
	test_get_match();
	test_same_match();
	test_same_match_close();
	test_rule_matches();
	test_rule_tests();
	test_shapes();
	test_shape_levels();
	test_example();
	test_empty();
	test_generations();
	test_words();
	test_extreme_orders();
	test_leaf_sizes();
	test_leaf_words();
	test_leaf_classes();
	test_slot_classes();
	test_chain();
	test_better_table();
	test_growth();
	test_table_growth();
	test_new_rules_use_tables();
	test_churn();
	test_tombstones();
	test_another_table();
	test_small_table();
	test_many();
	for (i = 0; i < REF_KINDS; i++)
		ref_pool_destroy(&pools[i]);

	return ktap_end();
}

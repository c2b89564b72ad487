// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bound of the classifier: brfw_cls_cost() is at least what any look-up
 * compares, and what would exceed the limit is refused, names one of the new
 * rules and leaves everything as it was.
 *
 *   lookup_cost_test [SEED]
 *
 * With BRFW_FULL=1 the largest sets are as large as they are meant to be.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "leaf.h"
#include "lookup_set.h"

static struct ref_random rnd;
static bool is_full;

/* ---- conditions ---- */

static void match_add_dports(struct brfw_match *m, u16 first, u16 last)
{
	ref_match_set_ranges(m, offsetof(struct brfw_key, dport), 2,
			     &(struct brfw_range){ first, last }, 1);
}

/* No selector can tell such rules apart: any destination but one. */
static void match_add_not_dmac(struct brfw_match *m, u32 number)
{
	struct brfw_test *test = &m->tests[m->ntests++];

	test->kind = BRFW_TEST_BYTES;
	test->negate = true;
	test->offset = offsetof(struct brfw_key, dmac);
	test->size = 6;
	memcpy(test->value, &number, sizeof(number));
	memset(test->mask, 0xff, 6);
}

static void match_set_prefix(struct brfw_match *m, u32 address, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++) {
		m->mask.ip4.src[i / 8] |= 0x80 >> i % 8;
		m->value.ip4.src[i / 8] |= address >> (31 - i) & 1 ? 0x80 >> i % 8 : 0;
	}
}

/* ---- what is checked ---- */

/* Some keys at the corners of rules, some that overlay rules. */
static void make_key(const struct set *set, struct brfw_key *key)
{
	struct ref_pool pool = { .n = 1, .family = set->cls.family };
	struct brfw_key layer;
	unsigned int i, w;

	memset(key, 0, sizeof(*key));
	for (i = 0; i < 3; i++) {
		const struct brfw_match *m = &set->rules[ref_random_below(&rnd, set->n)]->match;

		pool.match = (struct brfw_match *)m;
		ref_pool_key(&pool, &rnd, &layer);
		for (w = 0; w < BRFW_KEY_WORDS; w++)
			key->words[w] |= layer.words[w];
		if (ref_random_one_in(&rnd, 3))
			*key = layer;
	}
}

static unsigned int most_steps(const struct set *set, unsigned int n, bool *good)
{
	unsigned int worst = 0;
	struct brfw_key key;

	while (n--) {
		make_key(set, &key);
		worst = max(worst, set_steps(set, &key, 0));
		*good &= set_finds(set, &key, set->gen, 0);
		worst = max(worst, set_steps(set, &key,
					     set->rules[ref_random_below(&rnd, set->n)]->cls.order));
	}

	return worst;
}

/* A set that has to be accepted, and its bound; told if it has a name. */
static bool accepts(struct set *set, const char *what, unsigned int nkeys)
{
	unsigned int worst, cost;
	bool good = true;
	int err;

	err = set_commit(set);
	cost = brfw_cls_cost(&set->cls);
	worst = err ? 0 : most_steps(set, nkeys, &good);
	if (what || err || !good || worst > cost)
		ktap_note("%s: %u rules, %u tables, cost %u, most steps %u",
			  what ?: "", set->n, set->cls.ntables, cost, worst);

	return !err && good && worst <= cost && cost <= BRFW_CLS_COST_MAX;
}

/* A batch that has to be refused, and what was there before. */
static bool refuses(struct set *set)
{
	unsigned int before = set->gen, i;
	struct brfw_key key;
	bool good;

	good = set_commit(set) == -ENOSPC && set->gen == before &&
	       set->culprit && set->culprit->gen_add == set->gen + 1;
	if (set->culprit && set->culprit->gen_add != set->gen + 1)
		ktap_note("the culprit is not a new rule");
	for (i = 0; i < 50; i++) {
		make_key(set, &key);
		good &= set_finds(set, &key, set->gen, 0);
	}
	set_abort(set);
	kshim_rcu_quiesce();
	for (i = 0; set->n && i < 50; i++) {
		make_key(set, &key);
		good &= set_finds(set, &key, set->gen, 0);
	}

	return good;
}

/* ---- bounds that are kept ---- */

static void add_nested_ranges(struct set *set, unsigned int n, bool from_inside)
{
	struct brfw_match m;
	unsigned int i;

	for (i = 0; i < n; i++) {
		memset(&m, 0, sizeof(m));
		match_add_dports(&m, 10 * i, U16_MAX - 10 * i);
		set_add(set, &m, from_inside ? n - i : 1 + i);
	}
}

/* One key meets all of them, and the best may be the last to be looked at. */
static void test_nested_ranges(void)
{
	static const u16 sizes[] = { 9, 64, 65, 300, 1000 };
	unsigned int i, j;
	bool good = true;
	struct set set;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (j = 0; j < 2; j++) {
			set_init(&set, BRFW_FAMILY_IP4, NULL);
			add_nested_ranges(&set, sizes[i], j);
			good &= accepts(&set, "nested ranges", 300);
			set_destroy(&set);
		}
	}
	ktap_result(good && set_nothing_left(), "nested port ranges");
}

/* What all rules have in common is asked first, and the best of a word before it. */
static void test_leaf_shortcuts(void)
{
	struct brfw_key key = { .dport = U16_MAX / 2 };
	unsigned int i, n, steps;
	struct brfw_match m;
	unsigned long before;
	struct set set;
	bool good = true;

	for (n = 20; n <= 1280; n *= 4) {
		set_init(&set, BRFW_FAMILY_IP4, NULL);
		for (i = 0; i < n; i++) {
			memset(&m, 0, sizeof(m));
			m.mask.vlan_id = 0xfff; /* but no table hashes that */
			m.value.vlan_id = 5;
			match_add_dports(&m, 10 * i, U16_MAX - 10 * i);
			set_add(&set, &m, 1 + i);
		}
		good &= !set_commit(&set) && !set.cls.ntables;
		key.vlan_id = 5;
		before = kshim_nderefs;
		good &= set_lookup_order(&set, &key) == 1;
		steps = kshim_nderefs - before;
		key.vlan_id = 6;
		if (steps > 4 || set_steps(&set, &key, 0)) {
			ktap_note("%u rules: %u pointers read, %u rules compared in vain",
				  n, steps, set_steps(&set, &key, 0));
			good = false;
		}
		set_destroy(&set);
	}
	ktap_result(good && set_nothing_left(), "what no rule needs to be compared for");
}

/* A range, which is decided, and an address, which isn't. */
static void add_half_decided(struct set *set, unsigned int n, u64 order)
{
	struct brfw_match m;
	unsigned int i;

	for (i = 0; i < n; i++) {
		memset(&m, 0, sizeof(m));
		match_add_dports(&m, i, U16_MAX);
		match_add_not_dmac(&m, i);
		m.tests[1].negate = false;
		set_add(set, &m, order + i);
	}
}

static void test_half_decided(void)
{
	struct brfw_key key = { .dport = 20000, .dmac = { [5] = 7 } };
	unsigned int i, n = BRFW_CLS_COST_MAX * 2 / 3;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	add_half_decided(&set, n, 1);
	good = accepts(&set, "half decided", 300) &&
	       set_steps(&set, &key, 0) == n && brfw_cls_cost(&set.cls) >= n;
	for (i = 0; i < set.n; i++)
		set_kill(&set, set.rules[i]);
	add_half_decided(&set, n, 5000);
	good &= !set_commit(&set);
	set_collect(&set);
	good &= accepts(&set, "half decided, replaced", 300);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "rules of which half is decided");
}

/* Overlapping ranges whose order has nothing to do with their numbers. */
static void test_overlapping_ranges(void)
{
	struct brfw_match m;
	unsigned int i, n;
	bool good = true;
	struct set set;

	for (n = 50; n <= BRFW_LEAF_STAY_MAX; n = n * 3 / 2) {
		set_init(&set, BRFW_FAMILY_IP4, NULL);
		for (i = 0; i < n; i++) {
			u32 a = ref_random_below(&rnd, U16_MAX - 1000);

			memset(&m, 0, sizeof(m));
			match_add_dports(&m, a, a + ref_random_below(&rnd, 1000));
			set_add(&set, &m, 1 + (i * 7919) % 10007);
		}
		good &= accepts(&set, "overlapping ranges", 300) &&
			brfw_cls_cost(&set.cls) <= 4 + n / 100;
		set_destroy(&set);
	}
	ktap_result(good && set_nothing_left(), "overlapping port ranges in any order");
}

static void test_nested_prefixes(void)
{
	unsigned int i, len;
	struct brfw_match m;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 60; i++)
		for (len = 0; len <= 32; len++) {
			memset(&m, 0, sizeof(m));
			match_set_prefix(&m, 0x0a000000 + i * 0x9e3779b1, len);
			m.mask.in = i % 4 ? 0 : U16_MAX;
			m.value.in = i % 4 ? 0 : i;
			set_add(&set, &m, 1 + (i * 33 + len) * 7919 % 2099);
		}
	good = accepts(&set, "nested prefixes", 1000);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "60 chains of nested prefixes");
}

/* Disjoint ranges without anything else; no table can hold them. */
static bool add_disjoint(struct set *set, unsigned int n, unsigned int from)
{
	struct brfw_match m;
	unsigned int i;

	for (i = 0; i < n; i++) {
		memset(&m, 0, sizeof(m));
		match_add_dports(&m, 30 * i + from, 30 * i + from + 9);
		if (!set_add(set, &m, 1 + i * 10 + from))
			return false;
	}

	return true;
}

static void test_leaf_full(void)
{
	struct brfw_match m = {};
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	good = add_disjoint(&set, BRFW_LEAF_STAY_MAX, 0) &&
	       accepts(&set, "disjoint ranges", 1000);
	good &= brfw_cls_cost(&set.cls) < 64;
	match_add_dports(&m, U16_MAX, U16_MAX);
	set_add(&set, &m, 5);
	good &= refuses(&set) && set.n == BRFW_LEAF_STAY_MAX;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "2048 port ranges of any host, and not one more");

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	good = add_disjoint(&set, BRFW_LEAF_STAY_MAX + 1, 0) && refuses(&set) &&
	       !set.n && !set_prepare(&set) && !brfw_cls_cost(&set.cls);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "2049 port ranges of any host at once");
}

/* Many ports of a bridge, each with ranges of its own. */
static void test_ranges_per_port(void)
{
	unsigned int ports = is_full ? 1000 : 150, ranges = 100, i, j;
	struct brfw_match m;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < ports; i++)
		for (j = 0; j < ranges; j++) {
			memset(&m, 0, sizeof(m));
			m.mask.in = U16_MAX;
			m.value.in = 1 + i;
			match_add_dports(&m, 100 * j, 100 * j + 60 + j);
			set_add(&set, &m, 1 + i * ranges + j);
		}
	good = accepts(&set, "ranges per port", 300) && set.cls.ntables &&
	       brfw_cls_cost(&set.cls) < 64;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "100 port ranges for each port of a bridge");
}

/* Masks like noise: whether accepted or not, look-ups and bounds are right. */
static void test_random_masks(void)
{
	unsigned int i, j, n, nmax = is_full ? 10000 : 2500, naccepted = 0;
	struct brfw_match m;
	struct set set;
	bool good = true;

	for (n = 50; n <= nmax; n = n * 5 / 2) {
		set_init(&set, BRFW_FAMILY_IP6, NULL);
		for (i = 0; i < n; i++) {
			memset(&m, 0, sizeof(m));
			for (j = 0; j < 4; j++) {
				unsigned int at = ref_random_below(&rnd, sizeof(m.mask));

				((u8 *)&m.mask)[at] = ref_random_below(&rnd, 256);
				((u8 *)&m.value)[at] = ref_random_below(&rnd, 256);
			}
			for (j = 0; j < BRFW_KEY_WORDS; j++)
				m.value.words[j] &= m.mask.words[j];
			m.mask.family = m.value.family = 0;
			set_add(&set, &m, 1 + i);
		}
		if (!set_prepare(&set)) {
			naccepted++;
			good &= accepts(&set, "random masks", 300);
		} else {
			good &= refuses(&set) && !set.n && !set_prepare(&set) &&
				!brfw_cls_cost(&set.cls);
		}
		set_destroy(&set);
	}
	ktap_note("%u sizes accepted", naccepted);
	ktap_result(good && naccepted && set_nothing_left(), "random masks in all fields");
}

/*
 * Three of 14 fields each, with few values: whatever one table hashes, there
 * are others that it can't hold. There is an end to tables.
 */
static void test_many_shapes(void)
{
	static const struct {
		u8 offset, size;
	} fields[] = {
		{ offsetof(struct brfw_key, bridge), 2 }, { offsetof(struct brfw_key, in), 2 },
		{ offsetof(struct brfw_key, out), 2 }, { offsetof(struct brfw_key, eth_type), 2 },
		{ offsetof(struct brfw_key, vlan_id), 2 }, { offsetof(struct brfw_key, inner_vlan_id), 2 },
		{ offsetof(struct brfw_key, pppoe), 2 }, { offsetof(struct brfw_key, sport), 2 },
		{ offsetof(struct brfw_key, dport), 2 }, { offsetof(struct brfw_key, ip_proto), 1 },
		{ offsetof(struct brfw_key, type), 1 }, { offsetof(struct brfw_key, mark), 4 },
		{ offsetof(struct brfw_key, smac), 6 }, { offsetof(struct brfw_key, dmac), 6 },
	};
	unsigned int a, b, c, v, i, order = 1, most = 0, n;
	struct brfw_match m;
	struct set set;
	bool good = true;

	for (n = 9; n <= 13; n += 4) {
		set_init(&set, BRFW_FAMILY_IP4, NULL);
		for (a = 0; a < n; a++)
			for (b = 0; b < a; b++)
				for (c = 0; c < b; c++)
					for (v = 0; v < 64; v++) {
						const unsigned int at[3] = { a, b, c };

						memset(&m, 0, sizeof(m));
						for (i = 0; i < 3; i++) {
							memset((u8 *)&m.mask + fields[at[i]].offset, 0xff,
							       fields[at[i]].size);
							((u8 *)&m.value)[fields[at[i]].offset] = v >> 2 * i & 3;
						}
						set_add(&set, &m, order++);
					}
		if (!set_prepare(&set))
			good &= accepts(&set, "many shapes", 100);
		else
			good &= refuses(&set);
		most = max(most, set.cls.ntables);
		set_destroy(&set);
	}
	ktap_note("up to %u tables", most);
	ktap_result(good && most && set_nothing_left(), "rules of many shapes");
}

/* ---- the limit ---- */

static void add_undecided(struct set *set, unsigned int n, u16 in, u64 order)
{
	struct brfw_match m;
	unsigned int i;

	for (i = 0; i < n; i++) {
		memset(&m, 0, sizeof(m));
		m.mask.in = in ? U16_MAX : 0;
		m.value.in = in;
		match_add_not_dmac(&m, i);
		set_add(set, &m, order + i);
	}
}

/* In one leaf, all at once and one by one. */
static void test_limit_leaf(void)
{
	unsigned int step;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	add_undecided(&set, BRFW_CLS_COST_MAX, 0, 1);
	good = accepts(&set, "undecided rules", 100) &&
	       brfw_cls_cost(&set.cls) == BRFW_CLS_COST_MAX;
	add_undecided(&set, 1, 0, 5000);
	good &= refuses(&set) && brfw_cls_cost(&set.cls) == BRFW_CLS_COST_MAX;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "1024 rules that nothing decides, and not one more");

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (step = 0; step < 8; step++) {
		add_undecided(&set, 128, 0, 1 + 1000 * step);
		good &= !set_commit(&set) &&
			brfw_cls_cost(&set.cls) == 128 * (step + 1);
	}
	add_undecided(&set, 1, 0, 50000);
	good &= refuses(&set);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "1024 rules that nothing decides, in steps");
}

/* In slots of a table: only the longest counts. */
static void test_limit_table(void)
{
	struct brfw_match m = {};
	unsigned int i, cost;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 40; i++)
		add_undecided(&set, 50, 1 + i, 1 + 100 * i);
	good = accepts(&set, "undecided rules of ports", 100) && set.cls.ntables == 1;
	cost = brfw_cls_cost(&set.cls);
	good &= cost > 50 && cost < 60;

	/* one by one into a slot, and then it is enough */
	for (i = 0; good && i < 30; i++) {
		add_undecided(&set, 40, 7, 10000 + 100 * i);
		if (set_commit(&set))
			break;
		good &= brfw_cls_cost(&set.cls) <= BRFW_CLS_COST_MAX &&
			brfw_cls_cost(&set.cls) >= 50 + 40 * (i + 1);
	}
	good &= i >= 23 && i < 25;
	good &= set.culprit && set.culprit->gen_add == set.gen + 1;
	set_abort(&set);
	kshim_rcu_quiesce();
	good &= accepts(&set, "what was accepted", 100);

	/* when all rules might be arranged anew, what has grown may be better */
	m.mask.in = U16_MAX;
	for (i = 0; i < 3000; i++) {
		m.value.in = 1000 + i;
		set_add(&set, &m, 100000 + i);
	}
	good &= accepts(&set, "with many others", 100);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "rules that nothing decides, in a slot of a table");
}

/* Around the limit with a table and a leaf: what is accepted never exceeds it. */
static void test_limit_exact(void)
{
	unsigned int n, i, naccepted = 0, nrefused = 0;
	struct brfw_match m = {};
	struct set set;
	bool good = true;

	m.mask.in = U16_MAX;
	for (n = BRFW_CLS_COST_MAX - 8; n <= BRFW_CLS_COST_MAX; n++) {
		set_init(&set, BRFW_FAMILY_IP4, NULL);
		for (i = 0; i < 300; i++) {
			m.value.in = 100 + i;
			set_add(&set, &m, 10000 + i);
		}
		add_undecided(&set, n, 0, 1);
		if (set_commit(&set)) {
			nrefused++;
		} else {
			naccepted++;
			good &= brfw_cls_cost(&set.cls) <= BRFW_CLS_COST_MAX &&
				brfw_cls_cost(&set.cls) == 2 + n;
		}
		set_destroy(&set);
	}
	ktap_result(good && naccepted == 7 && nrefused == 2 && set_nothing_left(),
		    "a table and undecided rules");
}

/* A slot takes so many rules and no more, however cheap they are. */
static void test_slot_full(void)
{
	struct brfw_match m = {};
	unsigned int i, j, n = 0;
	bool good = true;
	struct set set;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	m.mask.in = U16_MAX;
	for (i = 0; i < 9000; i++) {
		m.value.in = 100 + i;
		set_add(&set, &m, 10000 + i);
	}
	good &= !set_commit(&set);
	for (i = 0; good && i < 2300; i += 100) {
		for (j = i; j < i + 100; j++, n++) {
			memset(&m, 0, sizeof(m));
			m.mask.in = U16_MAX;
			m.value.in = 7;
			match_add_dports(&m, 20 * j, 20 * j + 5);
			set_add(&set, &m, 1 + j);
		}
		good &= accepts(&set, NULL, 20);
	}
	good &= set.cls.ntables == 1;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "2300 port ranges in a slot for 2048");
}

/* Rules that were to go are counted again when they stay after all. */
static void test_revive(void)
{
	struct brfw_match m = {};
	unsigned int i, cost;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	m.mask.in = U16_MAX;
	for (i = 0; i < 700; i++) {
		m.value.in = 100 + i;
		set_add(&set, &m, 10000 + i);
	}
	add_undecided(&set, 40, 0, 1);
	good = !set_commit(&set);
	cost = brfw_cls_cost(&set.cls);
	good &= cost == 42;
	for (i = 0; i < 40; i++)
		set_kill(&set, set.rules[i]);
	add_undecided(&set, 1, 0, 5000);
	good &= !set_prepare(&set) && brfw_cls_cost(&set.cls) == 3;
	set_abort(&set);
	kshim_rcu_quiesce();
	good &= !set_prepare(&set) && brfw_cls_cost(&set.cls) == cost;
	kshim_fail_at = 1; /* that was all */
	good &= !set_prepare(&set);
	kshim_fail_at = 0;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "rules that stay after all are counted again");
}

/* As in a commit that replaces all rules by others that cost as much. */
static void test_limit_replace(void)
{
	unsigned int i;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	add_undecided(&set, BRFW_CLS_COST_MAX, 0, 1);
	good = !set_commit(&set);
	for (i = 0; i < set.n; i++)
		set_kill(&set, set.rules[i]);
	add_undecided(&set, BRFW_CLS_COST_MAX, 0, 5000);
	good &= !set_prepare(&set);
	/* But no: what is new goes, what was there comes back. */
	set_abort(&set);
	kshim_rcu_quiesce();
	good &= set.n == BRFW_CLS_COST_MAX;
	add_undecided(&set, 1, 0, 5000);
	good &= refuses(&set);
	good &= !set_prepare(&set) && brfw_cls_cost(&set.cls) == BRFW_CLS_COST_MAX;

	for (i = 0; i < set.n; i++)
		set_kill(&set, set.rules[i]);
	add_undecided(&set, BRFW_CLS_COST_MAX, 0, 5000);
	good &= !set_commit(&set);
	set_collect(&set);
	good &= accepts(&set, "replaced", 100) && set.n == BRFW_CLS_COST_MAX;
	add_undecided(&set, 1, 0, 1);
	good &= refuses(&set);
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "rules on their way out are not in the way of others");
}

/* Ranges of one leaf, which holds both for a while, are replaced by others. */
static void test_leaf_replace(void)
{
	enum { RULES = BRFW_LEAF_STAY_MAX };
	struct set set;
	unsigned int i;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	good = add_disjoint(&set, RULES, 0) && !set_commit(&set);
	for (i = 0; i < set.n; i++)
		set_kill(&set, set.rules[i]);
	good &= add_disjoint(&set, RULES, 5) && !set_commit(&set);
	set_collect(&set);
	good &= accepts(&set, "replaced", 300) && set.n == RULES;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "2048 port ranges of any host, replaced by others");
}

/* Removed rules give back what they cost. */
static void test_limit_after_removal(void)
{
	unsigned int i, round;
	struct set set;
	bool good = true;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (round = 0; round < 3; round++) {
		add_undecided(&set, BRFW_CLS_COST_MAX, 0, 1);
		good &= !set_commit(&set) &&
			brfw_cls_cost(&set.cls) == BRFW_CLS_COST_MAX;
		for (i = round; i < set.n; i++)
			set_kill(&set, set.rules[i]);
		good &= !set_commit(&set);
		set_collect(&set);
		good &= !set_prepare(&set) && brfw_cls_cost(&set.cls) == round;
		for (i = 0; i < set.n; i++)
			set_kill(&set, set.rules[i]);
		good &= !set_commit(&set);
		set_collect(&set);
		good &= !set_prepare(&set) && !brfw_cls_cost(&set.cls);
	}
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "removed rules give their cost back");
}

/* The batch is at fault, not what makes most of the cost; but not any rule. */
static void test_culprit(void)
{
	struct brfw_match m = {};
	unsigned int i;
	struct set set;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	add_undecided(&set, 600, 0, 1);
	add_undecided(&set, 100, 7, 10000);
	good = !set_commit(&set);
	/* a leaf elsewhere that is dear, but not as dear as the old one */
	add_undecided(&set, 500, 9, 20000);
	good &= refuses(&set);

	set_destroy(&set);

	/* what is alone in its slot costs less than what shares one */
	set_init(&set, BRFW_FAMILY_IP4, NULL);
	add_undecided(&set, 1000, 0, 1);
	good &= !set_commit(&set);
	add_undecided(&set, 30, 9, 20000);
	m.mask.in = U16_MAX;
	for (i = 0; i < 400; i++) {
		m.value.in = 1000 + i;
		set_add(&set, &m, 40000 + i);
	}
	good &= set_prepare(&set) == -ENOSPC && set.culprit &&
		container_of(set.culprit, struct ref_rule, cls)->match.value.in == 9;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "a new rule is named, not the dearest");
}

/* ---- exact costs ---- */

/* Rules of @n ports of a bridge: one table with one rule in each slot. */
static void test_exact(void)
{
	struct brfw_match m = {};
	struct set set;
	unsigned int i;
	bool good;

	set_init(&set, BRFW_FAMILY_IP4, NULL);
	m.mask.in = U16_MAX;
	for (i = 0; i < 300; i++) {
		m.value.in = i;
		set_add(&set, &m, 1 + i);
	}
	good = !set_commit(&set) && set.cls.ntables == 1 &&
	       brfw_cls_cost(&set.cls) == 2;
	set_destroy(&set);

	for (i = 1; i <= 8; i++) {
		set_init(&set, BRFW_FAMILY_IP4, NULL);
		add_undecided(&set, i, 0, 1);
		good &= !set_commit(&set) && brfw_cls_cost(&set.cls) == i;
		set_destroy(&set);
	}

	/* A number of one byte, in ranges and by itself. */
	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 60; i++) {
		memset(&m, 0, sizeof(m));
		if (i % 2) {
			m.mask.ttl = U8_MAX;
			m.value.ttl = 100;
			m.mask.ip_proto = U8_MAX;
			m.value.ip_proto = i;
		} else {
			ref_match_set_ranges(&m, offsetof(struct brfw_key, ttl), 1,
					     &(struct brfw_range){ i, U8_MAX - i }, 1);
		}
		set_add(&set, &m, 1 + i);
	}
	good &= !set_commit(&set);
	good &= brfw_cls_cost(&set.cls) == 2;
	set_destroy(&set);

	/* Two numbers. */
	set_init(&set, BRFW_FAMILY_IP4, NULL);
	for (i = 0; i < 60; i++) {
		memset(&m, 0, sizeof(m));
		match_add_dports(&m, i, U16_MAX - i);
		ref_match_set_ranges(&m, offsetof(struct brfw_key, sport), 2,
				     &(struct brfw_range){ 100 - i, 100 + i }, 1);
		set_add(&set, &m, 1 + i);
	}
	good &= !set_commit(&set) && brfw_cls_cost(&set.cls) == 2;
	set_destroy(&set);
	ktap_result(good && set_nothing_left(), "the cost of simple sets");
}

/* Of every kind, whether cheap or dear. */
static void test_kinds(void)
{
	unsigned int kind, n, i;
	struct ref_pool pool;
	bool good = true;
	struct set set;

	for (kind = 0; kind < REF_KINDS; kind++) {
		/* most ranges fit in no table */
		for (n = 30; n < (kind == REF_RANGES ? 1000 : 3000); n *= 3) {
			ref_pool_init(&pool, &rnd, kind, n);
			set_init(&set, pool.family, NULL);
			for (i = 0; i < n; i++)
				set_add(&set, &pool.match[i], 1 + (i * 7919) % 10007);
			good &= accepts(&set, "random rules", 200);
			set_destroy(&set);
			ref_pool_destroy(&pool);
		}
	}
	ktap_result(good && set_nothing_left(), "the cost of random rules is a bound");
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	const char *full = getenv("BRFW_FULL");

	is_full = full && !strcmp(full, "1");
	ktap_begin();
	ktap_note("seed %llu", seed);
	ref_random_init(&rnd, seed);
	test_exact();
	test_kinds();
	test_nested_ranges();
	test_leaf_shortcuts();
	test_half_decided();
	test_overlapping_ranges();
	test_nested_prefixes();
	test_leaf_full();
	test_ranges_per_port();
	test_random_masks();
	test_many_shapes();
	test_limit_leaf();
	test_limit_table();
	test_limit_exact();
	test_slot_full();
	test_revive();
	test_limit_replace();
	test_leaf_replace();
	test_limit_after_removal();
	test_culprit();

	return ktap_end();
}

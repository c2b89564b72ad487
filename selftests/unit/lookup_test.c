// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier against a linear reference: fixed cases first, then random
 * histories in which every key is looked up after every operation, for each
 * generation that a reader may still have.
 *
 *   lookup_test [SEED [ROUNDS]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "lookup.h"
#include "lookup_ref.h"

static struct ref_random rnd;

/* ---- what the fixed cases share ---- */

static struct brfw_cls_rule *lookup(const struct brfw_cls *cls,
				    const struct brfw_key *key, u64 gen,
				    u64 after)
{
	struct brfw_cls_rule *r;

	rcu_read_lock();
	r = brfw_cls_lookup(cls, key, gen, after);
	rcu_read_unlock();

	return r;
}

/* The order of what a look-up finds; 0 for nothing. */
static u64 lookup_order(const struct brfw_cls *cls, const struct brfw_key *key,
			u64 gen, u64 after)
{
	const struct brfw_cls_rule *r = lookup(cls, key, gen, after);

	return r ? r->order : 0;
}

/* Steps that a look-up takes. */
static unsigned long lookup_steps(const struct brfw_cls *cls,
				  const struct brfw_key *key)
{
	unsigned long before = kshim_nderefs;

	lookup(cls, key, 1, 0);

	return kshim_nderefs - before;
}

static void match_set_saddr(struct brfw_match *m, const char *bytes,
			    unsigned int len)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->value.ip4.src, bytes, len);
	memset(m->mask.ip4.src, 0xff, len);
}

static void match_set_dport(struct brfw_match *m, u16 lo, u16 hi)
{
	memset(m, 0, sizeof(*m));
	m->ntests = 1;
	m->tests[0].kind = BRFW_TEST_RANGES;
	m->tests[0].offset = offsetof(struct brfw_key, dport);
	m->tests[0].size = sizeof(((struct brfw_key *)0)->dport);
	m->tests[0].nranges = 1;
	m->tests[0].ranges[0].first = lo;
	m->tests[0].ranges[0].last = hi;
}

static struct ref_rule *insert(struct brfw_cls *cls, const struct brfw_match *m,
			       u64 order, u64 gen)
{
	struct ref_rule *rule = ref_rule_alloc(m, order, gen);

	if (brfw_cls_insert(cls, &rule->cls)) {
		kfree(rule);
		return NULL;
	}

	return rule;
}

static void retire(struct brfw_cls *cls, struct ref_rule *rule, u64 gen_del)
{
	brfw_cls_retire(cls, &rule->cls);
	WRITE_ONCE(rule->cls.gen_del, gen_del);
}

/* No reader of a generation that has the rule is left. */
static void remove_rule(struct brfw_cls *cls, struct ref_rule *rule)
{
	if (rule->cls.gen_del == BRFW_GEN_NEVER)
		retire(cls, rule, 0);
	brfw_cls_remove(cls, &rule->cls);
	kfree_rcu(rule, rcu);
}

static bool nothing_left(void)
{
	kshim_rcu_quiesce();
	if (kshim_nlive)
		ktap_note("%u allocations are left", kshim_nlive);

	return !kshim_nlive;
}

/* ---- rules ---- */

static void test_no_conditions(void)
{
	struct brfw_match m;
	struct brfw_key key;
	bool good = true;
	int i;

	memset(&m, 0, sizeof(m));
	good &= brfw_cls_rule_size(&m) == sizeof(struct brfw_cls_rule);
	for (i = 0; i < 1000; i++) {
		struct ref_rule *rule = ref_rule_alloc(&m, 1, 1);

		ref_key_init(&key, &rnd);
		good &= brfw_cls_rule_matches(&rule->cls, &key);
		kfree(rule);
	}
	ktap_result(good, "a rule without conditions meets every key");
}

static void test_get_match(void)
{
	struct brfw_match m, back;
	struct ref_masks masks;
	bool good = true;
	int i;

	for (i = 0; i < 2000; i++) {
		struct ref_rule *rule;

		ref_masks_init(&masks, &rnd, 4);
		ref_match_init(&m, &masks, &rnd);
		rule = ref_rule_alloc(&m, 7, 8);
		memset(&back, 0xff, sizeof(back));
		brfw_cls_rule_get_match(&rule->cls, &back);
		good &= !memcmp(&back, &m, sizeof(m));
		good &= rule->cls.order == 7 && rule->cls.gen_add == 8;
		kfree(rule);
	}
	ktap_result(good, "brfw_cls_rule_get_match() reverses brfw_cls_rule_init()");
}

static void test_same_match(void)
{
	struct brfw_match m[2];
	struct ref_masks masks;
	bool good = true;
	int i, nsame = 0;

	ref_masks_init(&masks, &rnd, 4);
	for (i = 0; i < 5000; i++) {
		struct ref_rule *a, *b;
		bool same;

		ref_match_init(&m[0], &masks, &rnd);
		ref_match_init(&m[1], &masks, &rnd);
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
	struct brfw_match m;
	struct ref_masks masks;
	struct brfw_key key;
	bool good = true;
	int i, j, nhits = 0;

	for (i = 0; i < 1000; i++) {
		struct ref_rule *rule;

		ref_masks_init(&masks, &rnd, 3);
		ref_match_init(&m, &masks, &rnd);
		rule = ref_rule_alloc(&m, 1, 1);
		for (j = 0; j < 50; j++) {
			ref_key_init(&key, &rnd);
			good &= brfw_cls_rule_matches(&rule->cls, &key) ==
				ref_matches(&m, &key);
			nhits += ref_matches(&m, &key);
		}
		kfree(rule);
	}
	ktap_result(good && nhits, "brfw_cls_rule_matches() as the reference");
}

/* ---- the example in lookup.h ---- */

struct example {
	struct brfw_cls cls;
	struct ref_rule *rule[3];
};

static void example_init(struct example *ex, bool has_rule2)
{
	struct brfw_match m[3];

	brfw_cls_init(&ex->cls);
	match_set_saddr(&m[0], "\x0a", 1);
	match_set_saddr(&m[1], "\x0a\x01", 2);
	match_set_saddr(&m[2], "\xc0", 1);
	ex->rule[0] = insert(&ex->cls, &m[0], 10, 1);
	ex->rule[1] = has_rule2 ? insert(&ex->cls, &m[1], 20, 1) : NULL;
	ex->rule[2] = insert(&ex->cls, &m[2], 30, 1);
	brfw_cls_prepare(&ex->cls);
}

static void example_destroy(struct example *ex)
{
	int i;

	brfw_cls_destroy(&ex->cls);
	for (i = 0; i < 3; i++)
		kfree(ex->rule[i]);
}

static void test_example(void)
{
	struct brfw_key ten = { .ip4.src = { 10, 1, 2, 3 } };
	struct brfw_key nine = { .ip4.src = { 192, 0, 0, 1 } };
	struct example ex, slash8;
	unsigned long steps;

	example_init(&ex, true);
	example_init(&slash8, false);
	ktap_result(lookup_order(&ex.cls, &ten, 1, 0) == 10 &&
		    lookup_order(&ex.cls, &ten, 1, 10) == 20 &&
		    lookup_order(&ex.cls, &ten, 1, 20) == 0 &&
		    lookup_order(&ex.cls, &nine, 1, 0) == 30,
		    "example of lookup.h: the right rules");
	/* one for each table and one for each rule of the longest */
	ktap_result(ex.cls.cost == 4 &&
		    slash8.cls.cost == 2,
		    "example of lookup.h: cost");
	/* A classifier with table /8 only shows what probing that takes. */
	steps = lookup_steps(&slash8.cls, &ten);
	ktap_result(lookup_steps(&ex.cls, &ten) == steps,
		    "example of lookup.h: 10.1.2.3 ends at table /8");
	steps = lookup_steps(&slash8.cls, &nine);
	ktap_result(lookup_steps(&ex.cls, &nine) > steps,
		    "example of lookup.h: 192.0.0.1 goes on to table /16");
	example_destroy(&ex);
	example_destroy(&slash8);
}

/* ---- small cases ---- */

static void test_empty(void)
{
	struct brfw_key key = { .family = 0 };
	struct brfw_cls cls;
	bool good;

	brfw_cls_init(&cls);
	good = !lookup(&cls, &key, 1, 0) && !cls.cost &&
	       !brfw_cls_prepare(&cls) && !lookup(&cls, &key, 1, 0);
	brfw_cls_destroy(&cls);
	ktap_result(good && nothing_left(), "an empty classifier finds nothing");
}

/* Generation g sees rule 10 * g only, of the same place and conditions. */
static void test_generations(void)
{
	struct brfw_key key = { .family = 0 };
	struct ref_rule *rule[40];
	struct brfw_match m;
	struct brfw_cls cls;
	bool good = true;
	u64 gen;

	brfw_cls_init(&cls);
	memset(&m, 0, sizeof(m));
	for (gen = 1; gen < 40; gen++) {
		rule[gen] = insert(&cls, &m, 5, gen);
		if (gen > 1)
			retire(&cls, rule[gen - 1], gen);
		good &= !brfw_cls_prepare(&cls);
	}
	for (gen = 1; gen < 40; gen++)
		good &= lookup(&cls, &key, gen, 0) == &rule[gen]->cls;
	good &= !lookup(&cls, &key, 0, 0) && !lookup(&cls, &key, 39, 5);
	good &= lookup(&cls, &key, 39, 4) == &rule[39]->cls;

	for (gen = 1; gen < 40; gen++)
		remove_rule(&cls, rule[gen]);
	good &= !lookup(&cls, &key, 39, 0) && !brfw_cls_prepare(&cls);
	brfw_cls_destroy(&cls);
	ktap_result(good && nothing_left(), "each generation sees its own version of a rule");
}

/* The outermost orders that there may be. */
static void test_extreme_orders(void)
{
	struct brfw_key key = { .family = 0 };
	struct ref_rule *first, *last;
	struct brfw_match m;
	struct brfw_cls cls;
	bool good;

	brfw_cls_init(&cls);
	memset(&m, 0, sizeof(m));
	last = insert(&cls, &m, U64_MAX - 1, 1);
	good = !brfw_cls_prepare(&cls) &&
	       lookup(&cls, &key, 1, 0) == &last->cls &&
	       lookup(&cls, &key, U64_MAX - 1, 0) == &last->cls;
	first = insert(&cls, &m, 1, 1);
	good &= !brfw_cls_prepare(&cls) &&
		lookup(&cls, &key, 1, 0) == &first->cls &&
		lookup(&cls, &key, 1, 1) == &last->cls &&
		lookup(&cls, &key, 1, U64_MAX - 2) == &last->cls &&
		!lookup(&cls, &key, 1, U64_MAX - 1);
	brfw_cls_destroy(&cls);
	kfree(first);
	kfree(last);
	ktap_result(good && nothing_left(), "smallest and largest order");
}

/* A rule that a reader may find only after prepare, but then must. */
static void test_better_table(void)
{
	struct brfw_key key = { .ip4.src = { 10, 1, 2, 3 } };
	struct ref_rule *rule[3];
	struct brfw_match m;
	struct brfw_cls cls;
	bool good;

	brfw_cls_init(&cls);
	match_set_saddr(&m, "\x0a", 1);
	rule[0] = insert(&cls, &m, 100, 1);
	match_set_saddr(&m, "\x0a\x01", 2);
	rule[1] = insert(&cls, &m, 200, 1);
	good = !brfw_cls_prepare(&cls);
	rule[2] = insert(&cls, &m, 50, 2);
	good &= lookup(&cls, &key, 1, 0) == &rule[0]->cls;
	good &= !brfw_cls_prepare(&cls);
	good &= lookup(&cls, &key, 1, 0) == &rule[0]->cls;
	good &= lookup(&cls, &key, 2, 0) == &rule[2]->cls;
	good &= lookup(&cls, &key, 2, 50) == &rule[0]->cls;
	good &= lookup(&cls, &key, 2, 100) == &rule[1]->cls;
	brfw_cls_destroy(&cls);
	kfree(rule[0]);
	kfree(rule[1]);
	kfree(rule[2]);
	ktap_result(good && nothing_left(), "a new best rule moves its table to the front");
}

/* ---- removal and tombstones ---- */

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

/* Walk all rules of port 80, of which some are gone. */
static bool chain_is(const struct brfw_cls *cls, struct ref_rule **rule)
{
	struct brfw_key key = { .dport = 80 };
	u64 after = 0;
	int i;

	for (i = 0; i < CHAIN; i++) {
		if (!rule[i])
			continue;
		if (lookup(cls, &key, 1, after) != &rule[i]->cls)
			return false;
		after = rule[i]->cls.order;
	}

	return !lookup(cls, &key, 1, after);
}

static bool chain_once(void)
{
	struct ref_rule *rule[CHAIN] = { NULL };
	unsigned int list[CHAIN];
	struct brfw_match m;
	struct brfw_cls cls;
	bool good = true;
	int i;

	brfw_cls_init(&cls);
	shuffle(list, CHAIN);
	for (i = 0; i < CHAIN; i++) {
		match_set_dport(&m, 80 - list[i], 80 + list[i]);
		rule[list[i]] = insert(&cls, &m, 1 + list[i], 1);
		good &= !brfw_cls_prepare(&cls) && chain_is(&cls, rule);
	}
	good &= cls.cost == 1 + CHAIN;

	shuffle(list, CHAIN);
	for (i = 0; i < CHAIN; i++) {
		remove_rule(&cls, rule[list[i]]);
		rule[list[i]] = NULL;
		if (ref_random_one_in(&rnd, 3))
			kshim_rcu_quiesce();
		if (ref_random_one_in(&rnd, 5))
			good &= !brfw_cls_prepare(&cls);
		good &= chain_is(&cls, rule);
	}
	good &= !cls.cost && !brfw_cls_prepare(&cls) && !cls.cost;
	brfw_cls_destroy(&cls);

	return good;
}

static void test_chain(void)
{
	bool good = true;
	int i;

	for (i = 0; i < 30; i++)
		good &= chain_once();
	ktap_result(good && nothing_left(), "port ranges of one masked key, shuffled in and out");
}

/* Replace one rule among others again and again. */
static void test_replace_often(void)
{
	struct ref_rule *rule[8], *new;
	struct brfw_key key = { .ip4.src = { 10 } };
	struct brfw_match m;
	struct brfw_cls cls;
	bool good = true;
	u64 gen;
	int i;

	brfw_cls_init(&cls);
	for (i = 0; i < 8; i++) {
		match_set_saddr(&m, (char[]){ 10, i }, 2);
		rule[i] = insert(&cls, &m, 10 + i, 1);
	}
	good &= !brfw_cls_prepare(&cls);
	match_set_saddr(&m, "\x0a\x00", 2);
	for (gen = 2; gen < 2000; gen++) {
		new = insert(&cls, &m, 10 + gen % 3, gen);
		retire(&cls, rule[0], gen);
		good &= !brfw_cls_prepare(&cls);
		good &= lookup(&cls, &key, gen - 1, 0) == &rule[0]->cls;
		good &= lookup(&cls, &key, gen, 0) == &new->cls;
		remove_rule(&cls, rule[0]);
		kshim_rcu_quiesce();
		rule[0] = new;
		good &= lookup(&cls, &key, gen, 0) == &new->cls;
	}
	for (i = 0; i < 8; i++)
		remove_rule(&cls, rule[i]);
	brfw_cls_destroy(&cls);
	ktap_result(good && nothing_left(), "one rule replaced 2000 times");
}

/* ---- cost ---- */

/*
 * Rule @i of the limit cases. One more masked key in its own table costs 2,
 * one more range of a masked key that is there costs 1.
 */
static void limit_match_init(struct brfw_match *m, unsigned int table,
			     unsigned int range)
{
	match_set_dport(m, range, U16_MAX);
	m->mask.words[4] = table;
}

struct limit {
	struct brfw_cls cls;
	struct ref_rule *rule[4 * BRFW_CLS_COST_MAX];
	unsigned int n;
};

/* Return: an error of brfw_cls_insert(). */
static int limit_add(struct limit *l, unsigned int table, unsigned int range)
{
	struct ref_rule *rule;
	struct brfw_match m;
	int err;

	limit_match_init(&m, table, range);
	rule = ref_rule_alloc(&m, 1 + l->n, 1);
	err = brfw_cls_insert(&l->cls, &rule->cls);
	if (err)
		kfree(rule);
	else
		l->rule[l->n++] = rule;

	return err;
}

/* Every rule is found, whatever was refused. */
static bool limit_is_whole(const struct limit *l)
{
	struct brfw_key key = { .dport = U16_MAX };
	unsigned int i;

	for (i = 0; i < l->n; i++)
		if (lookup(&l->cls, &key, 1, i) != &l->rule[i]->cls)
			return false;

	return !lookup(&l->cls, &key, 1, l->n);
}

/* Fill up, be refused, empty, fill again. */
static bool limit_run(unsigned int step_table, unsigned int step_range,
		      unsigned int nmax)
{
	static struct limit l;
	unsigned int i, round, live;
	bool good = true;

	brfw_cls_init(&l.cls);
	for (round = 0; round < 2; round++) {
		for (l.n = 0, i = 0; i < nmax; i++)
			good &= !limit_add(&l, i * step_table, i * step_range);
		good &= l.cls.cost == BRFW_CLS_COST_MAX;
		good &= !brfw_cls_prepare(&l.cls);
		kshim_rcu_quiesce();
		live = kshim_nlive;
		good &= limit_add(&l, i * step_table, i * step_range) == -ENOSPC;
		good &= l.cls.cost == BRFW_CLS_COST_MAX && limit_is_whole(&l);
		good &= !brfw_cls_prepare(&l.cls) && limit_is_whole(&l);
		kshim_rcu_quiesce();
		good &= kshim_nlive == live;
		for (i = 0; i < l.n; i++)
			remove_rule(&l.cls, l.rule[i]);
		good &= !brfw_cls_prepare(&l.cls) && !l.cls.cost;
	}
	brfw_cls_destroy(&l.cls);

	return good;
}

static void test_limits(void)
{
	ktap_result(limit_run(0, 1, BRFW_CLS_COST_MAX - 1) && nothing_left(),
		    "-ENOSPC for one range too many");
	ktap_result(limit_run(1, 0, BRFW_CLS_COST_MAX / 2) && nothing_left(),
		    "-ENOSPC for one mask too many");
}

/* Few tables that grow at random: the bound is exact while nothing is removed. */
static void test_limit_mixed(void)
{
	unsigned int len[30] = { 0 };
	static struct limit l;
	unsigned int cost = 0, table, i;
	bool good = true;

	l.n = 0;
	brfw_cls_init(&l.cls);
	for (i = 0; i < 3000; i++) {
		unsigned int more;

		table = ref_random_below(&rnd, 30);
		more = len[table] ? 1 : 2;
		if (cost + more > BRFW_CLS_COST_MAX) {
			good &= limit_add(&l, table, len[table]) == -ENOSPC;
		} else {
			good &= !limit_add(&l, table, len[table]++);
			cost += more;
		}
		good &= l.cls.cost == cost;
	}
	good &= !brfw_cls_prepare(&l.cls) && limit_is_whole(&l);
	good &= cost == BRFW_CLS_COST_MAX;
	brfw_cls_destroy(&l.cls);
	for (i = 0; i < l.n; i++)
		kfree(l.rule[i]);
	ktap_result(good && nothing_left(), "the cost is that of what was inserted");
}

/* As in a commit that replaces all rules by the same. */
static void test_limit_replace(void)
{
	static struct limit l;
	unsigned int i, n = BRFW_CLS_COST_MAX - 1;
	bool good = true;

	l.n = 0;
	brfw_cls_init(&l.cls);
	for (i = 0; i < n; i++)
		good &= !limit_add(&l, 0, i);
	for (i = 0; i < n; i++)
		retire(&l.cls, l.rule[i], 2);
	good &= !l.cls.cost;
	for (i = 0; i < n; i++)
		good &= !limit_add(&l, 0, i);
	good &= limit_add(&l, 0, i) == -ENOSPC;
	good &= l.cls.cost == BRFW_CLS_COST_MAX;
	/* But no: what is new goes, what was there comes back. */
	for (i = n; i < l.n; i++)
		remove_rule(&l.cls, l.rule[i]);
	for (i = l.n = n; i--; ) {
		brfw_cls_unretire(&l.cls, &l.rule[i]->cls);
		WRITE_ONCE(l.rule[i]->cls.gen_del, BRFW_GEN_NEVER);
	}
	good &= l.cls.cost == BRFW_CLS_COST_MAX;
	good &= !brfw_cls_prepare(&l.cls) && limit_is_whole(&l);
	brfw_cls_destroy(&l.cls);
	for (i = 0; i < l.n; i++)
		kfree(l.rule[i]);
	ktap_result(good && nothing_left(), "retired rules are not in the way of new ones");
}

/* A few rules more of the mask stay when the many are gone. */
static void test_limit_after_removal(void)
{
	static struct limit l;
	unsigned int i, n = BRFW_CLS_COST_MAX - 1;
	struct ref_rule *other;
	struct brfw_match m;
	bool good = true;

	l.n = 0;
	brfw_cls_init(&l.cls);
	for (i = 0; i < n; i++)
		good &= !limit_add(&l, 1, i);
	limit_match_init(&m, 1, 0);
	m.value.words[4] = 1;
	other = insert(&l.cls, &m, 5000, 1);
	good &= other && l.cls.cost == BRFW_CLS_COST_MAX;
	for (i = 0; i < n; i++)
		remove_rule(&l.cls, l.rule[i]);
	good &= l.cls.cost == 2 && !brfw_cls_prepare(&l.cls);
	l.n = 0;
	for (i = 0; i < 500; i++)
		good &= !limit_add(&l, 2 + i, 0);
	brfw_cls_destroy(&l.cls);
	kfree(other);
	for (i = 0; i < l.n; i++)
		kfree(l.rule[i]);
	ktap_result(good && nothing_left(), "removed rules give their cost back");
}

/* ---- allocation failures ---- */

/*
 * Let each allocation of an insertion fail in turn. What stays of a new table goes
 * with brfw_cls_prepare().
 *
 * Return: how many there were.
 */
static unsigned int insert_failing(struct brfw_cls *cls, struct ref_rule *rule,
				   bool *good)
{
	unsigned int cost = cls->cost;
	unsigned int n;

	for (n = 1; ; n++) {
		kshim_fail_at = n;
		if (!brfw_cls_insert(cls, &rule->cls))
			break;
		*good &= !kshim_fail_at && cls->cost == cost;
	}
	*good &= kshim_fail_at;
	kshim_fail_at = 0;

	return n - 1;
}

static void test_insert_fails(void)
{
	struct brfw_key key = { .ip4.src = { 10, 1 } };
	struct ref_rule *rule[100];
	unsigned int nfailed = 0;
	struct brfw_match m;
	struct brfw_cls cls;
	bool good = true;
	int i;

	brfw_cls_init(&cls);
	match_set_saddr(&m, "\x0a\x01", 2);
	for (i = 0; i < 100; i++) {
		rule[i] = ref_rule_alloc(&m, 100 - i, 1 + i);
		if (i) /* the same conditions, so of one generation each */
			retire(&cls, rule[i - 1], 1 + i);
		nfailed += insert_failing(&cls, rule[i], &good);
		good &= i == 0 || lookup(&cls, &key, i, 0) == &rule[i - 1]->cls;
		good &= !brfw_cls_prepare(&cls);
		good &= lookup(&cls, &key, 1 + i, 0) == &rule[i]->cls;
	}
	/* Table and slots of the first rule, then larger slots at least 3 times. */
	good &= nfailed >= 5;
	brfw_cls_destroy(&cls);
	for (i = 0; i < 100; i++)
		kfree(rule[i]);
	ktap_result(good && nothing_left(), "brfw_cls_insert() without memory changes nothing");
}

static void test_prepare_fails(void)
{
	struct brfw_key key = { .ip4.src = { 10, 1, 2, 3 } };
	struct ref_rule *rule[4];
	struct brfw_match m;
	struct brfw_cls cls;
	bool good = true;
	int i;

	brfw_cls_init(&cls);
	for (i = 0; i < 4; i++) {
		u64 before = i ? 101 - i : 0;

		match_set_saddr(&m, "\x0a\x01\x02\x03", 4 - i);
		rule[i] = insert(&cls, &m, 100 - i, 1 + i);
		kshim_fail_at = 1;
		good &= brfw_cls_prepare(&cls) == -ENOMEM && !kshim_fail_at;
		good &= lookup_order(&cls, &key, i, 0) == before;
		good &= !brfw_cls_prepare(&cls);
		good &= lookup(&cls, &key, 1 + i, 0) == &rule[i]->cls;
		good &= lookup_order(&cls, &key, i, 0) == before;
		kshim_fail_at = 1; /* nothing to be done needs no memory */
		good &= !brfw_cls_prepare(&cls) && kshim_fail_at == 1;
		kshim_fail_at = 0;
	}
	for (i = 0; i < 4; i++)
		remove_rule(&cls, rule[i]);
	kshim_fail_at = 1; /* neither does an empty classifier */
	good &= !brfw_cls_prepare(&cls) && !lookup(&cls, &key, 4, 0);
	kshim_fail_at = 0;
	brfw_cls_destroy(&cls);
	ktap_result(good && nothing_left(), "brfw_cls_prepare() without memory changes nothing");
}

/* ---- many rules ---- */

/*
 * So many that whole hashes of different keys are sure to be equal: about
 * BIG * NMISSES / 2^32 times.
 */
#define BIG	50000
#define NMISSES	800000

static void big_mac(u8 *mac, bool is_rule)
{
	unsigned int i;

	for (i = 0; i < 6; i++)
		mac[i] = ref_random_below(&rnd, 256);
	mac[0] = (mac[0] & ~1) | is_rule;
}

static void test_many(void)
{
	static struct ref_rule *rule[BIG];
	struct brfw_key key = { .family = 0 };
	unsigned int i, nwrong = 0;
	struct brfw_match m;
	struct brfw_cls cls;
	bool good;

	brfw_cls_init(&cls);
	memset(&m, 0, sizeof(m));
	memset(m.mask.smac, 0xff, 6);
	for (i = 0; i < BIG; i++) {
		big_mac(m.value.smac, true);
		rule[i] = insert(&cls, &m, 1 + i, 1);
	}
	/* two or three rules may have one hash */
	good = !brfw_cls_prepare(&cls) && cls.cost >= 2 && cls.cost <= 4;
	for (i = 0; i < BIG; i++)
		nwrong += lookup(&cls, &rule[i]->match.value, 1, i) != &rule[i]->cls;
	for (i = 0; i < NMISSES; i++) {
		big_mac(key.smac, false);
		nwrong += !!lookup(&cls, &key, 1, 0);
	}
	if (nwrong)
		ktap_note("%u wrong look-ups", nwrong);
	brfw_cls_destroy(&cls);
	for (i = 0; i < BIG; i++)
		kfree(rule[i]);
	ktap_result(good && !nwrong && nothing_left(), "50000 rules of one mask, keys with equal hashes");
}

/* ---- random histories ---- */

/**
 * struct profile - what a random history is like
 * @name: for the result line
 * @nmasks: masks of its rules
 * @nrules: rules that it holds at most
 * @norders: orders that rules are given
 */
struct profile {
	const char *name;
	unsigned int nmasks;
	unsigned int nrules;
	unsigned int norders;
};

/* The first is the match-all mask, so that one mask is one masked key. */
static const struct profile profiles[] = {
	{ "few masks", 4, 120, 300 },
	{ "many masks", REF_MAX_MASKS, 120, 300 },
	{ "one masked key", 1, 60, 100 },
	{ "few rules that change often", 3, 12, 20 },
	{ "orders without gaps", 12, 60, 62 },
};

/**
 * struct history - a classifier and what it should hold
 * @p: what kind
 * @masks: of its rules
 * @keys: to look up after each operation
 * @cls: the classifier
 * @rules: all that are in it, in ascending order
 * @n: how many
 * @gen: the published generation
 * @oldest: the oldest that a reader may have
 * @prepared: brfw_cls_prepare() was called after the last insertion
 * @nfrees: frees without a grace period, before the last operation
 * @what: the last operation
 */
struct history {
	const struct profile *p;
	struct ref_masks masks;
	struct brfw_key keys[REF_KEYS];
	struct brfw_cls cls;
	struct ref_rule *rules[256];
	unsigned int n;
	u64 gen;
	u64 oldest;
	bool prepared;
	unsigned int nfrees;
	const char *what;
};

static void history_init(struct history *h, const struct profile *p)
{
	unsigned int i;

	memset(h, 0, sizeof(*h));
	h->p = p;
	h->gen = 1 + ref_random_below(&rnd, 3);
	h->oldest = h->gen;
	h->what = "start";
	h->prepared = true;
	ref_masks_init(&h->masks, &rnd, p->nmasks);
	for (i = 0; i < REF_KEYS; i++)
		ref_key_init(&h->keys[i], &rnd);
	kshim_random = (u64)ref_random_below(&rnd, U16_MAX) << 32 |
		       ref_random_below(&rnd, U16_MAX);
	brfw_cls_init(&h->cls);
	h->nfrees = kshim_nfrees;
}

static bool history_wrong(const struct history *h, const char *text, u64 gen)
{
	ktap_note("after \"%s\", generation %llu of %llu, %u rules: %s",
		  h->what, gen, h->gen, h->n, text);
	return false;
}

/* All matches of a key in order: from the first, or from a random order on. */
static bool history_check_key(const struct history *h, unsigned int key,
			      u64 gen, bool is_walk)
{
	u64 after = 0;
	unsigned int i;

	if (is_walk && ref_random_one_in(&rnd, 2))
		after = ref_random_below(&rnd, h->p->norders + 2);

	for (i = 0; i < h->n; i++) {
		const struct ref_rule *rule = h->rules[i];

		if (!ref_rule_hits(rule, key) || !ref_rule_visible(rule, gen) ||
		    rule->cls.order <= after)
			continue;
		if (lookup(&h->cls, &h->keys[key], gen, after) != &rule->cls)
			return history_wrong(h, "not the rule that comes first", gen);
		if (!is_walk)
			return true;
		after = rule->cls.order;
	}

	if (lookup(&h->cls, &h->keys[key], gen, after))
		return history_wrong(h, "a rule where there is none", gen);

	return true;
}

static bool history_check_gen(const struct history *h, u64 gen)
{
	unsigned int key;

	for (key = 0; key < REF_KEYS; key++)
		if (!history_check_key(h, key, gen, key % 16 == 0))
			return false;

	return true;
}

/*
 * Tables with rules that stay, and for each the most of them with one masked
 * key: equal hashes of different keys don't come up with so few.
 */
static unsigned int history_cost(const struct history *h)
{
	unsigned int longest[REF_MAX_MASKS] = { 0 };
	unsigned int cost = 0, i, j, n;

	for (i = 0; i < h->n; i++) {
		const struct brfw_match *m = &h->rules[i]->match;

		if (h->rules[i]->cls.gen_del != BRFW_GEN_NEVER)
			continue;
		for (j = 0, n = 0; j < h->n; j++)
			n += h->rules[j]->cls.gen_del == BRFW_GEN_NEVER &&
			     !memcmp(&h->rules[j]->match.mask, &m->mask, sizeof(m->mask)) &&
			     !memcmp(&h->rules[j]->match.value, &m->value, sizeof(m->value));
		for (j = 0; memcmp(&h->masks.mask[j], &m->mask, sizeof(m->mask)); j++)
			;
		longest[j] = max(longest[j], n);
	}
	for (j = 0; j < REF_MAX_MASKS; j++)
		cost += longest[j] ? 1 + longest[j] : 0;

	return cost;
}

static bool history_check(const struct history *h)
{
	u64 old = h->oldest + ref_random_below(&rnd, h->gen - h->oldest + 1);

	if (kshim_nfrees != h->nfrees)
		return history_wrong(h, "memory that readers see was freed", h->gen);
	if (h->cls.cost != history_cost(h))
		return history_wrong(h, "the cost is wrong", h->gen);

	return history_check_gen(h, h->gen) &&
	       (old == h->gen || history_check_gen(h, old)) &&
	       (!h->prepared || history_check_gen(h, h->gen + 1));
}

/* ---- operations ---- */

/* An order that no rule has beside the new one in any generation; 0 if none. */
static u64 history_new_order(const struct history *h)
{
	u64 order = 1 + ref_random_below(&rnd, h->p->norders);
	unsigned int i;

	for (i = 0; i < h->n; i++)
		if (h->rules[i]->cls.order == order &&
		    h->rules[i]->cls.gen_del > h->gen + 1)
			return 0;

	return order;
}

static void history_link(struct history *h, struct ref_rule *rule)
{
	unsigned int i = h->n++;

	for (; i && h->rules[i - 1]->cls.order > rule->cls.order; i--)
		h->rules[i] = h->rules[i - 1];
	h->rules[i] = rule;
}

/* In a third of all cases one of the allocations fails, if there are any. */
static void history_break_memory(void)
{
	if (ref_random_one_in(&rnd, 3))
		kshim_fail_at = 1 + ref_random_below(&rnd, 4);
}

/* Return: whether an error was to be expected. */
static bool history_mend_memory(bool was_broken, int err)
{
	bool failed = was_broken && !kshim_fail_at;

	kshim_fail_at = 0;

	return err == (failed ? -ENOMEM : 0);
}

static bool history_insert(struct history *h)
{
	u64 order = history_new_order(h);
	struct ref_rule *rule;
	struct brfw_match m;
	bool broken;
	int err;

	if (!order || h->n >= h->p->nrules)
		return true;
	ref_match_init(&m, &h->masks, &rnd);
	rule = ref_rule_alloc(&m, order, h->gen + 1);
	ref_rule_set_hits(rule, h->keys);

	history_break_memory();
	broken = kshim_fail_at;
	err = brfw_cls_insert(&h->cls, &rule->cls);
	if (!history_mend_memory(broken, err))
		return history_wrong(h, "brfw_cls_insert() returns something else", h->gen);
	if (err) {
		kfree(rule);
		h->nfrees = kshim_nfrees; /* nobody else saw what was allocated */
		h->what = "failed insert";
		return true;
	}
	history_link(h, rule);
	h->prepared = false;
	h->what = "insert";

	return true;
}

static bool history_mark(struct history *h)
{
	struct ref_rule *rule;

	if (!h->n)
		return true;
	rule = h->rules[ref_random_below(&rnd, h->n)];
	if (!ref_rule_visible(rule, h->gen))
		return true;
	if (rule->cls.gen_del == BRFW_GEN_NEVER) {
		retire(&h->cls, rule, h->gen + 1);
		h->what = "retire";
	}

	return true;
}

static bool history_prepare(struct history *h)
{
	bool broken;
	int err;

	history_break_memory();
	broken = kshim_fail_at;
	err = brfw_cls_prepare(&h->cls);
	if (!history_mend_memory(broken, err))
		return history_wrong(h, "brfw_cls_prepare() returns something else", h->gen);
	if (!err)
		h->prepared = true;
	h->what = err ? "failed prepare" : "prepare";

	return true;
}

static bool history_publish(struct history *h)
{
	if (!h->prepared)
		return true;
	h->gen++;
	h->what = "publish";

	return true;
}

static void history_remove(struct history *h, unsigned int i)
{
	struct ref_rule *rule = h->rules[i];

	memmove(&h->rules[i], &h->rules[i + 1],
		(--h->n - i) * sizeof(h->rules[0]));
	remove_rule(&h->cls, rule);
}

/* What the next generation would have had goes, then what it had lost returns. */
static bool history_abort(struct history *h)
{
	unsigned int i;

	h->what = "abort";
	for (i = h->n; i--; )
		if (h->rules[i]->cls.gen_add > h->gen)
			history_remove(h, i);

	for (i = 0; i < h->n; i++) {
		struct brfw_cls_rule *r = &h->rules[i]->cls;

		if (r->gen_del == h->gen + 1) {
			brfw_cls_unretire(&h->cls, r);
			WRITE_ONCE(r->gen_del, BRFW_GEN_NEVER);
		}
	}

	return true;
}

/* The readers of older generations are gone, and then the rules for them. */
static bool history_quiesce(struct history *h)
{
	unsigned int i;

	kshim_rcu_quiesce();
	h->oldest = h->gen;
	h->what = "remove";
	for (i = h->n; i--; ) {
		if (h->rules[i]->cls.gen_del > h->gen)
			continue;
		history_remove(h, i);
		if (ref_random_one_in(&rnd, 4) && !history_check_gen(h, h->gen))
			return false;
	}
	h->what = "quiesce";
	if (ref_random_one_in(&rnd, 2))
		kshim_rcu_quiesce();

	return true;
}

static bool history_step(struct history *h)
{
	switch (ref_random_below(&rnd, 16)) {
	case 0 ... 5:
		return history_insert(h);
	case 6 ... 8:
		return history_mark(h);
	case 9 ... 11:
		return history_prepare(h);
	case 12 ... 13:
		return history_publish(h);
	case 14:
		return history_quiesce(h);
	default:
		return !ref_random_one_in(&rnd, 3) || history_abort(h);
	}
}

/* A reader in the middle of the operation, by a generation that was published. */
static struct history *history_now;
static bool history_read_well;

static void history_read_amid(void)
{
	const struct history *h = history_now;
	u64 gen = h->oldest + ref_random_below(&rnd, h->gen - h->oldest + 1);
	unsigned int i;

	for (i = 0; history_read_well && i < 16; i++)
		history_read_well =
			history_check_key(h, ref_random_below(&rnd, REF_KEYS),
					  gen, i % 8 == 0) ||
			history_wrong(h, "this was amid the next operation", gen);
}

static bool history_run(const struct profile *p, unsigned int nsteps)
{
	static struct history h;
	bool good = true;
	unsigned int i;

	history_init(&h, p);
	history_now = &h;
	history_read_well = true;
	kshim_on_publish = history_read_amid;
	for (i = 0; good && i < nsteps; i++)
		good = history_step(&h) && history_check(&h) && history_read_well;
	kshim_on_publish = NULL;
	if (ref_random_one_in(&rnd, 2))
		while (h.n)
			history_remove(&h, ref_random_below(&rnd, h.n));
	brfw_cls_destroy(&h.cls);
	for (i = 0; i < h.n; i++)
		kfree(h.rules[i]);

	return nothing_left() && good;
}

static void test_history(const struct profile *p, u64 seed, unsigned int rounds)
{
	char name[80];
	bool good = true;
	unsigned int i;

	for (i = 0; good && i < rounds; i++) {
		ref_random_init(&rnd, seed + i);
		good = history_run(p, 500);
		if (!good)
			ktap_note("repeat with: lookup_test %llu 1", seed + i);
	}
	snprintf(name, sizeof(name), "random history: %s", p->name);
	ktap_result(good, name);
}

/* A rule that is replaced again and again doesn't get dearer to find. */
static void test_churn(void)
{
	enum { RULES = 4000, TIMES = 3000 };
	static struct ref_rule *rules[RULES];
	struct brfw_match m = {};
	unsigned long before, worst = 0;
	struct brfw_key key = {};
	struct ref_rule *rule;
	struct brfw_cls cls;
	bool good = true;
	u32 i, one = 77;

	brfw_cls_init(&cls);
	memset(m.mask.smac, 0xff, 4);
	for (i = 0; i < RULES; i++) {
		memcpy(m.value.smac, &i, 4);
		rules[i] = insert(&cls, &m, 1 + i, 1);
	}
	memcpy(m.value.smac, &one, 4);
	memcpy(key.smac, &one, 4);

	for (i = 0; i < TIMES; i++) {
		rule = insert(&cls, &m, RULES + 1 + i, 1);
		good &= rule && !brfw_cls_prepare(&cls);
		remove_rule(&cls, rules[one]);
		rules[one] = rule;
		before = kshim_nderefs;
		good &= lookup_order(&cls, &key, 1, 0) == RULES + 1 + i;
		worst = max(worst, kshim_nderefs - before);
	}

	for (i = 0; i < RULES; i++)
		remove_rule(&cls, rules[i]);
	brfw_cls_destroy(&cls);
	if (worst >= 100)
		ktap_note("a look-up took %lu steps", worst);
	ktap_result(good && worst < 100 && nothing_left(),
		    "replacing a rule often leaves look-ups short");
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 4;
	unsigned int i;

	ktap_begin();
	ktap_note("seed %llu, %u rounds", seed, rounds);
	ref_random_init(&rnd, seed);
	test_no_conditions();
	test_get_match();
	test_same_match();
	test_churn();
	test_rule_matches();
	test_example();
	test_empty();
	test_generations();
	test_extreme_orders();
	test_better_table();
	test_chain();
	test_replace_often();
	test_limits();
	test_limit_mixed();
	test_limit_replace();
	test_limit_after_removal();
	test_insert_fails();
	test_prepare_fails();
	test_many();
	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		test_history(&profiles[i], seed, rounds);

	return ktap_end();
}

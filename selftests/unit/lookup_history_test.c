// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier in random histories: transactions that take effect, fail or
 * are given up, with look-ups after every operation and in the middle of some,
 * for each generation that a reader may still have.
 *
 *   lookup_history_test [SEED [ROUNDS]]
 */
#include <errno.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "lookup_set.h"

static struct ref_random rnd;

/**
 * struct profile - what a random history is like
 * @name: for the result line
 * @kind: of the rules
 * @npool: different conditions
 * @nrules: rules that it holds at most
 * @norders: orders that rules are given
 * @batch: most rules that come or go at once
 * @nsteps: operations
 */
struct profile {
	const char *name;
	enum ref_kind kind;
	unsigned int npool;
	unsigned int nrules;
	unsigned int norders;
	unsigned int batch;
	unsigned int nsteps;
};

static const struct profile profiles[] = {
	{ "few rules that change often", REF_MIXED, 10, 12, 20, 2, 400 },
	{ "one leaf", REF_MIXED, 100, 64, 100, 6, 400 },
	{ "around the first table", REF_HOSTS, 100, 80, 100, 8, 400 },
	{ "mixed", REF_MIXED, 400, 300, 1000, 20, 300 },
	{ "the same conditions", REF_MIXED, 3, 200, 300, 20, 200 },
	{ "ranges in one leaf", REF_RANGES, 40, 64, 70, 6, 400 },
	{ "ranges", REF_RANGES, 400, 400, 1000, 30, 300 },
	{ "IPv4 prefixes", REF_PREFIX4, 1000, 500, 2000, 40, 300 },
	{ "IPv6 prefixes", REF_PREFIX6, 1000, 500, 2000, 40, 300 },
	{ "ports and MAC addresses", REF_HOSTS, 1000, 600, 2000, 50, 300 },
	{ "ARP", REF_ARP, 500, 300, 1000, 30, 300 },
	{ "over a thousand rules", REF_PREFIX4, 4000, 2500, 9000, 400, 100 },
	{ "over a thousand rules for hosts", REF_HOSTS, 4000, 2500, 9000, 400, 100 },
};

/**
 * struct history - a classifier under way
 * @p: what kind
 * @pool: of its rules
 * @set: the classifier
 * @prepared: the last insertion was followed by brfw_cls_prepare()
 * @nfrees: frees of what readers saw, before the last operation
 * @nplans: times that all rules were arranged anew, as far as can be seen
 * @what: the last operation
 */
struct history {
	const struct profile *p;
	struct ref_pool pool;
	struct set set;
	bool prepared;
	unsigned int nfrees;
	unsigned int nplans;
	const char *what;
};

static void history_init(struct history *h, const struct profile *p)
{
	h->p = p;
	h->what = "start";
	h->prepared = true;
	h->nplans = 0;
	ref_pool_init(&h->pool, &rnd, p->kind, p->npool);
	kshim_random = (u64)ref_random_below(&rnd, U16_MAX) << 32 |
		       ref_random_below(&rnd, U16_MAX) | 1;
	set_init(&h->set, h->pool.family, h->pool.key);
	h->nfrees = kshim_nfrees;
}

static bool history_wrong(const struct history *h, const char *text)
{
	ktap_note("after \"%s\", %u rules: %s", h->what, h->set.n, text);
	return false;
}

/* All rules are published and none is on its way out. */
static bool history_is_calm(const struct history *h)
{
	unsigned int i;

	for (i = 0; i < h->set.n; i++)
		if (h->set.rules[i]->cls.gen_del != BRFW_GEN_NEVER ||
		    h->set.rules[i]->cls.gen_add > h->set.gen)
			return false;

	return h->prepared && !h->set.cls.is_miscounted;
}

static bool history_check_cost(const struct history *h)
{
	unsigned int i, steps, cost = brfw_cls_cost(&h->set.cls);

	for (i = 0; i < REF_KEYS; i += 7) {
		u64 after = i % 3 ? 0 : ref_random_below(&rnd, h->p->norders);

		steps = set_steps(&h->set, &h->pool.key[i], after);
		if (steps > cost) {
			ktap_note("%u steps, a cost of %u", steps, cost);
			return history_wrong(h, "the cost is no bound");
		}
	}

	return true;
}

static bool history_check(const struct history *h)
{
	u64 old = h->set.oldest +
		  ref_random_below(&rnd, h->set.gen - h->set.oldest + 1);

	if (kshim_nfrees != h->nfrees)
		return history_wrong(h, "memory that readers see was freed");
	if (!set_finds_pool(&h->set, h->set.gen) ||
	    (old != h->set.gen && !set_finds_pool(&h->set, old)) ||
	    (h->prepared && !set_finds_pool(&h->set, h->set.gen + 1)))
		return history_wrong(h, "a look-up is wrong");

	return !history_is_calm(h) || history_check_cost(h);
}

/* ---- operations ---- */

/* An order that no rule has beside the new one in any generation; 0 if none. */
static u64 history_new_order(const struct history *h)
{
	u64 order = 1 + ref_random_below(&rnd, h->p->norders);
	const struct brfw_cls_rule *r;
	unsigned int i;

	for (i = 0; i < h->set.n; i++) {
		r = &h->set.rules[i]->cls;
		if (r->order == order && r->gen_del > h->set.gen + 1)
			return 0;
		if (r->order > order)
			break;
	}

	return order;
}

/* In a third of all cases one of the allocations fails, if there are any. */
static bool history_break_memory(void)
{
	if (ref_random_one_in(&rnd, 3))
		kshim_fail_at = 1 + ref_random_below(&rnd, ref_random_one_in(&rnd, 2) ? 5 : 60);

	return kshim_fail_at;
}

/* Return: whether the error was to be expected; there may be a way without. */
static bool history_mend_memory(bool was_broken, int err)
{
	bool failed = was_broken && !kshim_fail_at;

	kshim_fail_at = 0;

	return !err || (err == -ENOMEM && failed);
}

static bool history_insert(struct history *h)
{
	unsigned int n = 1 + ref_random_below(&rnd, h->p->batch);
	struct ref_rule *rule;
	bool broken;
	u64 order;

	h->what = "insert";
	while (n--) {
		order = history_new_order(h);
		if (!order || h->set.n >= h->p->nrules)
			continue;
		broken = history_break_memory();
		rule = set_add(&h->set, ref_pool_match(&h->pool, &rnd), order);
		if (!history_mend_memory(broken, rule ? 0 : -ENOMEM))
			return history_wrong(h, "brfw_cls_insert() returns something else");
		h->prepared &= !rule;
	}

	return true;
}

static bool history_kill(struct history *h)
{
	unsigned int n = 1 + ref_random_below(&rnd, h->p->batch);
	struct ref_rule *rule;

	h->what = "kill";
	if (ref_random_one_in(&rnd, 30))
		n = 2 * h->set.n;
	while (n-- && h->set.n) {
		rule = h->set.rules[ref_random_below(&rnd, h->set.n)];
		if (ref_rule_visible(rule, h->set.gen) &&
		    rule->cls.gen_del == BRFW_GEN_NEVER)
			set_kill(&h->set, rule);
	}

	return true;
}

static bool history_prepare(struct history *h)
{
	unsigned int before = h->set.cls.nchanges + h->set.cls.nfresh;
	bool broken = history_break_memory();
	int err = set_prepare(&h->set);

	h->what = err ? "failed prepare" : "prepare";
	if (!history_mend_memory(broken, err))
		return history_wrong(h, "brfw_cls_prepare() returns something else");
	if (err)
		return true;
	h->prepared = true;
	h->nplans += before && !h->set.cls.nchanges;

	return true;
}

static bool history_publish(struct history *h)
{
	if (!h->prepared)
		return true;
	set_publish(&h->set);
	h->what = "publish";

	return true;
}

static bool history_abort(struct history *h)
{
	h->what = "abort";
	set_abort(&h->set);
	h->prepared = true;

	return true;
}

static bool history_collect(struct history *h)
{
	h->what = "collect";
	set_collect(&h->set);
	if (ref_random_one_in(&rnd, 2))
		kshim_rcu_quiesce();

	return true;
}

static bool history_step(struct history *h)
{
	switch (ref_random_below(&rnd, 16)) {
	case 0 ... 4:
		return history_insert(h);
	case 5 ... 6:
		return history_kill(h);
	case 7 ... 10:
		return history_prepare(h);
	case 11 ... 12:
		return history_publish(h);
	case 13 ... 14:
		return history_collect(h);
	default:
		return !ref_random_one_in(&rnd, 2) || history_abort(h);
	}
}

/* ---- readers in the middle of an operation ---- */

static struct history *history_now;
static bool history_read_well;

/* By a generation that was published. */
static void history_read_amid(void)
{
	static unsigned int turn;
	const struct history *h = history_now;
	u64 gen = h->set.oldest +
		  ref_random_below(&rnd, h->set.gen - h->set.oldest + 1);
	unsigned int i;

	/* A commit of many rules has as many such places. */
	if (h->p->nrules > 100 && turn++ % 8)
		return;
	for (i = 0; history_read_well && i < 4; i++)
		history_read_well =
			set_finds(&h->set, &h->pool.key[ref_random_below(&rnd, REF_KEYS)],
				  gen, i ? 0 : ref_random_below(&rnd, h->p->norders)) ||
			history_wrong(h, "this was amid the next operation");
}

static bool history_run(const struct profile *p, unsigned int *nplans)
{
	static struct history h;
	bool good = true;
	unsigned int i;

	history_init(&h, p);
	history_now = &h;
	history_read_well = true;
	kshim_on_publish = history_read_amid;
	for (i = 0; good && i < p->nsteps; i++)
		good = history_step(&h) && history_read_well && history_check(&h);
	kshim_on_publish = NULL;
	if (good && ref_random_one_in(&rnd, 2)) {
		set_abort(&h.set);
		for (i = 0; i < h.set.n; i++)
			set_kill(&h.set, h.set.rules[i]);
		set_publish(&h.set);
		set_collect(&h.set);
		good = !h.set.n && !h.set.cls.nrules && !set_prepare(&h.set) &&
		       !h.set.cls.leaf && !h.set.cls.ntables;
	}
	set_destroy(&h.set);
	ref_pool_destroy(&h.pool);
	*nplans += h.nplans;

	return set_nothing_left() && good;
}

static void test_history(const struct profile *p, u64 seed, unsigned int rounds)
{
	unsigned int i, nplans = 0;
	bool good = true;
	char name[80];

	for (i = 0; good && i < rounds; i++) {
		ref_random_init(&rnd, seed + i);
		good = history_run(p, &nplans);
		if (!good)
			ktap_note("repeat with: lookup_history_test %llu 1", seed + i);
	}
	if (good && !nplans)
		ktap_note("rules were never arranged anew");
	snprintf(name, sizeof(name), "random history: %s", p->name);
	ktap_result(good && (nplans || p->nrules <= 64), name);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	unsigned int i;

	ktap_begin();
	ktap_note("seed %llu, %u rounds", seed, rounds);
	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		test_history(&profiles[i], seed, rounds);

	return ktap_end();
}

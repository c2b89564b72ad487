// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers beside a writer: whatever the writer does, a look-up by the
 * generation that a reader took gives what the linear reference gives for the
 * rules of that generation. Meant for the thread and the address sanitizer.
 *
 *   lookup_race_test [SEED [GENERATIONS]]
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "cache.h"
#include "hash.h"
#include "ktap.h"
#include "lookup_set.h"

#define NREADERS	2
#define NRULES		400
#define NORDERS		3000
#define NVIEWS		50	/* that each reader has to see */

/**
 * struct view - what the writer publishes, constant from then on
 * @rcu: for freeing
 * @gen: the generation
 * @n: number of its rules
 * @rules: they, in ascending order
 */
struct view {
	struct rcu_head rcu;
	u64 gen;
	unsigned int n;
	const struct ref_rule *rules[NRULES];
};

static struct set set;
static struct ref_pool pool;
static struct view *published;
static bool stop;

/* ---- readers ---- */

/**
 * struct reader - a thread
 * @thread: it
 * @rnd: its random numbers
 * @entries: of @cache
 * @cache: as that of a CPU
 * @nlookups: what it did
 * @nviews: how many different views it saw; the writer waits for them
 * @nwrong: how many results were not those of the reference
 */
struct reader {
	pthread_t thread;
	struct ref_random rnd;
	struct brfw_cache_entry entries[REF_KEYS];
	struct brfw_cache cache;
	unsigned long nlookups;
	unsigned long nviews;
	unsigned long nwrong;
};

static const struct brfw_cls_rule *view_find(const struct view *view,
					     unsigned int key, u64 after)
{
	unsigned int i;

	for (i = 0; i < view->n; i++)
		if (view->rules[i]->cls.order > after &&
		    ref_rule_hits(view->rules[i], key))
			return &view->rules[i]->cls;

	return NULL;
}

static const struct brfw_cls_rule *reader_lookup(struct reader *r,
						 const struct view *view,
						 unsigned int key, u64 after)
{
	const struct brfw_cache_stamp stamp = { .view = view->gen };

	if (after)
		return brfw_cls_lookup(&set.cls, &pool.key[key], view->gen,
				       after);

	return brfw_cache_lookup(&r->cache, &stamp, &set.cls, &pool.key[key],
				 view->gen);
}

/* Some look-ups by one view. */
static void reader_use_view(struct reader *r, const struct view *view)
{
	int i;

	for (i = 0; i < 32; i++) {
		unsigned int key = ref_random_below(&r->rnd, REF_KEYS);
		u64 after = ref_random_one_in(&r->rnd, 4) ?
			    ref_random_below(&r->rnd, NORDERS) : 0;

		r->nwrong += view_find(view, key, after) !=
			     reader_lookup(r, view, key, after);
		r->nlookups++;
	}
}

static void *reader_run(void *arg)
{
	struct reader *r = arg;
	const struct view *view;
	u64 gen = 0;

	while (!READ_ONCE(stop)) {
		rcu_read_lock();
		view = rcu_dereference(published);
		if (view->gen != gen)
			WRITE_ONCE(r->nviews, r->nviews + 1);
		gen = view->gen;
		reader_use_view(r, view);
		rcu_read_unlock();
		sched_yield(); /* the writer waits for the others */
	}

	return NULL;
}

/* ---- the writer ---- */

/**
 * struct writer - what it does beside the set
 * @rnd: random numbers
 * @target: rules that there should be by and by
 * @nplans: times that all rules were arranged anew
 * @nfew: how often that led to tables or back to one leaf
 */
struct writer {
	struct ref_random rnd;
	unsigned int target;
	unsigned int nplans;
	unsigned int nfew;
};

static void writer_insert(struct writer *w)
{
	u64 order = 1 + ref_random_below(&w->rnd, NORDERS);
	unsigned int i;

	for (i = 0; i < set.n; i++)
		if (set.rules[i]->cls.order == order)
			return;
	if (!set_add(&set, ref_pool_match(&pool, &w->rnd), order))
		abort();
}

static void writer_kill(struct writer *w)
{
	struct ref_rule *rule = set.rules[ref_random_below(&w->rnd, set.n)];

	if (rule->cls.gen_add <= set.gen && rule->cls.gen_del == BRFW_GEN_NEVER)
		set_kill(&set, rule);
}

static void writer_publish(void)
{
	struct view *view = kzalloc(sizeof(*view), GFP_KERNEL);
	struct view *old = published;
	unsigned int i;

	set_publish(&set);
	view->gen = set.gen;
	for (i = 0; i < set.n; i++)
		if (ref_rule_visible(set.rules[i], set.gen))
			view->rules[view->n++] = set.rules[i];
	rcu_assign_pointer(published, view);
	if (old)
		kfree_rcu(old, rcu);
}

static void writer_prepare(struct writer *w)
{
	unsigned int before = set.cls.nchanges + set.cls.nfresh;
	unsigned int ntables = set.cls.ntables;

	if (set_prepare(&set))
		abort();
	w->nplans += before && !set.cls.nchanges;
	w->nfew += !ntables != !set.cls.ntables;
}

/* One generation: replace everything, or change a few rules; at times in vain. */
static void writer_step(struct writer *w)
{
	unsigned int n = ref_random_below(&w->rnd, 20);

	if (ref_random_one_in(&w->rnd, 15))
		w->target = ref_random_below(&w->rnd, ref_random_one_in(&w->rnd, 2) ? 60 : NRULES);
	if (ref_random_one_in(&w->rnd, 15))
		n = 2 * set.n;
	if (set.n > w->target)
		n += (set.n - w->target) / 2;
	while (n-- && set.n)
		writer_kill(w);
	for (n = ref_random_below(&w->rnd, 40); n && set.n < w->target; n--)
		writer_insert(w);
	writer_prepare(w);
	if (ref_random_one_in(&w->rnd, 5))
		set_abort(&set);
	writer_publish();
	if (set.n > NRULES - 50 || ref_random_one_in(&w->rnd, 2))
		set_collect(&set);
}

static void writer_destroy(void)
{
	set_collect(&set);
	set_destroy(&set);
	kfree(published);
	kshim_rcu_quiesce();
	ref_pool_destroy(&pool);
}

/* ---- the test ---- */

static bool readers_saw_enough(struct reader *r)
{
	int i;

	for (i = 0; i < NREADERS; i++)
		if (READ_ONCE(r[i].nviews) < NVIEWS)
			return false;

	return true;
}

static void report(const struct reader *r, const struct writer *w)
{
	unsigned long nlookups = 0, nviews = 0, nwrong = 0;
	int i;

	for (i = 0; i < NREADERS; i++) {
		nlookups += r[i].nlookups;
		nviews += r[i].nviews;
		nwrong += r[i].nwrong;
	}
	ktap_note("%llu generations, %lu views seen, %lu look-ups, %lu wrong",
		  set.gen, nviews, nlookups, nwrong);
	ktap_note("all rules were arranged anew %u times, %u times to or from tables",
		  w->nplans, w->nfew);
	ktap_result(w->nplans > 5 && w->nfew > 2, "rules were arranged anew beside the readers");
	ktap_result(!nwrong, "each look-up is right for the generation taken");
	ktap_result(!kshim_nlive, "nothing is left");
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u64 ngens = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000;
	static struct reader readers[NREADERS];
	static struct writer w;
	int i;

	ktap_begin();
	ktap_note("seed %llu", seed);
	ref_random_init(&w.rnd, seed);
	ref_pool_init(&pool, &w.rnd, (seed + 3) % REF_KINDS, 500);
	set_init(&set, pool.family, pool.key);
	writer_publish();

	for (i = 0; i < NREADERS; i++) {
		ref_random_init(&readers[i].rnd, seed + 1 + i);
		readers[i].cache.entries = readers[i].entries;
		readers[i].cache.shift = BRFW_HASH_BITS + 2 - fls(REF_KEYS);
		brfw_hash_make_secrets(readers[i].cache.secrets, 2 * BRFW_CACHE_WORDS);
		if (pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]))
			abort();
	}
	while (set.gen < ngens || !readers_saw_enough(readers))
		writer_step(&w);
	WRITE_ONCE(stop, true);
	for (i = 0; i < NREADERS; i++)
		pthread_join(readers[i].thread, NULL);

	writer_destroy();
	report(readers, &w);

	return ktap_end();
}

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

#include "ktap.h"
#include "lookup.h"
#include "lookup_ref.h"

#define NREADERS	2
#define NRULES		60
#define NORDERS		200
#define NMASKS		10
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

static struct brfw_cls cls;
static struct brfw_key keys[REF_KEYS];
static struct view *published;
static bool stop;

/* ---- readers ---- */

/**
 * struct reader - a thread
 * @thread: it
 * @rnd: its random numbers
 * @nlookups: what it did
 * @nviews: how many different views it saw; the writer waits for them
 * @nwrong: how many results were not those of the reference
 */
struct reader {
	pthread_t thread;
	struct ref_random rnd;
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

/* Some look-ups by one view. */
static void reader_use_view(struct reader *r, const struct view *view)
{
	int i;

	for (i = 0; i < 8; i++) {
		unsigned int key = ref_random_below(&r->rnd, REF_KEYS);
		u64 after = ref_random_one_in(&r->rnd, 4) ?
			    ref_random_below(&r->rnd, NORDERS) : 0;

		r->nwrong += view_find(view, key, after) !=
			     brfw_cls_lookup(&cls, &keys[key], view->gen, after);
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
 * struct writer - rules that are in the classifier
 * @rnd: random numbers
 * @masks: of the rules
 * @gen: the published generation
 * @rules: those of @gen, and then of the next one, in ascending order
 * @n: how many
 * @dead: marked in this generation
 * @ndead: how many
 */
struct writer {
	struct ref_random rnd;
	struct ref_masks masks;
	u64 gen;
	struct ref_rule *rules[NRULES];
	unsigned int n;
	struct ref_rule *dead[NRULES];
	unsigned int ndead;
};

static void writer_insert(struct writer *w)
{
	u64 order = 1 + ref_random_below(&w->rnd, NORDERS);
	struct ref_rule *rule;
	struct brfw_match m;
	unsigned int i;

	for (i = 0; i < w->n; i++)
		if (w->rules[i]->cls.order == order)
			return;
	ref_match_init(&m, &w->masks, &w->rnd);
	rule = ref_rule_alloc(&m, order, w->gen + 1);
	ref_rule_set_hits(rule, keys);
	if (brfw_cls_insert(&cls, &rule->cls))
		abort();

	for (i = w->n++; i && w->rules[i - 1]->cls.order > order; i--)
		w->rules[i] = w->rules[i - 1];
	w->rules[i] = rule;
}

static void writer_mark(struct writer *w)
{
	unsigned int i = ref_random_below(&w->rnd, w->n);
	struct ref_rule *rule = w->rules[i];

	memmove(&w->rules[i], &w->rules[i + 1],
		(--w->n - i) * sizeof(w->rules[0]));
	brfw_cls_retire(&cls, &rule->cls);
	WRITE_ONCE(rule->cls.gen_del, w->gen + 1);
	w->dead[w->ndead++] = rule;
}

static void writer_publish(struct writer *w)
{
	struct view *old = published;
	struct view *view = kzalloc(sizeof(*view), 0);

	view->gen = ++w->gen;
	view->n = w->n;
	memcpy(view->rules, w->rules, w->n * sizeof(w->rules[0]));
	rcu_assign_pointer(published, view);
	if (old)
		kfree_rcu(old, rcu);
}

/* After a grace period nobody has a view that knows the dead rules. */
static void writer_bury(struct writer *w)
{
	kshim_rcu_quiesce();
	while (w->ndead) {
		struct ref_rule *rule = w->dead[--w->ndead];

		brfw_cls_remove(&cls, &rule->cls);
		kfree_rcu(rule, rcu);
	}
}

/* One generation: replace everything, or change a few rules. */
static void writer_step(struct writer *w)
{
	unsigned int n = 1 + ref_random_below(&w->rnd, 6);

	if (ref_random_one_in(&w->rnd, 10))
		n = w->n;
	while (n-- && w->n && w->ndead < NRULES)
		writer_mark(w);
	for (n = ref_random_below(&w->rnd, NRULES - w->n + 1); n; n--)
		writer_insert(w);
	if (brfw_cls_prepare(&cls))
		abort();
	writer_publish(w);
	if (w->ndead > NRULES / 2 || ref_random_one_in(&w->rnd, 2))
		writer_bury(w);
}

static void writer_destroy(struct writer *w)
{
	writer_bury(w);
	brfw_cls_destroy(&cls);
	kfree(published);
	while (w->n)
		kfree(w->rules[--w->n]);
	kshim_rcu_quiesce();
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

static void report(const struct reader *r, u64 gen)
{
	unsigned long nlookups = 0, nviews = 0, nwrong = 0;
	int i;

	for (i = 0; i < NREADERS; i++) {
		nlookups += r[i].nlookups;
		nviews += r[i].nviews;
		nwrong += r[i].nwrong;
	}
	ktap_note("%llu generations, %lu views seen, %lu look-ups, %lu wrong",
		  gen, nviews, nlookups, nwrong);
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
	for (i = 0; i < REF_KEYS; i++)
		ref_key_init(&keys[i], &w.rnd);
	ref_masks_init(&w.masks, &w.rnd, NMASKS);
	brfw_cls_init(&cls);
	writer_publish(&w);

	for (i = 0; i < NREADERS; i++) {
		ref_random_init(&readers[i].rnd, seed + 1 + i);
		if (pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]))
			abort();
	}
	while (w.gen < ngens || !readers_saw_enough(readers))
		writer_step(&w);
	WRITE_ONCE(stop, true);
	for (i = 0; i < NREADERS; i++)
		pthread_join(readers[i].thread, NULL);

	writer_destroy(&w);
	report(readers, w.gen);

	return ktap_end();
}

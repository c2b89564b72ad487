// SPDX-License-Identifier: GPL-2.0-only
/*
 * native: nanoseconds of the module's look-up at the speed of the processor, in
 * user space, compared with a bare hash table and with a linear walk.
 *
 *   native [-r REPETITIONS] NAME=SOURCE...
 *   native -u UPDATES NAME=SOURCE...
 *
 * With -u half of the rules are loaded, and then replaced by the others. Exit status 1 when the
 * classifier refused a set; the others are measured all the same. Prints lines "native NAME UNIT MEDIAN N SMALLEST LARGEST" with tabs.
 *
 * In the kernel a look-up stands among thousands of other instructions, so
 * what counts is how long it takes from key to rule, not how many fit side by
 * side: each key is taken from an address that depends on the result before.
 * Keys lie in the order in which they are used, as the headers of a frame are
 * at hand when its rule is looked up. What is measured takes turns, since the
 * machine's speed changes while it runs.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "cache.h"
#include "lookup.h"
#include "ruleset.h"

#define MAX_SETS	32
#define MAX_REPETITIONS	101
#define FLOWS		4096
#define LOOKUPS		65536
#define LINEAR_MAX	10000
#define BATCH		100
#define CACHE_ENTRIES	16384

/* ---- rules as the module makes them ---- */

struct rule {
	struct rcu_head rcu;
	struct brfw_cls_rule cls;
};

static void match_ip(struct brfw_match *m, u8 value[4], u8 mask[4], u32 ip,
		     unsigned int len)
{
	u32 bits = b_mask(len);
	int i;

	if (!len)
		return;
	for (i = 0; i < 4; i++) {
		mask[i] = bits >> (24 - 8 * i);
		value[i] = ip >> (24 - 8 * i);
	}
	m->mask.flags |= BRFW_KEY_F_IP;
}

static void match_ports(struct brfw_match *m, size_t offset,
			const uint16_t ports[2])
{
	struct brfw_test *test;

	if (!ports[0] && ports[1] == 0xffff)
		return;
	m->mask.flags |= BRFW_KEY_F_L4;
	if (ports[0] == ports[1]) {
		memset((u8 *)&m->mask + offset, 0xff, 2);
		memcpy((u8 *)&m->value + offset, ports, 2);
		return;
	}
	test = &m->tests[m->ntests++];
	test->offset = offset;
	test->size = 2;
	test->kind = BRFW_TEST_RANGES;
	test->nranges = 1;
	test->ranges[0].first = ports[0];
	test->ranges[0].last = ports[1];
}

static void match_flags(struct brfw_match *m, const struct b_rule *r)
{
	if (!r->flags_mask)
		return;
	m->mask.flags |= BRFW_KEY_F_L4;
	if (r->proto == 6) {
		m->mask.tcp_flags = r->flags_mask >> 8;
		m->value.tcp_flags = r->flags >> 8;
	} else {
		m->mask.type = r->flags_mask >> 8;
		m->value.type = r->flags >> 8;
		m->mask.code = r->flags_mask;
		m->value.code = r->flags;
	}
}

static void match_init(struct brfw_match *m, const struct b_rule *r)
{
	memset(m, 0, sizeof(*m));
	match_ip(m, m->value.ip4.src, m->mask.ip4.src, r->src, r->src_len);
	match_ip(m, m->value.ip4.dst, m->mask.ip4.dst, r->dst, r->dst_len);
	if (r->proto >= 0) {
		m->mask.flags |= BRFW_KEY_F_PROTO;
		m->mask.ip_proto = 0xff;
		m->value.ip_proto = r->proto;
	}
	match_ports(m, offsetof(struct brfw_key, sport), r->sport);
	match_ports(m, offsetof(struct brfw_key, dport), r->dport);
	match_flags(m, r);
	if (r->port) {
		m->mask.in = 0xffff;
		m->value.in = r->port;
	}
	if (r->smac) {
		memset(m->mask.smac, 0xff, 6);
		b_mac(m->value.smac, r->smac);
	}
	m->value.flags = m->mask.flags;
}

static struct rule *rule_alloc(const struct b_rule *r, u64 order, u64 gen)
{
	struct brfw_match m;
	struct rule *rule;

	match_init(&m, r);
	rule = kzalloc(offsetof(struct rule, cls) + brfw_cls_rule_size(&m), 0);
	rule->cls.order = order;
	rule->cls.gen_add = gen;
	rule->cls.gen_del = BRFW_GEN_NEVER;
	brfw_cls_rule_init(&rule->cls, &m);

	return rule;
}

static void key_init(struct brfw_key *key, const struct b_header *h)
{
	int i;

	memset(key, 0, sizeof(*key));
	key->family = BRFW_FAMILY_IP4;
	key->eth_type = 0x0800;
	key->flags = BRFW_KEY_F_ETH_TYPE | BRFW_KEY_F_IP | BRFW_KEY_F_PROTO | BRFW_KEY_F_L4;
	key->ip_len = 60;
	key->ttl = 64;
	key->in = h->port;
	b_mac(key->smac, h->smac);
	b_mac(key->dmac, 0xffff);
	for (i = 0; i < 4; i++) {
		key->ip4.src[i] = h->src >> (24 - 8 * i);
		key->ip4.dst[i] = h->dst >> (24 - 8 * i);
	}
	key->ip_proto = h->proto;
	if (h->proto == 6)
		key->tcp_flags = h->flags >> 8;
	if (h->proto == 6 || h->proto == 17) {
		key->sport = h->sport;
		key->dport = h->dport;
	} else if (h->proto == 1) {
		key->type = h->flags >> 8;
		key->code = h->flags;
	}
}

/* ---- a bare hash table: buckets of chained nodes, like the kernel's ---- */

struct node {
	struct node *next;
	u64 key[2];
	u64 value;
};

struct table {
	struct node **buckets;
	u64 mask;
};

static void bare_key(u64 key[2], const struct brfw_key *k)
{
	memcpy(key, &k->ip4, sizeof(*key));
	key[1] = (u64)k->sport << 32 | k->dport << 16 | k->ip_proto << 8 | k->tcp_flags;
}

static u64 bare_hash(const u64 key[2])
{
	__uint128_t m = (__uint128_t)(key[0] ^ 0x9e3779b97f4a7c15) *
			(key[1] ^ 0xbf58476d1ce4e5b9);

	return (u64)m ^ (u64)(m >> 64);
}

static struct node *table_find(const struct table *t, const u64 key[2])
{
	struct node *n = t->buckets[bare_hash(key) & t->mask];

	while (n && (n->key[0] != key[0] || n->key[1] != key[1]))
		n = n->next;

	return n;
}

static void table_init(struct table *t, size_t n)
{
	t->mask = 1;
	while (t->mask < n)
		t->mask *= 2;
	t->buckets = calloc(t->mask, sizeof(*t->buckets));
	if (!t->buckets)
		b_die("no memory for %zu buckets", n);
	t->mask--;
}

static void table_add(struct table *t, const struct brfw_key *key)
{
	struct node *n = calloc(1, sizeof(*n));
	u64 bucket;

	if (!n)
		b_die("no memory for nodes");
	bare_key(n->key, key);
	bucket = bare_hash(n->key) & t->mask;
	n->next = t->buckets[bucket];
	t->buckets[bucket] = n;
}

/* ---- sets ---- */

/**
 * struct keys - what is looked up, in the order of use
 * @cold: each belongs to another random rule or node
 * @flows: the first FLOWS of those, again and again in random order
 */
struct keys {
	struct brfw_key *cold;
	struct brfw_key *flows;
};

/**
 * struct set - a rule set, ready to be looked up
 * @name: of it
 * @rules: it
 * @cls: the module's classifier with it
 * @cache: the module's cache in front of it
 * @n: how many of its rules are loaded, the first ones
 * @rule: they
 * @gen: their generation
 * @load_time: seconds that it took to make them
 * @memory: bytes that they take
 * @keys: that match
 * @table: a bare table with as many nodes
 * @table_keys: of nodes
 */
struct set {
	const char *name;
	struct b_rules rules;
	struct brfw_cls cls;
	struct brfw_cache cache;
	size_t n;
	struct rule **rule;
	u64 gen;
	double load_time;
	double memory;
	struct keys keys;
	struct table table;
	struct keys table_keys;
};

static struct set sets[MAX_SETS];
static int nsets;
static int repetitions = 9;

static void *alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		b_die("no memory for %zu times %zu bytes", n, size);

	return p;
}

static void print(const struct set *s, const char *what, const char *unit,
		  double median, int n, double min, double max)
{
	printf("native\t%s-%s\t%s\t%.4g\t%d\t%.4g\t%.4g\n", s->name, what, unit,
	       median, n, min, max);
	fflush(stdout);
}

static void print_one(const struct set *s, const char *what, const char *unit,
		      double value)
{
	print(s, what, unit, value, 1, value, value);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec + t.tv_nsec / 1e9;
}

static size_t allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* False when the classifier refuses a rule. */
static bool set_load(struct set *s, size_t n)
{
	size_t i, before = allocated();
	struct brfw_cls_rule *culprit;
	double start = seconds();
	int err;

	s->gen = 1;
	s->n = n;
	brfw_cls_init(&s->cls, BRFW_FAMILY_IP4);
	s->rule = alloc(n, sizeof(*s->rule));
	for (i = 0; i < n; i++) {
		s->rule[i] = rule_alloc(&s->rules.rule[i], (i + 1) << 16, s->gen);
		if (brfw_cls_insert(&s->cls, &s->rule[i]->cls))
			b_die("%s: no memory", s->name);
	}
	err = brfw_cls_prepare(&s->cls, &culprit);
	if (err == -ENOSPC) {
		fprintf(stderr, "native: %s: rule %llu of %zu is refused\n",
			s->name, culprit->order >> 16, n);
		kshim_rcu_quiesce();
		return false;
	}
	if (err)
		b_die("%s: no memory", s->name);
	s->load_time = seconds() - start;
	kshim_rcu_quiesce();
	/* without the array of pointers, which is ours */
	s->memory = allocated() - before - n * sizeof(*s->rule);

	return true;
}

static void keys_make_flows(struct keys *keys, struct b_random *rnd)
{
	size_t i;

	keys->flows = alloc(LOOKUPS, sizeof(*keys->flows));
	for (i = 0; i < LOOKUPS; i++)
		keys->flows[i] = keys->cold[b_random_below(rnd, FLOWS)];
}

static void set_make_keys(struct set *s)
{
	struct b_random rnd = { 10 };
	struct b_headers headers;
	size_t i;

	b_headers_get(&headers, &s->rules, NULL, true, LOOKUPS);
	s->keys.cold = alloc(LOOKUPS, sizeof(*s->keys.cold));
	for (i = 0; i < LOOKUPS; i++)
		key_init(&s->keys.cold[i], &headers.header[i % headers.n]);
	keys_make_flows(&s->keys, &rnd);
	free(headers.header);
}

static void set_make_table(struct set *s)
{
	struct brfw_key *nodes = alloc(s->rules.n, sizeof(*nodes));
	struct b_random rnd = { 11 };
	struct b_header h = { .proto = 17 };
	size_t i;

	table_init(&s->table, s->rules.n);
	for (i = 0; i < s->rules.n; i++) {
		h.src = b_random(&rnd);
		h.dst = b_random(&rnd);
		h.dport = b_random(&rnd);
		key_init(&nodes[i], &h);
		table_add(&s->table, &nodes[i]);
	}
	s->table_keys.cold = alloc(LOOKUPS, sizeof(*nodes));
	for (i = 0; i < LOOKUPS; i++)
		s->table_keys.cold[i] = nodes[b_random_below(&rnd, s->rules.n)];
	keys_make_flows(&s->table_keys, &rnd);
	free(nodes);
}

/* ---- what is measured ---- */

/*
 * 0, but neither compiler nor processor know before the result is there: no
 * address is that high.
 */
static size_t after(const void *result)
{
	return (uintptr_t)result >> 63;
}

/* Seconds for @n look-ups, with the cache or without. */
static __attribute__((always_inline)) inline double
run_cls(struct set *s, const struct brfw_key *keys, size_t n, bool caches)
{
	const struct brfw_cache_stamp stamp = { .view = 4 };
	size_t i, dependency = 0, found = 0;
	const struct brfw_cls_rule *r;
	double start;

	rcu_read_lock();
	start = seconds();
	for (i = 0; i < n; i++) {
		r = caches ? brfw_cache_lookup(&s->cache, &stamp, &s->cls,
					       &keys[i + dependency], s->gen) :
			     brfw_cls_lookup(&s->cls, &keys[i + dependency],
					     s->gen, 0);
		dependency = after(r);
		found += !!r;
	}
	start = seconds() - start;
	rcu_read_unlock();
	if (found != n)
		b_die("%s: %zu of %zu keys have no rule", s->name, n - found, n);

	return start;
}

static double run_table(const struct set *s, const struct brfw_key *keys, size_t n)
{
	size_t i, dependency = 0, found = 0;
	const struct node *node;
	u64 key[2];
	double start;

	start = seconds();
	for (i = 0; i < n; i++) {
		bare_key(key, &keys[i + dependency]);
		node = table_find(&s->table, key);
		dependency = after(node);
		found += node->value;
	}
	start = seconds() - start;
	if (found)
		b_die("%s: a node was changed", s->name);

	return start;
}

static double run_linear(const struct set *s, const struct brfw_key *keys, size_t n)
{
	size_t i, j, dependency = 0;
	double start;

	start = seconds();
	for (i = 0; i < n; i++) {
		for (j = 0; j < s->rules.n; j++)
			if (brfw_cls_rule_matches(&s->rule[j]->cls, &keys[i + dependency], 1))
				break;
		if (j == s->rules.n)
			b_die("%s: a key has no rule", s->name);
		dependency = after(s->rule[j]);
	}

	return seconds() - start;
}

static double cls_cold(struct set *s)
{
	return run_cls(s, s->keys.cold, LOOKUPS, false) / LOOKUPS;
}

static double cls_flows(struct set *s)
{
	return run_cls(s, s->keys.flows, LOOKUPS, false) / LOOKUPS;
}

static double cls_cached(struct set *s)
{
	return run_cls(s, s->keys.flows, LOOKUPS, true) / LOOKUPS;
}

static double hash_cold(struct set *s)
{
	return run_table(s, s->table_keys.cold, LOOKUPS) / LOOKUPS;
}

static double hash_flows(struct set *s)
{
	return run_table(s, s->table_keys.flows, LOOKUPS) / LOOKUPS;
}

static double linear(struct set *s)
{
	size_t n = min_t(size_t, LOOKUPS / s->rules.n + 1, LOOKUPS);

	return run_linear(s, s->keys.cold, n) / n;
}

static const struct {
	const char *name;
	double (*run)(struct set *s);
} kinds[] = {
	{ "cold", cls_cold },
	{ "flows", cls_flows },
	{ "cached", cls_cached },
	{ "hash-cold", hash_cold },
	{ "hash-flows", hash_flows },
	{ "linear", linear },
};

#define NKINDS	((int)(sizeof(kinds) / sizeof(*kinds)))

static double values[MAX_SETS][NKINDS][MAX_REPETITIONS];

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static bool is_run(const struct set *s, int kind)
{
	return kinds[kind].run != linear || s->rules.n <= LINEAR_MAX;
}

static void measure(void)
{
	int r, s, k;

	for (r = -1; r < repetitions; r++)
		for (s = 0; s < nsets; s++)
			for (k = 0; k < NKINDS; k++)
				/* the first time is to warm up */
				if (is_run(&sets[s], k))
					values[s][k][r < 0 ? 0 : r] = kinds[k].run(&sets[s]);

	for (s = 0; s < nsets; s++) {
		print_one(&sets[s], "insert", "ns per rule",
			  sets[s].load_time * 1e9 / sets[s].rules.n);
		print_one(&sets[s], "memory", "bytes per rule",
			  sets[s].memory / sets[s].rules.n);
		for (k = 0; k < NKINDS; k++) {
			double *v = values[s][k];

			if (!is_run(&sets[s], k))
				continue;
			qsort(v, repetitions, sizeof(*v), compare);
			print(&sets[s], kinds[k].name, "ns", v[repetitions / 2] * 1e9,
			      repetitions, v[0] * 1e9, v[repetitions - 1] * 1e9);
		}
	}
}

/* ---- updates ---- */

/* Exchanges a loaded rule for one that isn't. */
static void exchange(struct set *s, size_t at, struct b_random *rnd)
{
	size_t with = s->n + b_random_below(rnd, s->rules.n - s->n);
	struct b_rule rule = s->rules.rule[at];

	s->rules.rule[at] = s->rules.rule[with];
	s->rules.rule[with] = rule;
}

/*
 * Replaces some rules, as one transaction does. The old ones leave after a
 * grace period.
 */
static void replace_batch(struct set *s, struct b_random *rnd)
{
	struct brfw_cls_rule *culprit;
	struct rule *old[BATCH];
	int i = 0;

	while (i < BATCH) {
		size_t at = b_random_below(rnd, s->n);
		struct rule *rule = s->rule[at];

		if (rule->cls.gen_add > s->gen)
			continue; /* of this batch */
		WRITE_ONCE(rule->cls.gen_del, s->gen + 1);
		old[i++] = rule;
		exchange(s, at, rnd);
		s->rule[at] = rule_alloc(&s->rules.rule[at], rule->cls.order, s->gen + 1);
		if (brfw_cls_insert(&s->cls, &s->rule[at]->cls))
			b_die("%s: a rule is refused", s->name);
	}
	if (brfw_cls_prepare(&s->cls, &culprit))
		b_die("%s: a rule is refused", s->name);
	s->gen++;
	kshim_rcu_quiesce();
	while (i--) {
		brfw_cls_remove(&s->cls, &old[i]->cls);
		kfree_rcu(old[i], rcu);
	}
}

static void update(struct set *s, size_t n)
{
	struct b_random rnd = { 12 };
	size_t before, i;
	double start;

	/* what the first changes bring is not a leak */
	for (i = 0; i < s->n; i += BATCH)
		replace_batch(s, &rnd);
	kshim_rcu_quiesce();
	before = allocated();
	start = seconds();
	for (i = 0; i < n; i += BATCH)
		replace_batch(s, &rnd);
	kshim_rcu_quiesce();
	print_one(s, "replace", "rules per second", i / (seconds() - start));
	print_one(s, "growth", "bytes per rule",
		  ((double)allocated() - before) / s->n);
}

static void add_set(char *arg, bool half)
{
	struct set *s = &sets[nsets];
	char *source = strchr(arg, '=');

	if (!source)
		b_die("no '=' in '%s'", arg);
	if (nsets == MAX_SETS)
		b_die("more than %d sets", MAX_SETS);
	*source++ = '\0';
	s->name = arg;
	b_rules_get(&s->rules, source);
	/* a set that is refused is left where it is: nothing else can be said */
	if (!set_load(s, half ? s->rules.n / 2 : s->rules.n))
		return;
	if (!half) {
		set_make_keys(s);
		if (brfw_cache_init(&s->cache, CACHE_ENTRIES, 0))
			b_die("%s: no memory", s->name);
		set_make_table(s);
	}
	nsets++;
}

int main(int argc, char **argv)
{
	size_t updates = 0;
	int option, wanted, i;

	while ((option = getopt(argc, argv, "r:u:")) != -1)
		if (option == 'r')
			repetitions = atoi(optarg);
		else if (option == 'u')
			updates = strtoul(optarg, NULL, 0);
		else
			return 2;
	if (optind == argc || repetitions < 1 || repetitions > MAX_REPETITIONS)
		b_die("usage: native [-r REPETITIONS] [-u UPDATES] NAME=SOURCE...; sources are\n%s",
		      b_sources);
	wanted = argc - optind;
	for (; optind < argc; optind++)
		add_set(argv[optind], updates);
	if (!updates)
		measure();
	for (i = 0; updates && i < nsets; i++)
		update(&sets[i], updates);

	return nsets == wanted ? 0 : 1;
}

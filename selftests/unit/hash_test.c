// SPDX-License-Identifier: GPL-2.0-only
/*
 * How values are spread in the tables of sets, of walks and of rules: grids, counters,
 * bit patterns and values that are chosen with knowledge of a hash, but not of its
 * secrets, as well as random ones.
 *
 *   hash_test [SEED]
 *
 * What is counted are the pointers that a look-up reads: some that each reads, and one
 * for each slot that it passes and each entry of a chain. The mean of 65,536 look-ups of
 * random values differs by some hundredths from one choice of secrets to another, and by
 * up to a half from one size of a table to twice as much; a step more is allowed. The
 * longest look-up of patterns differs more, since they have fewer independent parts; it
 * may take as many steps as the bound of sets says, and twice as many among rules, whose
 * runs are counted as they are.
 *
 * With BRFW_FULL=1 all patterns are tried with a million elements and as rules, and there
 * are a million rules, too.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "lookup_set.h"
#include "set.h"

/** MANY - values of a pattern */
#define MANY		65536

/** MILLION - a million, as a square */
#define MILLION		(1024 * 1024)

/** STEPS_MAX - pointers that a look-up in a set may read: a run of 31 slots, and some */
#define STEPS_MAX	40

/** SOME - patterns that are tried where all would take too long */
#define SOME		4

static struct ref_random rnd;
static bool is_full;

/* ---- patterns: 16 bytes for each number ---- */

/**
 * struct pattern - values to be spread
 * @name: for people
 * @make: fill in value @i of @n
 * @arg: as it likes
 */
struct pattern {
	const char *name;
	void (*make)(const struct pattern *p, u32 i, u32 n, u8 *value);
	unsigned int arg;
};

static void make_random(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	u32 word;

	for (i = 0; i < 16; i += 4) {
		word = ref_random_below(&rnd, U32_MAX);
		memcpy(value + i, &word, 4);
	}
	(void)p;
	(void)n;
}

/* Two numbers, each in two bytes. */
static void put_grid(u8 *a, u8 *b, u32 i, u32 n)
{
	u32 side = 1;

	while (side * side < n)
		side *= 2;
	a[0] = i / side >> 8;
	a[1] = i / side;
	b[0] = i % side >> 8;
	b[1] = i % side;
}

/* At the end of the first address and of the second, or in front of and behind them. */
static void make_grid(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	put_grid(value + (p->arg >> 4), value + (p->arg & 15), i, n);
}

/* A number in four bytes, the last one lowest, from a place on. */
static void make_counter(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	unsigned int at;

	for (at = 0; at < 4; at++)
		value[p->arg + at] = i >> 8 * (3 - at);
	(void)n;
}

/* The same, multiplied so that only upper bits differ. */
static void make_high(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	u64 word = (u64)i << p->arg;

	memcpy(value, &word, sizeof(word));
	(void)n;
}

/* Two bytes that take all values. */
static void make_bytes(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	value[p->arg >> 4] = i >> 8;
	value[p->arg & 15] = i;
	/* more than 65,536 need a third one */
	value[(p->arg + 1) & 15] ^= i >> 16;
	(void)n;
}

/* What becomes a counter when it is multiplied by the golden ratio. */
static void make_inverse(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	u64 word = i * 0xf1de83e19937733dULL;

	if (p->arg)
		word = __builtin_bswap64(word);
	memcpy(value, &word, sizeof(word));
	memcpy(value + 8, &word, sizeof(word));
	(void)n;
}

/* Both halves of a word change, so that their sum, or their difference, doesn't. */
static void make_cancelling(const struct pattern *p, u32 i, u32 n, u8 *value)
{
	u32 halves[2] = { i * 0x10001, p->arg ? i * 0x10001 : -(i * 0x10001) };

	memcpy(value, halves, sizeof(halves));
	(void)n;
}

static const struct pattern patterns[] = {
	{ "hosts x hosts", make_grid, 0x26 },
	{ "hosts x ports", make_grid, 0x28 },
	{ "networks x networks", make_grid, 0x04 },
	{ "a counter", make_counter, 0 },
	{ "a counter in the second word", make_counter, 6 },
	{ "multiples of 2^8", make_high, 8 },
	{ "multiples of 2^16", make_high, 16 },
	{ "multiples of 2^32, equal in the lower half", make_high, 32 },
	{ "multiples of 2^44", make_high, 44 },
	{ "bytes 0 and 1", make_bytes, 0x01 },
	{ "bytes 7 and 8", make_bytes, 0x78 },
	{ "bytes 3 and 4", make_bytes, 0x34 },
	{ "bytes 0 and 8", make_bytes, 0x08 },
	{ "bytes 0 and 7", make_bytes, 0x07 },
	{ "multiples of an inverse", make_inverse, 0 },
	{ "multiples of an inverse, turned round", make_inverse, 1 },
	{ "halves that add up to the same", make_cancelling, 0 },
	{ "halves that are equal", make_cancelling, 1 },
};

static const struct pattern random_values = { "random values", make_random, 0 };

/* ---- what is counted ---- */

/**
 * struct spread - pointers that look-ups read
 * @most: most of one
 * @sum: of all
 * @n: number of look-ups
 * @bytes: memory of the tables
 */
struct spread {
	unsigned long most;
	unsigned long sum;
	unsigned long n;
	unsigned long bytes;
};

static void spread_add(struct spread *s, unsigned long steps)
{
	s->most = max(s->most, steps);
	s->sum += steps;
	s->n++;
}

static double spread_mean(const struct spread *s)
{
	return s->n ? (double)s->sum / s->n : 0;
}

/* Not dearer than random values are, nor by a larger table. */
static bool spread_is_good(const struct spread *s, const struct spread *random,
			   unsigned int most, const char *table, const char *name)
{
	bool good = s->most <= most && random->most <= most &&
		    spread_mean(s) <= spread_mean(random) + 1 &&
		    s->bytes <= 4 * random->bytes + 65536;

	if (!good)
		ktap_note("%s, %s: %lu steps at most, %.2f on average, random values %lu and %.2f; %lu and %lu bytes",
			  table, name, s->most, spread_mean(s), random->most,
			  spread_mean(random), s->bytes, random->bytes);

	return good;
}

/* ---- sets ---- */

/**
 * struct kind - a type of sets, of which values fill all members
 * @name: for people
 * @type: the type
 * @fields: what is looked up
 * @size: bytes of a value
 */
struct kind {
	const char *name;
	struct brfw_set_type type;
	struct brfw_set_fields fields;
	unsigned int size;
};

#define AT(name)	offsetof(struct brfw_key, name)

static const struct kind kinds[] = {
	{ "IPv6", { 1, { BRFW_SET_IPV6_ADDR } }, { 1, { 16 }, { AT(ip6.src) } }, 16 },
	{ "IPv4 . IPv4 . port",
	  { 3, { BRFW_SET_IPV4_ADDR, BRFW_SET_IPV4_ADDR, BRFW_SET_INET_PORT } },
	  { 3, { 4, 4, 2 }, { AT(ip4.src), AT(ip4.dst), AT(dport) } }, 10 },
	{ "IPv4 . IPv4", { 2, { BRFW_SET_IPV4_ADDR, BRFW_SET_IPV4_ADDR } },
	  { 2, { 4, 4 }, { AT(ip4.src), AT(ip4.dst) } }, 8 },
	{ "IPv4", { 1, { BRFW_SET_IPV4_ADDR } }, { 1, { 4 }, { AT(ip4.src) } }, 4 },
};

static bool has_bytes(const struct pattern *p, unsigned int size)
{
	u8 a[16] = {}, b[16] = {};

	/* one value would be another's */
	p->make(p, 0x5aa5, MANY, a);
	p->make(p, 0xa55a, MANY, b);

	return !memcmp(a + size, b + size, 16 - size);
}

static void elem_fill(struct brfw_elem *e, const struct kind *k, const u8 *bytes)
{
	struct brfw_elem_value value = { .range = -1 };
	unsigned int i;

	for (i = 0; i < k->type.n; bytes += k->fields.sizes[i++])
		memcpy(value.first[i], bytes, k->fields.sizes[i]);
	brfw_elem_init(e, &k->type, &value);
	e->set = 1;
	e->gen_add = 1;
	e->gen_del = BRFW_GEN_NEVER;
}

static void key_fill(struct brfw_key *key, const struct kind *k, const u8 *bytes)
{
	unsigned int i;

	memset(key, 0, sizeof(*key));
	for (i = 0; i < k->fields.n; bytes += k->fields.sizes[i++])
		memcpy((u8 *)key + k->fields.offsets[i], bytes, k->fields.sizes[i]);
}

static bool domain_count(const struct brfw_domain *d, const struct kind *k,
			 const struct brfw_key *key, struct spread *find, struct spread *walk)
{
	struct brfw_domain_walk w;
	unsigned long before;
	bool good;

	rcu_read_lock();
	before = kshim_nderefs;
	good = brfw_domain_find(d, &k->fields, 1, key, 1);
	spread_add(find, kshim_nderefs - before);
	before = kshim_nderefs;
	brfw_domain_walk_start(&w, d, &k->fields, key, 1);
	good &= !!brfw_domain_walk_next(&w);
	while (brfw_domain_walk_next(&w))
		;
	spread_add(walk, kshim_nderefs - before);
	rcu_read_unlock();

	return good;
}

/* All values are put in, and each is looked up. */
static bool domain_spread(const struct kind *k, const struct pattern *p, u32 n,
			  struct spread *find, struct spread *walk)
{
	struct brfw_domain *d = brfw_domain_alloc(&k->type);
	struct brfw_elem_value none = { .range = -1 };
	size_t size = brfw_elem_size(&k->type, &none);
	u8 *elems = calloc(n, size), *values = calloc(n, 16);
	struct brfw_key key;
	bool good;
	u32 i;

	memset(find, 0, sizeof(*find));
	memset(walk, 0, sizeof(*walk));
	good = elems && values && d && !brfw_domain_enable_walks(d);
	for (i = 0; good && i < n; i++) {
		p->make(p, i, n, values + 16 * (size_t)i);
		elem_fill((void *)(elems + i * size), k, values + 16 * (size_t)i);
		good = !brfw_domain_insert(d, (void *)(elems + i * size));
		if (!(i % 1024))
			kshim_rcu_quiesce();
	}
	if (!good)
		ktap_note("%s, %s: element %u of %u is refused", k->name, p->name, i, n);
	kshim_rcu_quiesce();
	find->bytes = kshim_nbytes;
	for (i = 0; good && i < n; i++) {
		key_fill(&key, k, values + 16 * (size_t)i);
		good = domain_count(d, k, &key, find, walk);
	}
	brfw_domain_put(d);
	free(elems);
	free(values);

	return good;
}

static void test_kind(const struct kind *k, u32 n)
{
	struct spread random[2], find, walk;
	unsigned int i, ntried = 0;
	char name[80];
	bool good;

	good = domain_spread(k, &random_values, n, &random[0], &random[1]);
	ktap_note("%s, %u random values: %lu steps at most, %.2f on average; walks %lu and %.2f",
		  k->name, n, random[0].most, spread_mean(&random[0]), random[1].most,
		  spread_mean(&random[1]));
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (!has_bytes(&patterns[i], k->size))
			continue;
		if (n > MANY && !is_full && i >= SOME)
			continue;
		ntried++;
		good &= domain_spread(k, &patterns[i], n, &find, &walk) &&
			spread_is_good(&find, &random[0], STEPS_MAX, k->name, patterns[i].name) &&
			spread_is_good(&walk, &random[1], STEPS_MAX, "walks", patterns[i].name);
	}
	snprintf(name, sizeof(name), "%s: %u elements are spread as random ones are",
		 k->name, n);
	ktap_result(good && ntried > 2 && set_nothing_left(), name);
}

/* ---- rules ---- */

static void match_fill(struct brfw_match *m, const struct kind *k, const u8 *bytes)
{
	unsigned int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < k->fields.n; bytes += k->fields.sizes[i++]) {
		memcpy((u8 *)&m->value + k->fields.offsets[i], bytes, k->fields.sizes[i]);
		memset((u8 *)&m->mask + k->fields.offsets[i], 0xff, k->fields.sizes[i]);
	}
}

static bool rules_spread(const struct kind *k, const struct pattern *p, u32 n,
			 struct spread *s)
{
	u8 *values = calloc(n, 16);
	unsigned long before;
	struct brfw_match m;
	struct brfw_key key;
	struct set set;
	bool good = values;
	u32 i;

	memset(s, 0, sizeof(*s));
	set_init(&set, k->size == 16 ? BRFW_FAMILY_IP6 : BRFW_FAMILY_IP4, NULL);
	for (i = 0; good && i < n; i++) {
		p->make(p, i, n, values + 16 * (size_t)i);
		match_fill(&m, k, values + 16 * (size_t)i);
		good = set_add(&set, &m, 1 + i);
	}
	good = good && !set_commit(&set);
	kshim_rcu_quiesce();
	s->bytes = kshim_nbytes;
	for (i = 0; good && i < n; i++) {
		key_fill(&key, k, values + 16 * (size_t)i);
		before = kshim_nderefs;
		/* random values may be there twice */
		good = set_lookup_order(&set, &key) <= 1 + i;
		spread_add(s, kshim_nderefs - before);
	}
	set_destroy(&set);
	free(values);

	return good;
}

static void test_rules(const struct kind *k, u32 n)
{
	struct spread random, s;
	unsigned int i, ntried = 0;
	char name[80];
	bool good;

	good = rules_spread(k, &random_values, n, &random);
	ktap_note("%s, %u rules with random values: %lu steps at most, %.2f on average",
		  k->name, n, random.most, spread_mean(&random));
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (!has_bytes(&patterns[i], k->size) || (!is_full && ntried == SOME))
			continue;
		ntried++;
		good &= rules_spread(k, &patterns[i], n, &s) &&
			spread_is_good(&s, &random, 2 * STEPS_MAX, "rules", patterns[i].name);
	}
	snprintf(name, sizeof(name), "%s: %u rules are spread as random ones are",
		 k->name, n);
	ktap_result(good && ntried > 2 && set_nothing_left(), name);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	const char *full = getenv("BRFW_FULL");
	unsigned int i;

	is_full = full && !strcmp(full, "1");
	ktap_begin();
	ktap_note("seed %llu", seed);
	ref_random_init(&rnd, seed);
	kshim_random = seed | 1;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		test_kind(&kinds[i], MANY);
	test_kind(&kinds[1], MILLION);
	test_rules(&kinds[2], MANY);
	if (is_full)
		test_rules(&kinds[2], MILLION);

	return ktap_end();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets: what is found for a key, and rules that name sets, compared with a
 * linear reference; random elements, rules and changes.
 *
 *   set_test [SEED]
 */
#include <stdlib.h>

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ktap.h"
#include "lookup.h"
#include "lookup_ref.h"
#include "set.h"

/** MAX_ELEMS - most elements at a time */
#define MAX_ELEMS	3000

/** FOREVER - generation that is never reached */
#define FOREVER		BRFW_GEN_NEVER

static struct ref_random rnd;

/* ---- types and the fields of a key that have them ---- */

#define FIELD(name) { offsetof(struct brfw_key, name), sizeof(((struct brfw_key *)0)->name) }

/* Two fields for each member, so that a type may have one member twice. */
static const struct {
	u8 offset;
	u8 size;
} member_fields[__BRFW_SET_MEMBER_MAX][2] = {
	[BRFW_SET_ETHER_ADDR] = { FIELD(smac), FIELD(dmac) },
	[BRFW_SET_IPV4_ADDR] = { FIELD(ip4.src), FIELD(ip4.dst) },
	[BRFW_SET_IPV6_ADDR] = { FIELD(ip6.src), FIELD(ip6.dst) },
	[BRFW_SET_INET_PORT] = { FIELD(sport), FIELD(dport) },
	[BRFW_SET_IFNAME] = { FIELD(in), FIELD(out) },
};

/**
 * struct kind - a type of sets to be tested
 * @name: for people
 * @type: the type
 */
struct kind {
	const char *name;
	struct brfw_set_type type;
};

static const struct kind kinds[] = {
	{ "MAC address", { 1, { BRFW_SET_ETHER_ADDR } } },
	{ "IPv4 address", { 1, { BRFW_SET_IPV4_ADDR } } },
	{ "IPv6 address", { 1, { BRFW_SET_IPV6_ADDR } } },
	{ "port", { 1, { BRFW_SET_INET_PORT } } },
	{ "name", { 1, { BRFW_SET_IFNAME } } },
	{ "MAC . IPv4", { 2, { BRFW_SET_ETHER_ADDR, BRFW_SET_IPV4_ADDR } } },
	{ "IPv4 . IPv4", { 2, { BRFW_SET_IPV4_ADDR, BRFW_SET_IPV4_ADDR } } },
	{ "IPv4 . port", { 2, { BRFW_SET_IPV4_ADDR, BRFW_SET_INET_PORT } } },
	{ "port . IPv6", { 2, { BRFW_SET_INET_PORT, BRFW_SET_IPV6_ADDR } } },
	{ "name . MAC . IPv4 . port", { 4, { BRFW_SET_IFNAME, BRFW_SET_ETHER_ADDR,
					     BRFW_SET_IPV4_ADDR, BRFW_SET_INET_PORT } } },
	{ "IPv6 . IPv6 . port . port", { 4, { BRFW_SET_IPV6_ADDR, BRFW_SET_IPV6_ADDR,
					      BRFW_SET_INET_PORT, BRFW_SET_INET_PORT } } },
};

static bool is_number(u8 member)
{
	return member == BRFW_SET_INET_PORT || member == BRFW_SET_IFNAME;
}

static void get_fields(const struct brfw_set_type *type, struct brfw_set_fields *fields)
{
	unsigned int seen[__BRFW_SET_MEMBER_MAX] = {};
	unsigned int i, nth;

	memset(fields, 0, sizeof(*fields));
	fields->n = type->n;
	for (i = 0; i < type->n; i++) {
		nth = seen[type->members[i]]++;
		fields->offsets[i] = member_fields[type->members[i]][nth].offset;
		fields->sizes[i] = member_fields[type->members[i]][nth].size;
	}
}

/* Few values, and close ones, so that they meet. */
static void random_value(u8 member, u8 *value)
{
	unsigned int i, size = brfw_set_member_size(member);
	u16 number;

	memset(value, 0, 16);
	if (is_number(member)) {
		number = ref_random_one_in(&rnd, 4) ? U16_MAX - ref_random_below(&rnd, 3) :
						      ref_random_below(&rnd, 40);
		memcpy(value, &number, sizeof(number));
		return;
	}
	for (i = 0; i < size; i++)
		if (ref_random_one_in(&rnd, size < 5 ? 2 : size / 2))
			value[i] = ref_random_one_in(&rnd, 3) ? 0xff : ref_random_below(&rnd, 3);
}

static int compare(u8 member, const u8 *a, const u8 *b)
{
	if (is_number(member))
		return *(const u16 *)a - *(const u16 *)b;

	return memcmp(a, b, brfw_set_member_size(member));
}

static void random_key(struct brfw_key *key)
{
	unsigned int member, nth;
	u8 value[16];

	memset(key, 0, sizeof(*key));
	for (member = 0; member < __BRFW_SET_MEMBER_MAX; member++) {
		/* The addresses share their place. */
		if (member == BRFW_SET_IPV4_ADDR && ref_random_one_in(&rnd, 2))
			continue;
		for (nth = 0; nth < 2; nth++) {
			if (member == BRFW_SET_IPV6_ADDR && key->words[7])
				continue;
			random_value(member, value);
			memcpy((u8 *)key + member_fields[member][nth].offset, value,
			       member_fields[member][nth].size);
		}
	}
}

/* ---- elements ---- */

/**
 * struct elem - an element with what the reference needs
 * @rcu: for freeing
 * @value: its values
 * @is_in: it is in the domain
 * @core: for the domain
 */
struct elem {
	struct rcu_head rcu;
	struct brfw_elem_value value;
	bool is_in;
	struct brfw_elem core;
};

/**
 * struct world - a domain and what it should hold
 * @type: of the domain
 * @fields: what is looked up
 * @domain: the domain
 * @elems: elements
 * @n: number of them
 * @gen: the published generation
 */
struct world {
	struct brfw_set_type type;
	struct brfw_set_fields fields;
	struct brfw_domain *domain;
	struct elem *elems[MAX_ELEMS];
	unsigned int n;
	u64 gen;
};

static void random_elem_value(const struct world *w, struct brfw_elem_value *value)
{
	unsigned int i;
	u8 other[16], member;

	memset(value, 0, sizeof(*value));
	for (i = 0; i < w->type.n; i++)
		random_value(w->type.members[i], value->first[i]);
	value->range = -1;
	if (ref_random_one_in(&rnd, 3))
		return;

	i = ref_random_below(&rnd, w->type.n);
	member = w->type.members[i];
	random_value(member, other);
	value->range = i;
	if (compare(member, value->first[i], other) > 0) {
		memcpy(value->last, value->first[i], sizeof(other));
		memcpy(value->first[i], other, sizeof(other));
	} else {
		memcpy(value->last, other, sizeof(other));
	}
}

static struct elem *elem_alloc(const struct world *w, u16 set,
			       const struct brfw_elem_value *value)
{
	struct elem *e;

	e = kzalloc(offsetof(struct elem, core) + brfw_elem_size(&w->type, value), GFP_KERNEL);
	if (!e)
		return NULL;
	e->value = *value;
	brfw_elem_init(&e->core, &w->type, value);
	e->core.set = set;
	e->core.gen_add = w->gen + 1;
	e->core.gen_del = FOREVER;

	return e;
}

/* Readers may have seen it in any case. */
static void elem_free(struct elem *e)
{
	kfree_rcu(e, rcu);
	kshim_rcu_quiesce();
}

static bool elem_is_visible(const struct elem *e, u64 gen)
{
	return e->core.gen_add <= gen && gen < e->core.gen_del &&
	       (!e->core.expires || kshim_jiffies < e->core.expires);
}

static bool elem_has(const struct world *w, const struct elem *e,
		     const struct brfw_set_fields *fields, const struct brfw_key *key)
{
	const u8 *value;
	unsigned int i;
	u8 member;

	for (i = 0; i < w->type.n; i++) {
		member = w->type.members[i];
		value = (const u8 *)key + fields->offsets[i];
		if ((int)i != e->value.range) {
			if (compare(member, value, e->value.first[i]))
				return false;
		} else if (compare(member, value, e->value.first[i]) < 0 ||
			   compare(member, value, e->value.last) > 0) {
			return false;
		}
	}

	return true;
}

static bool world_has(const struct world *w, const struct brfw_set_fields *fields, u16 set,
		      const struct brfw_key *key, u64 gen)
{
	unsigned int i;

	for (i = 0; i < w->n; i++)
		if (w->elems[i]->core.set == set && elem_is_visible(w->elems[i], gen) &&
		    elem_has(w, w->elems[i], fields, key))
			return true;

	return false;
}

static bool world_init(struct world *w, const struct brfw_set_type *type)
{
	memset(w, 0, sizeof(*w));
	w->type = *type;
	w->gen = 1;
	get_fields(type, &w->fields);
	w->domain = brfw_domain_alloc(type);

	return w->domain;
}

/* Return: 0 or an error, and the element is gone. */
static int world_add(struct world *w, u16 set, const struct brfw_elem_value *value)
{
	struct elem *e = elem_alloc(w, set, value);
	int err;

	if (!e)
		return -ENOMEM;
	err = brfw_domain_insert(w->domain, &e->core);
	if (err) {
		elem_free(e);
		return err;
	}
	e->is_in = true;
	w->elems[w->n++] = e;

	return 0;
}

static void world_remove(struct world *w, unsigned int i)
{
	struct elem *e = w->elems[i];

	w->elems[i] = w->elems[--w->n];
	brfw_domain_remove(w->domain, &e->core);
	elem_free(e);
}

static void world_destroy(struct world *w)
{
	while (w->n)
		world_remove(w, w->n - 1);
	kshim_rcu_quiesce();
	brfw_domain_put(w->domain);
}

static bool nothing_left(void)
{
	kshim_rcu_quiesce();
	if (kshim_nlive)
		ktap_note("%u allocations left", kshim_nlive);

	return !kshim_nlive;
}

/* A key near an element, if there is one. */
static void key_near(const struct world *w, struct brfw_key *key)
{
	const struct elem *e;
	unsigned int i;

	random_key(key);
	if (!w->n || ref_random_one_in(&rnd, 4))
		return;
	e = w->elems[ref_random_below(&rnd, w->n)];
	for (i = 0; i < w->type.n; i++) {
		if (ref_random_one_in(&rnd, 12))
			continue;
		memcpy((u8 *)key + w->fields.offsets[i],
		       (int)i == e->value.range && ref_random_one_in(&rnd, 2) ?
		       e->value.last : e->value.first[i], w->fields.sizes[i]);
	}
}

/* ---- what a domain finds ---- */

#define SETS	12

static bool finds_as_reference(const struct world *w, const struct brfw_key *key, u64 gen)
{
	bool good = true;
	u16 set;

	rcu_read_lock();
	for (set = 1; set <= SETS; set++)
		good &= !!brfw_domain_find(w->domain, &w->fields, set, key, gen) ==
			world_has(w, &w->fields, set, key, gen);
	rcu_read_unlock();

	return good;
}

/* Each element that has the values, once. */
static bool walks_as_reference(const struct world *w, const struct brfw_key *key, u64 gen)
{
	struct brfw_domain_walk walk;
	const struct brfw_elem *e;
	unsigned int i, nwanted = 0, nfound = 0;
	bool good = true;

	for (i = 0; i < w->n; i++)
		nwanted += elem_is_visible(w->elems[i], gen) &&
			   elem_has(w, w->elems[i], &w->fields, key);

	rcu_read_lock();
	brfw_domain_walk_start(&walk, w->domain, &w->fields, key, gen);
	while ((e = brfw_domain_walk_next(&walk))) {
		const struct elem *elem = container_of(e, const struct elem, core);

		nfound++;
		good &= elem_is_visible(elem, gen) && elem_has(w, elem, &w->fields, key);
	}
	rcu_read_unlock();

	return good && nfound == nwanted;
}

static bool world_is_right(const struct world *w, bool walks, unsigned int nkeys)
{
	struct brfw_key key;
	bool good = true;
	u64 gen;

	while (nkeys--) {
		key_near(w, &key);
		for (gen = w->gen - 1; gen <= w->gen; gen++) {
			good &= finds_as_reference(w, &key, gen);
			if (walks)
				good &= walks_as_reference(w, &key, gen);
		}
	}

	return good;
}

/* One change: an element comes, goes, is taken out, or time passes. */
static void world_change(struct world *w, unsigned int max)
{
	struct brfw_elem_value value;
	unsigned int i = w->n ? ref_random_below(&rnd, w->n) : 0;

	switch (ref_random_below(&rnd, 8)) {
	case 0:
		if (w->n && w->elems[i]->core.gen_del == FOREVER)
			w->elems[i]->core.gen_del = w->gen + 1;
		break;
	case 1:
		if (w->n && w->elems[i]->core.gen_del < w->gen)
			world_remove(w, i);
		break;
	case 2:
		w->gen++;
		break;
	case 3:
		kshim_jiffies += ref_random_below(&rnd, 3);
		break;
	default:
		if (w->n == max)
			break;
		random_elem_value(w, &value);
		if (world_add(w, 1 + ref_random_below(&rnd, SETS), &value))
			break;
		if (ref_random_one_in(&rnd, 4))
			w->elems[w->n - 1]->core.expires = kshim_jiffies + ref_random_below(&rnd, 60);
		break;
	}
}

static void test_kind(const struct kind *kind)
{
	unsigned int round, i, ngrown = 0;
	bool good = true, walks;
	char name[80];
	struct world w;

	for (round = 0; round < 6; round++) {
		good &= world_init(&w, &kind->type);
		walks = false;
		for (i = 0; i < 600; i++) {
			world_change(&w, 20 << round);
			if (i == 200 && round & 1) {
				good &= !brfw_domain_enable_walks(w.domain);
				walks = true;
			}
			if (!(i % 8))
				good &= world_is_right(&w, walks, 2);
		}
		good &= brfw_domain_count(w.domain) == w.n;
		ngrown += w.n > 100;
		world_destroy(&w);
	}
	snprintf(name, sizeof(name), "%s: finds and walks as the reference", kind->name);
	ktap_result(good && ngrown && nothing_left(), name);
}

/* ---- ranges ---- */

/* Every port is in or out as the range says, and no prefix overlaps another. */
static void test_port_ranges(void)
{
	static const u16 edges[] = { 0, 1, 2, 3, 1023, 1024, 32767, 32768, 65534, 65535 };
	const unsigned int n = sizeof(edges) / sizeof(edges[0]);
	struct brfw_elem_value value = { .range = 0 };
	struct brfw_key key = {};
	unsigned int first, last, port, most = 0;
	struct world w;
	bool good;

	good = world_init(&w, &kinds[3].type) && !brfw_domain_enable_walks(w.domain);
	for (first = 0; first < n; first++) {
		for (last = first; last < n; last++) {
			memcpy(value.first[0], &edges[first], 2);
			memcpy(value.last, &edges[last], 2);
			good &= !world_add(&w, 1, &value);
			w.gen++;
			if (w.elems[0]->core.nentries > most)
				most = w.elems[0]->core.nentries;
			for (port = 0; port < 65536; port += port > 1100 && port < 32700 ? 97 : 1) {
				key.sport = port;
				good &= finds_as_reference(&w, &key, w.gen) &&
					walks_as_reference(&w, &key, w.gen);
			}
			world_remove(&w, 0);
		}
	}
	ktap_note("up to %u prefixes", most);
	world_destroy(&w);
	ktap_result(good && most == 30 && nothing_left(), "ranges of ports");
}

/* The largest range of all, and one that takes the most prefixes. */
static void test_wide_ranges(void)
{
	struct brfw_elem_value value = { .range = 0 };
	struct brfw_key key = {};
	struct world w;
	bool good;

	good = world_init(&w, &kinds[2].type);
	memset(value.last, 0xff, 16);
	good &= !world_add(&w, 1, &value) && w.elems[0]->core.nentries == 1;
	w.gen++;
	good &= finds_as_reference(&w, &key, w.gen);
	memset(key.ip6.src, 0xff, 16);
	good &= finds_as_reference(&w, &key, w.gen);

	value.first[0][15] = 1;
	value.last[15] = 0xfe;
	good &= world_add(&w, 2, &value) == -ENOSPC && w.n == 1;
	memset(value.last, 0, 10);
	good &= !world_add(&w, 2, &value);
	ktap_note("%u prefixes", w.elems[1]->core.nentries);
	w.gen++;
	good &= world_is_right(&w, false, 2000);
	world_destroy(&w);
	ktap_result(good && nothing_left(), "ranges of IPv6 addresses, and too many prefix lengths");
}

/* ---- bounds ---- */

static void test_equal(void)
{
	struct brfw_elem_value value = { .range = -1 };
	struct brfw_key key = {};
	unsigned int i, n;
	struct world w;
	bool good;

	/* Without walks as many sets as there may be have the value. */
	good = world_init(&w, &kinds[1].type);
	for (i = 0; i < 4 * BRFW_DOMAIN_EQUAL_MAX; i++)
		good &= !world_add(&w, 1 + i, &value);
	good &= brfw_domain_enable_walks(w.domain) == -EMLINK;
	w.gen++;
	good &= finds_as_reference(&w, &key, w.gen);
	while (w.n > BRFW_DOMAIN_EQUAL_MAX)
		world_remove(&w, w.n - 1);
	good &= !brfw_domain_enable_walks(w.domain);
	good &= world_add(&w, 1 + w.n, &value) == -EMLINK;
	/* What a commit deletes makes room for what it adds, before it is taken out. */
	w.elems[3]->core.gen_del = w.gen + 1;
	good &= !world_add(&w, 3000, &value);
	good &= world_add(&w, 3001, &value) == -EMLINK;
	w.gen++;
	good &= walks_as_reference(&w, &key, w.gen) && walks_as_reference(&w, &key, w.gen - 1);
	world_remove(&w, 3);
	good &= walks_as_reference(&w, &key, w.gen) && finds_as_reference(&w, &key, w.gen);
	n = w.n;
	world_remove(&w, 0);
	good &= !world_add(&w, 2000, &value) && w.n == n;
	w.gen++;
	good &= walks_as_reference(&w, &key, w.gen);
	world_destroy(&w);
	ktap_result(good && nothing_left(), "as many sets with one value as there may be");
}

/*
 * Values that make up for the numbers of their sets: none of these has anything in
 * common with the others but for who chose them.
 */
static void test_chosen(void)
{
	struct brfw_elem_value value = { .range = -1 };
	unsigned long before, most = 0;
	struct brfw_key key = {};
	struct world w;
	bool good;
	u16 set;

	good = world_init(&w, &kinds[7].type);
	for (set = 1; set <= 1000; set++) {
		memcpy(value.first[1], &set, sizeof(set));
		good &= !world_add(&w, set, &value);
	}
	w.gen++;
	for (set = 1; set <= 1000; set++) {
		memcpy((u8 *)&key + w.fields.offsets[1], &set, sizeof(set));
		rcu_read_lock();
		before = kshim_nderefs;
		good &= !!brfw_domain_find(w.domain, &w.fields, set, &key, w.gen);
		most = max(most, kshim_nderefs - before);
		rcu_read_unlock();
	}
	ktap_note("at most %lu steps", most);
	world_destroy(&w);
	ktap_result(good && most < 50 && nothing_left(), "values that are chosen by set");
}

/* An insertion that fails at any allocation changes nothing. */
static void test_no_memory(void)
{
	unsigned int round, fail, nfailed = 0;
	struct brfw_elem_value value;
	bool good = true;
	struct world w;
	int err;

	for (round = 0; round < 40; round++) {
		good &= world_init(&w, &kinds[round % 11].type);
		if (round & 1)
			good &= !brfw_domain_enable_walks(w.domain);
		while (w.n < 60) {
			random_elem_value(&w, &value);
			for (fail = 2; ; fail++) {
				kshim_fail_at = fail;
				err = world_add(&w, 1 + ref_random_below(&rnd, SETS), &value);
				if (kshim_fail_at || err != -ENOMEM)
					break;
				nfailed++;
				good &= world_is_right(&w, round & 1, 1);
			}
			kshim_fail_at = 0;
			if (err == -ENOSPC)
				break;
			good &= !err;
			w.gen++;
		}
		good &= world_is_right(&w, round & 1, 20);
		/* Taking out needs no memory. */
		while (w.n) {
			kshim_fail_at = 1;
			world_remove(&w, ref_random_below(&rnd, w.n));
			kshim_fail_at = 0;
			good &= world_is_right(&w, round & 1, 1);
		}
		world_destroy(&w);
	}
	for (fail = 1; fail < 4; fail++) {
		kshim_fail_at = fail;
		good &= !world_init(&w, &kinds[0].type);
		kshim_fail_at = 0;
	}
	ktap_note("%u insertions failed", nfailed);
	ktap_result(good && nfailed > 100 && nothing_left(), "no memory");
}

/* Walks are enabled wholly or not at all. */
static void test_enable_no_memory(void)
{
	struct brfw_elem_value value;
	unsigned int fail;
	bool good;
	struct world w;

	good = world_init(&w, &kinds[1].type);
	while (w.n < 300) {
		random_elem_value(&w, &value);
		good &= !world_add(&w, 1 + ref_random_below(&rnd, SETS), &value);
	}
	w.gen++;
	for (fail = 1; ; fail++) {
		kshim_fail_at = fail;
		if (!brfw_domain_enable_walks(w.domain))
			break;
		good &= !kshim_fail_at && world_is_right(&w, false, 5);
	}
	kshim_fail_at = 0;
	good &= fail > 3 && world_is_right(&w, true, 100);
	world_destroy(&w);
	ktap_result(good && nothing_left(), "no memory for walks");
}

/* ---- rules ---- */

#define MAX_RULES	1500

/**
 * struct rules - a classifier whose rules name sets of a world
 * @w: the world; IPv4 addresses
 * @cls: the classifier
 * @rules: in ascending order
 * @n: number of them
 */
struct rules {
	struct world w;
	struct brfw_cls cls;
	struct ref_rule *rules[MAX_RULES];
	unsigned int n;
};

static const struct brfw_set_fields both[2] = {
	{ 1, { 4 }, { offsetof(struct brfw_key, ip4.src) } },
	{ 1, { 4 }, { offsetof(struct brfw_key, ip4.dst) } },
};

static bool rule_hits(const struct rules *s, const struct ref_rule *rule,
		      const struct brfw_key *key, u64 gen)
{
	const struct brfw_match *m = &rule->match;
	struct brfw_match plain = *m;
	unsigned int i;

	plain.ntests = 0;
	for (i = 0; i < m->ntests; i++) {
		if (m->tests[i].kind != BRFW_TEST_SET)
			plain.tests[plain.ntests++] = m->tests[i];
		else if (world_has(&s->w, &m->tests[i].fields, m->tests[i].set, key, gen) ==
			 m->tests[i].negate)
			return false;
	}

	return ref_matches(&plain, key);
}

/* All matches of a key, one after the other. */
static bool rules_are_right(const struct rules *s, const struct brfw_key *key, u64 gen)
{
	const struct brfw_cls_rule *found;
	unsigned int i;
	u64 after = 0;
	bool good = true;

	rcu_read_lock();
	for (i = 0; i < s->n; i++) {
		if (!ref_rule_visible(s->rules[i], gen) || !rule_hits(s, s->rules[i], key, gen))
			continue;
		found = brfw_cls_lookup(&s->cls, key, gen, after);
		good &= found == &s->rules[i]->cls;
		after = s->rules[i]->cls.order;
	}
	good &= !brfw_cls_lookup(&s->cls, key, gen, after);
	rcu_read_unlock();

	return good;
}

static void match_add_set(const struct rules *s, struct brfw_match *m, unsigned int which,
			  u16 set, bool negate)
{
	struct brfw_test *test = &m->tests[m->ntests++];

	memset(test, 0, sizeof(*test));
	test->kind = BRFW_TEST_SET;
	test->negate = negate;
	test->domain = s->w.domain;
	test->fields = both[which];
	test->set = set;
}

/**
 * struct layout - kinds of rules to be tested
 * @name: for people
 * @nrules: number of rules
 * @nsets: number of sets
 * @has_ports: rules compare source ports, too
 * @has_ranges: and ranges of destination ports
 * @has_both: a rule in two names sets for both addresses
 * @negates: a test in so many is negated, or 0
 */
struct layout {
	const char *name;
	unsigned int nrules;
	unsigned int nsets;
	bool has_ports;
	bool has_ranges;
	bool has_both;
	unsigned int negates;
};

static const struct layout layouts[] = {
	{ "one rule", 1, 1, false, false, false, 0 },
	{ "three rules", 3, 3, false, false, true, 0 },
	{ "eight rules of their own sets", 8, 8, false, false, false, 0 },
	{ "a leaf of a word", 60, 20, true, true, true, 8 },
	{ "a leaf of words, each rule its own set", 1000, 1000, false, false, false, 0 },
	{ "a leaf of words, few sets", 300, 5, false, false, true, 3 },
	{ "tables", 1000, 30, true, true, true, 5 },
	{ "negated only", 40, 10, false, false, false, 1 },
};

static void random_match(const struct rules *s, const struct layout *l, unsigned int i,
			 struct brfw_match *m)
{
	struct brfw_range range;
	unsigned int which = ref_random_below(&rnd, 2);

	memset(m, 0, sizeof(*m));
	if (l->has_ports && !ref_random_one_in(&rnd, 3)) {
		m->mask.sport = U16_MAX;
		m->value.sport = ref_random_below(&rnd, 40);
	}
	if (l->has_ranges && ref_random_one_in(&rnd, 2)) {
		range.first = ref_random_below(&rnd, 20);
		range.last = range.first + ref_random_below(&rnd, 20);
		ref_match_set_ranges(m, offsetof(struct brfw_key, dport), 2, &range, 1);
	}
	match_add_set(s, m, l->has_both ? which : 0, 1 + i % l->nsets,
		      l->negates && ref_random_one_in(&rnd, l->negates));
	if (l->has_both && ref_random_one_in(&rnd, 2))
		match_add_set(s, m, !which, 1 + ref_random_below(&rnd, l->nsets),
			      l->negates && ref_random_one_in(&rnd, l->negates));
}

static bool rules_commit(struct rules *s)
{
	struct brfw_cls_rule *culprit;

	if (brfw_cls_prepare(&s->cls, &culprit))
		return false;
	s->w.gen++;

	return true;
}

static void rules_destroy(struct rules *s)
{
	unsigned int i;

	brfw_cls_destroy(&s->cls);
	for (i = 0; i < s->n; i++)
		kfree_rcu(s->rules[i], rcu);
	kshim_rcu_quiesce();
	world_destroy(&s->w);
}

static bool rules_are_right_for_many(struct rules *s, unsigned int nkeys)
{
	struct brfw_key key;
	bool good = true;

	while (nkeys--) {
		key_near(&s->w, &key);
		memset(key.words + BRFW_KEY_IP4_WORDS, 0,
		       sizeof(key) - BRFW_KEY_IP4_WORDS * sizeof(u64));
		if (ref_random_one_in(&rnd, 3))
			memcpy(key.ip4.dst, key.ip4.src, 4);
		good &= rules_are_right(s, &key, s->w.gen) &&
			rules_are_right(s, &key, s->w.gen - 1);
	}

	return good;
}

static void test_layout(const struct layout *l)
{
	static struct rules s;
	struct brfw_elem_value value;
	unsigned int i, round;
	struct brfw_match m;
	char name[80];
	bool good;

	memset(&s, 0, sizeof(s));
	good = world_init(&s.w, &kinds[1].type);
	brfw_cls_init(&s.cls, BRFW_FAMILY_IP4);
	for (i = 0; i < l->nrules; i++) {
		random_match(&s, l, i, &m);
		s.rules[s.n] = ref_rule_alloc(&m, 1 + s.n, s.w.gen + 1);
		good &= !brfw_cls_insert(&s.cls, &s.rules[s.n++]->cls);
		/* Half of the rules come first, the others in small commits. */
		if (i > l->nrules / 2 && ref_random_one_in(&rnd, 50))
			good &= rules_commit(&s);
	}
	good &= rules_commit(&s);
	good &= rules_are_right_for_many(&s, 20);
	ktap_note("cost %u", brfw_cls_cost(&s.cls));

	for (round = 0; round < 8; round++) {
		for (i = 0; i < 2 * l->nsets && i < 200; i++) {
			random_elem_value(&s.w, &value);
			if (s.w.n < MAX_ELEMS &&
			    !world_add(&s.w, 1 + ref_random_below(&rnd, l->nsets), &value) &&
			    ref_random_one_in(&rnd, 4))
				s.w.elems[s.w.n - 1]->core.expires =
					kshim_jiffies + ref_random_below(&rnd, 6);
		}
		for (i = 0; i < s.w.n / 4; i++)
			s.w.elems[ref_random_below(&rnd, s.w.n)]->core.gen_del = s.w.gen + 1;
		s.rules[ref_random_below(&rnd, s.n)]->cls.gen_del = s.w.gen + 1;
		good &= rules_commit(&s);
		good &= rules_are_right_for_many(&s, 40);
		kshim_jiffies++;
		for (i = 0; i < s.w.n;)
			if (s.w.elems[i]->core.gen_del < s.w.gen)
				world_remove(&s.w, i);
			else
				i++;
	}
	good &= rules_are_right_for_many(&s, 40);
	rules_destroy(&s);
	snprintf(name, sizeof(name), "rules that name sets: %s", l->name);
	ktap_result(good && nothing_left(), name);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned int i;

	ktap_begin();
	ktap_note("seed %llu", seed);
	ref_random_init(&rnd, seed);

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		test_kind(&kinds[i]);
	test_port_ranges();
	test_wide_ranges();
	test_equal();
	test_chosen();
	test_no_memory();
	test_enable_no_memory();
	for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		test_layout(&layouts[i]);

	return ktap_end();
}

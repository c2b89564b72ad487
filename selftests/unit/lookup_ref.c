// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linear reference and random rules for the tests of the classifier;
 * lookup_ref.h tells more.
 */
#include <stdlib.h>

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lookup_ref.h"

/* ---- random numbers: xorshift64* ---- */

void ref_random_init(struct ref_random *rnd, u64 seed)
{
	rnd->state = seed * 0x9e3779b97f4a7c15ULL + 1;
	if (!rnd->state)
		rnd->state = 1;
}

u32 ref_random_below(struct ref_random *rnd, u32 n)
{
	rnd->state ^= rnd->state >> 12;
	rnd->state ^= rnd->state << 25;
	rnd->state ^= rnd->state >> 27;

	return (rnd->state * 0x2545f4914f6cdd1dULL >> 32) % n;
}

bool ref_random_one_in(struct ref_random *rnd, u32 n)
{
	return !ref_random_below(rnd, n);
}

/* ---- fields ---- */

/**
 * struct ref_field - a field that random rules may compare
 * @off: its place in struct brfw_key
 * @len: its length in bytes
 * @bits: lengths of prefixes to compare; 0 where there are fewer than three
 * @value: two values, which share at least the shortest prefix of the long
 *	fields
 */
struct ref_field {
	u8 off;
	u8 len;
	u8 bits[3];
	const char *value[2];
};

#define REF_FIELD(field) \
	offsetof(struct brfw_key, field), sizeof(((struct brfw_key *)0)->field)

static const struct ref_field ref_fields[] = {
	{ REF_FIELD(bridge), { 16 }, { "\x01\0", "\x02\0" } },
	{ REF_FIELD(in), { 16 }, { "\x01\0", "\0\x01" } },
	{ REF_FIELD(out), { 16 }, { "\x01\0", "\0\0" } },
	{ REF_FIELD(eth_type), { 16 }, { "\0\x08", "\x06\x08" } },
	{ REF_FIELD(vlan_id), { 16, 4 }, { "\x01\x10", "\x02\x10" } },
	{ REF_FIELD(flags), { 16, 8, 1 }, { "\x03\x40", "\x83\0" } },
	{ REF_FIELD(ct_state), { 8 }, { "\x01", "\x02" } },
	{ REF_FIELD(mark), { 32, 3 }, { "\x01\0\0\0", "\x21\0\0\0" } },
	{ REF_FIELD(sport), { 16 }, { "\xe8\x03", "\xe9\x03" } },
	{ REF_FIELD(dport), { 16 }, { "\xe8\x03", "\xd0\x07" } },
	{ REF_FIELD(ip_proto), { 8 }, { "\x06", "\x11" } },
	{ REF_FIELD(tcp_flags), { 8, 3 }, { "\x02", "\x12" } },
	{ REF_FIELD(type), { 8 }, { "\0", "\x08" } },
	{ REF_FIELD(smac), { 48, 24 }, { "\x02\0\0\0\0\x01", "\x02\0\0\0\0\x02" } },
	{ REF_FIELD(dmac), { 48, 1 }, { "\x02\0\0\0\0\x01", "\xff\xff\xff\xff\xff\xff" } },
	{ REF_FIELD(ip6.src), { 128, 64, 8 }, {
		"\x20\x01\x0d\xb8\0\0\0\x01\0\0\0\0\0\0\0\x01",
		"\x20\x01\x0d\xb8\0\0\0\x01\0\0\0\0\0\0\0\x02" } },
	{ REF_FIELD(ip6.dst), { 128, 48, 24 }, {
		"\x20\x01\x0d\xb8\0\x01\0\x01\0\0\0\0\0\0\0\x01",
		"\x20\x01\x0d\xb8\0\x02\0\x01\0\0\0\0\0\0\0\x01" } },
};

#define REF_NFIELDS	(sizeof(ref_fields) / sizeof(ref_fields[0]))

static void ref_mask_add(struct brfw_key *mask, const struct ref_field *f,
			 struct ref_random *rnd)
{
	u8 *p = (u8 *)mask + f->off;
	unsigned int bits, i;

	do {
		bits = f->bits[ref_random_below(rnd, 3)];
	} while (!bits);

	for (i = 0; i < bits; i++)
		p[i / 8] |= 0x80 >> i % 8;
}

/* ---- conditions of the mixed kind ---- */

#define REF_MASKS	12

/* The first mask compares nothing, others up to four fields. */
static void ref_masks_init(struct brfw_key *masks, struct ref_random *rnd)
{
	unsigned int i, nfields;

	memset(masks, 0, REF_MASKS * sizeof(*masks));
	for (i = 1; i < REF_MASKS; i++)
		for (nfields = 1 + ref_random_below(rnd, 4); nfields; nfields--)
			ref_mask_add(&masks[i],
				     &ref_fields[ref_random_below(rnd, REF_NFIELDS)],
				     rnd);
}

/* Each field has one of its two values. */
static void ref_fields_fill(struct brfw_key *key, struct ref_random *rnd)
{
	const struct ref_field *f;

	memset(key, 0, sizeof(*key));
	for (f = ref_fields; f < ref_fields + REF_NFIELDS; f++)
		memcpy((u8 *)key + f->off, f->value[ref_random_below(rnd, 2)],
		       f->len);
}

/* One of the values of a field of up to 16 bytes, under one of its masks. */
static void ref_test_bytes(struct brfw_test *test, struct ref_random *rnd)
{
	const struct ref_field *f = &ref_fields[ref_random_below(rnd, REF_NFIELDS)];
	struct brfw_key mask = {};
	int i;

	ref_mask_add(&mask, f, rnd);
	test->kind = BRFW_TEST_BYTES;
	test->offset = f->off;
	test->size = f->len;
	memcpy(test->value, f->value[ref_random_below(rnd, 2)], f->len);
	memcpy(test->mask, (u8 *)&mask + f->off, f->len);
	for (i = 0; i < f->len; i++)
		test->value[i] &= test->mask[i];
}

static void ref_test_bits(struct brfw_test *test, struct ref_random *rnd)
{
	test->kind = BRFW_TEST_BITS;
	test->offset = offsetof(struct brfw_key, ct_state);
	test->size = 1;
	test->bits = 1 + ref_random_below(rnd, 7);
}

/* ---- ranges of numbers ---- */

/* Fields of one and two bytes. */
static const struct {
	u8 offset;
	u8 size;
} ref_numbers[] = {
	{ offsetof(struct brfw_key, dport), 2 },
	{ offsetof(struct brfw_key, sport), 2 },
	{ offsetof(struct brfw_key, ip_len), 2 },
	{ offsetof(struct brfw_key, ttl), 1 },
	{ offsetof(struct brfw_key, type), 1 },
};

#define REF_NNUMBERS	(sizeof(ref_numbers) / sizeof(ref_numbers[0]))

static u16 ref_number_max(const struct brfw_test *test)
{
	return test->size == 1 ? U8_MAX : U16_MAX;
}

/* Often one of few, so that ranges meet at their ends. */
static u16 ref_number(const struct brfw_test *test, struct ref_random *rnd)
{
	static const u8 ends[] = { 0, 1, 9, 10, 11, 127, 128, 200, 254, 255 };
	u16 number = ends[ref_random_below(rnd, 10)];

	if (test->size == 2 && ref_random_one_in(rnd, 2))
		number = number << 8 | ends[ref_random_below(rnd, 10)];
	if (ref_random_one_in(rnd, 4))
		number = ref_random_below(rnd, ref_number_max(test) + 1);

	return number;
}

/* Ranges in ascending order, some of them adjacent; or else any ranges. */
static void ref_test_ranges(struct brfw_test *test, struct ref_random *rnd)
{
	unsigned int i, n = ref_random_one_in(rnd, 8) ? BRFW_TEST_RANGES_MAX : 3;
	bool is_sorted = !ref_random_one_in(rnd, 4);
	struct brfw_range *range = test->ranges;
	u16 a, b, from = 0;

	i = ref_random_below(rnd, REF_NNUMBERS);
	test->kind = BRFW_TEST_RANGES;
	test->offset = ref_numbers[i].offset;
	test->size = ref_numbers[i].size;
	do {
		a = ref_number(test, rnd);
		b = ref_random_one_in(rnd, 3) ? a : ref_number(test, rnd);
		range->first = min(a, b);
		range->last = max(a, b);
		if (is_sorted && test->nranges) {
			if (from > ref_number_max(test))
				break;
			if (range->first < from || ref_random_one_in(rnd, 4))
				range->first = from;
			range->last = max(range->last, range->first);
		}
		test->nranges++;
		if (range->last == ref_number_max(test) && is_sorted)
			break;
		from = range->last + 1;
		range++;
	} while (test->nranges < n && !ref_random_one_in(rnd, 3));
}

static void ref_match_add_test(struct brfw_match *m, struct ref_random *rnd,
			       bool only_ranges)
{
	struct brfw_test *test = &m->tests[m->ntests++];
	unsigned int kind = ref_random_below(rnd, 4);

	memset(test, 0, sizeof(*test));
	test->negate = ref_random_one_in(rnd, 3);
	if (only_ranges || kind > 1)
		ref_test_ranges(test, rnd);
	else if (kind)
		ref_test_bits(test, rnd);
	else
		ref_test_bytes(test, rnd);
}

/* Compare the first @bits of a field. */
static void ref_match_set(struct brfw_match *m, size_t offset,
			  const void *value, unsigned int bits)
{
	u8 *to = (u8 *)&m->value + offset, *mask = (u8 *)&m->mask + offset;
	unsigned int i;

	for (i = 0; i < bits; i++)
		mask[i / 8] |= 0x80 >> i % 8;
	for (i = 0; i < DIV_ROUND_UP(bits, 8); i++)
		to[i] = ((const u8 *)value)[i] & mask[i];
}

#define ref_match_set_field(m, field, number) do {			\
	__typeof__((m)->value.field) _number = number;			\
	ref_match_set(m, offsetof(struct brfw_key, field), &_number,	\
		      8 * sizeof(_number));				\
} while (0)

/* Compare some bits of a number of one or two bytes, mostly all. */
static void ref_match_set_number(struct brfw_match *m, struct ref_random *rnd)
{
	unsigned int i = ref_random_below(rnd, REF_NNUMBERS);
	struct brfw_test field = { .size = ref_numbers[i].size };
	u16 number = ref_number(&field, rnd);

	ref_match_set(m, ref_numbers[i].offset, &number,
		      ref_random_one_in(rnd, 4) ?
		      1 + ref_random_below(rnd, 8) : 8 * field.size);
}

/**
 * ref_match_set_ranges() - let a rule compare a number with ranges
 * @m: the conditions
 * @offset: of the number
 * @size: of the number
 * @ranges: where it may be
 * @n: number of them
 */
void ref_match_set_ranges(struct brfw_match *m, size_t offset, size_t size,
			  const struct brfw_range *ranges, unsigned int n)
{
	struct brfw_test *test = &m->tests[m->ntests++];

	memset(test, 0, sizeof(*test));
	test->kind = BRFW_TEST_RANGES;
	test->offset = offset;
	test->size = size;
	test->nranges = n;
	memcpy(test->ranges, ranges, n * sizeof(*ranges));
}

/* ---- kinds ---- */

static void ref_match_mixed(struct brfw_match *m, struct ref_random *rnd,
			    const struct brfw_key *masks)
{
	int i;

	m->mask = masks[ref_random_below(rnd, REF_MASKS)];
	ref_fields_fill(&m->value, rnd);
	for (i = 0; i < BRFW_KEY_WORDS; i++)
		m->value.words[i] &= m->mask.words[i];
	while (m->ntests < BRFW_TESTS_MAX && ref_random_one_in(rnd, 3))
		ref_match_add_test(m, rnd, false);
}

static void ref_match_ranges(struct brfw_match *m, struct ref_random *rnd)
{
	if (ref_random_one_in(rnd, 3))
		ref_match_set_number(m, rnd);
	do {
		ref_match_add_test(m, rnd, true);
	} while (m->ntests < 4 && ref_random_one_in(rnd, 3));
}

/* An address in a tree that gets thinner towards the hosts. */
static void ref_address(u8 *address, unsigned int len, struct ref_random *rnd)
{
	unsigned int i;

	memset(address, 0, len);
	memcpy(address, "\x20\x01\x0d", len == 16 ? 3 : 0);
	for (i = len == 16 ? 3 : 0; i < min_t(unsigned int, len, 8); i++)
		address[i] = ref_random_below(rnd, 6) * 37;
	if (len == 16)
		address[15] = ref_random_below(rnd, 4);
}

static void ref_match_prefix(struct brfw_match *m, struct ref_random *rnd,
			     size_t offset, unsigned int len)
{
	u8 address[16];
	unsigned int bits;

	ref_address(address, len, rnd);
	bits = len == 4 ? ref_random_below(rnd, 33) :
			  20 + ref_random_below(rnd, 45);
	if (ref_random_one_in(rnd, 3))
		bits = 8 * len;
	ref_match_set(m, offset, address, bits);
}

static void ref_match_prefixes(struct brfw_match *m, struct ref_random *rnd,
			       size_t src, size_t dst, unsigned int len)
{
	if (!ref_random_one_in(rnd, 3))
		ref_match_prefix(m, rnd, src, len);
	if (!ref_random_one_in(rnd, 3))
		ref_match_prefix(m, rnd, dst, len);
	if (ref_random_one_in(rnd, 2))
		ref_match_set_field(m, ip_proto, ref_random_one_in(rnd, 3) ? 17 : 6);
	if (ref_random_one_in(rnd, 3))
		ref_match_set_field(m, dport, ref_random_below(rnd, 50));
	else if (ref_random_one_in(rnd, 3))
		ref_match_add_test(m, rnd, true);
}

static void ref_match_host(struct brfw_match *m, struct ref_random *rnd)
{
	unsigned int host = ref_random_below(rnd, 100);
	u8 mac[6] = { 2, 0, 0, 0, host / 16, host };
	u8 ip[4] = { 10, 0, host / 8, host };

	if (!ref_random_one_in(rnd, 4))
		ref_match_set_field(m, in, host + 1);
	switch (ref_random_below(rnd, 6)) {
	case 0:
		ref_match_set(m, offsetof(struct brfw_key, smac), mac, 48);
		ref_match_set(m, offsetof(struct brfw_key, ip4.src), ip, 32);
		break;
	case 1:
		ref_match_set(m, offsetof(struct brfw_key, dmac), mac, 48);
		ref_match_set_field(m, vlan_id, host % 8);
		break;
	case 2:
		ref_match_set(m, offsetof(struct brfw_key, dmac), "\1", 8);
		break;
	case 3:
		ref_match_set(m, offsetof(struct brfw_key, smac), mac, 24);
		ref_match_add_test(m, rnd, true);
		break;
	case 4:
		ref_match_set_field(m, dport, ref_random_below(rnd, 20));
		ref_match_set_field(m, mark, host % 4);
		break;
	default:
		ref_match_set_field(m, out, 1 + ref_random_below(rnd, 100));
		break;
	}
}

static void ref_match_arp(struct brfw_match *m, struct ref_random *rnd)
{
	u8 mac[6] = { 2, 0, 0, 0, 0, ref_random_below(rnd, 40) };

	ref_match_set_field(m, eth_type, 0x806);
	if (ref_random_one_in(rnd, 2))
		ref_match_set_field(m, arp.op, 1 + ref_random_below(rnd, 2));
	if (ref_random_one_in(rnd, 2))
		ref_match_prefix(m, rnd, offsetof(struct brfw_key, arp.sender_ip), 4);
	if (ref_random_one_in(rnd, 2))
		ref_match_prefix(m, rnd, offsetof(struct brfw_key, arp.target_ip), 4);
	if (ref_random_one_in(rnd, 2))
		ref_match_set(m, offsetof(struct brfw_key, arp.sender_mac), mac, 48);
}

/**
 * ref_pool_init() - make conditions and keys for a run
 * @pool: to be filled
 * @rnd: random numbers
 * @kind: of the conditions
 * @n: how many of them
 */
void ref_pool_init(struct ref_pool *pool, struct ref_random *rnd,
		   enum ref_kind kind, unsigned int n)
{
	static const u8 families[REF_KINDS] = {
		[REF_MIXED] = BRFW_FAMILY_IP6,
		[REF_PREFIX6] = BRFW_FAMILY_IP6,
		[REF_ARP] = BRFW_FAMILY_OTHER,
	};
	struct brfw_key masks[REF_MASKS];
	struct brfw_match *m;
	unsigned int i;

	pool->family = families[kind];
	pool->n = n;
	pool->match = calloc(n, sizeof(*pool->match));
	if (!pool->match)
		abort();
	ref_masks_init(masks, rnd);
	for (m = pool->match; m < pool->match + n; m++) {
		switch (kind) {
		case REF_RANGES:
			ref_match_ranges(m, rnd);
			break;
		case REF_PREFIX4:
			ref_match_prefixes(m, rnd,
					   offsetof(struct brfw_key, ip4.src),
					   offsetof(struct brfw_key, ip4.dst), 4);
			break;
		case REF_PREFIX6:
			ref_match_prefixes(m, rnd,
					   offsetof(struct brfw_key, ip6.src),
					   offsetof(struct brfw_key, ip6.dst), 16);
			break;
		case REF_HOSTS:
			ref_match_host(m, rnd);
			break;
		case REF_ARP:
			ref_match_arp(m, rnd);
			break;
		default:
			ref_match_mixed(m, rnd, masks);
			break;
		}
	}
	for (i = 0; i < REF_KEYS; i++)
		ref_pool_key(pool, rnd, &pool->key[i]);
}

void ref_pool_destroy(struct ref_pool *pool)
{
	free(pool->match);
}

const struct brfw_match *ref_pool_match(const struct ref_pool *pool,
					struct ref_random *rnd)
{
	return &pool->match[ref_random_below(rnd, pool->n)];
}

static void ref_key_overlay(struct brfw_key *key, const struct brfw_match *m)
{
	int i;

	for (i = 0; i < BRFW_KEY_WORDS; i++)
		key->words[i] = (key->words[i] & ~m->mask.words[i]) |
				m->value.words[i];
}

/* Let a key pass a test, or come close; all of them would be too much. */
static void ref_key_meet_test(struct brfw_key *key, const struct brfw_test *test,
			      struct ref_random *rnd)
{
	u8 *field = (u8 *)key + test->offset;
	const struct brfw_range *range;
	u16 number;
	int i;

	switch (test->kind) {
	case BRFW_TEST_RANGES:
		range = &test->ranges[ref_random_below(rnd, test->nranges)];
		number = ref_random_one_in(rnd, 2) ? range->first : range->last;
		if (ref_random_one_in(rnd, 3))
			number = range->first +
				 ref_random_below(rnd, range->last - range->first + 1);
		if (ref_random_one_in(rnd, 6) || test->negate)
			number += ref_random_one_in(rnd, 2) ? 1 : -1;
		memcpy(field, &number, test->size);
		break;
	case BRFW_TEST_BYTES:
		for (i = 0; i < test->size; i++)
			field[i] = (field[i] & ~test->mask[i]) | test->value[i];
		*field ^= test->negate;
		break;
	default:
		*field = test->negate ? ~test->bits : test->bits & -test->bits;
		break;
	}
}

/**
 * ref_pool_key() - make a key that meets some conditions, or nearly
 * @pool: the conditions
 * @rnd: random numbers
 * @key: to be filled
 */
void ref_pool_key(const struct ref_pool *pool, struct ref_random *rnd,
		  struct brfw_key *key)
{
	const struct brfw_match *m;
	unsigned int i, layer;

	memset(key, 0, sizeof(*key));
	for (layer = 0; layer < 3; layer++) {
		m = ref_pool_match(pool, rnd);
		ref_key_overlay(key, m);
		for (i = 0; i < m->ntests; i++)
			ref_key_meet_test(key, &m->tests[i], rnd);
	}
	if (ref_random_one_in(rnd, 4))
		((u8 *)key)[ref_random_below(rnd, sizeof(*key))] ^=
			1 << ref_random_below(rnd, 8);
	key->family = pool->family;
}

/* ---- the reference ---- */

static bool ref_test_ranges_hold(const struct brfw_test *test, const u8 *field)
{
	u16 number = *field;
	unsigned int i;

	if (test->size == 2)
		memcpy(&number, field, sizeof(number));
	for (i = 0; i < test->nranges; i++)
		if (number >= test->ranges[i].first &&
		    number <= test->ranges[i].last)
			return true;

	return false;
}

static bool ref_test_holds(const struct brfw_test *test,
			   const struct brfw_key *key)
{
	const u8 *field = (const u8 *)key + test->offset;
	bool holds = true;
	unsigned int i;

	if (test->kind == BRFW_TEST_RANGES) {
		holds = ref_test_ranges_hold(test, field);
	} else if (test->kind == BRFW_TEST_BITS) {
		holds = *field & test->bits;
	} else {
		for (i = 0; i < test->size; i++)
			if ((field[i] & test->mask[i]) != test->value[i])
				holds = false;
	}

	return test->negate ? !holds : holds;
}

bool ref_matches(const struct brfw_match *m, const struct brfw_key *key)
{
	const u8 *value = (const u8 *)&m->value;
	const u8 *mask = (const u8 *)&m->mask;
	const u8 *bytes = (const u8 *)key;
	size_t i;

	for (i = 0; i < sizeof(*key); i++)
		if ((bytes[i] & mask[i]) != value[i])
			return false;

	for (i = 0; i < m->ntests; i++)
		if (!ref_test_holds(&m->tests[i], key))
			return false;

	return true;
}

/* In a block of just the size that the classifier asks for. */
struct ref_rule *ref_rule_alloc(const struct brfw_match *m, u64 order,
				u64 gen_add)
{
	struct ref_rule *rule;

	rule = kzalloc(offsetof(struct ref_rule, cls) + brfw_cls_rule_size(m), 0);
	rule->match = *m;
	rule->cls.order = order;
	rule->cls.gen_add = gen_add;
	rule->cls.gen_del = BRFW_GEN_NEVER;
	brfw_cls_rule_init(&rule->cls, m);

	return rule;
}

void ref_rule_set_hits(struct ref_rule *rule, const struct brfw_key *keys)
{
	unsigned int i;

	for (i = 0; i < REF_KEYS; i++)
		if (ref_matches(&rule->match, &keys[i]))
			rule->hits[i / 64] |= 1ULL << i % 64;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linear reference and random rules for the tests of the classifier;
 * lookup_ref.h tells more.
 */
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

/* The first mask compares nothing, others up to four fields. */
void ref_masks_init(struct ref_masks *masks, struct ref_random *rnd,
		    unsigned int n)
{
	unsigned int i, nfields;

	memset(masks, 0, sizeof(*masks));
	masks->n = n;

	for (i = 1; i < n; i++)
		for (nfields = 1 + ref_random_below(rnd, 4); nfields; nfields--)
			ref_mask_add(&masks->mask[i],
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

/* Up to three ranges of port numbers, some of them nearly everything. */
static void ref_test_ranges(struct brfw_test *test, struct ref_random *rnd)
{
	static const u16 bounds[] = { 0, 999, 1000, 1001, 1999, 2000, U16_MAX };
	u16 a, b;

	test->kind = BRFW_TEST_RANGES;
	test->offset = ref_random_one_in(rnd, 2) ?
		       offsetof(struct brfw_key, sport) :
		       offsetof(struct brfw_key, dport);
	test->size = 2;
	do {
		a = bounds[ref_random_below(rnd, 7)];
		b = bounds[ref_random_below(rnd, 7)];
		test->ranges[test->nranges].first = min(a, b);
		test->ranges[test->nranges].last = max(a, b);
	} while (++test->nranges < 3 && ref_random_one_in(rnd, 2));
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

static void ref_test_init(struct brfw_test *test, struct ref_random *rnd)
{
	memset(test, 0, sizeof(*test));
	test->negate = ref_random_one_in(rnd, 3);
	switch (ref_random_below(rnd, 4)) {
	case 0:
		ref_test_bytes(test, rnd);
		break;
	case 1:
		test->kind = BRFW_TEST_BITS;
		test->offset = offsetof(struct brfw_key, ct_state);
		test->size = 1;
		test->bits = 1 + ref_random_below(rnd, 7);
		break;
	default:
		ref_test_ranges(test, rnd);
		break;
	}
}

void ref_match_init(struct brfw_match *m, const struct ref_masks *masks,
		    struct ref_random *rnd)
{
	int i;

	memset(m, 0, sizeof(*m));
	m->mask = masks->mask[ref_random_below(rnd, masks->n)];
	ref_fields_fill(&m->value, rnd);
	for (i = 0; i < BRFW_KEY_WORDS; i++)
		m->value.words[i] &= m->mask.words[i];

	while (m->ntests < BRFW_TESTS_MAX && ref_random_one_in(rnd, 3))
		ref_test_init(&m->tests[m->ntests++], rnd);
}

void ref_key_init(struct brfw_key *key, struct ref_random *rnd)
{
	static const u16 ports[] = { 0, 999, 1000, 1001, 2000, 2001, U16_MAX };

	ref_fields_fill(key, rnd);
	if (ref_random_one_in(rnd, 2))
		key->sport = ports[ref_random_below(rnd, 7)];
	if (ref_random_one_in(rnd, 2))
		key->dport = ports[ref_random_below(rnd, 7)];
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

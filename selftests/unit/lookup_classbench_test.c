// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier with rule sets of ClassBench and headers whose first match is
 * known: as they are, and with the addresses mapped to IPv6.
 *
 *   lookup_classbench_test [SET...]
 *
 * The directory is BRFW_CLASSBENCH, or ../shared/data/classbench beside the
 * checkout: rules/NAME_SIZE.rules and traces/NAME_SIZE.trace, maybe with .gz.
 * Sets of 100k rules only with BRFW_FULL=1.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "ktap.h"
#include "lookup_set.h"

#ifndef TOP
#define TOP "../.."
#endif

static struct ref_random rnd = { 1 };

/* ---- conditions ---- */

/*
 * Bit @bit of an IPv4 address, counted from 1, becomes this one of IPv6: prefixes
 * get lengths as in IPv6 networks, and are nested as before.
 */
static unsigned int ip6_bit(unsigned int bit)
{
	if (bit <= 8)
		return 20 + bit;
	if (bit <= 16)
		return 32 + 2 * (bit - 9);
	if (bit <= 24)
		return 48 + 2 * (bit - 17);

	return 64 + 8 * (bit - 24);
}

static void set_bit(u8 *bytes, unsigned int bit)
{
	bytes[(bit - 1) / 8] |= 0x80 >> (bit - 1) % 8;
}

static void put_address(u8 *bytes, u32 address, u8 family)
{
	unsigned int bit;

	if (family == BRFW_FAMILY_IP6)
		memcpy(bytes, "\x20\x01", 2);
	for (bit = 1; bit <= 32; bit++)
		if (address >> (32 - bit) & 1)
			set_bit(bytes, family == BRFW_FAMILY_IP6 ? ip6_bit(bit) : bit);
}

static void match_prefix(struct brfw_match *m, size_t offset, u32 address,
			 unsigned int len, u8 family)
{
	u8 *value = (u8 *)&m->value + offset, *mask = (u8 *)&m->mask + offset;
	unsigned int bit, last = len;
	u8 full[16] = { 0 };

	if (!len)
		return;
	put_address(full, address, family);
	if (family == BRFW_FAMILY_IP6)
		last = ip6_bit(len);
	for (bit = 1; bit <= last; bit++)
		set_bit(mask, bit);
	for (bit = 0; bit < 16 && mask[bit]; bit++)
		value[bit] = full[bit] & mask[bit];
}

static void match_ports(struct brfw_match *m, size_t offset, unsigned int first,
			unsigned int last)
{
	struct brfw_range range = { first, last };

	if (!first && last == U16_MAX)
		return;
	m->mask.flags |= BRFW_KEY_F_L4;
	if (first != last) {
		ref_match_set_ranges(m, offset, 2, &range, 1);
		return;
	}
	memset((u8 *)&m->mask + offset, 0xff, 2);
	memcpy((u8 *)&m->value + offset, &range.first, 2);
}

/* Return: whether the line is a rule. */
static bool match_read(struct brfw_match *m, const char *line, u8 family)
{
	unsigned int s[5], d[5], sp[2], dp[2], proto, proto_mask, flags, mask;
	bool is_ip6 = family == BRFW_FAMILY_IP6;

	if (sscanf(line, "@%u.%u.%u.%u/%u %u.%u.%u.%u/%u %u : %u %u : %u %x/%x %x/%x",
		   &s[0], &s[1], &s[2], &s[3], &s[4], &d[0], &d[1], &d[2], &d[3], &d[4],
		   &sp[0], &sp[1], &dp[0], &dp[1], &proto, &proto_mask, &flags, &mask) != 18)
		return false;

	memset(m, 0, sizeof(*m));
	match_prefix(m, is_ip6 ? offsetof(struct brfw_key, ip6.src) :
				 offsetof(struct brfw_key, ip4.src),
		     s[0] << 24 | s[1] << 16 | s[2] << 8 | s[3], s[4], family);
	match_prefix(m, is_ip6 ? offsetof(struct brfw_key, ip6.dst) :
				 offsetof(struct brfw_key, ip4.dst),
		     d[0] << 24 | d[1] << 16 | d[2] << 8 | d[3], d[4], family);
	match_ports(m, offsetof(struct brfw_key, sport), sp[0], sp[1]);
	match_ports(m, offsetof(struct brfw_key, dport), dp[0], dp[1]);
	m->mask.ip_proto = proto_mask;
	m->value.ip_proto = proto & proto_mask;
	m->mask.tcp_flags = mask >> 8;
	m->value.tcp_flags = (flags & mask) >> 8;
	m->mask.code = mask;
	m->value.code = flags & mask;
	if (s[4] || d[4])
		m->mask.flags |= BRFW_KEY_F_IP;
	if (mask)
		m->mask.flags |= BRFW_KEY_F_L4;
	m->value.flags = m->mask.flags;

	return true;
}

static bool key_read(struct brfw_key *key, const char *line, u8 family, long *first)
{
	unsigned int src, dst, sport, dport, proto, flags;

	if (sscanf(line, "%u %u %u %u %u %x %ld", &src, &dst, &sport, &dport,
		   &proto, &flags, first) != 7)
		return false;

	memset(key, 0, sizeof(*key));
	key->family = family;
	key->flags = BRFW_KEY_F_IP | BRFW_KEY_F_PROTO | BRFW_KEY_F_L4;
	put_address(family == BRFW_FAMILY_IP6 ? key->ip6.src : key->ip4.src, src, family);
	put_address(family == BRFW_FAMILY_IP6 ? key->ip6.dst : key->ip4.dst, dst, family);
	key->sport = sport;
	key->dport = dport;
	key->ip_proto = proto;
	key->tcp_flags = flags >> 8;
	key->code = flags;

	return true;
}

/* ---- sets ---- */

static FILE *open_file(const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "exec gzip -dcf '%s'", path);
	return popen(command, "r");
}

/* Rule i of the file has order i + 1. */
static bool load_rules(struct set *set, const char *path, u8 family)
{
	FILE *f = open_file(path);
	struct brfw_match m;
	char line[256];
	bool good = f;

	while (good && fgets(line, sizeof(line), f))
		good = match_read(&m, line, family) && set_add(set, &m, set->n + 1);
	if (f)
		good &= !pclose(f);
	if (!good || !set->n)
		ktap_note("%s could not be read from rule %u on", path, set->n);

	return good && set->n;
}

/* Most steps of the look-ups; U32_MAX when one is wrong. */
static unsigned int replay(const struct set *set, const char *path, u8 family,
			   unsigned int *n)
{
	unsigned int steps, worst = 0;
	FILE *f = open_file(path);
	struct brfw_key key;
	char line[256];
	long first;

	while (f && fgets(line, sizeof(line), f)) {
		if (!key_read(&key, line, family, &first)) {
			worst = U32_MAX;
			break;
		}
		++*n;
		if (set_lookup_order(set, &key) != (u64)(first + 1)) {
			ktap_note("line %u: rule %llu, not %ld", *n,
				  set_lookup_order(set, &key), first + 1);
			worst = U32_MAX;
			break;
		}
		steps = set_steps(set, &key, 0);
		worst = max(worst, steps);
	}
	if (f)
		pclose(f);

	return worst;
}

/* Keys from the rules themselves, with the linear reference. */
static bool check_rules(const struct set *set, unsigned int n)
{
	struct ref_pool pool = { .n = 1, .family = set->cls.family };
	struct brfw_key key;
	bool good = true;

	while (n--) {
		pool.match = &set->rules[ref_random_below(&rnd, set->n)]->match;
		ref_pool_key(&pool, &rnd, &key);
		key.flags |= BRFW_KEY_F_IP | BRFW_KEY_F_PROTO | BRFW_KEY_F_L4;
		good &= set_finds(set, &key, set->gen, 0) &&
			set_finds(set, &key, set->gen, ref_random_below(&rnd, set->n));
	}

	return good;
}

/* Half of the rules go and come back in batches. */
static bool churn(struct set *set)
{
	unsigned int i, n = set->n, batch = 0;
	struct brfw_match *m = calloc(n, sizeof(*m));
	bool good = m;

	for (i = 0; good && i < n; i++)
		m[i] = set->rules[i]->match;
	for (i = 0; i < n; i += 2)
		set_kill(set, set->rules[i]);
	good &= !set_commit(set) && check_rules(set, 50);
	set_collect(set);
	good &= !set_prepare(set) && set->n == n / 2 && check_rules(set, 50);
	for (i = 0; good && i < n; i += 2) {
		set_add(set, &m[i], i + 1);
		if (++batch % (1 + n / 20) == 0)
			good &= !set_commit(set) && check_rules(set, 10);
	}
	good &= !set_commit(set) && set->n == n;
	free(m);

	return good;
}

static void test_set(const char *rules, const char *traces, const char *name, u8 family)
{
	const char *mapped = family == BRFW_FAMILY_IP6 ? " as IPv6" : "";
	unsigned int nkeys = 0, worst = 0, again = 0, cost;
	char path[512], title[128];
	struct set set;
	bool good;

	set_init(&set, family, NULL);
	good = load_rules(&set, rules, family) && !set_commit(&set);
	cost = brfw_cls_cost(&set.cls);
	good = good && check_rules(&set, set.n > 20000 ? 20 : 100);

	snprintf(path, sizeof(path), "%s/%s.trace.gz", traces, name);
	if (good && !access(path, R_OK)) {
		worst = replay(&set, path, family, &nkeys);
		good &= nkeys && worst <= cost;
	}
	/* once is enough for the larger ones */
	if (good && set.n <= (family == BRFW_FAMILY_IP4 ? 20000 : 2000)) {
		good &= churn(&set);
		if (nkeys)
			again = replay(&set, path, family, &nkeys);
		good &= again <= brfw_cls_cost(&set.cls);
	}
	ktap_note("%s%s: %u rules, %u tables, cost %u, %u keys, most steps %u",
		  name, mapped, set.n, set.cls.ntables, cost, nkeys, max(worst, again));
	set_destroy(&set);
	snprintf(title, sizeof(title), "%s%s", name, mapped);
	ktap_result(good && set_nothing_left(), title);
}

/* ---- the directory ---- */

static bool is_wanted(const char *name, int argc, char **argv)
{
	const char *full = getenv("BRFW_FULL");
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;

	return argc < 2 && (!strstr(name, "_100k") || (full && !strcmp(full, "1")));
}

int main(int argc, char **argv)
{
	const char *dir = getenv("BRFW_CLASSBENCH");
	char path[512], traces[512], name[64];
	unsigned int nskipped = 0;
	glob_t found;
	size_t i;

	if (!dir || !*dir)
		dir = TOP "/../shared/data/classbench";
	snprintf(path, sizeof(path), "%s/rules/*.rules*", dir);
	snprintf(traces, sizeof(traces), "%s/traces", dir);
	ktap_begin();
	if (glob(path, 0, NULL, &found)) {
		printf("1..0 # SKIP no rule sets of ClassBench in BRFW_CLASSBENCH, nor in %s\n", dir);
		return 0;
	}
	for (i = 0; i < found.gl_pathc; i++) {
		snprintf(name, sizeof(name), "%s", strrchr(found.gl_pathv[i], '/') + 1);
		*strchr(name, '.') = '\0';
		if (!is_wanted(name, argc, argv)) {
			nskipped++;
			continue;
		}
		test_set(found.gl_pathv[i], traces, name, BRFW_FAMILY_IP4);
		test_set(found.gl_pathv[i], traces, name, BRFW_FAMILY_IP6);
	}
	globfree(&found);
	if (nskipped)
		ktap_note("%u sets left out: the 100k ones take BRFW_FULL=1", nskipped);

	return ktap_end();
}

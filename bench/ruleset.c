// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where rules come from; ruleset.h tells more.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset.h"

/* Bridge ports of the rules of a hypervisor. */
#define B_HYPER_PORTS	1000

void b_die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* ---- random numbers: splitmix64 ---- */

uint64_t b_random(struct b_random *rnd)
{
	uint64_t z = rnd->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;

	return z ^ z >> 31;
}

uint32_t b_random_below(struct b_random *rnd, uint32_t n)
{
	return (b_random(rnd) >> 32) * n >> 32;
}

/* ---- addresses ---- */

/* An IPv4 netmask of that many bits. */
uint32_t b_mask(unsigned int len)
{
	return len ? ~0U << (32 - len) : 0;
}

/* Bit of the IPv6 address that stands for bit @i (1 to 32) of the IPv4 address. */
static unsigned int b_ip6_bit(unsigned int i)
{
	if (i <= 8)
		return 20 + i;
	if (i <= 16)
		return 32 + 2 * (i - 9);
	if (i <= 24)
		return 48 + 2 * (i - 17);
	return 64 + 8 * (i - 24);
}

/**
 * b_map_ip6() - IPv6 address with the same place among others as an IPv4 one
 * @ip6: result
 * @ip4: the address
 *
 * The bits are spread so that prefixes get the lengths that IPv6 has, below
 * 2001::/20.
 */
void b_map_ip6(uint8_t ip6[16], uint32_t ip4)
{
	unsigned int i, bit;

	memset(ip6, 0, 16);
	ip6[0] = 0x20;
	ip6[1] = 0x01;
	for (i = 1; i <= 32; i++) {
		bit = b_ip6_bit(i) - 1;
		if (ip4 >> (32 - i) & 1)
			ip6[bit / 8] |= 0x80 >> bit % 8;
	}
}

unsigned int b_map_ip6_len(unsigned int len)
{
	return len ? b_ip6_bit(len) : 0;
}

/* MAC address by number, counted from 1. */
void b_mac(uint8_t mac[6], unsigned int number)
{
	memcpy(mac, (uint8_t [6]){ 0x02, 0, 0, 1, number >> 8, number }, 6);
}

/* ---- rules ---- */

bool b_rule_is_any(const struct b_rule *r)
{
	return !r->src_len && !r->dst_len && !r->sport[0] && !r->dport[0] &&
	       r->sport[1] == 0xffff && r->dport[1] == 0xffff && r->proto < 0 &&
	       !r->port && !r->smac;
}

bool b_rule_matches(const struct b_rule *r, const struct b_header *h)
{
	return !((r->src ^ h->src) & b_mask(r->src_len)) &&
	       !((r->dst ^ h->dst) & b_mask(r->dst_len)) &&
	       h->sport >= r->sport[0] && h->sport <= r->sport[1] &&
	       h->dport >= r->dport[0] && h->dport <= r->dport[1] &&
	       (r->proto < 0 || r->proto == h->proto) &&
	       !((r->flags ^ h->flags) & r->flags_mask) &&
	       (!r->port || r->port == h->port) &&
	       (!r->smac || r->smac == h->smac);
}

static struct b_rule *b_rules_add(struct b_rules *rules)
{
	struct b_rule *r;

	/* powers of two are full */
	if (!(rules->n & (rules->n - 1))) {
		rules->rule = realloc(rules->rule, (rules->n ? 2 * rules->n : 1) *
				      sizeof(*rules->rule));
		if (!rules->rule)
			b_die("no memory for %zu rules", rules->n);
	}
	r = &rules->rule[rules->n++];
	memset(r, 0, sizeof(*r));
	r->sport[1] = 0xffff;
	r->dport[1] = 0xffff;
	r->proto = -1;

	return r;
}

/* Between 11.0.0.0 and 100.255.255.255, where pktgen sends from and to. */
static uint32_t b_random_ip(struct b_random *rnd)
{
	return (11U << 24) + b_random_below(rnd, 90U << 24);
}

/* Each names one address pair, UDP and one destination port. */
static void b_rules_udp(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 1 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->src = b_random_ip(&rnd);
		r->dst = b_random_ip(&rnd);
		r->src_len = 32;
		r->dst_len = 32;
		r->proto = 17;
		r->dport[0] = 1 + b_random_below(&rnd, 65535);
		r->dport[1] = r->dport[0];
	}
}

/*
 * Each names one of 100 destination addresses and one of n / 100 ports: what
 * pktgen sends to these always finds a rule.
 */
static void b_rules_grid(struct b_rules *rules, size_t n)
{
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->dst = (11U << 24) + (rules->n - 1) % 100;
		r->dst_len = 32;
		r->proto = 17;
		r->dport[0] = 1000 + (rules->n - 1) / 100;
		r->dport[1] = r->dport[0];
	}
}

/* What a set of nftables with intervals can say: prefix . prefix . ports. */
static void b_rules_interval(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 2 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->src_len = 20 + b_random_below(&rnd, 9);
		r->dst_len = 20 + b_random_below(&rnd, 9);
		r->src = b_random_ip(&rnd) & b_mask(r->src_len);
		r->dst = b_random_ip(&rnd) & b_mask(r->dst_len);
		r->proto = 17;
		r->dport[0] = 1 + b_random_below(&rnd, 60000);
		r->dport[1] = r->dport[0] + b_random_below(&rnd, 1000);
	}
}

/* As many rules as masks. */
static void b_rules_masks(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 3 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->src_len = 17 + (rules->n - 1) % 8;
		r->dst_len = 17 + (rules->n - 1) / 8 % 8;
		r->src = b_random_ip(&rnd) & b_mask(r->src_len);
		r->dst = b_random_ip(&rnd) & b_mask(r->dst_len);
		r->proto = 17;
	}
}

/*
 * Of the kind that ClassBench makes: networks in networks, few well-known
 * ports, some ranges, more specific rules first.
 */
static void b_rules_seeded(struct b_rules *rules, size_t n)
{
	static const uint16_t services[] = {
		20, 21, 22, 25, 53, 67, 80, 110, 123, 135, 139, 143, 161, 389,
		443, 445, 636, 750, 993, 1433, 1521, 1645, 1723, 3128, 3306,
		3389, 5060, 5432, 6789, 8080,
	};
	static const uint8_t lens[] = {
		0, 8, 16, 21, 23, 24, 24, 25, 26, 27, 28, 29, 30, 31, 32, 32, 32, 32,
	};
	enum { NETS = 256, PAIRS = 60 };
	uint32_t nets[NETS], pair;
	uint8_t pairs[PAIRS][2];
	struct b_random rnd = { 4 };
	struct b_rule *r;
	size_t i;

	for (i = 0; i < NETS; i++)
		nets[i] = b_random_ip(&rnd) & b_mask(16);
	for (i = 0; i < PAIRS; i++) {
		pairs[i][0] = lens[b_random_below(&rnd, sizeof(lens))];
		pairs[i][1] = lens[b_random_below(&rnd, sizeof(lens))];
		if (pairs[i][0] + pairs[i][1] < 16)
			pairs[i][1] = 32;
	}
	while (rules->n < n) {
		uint32_t kind = b_random_below(&rnd, 100);

		r = b_rules_add(rules);
		pair = b_random_below(&rnd, PAIRS);
		r->src_len = pairs[pair][0];
		r->dst_len = pairs[pair][1];
		r->src = (nets[b_random_below(&rnd, NETS)] |
			  b_random_below(&rnd, 1 << 16)) & b_mask(r->src_len);
		r->dst = (nets[b_random_below(&rnd, NETS)] |
			  b_random_below(&rnd, 1 << 16)) & b_mask(r->dst_len);
		if (kind >= 92)
			continue; /* any protocol */
		r->proto = kind < 60 ? 6 : 17;
		if (kind % 10 < 6) {
			r->dport[0] = services[b_random_below(&rnd,
					sizeof(services) / sizeof(*services))];
			r->dport[1] = r->dport[0];
		} else if (kind % 10 < 8) {
			r->dport[0] = 1024 * b_random_below(&rnd, 8);
			if (b_random_below(&rnd, 2))
				r->dport[1] = r->dport[0] + b_random_below(&rnd, 2000);
		}
		if (!b_random_below(&rnd, 5))
			r->sport[0] = 1024;
	}
}

/*
 * Bridge port p, from 2 on, has address and MAC address number p, and may
 * speak as these to n / 1000 services. The first ports get what is left over.
 */
static void b_rules_hyper(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 5 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->port = 2 + (rules->n - 1) % B_HYPER_PORTS;
		r->smac = r->port;
		r->src = (10U << 24) + r->port;
		r->src_len = 32;
		r->dst_len = 16 + 4 * b_random_below(&rnd, 5);
		r->dst = b_random_ip(&rnd) & b_mask(r->dst_len);
		r->proto = b_random_below(&rnd, 3) ? 6 : 17;
		r->dport[0] = 1 + b_random_below(&rnd, 60000);
		r->dport[1] = r->dport[0];
		if (!b_random_below(&rnd, 4))
			r->dport[1] += b_random_below(&rnd, 1000);
	}
}

/* Bridge port p has ranges of UDP ports and nothing else. */
static void b_rules_hyper_range(struct b_rules *rules, size_t n)
{
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->port = 2 + (rules->n - 1) % B_HYPER_PORTS;
		r->proto = 17;
		r->dport[0] = 600 * ((rules->n - 1) / B_HYPER_PORTS) + r->port % 50;
		r->dport[1] = r->dport[0] + 400;
	}
}

/* Overlapping ranges of both ports and nothing else. */
static void b_rules_ranges(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 6 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->proto = 17;
		r->sport[0] = b_random_below(&rnd, 60000);
		r->sport[1] = r->sport[0] + b_random_below(&rnd, 5000);
		r->dport[0] = b_random_below(&rnd, 60000);
		r->dport[1] = r->dport[0] + b_random_below(&rnd, 5000);
	}
}

/* A random length for each prefix, and any ports. */
static void b_rules_random_masks(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 7 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->src_len = b_random_below(&rnd, 33);
		r->dst_len = b_random_below(&rnd, 33);
		r->src = b_random_ip(&rnd) & b_mask(r->src_len);
		r->dst = b_random_ip(&rnd) & b_mask(r->dst_len);
		r->proto = b_random_below(&rnd, 2) ? 6 : 17;
		if (b_random_below(&rnd, 2))
			r->dport[0] = r->dport[1] = b_random_below(&rnd, 65536);
		else
			r->sport[0] = r->sport[1] = b_random_below(&rnd, 65536);
	}
}

/* Prefixes within prefixes below two networks, the widest last. */
static void b_rules_nested(struct b_rules *rules, size_t n)
{
	struct b_random rnd = { 8 };
	struct b_rule *r;

	while (rules->n < n) {
		r = b_rules_add(rules);
		r->src_len = 32 - (rules->n - 1) * 24 / n;
		r->dst_len = 32 - b_random_below(&rnd, 25);
		r->src = ((11U << 24) + b_random_below(&rnd, 1 << 24)) & b_mask(r->src_len);
		r->dst = ((12U << 24) + b_random_below(&rnd, 1 << 24)) & b_mask(r->dst_len);
		r->proto = 17;
		r->dport[0] = b_random_below(&rnd, 4096);
	}
}

static const struct {
	const char *name;
	void (*make)(struct b_rules *rules, size_t n);
} b_makers[] = {
	{ "udp", b_rules_udp },
	{ "grid", b_rules_grid },
	{ "interval", b_rules_interval },
	{ "masks", b_rules_masks },
	{ "seeded", b_rules_seeded },
	{ "hyper", b_rules_hyper },
	{ "hyper-range", b_rules_hyper_range },
	{ "ranges", b_rules_ranges },
	{ "random-masks", b_rules_random_masks },
	{ "nested", b_rules_nested },
};

const char b_sources[] =
	"  file:PATH   rules in the form of ClassBench\n"
	"  udp:N       source address, destination address, udp, destination port\n"
	"  grid:N      destination address (one of 100), udp, destination port\n"
	"  interval:N  source prefix, destination prefix, udp, range of ports\n"
	"  masks:N     source prefix, destination prefix, udp; N masks, at most 64\n"
	"  seeded:N    like those of ClassBench\n"
	"  hyper:N     of 1,000 bridge ports, with MAC address, address, services\n"
	"  hyper-range:N   of 1,000 bridge ports, each with ranges of UDP ports\n"
	"  ranges:N    two ranges of UDP ports\n"
	"  random-masks:N  prefixes of random lengths, one port\n"
	"  nested:N    prefixes within prefixes\n";

/* ---- ClassBench files ---- */

static uint32_t b_ip4(const unsigned int ip[4])
{
	return ip[0] << 24 | ip[1] << 16 | ip[2] << 8 | ip[3];
}

static void b_rules_read(struct b_rules *rules, const char *path)
{
	unsigned int s[5], d[5], sp[2], dp[2], proto[2], flags[2];
	char line[256];
	struct b_rule *r;
	FILE *f;

	f = fopen(path, "r");
	if (!f)
		b_die("cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "@%u.%u.%u.%u/%u %u.%u.%u.%u/%u %u : %u %u : %u %x/%x %x/%x",
			   s, s + 1, s + 2, s + 3, s + 4, d, d + 1, d + 2, d + 3, d + 4,
			   sp, sp + 1, dp, dp + 1, proto, proto + 1, flags, flags + 1) != 18)
			b_die("%s: line %zu is no rule", path, rules->n + 1);
		r = b_rules_add(rules);
		r->src_len = s[4];
		r->dst_len = d[4];
		r->src = b_ip4(s) & b_mask(r->src_len);
		r->dst = b_ip4(d) & b_mask(r->dst_len);
		memcpy(r->sport, (uint16_t [2]){ sp[0], sp[1] }, sizeof(r->sport));
		memcpy(r->dport, (uint16_t [2]){ dp[0], dp[1] }, sizeof(r->dport));
		r->proto = proto[1] ? (int)proto[0] : -1;
		r->flags_mask = r->proto == 6 || r->proto == 1 ? flags[1] : 0;
		r->flags = flags[0] & r->flags_mask;
	}
	fclose(f);
}

/* ---- what all sources have in common ---- */

static uint64_t b_rule_hash(const struct b_rule *r)
{
	struct b_random rnd = { 0 };
	const uint8_t *p = (const uint8_t *)r;
	size_t i;

	for (i = 0; i < sizeof(*r); i++) {
		rnd.state ^= p[i];
		rnd.state = b_random(&rnd);
	}

	return rnd.state;
}

/* Keeps the first of equal rules. Padding is zero, see b_rules_add(). */
static void b_rules_remove_equal(struct b_rules *rules)
{
	size_t size = 4, i, n = 0, *seen, at;

	while (size < 2 * rules->n)
		size *= 2;
	seen = calloc(size, sizeof(*seen));
	if (!seen)
		b_die("no memory for %zu rules", rules->n);
	for (i = 0; i < rules->n; i++) {
		at = b_rule_hash(&rules->rule[i]) & (size - 1);
		while (seen[at] && memcmp(&rules->rule[seen[at] - 1],
					  &rules->rule[i], sizeof(*rules->rule)))
			at = (at + 1) & (size - 1);
		if (seen[at])
			continue;
		rules->rule[n] = rules->rule[i];
		seen[at] = ++n;
	}
	rules->n = n;
	free(seen);
}

void b_rules_remove_any(struct b_rules *rules)
{
	size_t i, n = 0;

	for (i = 0; i < rules->n; i++)
		if (!b_rule_is_any(&rules->rule[i]))
			rules->rule[n++] = rules->rule[i];
	rules->n = n;
}

void b_rules_get(struct b_rules *rules, const char *source)
{
	const char *arg = strchr(source, ':');
	size_t i, n;

	memset(rules, 0, sizeof(*rules));
	if (!arg)
		b_die("no ':' in '%s'", source);
	n = arg++ - source;
	if (!strncmp(source, "file:", 5)) {
		b_rules_read(rules, arg);
	} else {
		for (i = 0; i < sizeof(b_makers) / sizeof(*b_makers); i++)
			if (strlen(b_makers[i].name) == n &&
			    !strncmp(source, b_makers[i].name, n))
				break;
		if (i == sizeof(b_makers) / sizeof(*b_makers))
			b_die("no rules are called '%s'; there are\n%s", source, b_sources);
		b_makers[i].make(rules, strtoul(arg, NULL, 0));
	}
	b_rules_remove_equal(rules);
	if (!rules->n)
		b_die("'%s' has no rules", source);
}

/* ---- headers ---- */

static uint16_t b_corner16(struct b_random *rnd, const uint16_t range[2])
{
	return range[b_random_below(rnd, 2)];
}

static uint16_t b_inside16(struct b_random *rnd, const uint16_t range[2])
{
	return range[0] + b_random_below(rnd, range[1] - range[0] + 1U);
}

static void b_header_random(struct b_header *h, struct b_random *rnd)
{
	memset(h, 0, sizeof(*h));
	h->src = b_random(rnd);
	h->dst = b_random(rnd);
	h->sport = b_random(rnd);
	h->dport = b_random(rnd);
	h->flags = b_random(rnd);
	h->proto = b_random_below(rnd, 2) ? 6 : 17;
}

/* What the rule says, and elsewhere what the header had. */
static void b_header_meet(struct b_header *h, const struct b_rule *r,
			  struct b_random *rnd, bool corner)
{
	uint32_t fill[2] = { b_random(rnd), b_random(rnd) };

	if (corner) {
		fill[0] = b_random_below(rnd, 2) ? ~0U : 0;
		fill[1] = b_random_below(rnd, 2) ? ~0U : 0;
	}
	h->src = r->src | (fill[0] & ~b_mask(r->src_len));
	h->dst = r->dst | (fill[1] & ~b_mask(r->dst_len));
	h->sport = corner ? b_corner16(rnd, r->sport) : b_inside16(rnd, r->sport);
	h->dport = corner ? b_corner16(rnd, r->dport) : b_inside16(rnd, r->dport);
	if (r->proto >= 0)
		h->proto = r->proto;
	h->flags = (h->flags & ~r->flags_mask) | r->flags;
	h->port = r->port;
	h->smac = r->smac;
}

static void b_header_make(struct b_header *h, const struct b_rules *rules,
			  struct b_random *rnd, bool matched)
{
	const struct b_rule *r;
	uint32_t kind = matched ? b_random_below(rnd, 8) : 8 + b_random_below(rnd, 2);
	uint32_t src;

	do {
		r = &rules->rule[b_random_below(rnd, rules->n)];
	} while (b_rule_is_any(r));
	b_header_random(h, rnd);
	h->port = r->port;
	h->smac = r->smac;
	src = h->src;
	if (kind < 8) {
		b_header_meet(h, r, rnd, kind < 5);
	} else if (kind == 9) {
		b_header_meet(h, r, rnd, false);
		h->src = src;
	}
}

static bool b_header_read(struct b_header *h, FILE *f, const char *path)
{
	unsigned int v[6];
	char line[128];

	if (!fgets(line, sizeof(line), f))
		return false;
	if (sscanf(line, "%u %u %u %u %u %x", v, v + 1, v + 2, v + 3, v + 4, v + 5) != 6)
		b_die("%s: not the headers of a trace", path);
	*h = (struct b_header){
		.src = v[0], .dst = v[1], .sport = v[2], .dport = v[3],
		.proto = v[4], .flags = v[5],
	};

	return true;
}

static bool b_header_is_matched(const struct b_header *h,
				const struct b_rules *rules)
{
	size_t i;

	for (i = 0; i < rules->n; i++)
		if (b_rule_matches(&rules->rule[i], h) &&
		    !b_rule_is_any(&rules->rule[i]))
			return true;

	return false;
}

static void b_headers_alloc(struct b_headers *headers, size_t n)
{
	headers->n = 0;
	headers->header = calloc(n, sizeof(*headers->header));
	if (!headers->header)
		b_die("no memory for %zu headers", n);
}

static void b_headers_read(struct b_headers *headers, const struct b_rules *rules,
			   const char *trace, bool matched, size_t n)
{
	struct b_header h;
	FILE *f;

	f = fopen(trace, "r");
	if (!f)
		b_die("cannot open %s", trace);
	while (headers->n < n && b_header_read(&h, f, trace))
		if (b_header_is_matched(&h, rules) == matched)
			headers->header[headers->n++] = h;
	fclose(f);
}

static void b_headers_make(struct b_headers *headers, const struct b_rules *rules,
			   bool matched, size_t n)
{
	struct b_random rnd = { 9 };
	size_t tries = 3 * n;
	struct b_header h;

	while (headers->n < n && tries--) {
		b_header_make(&h, rules, &rnd, matched);
		if (matched || !b_header_is_matched(&h, rules))
			headers->header[headers->n++] = h;
	}
}

void b_headers_get(struct b_headers *headers, const struct b_rules *rules,
		   const char *trace, bool matched, size_t n)
{
	b_headers_alloc(headers, n);
	if (trace)
		b_headers_read(headers, rules, trace, matched, n);
	else
		b_headers_make(headers, rules, matched, n);
	if (!headers->n)
		b_die("no header is %smatched", matched ? "" : "un");
}

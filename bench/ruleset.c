// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where rules come from; ruleset.h tells more.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset.h"

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

static uint32_t b_mask(unsigned int len)
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
 * 2001:d00::/20.
 */
void b_map_ip6(uint8_t ip6[16], uint32_t ip4)
{
	unsigned int i, bit;

	memset(ip6, 0, 16);
	ip6[0] = 0x20;
	ip6[1] = 0x01;
	ip6[2] = 0x0d;
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

/* ---- rules ---- */

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
	r->line = rules->n - 1;

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

static const struct {
	const char *name;
	void (*make)(struct b_rules *rules, size_t n);
} b_makers[] = {
	{ "udp", b_rules_udp },
	{ "grid", b_rules_grid },
	{ "interval", b_rules_interval },
	{ "masks", b_rules_masks },
};

const char b_sources[] =
	"  udp:N       source address, destination address, udp, destination port\n"
	"  grid:N      destination address (one of 100), udp, destination port\n"
	"  interval:N  source prefix, destination prefix, udp, range of ports\n"
	"  masks:N     source prefix, destination prefix, udp; N masks, at most 64\n";

void b_rules_get(struct b_rules *rules, const char *source)
{
	const char *arg = strchr(source, ':');
	size_t i;

	memset(rules, 0, sizeof(*rules));
	if (!arg)
		b_die("no ':' in '%s'", source);
	for (i = 0; i < sizeof(b_makers) / sizeof(*b_makers); i++)
		if (!strncmp(source, b_makers[i].name, arg - source) &&
		    !b_makers[i].name[arg - source])
			break;
	if (i == sizeof(b_makers) / sizeof(*b_makers))
		b_die("no rules are called '%s'; there are\n%s", source, b_sources);
	b_makers[i].make(rules, strtoul(arg + 1, NULL, 0));
	if (!rules->n)
		b_die("'%s' has no rules", source);
}

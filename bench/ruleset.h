/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule sets and packet headers for benchmarks: read from ClassBench files or
 * made from a seed, the same on each machine.
 */
#ifndef BENCH_RULESET_H
#define BENCH_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct b_rule - one rule
 * @src: source address, in host byte order
 * @dst: destination address
 * @src_len: length of its prefix
 * @dst_len: likewise
 * @sport: first and last source port
 * @dport: first and last destination port
 * @proto: IP protocol, or -1 for any
 * @flags: TCP flags in the upper byte, or ICMP type and code
 * @flags_mask: bits of @flags that are compared
 * @port: number of the bridge port, or 0 for any
 * @smac: number of the source MAC address, or 0 for any
 */
struct b_rule {
	uint32_t src;
	uint32_t dst;
	uint8_t src_len;
	uint8_t dst_len;
	uint16_t sport[2];
	uint16_t dport[2];
	int proto;
	uint16_t flags;
	uint16_t flags_mask;
	uint16_t port;
	uint16_t smac;
};

/**
 * struct b_header - one packet
 * @src: source address, in host byte order
 * @dst: destination address
 * @sport: source port
 * @dport: destination port
 * @flags: as in struct b_rule
 * @proto: IP protocol
 * @port: number of the bridge port that it comes in by, or 0
 * @smac: number of the source MAC address, or 0
 */
struct b_header {
	uint32_t src;
	uint32_t dst;
	uint16_t sport;
	uint16_t dport;
	uint16_t flags;
	uint8_t proto;
	uint16_t port;
	uint16_t smac;
};

struct b_rules {
	struct b_rule *rule;
	size_t n;
};

struct b_headers {
	struct b_header *header;
	size_t n;
};

/** struct b_random - random numbers, the same on each machine for one seed */
struct b_random {
	uint64_t state;
};

uint64_t b_random(struct b_random *rnd);
uint32_t b_random_below(struct b_random *rnd, uint32_t n);

/*
 * Rules by name; b_sources tells which there are. Two rules with equal
 * conditions become one, since brfw refuses the second. Ends the program when
 * there are none to be had.
 */
extern const char b_sources[];
void b_rules_get(struct b_rules *rules, const char *source);

/* Without the rules that match everything, so that something is unmatched. */
void b_rules_remove_any(struct b_rules *rules);

bool b_rule_is_any(const struct b_rule *r);
bool b_rule_matches(const struct b_rule *r, const struct b_header *h);

/*
 * Headers for rules, n at most, matched ones or those that no rule matches;
 * rules that match everything don't count. They come from a trace file or, when
 * there is none, are made: matched ones are corners of a random rule (five of
 * eight) or anywhere within one, unmatched ones random, half of them with a
 * destination that a rule has. No two neighbours have to do with each other.
 * Ends the program when there are none.
 */
void b_headers_get(struct b_headers *headers, const struct b_rules *rules,
		   const char *trace, bool matched, size_t n);

uint32_t b_mask(unsigned int len);
void b_mac(uint8_t mac[6], unsigned int number);
void b_map_ip6(uint8_t ip6[16], uint32_t ip4);
unsigned int b_map_ip6_len(unsigned int len);

void __attribute__((noreturn, format(printf, 1, 2))) b_die(const char *fmt, ...);

#endif /* BENCH_RULESET_H */

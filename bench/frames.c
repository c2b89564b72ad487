// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames: writes frames for a rule set, for /sys/kernel/debug/brfw_bench/frames.
 *
 *   frames [-6] [-n COUNT] [-t TRACE] SOURCE matched|unmatched
 *
 * A frame is 16 bits of the number of the bridge port that it comes in by,
 * 16 bits of its length, both in host byte order, and its bytes. With -6 IPv4
 * becomes IPv6.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ruleset.h"

#define PAYLOAD		40

static bool ip6;

static uint8_t *put(uint8_t *p, const void *data, size_t size)
{
	memcpy(p, data, size);
	return p + size;
}

static uint8_t *put16(uint8_t *p, unsigned int v)
{
	return put(p, (uint8_t [2]){ v >> 8, v }, 2);
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v & 0xffff);
}

static uint16_t checksum(const uint8_t *p, size_t size)
{
	uint32_t sum = 0;

	for (; size; p += 2, size -= 2)
		sum += p[0] << 8 | p[1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	return ~sum;
}

static uint8_t *put_ip4(uint8_t *p, const struct b_header *h)
{
	uint8_t *begin = p;

	p = put16(p, 0x4500);
	p = put16(p, 20 + PAYLOAD);
	p = put32(p, 0x4000); /* don't fragment */
	p = put16(p, 64 << 8 | h->proto);
	p = put16(p, 0);
	p = put32(p, h->src);
	p = put32(p, h->dst);
	put16(begin + 10, checksum(begin, 20));

	return p;
}

static uint8_t *put_ip6(uint8_t *p, const struct b_header *h)
{
	uint8_t address[16];

	p = put32(p, 6U << 28);
	p = put16(p, PAYLOAD);
	p = put16(p, (h->proto == 1 ? 58 : h->proto) << 8 | 64);
	b_map_ip6(address, h->src);
	p = put(p, address, 16);
	b_map_ip6(address, h->dst);

	return put(p, address, 16);
}

/* The rest of the payload is zero. */
static void put_l4(uint8_t *p, const struct b_header *h)
{
	memset(p, 0, PAYLOAD);
	if (h->proto == 6) {
		p = put16(put16(p, h->sport), h->dport);
		p += 8;
		put16(p, 5 << 12 | h->flags >> 8);
	} else if (h->proto == 17) {
		p = put16(put16(p, h->sport), h->dport);
		put16(p, PAYLOAD);
	} else if (h->proto == 1) {
		put16(p, h->flags);
	}
}

static void write_frame(const struct b_header *h)
{
	static const uint8_t dmac[6] = { 0x02, 0, 0, 0, 0, 0x02 };
	static const uint8_t smac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
	uint8_t frame[14 + 40 + PAYLOAD], mac[6];
	uint8_t *p = put(frame, dmac, 6);
	uint16_t head[2];

	b_mac(mac, h->smac);
	p = put(p, h->smac ? mac : smac, 6);
	p = put16(p, ip6 ? 0x86dd : 0x0800);
	p = ip6 ? put_ip6(p, h) : put_ip4(p, h);
	put_l4(p, h);
	head[0] = h->port;
	head[1] = p + PAYLOAD - frame;
	fwrite(head, sizeof(head), 1, stdout);
	fwrite(frame, head[1], 1, stdout);
}

/* Numbers that are headers of IPv6 itself there. */
static bool has_ip6(const struct b_header *h)
{
	static const uint8_t protos[] = { 0, 43, 44, 51, 58, 59, 60, 135, 139, 140 };

	return !memchr(protos, h->proto, sizeof(protos));
}

int main(int argc, char **argv)
{
	const char *trace = NULL;
	struct b_headers headers;
	struct b_rules rules;
	size_t i, n = 5000;
	int option;

	while ((option = getopt(argc, argv, "6n:t:")) != -1)
		if (option == '6')
			ip6 = true;
		else if (option == 'n')
			n = strtoul(optarg, NULL, 0);
		else if (option == 't')
			trace = optarg;
		else
			return 2;
	if (argc - optind != 2)
		b_die("usage: frames [-6] [-n COUNT] [-t TRACE] SOURCE matched|unmatched; sources are\n%s",
		      b_sources);
	b_rules_get(&rules, argv[optind]);
	b_headers_get(&headers, &rules, trace, !strcmp(argv[optind + 1], "matched"), n);
	for (i = 0; i < headers.n; i++)
		if (!ip6 || has_ip6(&headers.header[i]))
			write_frame(&headers.header[i]);
	if (fflush(stdout))
		b_die("cannot write");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules: prints a rule set in the language of one of the firewalls compared.
 *
 *   rules SOURCE FORMAT
 *
 * FORMAT is
 *   fwctl       for "fwctl ruleset load"
 *   nft         plain rules of chain forward of table bridge bench
 *   nft-exact   elements "address . port" of a set there
 *   nft-range   elements "prefix . prefix . ports"
 *   ebtables    for ebtables-restore
 *   flower      for "tc -b", on device d0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset.h"

static const char *ip4(char *out, uint32_t ip)
{
	sprintf(out, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
		ip & 255);
	return out;
}

static const char *prefix(char *out, uint32_t ip, unsigned int len)
{
	ip4(out, ip);
	if (len < 32)
		sprintf(out + strlen(out), "/%u", len);
	return out;
}

/* ---- rules ---- */

static void print_ports(const char *word, const uint16_t ports[2],
			const char *dash)
{
	if (ports[0] == ports[1])
		printf("%s%u", word, ports[0]);
	else if (ports[0] || ports[1] != 0xffff)
		printf("%s%u%s%u", word, ports[0], dash, ports[1]);
}

static void print_fwctl(const struct b_rule *r)
{
	char ip[32];

	printf("rule add");
	if (r->src_len)
		printf(" saddr %s", prefix(ip, r->src, r->src_len));
	if (r->dst_len)
		printf(" daddr %s", prefix(ip, r->dst, r->dst_len));
	if (r->proto >= 0)
		printf(" proto %u", r->proto);
	print_ports(" sport ", r->sport, "-");
	print_ports(" dport ", r->dport, "-");
	puts(" accept");
}

static void print_nft(const struct b_rule *r)
{
	char ip[32];

	printf("add rule bridge bench forward");
	if (r->src_len)
		printf(" ip saddr %s", prefix(ip, r->src, r->src_len));
	if (r->dst_len)
		printf(" ip daddr %s", prefix(ip, r->dst, r->dst_len));
	print_ports(" udp dport ", r->dport, "-");
	puts(" counter accept");
}

static void print_ebtables(const struct b_rule *r)
{
	char ip[32];

	printf("-A FORWARD -p IPv4");
	if (r->src_len)
		printf(" --ip-src %s", prefix(ip, r->src, r->src_len));
	if (r->dst_len)
		printf(" --ip-dst %s", prefix(ip, r->dst, r->dst_len));
	printf(" --ip-proto udp");
	print_ports(" --ip-dport ", r->dport, ":");
	puts(" -j ACCEPT");
}

static void print_flower(const struct b_rule *r)
{
	char ip[32];

	printf("filter add dev d0 ingress protocol ip pref 1 flower ip_proto udp");
	if (r->src_len)
		printf(" src_ip %s", prefix(ip, r->src, r->src_len));
	if (r->dst_len)
		printf(" dst_ip %s", prefix(ip, r->dst, r->dst_len));
	print_ports(" dst_port ", r->dport, "-");
	puts(" action pass");
}

/* ---- elements of sets ---- */

static void print_nft_exact(const struct b_rule *r)
{
	char ip[32];

	printf("%s . %u,\n", ip4(ip, r->dst), r->dport[0]);
}

static void print_nft_range(const struct b_rule *r)
{
	char src[32], dst[32];

	printf("%s . %s . %u-%u,\n", prefix(src, r->src, r->src_len),
	       prefix(dst, r->dst, r->dst_len), r->dport[0], r->dport[1]);
}

static const struct {
	const char *name;
	void (*print)(const struct b_rule *r);
	const char *head;
	const char *tail;
} formats[] = {
	{ .name = "fwctl", .print = print_fwctl },
	{ .name = "nft", .print = print_nft },
	{ .name = "nft-exact", .print = print_nft_exact,
	  .head = "add element bridge bench exact {\n", .tail = "}\n" },
	{ .name = "nft-range", .print = print_nft_range,
	  .head = "add element bridge bench range {\n", .tail = "}\n" },
	{ .name = "ebtables", .print = print_ebtables,
	  .head = "*filter\n:FORWARD ACCEPT\n" },
	{ .name = "flower", .print = print_flower },
};

static void print_string(const char *s)
{
	if (s)
		fputs(s, stdout);
}

int main(int argc, char **argv)
{
	struct b_rules rules;
	size_t i, f;

	if (argc != 3)
		b_die("usage: rules SOURCE FORMAT; sources are\n%s", b_sources);
	for (f = 0; f < sizeof(formats) / sizeof(*formats); f++)
		if (!strcmp(argv[2], formats[f].name))
			break;
	if (f == sizeof(formats) / sizeof(*formats))
		b_die("no format '%s'", argv[2]);
	b_rules_get(&rules, argv[1]);
	print_string(formats[f].head);
	for (i = 0; i < rules.n; i++)
		formats[f].print(&rules.rule[i]);
	print_string(formats[f].tail);
	if (fflush(stdout))
		b_die("cannot write");
	return 0;
}

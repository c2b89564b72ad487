// SPDX-License-Identifier: GPL-2.0-only
/*
 * rules: prints a rule set in the language of one of the firewalls compared.
 *
 *   rules [-6] [-r] SOURCE FORMAT
 *
 * With -6 IPv4 becomes IPv6 (fwctl only), with -r rules that match everything
 * are left out. FORMAT is
 *   fwctl       for "fwctl ruleset load"
 *   nft         plain rules of chain forward of table bridge bench
 *   nft-exact   elements "address . port" of a set there
 *   nft-range   elements "prefix . prefix . ports"
 *   nft-prefixes  elements that are prefixes, of as many as there are rules
 *   fwctl-exact, fwctl-prefixes   the same as sets of brfw, with a rule each
 *   fwctl-sets  as many sets as there are rules, with ten addresses and a rule
 *		 each
 *   ebtables    for ebtables-restore
 *   flower      for "tc -b", on device d0
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ruleset.h"

static bool ip6;

static const char *ip4(char *out, uint32_t ip)
{
	sprintf(out, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
		ip & 255);
	return out;
}

static const char *prefix6(char *out, uint32_t ip, unsigned int len)
{
	uint8_t address[16];
	char text[INET6_ADDRSTRLEN];

	b_map_ip6(address, ip);
	inet_ntop(AF_INET6, address, text, sizeof(text));
	sprintf(out, "%s/%u", text, b_map_ip6_len(len));
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

static void print_fwctl_address(const char *word, uint32_t ip, unsigned int len)
{
	char text[64];

	if (len)
		printf(" %s %s", word, ip6 ? prefix6(text, ip, len) : prefix(text, ip, len));
}

/* Flags in the order of their bits. */
static void print_flags(uint8_t flags)
{
	static const char *const names[] = {
		"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr",
	};
	const char *comma = "";
	int i;

	if (!flags)
		printf("none");
	for (i = 0; i < 8; i++)
		if (flags >> i & 1) {
			printf("%s%s", comma, names[i]);
			comma = ",";
		}
}

static void print_fwctl_flags(const struct b_rule *r)
{
	const char *icmp = ip6 ? "icmpv6" : "icmp";

	if (r->proto == 6 && r->flags_mask >> 8) {
		printf(" tcp-flags ");
		print_flags(r->flags >> 8);
		putchar('/');
		print_flags(r->flags_mask >> 8);
	} else if (r->proto == 1 && r->flags_mask) {
		printf(" %s-type %u", icmp, r->flags >> 8);
		if (r->flags_mask & 255)
			printf(" %s-code %u", icmp, r->flags & 255);
	}
}

/* Without any other condition -6 makes no difference. */
static void print_fwctl(const struct b_rule *r)
{
	printf("rule add");
	if (r->port)
		printf(" in d%u", r->port);
	if (r->smac) {
		uint8_t mac[6];

		b_mac(mac, r->smac);
		printf(" smac %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		       mac[2], mac[3], mac[4], mac[5]);
	}
	print_fwctl_address("saddr", r->src, r->src_len);
	print_fwctl_address("daddr", r->dst, r->dst_len);
	if (r->proto >= 0)
		printf(" proto %d", ip6 && r->proto == 1 ? 58 : r->proto);
	print_ports(" sport ", r->sport, "-");
	print_ports(" dport ", r->dport, "-");
	print_fwctl_flags(r);
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

static void print_fwctl_exact(const struct b_rule *r)
{
	char ip[32];

	printf("set add-element exact %s . %u\n", ip4(ip, r->dst), r->dport[0]);
}

/* Prefixes of 16 to 32 bits, none in another. */
static void print_prefix(const char *before, const char *after)
{
	static unsigned int n;

	printf("%s%u.%u.0.0/%u%s", before, 11 + n % 90, n / 90, 16 + n % 17, after);
	n++;
}

static void print_nft_prefix(const struct b_rule *r)
{
	(void)r;
	print_prefix("", ",\n");
}

static void print_fwctl_prefix(const struct b_rule *r)
{
	(void)r;
	print_prefix("set add-element prefixes ", "\n");
}

static void print_fwctl_set(const struct b_rule *r)
{
	static unsigned int set, address;
	unsigned int i;
	char ip[32];

	(void)r;
	printf("set add s%u type ipv4_addr\n", ++set);
	for (i = 0; i < 10; i++)
		printf("set add-element s%u %s\n", set, ip4(ip, ++address * 2654435761U));
	printf("rule add prio %u daddr @s%u proto udp accept\n", set, set);
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
	{ .name = "nft-prefixes", .print = print_nft_prefix,
	  .head = "add element bridge bench prefixes {\n", .tail = "}\n" },
	{ .name = "fwctl-exact", .print = print_fwctl_exact,
	  .head = "set add exact type ipv4_addr . inet_port\n",
	  .tail = "rule add daddr . dport @exact proto udp accept\n" },
	{ .name = "fwctl-prefixes", .print = print_fwctl_prefix,
	  .head = "set add prefixes type ipv4_addr\n",
	  .tail = "rule add daddr @prefixes proto udp accept\n" },
	{ .name = "fwctl-sets", .print = print_fwctl_set },
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
	bool without_any = false;
	struct b_rules rules;
	size_t i, f;
	int option;

	while ((option = getopt(argc, argv, "6r")) != -1)
		if (option == '6')
			ip6 = true;
		else if (option == 'r')
			without_any = true;
		else
			return 2;
	if (argc - optind != 2)
		b_die("usage: rules [-6] [-r] SOURCE FORMAT; sources are\n%s", b_sources);
	for (f = 0; f < sizeof(formats) / sizeof(*formats); f++)
		if (!strcmp(argv[optind + 1], formats[f].name))
			break;
	if (f == sizeof(formats) / sizeof(*formats))
		b_die("no format '%s'", argv[optind + 1]);
	b_rules_get(&rules, argv[optind]);
	if (without_any)
		b_rules_remove_any(&rules);
	print_string(formats[f].head);
	for (i = 0; i < rules.n; i++)
		formats[f].print(&rules.rule[i]);
	print_string(formats[f].tail);
	if (fflush(stdout))
		b_die("cannot write");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * differ: random rules that brfw and nftables can both express, and random
 * frames through a bridge with each of them.
 *
 *   differ rules SEED N FWCTL NFT
 *       writes N rules to both files, in the language of each
 *   differ frames SEED N TXNETNS RXNETNS TXNETNS RXNETNS
 *       sends N frames by eth0 of the first namespace of each pair and compares
 *       what comes out of eth0 of the second; prints "same N PASSED", or the
 *       first frame that was treated differently, and ends with status 1
 *
 * Rules and frames take values from the same small pools, so that rules match.
 * Frames are complete, with at most one tag and without later fragments: what
 * nftables doesn't look into can't be compared.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"
#include "packet.h"
#include "random.h"

/** MAX_FRAME - longest frame in bytes */
#define MAX_FRAME	200

/** BATCH - frames between two sentinels */
#define BATCH		32

/** WAIT_MS - time that a sentinel may take */
#define WAIT_MS		20000

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "differ: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- values ---- */

static unsigned int pool_port(void)
{
	static const unsigned int ports[] = { 0, 1, 53, 80, 1023, 1024, 5000, 65535 };

	return one_in(3) ? below(65536) : ports[below(8)];
}

static void pool_ip4(uint8_t ip[4])
{
	static const uint8_t bytes[] = { 0, 1, 2, 127, 128, 255 };
	int i;

	ip[0] = one_in(2) ? 10 : 192;
	for (i = 1; i < 4; i++)
		ip[i] = bytes[below(6)];
}

static void pool_ip6(uint8_t ip[16])
{
	static const uint8_t bytes[] = { 0, 1, 0x80, 0xff };
	int i;

	memcpy(ip, "\x20\x01\x0d\xb8", 4);
	for (i = 4; i < 16; i++)
		ip[i] = i < 8 || i == 15 ? bytes[below(4)] : 0;
}

static void pool_mac(uint8_t mac[6])
{
	memcpy(mac, "\x02\0\0\0\x0a", 5);
	mac[5] = 1 + below(3);
}

static unsigned int pool_vlan(void)
{
	return 1 + below(4);
}

/* ---- rules: each condition in both languages ---- */

/**
 * struct rule - a rule in the making
 * @fw: of fwctl
 * @nft: of nft
 */
struct rule {
	char fw[512];
	char nft[512];
};

static void __attribute__((format(printf, 2, 3))) add(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, 512 - len, format, args);
	va_end(args);
}

/* Whether a condition is negated, said in both languages. */
struct negation {
	const char *fw;
	const char *nft;
};

static struct negation negation(void)
{
	return one_in(6) ? (struct negation){ " not", "!= " } : (struct negation){ "", "" };
}

static void add_mac(struct rule *r, const char *fw, const char *nft)
{
	struct negation no = negation();
	char text[24];
	uint8_t mac[6];

	pool_mac(mac);
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	add(r->fw, "%s %s %s", no.fw, fw, text);
	add(r->nft, " %s %s%s", nft, no.nft, text);
}

static void add_number(struct rule *r, const char *fw, const char *nft, unsigned int first,
		       unsigned int last)
{
	struct negation no = negation();

	add(r->fw, "%s %s %u", no.fw, fw, first);
	add(r->nft, " %s %s%u", nft, no.nft, first);
	if (last > first) {
		add(r->fw, "-%u", last);
		add(r->nft, "-%u", last);
	}
}

static void add_range(struct rule *r, const char *fw, const char *nft, unsigned int a,
		      unsigned int b)
{
	if (one_in(2))
		b = a;
	add_number(r, fw, nft, a < b ? a : b, a < b ? b : a);
}

static void add_address(struct rule *r, int family, const char *fw, const char *nft)
{
	struct negation no = negation();
	char text[INET6_ADDRSTRLEN];
	unsigned int i, len, bits = family == AF_INET ? 32 : 128;
	uint8_t ip[16] = { 0 };

	if (family == AF_INET)
		pool_ip4(ip);
	else
		pool_ip6(ip);
	len = one_in(2) ? bits : family == AF_INET ? 8 + below(25) : 32 + below(97);
	for (i = len; i < bits; i++)
		ip[i / 8] &= ~(0x80 >> i % 8);
	inet_ntop(family, ip, text, sizeof(text));
	add(r->fw, "%s %s %s/%u", no.fw, fw, text, len);
	add(r->nft, " %s %s %s%s/%u", family == AF_INET ? "ip" : "ip6", nft, no.nft, text, len);
}

static void add_ports(struct rule *r, const char *proto)
{
	char nft[16];

	if (one_in(3)) {
		snprintf(nft, sizeof(nft), "%s sport", proto);
		add_range(r, "sport", nft, pool_port(), pool_port());
	}
	if (!one_in(3)) {
		snprintf(nft, sizeof(nft), "%s dport", proto);
		add_range(r, "dport", nft, pool_port(), pool_port());
	}
}

static void add_tcp_flags(struct rule *r)
{
	static const char *const names[] = { "fin", "syn", "rst", "psh", "ack", "urg" };
	const char *separator = "";
	unsigned int mask, value, i;

	do {
		mask = below(64);
	} while (!mask);
	value = below(64) & mask;
	if (!value)
		return;
	add(r->fw, " tcp-flags ");
	for (i = 0; i < 12; i++) {
		if (i == 6) {
			add(r->fw, "/");
			separator = "";
		}
		if (!((i < 6 ? value : mask) & (1U << i % 6)))
			continue;
		add(r->fw, "%s%s", separator, names[i % 6]);
		separator = ",";
	}
	add(r->nft, " tcp flags & 0x%02x == 0x%02x", mask, value);
}

static void add_proto(struct rule *r, int family)
{
	switch (below(4)) {
	case 0:
		add(r->fw, " proto tcp");
		add(r->nft, " meta l4proto tcp");
		add_ports(r, "tcp");
		if (one_in(3))
			add_tcp_flags(r);
		break;
	case 1:
		add(r->fw, " proto udp");
		add(r->nft, " meta l4proto udp");
		add_ports(r, "udp");
		break;
	case 2:
		if (family == AF_INET6) {
			add(r->fw, " proto icmpv6");
			add(r->nft, " meta l4proto ipv6-icmp");
			if (one_in(2))
				add_number(r, "icmpv6-type", "icmpv6 type", 128 + below(2), 0);
		} else if (family == AF_INET) {
			add(r->fw, " proto icmp");
			add(r->nft, " meta l4proto icmp");
			if (one_in(2))
				add_number(r, "icmp-type", "icmp type", below(2) * 8, 0);
		}
		break;
	default:
		break;
	}
}

static void rule_make(struct rule *r)
{
	int family = one_in(3) ? AF_INET6 : AF_INET;

	*r->fw = *r->nft = '\0';
	if (one_in(5))
		add_mac(r, "smac", "ether saddr");
	if (one_in(6))
		add_mac(r, "dmac", "ether daddr");
	if (one_in(4))
		add_range(r, "vlan", "vlan id", pool_vlan(), pool_vlan());
	if (one_in(8)) {
		add_number(r, "arp-op", "arp operation", 1 + below(2), 0);
		return;
	}
	if (one_in(2))
		add_address(r, family, "saddr", "saddr");
	if (one_in(2))
		add_address(r, family, "daddr", "daddr");
	if (!strstr(r->fw, "addr")) {
		add_proto(r, AF_UNSPEC);
		return;
	}
	if (one_in(6))
		add_range(r, "ttl", family == AF_INET ? "ip ttl" : "ip6 hoplimit", below(4), below(4));
	if (one_in(6))
		add_number(r, "dscp", family == AF_INET ? "ip dscp" : "ip6 dscp", below(4), 0);
	if (family == AF_INET && one_in(6))
		add_range(r, "length", "ip length", 28 + below(60), 28 + below(60));
	add_proto(r, family);
}

static int make_rules(unsigned int n, const char *fw_name, const char *nft_name)
{
	FILE *fw = fopen(fw_name, "w"), *nft = fopen(nft_name, "w");
	const char *policy = random_state & 1 ? "drop" : "accept", *verdict;
	struct rule r;

	if (!fw || !nft)
		fail("rule files");
	fprintf(fw, "rule add prio 0 ethertype 0x88b5 accept\n");
	fprintf(nft, "flush ruleset\ntable bridge t {\n chain c {\n"
		"  type filter hook forward priority -199; policy %s;\n"
		"  ether type 0x88b5 accept\n", policy);
	fprintf(fw, "policy set forward %s\n", policy);
	while (n--) {
		do {
			rule_make(&r);
		} while (!*r.fw);
		verdict = one_in(2) ? "accept" : "drop";
		/* All differ, so that none is a duplicate. */
		fprintf(fw, "rule add prio %u%s %s\n", 1000000 - n, r.fw, verdict);
		fprintf(nft, " %s counter %s\n", r.nft, verdict);
	}
	fprintf(nft, " }\n}\n");
	if (fclose(fw) || fclose(nft))
		fail("rule files");

	return 0;
}

/* ---- frames ---- */

struct frame {
	size_t len;
	uint8_t data[MAX_FRAME];
};

static void put16(struct frame *f, unsigned int value)
{
	f->data[f->len++] = value >> 8;
	f->data[f->len++] = value;
}

static void put_zero(struct frame *f, size_t n)
{
	memset(f->data + f->len, 0, n);
	f->len += n;
}

static unsigned int sum(const uint8_t *p, size_t n)
{
	unsigned int s = 0;

	for (; n > 1; p += 2, n -= 2)
		s += p[0] << 8 | p[1];
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);

	return ~s & 0xffff;
}

/* A transport header with some payload; its checksum is nobody's business. */
static unsigned int put_transport(struct frame *f, unsigned int proto)
{
	size_t payload = below(40);

	switch (proto) {
	case 6:
		put16(f, pool_port());
		put16(f, pool_port());
		put_zero(f, 8);
		put16(f, 0x5000 | below(64));
		put_zero(f, 6);
		break;
	case 17:
		put16(f, pool_port());
		put16(f, pool_port());
		put16(f, 8 + payload);
		put16(f, 0);
		break;
	default:
		f->data[f->len++] = proto == 1 ? below(2) * 8 : 128 + below(2);
		put_zero(f, 7);
		break;
	}
	put_zero(f, payload);

	return f->len;
}

static void put_ip4(struct frame *f)
{
	static const uint8_t protos[] = { 1, 6, 17, 17, 47 };
	unsigned int proto = protos[below(5)], options = one_in(6) ? 4 : 0;
	size_t start = f->len;
	uint8_t *ip = f->data + start;

	put_zero(f, 20);
	ip[0] = 0x45 + options / 4;
	ip[1] = below(4) << 2;
	if (one_in(4))
		ip[6] = 0x40;
	ip[8] = below(4);
	ip[9] = proto;
	pool_ip4(ip + 12);
	pool_ip4(ip + 16);
	if (options) {
		memset(f->data + f->len, 1, options);
		f->len += options;
	}
	put_transport(f, proto);
	ip[2] = (f->len - start) >> 8;
	ip[3] = f->len - start;
	ip[10] = ip[11] = 0;
	proto = sum(ip, 20 + options);
	ip[10] = proto >> 8;
	ip[11] = proto;
}

static void put_ip6(struct frame *f)
{
	static const uint8_t protos[] = { 58, 6, 17, 17, 47 };
	unsigned int proto = protos[below(5)];
	uint8_t *ip = f->data + f->len;
	size_t start;

	put_zero(f, 40);
	/* two bits of the DSCP stand in each of the first bytes */
	ip[0] = 0x60;
	ip[1] = below(4) << 6;
	ip[6] = proto;
	ip[7] = below(4);
	pool_ip6(ip + 8);
	pool_ip6(ip + 24);
	start = f->len;
	if (one_in(6)) {
		/* destination options: a pad */
		ip[6] = 60;
		f->data[f->len++] = proto;
		f->data[f->len++] = 0;
		f->data[f->len++] = 1;
		f->data[f->len++] = 4;
		put_zero(f, 4);
	}
	put_transport(f, proto);
	ip[4] = (f->len - start) >> 8;
	ip[5] = f->len - start;
}

static void put_arp(struct frame *f)
{
	put16(f, 1);
	put16(f, 0x0800);
	put16(f, 0x0604);
	put16(f, 1 + below(2));
	pool_mac(f->data + f->len);
	pool_ip4(f->data + f->len + 6);
	pool_mac(f->data + f->len + 10);
	pool_ip4(f->data + f->len + 16);
	f->len += 20;
}

static void frame_make(struct frame *f)
{
	f->len = 12;
	pool_mac(f->data);
	pool_mac(f->data + 6);
	f->data[3] = below(2);
	if (one_in(3)) {
		put16(f, 0x8100);
		put16(f, below(8) << 13 | pool_vlan());
	}
	/* nftables reads no ARP behind a tag */
	switch (f->len > 12 ? 1 + below(7) : below(8)) {
	case 0:
		put16(f, 0x0806);
		put_arp(f);
		break;
	case 1:
		put16(f, 0x88b6);
		put_zero(f, 46);
		break;
	case 2:
	case 3:
		put16(f, 0x86dd);
		put_ip6(f);
		break;
	default:
		put16(f, 0x0800);
		put_ip4(f);
		break;
	}
	if (f->len < 60)
		put_zero(f, 60 - f->len);
}

/* ---- sending and receiving ---- */

static int open_end(const char *ns)
{
	int home = netns_enter(ns), sock;

	if (home < 0)
		fail(ns);
	sock = packet_receiver(if_nametoindex("eth0"));
	if (sock < 0)
		fail(ns);
	if (netns_leave(home))
		fail("setns");
	return sock;
}

static void send_frame(int sock, const struct frame *f)
{
	if (send(sock, f->data, f->len, 0) != (ssize_t)f->len)
		fail("send");
}

/* A frame that passes both, and tells that what was before it has passed too. */
static void sentinel_make(struct frame *f, unsigned int n)
{
	memset(f->data, 0, 60);
	memcpy(f->data, "\x02\0\0\0\x0b\x01\x02\0\0\0\x0b\x02\x88\xb5", 14);
	memcpy(f->data + 14, &n, sizeof(n));
	f->len = 60;
}

static void receive(int sock, struct frame *f)
{
	struct pollfd wait = { .fd = sock, .events = POLLIN };
	ssize_t len;

	if (poll(&wait, 1, WAIT_MS) != 1) {
		fprintf(stderr, "differ: a sentinel was lost\n");
		exit(2);
	}
	len = packet_receive(sock, f->data, sizeof(f->data), NULL);
	if (len < ETH_HLEN)
		fail("recvmsg");
	f->len = len;
}

static bool is_equal(const struct frame *a, const struct frame *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Which frames of a batch come out, up to the sentinel. */
static void collect(int sock, const struct frame *frames, unsigned int n,
		    const struct frame *sentinel, bool *passed)
{
	struct frame f;
	unsigned int i = 0;

	memset(passed, 0, n * sizeof(*passed));
	for (;;) {
		receive(sock, &f);
		if (is_equal(&f, sentinel))
			return;
		while (i < n && !is_equal(&f, &frames[i]))
			i++;
		if (i == n) {
			fprintf(stderr, "differ: a frame that was not sent\n");
			exit(2);
		}
		passed[i++] = true;
	}
}

static int compare_frames(unsigned int n, char *const *ns)
{
	int tx[2], rx[2], side;
	struct frame frames[BATCH], sentinel;
	unsigned int i, done, size, npassed = 0;
	bool passed[2][BATCH];

	for (side = 0; side < 2; side++) {
		tx[side] = open_end(ns[2 * side]);
		rx[side] = open_end(ns[2 * side + 1]);
	}
	for (done = 0; done < n; done += size) {
		size = n - done < BATCH ? n - done : BATCH;
		for (i = 0; i < size; i++) {
			frame_make(&frames[i]);
			/* No two are equal, by what stands behind the packet. */
			frames[i].data[frames[i].len] = i;
			frames[i].data[frames[i].len + 1] = done / BATCH;
			frames[i].len += 2;
		}
		sentinel_make(&sentinel, done);
		for (side = 0; side < 2; side++) {
			for (i = 0; i < size; i++)
				send_frame(tx[side], &frames[i]);
			send_frame(tx[side], &sentinel);
			collect(rx[side], frames, size, &sentinel, passed[side]);
		}
		for (i = 0; i < size; i++) {
			npassed += passed[0][i];
			if (passed[0][i] == passed[1][i])
				continue;
			printf("frame %u passes only %s:", done + i, passed[0][i] ? "brfw" : "nft");
			for (size = 0; size < frames[i].len; size++)
				printf(" %02x", frames[i].data[size]);
			printf("\n");
			return 1;
		}
	}
	printf("same %u %u\n", n, npassed);

	return 0;
}

int main(int argc, char **argv)
{
	unsigned int n;

	if (argc < 4 || (argc != 6 && argc != 8)) {
		fprintf(stderr, "usage: differ rules SEED N FWCTL NFT | frames SEED N TX RX TX RX\n");
		return 2;
	}
	random_seed(strtoull(argv[2], NULL, 0));
	n = strtoul(argv[3], NULL, 0);
	for (int i = 0; i < 8; i++)
		below(2);
	if (!strcmp(argv[1], "rules") && argc == 6)
		return make_rules(n, argv[4], argv[5]);
	if (!strcmp(argv[1], "frames") && argc == 8)
		return compare_frames(n, argv + 4);

	return 2;
}

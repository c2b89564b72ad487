// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame: sends hand-made Ethernet frames in one network namespace and counts
 * the exact copies that arrive in others.
 *
 * After the frames under test comes one sentinel frame for each receiver
 * (EtherType 0x88b5, IEEE 802 local experimental, with a cookie that is never
 * used twice). The program stays on one CPU, and neither veth nor the bridge
 * reorders what one CPU sends, so when the sentinel has come, everything before
 * it has come or never will. "Nothing arrived" therefore needs no waiting.
 *
 * Commands, as arguments or as lines of the standard input:
 *   check tx NS:DEV rx NS:DEV... [count N] [mode plain|ring|mixed] FRAME
 *         [=> FRAME]...
 *       prints "seen N..." (one number per receiver) or "error TEXT". What is
 *       looked for at each receiver is the frame that was sent, or those behind
 *       "=>", one for each receiver; the last one stands for all others.
 *   send, seen         the two halves of check, with the same words, for what
 *       must be done in between; send prints "ok"
 *   answer tx NS:DEV rx NS:DEV [count N] [mode plain|ring|mixed] FRAME
 *       prints "answer N" and what the N frames that came back to tx say, each
 *       in brackets
 *   lengths tx NS:DEV rx NS:DEV FRAME
 *       sends the frame cut to each length from 14 up; prints "lengths L..."
 *   flood tx NS:DEV rx NS:DEV [rounds N] [count N] FRAME [/ FRAME]...
 *       sends all frames again and again until the next input line or for N
 *       rounds; prints "flood SENT SEEN..." (copies of each frame)
 *   ready tx NS:DEV rx NS:DEV...
 *       repeats sentinels until the way is open; prints "ok"
 *   tap NS:DEV         makes the tap device DEV; what is sent by it from then on
 *       comes in there, as from a virtual machine; prints "ok"
 *   bytes FRAME        prints the frame in hexadecimal
 *   close              closes all sockets (they keep namespaces alive)
 *   stop               does nothing; ends a flood
 *
 * mode ring sends through PACKET_TX_RING, which gives the kernel a nonlinear
 * skb with nothing but the Ethernet header in its linear part. mixed, the
 * default, sends each second copy that way.
 *
 * FRAME is a list of words:
 *   smac MAC  dmac MAC  vlan ID  svlan ID (802.1ad)  pcp N  ethertype N  llc
 *   ip4  ip6  arp  op N  saddr ADDR  daddr ADDR
 *   proto NAME|N  sport N  dport N  flags F,F..  icmp-type N  icmp-code N
 *   seq N  ack N  gre-proto N  igmp-type N
 *   snap (802.2 LLC and SNAP)  pppoe SESSION  pppoe-length N
 *   sha MAC  tha MAC  arp-hrd N  arp-pro N  arp-hln N  arp-pln N (of ARP)
 *   mark N (of the skb, not sent)
 *   nd-flags N (the first byte behind the checksum)  nd-target ADDR
 *   nd-lladdr MAC  nd-skip N (options before it)  nd-options HEX (behind it)
 *   dscp N  ttl N
 *   version N  ihl N  options BYTES  total N  frag OFFSET/8  mf
 *   plen N  ext LIST (hbh dst rt ah frag[:OFFSET/8[+]] esp none, NAME*N)
 *   payload N  doff N  udp-length N  gso SIZE
 *   raw HEX (what follows the Ethernet header)  len N (pad)  truncate N
 *   wrong-sum (of layer 4)  wrong-ip-sum
 * Checksums and lengths are right unless a word says otherwise.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"
#include "packet.h"

#define MAX_FRAME	66000
#define MAX_WORDS	512
#define MAX_ENDS	16
#define MAX_FLOOD	16
#define MAX_TAGS	9
#define MAX_CUT		2000
#define SENTINEL_TYPE	0x88b5
#define SENTINEL_LEN	60
#define DEADLINE_MS	20000

enum l3 { L3_NONE, L3_IP4, L3_IP6, L3_ARP, L3_RAW };
enum mode { MODE_MIXED, MODE_PLAIN, MODE_RING };

/** struct spec - a frame as described by words; -1: as is right */
struct spec {
	uint8_t smac[6], dmac[6];
	bool has_smac, has_dmac, llc, mf, wrong_sum, wrong_ip_sum;
	struct { uint16_t tpid, tci; } tag[MAX_TAGS];
	int tags;
	int ethertype;
	enum l3 l3;
	const char *saddr, *daddr, *ext, *raw, *nd_target, *nd_options;
	uint8_t sha[6], tha[6], nd_lladdr[6];
	bool has_sha, has_tha, has_nd_lladdr, snap;
	int udp_length;
	int pppoe, pppoe_length, dscp, ttl, gre_proto, nd_skip, nd_flags;
	int arp_hrd, arp_pro, arp_hln, arp_pln;
	unsigned int seq, ack, mark;
	int op, proto, sport, dport, flags, icmp_type, icmp_code;
	int version, ihl, options, total, frag, plen, payload, doff, gso;
	int pad, truncate;
};

/** struct frame - bytes ready to be sent */
struct frame {
	size_t len;
	size_t l3, l4;		/* offsets of these headers */
	unsigned int mark;
	int gso;
	bool is_ip6;
	uint8_t data[MAX_FRAME];
};

/** struct end - one device in one namespace, with its sockets */
struct end {
	char name[80];
	int ifindex;
	uint8_t mac[6];
	int rx, tx, gso, tap;
	struct packet_ring ring;
	unsigned int mark;
};

/** struct job - who sends and who receives in one command */
struct job {
	struct end *tx;
	struct end *rx[MAX_ENDS];
	int n_rx;
	int count;
	int rounds;
	enum mode mode;
};

static struct end ends[MAX_ENDS];
static int n_ends;
static uint64_t cookie;
static char error[256];

static int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, sizeof(error), format, args);
	va_end(args);
	return -1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- frames ---- */

static void put16(uint8_t *p, unsigned int value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static uint32_t sum_bytes(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	return sum;
}

static uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static int parse_hex(const char *text, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned int byte;

	for (; text[0] && text[1]; text += 2) {
		if (n == max || sscanf(text, "%2x", &byte) != 1)
			return fail("bad hexadecimal");
		out[n++] = byte;
	}
	return n;
}

static int parse_mac(const char *text, uint8_t *mac)
{
	unsigned int b[6];
	int i;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2],
		   &b[3], &b[4], &b[5]) != 6)
		return fail("bad MAC address %s", text);
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
	return 0;
}

static int proto_number(const char *name)
{
	static const struct { const char *name; int number; } protos[] = {
		{ "tcp", 6 }, { "udp", 17 }, { "icmp", 1 }, { "icmpv6", 58 },
		{ "sctp", 132 }, { "igmp", 2 }, { "gre", 47 },
	};
	size_t i;

	for (i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (!strcmp(name, protos[i].name))
			return protos[i].number;
	return strtol(name, NULL, 0);
}

static int flag_bits(const char *list)
{
	static const char *const names[] = {
		"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr",
	};
	int i, bits = 0;

	for (i = 0; i < 8; i++)
		if (strstr(list, names[i]))
			bits |= 1 << i;
	return bits;
}

static void spec_init(struct spec *s)
{
	memset(s, 0, sizeof(*s));
	s->ethertype = s->version = s->ihl = s->total = s->plen = -1;
	s->doff = s->pad = s->truncate = -1;
	s->pppoe = s->pppoe_length = s->gre_proto = -1;
	s->udp_length = -1;
	s->arp_hrd = 1;
	s->arp_pro = ETH_P_IP;
	s->arp_hln = 6;
	s->arp_pln = 4;
	s->ttl = 64;
	s->proto = 253;		/* RFC 3692: for experiments */
	s->flags = 0x10;
	s->icmp_type = 8;
	s->sport = 40000;
	s->dport = 40001;
	s->op = 1;
	s->payload = 18;
}

/* Words that stand alone. Return: whether it was one. */
static bool spec_flag(struct spec *s, const char *word)
{
	if (!strcmp(word, "ip4"))
		s->l3 = L3_IP4;
	else if (!strcmp(word, "ip6"))
		s->l3 = L3_IP6;
	else if (!strcmp(word, "arp"))
		s->l3 = L3_ARP;
	else if (!strcmp(word, "llc"))
		s->llc = true;
	else if (!strcmp(word, "snap"))
		s->snap = true;
	else if (!strcmp(word, "mf"))
		s->mf = true;
	else if (!strcmp(word, "wrong-sum"))
		s->wrong_sum = true;
	else if (!strcmp(word, "wrong-ip-sum"))
		s->wrong_ip_sum = true;
	else
		return false;
	return true;
}

static int spec_tag(struct spec *s, uint16_t tpid, const char *value)
{
	if (s->tags == MAX_TAGS)
		return fail("too many tags");
	s->tag[s->tags].tpid = tpid;
	s->tag[s->tags++].tci = strtol(value, NULL, 0);
	return 0;
}

static int spec_number(struct spec *s, const char *word, const char *value)
{
	const struct { const char *word; int *field; } fields[] = {
		{ "ethertype", &s->ethertype }, { "op", &s->op },
		{ "sport", &s->sport }, { "dport", &s->dport },
		{ "icmp-type", &s->icmp_type }, { "icmp-code", &s->icmp_code },
		{ "version", &s->version }, { "ihl", &s->ihl },
		{ "options", &s->options }, { "total", &s->total },
		{ "frag", &s->frag }, { "plen", &s->plen },
		{ "payload", &s->payload }, { "doff", &s->doff },
		{ "gso", &s->gso }, { "len", &s->pad },
		{ "truncate", &s->truncate }, { "igmp-type", &s->icmp_type },
		{ "pppoe", &s->pppoe }, { "pppoe-length", &s->pppoe_length },
		{ "dscp", &s->dscp }, { "ttl", &s->ttl },
		{ "gre-proto", &s->gre_proto }, { "nd-skip", &s->nd_skip },
		{ "seq", (int *)&s->seq }, { "ack", (int *)&s->ack },
		{ "mark", (int *)&s->mark }, { "udp-length", &s->udp_length },
		{ "nd-flags", &s->nd_flags }, { "arp-hrd", &s->arp_hrd },
		{ "arp-pro", &s->arp_pro }, { "arp-hln", &s->arp_hln },
		{ "arp-pln", &s->arp_pln },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(word, fields[i].word))
			continue;
		*fields[i].field = (int)strtoll(value, NULL, 0);
		return 0;
	}
	return fail("unknown word %s", word);
}

static int spec_pair(struct spec *s, const char *word, const char *value)
{
	if (!strcmp(word, "smac")) {
		s->has_smac = true;
		return parse_mac(value, s->smac);
	}
	if (!strcmp(word, "dmac")) {
		s->has_dmac = true;
		return parse_mac(value, s->dmac);
	}
	if (!strcmp(word, "sha")) {
		s->has_sha = true;
		return parse_mac(value, s->sha);
	}
	if (!strcmp(word, "tha")) {
		s->has_tha = true;
		return parse_mac(value, s->tha);
	}
	if (!strcmp(word, "nd-lladdr")) {
		s->has_nd_lladdr = true;
		return parse_mac(value, s->nd_lladdr);
	}
	if (!strcmp(word, "vlan"))
		return spec_tag(s, ETH_P_8021Q, value);
	if (!strcmp(word, "svlan"))
		return spec_tag(s, ETH_P_8021AD, value);
	if (!strcmp(word, "pcp") && s->tags)
		s->tag[s->tags - 1].tci |= strtol(value, NULL, 0) << 13;
	else if (!strcmp(word, "saddr"))
		s->saddr = value;
	else if (!strcmp(word, "daddr"))
		s->daddr = value;
	else if (!strcmp(word, "nd-target"))
		s->nd_target = value;
	else if (!strcmp(word, "nd-options"))
		s->nd_options = value;
	else if (!strcmp(word, "ext"))
		s->ext = value;
	else if (!strcmp(word, "raw"))
		s->raw = value, s->l3 = L3_RAW;
	else if (!strcmp(word, "proto"))
		s->proto = proto_number(value);
	else if (!strcmp(word, "flags"))
		s->flags = flag_bits(value);
	else
		return spec_number(s, word, value);
	return 0;
}

static int spec_parse(struct spec *s, char **words, int n)
{
	int i;

	spec_init(s);
	for (i = 0; i < n; i++) {
		if (spec_flag(s, words[i]))
			continue;
		if (i + 1 == n)
			return fail("%s needs a value", words[i]);
		if (spec_pair(s, words[i], words[i + 1]))
			return -1;
		i++;
	}
	return 0;
}

static void put(struct frame *f, const void *data, size_t len)
{
	if (f->len + len > MAX_FRAME)
		len = MAX_FRAME - f->len;
	memcpy(f->data + f->len, data, len);
	f->len += len;
}

static void put_ethernet(struct frame *f, const struct spec *s, int ethertype)
{
	uint8_t b[4];
	int i;

	put(f, s->dmac, 6);
	put(f, s->smac, 6);
	for (i = 0; i < s->tags; i++) {
		put16(b, s->tag[i].tpid);
		put16(b + 2, s->tag[i].tci);
		put(f, b, 4);
	}
	put16(b, ethertype);
	put(f, b, 2);
}

/* RFC 4861 section 4: what follows type, code and checksum. */
static size_t build_nd(const struct spec *s, uint8_t *p)
{
	static const size_t lens[] = { 8, 16, 24, 24, 40 };
	size_t i, len = lens[s->icmp_type - 133];
	int more;

	memset(p + 4, 0, len - 4);
	p[4] = s->nd_flags;
	if (len >= 24)
		inet_pton(AF_INET6, s->nd_target ? s->nd_target : "2001:db8::1",
			  p + 8);
	for (i = 0; i < (size_t)s->nd_skip + s->has_nd_lladdr; i++) {
		memset(p + len, 0, 8);
		p[len] = 14;	/* RFC 3971: nonce */
		p[len + 1] = 1;
		if (i == (size_t)s->nd_skip) {
			p[len] = s->icmp_type == 136 ? 2 : 1;
			memcpy(p + len + 2, s->nd_lladdr, 6);
		}
		len += 8;
	}
	more = s->nd_options ? parse_hex(s->nd_options, p + len, 1000) : 0;
	return len + (more > 0 ? more : 0);
}

/* Layer 4 with its payload. A protocol that is not known here gets the ports
 * too, so that a parser that reads ports where there are none is found out.
 */
static size_t build_l4(const struct spec *s, uint8_t *p)
{
	size_t header = s->proto == 6 ? 20 : 8;
	size_t i, len = header + s->payload;

	memset(p, 0, header);
	for (i = header; i < len; i++)
		p[i] = i;
	if (s->proto == 1 || s->proto == 58 || s->proto == 2) {
		p[0] = s->icmp_type;
		p[1] = s->icmp_code;
		if (s->proto == 58 && s->icmp_type >= 133 && s->icmp_type <= 137)
			return build_nd(s, p);
		return len;
	}
	if (s->gre_proto >= 0) {
		put16(p + 2, s->gre_proto);
		return len;
	}
	put16(p, s->sport);
	put16(p + 2, s->dport);
	if (s->proto == 6) {
		put32(p + 4, s->seq);
		put32(p + 8, s->ack);
		p[12] = (s->doff < 0 ? 5 : s->doff) << 4;
		p[13] = s->flags;
		put16(p + 14, 1024);
	} else if (s->proto == 17) {
		put16(p + 4, s->udp_length < 0 ? len : (size_t)s->udp_length);
	}
	return len;
}

static int checksum_offset(int proto)
{
	switch (proto) {
	case 1:
	case 58:
		return 2;
	case 6:
		return 16;
	case 17:
		return 6;
	}
	return -1;
}

/* With GSO the kernel completes the sum: the field holds the pseudo header. */
static void fill_checksum(const struct spec *s, uint8_t *l4, size_t len,
			  const uint8_t *addrs, size_t addrs_len)
{
	int at = checksum_offset(s->proto);
	uint32_t pseudo = 0;

	if (at < 0)
		return;
	if (s->proto != 1)
		pseudo = sum_bytes(addrs, addrs_len, s->proto + len);
	if (s->gso)
		put16(l4 + at, sum_fold(pseudo));
	else
		put16(l4 + at, (uint16_t)~sum_fold(sum_bytes(l4, len, pseudo)));
	l4[at] ^= s->wrong_sum;
}

static void address(int family, const char *text, const char *none, uint8_t *out)
{
	if (inet_pton(family, text ? text : none, out) != 1)
		inet_pton(family, none, out);
}

static void put_ip4(struct frame *f, const struct spec *s)
{
	static uint8_t l4[MAX_FRAME];
	uint8_t h[60] = { 0 };
	size_t hlen = 20 + s->options;
	size_t len = build_l4(s, l4);

	h[0] = (s->version < 0 ? 4 : s->version) << 4;
	h[0] |= s->ihl < 0 ? hlen / 4 : (size_t)s->ihl;
	put16(h + 2, s->total < 0 ? hlen + len : (size_t)s->total);
	h[1] = s->dscp << 2;
	put16(h + 4, 0x1234);
	put16(h + 6, (s->frag & 0x1fff) | (s->mf ? 0x2000 : 0));
	h[8] = s->ttl;
	h[9] = s->proto;
	address(AF_INET, s->saddr, "192.0.2.1", h + 12);
	address(AF_INET, s->daddr, "198.51.100.2", h + 16);
	memset(h + 20, 1, s->options);
	put16(h + 10, (uint16_t)~sum_fold(sum_bytes(h, hlen, 0)));
	h[10] ^= s->wrong_ip_sum;
	fill_checksum(s, l4, len, h + 12, 8);
	put(f, h, hlen);
	f->l4 = f->len;
	put(f, l4, len);
}

/** struct ext - one extension header of the list behind the word ext */
struct ext {
	int number, offset;
	bool more;
};

static int ext_number(const char *name, size_t len)
{
	static const struct { const char *name; int number; } exts[] = {
		{ "hbh", 0 }, { "rt", 43 }, { "frag", 44 }, { "esp", 50 },
		{ "ah", 51 }, { "none", 59 }, { "dst", 60 },
	};
	size_t i;

	for (i = 0; i < sizeof(exts) / sizeof(exts[0]); i++)
		if (strlen(exts[i].name) == len &&
		    !memcmp(name, exts[i].name, len))
			return exts[i].number;
	return -1;
}

/* "dst*3,frag:2+" becomes three headers 60 and one fragment header. */
static int ext_list(const char *text, struct ext *list, int max)
{
	int n = 0;

	while (text && *text) {
		size_t len = strcspn(text, ",:*");
		struct ext e = { .number = ext_number(text, len) };
		int times = 1;

		text += len;
		if (*text == '*')
			times = strtol(text + 1, (char **)&text, 10);
		if (*text == ':')
			e.offset = strtol(text + 1, (char **)&text, 10);
		if (*text == '+')
			e.more = true, text++;
		if (*text == ',')
			text++;
		if (e.number < 0)
			return fail("bad extension header");
		while (times-- > 0 && n < max)
			list[n++] = e;
	}
	return n;
}

static void put_ext(struct frame *f, const struct ext *e, int next)
{
	uint8_t h[8] = { next };

	if (e->number == 44)
		put16(h + 2, e->offset << 3 | e->more);
	else if (e->number == 51)
		h[1] = 0;	/* in units of 4 bytes, less 2 */
	else if (e->number != 43)
		h[2] = 1, h[3] = 4;	/* PadN */
	put(f, h, 8);
}

static int put_ip6(struct frame *f, const struct spec *s)
{
	static uint8_t l4[MAX_FRAME];
	struct ext list[128];
	uint8_t h[40] = { 0 };
	int i, n = ext_list(s->ext, list, 128);
	size_t len = build_l4(s, l4);

	if (n < 0)
		return -1;
	h[0] = (s->version < 0 ? 6 : s->version) << 4 | s->dscp >> 2;
	h[1] = s->dscp << 6;
	put16(h + 4, s->plen < 0 ? len + 8 * n : (size_t)s->plen);
	h[6] = n ? list[0].number : s->proto;
	h[7] = s->ttl;
	address(AF_INET6, s->saddr, "2001:db8::1", h + 8);
	address(AF_INET6, s->daddr, "2001:db8:ffff::2", h + 24);
	fill_checksum(s, l4, len, h + 8, 32);
	put(f, h, 40);
	for (i = 0; i < n; i++)
		put_ext(f, &list[i],
			i + 1 < n ? list[i + 1].number : s->proto);
	f->l4 = f->len;
	f->is_ip6 = true;
	put(f, l4, len);
	return 0;
}

static void put_arp(struct frame *f, const struct spec *s)
{
	uint8_t h[28] = { [4] = s->arp_hln, s->arp_pln };

	put16(h, s->arp_hrd);
	put16(h + 2, s->arp_pro);
	put16(h + 6, s->op);
	memcpy(h + 8, s->has_sha ? s->sha : s->smac, 6);
	address(AF_INET, s->saddr, "192.0.2.1", h + 14);
	if (s->has_tha)
		memcpy(h + 18, s->tha, 6);
	else if (s->op != 1)
		memcpy(h + 18, s->dmac, 6);
	address(AF_INET, s->daddr, "198.51.100.2", h + 24);
	put(f, h, 28);
}

static int put_raw(struct frame *f, const struct spec *s)
{
	static uint8_t bytes[MAX_FRAME];
	int n = parse_hex(s->raw, bytes, sizeof(bytes));

	if (n < 0)
		return -1;
	put(f, bytes, n);
	return 0;
}

static int put_l3(struct frame *f, const struct spec *s)
{
	static const uint8_t llc[46] = { 0x42, 0x42, 0x03 };

	switch (s->l3) {
	case L3_IP4:
		put_ip4(f, s);
		break;
	case L3_IP6:
		return put_ip6(f, s);
	case L3_ARP:
		put_arp(f, s);
		break;
	case L3_RAW:
		return put_raw(f, s);
	case L3_NONE:
		put(f, llc, sizeof(llc));
		break;
	}
	return 0;
}

/* RFC 1042 and RFC 2516: what stands before layer 3, with room for lengths. */
static int put_encap(struct frame *f, const struct spec *s, int type)
{
	static const uint8_t snap[6] = { 0xaa, 0xaa, 0x03 };
	uint8_t h[8] = { 0x11 };
	int ppp = s->l3 == L3_IP6 ? 0x57 : s->l3 == L3_IP4 ? 0x21 : 0xc021;

	if (s->pppoe >= 0)
		type = s->ethertype < 0 ? ETH_P_PPP_SES : s->ethertype;
	put_ethernet(f, s, s->llc ? 46 : type);
	if (s->snap) {
		memcpy(f->data + f->len, snap, 6);
		put16(f->data + f->len + 6, type);
		f->len += 8;
	}
	if (s->pppoe >= 0) {
		put16(h + 2, s->pppoe);
		put16(h + 6, ppp);
		put(f, h, 8);
	}
	return f->len;
}

static void fill_lengths(struct frame *f, const struct spec *s)
{
	size_t len = f->len - f->l3;

	if (s->pppoe >= 0)
		put16(f->data + f->l3 - 4, s->pppoe_length < 0 ? len + 2 :
		      (size_t)s->pppoe_length);
	if (s->snap)
		put16(f->data + 12 + 4 * s->tags,
		      f->len - 14 - 4 * s->tags);
}

static int frame_build(struct frame *f, const struct spec *s)
{
	static const int types[] = {
		[L3_NONE] = 0x88b6, [L3_IP4] = ETH_P_IP, [L3_IP6] = ETH_P_IPV6,
		[L3_ARP] = ETH_P_ARP, [L3_RAW] = 0x88b6,
	};

	f->len = f->l4 = 0;
	f->gso = s->gso;
	f->mark = s->mark;
	f->is_ip6 = false;
	f->l3 = put_encap(f, s, s->ethertype < 0 ? types[s->l3] : s->ethertype);
	if (put_l3(f, s))
		return -1;
	fill_lengths(f, s);
	if (s->pad > (int)f->len && s->pad < MAX_FRAME) {
		memset(f->data + f->len, 0, s->pad - f->len);
		f->len = s->pad;
	}
	if (s->truncate >= 0 && (size_t)s->truncate < f->len)
		f->len = s->truncate;
	return 0;
}

/* ---- sockets ---- */

static int open_gso(struct end *e)
{
	int one = 1;

	e->gso = packet_socket(0, e->ifindex);
	if (e->gso < 0 || setsockopt(e->gso, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		return -1;
	return 0;
}

static int open_sockets(struct end *e, const char *dev)
{
	struct ifreq req = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = 0;

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &req))
		ret = fail("%s: %s", e->name, strerror(errno));
	e->ifindex = req.ifr_ifindex;
	if (!ret && ioctl(fd, SIOCGIFHWADDR, &req))
		ret = fail("%s: %s", e->name, strerror(errno));
	memcpy(e->mac, req.ifr_hwaddr.sa_data, 6);
	close(fd);
	if (ret)
		return ret;
	e->tx = packet_socket(0, e->ifindex);
	e->rx = packet_receiver(e->ifindex);
	if (e->tx < 0 || e->rx < 0 || packet_ring_open(&e->ring, e->ifindex, false) || open_gso(e))
		return fail("%s: %s", e->name, strerror(errno));
	return 0;
}

static int open_tap(struct end *e, const char *dev)
{
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	e->tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (e->tap < 0 || ioctl(e->tap, TUNSETIFF, &req))
		return fail("tap %s: %s", dev, strerror(errno));
	return 0;
}

static int open_in_netns(struct end *e, const char *ns, const char *dev,
			 bool is_tap)
{
	int home = netns_enter(ns), ret;

	if (home < 0)
		return fail("namespace %s: %s", ns, strerror(errno));
	ret = is_tap ? open_tap(e, dev) : 0;
	ret = ret ? ret : open_sockets(e, dev);
	if (netns_leave(home))
		ret = fail("setns: %s", strerror(errno));
	return ret;
}

static void end_close(struct end *e)
{
	close(e->rx);
	close(e->tx);
	packet_ring_close(&e->ring);
	close(e->gso);
	close(e->tap);
}

static void ends_close(void)
{
	while (n_ends)
		end_close(&ends[--n_ends]);
}

static struct end *end_open(const char *name, bool is_tap)
{
	const char *colon = strchr(name, ':');
	struct end *e;
	char ns[80];
	int i;

	for (i = 0; i < n_ends; i++)
		if (!strcmp(ends[i].name, name))
			return &ends[i];
	if (!colon || n_ends == MAX_ENDS) {
		fail("want NS:DEV: %s", name);
		return NULL;
	}
	e = &ends[n_ends];
	memset(e, 0, sizeof(*e));
	e->rx = e->tx = e->ring.sock = e->gso = e->tap = -1;
	snprintf(e->name, sizeof(e->name), "%s", name);
	snprintf(ns, sizeof(ns), "%.*s", (int)(colon - name), name);
	if (open_in_netns(e, ns, colon + 1, is_tap)) {
		end_close(e);
		return NULL;
	}
	n_ends++;
	return e;
}

static struct end *end_get(const char *name)
{
	return end_open(name, false);
}

/* ---- sending ---- */

/* Into a tap device or out of a device. */
static bool send_with_header(struct end *e, const struct virtio_net_hdr *h,
			     const uint8_t *data, size_t len)
{
	static uint8_t buf[MAX_FRAME + sizeof(*h)];
	size_t total = sizeof(*h) + len;

	memcpy(buf, h, sizeof(*h));
	memcpy(buf + sizeof(*h), data, len);
	return (e->tap >= 0 ? write(e->tap, buf, total) :
			      send(e->gso, buf, total, 0)) == (ssize_t)total;
}

static int send_plain(struct end *e, const uint8_t *data, size_t len)
{
	static const struct virtio_net_hdr none;

	if (e->tap >= 0)
		return send_with_header(e, &none, data, len) ? 0 :
		       fail("tap: %s", strerror(errno));
	if (send(e->tx, data, len, 0) != (ssize_t)len)
		return fail("send of %zu bytes: %s", len, strerror(errno));
	return 0;
}

static int send_ring(struct end *e, const struct frame *f)
{
	if (packet_ring_put(&e->ring, NULL, 0, f->data, f->len) || packet_ring_send(&e->ring))
		return fail("ring send of %zu bytes: %s", f->len,
			    strerror(errno));
	return 0;
}

static int send_gso(struct end *e, const struct frame *f)
{
	const struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = f->is_ip6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
					VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = f->l4 + 20,
		.gso_size = f->gso,
		.csum_start = f->l4,
		.csum_offset = 16,
	};

	if (!send_with_header(e, &h, f->data, f->len))
		return fail("GSO send of %zu bytes: %s", f->len,
			    strerror(errno));
	return 0;
}

static int send_frame(struct end *e, const struct frame *f, enum mode mode,
		      int nth)
{
	if (f->mark != e->mark) {
		e->mark = f->mark;
		if (setsockopt(e->tx, SOL_SOCKET, SO_MARK, &e->mark, 4) ||
		    setsockopt(e->ring.sock, SOL_SOCKET, SO_MARK, &e->mark, 4))
			return fail("SO_MARK: %s", strerror(errno));
	}
	if (f->gso)
		return send_gso(e, f);
	if (f->len > PACKET_SLOT_MAX || e->tap >= 0)
		return send_plain(e, f->data, f->len);
	if (mode == MODE_RING || (mode == MODE_MIXED && nth & 1))
		return send_ring(e, f);
	return send_plain(e, f->data, f->len);
}

static int send_sentinel(struct end *tx, const struct end *rx)
{
	uint8_t data[SENTINEL_LEN] = { 0 };

	memcpy(data, rx->mac, 6);
	memcpy(data + 6, tx->mac, 6);
	put16(data + 12, SENTINEL_TYPE);
	memcpy(data + 14, &cookie, sizeof(cookie));
	return send_plain(tx, data, sizeof(data));
}

/* ---- receiving ---- */

/* The last frame's checksum is left to hardware that there is none of. */
static bool sum_is_pending;

/* Return: length of the frame, -1 when none is there */
static ssize_t receive(struct end *e, uint8_t *data)
{
	uint32_t status = 0;
	ssize_t len = packet_receive(e->rx, data, MAX_FRAME, &status);

	if (len >= 0)
		sum_is_pending = status & TP_STATUS_CSUMNOTREADY;
	return len;
}

/* A bridge may have put a tag in front of it. */
static bool is_sentinel(const uint8_t *data, ssize_t len)
{
	if (len >= SENTINEL_LEN && data[12] == ETH_P_8021Q >> 8 &&
	    data[13] == (ETH_P_8021Q & 0xff))
		data += 4;
	else if (len >= SENTINEL_LEN && data[12] == ETH_P_8021AD >> 8 &&
		 data[13] == (ETH_P_8021AD & 0xff))
		data += 4;
	return len >= SENTINEL_LEN && data[12] == SENTINEL_TYPE >> 8 &&
	       data[13] == (SENTINEL_TYPE & 0xff) &&
	       !memcmp(data + 14, &cookie, sizeof(cookie));
}

/* Called for each frame that comes. */
typedef void (*frame_fn)(void *arg, const uint8_t *data, size_t len);

/** struct copies - how often each of some frames came */
struct copies {
	const struct frame *frames;
	int n;
	unsigned long *seen;
};

static void count_copies(void *arg, const uint8_t *data, size_t len)
{
	struct copies *c = arg;
	int i;

	for (i = 0; i < c->n; i++) {
		if (len != c->frames[i].len ||
		    memcmp(data, c->frames[i].data, len))
			continue;
		c->seen[i]++;
		return;
	}
}

/* Pass each frame to @fn until the sentinel comes. */
static int collect(struct end *e, frame_fn fn, void *arg, int timeout_ms)
{
	static uint8_t data[MAX_FRAME + 4];
	int64_t deadline = now_ms() + timeout_ms;
	struct pollfd p = { .fd = e->rx, .events = POLLIN };
	ssize_t len;

	for (;;) {
		while ((len = receive(e, data)) >= 0) {
			if (is_sentinel(data, len))
				return 0;
			fn(arg, data, len);
		}
		if (now_ms() >= deadline)
			return fail("sentinel did not arrive at %s", e->name);
		poll(&p, 1, 10);
	}
}

static void drain(struct job *job)
{
	static uint8_t data[MAX_FRAME + 4];
	int i;

	for (i = 0; i < job->n_rx; i++)
		while (receive(job->rx[i], data) >= 0)
			;
}

static int send_sentinels(struct job *job)
{
	int i;

	cookie++;
	for (i = 0; i < job->n_rx; i++)
		if (send_sentinel(job->tx, job->rx[i]))
			return -1;
	return 0;
}

/* ---- commands ---- */

/* Return: number of words used, -1 on error */
static int job_parse(struct job *job, char **words, int n)
{
	int i;

	memset(job, 0, sizeof(*job));
	job->count = 2;
	for (i = 0; i + 1 < n; i += 2) {
		if (!strcmp(words[i], "tx")) {
			job->tx = end_get(words[i + 1]);
			if (!job->tx)
				return -1;
		} else if (!strcmp(words[i], "rx") && job->n_rx < MAX_ENDS) {
			job->rx[job->n_rx] = end_get(words[i + 1]);
			if (!job->rx[job->n_rx++])
				return -1;
		} else if (!strcmp(words[i], "count")) {
			job->count = atoi(words[i + 1]);
		} else if (!strcmp(words[i], "rounds")) {
			job->rounds = atoi(words[i + 1]);
		} else if (!strcmp(words[i], "mode")) {
			job->mode = words[i + 1][0] == 'p' ? MODE_PLAIN :
				    words[i + 1][0] == 'r' ? MODE_RING :
				    MODE_MIXED;
		} else {
			break;
		}
	}
	if (!job->tx || !job->n_rx)
		return fail("tx and rx are needed");
	return i;
}

static int job_frame(struct job *job, struct frame *f, char **words, int n)
{
	struct spec s;

	if (spec_parse(&s, words, n))
		return -1;
	if (!s.has_smac)
		memcpy(s.smac, job->tx->mac, 6);
	if (!s.has_dmac)
		memcpy(s.dmac, job->rx[0]->mac, 6);
	return frame_build(f, &s);
}

/* Cut the words at each "=>". Return: length of the first part. */
static int part_length(char **words, int n)
{
	int i;

	for (i = 0; i < n && strcmp(words[i], "=>"); i++)
		;
	return i;
}

/* The frames that each receiver looks for. */
static int wanted_frames(struct job *job, struct frame *want,
			 const struct frame *sent, char **words, int n)
{
	int i, len;

	for (i = 0; i < job->n_rx; i++) {
		if (!n) {
			want[i] = i ? want[i - 1] : *sent;
			continue;
		}
		len = part_length(words + 1, n - 1);
		if (job_frame(job, &want[i], words + 1, len))
			return -1;
		words += len + 1;
		n -= len + 1;
	}
	return n ? fail("more frames than receivers") : 0;
}

static int send_all(struct job *job, const struct frame *f)
{
	int i;

	drain(job);
	for (i = 0; i < job->count; i++)
		if (send_frame(job->tx, f, job->mode, i))
			return -1;
	return send_sentinels(job);
}

/* Read the words of check. Return: 0 with the frame in @f, others in @want. */
static int check_parse(struct job *job, struct frame *f, struct frame *want,
		       char **words, int n)
{
	int len, used = job_parse(job, words, n);

	if (used < 0)
		return -1;
	words += used;
	n -= used;
	len = part_length(words, n);
	if (job_frame(job, f, words, len))
		return -1;
	return wanted_frames(job, want, f, words + len, n - len);
}

static int print_seen(struct job *job, const struct frame *want)
{
	unsigned long seen[MAX_ENDS] = { 0 };
	int i;

	for (i = 0; i < job->n_rx; i++) {
		struct copies c = { &want[i], 1, &seen[i] };

		if (collect(job->rx[i], count_copies, &c, DEADLINE_MS))
			return -1;
	}
	printf("seen");
	for (i = 0; i < job->n_rx; i++)
		printf(" %lu", seen[i]);
	printf("\n");
	return 0;
}

static struct frame check_frame, check_want[MAX_ENDS];

static int cmd_check(char **words, int n)
{
	struct job job;

	if (check_parse(&job, &check_frame, check_want, words, n) ||
	    send_all(&job, &check_frame))
		return -1;
	return print_seen(&job, check_want);
}

static int cmd_send(char **words, int n)
{
	struct job job;

	if (check_parse(&job, &check_frame, check_want, words, n) ||
	    send_all(&job, &check_frame))
		return -1;
	printf("ok\n");
	return 0;
}

static int cmd_seen(char **words, int n)
{
	struct job job;

	if (check_parse(&job, &check_frame, check_want, words, n) ||
	    send_sentinels(&job))
		return -1;
	return print_seen(&job, check_want);
}

/* ---- answers ---- */

/** struct reading - an answer that is being read */
struct reading {
	const uint8_t *p, *end;
	const struct frame *sent;
	char text[1024];
};

static void note(struct reading *r, const char *format, ...)
{
	size_t len = strlen(r->text);
	va_list args;

	va_start(args, format);
	vsnprintf(r->text + len, sizeof(r->text) - len, format, args);
	va_end(args);
}

static unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static bool holds(struct reading *r, long bytes)
{
	if (r->end - r->p >= bytes)
		return true;
	note(r, " cut-off");
	r->end = r->p;
	return false;
}

/* An ICMP error quotes the packet that it is about. */
static void read_quote(struct reading *r)
{
	size_t len = r->end - r->p;

	if (len < 28 || len > r->sent->len - r->sent->l3 ||
	    memcmp(r->p, r->sent->data + r->sent->l3, len))
		note(r, " wrong-quote");
}

/* A sum that is pending must be that of the pseudo header. */
static bool sum_is_right(const uint8_t *p, size_t len, int proto,
			 uint32_t pseudo)
{
	uint32_t sum = proto == 1 ? 0 : pseudo + proto + len;

	if (sum_is_pending)
		return proto == 6 && get16(p + 16) == sum_fold(sum);
	return sum_fold(sum_bytes(p, len, sum)) == 0xffff;
}

static void read_l4(struct reading *r, int proto, uint32_t pseudo)
{
	size_t len = r->end - r->p;

	if (!holds(r, proto == 6 ? 20 : 8))
		return;
	if (!sum_is_right(r->p, len, proto, pseudo))
		note(r, " wrong-sum");
	if (proto == 6) {
		note(r, " tcp %u>%u seq %u ack %u flags 0x%02x", get16(r->p),
		     get16(r->p + 2), get32(r->p + 4), get32(r->p + 8),
		     r->p[13]);
		if (len != 20 || r->p[12] != 0x50)
			note(r, " wrong-length");
	} else {
		note(r, " %s %u/%u", proto == 1 ? "icmp" : "icmpv6", r->p[0],
		     r->p[1]);
		if (get32(r->p + 4))
			note(r, " wrong-rest");
		r->p += 8;
		read_quote(r);
	}
}

static void read_ip(struct reading *r, int family)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	bool is_ip4 = family == AF_INET;
	const uint8_t *h = r->p;
	int alen = is_ip4 ? 4 : 16, header = is_ip4 ? 20 : 40;
	long len;

	if (!holds(r, header))
		return;
	len = is_ip4 ? get16(h + 2) : 40 + get16(h + 4);
	if (h[0] != (is_ip4 ? 0x45 : 0x60) || len != r->end - h)
		note(r, " wrong-length");
	if (is_ip4 && sum_fold(sum_bytes(h, 20, 0)) != 0xffff)
		note(r, " wrong-sum");
	if (h[is_ip4 ? 8 : 7] < 2)
		note(r, " wrong-ttl");
	h += is_ip4 ? 12 : 8;
	inet_ntop(family, h, src, sizeof(src));
	inet_ntop(family, h + alen, dst, sizeof(dst));
	note(r, " %s>%s", src, dst);
	r->p += header;
	read_l4(r, is_ip4 ? h[-3] : h[-2], sum_bytes(h, 2 * alen, 0));
}

static void read_encap(struct reading *r, unsigned int type)
{
	static const uint8_t snap[6] = { 0xaa, 0xaa, 0x03 };

	if (type < 1536) {
		note(r, " snap");
		if (!holds(r, 8))
			return;
		if (type != r->end - r->p || memcmp(r->p, snap, 6))
			note(r, " wrong-llc");
		type = get16(r->p + 6);
		r->p += 8;
	}
	if (type == ETH_P_PPP_SES) {
		if (!holds(r, 8))
			return;
		note(r, " pppoe %u", get16(r->p + 2));
		if (r->p[0] != 0x11 || r->p[1] ||
		    get16(r->p + 4) != r->end - r->p - 6)
			note(r, " wrong-pppoe");
		type = get16(r->p + 6);
		type = type == 0x21 ? ETH_P_IP : type == 0x57 ? ETH_P_IPV6 : type;
		r->p += 8;
	}
	if (type == ETH_P_IP)
		read_ip(r, AF_INET);
	else if (type == ETH_P_IPV6)
		read_ip(r, AF_INET6);
	else
		note(r, " type 0x%04x", type);
}

/** struct answers - what came back */
struct answers {
	const struct frame *sent;
	int n;
	char text[8192];
};

static void read_answer(void *arg, const uint8_t *data, size_t len)
{
	struct answers *a = arg;
	struct reading r = { .p = data, .end = data + len, .sent = a->sent };
	size_t used = strlen(a->text);
	unsigned int type;

	if (memcmp(data, a->sent->data + 6, 6) ||
	    memcmp(data + 6, a->sent->data, 6))
		note(&r, " wrong-mac");
	for (r.p += 12; type = get16(r.p),
	     type == ETH_P_8021Q || type == ETH_P_8021AD; r.p += 4)
		note(&r, " %s %u", type == ETH_P_8021Q ? "vlan" : "svlan",
		     get16(r.p + 2));
	r.p += 2;
	read_encap(&r, type);
	a->n++;
	snprintf(a->text + used, sizeof(a->text) - used, " [%s]", r.text + 1);
}

static int cmd_answer(char **words, int n)
{
	static uint8_t data[MAX_FRAME + 4];
	static struct answers a;
	static struct frame f;
	struct copies none = { 0 };
	struct job job;
	ssize_t len;
	int used = job_parse(&job, words, n);

	if (used < 0 || job_frame(&job, &f, words + used, n - used))
		return -1;
	memset(&a, 0, sizeof(a));
	a.sent = &f;
	while (receive(job.tx, data) >= 0)
		;
	if (send_all(&job, &f) ||
	    collect(job.rx[0], count_copies, &none, DEADLINE_MS))
		return -1;
	while ((len = receive(job.tx, data)) >= 0)
		read_answer(&a, data, len);
	printf("answer %d%s\n", a.n, a.text);
	return 0;
}

/** struct cut - what came of a frame that was sent cut to each length */
struct cut {
	unsigned int seen[MAX_CUT + 1];
	const struct frame *whole;
};

static int send_cuts(struct job *job, struct frame *f)
{
	size_t full = f->len;
	int i, ret = 0;

	for (f->len = ETH_HLEN; !ret && f->len <= full; f->len++)
		for (i = 0; !ret && i < job->count; i++)
			ret = send_frame(job->tx, f, job->mode, i);
	f->len = full;
	return ret ? ret : send_sentinels(job);
}

static void count_cut(void *arg, const uint8_t *data, size_t len)
{
	struct cut *cut = arg;

	if (len <= cut->whole->len && !memcmp(data, cut->whole->data, len))
		cut->seen[len]++;
}

/* A length of which not all copies came is shown with their number: linear and
 * nonlinear skbs were judged differently.
 */
static int cmd_lengths(char **words, int n)
{
	static struct frame f;
	struct cut cut = { .whole = &f };
	struct job job;
	size_t len;
	int used = job_parse(&job, words, n);

	if (used < 0 || job_frame(&job, &f, words + used, n - used))
		return -1;
	if (f.len > MAX_CUT)
		return fail("more than %d bytes", MAX_CUT);
	drain(&job);
	if (send_cuts(&job, &f) ||
	    collect(job.rx[0], count_cut, &cut, DEADLINE_MS))
		return -1;
	printf("lengths");
	for (len = ETH_HLEN; len <= f.len; len++) {
		if (cut.seen[len])
			printf(" %zu", len);
		if (cut.seen[len] && cut.seen[len] != (unsigned int)job.count)
			printf(":%u", cut.seen[len]);
	}
	printf("\n");
	return 0;
}

static bool line_pending(void);

/* Split the words at "/" and build a frame of each part. */
static int flood_frames(struct job *job, struct frame *frames, char **words,
			int n)
{
	int i, start = 0, count = 0;

	for (i = 0; i <= n; i++) {
		if (i < n && strcmp(words[i], "/"))
			continue;
		if (count == MAX_FLOOD)
			return fail("too many frames");
		if (job_frame(job, &frames[count++], words + start, i - start))
			return -1;
		start = i + 1;
	}
	return count;
}

static int flood_round(struct job *job, const struct frame *frames, int n,
		       unsigned long *seen)
{
	struct copies c = { frames, n, seen };
	int i, copy;

	for (copy = 0; copy < job->count; copy++)
		for (i = 0; i < n; i++)
			if (send_frame(job->tx, &frames[i], job->mode, copy))
				return -1;
	if (send_sentinels(job))
		return -1;
	return collect(job->rx[0], count_copies, &c, DEADLINE_MS);
}

static int cmd_flood(char **words, int n)
{
	static struct frame frames[MAX_FLOOD];
	unsigned long seen[MAX_FLOOD] = { 0 }, sent = 0;
	struct job job;
	int i, count, round, used = job_parse(&job, words, n);

	if (used < 0)
		return -1;
	count = flood_frames(&job, frames, words + used, n - used);
	if (count < 0)
		return -1;
	drain(&job);
	for (round = 0; job.rounds ? round < job.rounds : !line_pending();
	     round++) {
		if (flood_round(&job, frames, count, seen))
			return -1;
		sent += job.count;
	}
	printf("flood %lu", sent);
	for (i = 0; i < count; i++)
		printf(" %lu", seen[i]);
	printf("\n");
	return 0;
}

static bool way_open(struct job *job)
{
	struct copies none = { 0 };
	int i;

	if (send_sentinels(job))
		return false;
	for (i = 0; i < job->n_rx; i++)
		if (collect(job->rx[i], count_copies, &none, 20))
			return false;
	return true;
}

static int cmd_ready(char **words, int n)
{
	struct job job;
	int64_t deadline = now_ms() + DEADLINE_MS;

	if (job_parse(&job, words, n) < 0)
		return -1;
	while (!way_open(&job))
		if (now_ms() > deadline)
			return -1;
	drain(&job);
	printf("ok\n");
	return 0;
}

static int cmd_bytes(char **words, int n)
{
	static struct frame f;
	struct spec s;
	size_t i;

	if (spec_parse(&s, words, n) || frame_build(&f, &s))
		return -1;
	for (i = 0; i < f.len; i++)
		printf("%02x", f.data[i]);
	printf("\n");
	return 0;
}

static int cmd_tap(char **words, int n)
{
	if (n != 1 || !end_open(words[0], true))
		return -1;
	printf("ok\n");
	return 0;
}

static int cmd_close(char **words, int n)
{
	(void)words;
	(void)n;
	ends_close();
	printf("ok\n");
	return 0;
}

static int cmd_stop(char **words, int n)
{
	(void)words;
	(void)n;
	return 0;
}

static int run(char **words, int n)
{
	static const struct {
		const char *name;
		int (*run)(char **words, int n);
	} commands[] = {
		{ "check", cmd_check }, { "send", cmd_send },
		{ "seen", cmd_seen }, { "answer", cmd_answer },
		{ "lengths", cmd_lengths },
		{ "flood", cmd_flood }, { "ready", cmd_ready },
		{ "tap", cmd_tap }, { "bytes", cmd_bytes }, { "close", cmd_close },
		{ "stop", cmd_stop },
	};
	size_t i;
	int ret = fail("unknown command");

	for (i = 0; n && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(words[0], commands[i].name))
			ret = commands[i].run(words + 1, n - 1);
	if (ret)
		printf("error %s\n", error);
	fflush(stdout);
	return ret;
}

/* ---- input ---- */

static char input[65536];
static size_t input_len;

static bool line_pending(void)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };

	return memchr(input, '\n', input_len) || poll(&p, 1, 0) > 0;
}

/* Return: next line in @line, or false at the end of the input */
static bool read_line(char *line, size_t size)
{
	char *end;
	ssize_t n;

	while (!(end = memchr(input, '\n', input_len))) {
		if (input_len == sizeof(input))
			return false;
		n = read(0, input + input_len, sizeof(input) - input_len);
		if (n <= 0)
			return false;
		input_len += n;
	}
	snprintf(line, size, "%.*s", (int)(end - input), input);
	input_len -= end + 1 - input;
	memmove(input, end + 1, input_len);
	return true;
}

static int split(char *line, char **words)
{
	char *save, *word;
	int n = 0;

	for (word = strtok_r(line, " \t", &save); word && n < MAX_WORDS;
	     word = strtok_r(NULL, " \t", &save))
		words[n++] = word;
	return n;
}

int main(int argc, char **argv)
{
	static char line[65536];
	char *words[MAX_WORDS];
	int n;

	packet_stay_on_cpu();
	cookie = (uint64_t)getpid() << 32 | (now_ms() & 0xffff) << 16;
	if (argc > 1)
		return run(argv + 1, argc - 1) ? 1 : 0;
	while (read_line(line, sizeof(line))) {
		n = split(line, words);
		if (n)
			run(words, n);
	}
	return 0;
}

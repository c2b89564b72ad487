// SPDX-License-Identifier: GPL-2.0-only
/*
 * victim: frames made to be taken in by a Linux host behind the bridge, and what
 * that host made of each. Rules say what the sender may not do; the host's own
 * tables and sockets tell whether he did.
 *
 *   victim SEED COUNT TXNETNS RXNETNS
 *       sends COUNT shots, of one frame or the fragments of one packet, from
 *       eth0 to eth0. Each has a seed of its own, from SEED on: that of a shot
 *       with a COUNT of 1 repeats it.
 *
 * The sender is 02:00:00:00:00:01 with 192.0.2.1, 2001:db8::1 and fe80::1. He may
 * say that he has these, and send to port 7. What he may not: have another
 * address, send router advertisements or redirects, send to port 23, be in VLAN
 * 100. A class of shots tells one such lie, and no other, or none.
 *
 * For each class and each way to wrap it up there is a line "NAME SENT TAKEN LIES":
 * shots that were sent, that the host took in, and those of them by which it
 * believed a lie; and for the first lie of each class and wrapping one in front
 * of them, "lie CLASS seed SEED WRAPPINGS: WHAT: HEX...".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/icmp.h>
#include <linux/rtnetlink.h>

#include "netns.h"
#include "packet.h"
#include "random.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;

#define FRAME_LEN	1024
#define FRAGMENTS	4
#define WAIT_MS		60000
#define SENTINEL_TYPE	0x88b5

#define PORT_OPEN	7
#define PORT_CLOSED	23
#define VLAN_CLOSED	100
#define VLAN_OPEN	200

/** struct bytes - a frame, or a part of one */
struct bytes {
	unsigned int len;
	u8 data[FRAME_LEN];
};

static const u8 mac_own[] = { 2, 0, 0, 0, 0, 1 };
static const u8 mac_victim[] = { 2, 0, 0, 0, 0, 2 };
static const u8 mac_other[] = { 2, 0, 0, 0, 0, 9 };
static const u8 mac_all[] = { 255, 255, 255, 255, 255, 255 };

static const u8 ip4_own[] = { 192, 0, 2, 1 };
static const u8 ip4_victim[] = { 192, 0, 2, 2 };
static const u8 ip4_router[] = { 192, 0, 2, 8 };
static const u8 ip4_other[] = { 192, 0, 2, 9 };

static const u8 ip6_own[] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static const u8 ip6_victim[] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };
static const u8 ip6_other[] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 };
static const u8 link_own[] = { 0xfe, 0x80, [15] = 1 };
static const u8 link_victim[] = { 0xfe, 0x80, [11] = 0xff, [12] = 0xfe, [15] = 2 };
static const u8 link_other[] = { 0xfe, 0x80, [15] = 9 };
static const u8 all_nodes[] = { 0xff, 0x02, [15] = 1 };
static const u8 all_routers[] = { 0xff, 0x02, [15] = 2 };
static const u8 solicited_node[] = { 0xff, 0x02, [11] = 1, [12] = 0xff, [15] = 2 };

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "victim: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- classes of shots, and wrappings ---- */

enum kind { ARP, NS, NA, RS, RA, REDIRECT6, UDP6, TCP6, ECHO6, UDP4, TCP4, ECHO4, REDIRECT4 };

enum lie { NO_LIE, LIE_IP, LIE_MAC, LIE_PORT, LIE_VLAN, LIE_TYPE };

/* Whether the host is a router in IPv6: some is taken in only by one, some by others. */
enum role { ANY_ROLE, HOST, ROUTER };

/**
 * struct count - of shots
 * @sent: by the sender
 * @taken: in by the host
 * @lies: believed
 */
struct count {
	unsigned long sent;
	unsigned long taken;
	unsigned long lies;
};

static const struct class {
	const char *name;
	enum kind kind;
	enum lie lie;
	enum role role;
} classes[] = {
	{ "arp", ARP, NO_LIE, ANY_ROLE },
	{ "arp-ip", ARP, LIE_IP, ANY_ROLE },
	{ "arp-mac", ARP, LIE_MAC, ANY_ROLE },
	{ "arp-vlan", ARP, LIE_VLAN, ANY_ROLE },
	{ "ns", NS, NO_LIE, ANY_ROLE },
	{ "ns-ip", NS, LIE_IP, ANY_ROLE },
	{ "ns-mac", NS, LIE_MAC, ANY_ROLE },
	{ "ns-vlan", NS, LIE_VLAN, ANY_ROLE },
	{ "na", NA, NO_LIE, ROUTER },
	{ "na-ip", NA, LIE_IP, ROUTER },
	{ "na-mac", NA, LIE_MAC, ROUTER },
	{ "rs", RS, NO_LIE, ROUTER },
	{ "rs-ip", RS, LIE_IP, ROUTER },
	{ "rs-mac", RS, LIE_MAC, ROUTER },
	{ "ra", RA, LIE_TYPE, HOST },
	{ "redirect6", REDIRECT6, LIE_TYPE, HOST },
	{ "redirect6-mac", REDIRECT6, LIE_MAC, HOST },
	{ "redirect4", REDIRECT4, LIE_TYPE, ANY_ROLE },
	{ "udp4", UDP4, NO_LIE, ANY_ROLE },
	{ "udp4-ip", UDP4, LIE_IP, ANY_ROLE },
	{ "udp4-port", UDP4, LIE_PORT, ANY_ROLE },
	{ "udp4-vlan", UDP4, LIE_VLAN, ANY_ROLE },
	{ "udp6", UDP6, NO_LIE, ANY_ROLE },
	{ "udp6-ip", UDP6, LIE_IP, ANY_ROLE },
	{ "udp6-port", UDP6, LIE_PORT, ANY_ROLE },
	{ "udp6-vlan", UDP6, LIE_VLAN, ANY_ROLE },
	{ "tcp4-port", TCP4, LIE_PORT, ANY_ROLE },
	{ "tcp6-port", TCP6, LIE_PORT, ANY_ROLE },
	{ "echo4", ECHO4, NO_LIE, ANY_ROLE },
	{ "echo4-ip", ECHO4, LIE_IP, ANY_ROLE },
	{ "echo6", ECHO6, NO_LIE, ANY_ROLE },
	{ "echo6-ip", ECHO6, LIE_IP, ANY_ROLE },
};

#define CLASSES	(sizeof(classes) / sizeof(classes[0]))

static struct count class_counts[CLASSES];

/* Wrappings of the lies that have been shown, 1 << W_* */
static u32 class_shown[CLASSES];

#define WRAPPINGS(X) \
	X(PLAIN, "plain") X(PRIORITY, "priority-tag") X(TAG, "tag") X(TAGS, "tags") \
	X(AD, "802.1ad") X(SNAP, "snap") X(LENGTH, "802.3-length") X(PPPOE, "pppoe") \
	X(HARDWARE, "arp-hardware") X(LLADDRS, "nd-lladdrs") X(ND_OPTIONS, "nd-options") \
	X(IP_OPTIONS, "ip-options") X(HOP, "hop-by-hop") X(DEST, "destination") \
	X(ROUTING, "routing") X(AUTH, "authentication") X(ATOMIC, "atomic-fragment") \
	X(FRAGMENTS, "fragments") X(OVERLAP, "overlap") X(LENGTHS, "lengths") \
	X(TRAILER, "trailer") X(HOPS, "hop-limit") X(BYTES, "bytes")

#define X_ENUM(name, text)	W_##name,
#define X_NAME(name, text)	text,
enum { WRAPPINGS(X_ENUM) W_COUNT };
static const char *const wrap_names[] = { WRAPPINGS(X_NAME) };
static struct count wrap_counts[W_COUNT];

/**
 * struct shot - what is sent at once
 * @class: what it says
 * @seed: what it was made from
 * @wraps: how it is wrapped up, 1 << W_*
 * @dmac: where it goes
 * @n: frames
 * @frames: they
 */
static struct shot {
	const struct class *class;
	unsigned long long seed;
	u32 wraps;
	u8 dmac[6];
	unsigned int n;
	struct bytes frames[FRAGMENTS];
} shot;

static void wrapped(unsigned int how)
{
	shot.wraps |= 1U << how;
}

static bool lies(enum lie lie)
{
	return shot.class->lie == lie;
}

/* ---- bytes ---- */

static void put(struct bytes *f, const void *data, unsigned int len)
{
	if (len > sizeof(f->data) - f->len)
		abort();
	memcpy(f->data + f->len, data, len);
	f->len += len;
}

static void put8(struct bytes *f, u8 value)
{
	put(f, &value, 1);
}

static void put16(struct bytes *f, u16 value)
{
	put8(f, value >> 8);
	put8(f, value);
}

static void put_zero(struct bytes *f, unsigned int n)
{
	while (n--)
		put8(f, 0);
}

static void set16(u8 *p, u16 value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static u32 sum(const u8 *p, unsigned int n, u32 start)
{
	for (; n > 1; p += 2, n -= 2)
		start += p[0] << 8 | p[1];
	if (n)
		start += p[0] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);

	return start;
}

/* Damage that checksums don't tell, since they are made later. */
static void damage(u8 *p, unsigned int len)
{
	if (!len || !one_in(24))
		return;
	wrapped(W_BYTES);
	p[below(len)] = one_in(2) ? below(256) : 1U << below(8);
}

/* A length that mostly is true */
static unsigned int some_length(unsigned int true_one)
{
	static const int off[] = { -8, -4, -1, 1, 4, 8, 255, -255 };

	if (!one_in(16))
		return true_one;
	wrapped(W_LENGTHS);
	return one_in(4) ? 0 : true_one + off[below(8)];
}

/* ---- ARP, RFC 826 ---- */

static u16 some_hardware(void)
{
	if (!one_in(3))
		return ARPHRD_ETHER;
	wrapped(W_HARDWARE);
	return one_in(4) ? below(40) : ARPHRD_IEEE802;
}

static void make_arp(struct bytes *f)
{
	const u8 *sender = lies(LIE_IP) ? ip4_other : ip4_own;
	bool is_gratuitous = one_in(2);

	memcpy(shot.dmac, one_in(2) ? mac_all : mac_victim, 6);
	put16(f, some_hardware());
	put16(f, 0x0800);
	put16(f, 0x0604);
	put16(f, 1 + below(2));
	put(f, lies(LIE_MAC) ? mac_other : mac_own, 6);
	put(f, sender, 4);
	put(f, one_in(2) ? mac_victim : mac_all, 6);
	put(f, is_gratuitous ? sender : ip4_victim, 4);
	damage(f->data, f->len);
}

/* ---- neighbour discovery, RFC 4861 ---- */

static void put_lladdr(struct bytes *f, unsigned int type, const u8 *mac)
{
	put8(f, type);
	put8(f, 1);
	put(f, mac, 6);
}

/* One that the host passes over. */
static void put_odd_option(struct bytes *f)
{
	unsigned int len = 1 + below(2);

	wrapped(W_ND_OPTIONS);
	put8(f, one_in(2) ? 14 : 30 + below(200));
	put8(f, len);
	put_zero(f, 8 * len - 2);
}

/*
 * The option that the host uses, of @type, stands among others. If the address in it
 * is a lie, those of the other kind, and later ones of the same kind, are true.
 */
static void put_nd_options(struct bytes *f, unsigned int type)
{
	const u8 *mac = lies(LIE_MAC) ? mac_other : mac_own;
	unsigned int other = type == 1 ? 2 : 1;
	unsigned int before = one_in(lies(LIE_MAC) ? 2 : 4) ? 1 + below(one_in(6) ? 10 : 3) : 0;

	while (before--) {
		if (one_in(2)) {
			put_odd_option(f);
			continue;
		}
		wrapped(W_LLADDRS);
		put_lladdr(f, other, mac_own);
	}
	put_lladdr(f, type, mac);
	if (one_in(3)) {
		wrapped(W_LLADDRS);
		put_lladdr(f, one_in(2) ? type : other, mac_own);
	}
	while (one_in(4))
		put_odd_option(f);
}

/* A prefix that the host shall make an address from. */
static void put_prefix(struct bytes *f)
{
	static const u8 head[] = { 3, 4, 64, 0xc0, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff };

	put(f, head, sizeof(head));
	put_zero(f, 4);
	put(f, "\x20\x01\x0d\xb8\xff\xfd\0\0", 8);
	put_zero(f, 8);
}

static void put_icmp6(struct bytes *f, u8 type)
{
	put8(f, type);
	put_zero(f, 3);
}

static void make_solicitation(struct bytes *f)
{
	put_icmp6(f, ND_NEIGHBOR_SOLICIT);
	put_zero(f, 4);
	put(f, one_in(3) ? link_victim : ip6_victim, 16);
	put_nd_options(f, 1);
}

static void make_advertisement(struct bytes *f)
{
	put_icmp6(f, ND_NEIGHBOR_ADVERT);
	put8(f, below(8) << 5);
	put_zero(f, 3);
	put(f, lies(LIE_IP) ? ip6_other : ip6_own, 16);
	put_nd_options(f, 2);
}

static void make_router_advertisement(struct bytes *f)
{
	put_icmp6(f, ND_ROUTER_ADVERT);
	put16(f, 0x4000);
	put16(f, 1800);
	put_zero(f, 8);
	if (one_in(2))
		put_prefix(f);
	put_nd_options(f, 1);
}

/* Where a redirect of this shot leads to: each is for another host. */
static void redirected(u8 *ip, bool is_ip6)
{
	u32 low = shot.seed & 0x1ffff;

	if (is_ip6) {
		memcpy(ip, "\x20\x01\x0d\xb8\xff\xfe\0\0\0\0\0\0\0", 13);
		ip += 12;
	} else {
		ip[0] = 198;
	}
	ip[1] = is_ip6 ? low >> 16 : 18 + (low >> 16);
	ip[2] = low >> 8;
	ip[3] = low;
}

static void make_redirect6(struct bytes *f)
{
	u8 ip[16];

	redirected(ip, true);
	put_icmp6(f, ND_REDIRECT);
	put_zero(f, 4);
	put(f, lies(LIE_MAC) ? link_own : link_other, 16);
	put(f, ip, 16);
	put_nd_options(f, 2);
}

static void put_echo(struct bytes *f, u8 type)
{
	put8(f, type);
	put_zero(f, 3);
	put16(f, shot.seed >> 16);
	put16(f, shot.seed);
	put_zero(f, below(40));
}

/* The packet that the host is said to have sent stands behind it. */
static void make_redirect4(struct bytes *f)
{
	static const u8 inner[] = { 0x45, 0, 0, 28, 0, 0, 0, 0, 64, IPPROTO_ICMP, 0, 0 };
	u8 ip[4];

	redirected(ip, false);
	put8(f, ICMP_REDIRECT);
	put8(f, 1);
	put16(f, 0);
	put(f, ip4_router, 4);
	put(f, inner, sizeof(inner));
	put(f, ip4_victim, 4);
	put(f, ip, 4);
	put8(f, ICMP_ECHO);
	put_zero(f, 7);
}

/* ---- transport ---- */

static u16 some_port(void)
{
	return lies(LIE_PORT) ? PORT_CLOSED : PORT_OPEN;
}

static void make_udp(struct bytes *f)
{
	unsigned int payload = below(60);

	put16(f, 1024 + shot.seed % 60000);
	put16(f, some_port());
	put16(f, some_length(8 + payload));
	put16(f, 0);
	put_zero(f, payload);
}

static void make_tcp(struct bytes *f)
{
	unsigned int options = 4 * below(4), payload = one_in(4) ? below(30) : 0;

	put16(f, 1024 + shot.seed % 60000);
	put16(f, some_port());
	put_zero(f, 8);
	put8(f, (20 + options) << 2);
	put8(f, one_in(4) ? 0x02 | below(64) : 0x02);
	put16(f, 1000);
	put_zero(f, 4);
	while (options--)
		put8(f, 1);
	put_zero(f, payload);
}

static void make_transport(struct bytes *f)
{
	switch (shot.class->kind) {
	case NS:
		make_solicitation(f);
		break;
	case NA:
		make_advertisement(f);
		break;
	case RS:
		put_icmp6(f, ND_ROUTER_SOLICIT);
		put_zero(f, 4);
		put_nd_options(f, 1);
		break;
	case RA:
		make_router_advertisement(f);
		break;
	case REDIRECT6:
		make_redirect6(f);
		break;
	case REDIRECT4:
		make_redirect4(f);
		break;
	case ECHO4:
	case ECHO6:
		put_echo(f, shot.class->kind == ECHO4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST);
		break;
	case TCP4:
	case TCP6:
		make_tcp(f);
		break;
	default:
		make_udp(f);
		break;
	}
	damage(f->data, f->len);
}

static u8 kind_proto(enum kind kind)
{
	switch (kind) {
	case UDP4:
	case UDP6:
		return IPPROTO_UDP;
	case TCP4:
	case TCP6:
		return IPPROTO_TCP;
	case ECHO4:
	case REDIRECT4:
		return IPPROTO_ICMP;
	default:
		return IPPROTO_ICMPV6;
	}
}

/* With the addresses of the packet, of @len bytes, which ICMP of IPv4 leaves out. */
static void set_checksum(struct bytes *l4, const u8 *addrs, unsigned int len)
{
	static const u8 offsets[] = { [IPPROTO_TCP] = 16, [IPPROTO_UDP] = 6,
		[IPPROTO_ICMP] = 2, [IPPROTO_ICMPV6] = 2 };
	u8 proto = kind_proto(shot.class->kind), *p = l4->data + offsets[proto];
	u32 s = 0;

	if (offsets[proto] + 2U > l4->len)
		return;
	set16(p, 0);
	if (proto != IPPROTO_ICMP)
		s = sum(addrs, len, proto + l4->len);
	s = ~sum(l4->data, l4->len, s) & 0xffff;
	set16(p, s ? s : 0xffff);
}

/* ---- in pieces ---- */

/**
 * struct piece - a fragment
 * @start: first byte of the packet's
 * @end: the one behind its last byte
 */
struct piece {
	unsigned int start;
	unsigned int end;
};

/* Return: how many pieces, in any order and perhaps overlapping */
static unsigned int cut(struct piece *pieces, unsigned int len)
{
	unsigned int n = 0, at = 0, i;
	struct piece p;

	while (n < FRAGMENTS - 1 && len - at > 8 && (!n || one_in(2))) {
		pieces[n].start = at;
		at += 8 * (1 + below(one_in(2) ? 1 : (len - at - 1) / 8));
		pieces[n++].end = at;
	}
	pieces[n++] = (struct piece){ at, len };
	if (n > 1 && one_in(6)) {
		wrapped(W_OVERLAP);
		pieces[1 + below(n - 1)].start -= 8;
	}
	if (one_in(3)) {
		i = below(n);
		p = pieces[0];
		pieces[0] = pieces[i];
		pieces[i] = p;
	}

	return n;
}

/* ---- IPv4 ---- */

static void put_ip4_options(struct bytes *ip)
{
	static const u8 options[][8] = {
		{ 1, 1, 1, 1 }, { 0x94, 4, 0, 0 }, { 0, 0, 0, 0 }, { 1, 7, 3, 4 },
		{ 0x83, 7, 8, 192, 0, 2, 1, 0 }, { 7, 7, 4, 0, 0, 0, 0, 0 },
	};
	unsigned int i, n;

	if (!one_in(4))
		return;
	wrapped(W_IP_OPTIONS);
	for (n = 1 + below(3); n; n--) {
		i = below(6);
		put(ip, options[i], i < 4 ? 4 : 8);
	}
}

static void put_ip4(struct bytes *f, const struct bytes *head, const struct bytes *l4,
		    struct piece p)
{
	struct bytes *ip = f;
	unsigned int start = ip->len, header = head->len;
	u8 *h;

	put(ip, head->data, header);
	put(ip, l4->data + p.start, p.end - p.start);
	h = ip->data + start;
	h[0] = 0x40 | header / 4;
	set16(h + 2, some_length(header + p.end - p.start));
	set16(h + 6, p.start / 8 | (p.end < l4->len ? 0x2000 : 0));
	set16(h + 10, 0);
	damage(h, header);
	set16(h + 10, ~sum(h, header, 0));
}

static void make_ip4(struct bytes *packets)
{
	struct bytes head = { 0 }, l4 = { 0 };
	struct piece pieces[FRAGMENTS];
	unsigned int i;

	memcpy(shot.dmac, mac_victim, 6);
	make_transport(&l4);
	put16(&head, 0x4500);
	put16(&head, 0);
	put16(&head, shot.seed);
	put16(&head, 0);
	put8(&head, 64);
	put8(&head, kind_proto(shot.class->kind));
	put16(&head, 0);
	put(&head, lies(LIE_IP) ? ip4_other : ip4_own, 4);
	put(&head, ip4_victim, 4);
	put_ip4_options(&head);
	set_checksum(&l4, head.data + 12, 8);
	pieces[0] = (struct piece){ 0, l4.len };
	if (one_in(5)) {
		wrapped(W_FRAGMENTS);
		shot.n = cut(pieces, l4.len);
	}
	for (i = 0; i < shot.n; i++)
		put_ip4(&packets[i], &head, &l4, pieces[i]);
}

/* ---- IPv6 ---- */

/* An extension header, in front of one of the type @next; RFC 8200 */
static void put_ext(struct bytes *f, u8 type, u8 next)
{
	static const u8 options[][6] = {
		{ 1, 4 }, { 0x1e, 4 }, { 5, 2, 0, 0, 1, 0 }, { 0, 0, 0, 0, 0, 0 },
	};
	unsigned int longer = one_in(4);

	put8(f, next);
	switch (type) {
	case IPPROTO_ROUTING:
		put8(f, 2 * longer);
		put8(f, below(5));
		put_zero(f, 5 + 16 * longer);
		break;
	case IPPROTO_AH:
		put8(f, 1);
		put_zero(f, 10);
		break;
	case IPPROTO_FRAGMENT:
		put8(f, one_in(4) ? below(256) : 0);
		put_zero(f, 6);
		break;
	default:
		put8(f, longer);
		put(f, options[below(type == IPPROTO_HOPOPTS ? 4 : 2)], 6);
		if (longer)
			put(f, "\1\6\0\0\0\0\0", 8);
		break;
	}
}

static u8 some_ext(void)
{
	switch (below(12)) {
	case 0:
		wrapped(W_AUTH);
		return IPPROTO_AH;
	case 1:
	case 2:
		wrapped(W_ROUTING);
		return IPPROTO_ROUTING;
	case 3:
		wrapped(W_HOP);
		return IPPROTO_HOPOPTS;
	case 4:
	case 5:
	case 6:
		wrapped(W_ATOMIC);
		return IPPROTO_FRAGMENT;
	default:
		wrapped(W_DEST);
		return IPPROTO_DSTOPTS;
	}
}

/* Return: how many there are, with their types, and that of what follows, in @types */
static unsigned int choose_exts(u8 *types)
{
	unsigned int n = 0, count = one_in(3) ? 1 + below(one_in(8) ? 10 : 2) : 0;

	if (one_in(8)) {
		wrapped(W_HOP);
		types[n++] = IPPROTO_HOPOPTS;
	}
	while (count--)
		types[n++] = some_ext();
	types[n] = kind_proto(shot.class->kind);

	return n;
}

static const u8 *source6(void)
{
	bool is_link = shot.class->kind <= REDIRECT6 && (shot.class->kind >= RA || one_in(2));

	if (lies(LIE_IP) && shot.class->kind != NA)
		return is_link ? link_other : ip6_other;
	return is_link ? link_own : ip6_own;
}

static const u8 *destination6(void)
{
	const u8 *to = one_in(2) ? ip6_victim : link_victim;

	if (one_in(2)) {
		switch (shot.class->kind) {
		case NS:
			to = solicited_node;
			break;
		case NA:
		case RA:
			to = all_nodes;
			break;
		case RS:
			to = all_routers;
			break;
		default:
			break;
		}
	}
	memcpy(shot.dmac, mac_victim, 6);
	if (to[0] == 0xff) {
		memcpy(shot.dmac, "\x33\x33", 2);
		memcpy(shot.dmac + 2, to + 12, 4);
	}
	return to;
}

static void put_ip6_header(struct bytes *f, const u8 *addrs, u8 next, unsigned int len)
{
	u8 hops = shot.class->kind <= REDIRECT6 ? 255 : 64;

	if (one_in(16)) {
		wrapped(W_HOPS);
		hops = below(256);
	}
	put16(f, 0x6000 | below(2) << 4);
	put16(f, 0);
	put16(f, some_length(len));
	put8(f, next);
	put8(f, hops);
	put(f, addrs, 32);
	damage(f->data + f->len - 40, 40);
}

/* A piece of what follows the first @unfragmentable headers */
static void put_ip6_piece(struct bytes *f, const u8 *addrs, const struct bytes *head,
			  const u8 *types, unsigned int nhead, const struct bytes *rest,
			  struct piece p)
{
	put_ip6_header(f, addrs, nhead ? types[0] : IPPROTO_FRAGMENT,
		       head->len + 8 + p.end - p.start);
	put(f, head->data, head->len);
	put8(f, types[nhead]);
	put8(f, 0);
	put16(f, p.start | (p.end < rest->len));
	put16(f, 0);
	put16(f, shot.seed);
	put(f, rest->data + p.start, p.end - p.start);
}

static void make_ip6(struct bytes *packets)
{
	struct bytes head = { 0 }, rest = { 0 }, l4 = { 0 };
	struct piece pieces[FRAGMENTS];
	unsigned int i, n, nhead;
	u8 types[16], addrs[32];

	make_transport(&l4);
	memcpy(addrs, source6(), 16);
	memcpy(addrs + 16, destination6(), 16);
	set_checksum(&l4, addrs, 32);
	n = choose_exts(types);
	nhead = one_in(5) ? below(n + 1) : n;
	if (nhead < n || one_in(5)) {
		wrapped(W_FRAGMENTS);
		for (i = 0; i < n; i++)
			put_ext(i < nhead ? &head : &rest, types[i],
				i + 1 == nhead ? IPPROTO_FRAGMENT : types[i + 1]);
		put(&rest, l4.data, l4.len);
		shot.n = cut(pieces, rest.len);
		for (i = 0; i < shot.n; i++)
			put_ip6_piece(&packets[i], addrs, &head, types, nhead, &rest, pieces[i]);
		return;
	}
	for (i = 0; i < n; i++)
		put_ext(&rest, types[i], types[i + 1]);
	put(&rest, l4.data, l4.len);
	put_ip6_header(packets, addrs, types[0], rest.len);
	put(packets, rest.data, rest.len);
}

/* ---- Ethernet ---- */

/**
 * struct link - what stands in front of the packets of a shot
 * @ntags: tags
 * @types: their TPIDs
 * @tags: priority and VID
 * @has_snap: IEEE 802.3 with SNAP
 * @oui: of SNAP
 * @is_pppoe: in a session
 */
struct link {
	unsigned int ntags;
	u16 types[8];
	u16 tags[8];
	bool has_snap;
	u8 oui[3];
	bool is_pppoe;
};

static void link_add_tag(struct link *link, u16 vid)
{
	u16 type = one_in(4) ? 0x88a8 : one_in(60) ? 0x9100 : 0x8100;

	if (type == 0x88a8)
		wrapped(W_AD);
	if (!vid)
		wrapped(W_PRIORITY);
	wrapped(link->ntags ? W_TAGS : W_TAG);
	link->types[link->ntags] = type;
	link->tags[link->ntags++] = below(8) << 13 | vid;
}

static void link_add_priority_tags(struct link *link)
{
	unsigned int n = one_in(3) ? 1 + below(2) : 0;

	while (n--)
		link_add_tag(link, 0);
}

static void link_choose(struct link *link)
{
	static const u8 ouis[][3] = { { 0, 0, 0 }, { 0, 0, 0xf8 }, { 0, 0x80, 0xc2 }, { 8, 0, 7 } };

	memset(link, 0, sizeof(*link));
	link_add_priority_tags(link);
	if (lies(LIE_VLAN)) {
		link_add_tag(link, VLAN_CLOSED);
		link_add_priority_tags(link);
	} else if (one_in(10)) {
		link_add_tag(link, one_in(2) ? VLAN_OPEN : below(4096));
		link_add_priority_tags(link);
	}
	if (one_in(16)) {
		wrapped(W_SNAP);
		link->has_snap = true;
		memcpy(link->oui, ouis[below(4)], 3);
	}
	if (one_in(24)) {
		wrapped(W_PPPOE);
		link->is_pppoe = true;
	}
}

static void put_pppoe(struct bytes *f, u16 *type, unsigned int len)
{
	put16(f, 0x1100);
	put16(f, 0x1234);
	put16(f, some_length(len + 2));
	put16(f, *type == 0x86dd ? 0x57 : 0x21);
	*type = 0x8864;
}

static void put_frame(struct bytes *f, const struct link *link, u16 type,
		      const struct bytes *packet)
{
	struct bytes pppoe = { 0 };
	unsigned int i;

	if (link->is_pppoe)
		put_pppoe(&pppoe, &type, packet->len);
	put(f, shot.dmac, 6);
	put(f, mac_own, 6);
	for (i = 0; i < link->ntags; i++) {
		put16(f, link->types[i]);
		put16(f, link->tags[i]);
	}
	if (link->has_snap) {
		put16(f, some_length(8 + pppoe.len + packet->len));
		put(f, "\xaa\xaa\3", 3);
		put(f, link->oui, 3);
	} else if (one_in(200)) {
		wrapped(W_LENGTH);
		type = packet->len;
	}
	put16(f, type);
	put(f, pppoe.data, pppoe.len);
	damage(f->data + 12, f->len - 12);
	put(f, packet->data, packet->len);
	if (one_in(5)) {
		wrapped(W_TRAILER);
		put_zero(f, 1 + below(40));
	}
	if (f->len < 60 && !one_in(4))
		put_zero(f, 60 - f->len);
}

static void make_shot(void)
{
	struct bytes packets[FRAGMENTS];
	struct link link;
	unsigned int i;
	u16 type;

	for (i = 0; i < FRAGMENTS; i++)
		packets[i].len = shot.frames[i].len = 0;
	shot.n = 1;
	shot.wraps = 0;
	if (shot.class->kind == ARP) {
		make_arp(packets);
		type = 0x0806;
	} else if (shot.class->kind <= ECHO6) {
		make_ip6(packets);
		type = 0x86dd;
	} else {
		make_ip4(packets);
		type = 0x0800;
	}
	link_choose(&link);
	for (i = 0; i < shot.n; i++)
		put_frame(&shot.frames[i], &link, type, &packets[i]);
	if (!shot.wraps)
		wrapped(W_PLAIN);
}

/* ---- what the host took in ---- */

/** struct outcome - of a shot: whether anything was taken in, and what lie */
static struct outcome {
	bool is_taken;
	const char *lie;
} outcome;

/* @lie: what is wrong with it, or NULL */
static void taken(const char *lie)
{
	outcome.is_taken = true;
	if (lie && !outcome.lie)
		outcome.lie = lie;
}

/* The host's interfaces in the VLAN that is closed */
static unsigned int closed_ifs[2];

static bool is_closed_if(unsigned int ifindex)
{
	return ifindex == closed_ifs[0] || ifindex == closed_ifs[1];
}

static bool is_own_ip(const void *ip, unsigned int len)
{
	if (len == 4)
		return !memcmp(ip, ip4_own, 4);
	return len == 16 && (!memcmp(ip, ip6_own, 16) || !memcmp(ip, link_own, 16));
}

/* Requests, and notices of the kernel */
static struct mnl_socket *rt, *notices;
static u32 rt_seq;

static int rt_take(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	if (nlh->nlmsg_type == RTM_NEWROUTE)
		mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg))
			if (mnl_attr_get_type(attr) == RTA_GATEWAY)
				memcpy(arg, mnl_attr_get_payload(attr),
				       mnl_attr_get_payload_len(attr));
	return MNL_CB_OK;
}

/* Return: 0, or -1 and errno; a gateway in the answer goes to @gateway. */
static int rt_request(struct nlmsghdr *nlh, u8 *gateway)
{
	char buf[16384];
	int ret, len;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++rt_seq;
	nlh->nlmsg_pid = 0;
	if (mnl_socket_sendto(rt, nlh, nlh->nlmsg_len) < 0)
		fail("rtnetlink");
	do {
		len = mnl_socket_recvfrom(rt, buf, sizeof(buf));
		ret = len < 0 ? -1 : mnl_cb_run(buf, len, rt_seq, 0, rt_take, gateway);
	} while (ret > 0);

	return ret;
}

static void see_neighbour(const struct nlmsghdr *nlh)
{
	const struct ndmsg *nd = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *ip = NULL, *mac = NULL;

	if (!(nd->ndm_state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)))
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*nd)) {
		if (mnl_attr_get_type(attr) == NDA_DST)
			ip = attr;
		if (mnl_attr_get_type(attr) == NDA_LLADDR)
			mac = attr;
	}
	if (!ip || !mac)
		return;
	if (is_closed_if(nd->ndm_ifindex))
		taken("a neighbour in the closed VLAN");
	else if (!is_own_ip(mnl_attr_get_payload(ip), mnl_attr_get_payload_len(ip)))
		taken("a neighbour with an address that isn't the sender's");
	else if (memcmp(mnl_attr_get_payload(mac), mac_own, 6))
		taken("a neighbour with a MAC address that isn't the sender's");
	else
		taken(NULL);
}

/* Return: whether what came to be is to be taken back */
static bool see_notice(const struct nlmsghdr *nlh)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	const struct ifaddrmsg *addr = mnl_nlmsg_get_payload(nlh);

	switch (nlh->nlmsg_type) {
	case RTM_NEWNEIGH:
		see_neighbour(nlh);
		return true;
	case RTM_NEWROUTE:
		if (route->rtm_protocol != RTPROT_RA)
			return false;
		taken("a route by a router advertisement");
		return true;
	case RTM_NEWADDR:
		if (addr->ifa_flags & IFA_F_PERMANENT)
			return false;
		taken("an address by a router advertisement");
		return true;
	default:
		return false;
	}
}

/*
 * What the kernel has to tell. All of it is taken back, so that the next shot finds
 * the host as this one did, and notices of that are not looked at.
 */
static void see_notices(void)
{
	static char buf[65536], back[65536];
	struct nlmsghdr *nlh, *undo = (void *)back;
	int len, left = 0;

	while ((len = mnl_socket_recvfrom(notices, buf, sizeof(buf))) > 0)
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			if (see_notice(nlh) && left + nlh->nlmsg_len <= sizeof(back)) {
				memcpy(back + left, nlh, nlh->nlmsg_len);
				left += MNL_ALIGN(nlh->nlmsg_len);
			}
	if (errno != EAGAIN)
		fail("notices of the kernel");
	if (!left)
		return;
	for (; mnl_nlmsg_ok(undo, left); undo = mnl_nlmsg_next(undo, &left)) {
		/* RTM_DEL... follows RTM_NEW...; it may be gone already. */
		undo->nlmsg_type++;
		rt_request(undo, NULL);
	}
	while (mnl_socket_recvfrom(notices, buf, sizeof(buf)) > 0)
		;
}

/* Whether the host now sends by another way what the redirect was about. */
static void see_redirect(bool is_ip6)
{
	static const u8 router[16] = { 0xfe, 0x80, [15] = 1 };
	u8 ip[16] = { 0 }, gateway[16] = { 0 };
	struct nlmsghdr *nlh;
	struct rtmsg *route;
	char buf[256];

	redirected(ip, is_ip6);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETROUTE;
	route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));
	route->rtm_family = is_ip6 ? AF_INET6 : AF_INET;
	route->rtm_dst_len = is_ip6 ? 128 : 32;
	mnl_attr_put(nlh, RTA_DST, is_ip6 ? 16 : 4, ip);
	if (rt_request(nlh, gateway))
		fail("no route");
	if (memcmp(gateway, is_ip6 ? router : ip4_own, is_ip6 ? 16 : 4))
		taken("a redirect");
}

/* UDP in both families, on both ports; ICMP; TCP is counted in /proc/net/snmp. */
static int udp[4], icmp[2], tcp[2], snmp, sentinel_rx;

static void see_udp(int sock, bool is_closed_port)
{
	union {
		struct cmsghdr align;
		char bytes[256];
	} control;
	char data[2048];
	struct sockaddr_in6 from;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned int ifindex;
	struct cmsghdr *c;
	bool is_ip6;

	for (;;) {
		msg.msg_namelen = sizeof(from);
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		if (recvmsg(sock, &msg, MSG_DONTWAIT) < 0)
			return;
		is_ip6 = from.sin6_family == AF_INET6;
		c = CMSG_FIRSTHDR(&msg);
		if (!c) {
			errno = EPROTO;
			fail("no interface of a datagram");
		}
		ifindex = is_ip6 ? ((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex :
				   (unsigned int)((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex;
		if (is_closed_port)
			taken("a datagram to the closed port");
		else if (is_closed_if(ifindex))
			taken("a datagram in the closed VLAN");
		else if (!is_own_ip(is_ip6 ? (void *)&from.sin6_addr :
				    (void *)&((struct sockaddr_in *)&from)->sin_addr, is_ip6 ? 16 : 4))
			taken("a datagram from an address that isn't the sender's");
		else
			taken(NULL);
	}
}

/* A raw socket of IPv4 gets messages before their checksum is looked at. */
static bool is_good_icmp4(const u8 *data, unsigned int len)
{
	unsigned int header = (data[0] & 15) * 4;

	return len >= header + 8 && sum(data + header, len - header, 0) == 0xffff;
}

static void see_icmp(int sock, bool is_ip6)
{
	struct sockaddr_in6 from;
	socklen_t size = sizeof(from);
	u8 data[2048];
	ssize_t len;

	while ((len = recvfrom(sock, data, sizeof(data), MSG_DONTWAIT, (void *)&from, &size)) >= 0) {
		size = sizeof(from);
		if (!is_ip6 && !is_good_icmp4(data, len))
			continue;
		if (is_own_ip(is_ip6 ? (void *)&from.sin6_addr :
			      (void *)&((struct sockaddr_in *)&from)->sin_addr, is_ip6 ? 16 : 4))
			taken(NULL);
		else
			taken("an echo request from an address that isn't the sender's");
	}
}

/* Segments that TCP has answered, and not by a reset: those to the port where it listens. */
static unsigned long tcp_answers(void)
{
	unsigned long active, passive, fails, resets, estab, in, out, retrans, errors, out_resets;
	char buf[8192], *line;
	ssize_t len = pread(snmp, buf, sizeof(buf) - 1, 0);

	if (len < 0)
		fail("/proc/net/snmp");
	buf[len] = 0;
	line = strstr(buf, "\nTcp: 1 ");
	if (!line || sscanf(line, "\nTcp: %*u %*u %*u %*d %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu",
			    &active, &passive, &fails, &resets, &estab, &in, &out, &retrans,
			    &errors, &out_resets) != 10) {
		errno = EPROTO;
		fail("/proc/net/snmp");
	}

	return out - out_resets;
}

static void see_all(unsigned long tcp_before)
{
	struct pollfd fds[7] = { { .fd = mnl_socket_get_fd(notices), .events = POLLIN } };
	enum kind kind = shot.class->kind;
	int i;

	for (i = 1; i < 7; i++)
		fds[i] = (struct pollfd){ .fd = i < 5 ? udp[i - 1] : icmp[i - 5], .events = POLLIN };
	if (poll(fds, 7, 0) < 0)
		fail("poll");
	if (fds[0].revents)
		see_notices();
	for (i = 1; i < 5; i++)
		if (fds[i].revents)
			see_udp(fds[i].fd, i % 2 == 0);
	for (; i < 7; i++)
		if (fds[i].revents)
			see_icmp(fds[i].fd, i == 6);
	if (kind == REDIRECT4 || kind == REDIRECT6)
		see_redirect(kind == REDIRECT6);
	if ((kind == TCP4 || kind == TCP6) && tcp_answers() != tcp_before)
		taken("a segment to the closed port");
}

/* ---- the ends ---- */

static int tx;

static int open_udp(int family, u16 port)
{
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in addr4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int sock = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (sock < 0 ||
	    (family == AF_INET6 &&
	     (setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) ||
	      setsockopt(sock, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one)))) ||
	    (family == AF_INET && setsockopt(sock, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one))) ||
	    bind(sock, family == AF_INET ? (void *)&addr4 : (void *)&addr6,
		 family == AF_INET ? sizeof(addr4) : sizeof(addr6)))
		fail("UDP socket");
	return sock;
}

static int open_tcp(int family)
{
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT_CLOSED) };
	struct sockaddr_in addr4 = { .sin_family = AF_INET, .sin_port = htons(PORT_CLOSED) };
	int sock = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (sock < 0 ||
	    (family == AF_INET6 && setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one))) ||
	    bind(sock, family == AF_INET ? (void *)&addr4 : (void *)&addr6,
		 family == AF_INET ? sizeof(addr4) : sizeof(addr6)) ||
	    listen(sock, 4096))
		fail("TCP socket");
	return sock;
}

static void open_icmp(void)
{
	struct icmp6_filter only6;
	u32 only4 = ~(1U << ICMP_ECHO);

	ICMP6_FILTER_SETBLOCKALL(&only6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REQUEST, &only6);
	icmp[0] = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	icmp[1] = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (icmp[0] < 0 || icmp[1] < 0 ||
	    setsockopt(icmp[0], SOL_RAW, ICMP_FILTER, &only4, sizeof(only4)) ||
	    setsockopt(icmp[1], IPPROTO_ICMPV6, ICMP6_FILTER, &only6, sizeof(only6)))
		fail("ICMP socket");
}

static struct mnl_socket *open_netlink(unsigned int groups, int flags)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | flags);

	if (!sock || mnl_socket_bind(sock, groups, MNL_SOCKET_AUTOPID))
		fail("rtnetlink");
	return sock;
}

static int forwarding;

static void open_host(const char *ns)
{
	int home = netns_enter(ns);

	if (home < 0)
		fail(ns);
	closed_ifs[0] = if_nametoindex("v100");
	closed_ifs[1] = if_nametoindex("a100");
	sentinel_rx = packet_socket(SENTINEL_TYPE, if_nametoindex("eth0"));
	forwarding = open("/proc/sys/net/ipv6/conf/all/forwarding", O_WRONLY | O_CLOEXEC);
	snmp = open("/proc/thread-self/net/snmp", O_RDONLY | O_CLOEXEC);
	if (!closed_ifs[0] || !closed_ifs[1] || sentinel_rx < 0 || forwarding < 0 || snmp < 0)
		fail("host");
	rt = open_netlink(0, 0);
	notices = open_netlink(RTMGRP_NEIGH | RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_IFADDR, SOCK_NONBLOCK);
	udp[0] = open_udp(AF_INET, PORT_OPEN);
	udp[1] = open_udp(AF_INET, PORT_CLOSED);
	udp[2] = open_udp(AF_INET6, PORT_OPEN);
	udp[3] = open_udp(AF_INET6, PORT_CLOSED);
	tcp[0] = open_tcp(AF_INET);
	tcp[1] = open_tcp(AF_INET6);
	open_icmp();
	if (netns_leave(home))
		fail("setns");
}

static void open_sender(const char *ns)
{
	int home = netns_enter(ns);

	if (home < 0)
		fail(ns);
	tx = packet_socket(0, if_nametoindex("eth0"));
	if (tx < 0 || netns_leave(home))
		fail(ns);
}

/* It comes behind what was sent before, so the host has done with that. */
static void pass_sentinel(void)
{
	struct pollfd wait = { .fd = sentinel_rx, .events = POLLIN };
	static u32 number;
	u8 frame[60] = { 0 }, got[128];

	memcpy(frame, mac_victim, 6);
	memcpy(frame + 6, mac_own, 6);
	set16(frame + 12, SENTINEL_TYPE);
	number++;
	memcpy(frame + 14, &number, sizeof(number));
	if (send(tx, frame, sizeof(frame), 0) != sizeof(frame))
		fail("send");
	do {
		if (poll(&wait, 1, WAIT_MS) != 1) {
			errno = ETIMEDOUT;
			fail("a sentinel was lost");
		}
		if (recv(sentinel_rx, got, sizeof(got), 0) < 18)
			fail("sentinel");
	} while (memcmp(got + 14, &number, sizeof(number)));
}

/* ---- shots ---- */

static void show(void)
{
	u32 *shown = &class_shown[shot.class - classes];
	unsigned int i, n;

	if (!(shot.wraps & ~*shown))
		return;
	*shown |= shot.wraps;
	printf("lie %s seed %llu", shot.class->name, shot.seed);
	for (i = 0; i < W_COUNT; i++)
		if (shot.wraps & 1U << i)
			printf(" %s", wrap_names[i]);
	printf(": %s:", outcome.lie);
	for (n = 0; n < shot.n; n++) {
		printf(" ");
		for (i = 0; i < shot.frames[n].len; i++)
			printf("%02x", shot.frames[n].data[i]);
	}
	printf("\n");
}

static void add(struct count *count)
{
	count->sent++;
	count->taken += outcome.is_taken;
	count->lies += !!outcome.lie;
}

/* The host is a router for some shots in a row, then none for as many. */
static enum role set_role(unsigned long long seed)
{
	enum role role = seed / 64 % 2 ? ROUTER : HOST;
	static enum role before;

	if (role != before && pwrite(forwarding, role == ROUTER ? "1" : "0", 1, 0) != 1)
		fail("forwarding");
	before = role;

	return role;
}

static void fire(unsigned long long seed)
{
	enum role role = set_role(seed);
	unsigned long tcp_before = 0;
	unsigned int i;

	random_seed(seed);
	for (i = 0; i < 8; i++)
		below(2);
	shot.seed = seed;
	do {
		shot.class = &classes[below(CLASSES)];
	} while (shot.class->role && shot.class->role != role);
	make_shot();
	if (shot.class->kind == TCP4 || shot.class->kind == TCP6)
		tcp_before = tcp_answers();
	memset(&outcome, 0, sizeof(outcome));
	for (i = 0; i < shot.n; i++)
		if (send(tx, shot.frames[i].data, shot.frames[i].len, 0) < 0)
			fail("send");
	pass_sentinel();
	see_all(tcp_before);
	add(&class_counts[shot.class - classes]);
	for (i = 0; i < W_COUNT; i++)
		if (shot.wraps & 1U << i)
			add(&wrap_counts[i]);
	if (outcome.lie)
		show();
}

static void print_count(const char *name, const struct count *c)
{
	printf("%s %lu %lu %lu\n", name, c->sent, c->taken, c->lies);
}

int main(int argc, char **argv)
{
	unsigned long long seed, end;
	unsigned int i;

	if (argc != 5) {
		fprintf(stderr, "usage: victim SEED COUNT TXNETNS RXNETNS\n");
		return 2;
	}
	packet_stay_on_cpu();
	seed = strtoull(argv[1], NULL, 0);
	end = seed + strtoul(argv[2], NULL, 0);
	open_sender(argv[3]);
	open_host(argv[4]);
	pass_sentinel();
	for (; seed < end; seed++)
		fire(seed);
	for (i = 0; i < CLASSES; i++)
		print_count(classes[i].name, &class_counts[i]);
	for (i = 0; i < W_COUNT; i++)
		print_count(wrap_names[i], &wrap_counts[i]);

	return 0;
}

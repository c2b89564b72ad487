// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutate: damaged frames through a bridge with a rule for each field, compared
 * with what the parser, built in user space, and a linear search say.
 *
 *   mutate rules TURN
 *       writes the rules to the standard output; what is accepted in one turn
 *       is dropped in the next one
 *   mutate cuts TURN TX RXNETNS
 *       sends each second sample of the parser's tests cut to each length
 *   mutate frames TURN SEED COUNT TX RXNETNS
 *       sends COUNT mutated samples
 *   mutate storm SEED COUNT TX RXNETNS
 *       sends COUNT mutated samples, by a tap device with headers for segmentation
 *       and checksums as a virtual machine may write them, and compares nothing;
 *       prints "storm SENT TAKEN CAME"
 *
 * TX is the namespace whose eth0 sends, or NETNS:DEV for a tap device, from
 * which a frame comes in as several pieces. RXNETNS is the namespace whose eth0
 * receives.
 *
 * Frames come out as they went in and in the same order, or not at all. The
 * first one that is treated in another way is printed, with what to repeat it
 * with, and the status is 1. Else there is a line "NAME PACKETS BYTES" for each
 * rule and for the policy with what its counters must tell, and a line
 * "sent SENT LOST COPIES": frames that no bridge forwards, and copies that rules
 * send elsewhere.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/brfw.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>

#include "key.h"
#include "key_frame.h"
#include "netns.h"
#include "packet.h"
#include "random.h"

/** MAC_LEN - nothing is cut shorter */
#define MAC_LEN		14

/** FRAME_LEN - longest frame */
#define FRAME_LEN	1500

/** BATCH - frames between two sentinels */
#define BATCH		32

/** SENTINELS - of a batch; a tap device hands frames over eight at a time */
#define SENTINELS	8

#define SENTINEL_TYPE	0x88b5
#define SENTINEL_LEN	60

/** PIECES - of a frame that comes in by a tap device */
#define PIECES		5

/** WAIT_MS - time that a sentinel may take */
#define WAIT_MS		60000

/**
 * struct bytes - a frame
 * @len: bytes
 * @data: from the MAC header on
 */
struct bytes {
	unsigned int len;
	u8 data[FRAME_LEN + 8];
};

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "mutate: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- rules ---- */

/* Frames come in by a tap device, not by p1. */
static bool is_tap;

#define HAS(flag)	(!!(k->flags & BRFW_KEY_F_##flag))
#define IS(field, ...)	(!memcmp(k->field, (const u8[sizeof(k->field)]){ __VA_ARGS__ }, \
				 sizeof(k->field)))
#define IN(field, first, last)	(k->field >= (first) && k->field <= (last))
#define IS_IP4		(k->family == BRFW_FAMILY_IP4)
#define IS_IP6		(k->family == BRFW_FAMILY_IP6)
#define L4(proto)	(HAS(L4) && k->ip_proto == (proto))

/*
 * X(name, conditions, what they mean): rules that decide. Those that few frames
 * meet come first.
 */
#define DECIDING(X) \
	X(mpls, "not mpls-label 100", HAS(MPLS) && k->mpls_label != 100) \
	X(lladdr, "nd-lladdr 02:00:00:00:00:e0 proto icmpv6 icmpv6-type 135", \
	  HAS(ND_LLADDR) && L4(58) && IS_IP6 && k->type == 135 && IS(nd_lladdr, 2, [5] = 0xe0)) \
	X(target, "nd-target 2001:db8::/112 proto icmpv6 icmpv6-type 136 icmpv6-code 0", \
	  HAS(ND_TARGET) && L4(58) && k->type == 136 && IS_IP6 && !k->code && \
	  !memcmp(k->nd_target, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0", 14)) \
	X(igmp, "proto igmp not igmp-type 17", L4(2) && IS_IP4 && k->type != 17) \
	X(gre, "proto gre gre-proto 0x6558", L4(47) && k->gre_proto == 0x6558) \
	X(gratuitous, "arp-gratuitous yes", HAS(GRATUITOUS)) \
	X(arp_mac, "arp-target-mac 02:00:00:00:00:d1 arp-op 2", \
	  HAS(ARP_ADDR) && k->arp.op == 2 && IS(arp.target_mac, 2, [5] = 0xd1)) \
	X(arp_sender, "not arp-sender-mac 02:00:00:00:00:e0", \
	  HAS(ARP_ADDR) && !IS(arp.sender_mac, 2, [5] = 0xe0)) \
	X(arp_ip, "arp-sender-ip 10.0.0.1 arp-target-ip 10.0.0.0/30", \
	  HAS(ARP_ADDR) && IS(arp.sender_ip, 10, 0, 0, 1) && \
	  !memcmp(k->arp.target_ip, "\x0a\0\0", 3) && k->arp.target_ip[3] < 4) \
	X(arp_op, "not arp-op 5", HAS(ARP) && k->arp.op != 5) \
	X(inner_proto, "inner-vlan-proto 802.1ad not inner-vlan-prio 0", \
	  HAS(INNER_VLAN) && k->inner_vlan_proto == 0x88a8 && k->inner_vlan_prio) \
	X(inner, "inner-vlan 1-100,4094", \
	  HAS(INNER_VLAN) && (IN(inner_vlan_id, 1, 100) || k->inner_vlan_id == 4094)) \
	X(vlan_proto, "vlan-proto 802.1ad vlan-prio 0 inner-vlan none", \
	  HAS(VLAN) && !HAS(INNER_VLAN) && k->vlan_proto == 0x88a8 && !k->vlan_prio) \
	X(vlan, "vlan 5,10-200 not vlan-prio 7", \
	  HAS(VLAN) && (k->vlan_id == 5 || IN(vlan_id, 10, 200)) && k->vlan_prio != 7) \
	X(vlan_length, "vlan any length 20-60", HAS(VLAN) && HAS(IP) && IN(ip_len, 20, 60)) \
	X(session, "pppoe-session 4660 ttl 64", \
	  HAS(PPPOE) && k->pppoe == 0x1234 && HAS(IP) && k->ttl == 64) \
	X(session_odd, "not pppoe-session 4660", HAS(PPPOE) && k->pppoe != 0x1234) \
	X(flags, "proto tcp tcp-flags syn/syn,ack", \
	  L4(6) && (k->tcp_flags & 0x12) == 0x02) \
	X(sctp, "proto sctp sport 5000 not dport 1-1023", \
	  L4(132) && k->sport == 5000 && !IN(dport, 1, 1023)) \
	X(first4, "frag first proto udp dport 8080 ethertype ipv4", \
	  L4(17) && k->frag == BRFW_FRAG_FIRST && k->dport == 8080 && k->eth_type == 0x800) \
	X(first, "frag first", HAS(IP) && k->frag == BRFW_FRAG_FIRST) \
	X(later, "frag later dscp 0", HAS(IP) && k->frag == BRFW_FRAG_LATER && !k->dscp) \
	X(dscp, "dscp 46", HAS(IP) && k->dscp == 46) \
	X(ttl, "ttl 0-1,250-255", HAS(IP) && (k->ttl < 2 || k->ttl >= 250)) \
	X(type, "proto icmp icmp-type 8 icmp-code 0", \
	  L4(1) && IS_IP4 && k->type == 8 && !k->code) \
	X(type6, "proto icmpv6 not icmpv6-type 128", L4(58) && IS_IP6 && k->type != 128) \
	X(options, "ip-options yes saddr 10.0.0.1", \
	  IS_IP4 && HAS(IP_OPTIONS) && IS(ip4.src, 10, 0, 0, 1)) \
	X(options6, "ip-options yes proto tcp dport 7070", \
	  HAS(IP_OPTIONS) && L4(6) && k->dport == 7070) \
	X(set, "daddr @hosts proto tcp", \
	  IS_IP4 && HAS(PROTO) && k->ip_proto == 6 && !memcmp(k->ip4.dst, "\x0a\0\0", 3) && \
	  k->ip4.dst[3] >= 2 && k->ip4.dst[3] < 9) \
	X(pair, "proto udp saddr . dport @pairs", \
	  IS_IP4 && L4(17) && IS(ip4.src, 10, 0, 0, 1) && IN(dport, 8000, 8100)) \
	X(saddr6, "saddr 2001:db8::1 daddr 2001:db8::/64 proto udp", \
	  IS_IP6 && HAS(PROTO) && k->ip_proto == 17 && \
	  IS(ip6.src, 0x20, 0x01, 0x0d, 0xb8, [15] = 1) && \
	  !memcmp(k->ip6.dst, "\x20\x01\x0d\xb8\0\0\0\0", 8)) \
	X(proto, "not proto udp ttl 64", HAS(PROTO) && k->ip_proto != 17 && k->ttl == 64) \
	X(long, "length 100-65535", HAS(IP) && k->ip_len >= 100) \
	X(malformed, "malformed yes", HAS(MALFORMED)) \
	X(type_odd, "not ethertype ipv6", HAS(ETH_TYPE) && k->eth_type != 0x86dd) \
	X(multicast, "frame multicast", k->frame_class == BRFW_FRAME_MULTICAST) \
	X(smac, "not smac 02:00:00:00:00:e0", !IS(smac, 2, [5] = 0xe0)) \
	X(dmac, "dmac 02:00:00:00:00:d0/ff:ff:ff:ff:ff:f0 ip-options no ethertype ipv6", \
	  k->eth_type == 0x86dd && HAS(IP) && !HAS(IP_OPTIONS) && \
	  !memcmp(k->dmac, "\x02\0\0\0\0", 5) && k->dmac[5] >> 4 == 0xd)

/* X(name, conditions, actions, what they mean): rules that don't decide. */
#define OTHER(X) \
	X(log, "proto tcp tcp-flags fin", "log group 9 prefix \"fin \"", L4(6) && k->tcp_flags & 1) \
	X(log_text, "ethertype mpls", "log prefix \"mpls \"", k->eth_type == 0x8847) \
	X(mirror, "malformed yes inner-vlan any", "mirror d1", HAS(MALFORMED) && HAS(INNER_VLAN)) \
	X(mirror_port, "proto icmpv6 ip-options yes", "mirror p3", \
	  HAS(PROTO) && k->ip_proto == 58 && HAS(IP_OPTIONS)) \
	X(mark, "ethertype ipv6", "set-mark 0x5/0xf", k->eth_type == 0x86dd) \
	X(limit, "in p1 limit 1000000/second", "set-mark 0x20/0x20", !is_tap)

#define X(name, conditions, meaning) \
	static bool is_##name(const struct brfw_key *k) { return meaning; }
DECIDING(X)
#undef X
#define X(name, conditions, actions, meaning) \
	static bool is_##name(const struct brfw_key *k) { (void)k; return meaning; }
OTHER(X)
#undef X

/**
 * struct rule - a rule, what it means, and what it must have counted
 * @name: its comment
 * @conditions: as fwctl reads them
 * @actions: of a rule that doesn't decide; NULL: it does
 * @is_met: what the conditions mean
 * @packets: frames that it counts
 * @bytes: of them
 */
struct rule {
	const char *name;
	const char *conditions;
	const char *actions;
	bool (*is_met)(const struct brfw_key *key);
	unsigned long packets;
	unsigned long bytes;
};

static struct rule rules[] = {
#define X(name, conditions, actions, meaning) { #name, conditions, actions, is_##name, 0, 0 },
	OTHER(X)
#undef X
#define X(name, conditions, meaning) { #name, conditions, NULL, is_##name, 0, 0 },
	DECIDING(X)
#undef X
};

#define RULES	(sizeof(rules) / sizeof(rules[0]))

static struct rule policy = { .name = "policy:forward" };

/* The ways to let a frame pass, and not to. */
static const char *const passing[] = { "accept", "queue 9 bypass", "accept" };
static const char *const dropping[] = { "drop", "reject", "drop", "redirect d1" };

static unsigned int turn;

static bool rule_passes(unsigned int i)
{
	return (i + turn) % 2;
}

static const char *rule_verdict(unsigned int i)
{
	return rule_passes(i) ? passing[i / 2 % 3] : dropping[i / 2 % 4];
}

static bool policy_passes(void)
{
	return turn % 2;
}

static void write_rules(void)
{
	unsigned int i;

	printf("set add hosts type ipv4_addr\nset add-element hosts 10.0.0.2-10.0.0.8\n");
	printf("set add pairs type ipv4_addr . inet_port interval 2\n");
	printf("set add-element pairs 10.0.0.1 . 8000-8100\n");
	printf("policy set forward %s\n", policy_passes() ? "accept" : "drop");
	for (i = 0; i < RULES; i++)
		printf("rule add prio %u %s %s comment %s\n", 10 + i, rules[i].conditions,
		       rules[i].actions ? rules[i].actions : rule_verdict(i), rules[i].name);
}

/* ---- what is expected ---- */

static unsigned long nsent, nlost, ncopies;

static unsigned int get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static bool has_tag(const struct bytes *f)
{
	return get16(f->data + 12) == 0x8100 || get16(f->data + 12) == 0x88a8;
}

/* The kernel takes a tag off before the bridge gets the frame. */
static bool is_lost(const struct bytes *f)
{
	return has_tag(f) && f->len < MAC_LEN + 6;
}

static void read_key(const struct bytes *f, struct brfw_key *key, struct brfw_layout *layout)
{
	static const struct brfw_vlan none;
	struct frame_skb skb;

	frame_skb_init(&skb, f->data, f->len, f->len, -MAC_LEN);
	frame_read_key(key, &skb.skb, &none, layout);
	frame_skb_destroy(&skb);
}

static void count(struct rule *rule, const struct bytes *f)
{
	rule->packets++;
	rule->bytes += f->len;
}

/* Return: whether the frame passes; @by: what decides. */
static bool expect(const struct bytes *f, const char **by)
{
	struct brfw_layout layout;
	struct brfw_key key;
	unsigned int i;

	nsent++;
	*by = "the bridge";
	if (is_lost(f)) {
		nlost++;
		return false;
	}
	read_key(f, &key, &layout);
	/* The rule for sentinels comes first. */
	*by = "sentinels";
	if (key.eth_type == SENTINEL_TYPE)
		return true;
	for (i = 0; i < RULES; i++) {
		if (!rules[i].is_met(&key))
			continue;
		count(&rules[i], f);
		ncopies += strstr(rules[i].actions ? : rule_verdict(i), " d1") != NULL;
		*by = rules[i].name;
		if (!rules[i].actions)
			return rule_passes(i);
	}
	*by = policy.name;
	count(&policy, f);

	return policy_passes();
}

/* ---- frames ---- */

static void insert(struct bytes *f, unsigned int pos, const void *data, unsigned int n)
{
	if (f->len + n > FRAME_LEN || pos > f->len)
		return;
	memmove(f->data + pos + n, f->data + pos, f->len - pos);
	memcpy(f->data + pos, data, n);
	f->len += n;
}

static void delete(struct bytes *f, unsigned int pos, unsigned int n)
{
	if (pos + n > f->len || f->len - n < MAC_LEN)
		return;
	memmove(f->data + pos, f->data + pos + n, f->len - pos - n);
	f->len -= n;
}

static void put16(u8 *p, unsigned int value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void insert_tag(struct bytes *f, unsigned int proto, unsigned int tci)
{
	u8 tag[4];

	put16(tag, proto);
	put16(tag + 2, tci);
	insert(f, 12, tag, sizeof(tag));
}

/* A sample with its tag in the frame. */
static void take_sample(struct bytes *f, unsigned int i)
{
	struct frame_bytes b;

	frame_read(&b, frames[i].text);
	f->len = b.len;
	memcpy(f->data, b.data, b.len);
	if (frames[i].vlan.proto)
		insert_tag(f, frames[i].vlan.proto, frames[i].vlan.tci);
}

/* Addresses that a bridge floods by all ports and hands to nobody else. */
static void make_floodable(struct bytes *f)
{
	static const u8 reserved[5] = { 0x01, 0x80, 0xc2, 0, 0 };
	static const u8 used[4] = { 2, 0, 0, 0 };

	f->data[6] &= ~1;
	f->data[6] |= 2;
	if (!memcmp(f->data, reserved, 5))
		f->data[0] = 3;
	/* of the bridge, of its ports, of hosts */
	if (!memcmp(f->data, used, 4) && (f->data[4] || f->data[5] < 0x10))
		f->data[4] = 0, f->data[5] |= 0xd0;
}

static unsigned int some16(void)
{
	static const u16 values[] = { 0, 1, 2, 5, 8, 20, 40, 0x1234, 100, 200, 0x600, 0x5ff, 0x800,
		0x806, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8864, 0x6558, 5000, 7070, 8080, 1023,
		0x2000, 0x1fff, 0x4000, 0x8000, 0xffff, 4095 };

	return one_in(4) ? below(65536) : values[below(sizeof(values) / 2)];
}

static u8 some8(void)
{
	static const u8 values[] = { 0, 1, 2, 3, 4, 5, 6, 8, 17, 22, 43, 44, 46, 47, 51, 58, 59, 60,
		64, 0x45, 0x4f, 0x60, 0x81, 0x88, 0xaa, 0xb8, 128, 132, 133, 135, 137, 250, 255 };

	return one_in(3) ? below(256) : values[below(sizeof(values))];
}

/* Behind the tags. */
static unsigned int behind_tags(const struct bytes *f)
{
	unsigned int pos = 12;

	while (pos + 6 <= f->len &&
	       (get16(f->data + pos) == 0x8100 || get16(f->data + pos) == 0x88a8))
		pos += 4;

	return pos;
}

static void insert_around(struct bytes *f)
{
	static const u8 snap[] = { 0, 0, 0xaa, 0xaa, 3, 0, 0, 0 };
	u8 pppoe[] = { 0x88, 0x64, 0x11, 0, 0x12, 0x34, 0, 0, 0, 0x21 };
	unsigned int pos = behind_tags(f), left = f->len - pos;

	switch (below(4)) {
	case 0:
	case 1:
		insert_tag(f, one_in(2) ? 0x8100 : 0x88a8, one_in(2) ? some16() : below(300));
		break;
	case 2:
		insert(f, pos, snap, sizeof(snap));
		put16(f->data + pos, left + 6 + one_in(8) - one_in(8));
		break;
	default:
		if (get16(f->data + pos) == 0x86dd)
			pppoe[9] = 0x57;
		put16(pppoe + 6, left + one_in(8) - one_in(8));
		delete(f, pos, 2);
		insert(f, pos, pppoe, sizeof(pppoe));
		break;
	}
}

/* A field of a header that is there, or one that counts its bytes. */
static void change_ip(struct bytes *f)
{
	struct brfw_layout layout;
	struct brfw_key key;
	unsigned int l4;
	u8 *ip, ext[8] = { 0 };

	read_key(f, &key, &layout);
	if (!(key.flags & BRFW_KEY_F_IP))
		return;
	ip = f->data + MAC_LEN + layout.l3;
	if (key.family == BRFW_FAMILY_IP4) {
		static const u8 at[] = { 0, 1, 2, 3, 6, 7, 8, 9, 12, 15, 16, 19 };

		l4 = MAC_LEN + layout.l3 + (ip[0] & 15) * 4;
		if (one_in(2))
			ip[at[below(sizeof(at))]] = some8();
		else if (one_in(4))
			ip[3] += 1 - 2 * below(2);
	} else {
		static const u8 at[] = { 0, 1, 4, 5, 6, 7, 8, 23, 24, 39 };

		l4 = MAC_LEN + layout.l3 + 40;
		if (one_in(4)) {
			/* an extension header, mostly well-formed */
			static const u8 types[] = { 0, 43, 44, 51, 60 };

			ext[0] = ip[6];
			ext[1] = one_in(4) ? below(4) : 0;
			ip[6] = types[below(5)];
			if (ip[6] == 44)
				put16(ext + 2, one_in(2) ? some16() : one_in(2));
			insert(f, l4, ext, sizeof(ext));
			put16(ip + 4, get16(ip + 4) + 8 - one_in(10));
		} else if (one_in(2)) {
			ip[at[below(sizeof(at))]] = some8();
		}
	}
	if (one_in(2) && l4 + 4 <= f->len)
		put16(f->data + l4 + 2 * below(2), some16());
	else if (l4 + 20 <= f->len)
		f->data[l4 + below(20)] = some8();
}

static void change_anything(struct bytes *f)
{
	unsigned int pos = below(f->len);
	u8 bytes[8];

	switch (below(6)) {
	case 0:
		f->data[pos] ^= 1 << below(8);
		break;
	case 1:
		f->data[pos] = some8();
		break;
	case 2:
		if (pos + 2 <= f->len)
			put16(f->data + pos, some16());
		break;
	case 3: /* repeat a part, so that headers come twice */
		if (pos + 8 <= f->len) {
			memcpy(bytes, f->data + pos, 8);
			insert(f, pos, bytes, 8);
		}
		break;
	case 4:
		delete(f, pos, 1 + below(8));
		break;
	default: /* cut, or more behind */
		if (one_in(2)) {
			f->len = MAC_LEN + below(f->len - MAC_LEN + 1);
		} else {
			unsigned int n = one_in(8) ? below(FRAME_LEN) : below(40);

			if (f->len + n > FRAME_LEN)
				n = FRAME_LEN - f->len;
			memset(f->data + f->len, 0, n);
			f->len += n;
		}
		break;
	}
}

static void make_mutant(struct bytes *f)
{
	unsigned int n;

	take_sample(f, below(frames_count));
	for (n = below(5); n; n--) {
		switch (below(4)) {
		case 0:
			insert_around(f);
			break;
		case 1:
			change_anything(f);
			break;
		default:
			change_ip(f);
			break;
		}
	}
	if (one_in(12))
		f->data[0] |= 1;
	if (one_in(12))
		f->data[5 + 6 * below(2)] = some8();
	make_floodable(f);
}

/* ---- sending ---- */

static struct packet_ring ring;
static int plain, rx, tap = -1;

static void open_tx(const char *dev)
{
	unsigned int ifindex = if_nametoindex(dev);

	plain = packet_socket(0, ifindex);
	if (plain < 0 || packet_ring_open(&ring, ifindex, true))
		fail(dev);
}

static void open_rx(const char *dev)
{
	rx = packet_receiver(if_nametoindex(dev));
	if (rx < 0)
		fail(dev);
}

static void open_tap(const char *dev)
{
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_NAPI |
			     IFF_NAPI_FRAGS };
	struct ethtool_value no_gro = { .cmd = ETHTOOL_SGRO };
	int sock;

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (tap < 0 || ioctl(tap, TUNSETIFF, &req))
		fail("tap");
	/* Frames are not to wait for others that they could be put together with. */
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	req.ifr_data = (void *)&no_gro;
	if (sock < 0 || ioctl(sock, SIOCETHTOOL, &req))
		fail("tap");
	close(sock);
}

static void in_netns(const char *ns, void (*open_end)(const char *dev), const char *dev)
{
	int home = netns_enter(ns);

	if (home < 0)
		fail(ns);
	open_end(dev);
	if (netns_leave(home))
		fail("setns");
}

static void flush_ring(void)
{
	if (!is_tap && packet_ring_send(&ring))
		fail("send");
}

/*
 * The header, and the frame in pieces of any length; the first one is linear.
 *
 * Return: whether the kernel took it.
 */
static bool send_by_tap(const struct virtio_net_hdr *vh, const struct bytes *f)
{
	struct iovec iov[1 + PIECES] = { { (void *)vh, sizeof(*vh) } };
	unsigned int i, n, done = 0, pieces = 1 + below(PIECES);

	for (i = 1; i <= pieces && done < f->len; i++) {
		n = f->len - done;
		if (i < pieces)
			n = i == 1 ? MAC_LEN + below(n - MAC_LEN + 1) : 1 + below(n);
		iov[i] = (struct iovec){ (void *)(f->data + done), n };
		done += n;
	}

	return writev(tap, iov, i) == (ssize_t)(sizeof(*vh) + f->len);
}

static void send_frame(const struct bytes *f)
{
	struct virtio_net_hdr vh = { 0 };

	if (!is_tap) {
		vh.hdr_len = one_in(2) ? f->len : MAC_LEN + below(f->len - MAC_LEN + 1);
		if (packet_ring_put(&ring, &vh, sizeof(vh), f->data, f->len))
			fail("transmit ring");
	} else if (!send_by_tap(&vh, f)) {
		fail("send");
	}
}

static u64 cookie;

static void sentinel_make(struct bytes *f)
{
	f->len = SENTINEL_LEN;
	memset(f->data, 0, f->len);
	memcpy(f->data, "\x02\0\0\0\0\xd0\x02\0\0\0\0\xe0\x88\xb5", MAC_LEN);
	cookie++;
	memcpy(f->data + MAC_LEN, &cookie, sizeof(cookie));
}

/* ---- receiving ---- */

static bool is_equal(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Left over from before */
static bool is_old(const struct bytes *f, const struct bytes *sentinel)
{
	u64 number;

	if (f->len != SENTINEL_LEN || memcmp(f->data, sentinel->data, MAC_LEN))
		return false;
	memcpy(&number, f->data + MAC_LEN, sizeof(number));

	return number < cookie;
}

/* The next frame, with its tag put back in its place. */
static void receive(struct bytes *f)
{
	struct pollfd wait = { .fd = rx, .events = POLLIN };
	ssize_t len = packet_receive(rx, f->data, sizeof(f->data), NULL);

	if (len < 0 && errno == EAGAIN) {
		if (poll(&wait, 1, WAIT_MS) != 1) {
			errno = ETIMEDOUT;
			fail("a sentinel was lost");
		}
		len = packet_receive(rx, f->data, sizeof(f->data), NULL);
	}
	if (len < MAC_LEN)
		fail("recvmsg");
	f->len = len;
}

/* ---- comparing ---- */

/**
 * struct batch - frames on their way
 * @n: number of them
 * @frames: they
 * @passes: which must come out
 * @by: what decides
 */
struct batch {
	unsigned int n;
	struct bytes frames[BATCH];
	bool passes[BATCH];
	const char *by[BATCH];
};

static struct batch batch;
static const char *command;
static unsigned long long seed;

static int complain(const char *what, unsigned int i, const struct bytes *f)
{
	unsigned int n;

	printf("frame %lu of \"%s\", seed %llu, turn %u, %s by %s:\n", nsent - batch.n + i, command,
	       seed, turn, what, i < batch.n ? batch.by[i] : "nobody");
	for (n = 0; n < f->len; n++)
		printf("%02x", f->data[n]);
	printf("\n");

	return 1;
}

static int batch_run(void)
{
	struct bytes f, sentinel;
	unsigned int i, next = 0;

	for (i = 0; i < batch.n; i++)
		send_frame(&batch.frames[i]);
	sentinel_make(&sentinel);
	for (i = 0; i < SENTINELS; i++)
		send_frame(&sentinel);
	flush_ring();
	for (;;) {
		receive(&f);
		if (is_old(&f, &sentinel))
			continue;
		while (next < batch.n && !batch.passes[next])
			next++;
		if (is_equal(&f, &sentinel))
			break;
		if (next < batch.n && is_equal(&f, &batch.frames[next])) {
			next++;
			continue;
		}
		for (i = 0; i < batch.n && !is_equal(&f, &batch.frames[i]); i++)
			;
		return complain(i == batch.n ? "came and was not sent" :
				"came out of its turn, to be judged", i, &f);
	}
	if (next < batch.n)
		return complain("didn't come, to pass", next, &batch.frames[next]);
	batch.n = 0;

	return 0;
}

static int batch_add(const struct bytes *f)
{
	unsigned int i = batch.n++;

	batch.frames[i] = *f;
	batch.passes[i] = expect(f, &batch.by[i]);

	return batch.n == BATCH ? batch_run() : 0;
}

static int end(int status)
{
	unsigned int i;

	if (!status)
		status = batch_run();
	if (status)
		return status;
	for (i = 0; i < RULES; i++)
		printf("%s %lu %lu\n", rules[i].name, rules[i].packets, rules[i].bytes);
	printf("%s %lu %lu\n", policy.name, policy.packets, policy.bytes);
	printf("sent %lu %lu %lu\n", nsent, nlost, ncopies);

	return 0;
}

static int send_cuts(void)
{
	struct bytes whole, f;
	unsigned int i;

	for (i = turn % 2; i < frames_count; i += 2) {
		take_sample(&whole, i);
		make_floodable(&whole);
		for (f = whole; f.len >= MAC_LEN; f.len--)
			if (batch_add(&f))
				return 1;
	}

	return 0;
}

static int send_mutants(unsigned long n)
{
	struct bytes f;

	while (n--) {
		make_mutant(&f);
		if (batch_add(&f))
			return 1;
	}

	return 0;
}

/* ---- what a virtual machine may write ---- */

static void make_vnet(struct virtio_net_hdr *vh, const struct bytes *f)
{
	static const u8 types[] = { 0, VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_UDP,
		VIRTIO_NET_HDR_GSO_TCPV6, 5, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN };

	memset(vh, 0, sizeof(*vh));
	vh->gso_type = one_in(20) ? below(256) : types[below(sizeof(types))];
	vh->flags = one_in(20) ? below(256) : !one_in(4);
	vh->gso_size = one_in(3) ? some16() : 1 + below(200);
	vh->hdr_len = one_in(3) ? some16() : below(f->len + 1);
	vh->csum_start = one_in(3) ? some16() : one_in(2) ? 34 : 54;
	vh->csum_offset = one_in(6) ? some16() : one_in(2) ? 16 : 6;
}

static int send_storm(unsigned long n)
{
	struct bytes f, sentinel, got;
	struct virtio_net_hdr vh;
	unsigned long ntaken = 0, nseen = 0;
	unsigned int i;

	while (n) {
		for (i = 0; i < BATCH && n; i++, n--) {
			make_mutant(&f);
			if (one_in(2)) {
				u8 payload[FRAME_LEN] = { 0 };

				insert(&f, f.len, payload, below(FRAME_LEN - f.len + 1));
			}
			nsent++;
			if (!is_tap) {
				/*
				 * Defragmentation in the kernel miscounts the
				 * memory of what comes from a ring.
				 */
				ntaken += send(plain, f.data, f.len, 0) == (ssize_t)f.len;
				continue;
			}
			make_vnet(&vh, &f);
			ntaken += send_by_tap(&vh, &f);
		}
		sentinel_make(&sentinel);
		for (i = 0; i < SENTINELS; i++)
			send_frame(&sentinel);
		flush_ring();
		do {
			receive(&got);
			nseen += !is_old(&got, &sentinel);
		} while (!is_equal(&got, &sentinel));
	}
	printf("storm %lu %lu %lu\n", nsent, ntaken, nseen - (nsent + BATCH - 1) / BATCH);

	return 0;
}

/* A port of a bridge takes a moment until it forwards. */
static void wait_for_way(void)
{
	struct pollfd wait = { .fd = rx, .events = POLLIN };
	struct bytes sentinel;
	unsigned int i, n;

	for (n = 0; n < WAIT_MS / 50; n++) {
		sentinel_make(&sentinel);
		for (i = 0; i < SENTINELS; i++)
			send_frame(&sentinel);
		flush_ring();
		if (poll(&wait, 1, 50) == 1)
			return;
	}
	errno = ETIMEDOUT;
	fail("no way");
}

static void open_ends(const char *from, const char *to)
{
	char ns[100];
	const char *colon = strchr(from, ':');

	snprintf(ns, sizeof(ns), "%.*s", colon ? (int)(colon - from) : 99, from);
	is_tap = colon;
	in_netns(ns, colon ? open_tap : open_tx, colon ? colon + 1 : "eth0");
	in_netns(to, open_rx, "eth0");
	wait_for_way();
}

int main(int argc, char **argv)
{
	command = argc > 1 ? argv[1] : "";
	packet_stay_on_cpu();
	if (argc > 2 && strcmp(command, "storm"))
		turn = strtoul(argv[2], NULL, 0);
	if (!strcmp(command, "rules") && argc == 3) {
		write_rules();
		return 0;
	}
	if (!strcmp(command, "cuts") && argc == 5) {
		random_seed(1);
		open_ends(argv[3], argv[4]);
		return end(send_cuts());
	}
	if (!strcmp(command, "frames") && argc == 7) {
		seed = strtoull(argv[3], NULL, 0);
		random_seed(seed);
		open_ends(argv[5], argv[6]);
		return end(send_mutants(strtoul(argv[4], NULL, 0)));
	}
	if (!strcmp(command, "storm") && argc == 6) {
		seed = strtoull(argv[2], NULL, 0);
		random_seed(seed);
		open_ends(argv[4], argv[5]);
		return send_storm(strtoul(argv[3], NULL, 0));
	}
	fprintf(stderr, "usage: mutate rules TURN | cuts TURN TX RX | frames TURN SEED COUNT TX RX | storm SEED COUNT TX RX\n");

	return 2;
}

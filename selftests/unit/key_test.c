// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser on a table of frames: each as it is, split at every byte into a
 * linear part and another, cut at every byte, and cut with lengths in the
 * headers that agree with the cut.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/etherdevice.h>

#include "key.h"
#include "key_frame.h"
#include "ktap.h"

#define DATA	14	/* length of a MAC header */

#define MARK	0x89abcdef

/**
 * struct reading - what the parser makes of a frame
 * @key: the key
 * @layout: offsets from the MAC header, 0 for what is absent
 */
struct reading {
	struct brfw_key key;
	struct brfw_layout layout;
};

static void layout_move(struct brfw_layout *layout, int by, bool has_l3)
{
	if (has_l3)
		layout->l3 += by;
	if (layout->llc_length)
		layout->llc_length += by;
	if (layout->pppoe_length)
		layout->pppoe_length += by;
	if (layout->payload)
		layout->payload += by;
}

static void note_reading(const char *what, const struct reading *r)
{
	const struct brfw_key *key = &r->key;
	char words[17 * BRFW_KEY_WORDS + 1];
	unsigned int i;

	for (i = 0; i < BRFW_KEY_WORDS; i++)
		sprintf(words + 17 * i, " %016llx", key->words[i]);
	ktap_note("%s: flags %04x type %04x vlan %04x %u %u inner %04x %u %u family %u len %u frag %u dscp %u ttl %u",
		  what, key->flags, key->eth_type, key->vlan_proto,
		  key->vlan_id, key->vlan_prio, key->inner_vlan_proto,
		  key->inner_vlan_id, key->inner_vlan_prio, key->family,
		  key->ip_len, key->frag, key->dscp, key->ttl);
	ktap_note("%s: proto %u ports %u %u tcp %02x type %u %u l3 %d llc %d pppoe %d payload %d",
		  what, key->ip_proto, key->sport, key->dport, key->tcp_flags,
		  key->type, key->code, r->layout.l3, r->layout.llc_length,
		  r->layout.pppoe_length, r->layout.payload);
	ktap_note("%s: words%s", what, words);
}

/* Parse data[0..len) and compare. */
static bool reads(const struct frame *f, const u8 *data, unsigned int len,
		  unsigned int nlinear, int mac_offset,
		  const struct reading *wanted, const char *how, unsigned int n)
{
	struct reading got, want = *wanted;
	struct frame_skb skb;
	bool unchanged;

	frame_skb_init(&skb, data, len, nlinear, mac_offset);
	skb.skb.mark = MARK;
	skb.skb.is_gso = f->is_gso;
	memset(&got, 0xff, sizeof(got));
	frame_read_key(&got.key, &skb.skb, &f->vlan, &got.layout);
	unchanged = frame_skb_is_unchanged(&skb, data, len);
	frame_skb_destroy(&skb);

	layout_move(&want.layout, mac_offset, want.key.flags & BRFW_KEY_F_IP);
	if (unchanged && !memcmp(&got, &want, sizeof(got)))
		return true;
	ktap_note("%s: %s %u%s", f->name, how, n,
		  unchanged ? "" : ": the frame was written to");
	note_reading("got", &got);
	note_reading("want", &want);

	return false;
}

static unsigned int be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/* End of the last header of these that is there. */
static unsigned int end_of(const struct frame_bytes *b, const char *marks)
{
	unsigned int end = DATA;

	for (; *marks; marks++)
		if (b->ends[(int)*marks] > end)
			end = b->ends[(int)*marks];

	return end;
}

#define l2_end(b)	end_of(b, "tu")
#define l3_start(b)	end_of(b, "tusq")

/* ---- ends that lengths in headers tell; 0 if there is none ---- */

static unsigned int llc_end(const struct frame_bytes *b)
{
	unsigned int len = be16(b->data + l2_end(b) - 2);

	return len < 0x600 ? l2_end(b) + len : 0;
}

static unsigned int pppoe_end(const struct frame *f,
			      const struct frame_bytes *b)
{
	unsigned int pppoe = b->ends['o'];

	if (f->want.eth_type != 0x8864 || f->is_gso)
		return 0;

	return pppoe + be16(b->data + pppoe - 2);
}

static unsigned int ip_end(const struct frame *f, const struct frame_bytes *b)
{
	bool is_ip6 = f->want.family == BRFW_FAMILY_IP6;
	unsigned int ip = l3_start(b), len;

	if (f->want.family == BRFW_FAMILY_OTHER)
		return 0;
	len = be16(b->data + ip + (is_ip6 ? 4 : 2));
	if (!len && f->is_gso)
		return 0;

	return ip + len + (is_ip6 ? 40 : 0);
}

/* ---- whole frames ---- */

static void want_layout(struct brfw_layout *layout, const struct brfw_key *key,
			const struct frame_bytes *b)
{
	unsigned int l4 = b->ends[b->ends['p'] ? 'p' : 'i'];

	memset(layout, 0, sizeof(*layout));
	if (b->ends['s'])
		layout->llc_length = l2_end(b) - 2;
	if (key->flags & BRFW_KEY_F_PPPOE)
		layout->pppoe_length = b->ends['o'] - 2;
	if (key->flags & BRFW_KEY_F_IP)
		layout->l3 = l3_start(b);
	if (key->flags & BRFW_KEY_F_L4 && key->ip_proto == 6)
		layout->payload = b->ends['l'];
	if (key->flags & BRFW_KEY_F_L4 && key->ip_proto == 17)
		layout->payload = l4 + 8;
}

static void want_init(struct reading *want, const struct frame *f,
		      const struct frame_bytes *b)
{
	struct brfw_key *key = &want->key;
	unsigned int end = ip_end(f, b);

	*key = f->want;
	memcpy(key->dmac, b->data, 6);
	memcpy(key->smac, b->data + 6, 6);
	key->mark = MARK;
	if (key->eth_type)
		key->flags |= BRFW_KEY_F_ETH_TYPE;
	if (key->vlan_proto)
		key->flags |= BRFW_KEY_F_VLAN;
	if (key->inner_vlan_proto)
		key->flags |= BRFW_KEY_F_INNER_VLAN;
	if (key->pppoe)
		key->flags |= BRFW_KEY_F_PPPOE;
	if (key->family != BRFW_FAMILY_OTHER) {
		key->flags |= BRFW_KEY_F_IP;
		key->ip_len = (end ? end : b->len) - l3_start(b);
	}
	want_layout(&want->layout, key, b);
}

static bool check_whole(const struct frame *f, const struct frame_bytes *b)
{
	struct reading want;

	want_init(&want, f, b);

	return reads(f, b->data, b->len, b->len, -DATA, &want, "whole, bytes",
		     b->len);
}

static bool check_split(const struct frame *f, const struct frame_bytes *b)
{
	struct reading want;
	unsigned int n;

	want_init(&want, f, b);
	for (n = DATA; n < b->len; n++)
		if (!reads(f, b->data, b->len, n, -DATA, &want, "split at", n))
			return false;

	return true;
}

/* skb->data somewhere else than behind the MAC header. */
static bool check_offset(const struct frame *f, const struct frame_bytes *b)
{
	struct reading want;
	unsigned int n;

	want_init(&want, f, b);
	for (n = 0; n <= DATA + 4 && n <= b->len; n++)
		if (!reads(f, b->data, b->len, b->len, -(int)n, &want,
			   "MAC header before data by", n))
			return false;

	return true;
}

/* ---- cut frames ---- */

/**
 * struct cut - a sound frame, cut
 * @f: the frame
 * @b: its bytes
 * @whole: what it is when it isn't cut
 * @len: bytes that are there
 * @is_told: whether lengths in the headers are changed to end there
 * @is_longer: whether the frame goes on behind that
 */
struct cut {
	const struct frame *f;
	const struct frame_bytes *b;
	struct reading whole;
	unsigned int len;
	bool is_told;
	bool is_longer;
};

static bool has(const struct cut *c, char mark)
{
	return c->len >= c->b->ends[(int)mark];
}

/* Whether a length in a header tells what isn't there. */
static bool is_lie(const struct cut *c, unsigned int end)
{
	return !c->is_told && c->len < end;
}

static void want_copy(struct brfw_key *want, const struct cut *c, u16 flags)
{
	const struct brfw_key *whole = &c->whole.key;

	flags &= whole->flags;
	want->flags |= flags;
	if (flags & BRFW_KEY_F_ETH_TYPE)
		want->eth_type = whole->eth_type;
	if (flags & BRFW_KEY_F_VLAN) {
		want->vlan_proto = whole->vlan_proto;
		want->vlan_id = whole->vlan_id;
		want->vlan_prio = whole->vlan_prio;
	}
	if (flags & BRFW_KEY_F_INNER_VLAN) {
		want->inner_vlan_proto = whole->inner_vlan_proto;
		want->inner_vlan_id = whole->inner_vlan_id;
		want->inner_vlan_prio = whole->inner_vlan_prio;
	}
	if (flags & BRFW_KEY_F_PPPOE)
		want->pppoe = whole->pppoe;
	if (flags & BRFW_KEY_F_IP) {
		want->family = whole->family;
		want->ip4 = whole->ip4;
		want->ip6 = whole->ip6;
		want->dscp = whole->dscp;
		want->ttl = whole->ttl;
	}
	if (flags & BRFW_KEY_F_PROTO)
		want->ip_proto = whole->ip_proto;
	if (flags & BRFW_KEY_F_L4) {
		want->sport = whole->sport;
		want->dport = whole->dport;
		want->tcp_flags = whole->tcp_flags;
		want->type = whole->type;
		want->code = whole->code;
		want->gre_proto = whole->gre_proto;
	}
	if (flags & BRFW_KEY_F_ND_TARGET)
		memcpy(want->nd_target, whole->nd_target, 16);
	if (flags & BRFW_KEY_F_ND_LLADDR)
		memcpy(want->nd_lladdr, whole->nd_lladdr, 6);
	if (flags & BRFW_KEY_F_ARP)
		want->arp.op = whole->arp.op;
	if (flags & BRFW_KEY_F_ARP_ADDR)
		want->arp = whole->arp;
	if (flags & BRFW_KEY_F_MPLS)
		want->mpls_label = whole->mpls_label;
}

/* These all return whether what is cut off makes the frame malformed. */

static bool want_nd(struct brfw_key *want, const struct cut *c)
{
	unsigned int end = c->is_told ? c->len : ip_end(c->f, c->b);

	if (!c->b->ends['n'])
		return false;
	if (!has(c, 'n'))
		return true;
	want_copy(want, c, BRFW_KEY_F_ND_TARGET);
	if (c->b->ends['y'] && has(c, 'y'))
		want_copy(want, c, BRFW_KEY_F_ND_LLADDR);

	return end != c->b->ends['n'] && !c->b->is_option_end[end];
}

static bool want_ip(struct brfw_key *want, const struct cut *c)
{
	unsigned int end = ip_end(c->f, c->b);

	if (!has(c, 'i') || is_lie(c, end))
		return true;
	want_copy(want, c, BRFW_KEY_F_IP);
	want->ip_len = (!c->is_told && end ? end : c->len) - l3_start(c->b);
	if (has(c, 'k'))
		want_copy(want, c, BRFW_KEY_F_IP_OPTIONS);
	if (has(c, 'j'))
		want->frag = c->whole.key.frag;
	if (!has(c, 'p'))
		return true;
	want_copy(want, c, BRFW_KEY_F_PROTO);
	if (!(c->whole.key.flags & BRFW_KEY_F_L4))
		return false;
	if (!has(c, 'l'))
		return true;
	want_copy(want, c, BRFW_KEY_F_L4);

	return want_nd(want, c);
}

static bool want_arp(struct brfw_key *want, const struct cut *c)
{
	if (!has(c, 'r'))
		return true;
	want_copy(want, c, BRFW_KEY_F_ARP);
	if (!(c->whole.key.flags & BRFW_KEY_F_ARP_ADDR))
		return false;
	if (!has(c, 'w'))
		return true;
	want_copy(want, c, BRFW_KEY_F_ARP_ADDR | BRFW_KEY_F_GRATUITOUS);

	return false;
}

static bool want_pppoe(struct brfw_key *want, const struct cut *c)
{
	if (!has(c, 'o'))
		return true;
	want_copy(want, c, BRFW_KEY_F_PPPOE);

	return is_lie(c, pppoe_end(c->f, c->b)) || !has(c, 'q');
}

static bool want_l3(struct brfw_key *want, const struct cut *c)
{
	if (want->eth_type == 0x0806)
		return want_arp(want, c);
	if (want->eth_type == 0x8864 && want_pppoe(want, c))
		return true;
	if (c->whole.key.flags & BRFW_KEY_F_MPLS) {
		if (!has(c, 'm'))
			return true;
		want_copy(want, c, BRFW_KEY_F_MPLS);
	}

	return c->whole.key.family != BRFW_FAMILY_OTHER && want_ip(want, c);
}

static bool want_l2(struct brfw_key *want, const struct cut *c)
{
	u16 flags = BRFW_KEY_F_INNER_VLAN;

	if (c->f->vlan.proto || c->f->vlan.is_unknown)
		want_copy(want, c, BRFW_KEY_F_VLAN | BRFW_KEY_F_VLAN_UNKNOWN);
	else
		flags = BRFW_KEY_F_VLAN;
	if (!has(c, 't') || !has(c, 'u')) {
		if (has(c, 't'))
			want_copy(want, c, flags);
		want->eth_type = be16(c->b->data + (has(c, 't') ? 16 : 12));
		want->flags |= BRFW_KEY_F_ETH_TYPE;
		return true;
	}
	want_copy(want, c, BRFW_KEY_F_VLAN | BRFW_KEY_F_INNER_VLAN);
	if (is_lie(c, llc_end(c->b)))
		return true;
	if (!has(c, 's')) /* a SNAP header that somebody else finds there */
		return c->b->ends['s'] && c->is_longer;
	if (!(c->whole.key.flags & BRFW_KEY_F_ETH_TYPE))
		return false;
	want_copy(want, c, BRFW_KEY_F_ETH_TYPE);

	return want_l3(want, c);
}

static void want_cut(struct reading *want, const struct cut *c)
{
	struct brfw_key *key = &want->key;

	memset(key, 0, sizeof(*key));
	key->family = BRFW_FAMILY_OTHER;
	key->mark = MARK;
	key->frame_class = c->whole.key.frame_class;
	memcpy(key->dmac, c->b->data, 6);
	memcpy(key->smac, c->b->data + 6, 6);
	if (want_l2(key, c))
		key->flags |= BRFW_KEY_F_MALFORMED;

	want_layout(&want->layout, key, c->b);
	if (!has(c, 's') || is_lie(c, llc_end(c->b)))
		want->layout.llc_length = 0;
}

static bool check_cut_sound(const struct frame *f, const struct frame_bytes *b)
{
	struct cut c = { .f = f, .b = b };
	struct reading want;

	want_init(&c.whole, f, b);
	for (c.len = DATA; c.len < b->len; c.len++) {
		want_cut(&want, &c);
		if (!reads(f, b->data, c.len, c.len, -DATA, &want, "cut at", c.len))
			return false;
	}

	return true;
}

/* A cut doesn't make a frame any better. */
static bool check_cut_malformed(const struct frame *f,
				const struct frame_bytes *b)
{
	struct brfw_layout layout;
	struct frame_skb skb;
	struct brfw_key key;
	unsigned int len;

	for (len = DATA; len < b->len; len++) {
		frame_skb_init(&skb, b->data, len, len, -DATA);
		skb.skb.is_gso = f->is_gso;
		frame_read_key(&key, &skb.skb, &f->vlan, &layout);
		frame_skb_destroy(&skb);
		if (!(key.flags & BRFW_KEY_F_MALFORMED)) {
			ktap_note("%s: not malformed when cut at %u", f->name, len);
			return false;
		}
	}

	return true;
}

static bool check_cut(const struct frame *f, const struct frame_bytes *b)
{
	if (f->is_uncut)
		return true;
	if (f->want.flags & BRFW_KEY_F_MALFORMED)
		return check_cut_malformed(f, b);

	return check_cut_sound(f, b);
}

static void set_be16(u8 *p, unsigned int value)
{
	p[0] = value >> 8;
	p[1] = value;
}

/* Let all headers of a frame tell that it ends at @end. */
static void set_end(struct frame_bytes *b, const struct frame *f,
		    unsigned int end)
{
	unsigned int ip = l3_start(b);

	if (llc_end(b))
		set_be16(b->data + l2_end(b) - 2, end - l2_end(b));
	if (b->ends['o'] && end >= b->ends['o'])
		set_be16(b->data + b->ends['o'] - 2, end - b->ends['o']);
	if (f->want.family == BRFW_FAMILY_IP4 && end >= b->ends['i'])
		set_be16(b->data + ip + 2, end - ip);
	if (f->want.family == BRFW_FAMILY_IP6 && end >= b->ends['i'])
		set_be16(b->data + ip + 4, end - ip - 40);
}

/* Cut behind the first length, by all lengths alone or in truth. */
static bool check_short(const struct frame *f, const struct frame_bytes *b)
{
	struct cut c = { .f = f, .b = b, .is_told = true };
	struct frame_bytes told;
	struct reading want;

	if (f->want.flags & BRFW_KEY_F_MALFORMED || f->is_uncut)
		return true;
	if (llc_end(b))
		c.len = l2_end(b);
	else if (pppoe_end(f, b))
		c.len = b->ends['o'];
	else if (ip_end(f, b))
		c.len = b->ends['i'];
	else
		return true;
	want_init(&c.whole, f, b);
	for (; c.len < b->len; c.len++) {
		if (f->is_gso && f->want.family == BRFW_FAMILY_IP6 &&
		    c.len == b->ends['i'])
			continue; /* says 0 and thus a lot */
		told = *b;
		set_end(&told, f, c.len);
		c.is_longer = false;
		want_cut(&want, &c);
		if (!reads(f, told.data, c.len, DATA, -DATA, &want,
			   "packet cut at", c.len))
			return false;
		c.is_longer = true;
		want_cut(&want, &c);
		if (!reads(f, told.data, told.len, told.len, -DATA, &want,
			   "packet says that it ends at", c.len))
			return false;
	}

	return true;
}

/* ---- for each frame ---- */

static bool check_all(bool (*check)(const struct frame *f,
				    const struct frame_bytes *b))
{
	struct frame_bytes b;
	bool good = true;
	unsigned int i;

	for (i = 0; i < frames_count; i++) {
		frame_read(&b, frames[i].text);
		good &= check(&frames[i], &b);
	}

	return good;
}

static void test_whole(void)
{
	struct frame_bytes b;
	char name[100];
	unsigned int i;

	for (i = 0; i < frames_count; i++) {
		frame_read(&b, frames[i].text);
		snprintf(name, sizeof(name), "key: %s", frames[i].name);
		ktap_result(check_whole(&frames[i], &b), name);
	}
}

int main(void)
{
	ktap_begin();
	test_whole();
	ktap_result(check_all(check_split), "split at every byte: the same key");
	ktap_result(check_all(check_offset), "data at other places: the same key");
	ktap_result(check_all(check_cut), "cut at every byte: malformed if a header needs more");
	ktap_result(check_all(check_short), "packets cut at every byte: what is whole is read");
	if (IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS))
		ktap_result(frame_nplain[BRFW_FAMILY_IP4] && frame_nplain[BRFW_FAMILY_IP6],
			    "plain frames are read alike in both ways");
	else
		ktap_result(!frame_nplain[BRFW_FAMILY_IP4] && !frame_nplain[BRFW_FAMILY_IP6],
			    "no plain frames where that needs unaligned access");

	return ktap_end();
}

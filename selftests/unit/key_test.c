// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser on a table of frames: each as it is, split at every byte into a
 * linear part and another, cut at every byte, and cut with an IP length that
 * agrees with the cut.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/etherdevice.h>

#include "key.h"
#include "key_frame.h"
#include "ktap.h"

#define DATA	14	/* length of a MAC header */

/* Parse data[0..len); the result is compared by the caller. */
static bool parse(struct brfw_key *key, const struct frame *f, const u8 *data,
		  unsigned int len, unsigned int nlinear, int mac_offset)
{
	struct frame_skb skb;
	bool good;

	frame_skb_init(&skb, data, len, nlinear, mac_offset);
	skb.skb.has_tag = f->has_tag;
	skb.skb.vlan_tci = f->vlan_tci;
	skb.skb.is_gso = f->is_gso;
	memset(key, 0xff, sizeof(*key));
	brfw_key_from_skb(key, &skb.skb);
	good = frame_skb_is_unchanged(&skb, data, len);
	if (!good)
		ktap_note("%s: the frame was written to", f->name);
	frame_skb_destroy(&skb);

	return good;
}

static void note_key(const char *what, const struct brfw_key *key)
{
	ktap_note("%s: type %04x vlan %04x flags %x family %u proto %u ports %u %u tcp %02x icmp %u %u",
		  what, key->eth_type, key->vlan, key->flags, key->family,
		  key->ip_proto, key->sport, key->dport, key->tcp_flags,
		  key->icmp_type, key->icmp_code);
	ktap_note("%s: words %016llx %016llx %016llx %016llx %016llx %016llx %016llx %016llx %016llx",
		  what, key->words[0], key->words[1], key->words[2],
		  key->words[3], key->words[4], key->words[5], key->words[6],
		  key->words[7], key->words[8]);
}

static bool same_key(const struct brfw_key *got, const struct brfw_key *want,
		     const struct frame *f, const char *how, unsigned int n)
{
	if (!memcmp(got, want, sizeof(*got)))
		return true;
	ktap_note("%s: %s %u", f->name, how, n);
	note_key("got", got);
	note_key("want", want);

	return false;
}

static void want_init(struct brfw_key *want, const struct frame *f)
{
	*want = f->want;
	memcpy(want->dmac, "\x02\0\0\0\0\xd0", 6);
	memcpy(want->smac, "\x02\0\0\0\0\xe0", 6);
}

/* ---- whole frames ---- */

static bool check_whole(const struct frame *f, const struct frame_bytes *b)
{
	struct brfw_key key, want;

	want_init(&want, f);

	return parse(&key, f, b->data, b->len, b->len, -DATA) &&
	       same_key(&key, &want, f, "whole, bytes", b->len);
}

static bool check_split(const struct frame *f, const struct frame_bytes *b)
{
	struct brfw_key key, want;
	unsigned int n;

	want_init(&want, f);
	for (n = DATA; n < b->len; n++)
		if (!parse(&key, f, b->data, b->len, n, -DATA) ||
		    !same_key(&key, &want, f, "split at", n))
			return false;

	return true;
}

/* skb->data somewhere else than behind the MAC header. */
static bool check_offset(const struct frame *f, const struct frame_bytes *b)
{
	struct brfw_key key, want;
	unsigned int n;

	want_init(&want, f);
	for (n = 0; n <= DATA + 4 && n <= b->len; n++)
		if (!parse(&key, f, b->data, b->len, b->len, -(int)n) ||
		    !same_key(&key, &want, f, "MAC header before data by", n))
			return false;

	return true;
}

/* ---- cut frames ---- */

static void want_clear_l4(struct brfw_key *want)
{
	want->flags &= ~BRFW_KEY_F_L4;
	want->words[2] = 0;
	want->ip_proto = 0;
}

static void want_clear_proto(struct brfw_key *want)
{
	want_clear_l4(want);
	want->flags &= ~BRFW_KEY_F_PROTO;
}

static void want_clear_ip(struct brfw_key *want)
{
	want_clear_proto(want);
	want->family = BRFW_FAMILY_OTHER;
	memset(&want->ip6, 0, sizeof(want->ip6));
}

/*
 * The key of a sound frame of which @len bytes are there, if lengths in IP
 * headers are not in contradiction to that.
 */
static void want_cut(struct brfw_key *want, const struct frame *f,
		     const struct frame_bytes *b, unsigned int len)
{
	bool has_ip = f->want.family != BRFW_FAMILY_OTHER;
	bool has_l4 = f->want.flags & BRFW_KEY_F_L4;
	unsigned int proto = b->proto ? b->proto : b->ip;
	u8 ip_proto = f->want.ip_proto;

	want_init(want, f);
	if (len < b->tag) {
		want_clear_ip(want);
		want->vlan = 0;
		want->eth_type = b->data[12] << 8 | b->data[13];
	} else if (has_ip && len < b->ip) {
		want_clear_ip(want);
	} else if (has_ip && len < proto) {
		want_clear_proto(want);
	} else if (has_l4 && len < b->l4) {
		want_clear_l4(want);
		want->ip_proto = ip_proto;
	} else {
		return;
	}
	want->flags |= BRFW_KEY_F_MALFORMED;
}

/* End of the IP packet, by its own length; 0 if that can't be told. */
static unsigned int ip_end(const struct frame *f, const struct frame_bytes *b)
{
	const u8 *ip = b->data + (b->tag ? b->tag : DATA);
	unsigned int len;

	if (f->want.family == BRFW_FAMILY_IP4)
		len = ip[2] << 8 | ip[3];
	else if (f->want.family == BRFW_FAMILY_IP6)
		len = ip[4] << 8 | ip[5];
	else
		return 0;
	if (!len && f->is_gso)
		return 0;

	return ip - b->data + len + (f->want.family == BRFW_FAMILY_IP6 ? 40 : 0);
}

static bool check_cut_sound(const struct frame *f, const struct frame_bytes *b)
{
	unsigned int end = ip_end(f, b);
	struct brfw_key key, want;
	unsigned int len;

	for (len = DATA; len < b->len; len++) {
		want_cut(&want, f, b, len);
		if (len < end && len >= b->tag) {
			/* The length in the IP header is a promise too. */
			want_clear_ip(&want);
			want.flags |= BRFW_KEY_F_MALFORMED;
		}
		if (!parse(&key, f, b->data, len, len, -DATA) ||
		    !same_key(&key, &want, f, "cut at", len))
			return false;
	}

	return true;
}

/* A cut doesn't make a frame any better. */
static bool check_cut_malformed(const struct frame *f,
				const struct frame_bytes *b)
{
	struct brfw_key key;
	unsigned int len;

	for (len = DATA; len < b->len; len++) {
		if (!parse(&key, f, b->data, len, len, -DATA))
			return false;
		if (!(key.flags & BRFW_KEY_F_MALFORMED)) {
			ktap_note("%s: not malformed when cut at %u", f->name, len);
			return false;
		}
	}

	return true;
}

static bool check_cut(const struct frame *f, const struct frame_bytes *b)
{
	if (f->want.flags & BRFW_KEY_F_MALFORMED)
		return check_cut_malformed(f, b);

	return check_cut_sound(f, b);
}

/* Let the IP header of a frame tell that it ends at @end. */
static void set_ip_end(struct frame_bytes *b, const struct frame *f,
		       unsigned int end)
{
	unsigned int start = b->tag ? b->tag : DATA;
	u8 *ip = b->data + start;

	if (f->want.family == BRFW_FAMILY_IP4) {
		ip[2] = (end - start) >> 8;
		ip[3] = end - start;
	} else {
		ip[4] = (end - start - 40) >> 8;
		ip[5] = end - start - 40;
	}
}

/* Cut behind the IP header, by its length alone or in truth. */
static bool check_short(const struct frame *f, const struct frame_bytes *b)
{
	struct brfw_key key, want;
	struct frame_bytes cut;
	unsigned int len;

	if (!ip_end(f, b) || f->want.flags & BRFW_KEY_F_MALFORMED)
		return true;
	for (len = b->ip; len < b->len; len++) {
		cut = *b;
		set_ip_end(&cut, f, len);
		if (f->is_gso && f->want.family == BRFW_FAMILY_IP6 && len == b->ip)
			continue; /* says 0 and thus a lot */
		want_cut(&want, f, b, len);
		if (!parse(&key, f, cut.data, len, DATA, -DATA) ||
		    !same_key(&key, &want, f, "packet cut at", len) ||
		    !parse(&key, f, cut.data, cut.len, cut.len, -DATA) ||
		    !same_key(&key, &want, f, "packet says that it ends at", len))
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

	return ktap_end();
}

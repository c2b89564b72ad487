// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser: the only reader of the bytes of a frame.
 *
 * It starts from the MAC header, since on a bridge the network and transport
 * header offsets may be unset or stale, and only copies out, so that no
 * pointer into the frame outlives a call. Lengths in headers bound what is
 * read but are never trusted: what a header promises and the frame doesn't
 * hold sets BRFW_KEY_F_MALFORMED, and the later fields stay absent.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "key.h"

/* More extension headers than this make an IPv6 packet malformed. */
#define BRFW_MAX_EXT_HEADERS	8

/**
 * struct brfw_cursor - where the parser stands
 * @skb: the frame
 * @off: offset of the next header from skb->data; may be negative
 * @end: offset behind the last byte that may be read
 */
struct brfw_cursor {
	const struct sk_buff *skb;
	int off;
	int end;
};

/* The next @len bytes, in the frame or copied to @buf; NULL if there are fewer. */
static const void *brfw_cursor_peek(const struct brfw_cursor *c, int len,
				    void *buf)
{
	if (c->end - c->off < len)
		return NULL;

	return skb_header_pointer(c->skb, c->off, len, buf);
}

static void brfw_key_set_malformed(struct brfw_key *key)
{
	key->flags |= BRFW_KEY_F_MALFORMED;
}

/* RFC 9293 section 3.1 */
static void brfw_key_read_tcp(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	th = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!th || th->doff * 4 < sizeof(*th) || th->doff * 4 > c->end - c->off) {
		brfw_key_set_malformed(key);
		return;
	}

	key->sport = ntohs(th->source);
	key->dport = ntohs(th->dest);
	key->tcp_flags = tcp_flag_byte(th);
	key->flags |= BRFW_KEY_F_L4;
}

/*
 * RFC 768. The length covers the whole datagram: of a fragment or a GSO packet
 * it can't be checked against what is here.
 */
static void brfw_key_read_udp(struct brfw_key *key, struct brfw_cursor *c,
			      bool is_whole)
{
	const struct udphdr *uh;
	struct udphdr buf;

	uh = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!uh || ntohs(uh->len) < sizeof(*uh) ||
	    (is_whole && ntohs(uh->len) > c->end - c->off)) {
		brfw_key_set_malformed(key);
		return;
	}

	key->sport = ntohs(uh->source);
	key->dport = ntohs(uh->dest);
	key->flags |= BRFW_KEY_F_L4;
}

/* RFC 792, RFC 4443: type and code start both, behind them a checksum. */
static void brfw_key_read_icmp(struct brfw_key *key, struct brfw_cursor *c)
{
	const u8 *type_code;
	u8 buf[4];

	type_code = brfw_cursor_peek(c, sizeof(buf), buf);
	if (!type_code) {
		brfw_key_set_malformed(key);
		return;
	}

	key->icmp_type = type_code[0];
	key->icmp_code = type_code[1];
	key->flags |= BRFW_KEY_F_L4;
}

static void brfw_key_read_l4(struct brfw_key *key, struct brfw_cursor *c,
			     bool is_fragment)
{
	switch (key->ip_proto) {
	case IPPROTO_TCP:
		brfw_key_read_tcp(key, c);
		break;
	case IPPROTO_UDP:
		brfw_key_read_udp(key, c, !is_fragment && !skb_is_gso(c->skb));
		break;
	case IPPROTO_ICMP:
		if (key->family == BRFW_FAMILY_IP4)
			brfw_key_read_icmp(key, c);
		break;
	case IPPROTO_ICMPV6:
		if (key->family == BRFW_FAMILY_IP6)
			brfw_key_read_icmp(key, c);
		break;
	}
}

static void brfw_key_set_proto(struct brfw_key *key, u8 proto)
{
	key->ip_proto = proto;
	key->flags |= BRFW_KEY_F_PROTO;
}

/*
 * Let the cursor end where the network layer says. Behind that there may be
 * Ethernet padding, which belongs to no header. Packets of more than 64 KiB
 * (BIG TCP), which only GSO makes, say 0.
 *
 * Return: whether the frame holds @len bytes from here.
 */
static bool brfw_cursor_limit(struct brfw_cursor *c, int len, bool is_jumbo)
{
	if (is_jumbo)
		return skb_is_gso(c->skb);
	if (len > c->end - c->off)
		return false;

	c->end = c->off + len;
	return true;
}

/* RFC 791 section 3.1 */
static void brfw_key_read_ip4(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct iphdr *ih;
	struct iphdr buf;
	u16 frag_off;

	ih = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!ih || ih->version != 4 || ih->ihl * 4 < sizeof(*ih)) {
		brfw_key_set_malformed(key);
		return;
	}
	if (!brfw_cursor_limit(c, ntohs(ih->tot_len), !ih->tot_len) ||
	    ih->ihl * 4 > c->end - c->off) {
		brfw_key_set_malformed(key);
		return;
	}

	key->family = BRFW_FAMILY_IP4;
	memcpy(key->ip4.src, &ih->saddr, sizeof(key->ip4.src));
	memcpy(key->ip4.dst, &ih->daddr, sizeof(key->ip4.dst));
	brfw_key_set_proto(key, ih->protocol);

	frag_off = ntohs(ih->frag_off);
	if (frag_off & IP_OFFSET)
		return;

	c->off += ih->ihl * 4;
	brfw_key_read_l4(key, c, frag_off & IP_MF);
}

/* Length of an extension header from its second byte; RFC 8200, RFC 4302. */
static int brfw_ext_header_len(u8 type, u8 len)
{
	if (type == NEXTHDR_FRAGMENT)
		return sizeof(struct frag_hdr);
	if (type == NEXTHDR_AUTH)
		return (len + 2) * 4;

	return (len + 1) * 8;
}

static bool brfw_ext_header_is_known(u8 type)
{
	switch (type) {
	case NEXTHDR_HOP:
	case NEXTHDR_ROUTING:
	case NEXTHDR_FRAGMENT:
	case NEXTHDR_AUTH:
	case NEXTHDR_DEST:
		return true;
	default:
		return false;
	}
}

/* RFC 8200 section 4: walk the extension headers to the transport header. */
static void brfw_key_read_ext_headers(struct brfw_key *key,
				      struct brfw_cursor *c, u8 type)
{
	bool is_fragment = false;
	const struct frag_hdr *fh;
	struct frag_hdr buf;
	int i, len;

	for (i = 0; brfw_ext_header_is_known(type); i++) {
		/* All known ones are at least 8 bytes long. */
		fh = brfw_cursor_peek(c, sizeof(buf), &buf);
		if (!fh || i == BRFW_MAX_EXT_HEADERS) {
			brfw_key_set_malformed(key);
			return;
		}
		if (type == NEXTHDR_FRAGMENT) {
			if (ntohs(fh->frag_off) & IP6_OFFSET) {
				/* What follows is data of an earlier header. */
				if (!brfw_ext_header_is_known(fh->nexthdr))
					brfw_key_set_proto(key, fh->nexthdr);
				return;
			}
			is_fragment |= ntohs(fh->frag_off) & IP6_MF;
		}
		len = brfw_ext_header_len(type, fh->reserved);
		if (len > c->end - c->off) {
			brfw_key_set_malformed(key);
			return;
		}
		type = fh->nexthdr;
		c->off += len;
	}

	brfw_key_set_proto(key, type);
	brfw_key_read_l4(key, c, is_fragment);
}

/* RFC 8200 section 3 */
static void brfw_key_read_ip6(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct ipv6hdr *ih;
	struct ipv6hdr buf;
	u8 nexthdr;

	ih = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!ih || ih->version != 6) {
		brfw_key_set_malformed(key);
		return;
	}
	/* Unlike in IPv4, 0 is a length too: that of a bare header. */
	if (!brfw_cursor_limit(c, sizeof(*ih) + ntohs(ih->payload_len),
			       !ih->payload_len && skb_is_gso(c->skb))) {
		brfw_key_set_malformed(key);
		return;
	}

	key->family = BRFW_FAMILY_IP6;
	memcpy(key->ip6.src, &ih->saddr, sizeof(key->ip6.src));
	memcpy(key->ip6.dst, &ih->daddr, sizeof(key->ip6.dst));

	nexthdr = ih->nexthdr;
	c->off += sizeof(*ih);
	brfw_key_read_ext_headers(key, c, nexthdr);
}

/*
 * IEEE 802.1Q clause 9: the tag that the device or the bridge keeps beside the
 * frame, or else one in the frame.
 *
 * Return: the EtherType behind it.
 */
static __be16 brfw_key_read_vlan(struct brfw_key *key, struct brfw_cursor *c,
				 __be16 type)
{
	const struct vlan_hdr *vh;
	struct vlan_hdr buf;
	u16 tci;

	if (skb_vlan_tag_present(c->skb)) {
		tci = skb_vlan_tag_get(c->skb);
	} else if (eth_type_vlan(type)) {
		vh = brfw_cursor_peek(c, sizeof(buf), &buf);
		if (!vh) {
			brfw_key_set_malformed(key);
			return type;
		}
		tci = ntohs(vh->h_vlan_TCI);
		type = vh->h_vlan_encapsulated_proto;
		c->off += sizeof(*vh);
	} else {
		return type;
	}

	key->vlan = (tci & ~VLAN_CFI_MASK) | BRFW_KEY_VLAN_PRESENT;
	return type;
}

/**
 * brfw_key_from_skb() - read a frame
 * @key: to be filled; bridge, in and out are left 0
 * @skb: a frame at a bridge hook; its MAC header is set and linear
 *
 * Context: any; reads the frame only.
 */
void brfw_key_from_skb(struct brfw_key *key, const struct sk_buff *skb)
{
	struct brfw_cursor c = {
		.skb = skb,
		.off = skb_mac_offset(skb) + ETH_HLEN,
		.end = skb->len,
	};
	const struct ethhdr *eh = eth_hdr(skb);
	__be16 type;

	memset(key, 0, sizeof(*key));
	key->family = BRFW_FAMILY_OTHER;
	memcpy(key->smac, eh->h_source, sizeof(key->smac));
	memcpy(key->dmac, eh->h_dest, sizeof(key->dmac));

	type = brfw_key_read_vlan(key, &c, eh->h_proto);
	if (!eth_proto_is_802_3(type))
		return;
	key->eth_type = ntohs(type);

	switch (key->eth_type) {
	case ETH_P_IP:
		brfw_key_read_ip4(key, &c);
		break;
	case ETH_P_IPV6:
		brfw_key_read_ip6(key, &c);
		break;
	}
}

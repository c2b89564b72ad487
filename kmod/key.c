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
#include <linux/compiler.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mpls.h>
#include <linux/ppp_defs.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/gre.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/tcp.h>

#include <linux/brfw.h>

#include "key.h"
#include "key_plain.h"

/* More extension headers than this make an IPv6 packet malformed. */
#define BRFW_MAX_EXT_HEADERS	8

/*
 * More options than this make a neighbour discovery message malformed. Router
 * advertisements have some for each prefix, route and server; all are looked at,
 * for a link-layer address may be the last one.
 */
#define BRFW_MAX_ND_OPTIONS	32

/*
 * More tags than this make a frame malformed, the bridge's among them. Receivers
 * pass over any number of tags that name no VLAN; Linux takes 8 since 7.x.
 */
#define BRFW_MAX_TAGS		8

/**
 * struct brfw_cursor - where the parser stands
 * @skb: the frame
 * @off: offset of the next header from skb->data; may be negative
 * @end: offset behind the last byte that may be read
 * @linear_end: the same among the bytes that skb->data points to
 * @ntags: VLAN tags that were read
 * @layout: where to note what is where
 */
struct brfw_cursor {
	const struct sk_buff *skb;
	int off;
	int end;
	int linear_end;
	int ntags;
	struct brfw_layout *layout;
};

/* The next @len bytes, in the frame or copied to @buf; NULL if there are fewer. */
static noinline const void *brfw_cursor_peek(const struct brfw_cursor *c, int len,
				    void *buf)
{
	const void *p;

	if (c->end - c->off < len)
		return NULL;

	p = skb_header_pointer(c->skb, c->off, len, buf);
#ifndef CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS
	/* Behind a PPP protocol of one byte headers are at odd places. */
	if (p && (unsigned long)p % sizeof(u32))
		p = memcpy(buf, p, len);
#endif

	return p;
}

/* The same for the headers that nearly all frames have. */
static __always_inline const void *
brfw_cursor_peek_inline(const struct brfw_cursor *c, int len, void *buf)
{
#ifdef CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS
	if (likely(c->off + len <= c->linear_end))
		return c->skb->data + c->off;
#endif

	return brfw_cursor_peek(c, len, buf);
}

/* Let the cursor end earlier. */
static void brfw_cursor_set_end(struct brfw_cursor *c, int end)
{
	c->end = end;
	c->linear_end = min(c->linear_end, end);
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

	th = brfw_cursor_peek_inline(c, sizeof(buf), &buf);
	if (!th || th->doff * 4 < sizeof(*th) || th->doff * 4 > c->end - c->off) {
		brfw_key_set_malformed(key);
		return;
	}

	key->sport = ntohs(th->source);
	key->dport = ntohs(th->dest);
	key->tcp_flags = tcp_flag_byte(th);
	c->layout->payload = c->off + th->doff * 4;
	key->flags |= BRFW_KEY_F_L4;
}

/*
 * RFC 768. The length covers the whole datagram: of a fragment or a GSO packet
 * it can't be checked against what is here. GSO packets of more than 64 KiB say 0.
 */
static void brfw_key_read_udp(struct brfw_key *key, struct brfw_cursor *c,
			      bool is_first_fragment)
{
	bool is_gso = skb_is_gso(c->skb);
	const struct udphdr *uh;
	struct udphdr buf;

	uh = brfw_cursor_peek_inline(c, sizeof(buf), &buf);
	if (!uh || (ntohs(uh->len) < sizeof(*uh) && !(is_gso && !uh->len)) ||
	    (!is_first_fragment && !is_gso && ntohs(uh->len) > c->end - c->off)) {
		brfw_key_set_malformed(key);
		return;
	}

	key->sport = ntohs(uh->source);
	key->dport = ntohs(uh->dest);
	c->layout->payload = c->off + sizeof(*uh);
	key->flags |= BRFW_KEY_F_L4;
}

/* RFC 9260 section 3.1 */
static noinline void brfw_key_read_sctp(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct sctphdr *sh;
	struct sctphdr buf;

	sh = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!sh) {
		brfw_key_set_malformed(key);
		return;
	}

	key->sport = ntohs(sh->source);
	key->dport = ntohs(sh->dest);
	key->flags |= BRFW_KEY_F_L4;
}

/* RFC 2784 section 2 */
static noinline void brfw_key_read_gre(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct gre_base_hdr *gh;
	struct gre_base_hdr buf;

	gh = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!gh) {
		brfw_key_set_malformed(key);
		return;
	}

	key->gre_proto = ntohs(gh->protocol);
	key->flags |= BRFW_KEY_F_L4;
}

/*
 * RFC 792, RFC 4443, RFC 3376: all start with a type, what is a code in the
 * first two, and a checksum.
 */
static noinline void brfw_key_read_icmp(struct brfw_key *key, struct brfw_cursor *c)
{
	const u8 *type_code;
	u8 buf[4];

	type_code = brfw_cursor_peek(c, sizeof(buf), buf);
	if (!type_code) {
		brfw_key_set_malformed(key);
		return;
	}

	key->type = type_code[0];
	if (key->ip_proto != IPPROTO_IGMP)
		key->code = type_code[1];
	key->flags |= BRFW_KEY_F_L4;
}

/* RFC 4861 sections 4.1 to 4.5: the kind of link-layer address that receivers use. */
static u8 brfw_nd_lladdr_type(u8 message)
{
	return message == NDISC_NEIGHBOUR_ADVERTISEMENT ||
	       message == NDISC_REDIRECT ? ND_OPT_TARGET_LL_ADDR :
					   ND_OPT_SOURCE_LL_ADDR;
}

/*
 * A link-layer address option, behind others the last of which that counts was of
 * the kind @seen or, if that is 0, none. Of several of one kind the first counts in
 * Linux, but nobody says so: those that differ make the message malformed.
 *
 * Return: the kind of the one that counts.
 */
static u8 brfw_key_add_lladdr(struct brfw_key *key, const u8 *option, u8 seen)
{
	const struct nd_opt_hdr *oh = (const struct nd_opt_hdr *)option;
	const u8 *addr = option + sizeof(*oh);

	/* Ethernet's addresses fill 8 bytes, RFC 2464 section 6. */
	if (oh->nd_opt_len != 1) {
		brfw_key_set_malformed(key);
		return seen;
	}
	if (seen && memcmp(key->nd_lladdr, addr, sizeof(key->nd_lladdr)))
		brfw_key_set_malformed(key);
	if (seen == brfw_nd_lladdr_type(key->type) ||
	    seen == oh->nd_opt_type)
		return seen;

	memcpy(key->nd_lladdr, addr, sizeof(key->nd_lladdr));
	key->flags |= BRFW_KEY_F_ND_LLADDR;
	return oh->nd_opt_type;
}

/* RFC 4861 section 4.6 */
static noinline void brfw_key_read_nd_options(struct brfw_key *key,
				     struct brfw_cursor *c)
{
	const struct nd_opt_hdr *oh;
	const u8 *option;
	u8 buf[8], seen = 0;
	int i;

	for (i = 0; c->off < c->end; i++) {
		option = brfw_cursor_peek(c, sizeof(buf), buf);
		oh = (const struct nd_opt_hdr *)option;
		if (!option || !oh->nd_opt_len || i == BRFW_MAX_ND_OPTIONS ||
		    oh->nd_opt_len * 8 > c->end - c->off) {
			brfw_key_set_malformed(key);
			return;
		}
		if (oh->nd_opt_type == ND_OPT_SOURCE_LL_ADDR ||
		    oh->nd_opt_type == ND_OPT_TARGET_LL_ADDR)
			seen = brfw_key_add_lladdr(key, option, seen);
		c->off += oh->nd_opt_len * 8;
	}
}

/* RFC 4861 sections 4.1 to 4.5: where target and options are. */
static noinline void brfw_key_read_nd(struct brfw_key *key, struct brfw_cursor *c)
{
	const void *target = NULL;
	u8 buf[16];
	int len;

	switch (key->type) {
	case NDISC_ROUTER_SOLICITATION:
		len = 8;
		break;
	case NDISC_ROUTER_ADVERTISEMENT:
		len = 16;
		break;
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		len = 24;
		break;
	case NDISC_REDIRECT:
		len = 40;
		break;
	default:
		return;
	}
	/* Nobody may send them in fragments, RFC 6980, which would hide options. */
	if (key->frag != BRFW_FRAG_NONE || len > c->end - c->off) {
		brfw_key_set_malformed(key);
		return;
	}

	if (len >= 24) {
		target = skb_header_pointer(c->skb, c->off + 8, sizeof(buf),
					    buf);
		if (target) {
			memcpy(key->nd_target, target, sizeof(key->nd_target));
			key->flags |= BRFW_KEY_F_ND_TARGET;
		}
	}
	c->off += len;
	brfw_key_read_nd_options(key, c);
}

static void brfw_key_read_l4(struct brfw_key *key, struct brfw_cursor *c)
{
	bool is_ip6 = key->family == BRFW_FAMILY_IP6;

	switch (key->ip_proto) {
	case IPPROTO_TCP:
		brfw_key_read_tcp(key, c);
		break;
	case IPPROTO_UDP:
		brfw_key_read_udp(key, c, key->frag == BRFW_FRAG_FIRST);
		break;
	case IPPROTO_SCTP:
		brfw_key_read_sctp(key, c);
		break;
	case IPPROTO_GRE:
		brfw_key_read_gre(key, c);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_IGMP:
		if (!is_ip6)
			brfw_key_read_icmp(key, c);
		break;
	case IPPROTO_ICMPV6:
		if (!is_ip6)
			break;
		brfw_key_read_icmp(key, c);
		if (key->flags & BRFW_KEY_F_L4)
			brfw_key_read_nd(key, c);
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

	brfw_cursor_set_end(c, c->off + len);
	return true;
}

static void brfw_key_set_ip(struct brfw_key *key, const struct brfw_cursor *c,
			    enum brfw_family family, u8 dsfield, u8 ttl)
{
	unsigned int len = c->end - c->off;

	c->layout->l3 = c->off;
	key->family = family;
	key->flags |= BRFW_KEY_F_IP;
	key->ip_len = min_t(unsigned int, len, U16_MAX);
	key->dscp = dsfield >> 2;
	key->ttl = ttl;
}

/*
 * A later fragment, @off bytes from the start. One that lies within the header that
 * its first fragment must hold could only write over it: RFC 3128, RFC 5722.
 */
static void brfw_key_set_later(struct brfw_key *key, u8 proto, int off)
{
	key->frag = BRFW_FRAG_LATER;
	if ((proto == IPPROTO_TCP && off < (int)sizeof(struct tcphdr)) ||
	    (proto == IPPROTO_SCTP && off < (int)sizeof(struct sctphdr)))
		brfw_key_set_malformed(key);
}

/*
 * RFC 791 section 3.1.
 *
 * Return: whether a transport header follows.
 */
static bool brfw_key_read_ip4(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct iphdr *ih;
	struct iphdr buf;
	u16 frag_off;

	ih = brfw_cursor_peek_inline(c, sizeof(buf), &buf);
	if (!ih || ih->version != 4 || ih->ihl * 4 < sizeof(*ih) ||
	    !brfw_cursor_limit(c, ntohs(ih->tot_len), !ih->tot_len) ||
	    ih->ihl * 4 > c->end - c->off) {
		brfw_key_set_malformed(key);
		return false;
	}

	brfw_key_set_ip(key, c, BRFW_FAMILY_IP4, ih->tos, ih->ttl);
	memcpy(key->ip4.src, &ih->saddr, sizeof(key->ip4.src));
	memcpy(key->ip4.dst, &ih->daddr, sizeof(key->ip4.dst));
	brfw_key_set_proto(key, ih->protocol);
	if (ih->ihl * 4 > sizeof(*ih))
		key->flags |= BRFW_KEY_F_IP_OPTIONS;

	frag_off = ntohs(ih->frag_off);
	if (frag_off & IP_OFFSET) {
		brfw_key_set_later(key, key->ip_proto,
				   (frag_off & IP_OFFSET) * 8);
		return false;
	}
	if (frag_off & IP_MF)
		key->frag = BRFW_FRAG_FIRST;

	c->off += ih->ihl * 4;
	return true;
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

/*
 * RFC 8200 section 4.5.
 *
 * Return: whether what follows is the next header, not data of an earlier one.
 */
static bool brfw_key_read_frag(struct brfw_key *key, const struct frag_hdr *fh)
{
	u16 frag_off = ntohs(fh->frag_off);

	if (frag_off & IP6_OFFSET) {
		brfw_key_set_later(key, fh->nexthdr, frag_off & IP6_OFFSET);
		if (!brfw_ext_header_is_known(fh->nexthdr))
			brfw_key_set_proto(key, fh->nexthdr);
		return false;
	}
	if (frag_off & IP6_MF)
		key->frag = BRFW_FRAG_FIRST;

	return true;
}

/*
 * RFC 8200 section 4: walk the extension headers to the transport header.
 *
 * Return: whether there is one.
 */
static bool brfw_key_read_ext_headers(struct brfw_key *key,
				      struct brfw_cursor *c, u8 type)
{
	const struct frag_hdr *fh;
	struct frag_hdr buf;
	int i, len;

	for (i = 0; brfw_ext_header_is_known(type); i++) {
		/* All known ones are at least 8 bytes long. */
		fh = brfw_cursor_peek(c, sizeof(buf), &buf);
		if (!fh || i == BRFW_MAX_EXT_HEADERS) {
			brfw_key_set_malformed(key);
			return false;
		}
		if (type != NEXTHDR_FRAGMENT)
			key->flags |= BRFW_KEY_F_IP_OPTIONS;
		else if (!brfw_key_read_frag(key, fh))
			return false;
		len = brfw_ext_header_len(type, fh->reserved);
		if (len > c->end - c->off) {
			brfw_key_set_malformed(key);
			return false;
		}
		type = fh->nexthdr;
		c->off += len;
	}

	brfw_key_set_proto(key, type);
	return true;
}

/*
 * RFC 8200 section 3.
 *
 * Return: whether a transport header follows.
 */
static bool brfw_key_read_ip6(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct ipv6hdr *ih;
	struct ipv6hdr buf;
	u8 nexthdr;

	ih = brfw_cursor_peek_inline(c, sizeof(buf), &buf);
	/* Unlike in IPv4, 0 is a length too: that of a bare header. */
	if (!ih || ih->version != 6 ||
	    !brfw_cursor_limit(c, sizeof(*ih) + ntohs(ih->payload_len),
			       !ih->payload_len && skb_is_gso(c->skb))) {
		brfw_key_set_malformed(key);
		return false;
	}

	brfw_key_set_ip(key, c, BRFW_FAMILY_IP6, ipv6_get_dsfield(ih),
			ih->hop_limit);
	memcpy(key->ip6.src, &ih->saddr, sizeof(key->ip6.src));
	memcpy(key->ip6.dst, &ih->daddr, sizeof(key->ip6.dst));

	nexthdr = ih->nexthdr;
	c->off += sizeof(*ih);
	return brfw_key_read_ext_headers(key, c, nexthdr);
}

/* RFC 826, with addresses as long as those of Ethernet and IPv4. */
struct brfw_arp_addrs {
	u8 sender_mac[6];
	u8 sender_ip[4];
	u8 target_mac[6];
	u8 target_ip[4];
};

static noinline void brfw_key_read_arp(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct brfw_arp_addrs *addrs;
	struct brfw_arp_addrs addrs_buf;
	const struct arphdr *ah;
	struct arphdr buf;

	ah = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!ah) {
		brfw_key_set_malformed(key);
		return;
	}
	key->arp.op = ntohs(ah->ar_op);
	key->flags |= BRFW_KEY_F_ARP;

	/*
	 * Receivers on Ethernet take more than one type of hardware (Linux: 1 and
	 * 6), and not all look at it. Where the lengths are others, whoever doesn't
	 * look at these finds addresses that aren't there.
	 */
	if (ah->ar_hln != ETH_ALEN || ah->ar_pln != 4) {
		brfw_key_set_malformed(key);
		return;
	}

	c->off += sizeof(*ah);
	addrs = brfw_cursor_peek(c, sizeof(addrs_buf), &addrs_buf);
	if (!addrs) {
		brfw_key_set_malformed(key);
		return;
	}
	memcpy(key->arp.sender_mac, addrs->sender_mac, 6);
	memcpy(key->arp.sender_ip, addrs->sender_ip, 4);
	memcpy(key->arp.target_mac, addrs->target_mac, 6);
	memcpy(key->arp.target_ip, addrs->target_ip, 4);
	key->flags |= BRFW_KEY_F_ARP_ADDR;
	if (!memcmp(addrs->sender_ip, addrs->target_ip, 4))
		key->flags |= BRFW_KEY_F_GRATUITOUS;
}

/* RFC 3032 section 2.1 */
static noinline void brfw_key_read_mpls(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct mpls_label *entry;
	struct mpls_label buf;

	entry = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!entry) {
		brfw_key_set_malformed(key);
		return;
	}

	key->mpls_label = ntohl(entry->entry) >> MPLS_LS_LABEL_SHIFT;
	key->flags |= BRFW_KEY_F_MPLS;
}

/**
 * struct brfw_pppoe_hdr - RFC 2516 section 4
 * @ver_type: version and type, both 1
 * @code: 0 in a session
 * @session: identifies it together with the MAC addresses
 * @length: of what follows
 */
struct brfw_pppoe_hdr {
	u8 ver_type;
	u8 code;
	__be16 session;
	__be16 length;
};

/*
 * RFC 1661 section 2: two bytes, or one, which then is odd. RFC 2516 advises
 * against the short form, but some receivers take it.
 *
 * Return: the protocol, or 0 when it is cut off.
 */
static u16 brfw_key_read_ppp_proto(struct brfw_cursor *c)
{
	const u8 *proto;
	u8 buf[2];

	proto = brfw_cursor_peek(c, 1, buf);
	if (proto && proto[0] & 1) {
		c->off += 1;
		return proto[0];
	}
	proto = brfw_cursor_peek(c, 2, buf);
	if (!proto)
		return 0;

	c->off += 2;
	return proto[0] << 8 | proto[1];
}

/*
 * RFC 2516 section 4.
 *
 * Return: EtherType of what is in the session, or 0.
 */
static noinline u16 brfw_key_read_pppoe(struct brfw_key *key, struct brfw_cursor *c)
{
	const struct brfw_pppoe_hdr *ph;
	struct brfw_pppoe_hdr buf;

	ph = brfw_cursor_peek(c, sizeof(buf), &buf);
	if (!ph || ph->ver_type != 0x11 || ph->code) {
		brfw_key_set_malformed(key);
		return 0;
	}
	key->pppoe = ntohs(ph->session);
	key->flags |= BRFW_KEY_F_PPPOE;

	c->layout->pppoe_length = c->off + offsetof(struct brfw_pppoe_hdr,
						    length);
	c->off += sizeof(*ph);
	if (ntohs(ph->length) > c->end - c->off && !skb_is_gso(c->skb)) {
		brfw_key_set_malformed(key);
		return 0;
	}
	brfw_cursor_set_end(c, min(c->end, c->off + ntohs(ph->length)));

	switch (brfw_key_read_ppp_proto(c)) {
	case 0:
	case PPP_ALLSTATIONS: /* of HDLC framing; some pass over it */
		brfw_key_set_malformed(key);
		return 0;
	case PPP_IP:
		return ETH_P_IP;
	case PPP_IPV6:
		return ETH_P_IPV6;
	case PPP_MPLS_UC:
	case PPP_MPLS_MC:
		return ETH_P_MPLS_UC;
	default:
		return 0;
	}
}

static void brfw_key_set_outer_vlan(struct brfw_key *key, __be16 proto, u16 tci)
{
	key->flags |= BRFW_KEY_F_VLAN;
	key->vlan_proto = ntohs(proto);
	key->vlan_id = tci & VLAN_VID_MASK;
	key->vlan_prio = (tci & VLAN_PRIO_MASK) >> VLAN_PRIO_SHIFT;
}

static void brfw_key_set_inner_vlan(struct brfw_key *key, __be16 proto, u16 tci)
{
	key->flags |= BRFW_KEY_F_INNER_VLAN;
	key->inner_vlan_proto = ntohs(proto);
	key->inner_vlan_id = tci & VLAN_VID_MASK;
	key->inner_vlan_prio = (tci & VLAN_PRIO_MASK) >> VLAN_PRIO_SHIFT;
}

/*
 * The next tag. One with VID 0 names no VLAN (IEEE 802.1Q clause 9.6): receivers
 * pass over it, so that what comes behind it takes its place.
 *
 * Return: whether there is a place for it.
 */
static bool brfw_key_add_vlan(struct brfw_key *key, struct brfw_cursor *c,
			      __be16 proto, u16 tci)
{
	bool has_outer = key->flags & BRFW_KEY_F_VLAN_UNKNOWN ||
			 (key->flags & BRFW_KEY_F_VLAN && key->vlan_id);
	bool has_inner = key->flags & BRFW_KEY_F_INNER_VLAN &&
			 key->inner_vlan_id;

	if (c->ntags++ == BRFW_MAX_TAGS)
		return false;
	if (!has_outer)
		brfw_key_set_outer_vlan(key, proto, tci);
	else if (!has_inner)
		brfw_key_set_inner_vlan(key, proto, tci);
	else
		return !(tci & VLAN_VID_MASK);

	return true;
}

/* The tag beside the frame. */
static void brfw_key_add_first_vlan(struct brfw_key *key, struct brfw_cursor *c,
				    const struct brfw_vlan *vlan)
{
	brfw_key_set_outer_vlan(key, htons(vlan->proto), vlan->tci);
	c->ntags = 1;
}

/*
 * IEEE 802.1Q clause 9: tags in the frame.
 *
 * Return: the EtherType or length behind them.
 */
static __be16 brfw_key_read_vlans(struct brfw_key *key, struct brfw_cursor *c,
				  __be16 type)
{
	const struct vlan_hdr *vh;
	struct vlan_hdr buf;

	while (eth_type_vlan(type)) {
		vh = brfw_cursor_peek(c, sizeof(buf), &buf);
		if (!vh || !brfw_key_add_vlan(key, c, type,
					      ntohs(vh->h_vlan_TCI))) {
			brfw_key_set_malformed(key);
			break;
		}
		type = vh->h_vlan_encapsulated_proto;
		c->off += sizeof(*vh);
	}

	return type;
}

/*
 * SNAP with an EtherType, of RFC 1042 or of IEEE 802.1H, which bridges to Wi-Fi take
 * alike. Not all receivers look at the sender's SAP and at the bits of an unnumbered
 * frame's control field.
 */
static bool brfw_llc_has_eth_type(const u8 *llc)
{
	return llc[0] == 0xaa && (llc[2] & 3) == 3 && !llc[3] && !llc[4] &&
	       (!llc[5] || llc[5] == 0xf8);
}

/*
 * IEEE 802.3 clause 3.2.6: a length, and maybe SNAP behind it. Bridges to Wi-Fi ignore
 * the length.
 *
 * Return: whether SNAP says an EtherType; @type is what it says.
 */
static bool brfw_key_read_llc(struct brfw_key *key, struct brfw_cursor *c,
			      u16 len, __be16 *type)
{
	const u8 *llc;
	u8 buf[8];

	if (len > c->end - c->off) {
		brfw_key_set_malformed(key);
		return false;
	}
	llc = brfw_cursor_peek(c, sizeof(buf), buf);
	brfw_cursor_set_end(c, c->off + len);
	if (!llc || !brfw_llc_has_eth_type(llc))
		return false;
	if (len < sizeof(buf) || llc[1] != 0xaa || llc[2] != 0x03) {
		brfw_key_set_malformed(key);
		return false;
	}

	c->layout->llc_length = c->off - sizeof(__be16);
	memcpy(type, llc + 6, sizeof(*type));
	c->off += sizeof(buf);
	return true;
}

/*
 * From the end of the MAC addresses to what has an EtherType: tags before and behind
 * LLC/SNAP.
 *
 * Return: that EtherType, or 0.
 */
static noinline __be16 brfw_key_read_l2(struct brfw_key *key,
					struct brfw_cursor *c, __be16 type)
{
	type = brfw_key_read_vlans(key, c, type);
	if (likely(eth_proto_is_802_3(type)))
		return type;
	if (!brfw_key_read_llc(key, c, ntohs(type), &type))
		return 0;

	type = brfw_key_read_vlans(key, c, type);
	if (eth_proto_is_802_3(type))
		return type;

	/* a length again */
	brfw_key_set_malformed(key);
	return 0;
}

static void brfw_key_read_l3(struct brfw_key *key, struct brfw_cursor *c)
{
	bool has_l4 = false;
	u16 type = key->eth_type;

	if (type == ETH_P_PPP_SES)
		type = brfw_key_read_pppoe(key, c);

	switch (type) {
	case ETH_P_IP:
		has_l4 = brfw_key_read_ip4(key, c);
		break;
	case ETH_P_IPV6:
		has_l4 = brfw_key_read_ip6(key, c);
		break;
	case ETH_P_ARP:
		brfw_key_read_arp(key, c);
		break;
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		brfw_key_read_mpls(key, c);
		break;
	}
	if (has_l4)
		brfw_key_read_l4(key, c);
}

/**
 * brfw_key_read() - read any frame
 * @key: to be filled; what isn't in the frame is left 0
 * @skb: a frame at a bridge hook; its MAC header is set and linear
 * @vlan: its VLAN on the bridge, in front of any tags in the frame
 * @layout: to be filled
 *
 * Context: any; reads the frame only.
 */
void brfw_key_read(struct brfw_key *key, const struct sk_buff *skb,
		   const struct brfw_vlan *vlan, struct brfw_layout *layout)
{
	struct brfw_cursor c = {
		.skb = skb,
		.off = skb_mac_offset(skb) + ETH_HLEN,
		.end = skb->len,
		.linear_end = skb_headlen(skb),
		.layout = layout,
	};
	__be16 type = eth_hdr(skb)->h_proto;

	memset(key, 0, sizeof(*key));
	memset(layout, 0, sizeof(*layout));
	key->family = BRFW_FAMILY_OTHER;
	brfw_key_set_mac(key, skb, eth_hdr(skb));

	if (vlan->is_unknown)
		key->flags |= BRFW_KEY_F_VLAN_UNKNOWN;
	else if (vlan->proto)
		brfw_key_add_first_vlan(key, &c, vlan);
	if (unlikely(eth_type_vlan(type) || !eth_proto_is_802_3(type)))
		type = brfw_key_read_l2(key, &c, type);
	if (!type)
		return;

	key->eth_type = ntohs(type);
	key->flags |= BRFW_KEY_F_ETH_TYPE;
	brfw_key_read_l3(key, &c);
}

/* The part of brfw_key_read_plain() for IPv6. */
bool brfw_key_read_plain_ip6(struct brfw_key *key, const struct sk_buff *skb,
			     struct brfw_layout *layout)
{
	const struct ipv6hdr *ih = (const void *)(eth_hdr(skb) + 1);
	int l3 = (const u8 *)ih - skb->data;
	int left = (int)skb->len - l3;
	int linear = left - (int)skb->data_len;
	int len, header;
	u64 l4_word;

	if (linear < (int)(sizeof(*ih) + sizeof(struct udphdr)) ||
	    ih->version != 6)
		return false;

	len = (int)sizeof(*ih) + ntohs(ih->payload_len);
	if (len > left)
		return false;
	header = brfw_key_plain_l4(ih + 1, ih->nexthdr, len - (int)sizeof(*ih),
				   linear - (int)sizeof(*ih), &l4_word);
	if (!header)
		return false;

	brfw_layout_set_plain(layout, l3, l3 + (int)sizeof(*ih) + header);
	memset(key, 0, sizeof(*key));
	brfw_key_set_plain(key, ETH_P_IPV6, BRFW_FAMILY_IP6,
			   min(len, U16_MAX), l4_word);
	memcpy(key->ip6.src, &ih->saddr, sizeof(key->ip6.src));
	memcpy(key->ip6.dst, &ih->daddr, sizeof(key->ip6.dst));

	return true;
}

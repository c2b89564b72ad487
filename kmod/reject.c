// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of the verdict reject.
 *
 * The kernel's nf_reject builds the IP packet. It wants a buffer that begins
 * with the IP header, and it may trim it, so it is given a copy. The answer
 * goes back in the same encapsulation: the bytes between MAC header and IP
 * header are those of the frame, with lengths set right.
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>
#include <net/tcp.h>

#include "reject.h"
#include "transmit.h"

/* MAC header, eight tags, SNAP and PPPoE are less than this. */
#define BRFW_REJECT_MAX_ENCAP	64

static const u8 brfw_reject_icmp[] = {
	[BRFW_REJECT_ADMIN] = ICMP_PKT_FILTERED,
	[BRFW_REJECT_NET] = ICMP_NET_UNREACH,
	[BRFW_REJECT_HOST] = ICMP_HOST_UNREACH,
	[BRFW_REJECT_PORT] = ICMP_PORT_UNREACH,
};

static const u8 brfw_reject_icmpv6[] = {
	[BRFW_REJECT_ADMIN] = ICMPV6_ADM_PROHIBITED,
	[BRFW_REJECT_NET] = ICMPV6_NOROUTE,
	[BRFW_REJECT_HOST] = ICMPV6_ADDR_UNREACH,
	[BRFW_REJECT_PORT] = ICMPV6_PORT_UNREACH,
};

static __be32 brfw_reject_ip4(const u8 *addr)
{
	__be32 be;

	memcpy(&be, addr, sizeof(be));
	return be;
}

/* RFC 1122 section 3.2.2: to and from single hosts, not about an error. */
static bool brfw_reject_may_answer_ip4(const struct brfw_key *key)
{
	__be32 src = brfw_reject_ip4(key->ip4.src);
	__be32 dst = brfw_reject_ip4(key->ip4.dst);

	if (ipv4_is_zeronet(src) || ipv4_is_multicast(src) ||
	    ipv4_is_lbcast(src) || ipv4_is_loopback(src) ||
	    ipv4_is_multicast(dst) || ipv4_is_lbcast(dst))
		return false;
	if (key->ip_proto != IPPROTO_ICMP)
		return true;

	switch (key->type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return false;
	default:
		return true;
	}
}

/* RFC 4443 section 2.4 (e) */
static bool brfw_reject_may_answer_ip6(const struct brfw_key *key)
{
	struct in6_addr src, dst;

	memcpy(&src, key->ip6.src, sizeof(src));
	memcpy(&dst, key->ip6.dst, sizeof(dst));
	if (!(ipv6_addr_type(&src) & IPV6_ADDR_UNICAST) ||
	    ipv6_addr_loopback(&src) || ipv6_addr_is_multicast(&dst))
		return false;

	return key->ip_proto != IPPROTO_ICMPV6 ||
	       (key->type & ICMPV6_INFOMSG_MASK && key->type != NDISC_REDIRECT);
}

/**
 * brfw_reject_may_answer() - do the standards allow an answer?
 * @key: what was read of the frame
 *
 * Return: whether they do.
 */
bool brfw_reject_may_answer(const struct brfw_key *key)
{
	if (key->frame_class != BRFW_FRAME_UNICAST ||
	    !is_valid_ether_addr(key->smac) ||
	    !(key->flags & BRFW_KEY_F_PROTO) ||
	    key->flags & BRFW_KEY_F_MALFORMED || key->frag == BRFW_FRAG_LATER)
		return false;
	if (key->ip_proto == IPPROTO_TCP && key->tcp_flags & TCPHDR_RST)
		return false;

	return key->family == BRFW_FAMILY_IP4 ?
	       brfw_reject_may_answer_ip4(key) :
	       brfw_reject_may_answer_ip6(key);
}

/*
 * A copy of the frame that begins with its IP header. Padding would be taken for
 * what a reset acknowledges; ip_len is at its limit for packets that have none.
 */
static struct sk_buff *brfw_reject_copy(const struct sk_buff *skb,
					const struct brfw_key *key,
					const struct brfw_layout *layout)
{
	struct sk_buff *copy;

	copy = pskb_copy((struct sk_buff *)skb, GFP_ATOMIC);
	if (!copy)
		return NULL;
	if (copy->ip_summed == CHECKSUM_COMPLETE)
		copy->ip_summed = CHECKSUM_NONE;
	if (!pskb_pull(copy, layout->l3) ||
	    (key->ip_len < U16_MAX && pskb_trim_rcsum(copy, key->ip_len))) {
		kfree_skb(copy);
		return NULL;
	}
	skb_reset_network_header(copy);
	copy->protocol = htons(key->family == BRFW_FAMILY_IP4 ? ETH_P_IP :
								ETH_P_IPV6);

	return copy;
}

static struct sk_buff *brfw_reject_build(struct net *net, struct sk_buff *copy,
					 const struct brfw_key *key,
					 enum brfw_reject how)
{
	const int hook = NF_INET_LOCAL_IN;

	if (key->family == BRFW_FAMILY_IP4)
		return how == BRFW_REJECT_TCP_RESET ?
		       nf_reject_skb_v4_tcp_reset(net, copy, NULL, hook) :
		       nf_reject_skb_v4_unreach(net, copy, NULL, hook,
						brfw_reject_icmp[how]);

	return how == BRFW_REJECT_TCP_RESET ?
	       nf_reject_skb_v6_tcp_reset(net, copy, NULL, hook) :
	       nf_reject_skb_v6_unreach(net, copy, NULL, hook,
					brfw_reject_icmpv6[how]);
}

static void brfw_reject_set_length(u8 *l2, int off, unsigned int len)
{
	__be16 be = htons(len);

	memcpy(l2 + ETH_HLEN + off, &be, sizeof(be));
}

/* Put the encapsulation of @skb in front of the IP packet in @answer. */
static bool brfw_reject_push_encap(struct sk_buff *answer,
				   const struct sk_buff *skb,
				   const struct brfw_layout *layout)
{
	int mac = skb_mac_offset(skb);
	int len = layout->l3 - mac;
	int base = mac + ETH_HLEN;
	unsigned int packet = answer->len;
	u8 addr[ETH_ALEN];
	struct ethhdr *eh;
	u8 *l2;

	if (len > BRFW_REJECT_MAX_ENCAP || skb_cow_head(answer, len))
		return false;

	skb_reset_network_header(answer);
	l2 = skb_push(answer, len);
	if (skb_copy_bits(skb, mac, l2, len))
		return false;
	skb_reset_mac_header(answer);
	eh = eth_hdr(answer);
	ether_addr_copy(addr, eh->h_dest);
	ether_addr_copy(eh->h_dest, eh->h_source);
	ether_addr_copy(eh->h_source, addr);

	if (layout->pppoe_length)
		brfw_reject_set_length(l2, layout->pppoe_length - base,
				       packet + layout->l3 -
				       layout->pppoe_length - sizeof(__be16));
	if (layout->llc_length)
		brfw_reject_set_length(l2, layout->llc_length - base,
				       packet + layout->l3 -
				       layout->llc_length - sizeof(__be16));

	answer->protocol = skb->protocol;
	skb_pull(answer, ETH_HLEN);
	return true;
}

/*
 * The device that the host's own IP stack sent a frame by: the bridge or a VLAN
 * device above it. NULL for all other frames.
 *
 * The tags of such a frame say nothing about that: the bridge may have added
 * its PVID, or have taken off the tag of a VLAN device for this port.
 */
static struct net_device *
brfw_reject_local_sender(const struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	const struct net_device *lower;
	struct net_device *sender;

	if (state->in || !skb_dst(skb) || !skb_dst(skb)->dev)
		return NULL;

	sender = skb_dst(skb)->dev;
	lower = is_vlan_dev(sender) ? vlan_dev_real_dev(sender) : sender;

	return lower == netdev_master_upper_dev_get_rcu(state->out) ? sender :
								      NULL;
}

/* Give an answer to the device that the host sent the frame by. */
static void brfw_reject_to_sender(struct sk_buff *answer,
				  const struct sk_buff *skb,
				  const struct brfw_key *key,
				  struct net_device *sender)
{
	const struct ethhdr *eh = eth_hdr(skb);

	answer->dev = sender;
	skb_reset_network_header(answer);
	if (skb_cow_head(answer, ETH_HLEN) ||
	    eth_header(answer, sender, key->eth_type, eh->h_source, eh->h_dest,
		       answer->len) < 0) {
		kfree_skb(answer);
		return;
	}
	answer->protocol = eth_type_trans(answer, sender);
	netif_rx(answer);
}

/**
 * brfw_reject_answer() - answer a frame that is going to be dropped
 * @skb: frame at a hook; not changed
 * @state: of the hook
 * @key: what was read of the frame; brfw_reject_may_answer()
 * @layout: where its headers are
 * @vlan: VLAN that the bridge classified it into
 * @how: what to answer; only TCP is answered with a reset
 *
 * Context: softirqs off, RCU read section.
 */
void brfw_reject_answer(const struct sk_buff *skb,
			const struct nf_hook_state *state,
			const struct brfw_key *key,
			const struct brfw_layout *layout,
			const struct brfw_vlan *vlan, enum brfw_reject how)
{
	struct sk_buff *copy, *answer;
	struct net_device *sender;

	copy = brfw_reject_copy(skb, key, layout);
	if (!copy)
		return;
	answer = brfw_reject_build(state->net, copy, key, how);
	kfree_skb(copy);
	if (!answer)
		return;
	sender = brfw_reject_local_sender(skb, state);
	if (sender) {
		brfw_reject_to_sender(answer, skb, key, sender);
		return;
	}
	if (!brfw_reject_push_encap(answer, skb, layout)) {
		kfree_skb(answer);
		return;
	}
	if (vlan->proto)
		__vlan_hwaccel_put_tag(answer, htons(vlan->proto), vlan->tci);

	brfw_transmit_answer(answer, skb, state);
}

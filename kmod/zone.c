// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Zones
 *
 * nf_conntrack knows connections by addresses and ports. Where two bridges of a
 * namespace have hosts with equal ones, their connections are kept apart by a
 * zone, a number that is part of the tuple. Conntrack takes it from a template,
 * a struct nf_conn that is attached to a frame before conntrack sees it.
 *
 * - Just before bridge conntrack, a frame that comes in by a port of a bridge
 *   with a zone gets the template of that zone and this CPU.
 *   brfw_zone_attach()
 * - Just behind it, a template that is still there is taken off: conntrack
 *   leaves it on frames whose IP header is wrong, and would take it for a
 *   connection when they leave. brfw_zone_detach()
 *
 * What goes up to the host itself must be in zone 0, since that is where the
 * stack tracks what the host sends. What goes up is for the bridge to say (its
 * own addresses, those of its ports, entries of the FDB, groups that were
 * joined), and it says so later. So frames to the address of the bridge get no
 * template, which is cheap and does for nearly all; and all others that come up
 * are tracked again, without one, before rules of hook input judge them.
 * brfw_zone_track_again(). Of a frame to a group, the copy that goes up is in
 * zone 0 then, and the copies to other ports are in that of the bridge.
 *
 * The hooks are there while a rule has a condition on the state of connections
 * and a bridge has a zone.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_bridge.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "netns.h"
#include "ruleset.h"
#include "zone.h"

/* ---- zones ---- */

static void brfw_zone_free_templates(struct nf_conn * __percpu *templates)
{
	int cpu;

	/* Frames in queues may hold some for longer. */
	for_each_possible_cpu(cpu)
		if (*per_cpu_ptr(templates, cpu))
			nf_ct_put(*per_cpu_ptr(templates, cpu));
	free_percpu(templates);
}

/* One for each CPU, since each frame writes to the template's reference count. */
static struct nf_conn * __percpu *brfw_zone_alloc_templates(struct net *net,
							    u16 id)
{
	struct nf_conn * __percpu *templates;
	struct nf_conntrack_zone zone;
	struct nf_conn *template;
	int cpu;

	templates = alloc_percpu_gfp(struct nf_conn *, GFP_KERNEL_ACCOUNT);
	if (!templates)
		return NULL;

	nf_ct_zone_init(&zone, id, NF_CT_DEFAULT_ZONE_DIR, 0);
	for_each_possible_cpu(cpu) {
		template = nf_ct_tmpl_alloc(net, &zone, GFP_KERNEL_ACCOUNT);
		if (!template) {
			brfw_zone_free_templates(templates);
			return NULL;
		}
		*per_cpu_ptr(templates, cpu) = template;
	}

	return templates;
}

/* In the order of the slots of bridges. */
static void brfw_zone_insert(struct brfw_ruleset *rs, struct brfw_zone *zone)
{
	struct brfw_zone *other;

	list_for_each_entry(other, &rs->zones, list)
		if (other->bridge > zone->bridge)
			break;

	list_add_tail(&zone->list, &other->list);
}

/**
 * brfw_zone_alloc() - make a zone
 * @rs: the ruleset; the zone becomes part of its list
 * @bridge: slot of a bridge's name; the reference passes to the zone
 * @id: number of the zone
 *
 * Return: the zone or NULL.
 */
struct brfw_zone *brfw_zone_alloc(struct brfw_ruleset *rs, u16 bridge, u16 id)
{
	struct brfw_zone *zone;

	zone = kzalloc(sizeof(*zone), GFP_KERNEL_ACCOUNT);
	if (!zone)
		return NULL;
	zone->templates = brfw_zone_alloc_templates(rs->bn->net, id);
	if (!zone->templates) {
		kfree(zone);
		return NULL;
	}

	zone->bridge = bridge;
	zone->id = id;
	zone->status = BRFW_RULE_NEW;
	brfw_zone_insert(rs, zone);

	return zone;
}

/**
 * brfw_zone_free() - free a zone
 * @rs: the ruleset
 * @zone: in some list, which it is taken from
 */
void brfw_zone_free(struct brfw_ruleset *rs, struct brfw_zone *zone)
{
	list_del(&zone->list);
	brfw_iface_put(&rs->ifaces, zone->bridge);
	brfw_zone_free_templates(zone->templates);
	kfree(zone);
}

/**
 * brfw_zone_find() - find the zone of a bridge
 * @rs: the ruleset
 * @bridge: slot of the bridge's name
 * @is_dead: find one that is deleted, not one that is live or new
 *
 * Return: the zone or NULL.
 */
struct brfw_zone *brfw_zone_find(struct brfw_ruleset *rs, u16 bridge,
				 bool is_dead)
{
	struct brfw_zone *zone;

	list_for_each_entry(zone, &rs->zones, list)
		if (zone->bridge == bridge &&
		    (zone->status == BRFW_RULE_DEAD) == is_dead)
			return zone;

	return NULL;
}

/* ---- packets ---- */

/* The zone of the bridge that a frame came in by, or NULL. */
static const struct brfw_view_zone *
brfw_zone_of(const struct nf_hook_state *state, const struct net_device *bridge)
{
	const struct brfw_view *view;
	unsigned int low = 0, high, mid;
	u16 slot;

	view = rcu_dereference(brfw_net(state->net)->view);
	if (!view || !view->nzones)
		return NULL;
	slot = brfw_iface_slot(&view->ruleset->ifaces, bridge);
	if (!slot)
		return NULL;

	for (high = view->nzones; low < high;) {
		mid = (low + high) / 2;
		if (view->zones[mid].bridge == slot)
			return &view->zones[mid];
		if (view->zones[mid].bridge < slot)
			low = mid + 1;
		else
			high = mid;
	}

	return NULL;
}

static bool brfw_zone_is_to_bridge(const struct sk_buff *skb,
				   const struct net_device *bridge)
{
	return ether_addr_equal(eth_hdr(skb)->h_dest, bridge->dev_addr);
}

static unsigned int brfw_zone_attach(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	const struct brfw_view_zone *zone;
	const struct net_device *bridge;
	struct nf_conn *template;

	if (skb_get_nfct(skb) || (skb->protocol != htons(ETH_P_IP) &&
				  skb->protocol != htons(ETH_P_IPV6)))
		return NF_ACCEPT;
	bridge = netdev_master_upper_dev_get_rcu(state->in);
	zone = bridge ? brfw_zone_of(state, bridge) : NULL;
	if (!zone || brfw_zone_is_to_bridge(skb, bridge))
		return NF_ACCEPT;

	template = this_cpu_read(*zone->templates);
	nf_conntrack_get(&template->ct_general);
	nf_ct_set(skb, template, IP_CT_NEW);

	return NF_ACCEPT;
}

static unsigned int brfw_zone_detach(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && nf_ct_is_template(ct))
		nf_reset_ct(skb);

	return NF_ACCEPT;
}

/* As bridge conntrack looks at headers before it tracks a packet. */
static bool brfw_zone_is_sound(struct sk_buff *skb, u8 *family)
{
	const struct ipv6hdr *ip6;
	const struct iphdr *ip4;
	unsigned int len;

	if (skb->protocol == htons(ETH_P_IP)) {
		if (!pskb_may_pull(skb, sizeof(*ip4)))
			return false;
		ip4 = ip_hdr(skb);
		len = ntohs(ip4->tot_len);
		if (!len && skb_is_gso(skb))
			len = skb->len;
		*family = NFPROTO_IPV4;
		return ip4->version == 4 && ip4->ihl >= 5 &&
		       len >= ip4->ihl * 4 && len <= skb->len;
	}
	if (skb->protocol == htons(ETH_P_IPV6)) {
		if (!pskb_may_pull(skb, sizeof(*ip6)))
			return false;
		ip6 = ipv6_hdr(skb);
		*family = NFPROTO_IPV6;
		return ip6->version == 6 &&
		       sizeof(*ip6) + ntohs(ip6->payload_len) <= skb->len;
	}

	return false;
}

/*
 * Does a frame that goes up have the zone of the bridge, or was it invalid in
 * there? A bridge in promiscuous mode takes up copies of all frames; those of
 * others have no business in zone 0.
 */
static bool brfw_zone_is_astray(const struct sk_buff *skb,
				const struct brfw_view_zone *zone,
				const struct net_device *bridge)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	if (brfw_zone_is_to_bridge(skb, bridge) ||
	    (skb->pkt_type == PACKET_OTHERHOST && bridge->flags & IFF_PROMISC))
		return false;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct)
		return nf_ct_zone(ct)->id == zone->id;

	return ctinfo != IP_CT_UNTRACKED;
}

static unsigned int brfw_zone_track_again(void *priv, struct sk_buff *skb,
					  const struct nf_hook_state *state)
{
	struct nf_hook_state inet = *state;
	const struct brfw_view_zone *zone;
	const struct net_device *bridge;

	bridge = netdev_master_upper_dev_get_rcu(state->in);
	zone = bridge ? brfw_zone_of(state, bridge) : NULL;
	if (!zone || !brfw_zone_is_astray(skb, zone, bridge) ||
	    !brfw_zone_is_sound(skb, &inet.pf))
		return NF_ACCEPT;

	nf_reset_ct(skb);
	inet.hook = NF_INET_PRE_ROUTING;
	return nf_conntrack_in(skb, &inet);
}

/* Bridge conntrack is at NF_BR_PRI_FILTER_BRIDGED. */
static const struct nf_hook_ops brfw_zone_attach_ops = {
	.hook = brfw_zone_attach,
	.pf = NFPROTO_BRIDGE,
	.hooknum = NF_BR_PRE_ROUTING,
	.priority = NF_BR_PRI_FILTER_BRIDGED - 1,
};

static const struct nf_hook_ops brfw_zone_ops[] = {
	{
		.hook = brfw_zone_detach,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = NF_BR_PRI_FILTER_BRIDGED + 1,
	},
	{
		.hook = brfw_zone_track_again,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_IN,
		.priority = NF_BR_PRI_FILTER_BRIDGED - 1,
	},
};

/**
 * brfw_zone_hooks_register() - let zones take effect
 * @net: the namespace; its bridges are tracked already
 *
 * Return: 0 or an error.
 */
int brfw_zone_hooks_register(struct net *net)
{
	int err;

	err = nf_register_net_hooks(net, brfw_zone_ops,
				    ARRAY_SIZE(brfw_zone_ops));
	if (err)
		return err;
	err = nf_register_net_hook(net, &brfw_zone_attach_ops);
	if (err)
		nf_unregister_net_hooks(net, brfw_zone_ops,
					ARRAY_SIZE(brfw_zone_ops));

	return err;
}

/**
 * brfw_zone_hooks_stop() - let zones have no effect on more frames
 * @net: the namespace
 *
 * After a grace period no frame has a template any more, and
 * brfw_zone_hooks_finish() is to be called.
 */
void brfw_zone_hooks_stop(struct net *net)
{
	nf_unregister_net_hook(net, &brfw_zone_attach_ops);
}

/**
 * brfw_zone_hooks_finish() - the end of brfw_zone_hooks_stop()
 * @net: the namespace
 *
 * Frames may be in the hooks still when this returns.
 */
void brfw_zone_hooks_finish(struct net *net)
{
	nf_unregister_net_hooks(net, brfw_zone_ops, ARRAY_SIZE(brfw_zone_ops));
}

/**
 * brfw_zone_hooks_unregister() - let zones have no effect
 * @net: the namespace; its bridges are still tracked
 *
 * Frames may be in the hooks still when this returns, but none that has a
 * template.
 *
 * Context: may sleep.
 */
void brfw_zone_hooks_unregister(struct net *net)
{
	brfw_zone_hooks_stop(net);
	/* Who has got one must find those that take it off. */
	synchronize_rcu();
	brfw_zone_hooks_finish(net);
}

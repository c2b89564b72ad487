// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that brfw sends: redirected ones, copies, answers of reject.
 *
 * A port of the same bridge is reached through the bridge's own egress path,
 * with its checks of port state, isolation and VLAN, and isn't judged there. Any
 * other device is given the frame directly. Where that is a device above a bridge,
 * the frame is one of the host's for that bridge, which judges it. But a namespace
 * sends nothing while a CPU sends something for it: there would be no end to it.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "transmit.h"

/*
 * Of the bridge module, for modules: net/bridge/br_private.h isn't installed
 * with kernel headers. The same from 6.1 to 7.3.
 */
struct net_bridge_port;
void br_forward(const struct net_bridge_port *to, struct sk_buff *skb,
		bool local_rcv, bool local_orig);
int br_dev_queue_push_xmit(struct net *net, struct sock *sk,
			   struct sk_buff *skb);

/* Only one at a time can be on its way, since softirqs are off. */
DEFINE_PER_CPU(struct brfw_transmit, brfw_transmit);

/**
 * brfw_transmit_claim() - is a hook where the marked frame must be?
 * @state: of the hook
 *
 * The port may be another one than was asked for, a backup port. If it is that of a
 * tunnel, the frame may come back in the same buffer inside of a packet of the host,
 * by the same bridge: the mark is good for once.
 *
 * Return: whether it is that of the bridge that the frame was given to.
 */
bool brfw_transmit_claim(const struct nf_hook_state *state)
{
	struct brfw_transmit *t = this_cpu_ptr(&brfw_transmit);

	if (state->hook != t->hook || brfw_bridge_of(state->out) != t->bridge)
		return false;

	t->skb = NULL;
	return true;
}

/**
 * brfw_transmit_may_send() - may a frame be sent for a namespace?
 * @net: the namespace
 *
 * Return: whether nothing is being sent for it, and not too much for others.
 */
bool brfw_transmit_may_send(const struct net *net)
{
	const struct brfw_transmit *t = this_cpu_ptr(&brfw_transmit);
	unsigned int i;

	for (i = 0; i < t->depth; i++)
		if (t->nets[i] == net)
			return false;

	return t->depth < BRFW_TRANSMIT_DEPTH;
}

/**
 * brfw_transmit_would_return() - would a frame get into the queue that it is from?
 * @skb: frame at a hook
 * @state: of the hook
 * @dev: device to send it by
 *
 * Whoever queues what comes to a hook in front of brfw queues what the bridge's
 * egress path brings there, too. Then nothing tells that it is from here.
 *
 * Return: whether a program has let the frame go at this hook, it is on its way out,
 * and the device is a port of the same bridge.
 */
bool brfw_transmit_would_return(const struct sk_buff *skb,
				const struct nf_hook_state *state,
				const struct net_device *dev)
{
	const struct net_device *bridge = brfw_bridge_of(dev);

	return brfw_transmit_is_from_queue(skb) && state->out &&
	       bridge && bridge == brfw_bridge_of(state->out);
}

static void brfw_transmit_by_bridge(struct sk_buff *skb,
				    const struct net_device *port,
				    const struct net *net, bool is_local)
{
	struct brfw_transmit *t = this_cpu_ptr(&brfw_transmit);

	t->nets[t->depth++] = net;
	t->bridge = brfw_bridge_of(port);
	t->hook = is_local ? NF_BR_LOCAL_OUT : NF_BR_FORWARD;
	t->skb = skb;
	br_forward(rcu_dereference(port->rx_handler_data), skb, false,
		   is_local);
	t->skb = NULL;
	t->depth--;
}

static bool brfw_transmit_is_forwardable(struct sk_buff *skb,
					 const struct net_device *dev)
{
	bool is_forwardable;

	skb_push(skb, ETH_HLEN);
	is_forwardable = is_skb_forwardable(dev, skb);
	skb_pull(skb, ETH_HLEN);

	return is_forwardable;
}

/* What this bridge has noted of a frame, and br_netfilter, is none of others' business. */
static void brfw_transmit_forget(struct sk_buff *skb)
{
	memset(skb->cb, 0, sizeof(skb->cb));
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
#endif
}

/*
 * As a port of a bridge sends it, but that nothing which was noted of the frame in
 * this bridge goes with it.
 *
 * Return: whether it was handed over; not what is too long for the device.
 */
static bool brfw_transmit_directly(struct sk_buff *skb, struct net_device *dev,
				   struct net *net)
{
	struct brfw_transmit *t = this_cpu_ptr(&brfw_transmit);

	if (!brfw_transmit_is_forwardable(skb, dev)) {
		kfree_skb(skb);
		return false;
	}
	brfw_transmit_forget(skb);
	skb->dev = dev;
	skb_forward_csum(skb);
	t->nets[t->depth++] = net;
	br_dev_queue_push_xmit(net, NULL, skb);
	t->depth--;

	return true;
}

/**
 * brfw_transmit_unsuitable() - why frames can never be sent by a device
 * @dev: the device
 *
 * Return: the reason, for people, or NULL.
 */
const char *brfw_transmit_unsuitable(const struct net_device *dev)
{
	if (netif_is_bridge_master(dev))
		return "frames can't be sent by a bridge, only by its ports and other devices";
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER)
		return "frames can't be sent by a device that is not Ethernet";

	return NULL;
}

/**
 * brfw_transmit_problem() - why frames can't be sent by a device now
 * @dev: the device, or NULL when the name is borne by none
 *
 * Return: the reason, for people, or NULL.
 */
const char *brfw_transmit_problem(const struct net_device *dev)
{
	if (!dev)
		return "there is no device to send frames by";
	if (!(dev->flags & IFF_UP))
		return "the device to send frames by is down";

	return brfw_transmit_unsuitable(dev);
}

/**
 * brfw_transmit_output_problem() - why frames of the host itself may not be
 *	sent by a device instead of the one that they leave by
 * @dev: the device
 * @from: port that they leave by, or NULL for any
 *
 * The bridge takes off the tag of what leaves a port untagged before the hook,
 * and nothing tells its VLAN any more: a port may be an untagged member of
 * many. Ports of the same bridge can't be given such frames.
 *
 * Return: the reason, for people, or NULL.
 */
const char *brfw_transmit_output_problem(const struct net_device *dev,
					 const struct net_device *from)
{
	const struct net_device *bridge = brfw_bridge_of(dev);

	if (!bridge || !br_vlan_enabled(bridge) ||
	    (from && brfw_bridge_of(from) != bridge))
		return NULL;

	return "at output the VLAN of untagged frames is lost: a bridge with VLAN filtering drops them";
}

/**
 * brfw_transmit_is_above() - would a frame that leaves by a port come back to it?
 * @dev: device to send it by
 * @port: port of a bridge
 *
 * Return: whether the device is above the bridge, one for a VLAN or a macvlan.
 */
bool brfw_transmit_is_above(const struct net_device *dev,
			    const struct net_device *port)
{
	const struct net_device *bridge = brfw_bridge_of(port);

	return bridge &&
	       netdev_has_upper_dev_all_rcu((struct net_device *)bridge,
					    (struct net_device *)dev);
}

/* No switch has sent the copy where the bridge is going to send it. */
static void brfw_transmit_unmark(struct sk_buff *copy)
{
#if IS_ENABLED(CONFIG_NET_SWITCHDEV)
	copy->offload_fwd_mark = 0;
#endif
}

/**
 * brfw_transmit_copy() - send a copy of a frame by another device
 * @skb: frame at a hook; not changed
 * @state: of the hook
 * @dev: the device, without brfw_transmit_problem(); brfw_transmit_may_send()
 * @vlan: VLAN that the bridge classified the frame into
 *
 * Return: whether it was handed over. Whether it could be sent isn't known.
 */
bool brfw_transmit_copy(const struct sk_buff *skb,
			const struct nf_hook_state *state,
			struct net_device *dev, const struct brfw_vlan *vlan)
{
	const struct net_device *bridge;
	struct sk_buff *copy;

	copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);
	if (!copy)
		return false;

	nf_reset_ct(copy);
	brfw_transmit_unmark(copy);
	skb_clear_tstamp(copy);
	__vlan_hwaccel_clear_tag(copy);
	if (vlan->proto)
		__vlan_hwaccel_put_tag(copy, htons(vlan->proto), vlan->tci);

	bridge = brfw_bridge_of(state->in ? : state->out);
	if (!bridge || brfw_bridge_of(dev) != bridge)
		return brfw_transmit_directly(copy, dev, state->net);

	copy->dev = state->in ? : (struct net_device *)bridge;
	brfw_transmit_by_bridge(copy, dev, state->net, !state->in);
	return true;
}

/*
 * Take off the tag of a frame that leaves a port untagged (IEEE 802.1Q clause
 * 8.8.1), as the egress path does.
 *
 * Return: whether the port is a member of the VLAN.
 */
static bool brfw_transmit_untag(struct sk_buff *skb,
				const struct net_device *bridge,
				const struct net_device *port)
{
	struct bridge_vlan_info info;

	if (!br_vlan_enabled(bridge))
		return true;
	if (!skb_vlan_tag_present(skb) ||
	    br_vlan_get_info_rcu(port, skb_vlan_tag_get_id(skb), &info))
		return false;
	if (info.flags & BRIDGE_VLAN_INFO_UNTAGGED)
		__vlan_hwaccel_clear_tag(skb);

	return true;
}

/*
 * What the bridge noted at ingress of the frame that is answered holds for the
 * answer, but for the size of the fragments that the frame came in.
 */
static void brfw_transmit_take_cb(struct sk_buff *answer,
				  const struct sk_buff *skb,
				  const struct net_device *bridge)
{
	struct brfw_bridge_cb *cb = (struct brfw_bridge_cb *)answer->cb;

	memcpy(answer->cb, skb->cb, sizeof(answer->cb));
	if (cb->bridge == bridge)
		cb->frag_max_size = 0;
}

/**
 * brfw_transmit_answer() - send an answer to where a frame came from
 * @answer: the answer, with skb->data behind its MAC header and its VLAN on
 *	the bridge; taken over
 * @skb: the frame
 * @state: of the hook that it was at
 *
 * What the bridge noted of the frame at ingress tells the egress path what to do
 * about VLANs and tunnels. It says, too, that the port is isolated, if it is; then
 * the answer would never come back there with it, and gets only its tag right.
 */
void brfw_transmit_answer(struct sk_buff *answer, const struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct net_device *bridge;

	bridge = brfw_bridge_of(state->in ? : state->out);
	if (!bridge || !brfw_transmit_may_send(state->net)) {
		kfree_skb(answer);
		return;
	}

	answer->dev = (struct net_device *)bridge;
	if (state->in) {
		if (!br_port_flag_is_set(state->in, BR_ISOLATED)) {
			brfw_transmit_take_cb(answer, skb, bridge);
		} else if (!brfw_transmit_untag(answer, bridge, state->in)) {
			kfree_skb(answer);
			return;
		}
		brfw_transmit_by_bridge(answer, state->in, state->net, true);
		return;
	}

	/* The frame came from the host itself. */
	skb_push(answer, -skb_mac_offset(answer));
	answer->protocol = eth_type_trans(answer, answer->dev);
	netif_rx(answer);
}

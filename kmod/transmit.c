// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that brfw sends: redirected ones, copies, answers of reject.
 *
 * A port of the same bridge is reached through the bridge's own egress path,
 * with its checks of port state, isolation and VLAN. Any other device is given
 * the frame directly. Either way the frame isn't judged again.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
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

/*
 * The frame that is on its way through the bridge's egress path. Only one at a
 * time can be: the hooks see it before any other, and softirqs are off.
 */
DEFINE_PER_CPU(const struct sk_buff *, brfw_transmit_skb);

static const struct net_device *brfw_bridge_of(const struct net_device *port)
{
	if (!port || !netif_is_bridge_port(port))
		return NULL;

	return netdev_master_upper_dev_get_rcu((struct net_device *)port);
}

static void brfw_transmit_by_bridge(struct sk_buff *skb,
				    const struct net_device *port,
				    bool is_local)
{
	this_cpu_write(brfw_transmit_skb, skb);
	br_forward(rcu_dereference(port->rx_handler_data), skb, false,
		   is_local);
	this_cpu_write(brfw_transmit_skb, NULL);
}

static void brfw_transmit_directly(struct sk_buff *skb, struct net_device *dev)
{
	skb->dev = dev;
	skb_push(skb, -skb_mac_offset(skb));
	dev_queue_xmit(skb);
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
 * brfw_transmit_copy() - send a copy of a frame by another device
 * @skb: frame at a hook; not changed
 * @state: of the hook
 * @dev: the device, without brfw_transmit_problem()
 * @vlan: VLAN that the bridge classified the frame into
 *
 * Whether it could be sent isn't known.
 */
void brfw_transmit_copy(const struct sk_buff *skb,
			const struct nf_hook_state *state,
			struct net_device *dev, const struct brfw_vlan *vlan)
{
	const struct net_device *bridge;
	struct sk_buff *copy;

	copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);
	if (!copy)
		return;

	nf_reset_ct(copy);
	skb_clear_tstamp(copy);
	__vlan_hwaccel_clear_tag(copy);
	if (vlan->proto)
		__vlan_hwaccel_put_tag(copy, htons(vlan->proto), vlan->tci);

	bridge = brfw_bridge_of(state->in ? : state->out);
	if (bridge && brfw_bridge_of(dev) == bridge) {
		copy->dev = state->in ? : (struct net_device *)bridge;
		brfw_transmit_by_bridge(copy, dev, !state->in);
	} else {
		brfw_transmit_directly(copy, dev);
	}
}

/**
 * brfw_transmit_answer() - send an answer to where a frame came from
 * @answer: the answer, with skb->data behind its MAC header and its VLAN on
 *	the bridge; taken over
 * @skb: the frame
 * @state: of the hook that it was at
 */
void brfw_transmit_answer(struct sk_buff *answer, const struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct net_device *bridge;

	bridge = brfw_bridge_of(state->in ? : state->out);
	if (!bridge) {
		kfree_skb(answer);
		return;
	}

	answer->dev = (struct net_device *)bridge;
	if (state->in) {
		/* It tells the egress path that there are VLANs to look at. */
		memcpy(answer->cb, skb->cb, sizeof(answer->cb));
		brfw_transmit_by_bridge(answer, state->in, true);
		return;
	}

	/* The frame came from the host itself. */
	skb_push(answer, -skb_mac_offset(answer));
	answer->protocol = eth_type_trans(answer, answer->dev);
	netif_rx(answer);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_TRANSMIT_H
#define _BRFW_TRANSMIT_H

#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "key.h"

struct nf_hook_state;
struct sk_buff;

/**
 * struct brfw_bridge_cb - how what the bridge notes of a frame begins
 * @bridge: bridge that has the frame
 * @frag_max_size: of the fragments that it came in
 *
 * Of the bridge module, struct br_input_skb_cb: net/bridge/br_private.h isn't
 * installed with kernel headers. The same from 6.1 to 7.3.
 */
struct brfw_bridge_cb {
	struct net_device *bridge;
	u16 frag_max_size;
};

/* RCU read section. */

/**
 * brfw_bridge_of() - the bridge that a device is a port of
 * @port: the device, or NULL
 *
 * Return: the bridge, or NULL; another kind of master is none.
 */
static inline const struct net_device *
brfw_bridge_of(const struct net_device *port)
{
	if (!port || !netif_is_bridge_port(port))
		return NULL;

	return netdev_master_upper_dev_get_rcu((struct net_device *)port);
}

const char *brfw_transmit_unsuitable(const struct net_device *dev);
const char *brfw_transmit_problem(const struct net_device *dev);
const char *brfw_transmit_output_problem(const struct net_device *dev,
					 const struct net_device *from);
bool brfw_transmit_is_above(const struct net_device *dev,
			    const struct net_device *port);

/* Softirqs off, RCU read section. */

bool brfw_transmit_copy(const struct sk_buff *skb,
			const struct nf_hook_state *state,
			struct net_device *dev, const struct brfw_vlan *vlan);
void brfw_transmit_answer(struct sk_buff *answer, const struct sk_buff *skb,
			  const struct nf_hook_state *state);
bool brfw_transmit_claim(const struct nf_hook_state *state);
bool brfw_transmit_may_send(const struct net *net);
bool brfw_transmit_would_return(const struct sk_buff *skb,
				const struct nf_hook_state *state,
				const struct net_device *dev);

/**
 * BRFW_TRANSMIT_DEPTH - how many namespaces may send, one inside of the other: by
 * a device above a bridge of the next one
 */
#define BRFW_TRANSMIT_DEPTH	3

/**
 * struct brfw_transmit - what a CPU is about to send for brfw
 * @skb: frame that has been given to the egress path of a bridge and has not come to
 *	its hook yet, or NULL
 * @bridge: this bridge; at others it is a frame as any other
 * @hook: this hook, NF_BR_FORWARD or NF_BR_LOCAL_OUT
 * @depth: how many are being sent, directly or by a bridge
 * @nets: namespaces that they are sent for
 * @queued: frame that a program lets go at the hook that it is at, or NULL
 */
struct brfw_transmit {
	const struct sk_buff *skb;
	const struct net_device *bridge;
	unsigned int hook;
	unsigned int depth;
	const struct net *nets[BRFW_TRANSMIT_DEPTH];
	const struct sk_buff *queued;
};

DECLARE_PER_CPU(struct brfw_transmit, brfw_transmit);

/**
 * brfw_transmit_is_ours() - does brfw send this frame?
 * @skb: frame at a hook
 * @state: of the hook
 *
 * Return: whether it does; then it must not be judged, but when it comes again.
 */
static inline bool brfw_transmit_is_ours(const struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	return unlikely(this_cpu_read(brfw_transmit.skb) == skb) &&
	       brfw_transmit_claim(state);
}

/**
 * brfw_transmit_is_from_queue() - has a program let a frame go at this hook?
 * @skb: frame at a hook
 *
 * Return: whether it comes from there, in the program's own time.
 */
static inline bool brfw_transmit_is_from_queue(const struct sk_buff *skb)
{
	return this_cpu_read(brfw_transmit.queued) == skb;
}

/**
 * brfw_transmit_depth() - is this CPU inside of sending something for brfw?
 *
 * Return: how many times.
 */
static inline unsigned int brfw_transmit_depth(void)
{
	return this_cpu_read(brfw_transmit.depth);
}

#endif /* _BRFW_TRANSMIT_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is remembered of a frame from one judgement to the next.
 *
 * Two things are lost on the way from the bridge's ingress to its egress. On a
 * VLAN-aware bridge the tag of a frame that leaves by an untagged port is gone
 * before the forward hook. And a flooded frame comes to that hook once for
 * each egress port, as clones that don't know of each other, while a rule
 * should log it, answer it or take a token for it once only.
 *
 * Nothing that the frame has is sure to stay: the bridge itself may give it another
 * buffer (a tag of another protocol is put into the frame, ARP, IGMP and neighbour
 * discovery are pulled out of pages), another length or another address. But from
 * prerouting all of it is delivered by one call. So the hook there, which is the
 * last one, makes that call itself, and for as long as it lasts the frame is the one
 * that this CPU has at hand: softirqs are off meanwhile, and no other frame comes
 * in by the same port but through the same hook, which then has that one at hand
 * until it is delivered. What comes to a hook with this ingress port is a copy of it.
 *
 * Frames that a program lets go from a queue behind prerouting are at nobody's hand:
 * they come in the program's own time. They, and frames of the host itself, which
 * don't pass prerouting, are told apart by their bridge, their buffer and what they
 * begin with, and are the same as long as they leave by ports that the last one
 * didn't leave by: a flood visits each port once. Several such floods may be under
 * way, one inside of the other, since a port may be a device above another bridge,
 * maybe of another namespace; and brfw may send a frame while another is flooded.
 */
#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/minmax.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/version.h>

#include "frame.h"
#include "transmit.h"

/*
 * What a CPU has at hand, and what is kept in cache.c and transmit.c for each CPU, is
 * safe as long as nothing else runs there while softirqs are off.
 */
#if IS_ENABLED(CONFIG_PREEMPT_RT) && \
	LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0) && \
	!IS_ENABLED(CONFIG_PREEMPT_RT_NEEDS_BH_LOCK)
#error "brfw needs CONFIG_PREEMPT_RT_NEEDS_BH_LOCK in a kernel with CONFIG_PREEMPT_RT"
#endif

/* Rules that are remembered to have acted on a frame. */
#define BRFW_FRAME_ACTS		16

/* As many as a bridge may have: ports have the same number here seldom. */
#define BRFW_FRAME_PORTS	1024

/* Floods of frames that are at nobody's hand, as many as are under way at once. */
#define BRFW_FRAME_FLOODS	8

/* What tells frames with equal buffers apart: as far as the ports of TCP over IPv6. */
#define BRFW_FRAME_START	64

/**
 * struct brfw_frame_note - what rules of one namespace have done to a frame
 * @nacts: number of entries in @handles
 * @results: bit for each of them: what came of it
 * @handles: rules that have acted on it
 */
struct brfw_frame_note {
	unsigned int nacts;
	unsigned int results;
	u64 handles[BRFW_FRAME_ACTS];
};

/**
 * struct brfw_frame_received - a frame that passed prerouting and is being delivered
 * @outer: frame that was at hand before, or NULL
 * @in: ingress port; stays one of its bridge for as long as this exists
 * @vlan: what the bridge classifies the frame into
 * @note: what rules have done to it
 *
 * On the stack of brfw_frame_receive().
 */
struct brfw_frame_received {
	struct brfw_frame_received *outer;
	const struct net_device *in;
	struct brfw_vlan vlan;
	struct brfw_frame_note note;
};

/**
 * struct brfw_frame_id - what a frame is known by that is at nobody's hand
 * @bridge: the bridge; to compare only, it may be gone
 * @in: ingress port, likewise; NULL for frames of the host
 * @head: buffer
 * @depth: brfw_transmit_depth()
 * @len: length
 * @start: what it begins with
 */
struct brfw_frame_id {
	const struct net_device *bridge;
	const struct net_device *in;
	const void *head;
	unsigned int depth;
	unsigned int len;
	u8 start[BRFW_FRAME_START];
};

/**
 * struct brfw_frame_flood - the flood of such a frame
 * @used: when a copy was seen last, brfw_frame_floods.clock; 0 for never
 * @id: the frame
 * @ports: egress ports that it has visited, by ifindex modulo BRFW_FRAME_PORTS
 * @note: what rules have done to it
 */
struct brfw_frame_flood {
	unsigned long used;
	struct brfw_frame_id id;
	DECLARE_BITMAP(ports, BRFW_FRAME_PORTS);
	struct brfw_frame_note note;
};

/**
 * struct brfw_frame_floods - those of a CPU
 * @clock: counts what is judged
 * @at: in no order
 */
struct brfw_frame_floods {
	unsigned long clock;
	struct brfw_frame_flood at[BRFW_FRAME_FLOODS];
};

/* Too large for what all modules together may have as variables of each CPU. */
static struct brfw_frame_floods __percpu *brfw_frame_floods;

static DEFINE_PER_CPU(struct brfw_frame_received *, brfw_frame_at_hand);

/**
 * brfw_frame_init() - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_frame_init(void)
{
	brfw_frame_floods = alloc_percpu_gfp(struct brfw_frame_floods, GFP_KERNEL);

	return brfw_frame_floods ? 0 : -ENOMEM;
}

/** brfw_frame_exit() - at module unload, when no frame is in a hook any more */
void brfw_frame_exit(void)
{
	free_percpu(brfw_frame_floods);
}

/**
 * brfw_frame_has_moved() - has what a frame was on its way through changed meanwhile?
 * @skb: frame that a program lets go from a queue, at the hook that it is at
 * @state: of the hook
 *
 * Its port may have left the bridge while it waited, for another bridge, or for
 * another kind of master, in whose private area there is nothing of a bridge.
 *
 * Return: whether there is no one bridge any more whose frame it is.
 */
bool brfw_frame_has_moved(const struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct brfw_bridge_cb *cb = (const struct brfw_bridge_cb *)skb->cb;
	const struct net_device *bridge;

	bridge = brfw_bridge_of(state->in ? : state->out);
	if (!bridge)
		return true;

	switch (state->hook) {
	case NF_BR_FORWARD:
		return brfw_bridge_of(state->out) != bridge;
	case NF_BR_LOCAL_IN:
		return skb->dev != bridge && skb->dev != state->in;
	case NF_BR_LOCAL_OUT:
		/* The bridge's own queries have none. */
		return cb->bridge && cb->bridge != bridge;
	default:
		/* What has not been judged by any goes on in the one of now. */
		return false;
	}
}

/* ---- frames that pass prerouting ---- */

/*
 * What the bridge is about to do at ingress: IEEE 802.1Q clause 6.9.1,
 * __allowed_ingress() in net/bridge/br_vlan.c.
 */
static void brfw_frame_classify(const struct sk_buff *skb,
				const struct net_device *port,
				struct brfw_vlan *vlan)
{
	const struct net_device *bridge;
	u16 proto = 0, pvid = 0, tci = 0;

	memset(vlan, 0, sizeof(*vlan));
	bridge = netdev_master_upper_dev_get_rcu((struct net_device *)port);
	if (!bridge)
		return;

	br_vlan_get_proto(bridge, &proto);
	if (skb_vlan_tag_present(skb) && ntohs(skb->vlan_proto) == proto)
		tci = skb_vlan_tag_get(skb);
	if (!(tci & VLAN_VID_MASK)) {
		br_vlan_get_pvid_rcu(port, &pvid);
		if (!pvid)
			return;
		tci = (tci & VLAN_PRIO_MASK) | pvid;
	}
	vlan->proto = proto;
	vlan->tci = tci;
}

/**
 * brfw_frame_receive() - deliver a frame, and have it at hand meanwhile
 * @skb: frame at hook prerouting; taken over
 * @state: of the hook, behind which there is no other
 *
 * Context: RCU read section.
 */
void brfw_frame_receive(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct brfw_frame_received frame;

	frame.in = state->in;
	frame.note.nacts = 0;
	frame.note.results = 0;
	brfw_frame_classify(skb, state->in, &frame.vlan);

	/* A program that lets a frame go from a queue comes with softirqs on. */
	local_bh_disable();
	frame.outer = this_cpu_read(brfw_frame_at_hand);
	this_cpu_write(brfw_frame_at_hand, &frame);
	state->okfn(state->net, state->sk, skb);
	this_cpu_write(brfw_frame_at_hand, frame.outer);
	local_bh_enable();
}

/*
 * What goes up from a port itself and not from the bridge, as link-local frames do,
 * has not passed prerouting.
 *
 * Return: the frame at hand if it is this one, or NULL.
 */
static struct brfw_frame_received *
brfw_frame_received(const struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	struct brfw_frame_received *frame = this_cpu_read(brfw_frame_at_hand);

	if (!frame || frame->in != state->in ||
	    (state->hook == NF_BR_LOCAL_IN && skb->dev == state->in))
		return NULL;

	return frame;
}

/**
 * brfw_frame_get_vlan() - the VLAN that the bridge classified a frame into
 * @skb: frame at hook forward or input, where the tag is what egress left, or
 *	at hook output, where it is the tag as sent
 * @state: of the hook
 * @bridge: the bridge
 * @vlan: to be filled
 */
void brfw_frame_get_vlan(const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 const struct net_device *bridge,
			 struct brfw_vlan *vlan)
{
	const struct brfw_frame_received *frame;

	memset(vlan, 0, sizeof(*vlan));
	if (skb_vlan_tag_present(skb)) {
		vlan->proto = ntohs(skb->vlan_proto);
		vlan->tci = skb_vlan_tag_get(skb);
		return;
	}
	if (!state->in || !bridge || !br_vlan_enabled(bridge))
		return;

	frame = brfw_frame_received(skb, state);
	if (frame)
		*vlan = frame->vlan;
	else
		vlan->is_unknown = true;
}

/* ---- other frames ---- */

static void brfw_frame_identify(struct brfw_frame_id *id,
				const struct sk_buff *skb,
				const struct nf_hook_state *state,
				const struct net_device *bridge)
{
	int mac = skb_mac_offset(skb);

	memset(id, 0, sizeof(*id));
	id->bridge = bridge;
	id->in = state->in;
	id->head = skb->head;
	id->depth = brfw_transmit_depth();
	id->len = skb->len;
	/* What is missing at the end of a short frame stays 0. */
	skb_copy_bits(skb, mac, id->start,
		      min_t(int, skb->len - mac, sizeof(id->start)));
}

/* Return: that of the frame, or the one that was not used for the longest time. */
static struct brfw_frame_flood *
brfw_frame_find_flood(struct brfw_frame_floods *floods,
		      const struct brfw_frame_id *id)
{
	struct brfw_frame_flood *flood, *oldest = floods->at;
	unsigned int i;

	for (i = 0; i < BRFW_FRAME_FLOODS; i++) {
		flood = &floods->at[i];
		if (!memcmp(&flood->id, id, sizeof(*id)))
			return flood;
		if (flood->used < oldest->used)
			oldest = flood;
	}

	return oldest;
}

/*
 * The flood that a frame is a copy of, or begins: it does when it was never seen, or
 * leaves by a port again.
 */
static struct brfw_frame_note *
brfw_frame_flood(const struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct net_device *bridge)
{
	struct brfw_frame_floods *floods = this_cpu_ptr(brfw_frame_floods);
	unsigned int port = state->out ? state->out->ifindex : 0;
	struct brfw_frame_flood *flood;
	struct brfw_frame_id id;

	brfw_frame_identify(&id, skb, state, bridge);
	flood = brfw_frame_find_flood(floods, &id);
	flood->used = ++floods->clock;
	port %= BRFW_FRAME_PORTS;
	if (memcmp(&flood->id, &id, sizeof(id)) || test_bit(port, flood->ports)) {
		flood->id = id;
		flood->note.nacts = 0;
		flood->note.results = 0;
		bitmap_zero(flood->ports, BRFW_FRAME_PORTS);
	}
	__set_bit(port, flood->ports);

	return &flood->note;
}

/**
 * brfw_frame_begin() - get ready for rules that act once for each frame
 * @skb: frame at a hook
 * @state: of the hook
 * @bridge: the bridge, or NULL
 *
 * Return: what rules of this namespace have done to it.
 */
struct brfw_frame_note *brfw_frame_begin(const struct sk_buff *skb,
					 const struct nf_hook_state *state,
					 const struct net_device *bridge)
{
	struct brfw_frame_received *frame = brfw_frame_received(skb, state);

	return frame ? &frame->note : brfw_frame_flood(skb, state, bridge);
}

/**
 * brfw_frame_recall() - has a rule acted on the frame already?
 * @note: about the frame
 * @handle: of the rule
 * @result: to be filled with what came of it
 *
 * Return: whether it has.
 */
bool brfw_frame_recall(const struct brfw_frame_note *note, u64 handle,
		       bool *result)
{
	unsigned int i;

	for (i = 0; i < note->nacts; i++) {
		if (note->handles[i] == handle) {
			*result = note->results & BIT(i);
			return true;
		}
	}

	return false;
}

/**
 * brfw_frame_remember() - a rule acts on the frame
 * @note: about the frame
 * @handle: of the rule
 * @result: what came of it
 *
 * What doesn't fit is forgotten.
 */
void brfw_frame_remember(struct brfw_frame_note *note, u64 handle,
			 bool result)
{
	if (note->nacts >= BRFW_FRAME_ACTS)
		return;

	note->handles[note->nacts] = handle;
	if (result)
		note->results |= BIT(note->nacts);
	note->nacts++;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is remembered of a received frame from one judgement to the next.
 *
 * Two things are lost on the way from the bridge's ingress to its egress. On a
 * VLAN-aware bridge the tag of a frame that leaves by an untagged port is gone
 * before the forward hook. And a flooded frame comes to that hook once for
 * each egress port, as clones that don't know of each other, while a rule
 * should log it, answer it or take a token for it once only.
 *
 * So there is a note on each CPU about the frame that it received last:
 * its VLAN, and which rules have acted on it. It is made when all others at
 * prerouting have done what they want to the frame, which may give it another
 * buffer. A frame is the noted one when its buffer, its ingress port and its
 * addresses are the same, and it comes from the same context, softirqs or a
 * task. Buffers are used again, but not without the next frame passing
 * prerouting, which begins a new note on its CPU. On another CPU there may be an
 * old note about the same buffer; only a frame that was let out of a userspace
 * queue gets there, and it comes from the task that let it go. If the queue was
 * behind prerouting, the frame isn't the noted one. If it was there, the task made
 * the note, and must not have been switched since then, or it may be elsewhere.
 *
 * What rules do to other frames is noted apart, since such frames come while a
 * noted one is being flooded: the host sends one by a bridge when a port of
 * another bridge is a device above it, and the bridge sends some receivers of
 * multicast a copy with their own address.
 *
 * Frames of the host itself don't pass prerouting. They, and those that aren't the
 * noted one, are the same as the last one as long as they leave by ports that the
 * last one didn't leave by: a flood visits each port once.
 */
#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/version.h>

#include "frame.h"
#include "transmit.h"

/*
 * Notes, and what is kept in cache.c and transmit.c for each CPU, are safe as long
 * as nothing else runs there while softirqs are off.
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

/**
 * enum brfw_frame_origin - of the frame that a note is about
 * @BRFW_FRAME_RECEIVED: it passed prerouting
 * @BRFW_FRAME_STRAY: it was received, but it is not the noted one
 * @BRFW_FRAME_HOST: the host sends it
 * @BRFW_FRAME_ORIGINS: number of these
 */
enum brfw_frame_origin {
	BRFW_FRAME_RECEIVED,
	BRFW_FRAME_STRAY,
	BRFW_FRAME_HOST,
	BRFW_FRAME_ORIGINS,
};

/**
 * struct brfw_frame_note - about the last frame on a CPU
 * @head: buffer, or NULL
 * @context: who received it, brfw_frame_context()
 * @switches: if it passed prerouting, brfw_frame_switches() then
 * @in: ifindex of the ingress port, 0 for frames of the host
 * @len: length
 * @addrs: destination and source MAC address
 * @ports: egress ports that a frame has visited which did not pass prerouting, by
 *	ifindex modulo BRFW_FRAME_PORTS
 * @vlan: what the bridge classified it into, if it passed prerouting
 * @nacts: number of entries in @acts
 * @acts: rules that have acted on it and what came of it
 */
struct brfw_frame_note {
	const void *head;
	const void *context;
	unsigned long switches;
	int in;
	unsigned int len;
	u8 addrs[2 * ETH_ALEN];
	DECLARE_BITMAP(ports, BRFW_FRAME_PORTS);
	struct brfw_vlan vlan;
	unsigned int nacts;
	struct {
		u64 handle;
		bool result;
	} acts[BRFW_FRAME_ACTS];
};

/* All but the first are for frames that come to a bridge while brfw sends others. */
#define BRFW_FRAME_DEPTHS	(BRFW_TRANSMIT_DEPTH + 1)

/**
 * struct brfw_frame_notes - the notes of a CPU
 * @at: by brfw_transmit_depth() and enum brfw_frame_origin
 */
struct brfw_frame_notes {
	struct brfw_frame_note at[BRFW_FRAME_DEPTHS][BRFW_FRAME_ORIGINS];
};

/* Too large for what all modules together may have as variables of each CPU. */
static struct brfw_frame_notes __percpu *brfw_frame_notes;

/**
 * brfw_frame_init() - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int brfw_frame_init(void)
{
	brfw_frame_notes = alloc_percpu_gfp(struct brfw_frame_notes, GFP_KERNEL);

	return brfw_frame_notes ? 0 : -ENOMEM;
}

/** brfw_frame_exit() - at module unload, when no frame is in a hook any more */
void brfw_frame_exit(void)
{
	free_percpu(brfw_frame_notes);
}

static struct brfw_frame_note *
brfw_frame_note(enum brfw_frame_origin origin)
{
	return &this_cpu_ptr(brfw_frame_notes)->at[brfw_transmit_depth()][origin];
}

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

static int brfw_frame_ifindex(const struct net_device *dev)
{
	return dev ? dev->ifindex : 0;
}

/* A pointer to compare, no more: the task may be gone. */
static const void *brfw_frame_context(void)
{
	return in_serving_softirq() ? NULL : current;
}

/* Return: how often the task that receives frames has been switched so far. */
static unsigned long brfw_frame_switches(void)
{
	return in_serving_softirq() ? 0 : current->nvcsw + current->nivcsw;
}

static void brfw_frame_start(struct brfw_frame_note *note,
			    const struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	note->head = skb->head;
	note->context = brfw_frame_context();
	note->in = brfw_frame_ifindex(state->in);
	note->len = skb->len;
	memcpy(note->addrs, skb_mac_header(skb), sizeof(note->addrs));
	note->nacts = 0;
}

/**
 * brfw_frame_receive() - begin a new note
 * @skb: frame at hook prerouting
 * @state: of the hook
 */
void brfw_frame_receive(const struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	struct brfw_frame_note *note = brfw_frame_note(BRFW_FRAME_RECEIVED);

	brfw_frame_start(note, skb, state);
	note->switches = brfw_frame_switches();
	brfw_frame_classify(skb, state->in, &note->vlan);
	/* Its buffer may be one of theirs. */
	brfw_frame_note(BRFW_FRAME_STRAY)->head = NULL;
	brfw_frame_note(BRFW_FRAME_HOST)->head = NULL;
}

static bool brfw_frame_is_noted(const struct brfw_frame_note *note,
				const struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return note->head == skb->head &&
	       note->context == brfw_frame_context() &&
	       note->in == brfw_frame_ifindex(state->in) &&
	       !memcmp(note->addrs, skb_mac_header(skb), sizeof(note->addrs));
}

/* Return: the note that was made of the frame at prerouting, or NULL. */
static struct brfw_frame_note *
brfw_frame_received(const struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	struct brfw_frame_note *note = brfw_frame_note(BRFW_FRAME_RECEIVED);

	if (!state->in || brfw_transmit_is_from_queue(skb) ||
	    !brfw_frame_is_noted(note, skb, state) ||
	    note->switches != brfw_frame_switches())
		return NULL;

	return note;
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
	const struct brfw_frame_note *note;

	memset(vlan, 0, sizeof(*vlan));
	if (skb_vlan_tag_present(skb)) {
		vlan->proto = ntohs(skb->vlan_proto);
		vlan->tci = skb_vlan_tag_get(skb);
		return;
	}
	if (!state->in || !bridge || !br_vlan_enabled(bridge))
		return;

	note = brfw_frame_received(skb, state);
	if (note)
		*vlan = note->vlan;
	else
		vlan->is_unknown = true;
}

/* Frames that were not noted at prerouting: is this another port of the same flood? */
static bool brfw_frame_visit(struct brfw_frame_note *note,
			     const struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	int port = brfw_frame_ifindex(state->out);

	return note->len == skb->len &&
	       !__test_and_set_bit(port % BRFW_FRAME_PORTS, note->ports);
}

/**
 * brfw_frame_begin() - get ready for rules that act once for each frame
 * @skb: frame at a hook
 * @state: of the hook
 *
 * Return: the note about it.
 */
struct brfw_frame_note *brfw_frame_begin(const struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	struct brfw_frame_note *note;

	note = brfw_frame_received(skb, state);
	if (note)
		return note;

	note = brfw_frame_note(state->in ? BRFW_FRAME_STRAY : BRFW_FRAME_HOST);
	if (brfw_frame_is_noted(note, skb, state) &&
	    brfw_frame_visit(note, skb, state))
		return note;

	/* Never seen, or not sure: it acts of its own. */
	brfw_frame_start(note, skb, state);
	bitmap_zero(note->ports, BRFW_FRAME_PORTS);
	brfw_frame_visit(note, skb, state);

	return note;
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
		if (note->acts[i].handle == handle) {
			*result = note->acts[i].result;
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

	note->acts[note->nacts].handle = handle;
	note->acts[note->nacts].result = result;
	note->nacts++;
}

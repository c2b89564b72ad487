// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks: read the frame, ask the classifier, count, decide.
 *
 * Runs for every frame on every bridge of a namespace while its ruleset has
 * something to do there. Takes no lock, allocates nothing, writes nothing but
 * per-CPU counters, and never changes the frame.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>

#include "hook.h"
#include "netns.h"
#include "ruleset.h"

/* Just behind bridge conntrack (NF_IP_PRI_CONNTRACK), which also defragments. */
#define BRFW_HOOK_PRIORITY	(NF_BR_PRI_FILTER_BRIDGED + 1)

/*
 * The bridge sends its own BPDUs with skb->data at the MAC header; everything
 * else has it behind. A policy that drops them would make loops.
 */
static bool brfw_hook_is_own_bpdu(const struct sk_buff *skb)
{
	return skb_mac_offset(skb) == 0 && skb->protocol == htons(ETH_P_802_2);
}

static void brfw_hook_set_ports(struct brfw_key *key,
				const struct brfw_view *view,
				const struct nf_hook_state *state)
{
	struct brfw_ifaces *ifaces = &view->ruleset->ifaces;
	struct net_device *port = state->in ? : state->out;

	if (view->uses_bridge)
		key->bridge = brfw_iface_slot(ifaces,
					      netdev_master_upper_dev_get_rcu(port));
	if (view->uses_in)
		key->in = brfw_iface_slot(ifaces, state->in);
	if (view->uses_out)
		key->out = brfw_iface_slot(ifaces, state->out);
}

static const struct brfw_view_policy *
brfw_view_find_policy(const struct brfw_view *view, u8 hook, u16 bridge)
{
	const struct brfw_view_bridge *b = view->bridges;
	unsigned int low = 0, high = view->nbridges, mid;

	while (bridge && low < high) {
		mid = (low + high) / 2;
		if (b[mid].slot == bridge) {
			if (b[mid].policies[hook].counters)
				return &b[mid].policies[hook];
			break;
		}
		if (b[mid].slot < bridge)
			low = mid + 1;
		else
			high = mid;
	}

	return &view->policies[hook];
}

/* Frames that a packet stands for. A guest may leave gso_segs 0. */
static unsigned int brfw_hook_packets(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);

	if (!skb_is_gso(skb))
		return 1;
	if (shinfo->gso_segs)
		return shinfo->gso_segs;

	return DIV_ROUND_UP(skb->len, shinfo->gso_size);
}

static unsigned int brfw_hook_bytes(const struct sk_buff *skb)
{
	unsigned int bytes = skb->len - skb_mac_offset(skb);

	return skb_vlan_tag_present(skb) ? bytes + VLAN_HLEN : bytes;
}

static unsigned int brfw_hook_judge(struct sk_buff *skb,
				    const struct nf_hook_state *state, u8 hook)
{
	const struct brfw_view_policy *policy;
	struct brfw_counters __percpu *counters;
	const struct brfw_cls_rule *match;
	const struct brfw_ruleset *rs;
	const struct brfw_rule *rule;
	const struct brfw_view *view;
	struct brfw_key key;
	u8 verdict;

	view = rcu_dereference(brfw_net(state->net)->view);
	if (!view)
		return NF_ACCEPT;

	brfw_key_from_skb(&key, skb);
	brfw_hook_set_ports(&key, view, state);

	rs = view->ruleset;
	match = brfw_cls_lookup(&rs->cls[hook][key.family], &key,
				view->generation, 0);
	if (match) {
		rule = container_of(match, struct brfw_rule, cls);
		counters = rule->counters;
		verdict = rule->verdict;
	} else {
		policy = brfw_view_find_policy(view, hook, key.bridge);
		counters = policy->counters;
		verdict = policy->verdict;
	}

	/* Frames that a program let go from a queue come with softirqs on. */
	local_bh_disable();
	brfw_counters_add(counters, brfw_hook_packets(skb),
			  brfw_hook_bytes(skb));
	local_bh_enable();

	return verdict == BRFW_VERDICT_ACCEPT ? NF_ACCEPT : NF_DROP;
}

static unsigned int brfw_hook_forward(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	return brfw_hook_judge(skb, state, BRFW_HOOK_FORWARD);
}

static unsigned int brfw_hook_input(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	return brfw_hook_judge(skb, state, BRFW_HOOK_INPUT);
}

static unsigned int brfw_hook_output(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	if (brfw_hook_is_own_bpdu(skb))
		return NF_ACCEPT;

	return brfw_hook_judge(skb, state, BRFW_HOOK_OUTPUT);
}

static const struct nf_hook_ops brfw_hook_ops[BRFW_HOOKS] = {
	[BRFW_HOOK_FORWARD] = {
		.hook = brfw_hook_forward,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_FORWARD,
		.priority = BRFW_HOOK_PRIORITY,
	},
	[BRFW_HOOK_INPUT] = {
		.hook = brfw_hook_input,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_IN,
		.priority = BRFW_HOOK_PRIORITY,
	},
	[BRFW_HOOK_OUTPUT] = {
		.hook = brfw_hook_output,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_OUT,
		.priority = BRFW_HOOK_PRIORITY,
	},
};

/**
 * brfw_hooks_register() - let frames be judged
 * @net: the namespace
 * @hooks: where, 1 << enum brfw_hook; not registered yet
 *
 * Context: may sleep.
 * Return: 0, or an error and none of them is registered.
 */
int brfw_hooks_register(struct net *net, u32 hooks)
{
	int hook, err;

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		if (!(hooks & BIT(hook)))
			continue;
		err = nf_register_net_hook(net, &brfw_hook_ops[hook]);
		if (err) {
			brfw_hooks_unregister(net, hooks & (BIT(hook) - 1));
			return err;
		}
	}

	return 0;
}

/**
 * brfw_hooks_unregister() - let frames pass without judgement
 * @net: the namespace
 * @hooks: where, 1 << enum brfw_hook; registered
 *
 * Frames may be in the hooks still when this returns.
 *
 * Context: may sleep.
 */
void brfw_hooks_unregister(struct net *net, u32 hooks)
{
	int hook;

	for (hook = 0; hook < BRFW_HOOKS; hook++)
		if (hooks & BIT(hook))
			nf_unregister_net_hook(net, &brfw_hook_ops[hook]);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks: read the frame, ask the classifier, count, decide.
 *
 * Runs for every frame on every bridge of a namespace while its ruleset has
 * something to do there. Takes no lock and writes nothing shared but the
 * limiters of rules that have a limit, log or reject. Allocates only what
 * answers and copies need, and never changes the frame but for its mark.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <linux/sched/task_stack.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_log.h>

#include "cache.h"
#include "frame.h"
#include "hook.h"
#include "hot.h"
#include "key_plain.h"
#include "netns.h"
#include "reject.h"
#include "ruleset.h"
#include "transmit.h"

/* Just behind bridge conntrack (NF_IP_PRI_CONNTRACK), which also defragments. */
#define BRFW_HOOK_PRIORITY	(NF_BR_PRI_FILTER_BRIDGED + 1)

/* Behind all others, so that nothing is left but to deliver the frame. */
#define BRFW_HOOK_PRIORITY_NOTE	NF_BR_PRI_LAST

/*
 * Rules that a frame may meet whose conditions but for the limit hold, and that
 * don't decide.
 */
#define BRFW_MAX_CANDIDATES	64

/* Log entries and answers that a namespace may make at once, in seconds. */
#define BRFW_BURST_SECONDS	2

/**
 * struct brfw_judgement - one frame at one hook
 * @skb: the frame
 * @state: of the netfilter hook
 * @view: generation that it is judged by
 * @hook: enum brfw_hook
 * @is_first: the rule under consideration acts for the first time on the frame
 * @note: what rules have done to the frame already; NULL when none was asked
 * @packets: frames that it stands for
 * @bytes: of it
 * @key: what was read of it
 * @layout: where its headers are
 * @vlan: VLAN that the bridge classified it into; filled in only when it is
 *	needed
 */
struct brfw_judgement {
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	const struct brfw_view *view;
	u8 hook;
	bool is_first;
	struct brfw_frame_note *note;
	unsigned int packets;
	unsigned int bytes;
	struct brfw_key key;
	struct brfw_layout layout;
	struct brfw_vlan vlan;
};

/*
 * The bridge sends its own BPDUs with skb->data at the MAC header; everything
 * else has it behind. A policy that drops them would make loops.
 */
static bool brfw_hook_is_own_bpdu(const struct sk_buff *skb)
{
	return skb_mac_offset(skb) == 0 && skb->protocol == htons(ETH_P_802_2);
}

static noinline void brfw_judge_event(struct brfw_judgement *j, enum brfw_event event)
{
	brfw_stats_add(j->view->ruleset->events[event], 1, j->skb->len);
}

/* BRFW_CT_* of a frame. */
static u8 brfw_judge_ct_state(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	/* A template that is left over is none. */
	if (ct && nf_ct_is_template(ct))
		return BRFW_CT_INVALID;
	if (!ct)
		/* What isn't IP to the bridge isn't tracked either. */
		return ctinfo != IP_CT_UNTRACKED &&
		       (skb->protocol == htons(ETH_P_IP) ||
			skb->protocol == htons(ETH_P_IPV6)) ?
		       BRFW_CT_INVALID : BRFW_CT_UNTRACKED;

	switch (ctinfo) {
	case IP_CT_NEW:
		return BRFW_CT_NEW;
	case IP_CT_ESTABLISHED:
	case IP_CT_ESTABLISHED_REPLY:
		return BRFW_CT_ESTABLISHED;
	case IP_CT_RELATED:
	case IP_CT_RELATED_REPLY:
		return BRFW_CT_RELATED;
	default:
		return BRFW_CT_UNTRACKED;
	}
}

/* Frames that a packet stands for. A guest may leave gso_segs 0. */
static unsigned int brfw_hook_packets(const struct sk_buff *skb,
				      const struct brfw_layout *layout)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);

	if (!skb_is_gso(skb))
		return 1;
	if (shinfo->gso_segs)
		return shinfo->gso_segs;

	return DIV_ROUND_UP(skb->len - layout->payload, shinfo->gso_size);
}

static const struct net_device *
brfw_judge_bridge(const struct brfw_judgement *j)
{
	const struct nf_hook_state *state = j->state;

	return netdev_master_upper_dev_get_rcu(state->in ? : state->out);
}

/* What not all rulesets need to know, and the frame doesn't tell. */
static noinline void brfw_judge_look_around(struct brfw_judgement *j)
{
	const struct nf_hook_state *state = j->state;
	struct brfw_ifaces *ifaces = &j->view->ruleset->ifaces;
	struct brfw_key *key = &j->key;
	u32 needs = j->view->needs;

	if (needs & BIT(BRFW_NEED_BRIDGE))
		key->bridge = brfw_iface_slot(ifaces, brfw_judge_bridge(j));
	if (needs & BIT(BRFW_NEED_IN))
		key->in = brfw_iface_slot(ifaces, state->in);
	if (needs & BIT(BRFW_NEED_OUT))
		key->out = brfw_iface_slot(ifaces, state->out);
	if (needs & BIT(BRFW_NEED_CT))
		key->ct_state = brfw_judge_ct_state(j->skb);
}

/*
 * Read the frame and its VLAN. That is needed for rules that ask for it, and to
 * tell what a tag in the frame is: the outer one, or one behind a tag that the
 * bridge has taken off.
 */
static noinline void brfw_judge_read_tagged(struct brfw_judgement *j)
{
	u32 needs = j->view->needs;

	memset(&j->vlan, 0, sizeof(j->vlan));
	if (needs & BIT(BRFW_NEED_VLAN) || skb_vlan_tag_present(j->skb) ||
	    eth_type_vlan(eth_hdr(j->skb)->h_proto))
		brfw_frame_get_vlan(j->skb, j->state, brfw_judge_bridge(j),
				    &j->vlan);
	if (j->vlan.is_unknown && needs & BIT(BRFW_NEED_VLAN))
		brfw_judge_event(j, BRFW_EVENT_VLAN_UNKNOWN);

	if (!j->vlan.proto && !j->vlan.is_unknown &&
	    brfw_key_read_plain(&j->key, j->skb, &j->layout))
		brfw_key_read_plain_rest(&j->key, j->skb);
	else
		brfw_key_read(&j->key, j->skb, &j->vlan, &j->layout);
	j->bytes = j->skb->len - skb_mac_offset(j->skb);
	if (skb_vlan_tag_present(j->skb))
		j->bytes += VLAN_HLEN;
}

/* What the ruleset needs to know of the frame. */
static __always_inline void brfw_judge_read(struct brfw_judgement *j)
{
	const struct sk_buff *skb = j->skb;
	u32 needs = j->view->needs;

	if (!(needs & BIT(BRFW_NEED_VLAN)) && !skb_vlan_tag_present(skb) &&
	    brfw_key_read_plain(&j->key, skb, &j->layout)) {
		if (needs & BIT(BRFW_NEED_REST))
			brfw_key_read_plain_rest(&j->key, skb);
		j->bytes = skb->len - j->layout.l3 + ETH_HLEN;
	} else {
		brfw_judge_read_tagged(j);
	}
	j->packets = brfw_hook_packets(skb, &j->layout);

	if (unlikely(needs & (BIT(BRFW_NEED_BRIDGE) | BIT(BRFW_NEED_IN) |
			      BIT(BRFW_NEED_OUT) | BIT(BRFW_NEED_CT))))
		brfw_judge_look_around(j);
}

/* The policy of a bridge that has its own, or NULL. */
static noinline const struct brfw_view_policy *
brfw_view_find_bridge_policy(const struct brfw_view *view, u8 hook, u16 bridge)
{
	const struct brfw_view_bridge *b = view->bridges;
	unsigned int low = 0, high = view->nbridges, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (b[mid].slot == bridge)
			return b[mid].policies[hook].stats ?
			       &b[mid].policies[hook] : NULL;
		if (b[mid].slot < bridge)
			low = mid + 1;
		else
			high = mid;
	}

	return NULL;
}

/* ---- limits and actions ---- */

static bool brfw_judge_take(struct brfw_judgement *j,
			    struct brfw_limiter *limiter, unsigned int per_sec)
{
	const struct brfw_rate rate = {
		.rate = per_sec,
		.period = BRFW_TICKS_PER_SEC,
		.burst = BRFW_BURST_SECONDS * (u64)per_sec,
	};

	if (brfw_rate_is_valid(&rate) && brfw_limiter_take(limiter, &rate, 1))
		return true;

	brfw_judge_event(j, BRFW_EVENT_LIMITED);
	return false;
}

static void brfw_judge_log(struct brfw_judgement *j,
			   const struct brfw_actions *a)
{
	const struct nf_hook_state *state = j->state;
	struct nf_loginfo info = {
		.type = NF_LOG_TYPE_LOG,
		.u.log.level = LOGLEVEL_NOTICE,
		.u.log.logflags = NF_LOG_DEFAULT_MASK,
	};

	if (!brfw_judge_take(j, &j->view->ruleset->log_limiter,
			     brfw_log_rate()))
		return;

	if (a->logs_to_group) {
		memset(&info, 0, sizeof(info));
		info.type = NF_LOG_TYPE_ULOG;
		info.u.ulog.group = a->log_group;
		info.u.ulog.qthreshold = 1;
	}
	nf_log_packet(state->net, NFPROTO_BRIDGE, state->hook, j->skb,
		      state->in, state->out, &info, "%s", a->log_prefix);
}

static bool brfw_judge_can_send(const struct brfw_judgement *j,
				const struct net_device *dev)
{
	if (brfw_transmit_problem(dev) || j->vlan.is_unknown ||
	    !brfw_transmit_may_send(j->state->net) ||
	    brfw_transmit_would_return(j->skb, j->state, dev))
		return false;
	if (j->hook != BRFW_HOOK_OUTPUT)
		return true;

	return !brfw_transmit_is_above(dev, j->state->out) &&
	       (j->vlan.proto ||
		!brfw_transmit_output_problem(dev, j->state->out));
}

/* Return: whether a copy was handed over. */
static bool brfw_judge_send(struct brfw_judgement *j, u16 slot)
{
	struct net_device *dev;

	dev = brfw_iface_dev(&j->view->ruleset->ifaces, slot);
	if (!brfw_judge_can_send(j, dev) ||
	    !brfw_transmit_copy(j->skb, j->state, dev, &j->vlan)) {
		brfw_judge_event(j, BRFW_EVENT_NO_TARGET);
		return false;
	}

	return true;
}

/* Frames that come back from where a rule sends them are none of its business. */
static bool brfw_judge_is_from(struct brfw_judgement *j, u16 slot)
{
	return slot && j->state->in && j->state->in ==
		       brfw_iface_dev(&j->view->ruleset->ifaces, slot);
}

static bool brfw_judge_limit(struct brfw_judgement *j,
			     const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;
	u64 tokens;

	if (!a->has_limit)
		return true;

	tokens = a->limits_bytes ? j->bytes : j->packets;
	return brfw_limiter_take(&rule->actions->limiter, &a->rate,
				 tokens);
}

/*
 * What a rule does once for each received frame, of which this may be one of
 * several copies.
 *
 * Return: whether the rule matches, as it did for the first copy.
 */
static bool brfw_judge_act_once(struct brfw_judgement *j,
				const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;
	bool matches;

	if (!j->note)
		j->note = brfw_frame_begin(j->skb, j->state,
					   brfw_judge_bridge(j));

	j->is_first = !brfw_frame_recall(j->note, rule->handle, &matches);
	if (!j->is_first)
		return matches;

	matches = brfw_judge_limit(j, rule);
	brfw_frame_remember(j->note, rule->handle, matches);
	if (!matches)
		return false;

	if (a->has_log)
		brfw_judge_log(j, a);
	if (a->mirror && !brfw_judge_is_from(j, a->mirror))
		brfw_judge_send(j, a->mirror);

	return true;
}

/* Return: whether the rule, whose other conditions hold, matches. */
static noinline bool brfw_judge_act(struct brfw_judgement *j,
			   const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;
	struct sk_buff *skb = j->skb;

	if (brfw_judge_is_from(j, a->redirect))
		return false;
	if (a->acts_once && !brfw_judge_act_once(j, rule))
		return false;

	skb->mark = (skb->mark & ~a->mark_mask) | a->mark_value;
	return true;
}

/* The elements whose values made a rule match, in sets that count. */
static noinline void brfw_judge_count_elements(struct brfw_judgement *j,
					       const struct brfw_rule *rule)
{
	struct brfw_stats *stats;
	struct brfw_element_extra *extra;
	struct brfw_test test;
	struct brfw_elem *elem;
	unsigned int i;

	for (i = 0; brfw_cls_rule_get_set(&rule->cls, i, &test); i++) {
		if (test.negate)
			continue;
		elem = brfw_domain_find(test.domain, &test.fields, test.set,
					&j->key, j->view->generation);
		/* It may have expired just now. */
		if (!elem)
			continue;
		extra = READ_ONCE(container_of(elem, struct brfw_element,
					       elem)->extra);
		stats = extra ? READ_ONCE(extra->stats) : NULL;
		if (stats)
			brfw_stats_add(stats, j->packets, j->bytes);
	}
}

/* ---- verdicts ---- */

static void brfw_judge_reject(struct brfw_judgement *j,
			      const struct brfw_rule *rule)
{
	if (!j->is_first || j->vlan.is_unknown ||
	    !brfw_reject_may_answer(&j->key))
		return;
	if (!brfw_judge_take(j, &j->view->ruleset->reject_limiter,
			     brfw_reject_rate()))
		return;

	brfw_reject_answer(j->skb, j->state, &j->key, &j->layout, &j->vlan,
			   rule->actions->reject);
}

static noinline unsigned int brfw_judge_verdict(struct brfw_judgement *j,
				       const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;

	switch (rule->verdict) {
	case BRFW_VERDICT_REJECT:
		brfw_judge_reject(j, rule);
		return NF_DROP;
	case BRFW_VERDICT_REDIRECT:
		if (j->is_first)
			brfw_judge_send(j, a->redirect);
		return NF_DROP;
	case BRFW_VERDICT_QUEUE:
		return NF_QUEUE_NR(a->queue) |
		       (a->queue_bypass ? NF_VERDICT_FLAG_QUEUE_BYPASS : 0);
	default:
		return NF_DROP;
	}
}

static __always_inline unsigned int brfw_judge_policy(struct brfw_judgement *j,
						      u8 hook)
{
	const struct brfw_view_policy *policy = NULL;

	if (j->key.bridge)
		policy = brfw_view_find_bridge_policy(j->view, hook,
						      j->key.bridge);
	if (!policy)
		policy = &j->view->hooks[hook].policy;
	brfw_stats_add(policy->stats, j->packets, j->bytes);

	return policy->verdict == BRFW_VERDICT_ACCEPT ? NF_ACCEPT : NF_DROP;
}

static __always_inline const struct brfw_cls_rule *
brfw_judge_find(const struct brfw_judgement *j, u8 hook, u64 after)
{
	return brfw_cls_lookup(j->view->hooks[hook].cls[j->key.family],
			       &j->key, j->view->generation, after);
}

static noinline const struct brfw_cls_rule *
brfw_judge_find_next(const struct brfw_judgement *j, u64 after)
{
	return brfw_judge_find(j, j->hook, after);
}

/* Off unless there is a cache. */
static DEFINE_STATIC_KEY_FALSE(brfw_hook_caches);
static DEFINE_PER_CPU(struct brfw_cache, brfw_hook_cache);

static noinline const struct brfw_cls_rule *
brfw_judge_find_cached(const struct brfw_judgement *j)
{
	const struct brfw_view *view = j->view;
	const struct brfw_cache_stamp stamp = {
		.view = view->number + j->hook,
		.time = view->names_sets ? get_jiffies_64() : 0,
	};

	return brfw_cache_lookup(this_cpu_ptr(&brfw_hook_cache), &stamp,
				 view->hooks[j->hook].cls[j->key.family],
				 &j->key, view->generation);
}

static __always_inline unsigned int brfw_judge(struct brfw_judgement *j, u8 hook)
{
	const struct brfw_cls_rule *match;
	const struct brfw_rule *rule;
	int i;

	brfw_judge_read(j);

	if (static_branch_unlikely(&brfw_hook_caches))
		match = brfw_judge_find_cached(j);
	else
		match = brfw_judge_find(j, hook, 0);
	for (i = 0; match; i++) {
		rule = container_of(match, struct brfw_rule, cls);
		if (!rule->actions || brfw_judge_act(j, rule)) {
			brfw_stats_add(rule->stats, j->packets, j->bytes);
			if (unlikely(rule->has_sets) &&
			    j->view->needs & BIT(BRFW_NEED_SET))
				brfw_judge_count_elements(j, rule);
			if (rule->verdict == BRFW_VERDICT_ACCEPT)
				return NF_ACCEPT;
			if (rule->verdict != BRFW_VERDICT_NONE)
				return brfw_judge_verdict(j, rule);
		}
		if (i == BRFW_MAX_CANDIDATES) {
			brfw_judge_event(j, BRFW_EVENT_OVERRUN);
			return NF_DROP;
		}
		match = brfw_judge_find_next(j, match->order);
	}

	return brfw_judge_policy(j, hook);
}

static __always_inline unsigned int
brfw_hook_judge(const struct brfw_net *bn, struct sk_buff *skb,
		const struct nf_hook_state *state, u8 hook)
{
	struct brfw_judgement j BRFW_UNINITIALIZED;

	j.view = rcu_dereference(bn->view);
	if (unlikely(!j.view || brfw_transmit_is_ours(skb, state)))
		return NF_ACCEPT;

	j.skb = skb;
	j.state = state;
	j.hook = hook;
	j.note = NULL;
	j.is_first = false;

	return brfw_judge(&j, hook);
}

/*
 * Frames that a program let go from a queue come with softirqs on. If it was a queue
 * at this hook, the state is what was kept there, not on the stack of the caller.
 * They may have waited for long.
 */
static noinline unsigned int brfw_hook_in_task(nf_hookfn *hook, void *priv,
					       struct sk_buff *skb,
					       const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (brfw_frame_has_moved(skb, state))
		return NF_DROP;

	local_bh_disable();
	if (!object_is_on_stack(state))
		this_cpu_write(brfw_transmit.queued, skb);
	verdict = hook(priv, skb, state);
	this_cpu_write(brfw_transmit.queued, NULL);
	local_bh_enable();

	return verdict;
}

static nf_hookfn brfw_hook_prerouting;

/* Others may have the last priority, too, and be behind this hook. */
static bool brfw_hook_is_last(const struct nf_hook_state *state)
{
	const struct nf_hook_entries *e;

	e = rcu_dereference(state->net->nf.hooks_bridge[NF_BR_PRE_ROUTING]);

	return e && e->hooks[e->num_hook_entries - 1].hook ==
		    brfw_hook_prerouting;
}

/*
 * Nothing is judged here. The frame is delivered from here on, so that its end is
 * seen; where others come next it can't be, and then it is known to nobody.
 */
static unsigned int brfw_hook_prerouting(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	if (unlikely(!in_softirq()) && brfw_frame_has_moved(skb, state))
		return NF_DROP;
	if (unlikely(!brfw_hook_is_last(state)))
		return NF_ACCEPT;

	brfw_frame_receive(skb, state);
	return NF_STOLEN;
}

static unsigned int brfw_hook_forward(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	if (unlikely(!in_softirq()))
		return brfw_hook_in_task(brfw_hook_forward, priv, skb, state);

	return brfw_hook_judge(priv, skb, state, BRFW_HOOK_FORWARD);
}

/* Not as many frames come here: one piece of code for both ways. */
static unsigned int brfw_hook_host(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	if (unlikely(!in_softirq()))
		return brfw_hook_in_task(brfw_hook_host, priv, skb, state);

	return brfw_hook_judge(priv, skb, state,
			       state->hook == NF_BR_LOCAL_IN ?
			       BRFW_HOOK_INPUT : BRFW_HOOK_OUTPUT);
}

static unsigned int brfw_hook_output(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	if (brfw_hook_is_own_bpdu(skb))
		return NF_ACCEPT;

	return brfw_hook_host(priv, skb, state);
}

static const struct nf_hook_ops brfw_hook_ops[BRFW_HOOK_MAX + 1] = {
	[BRFW_HOOK_FORWARD] = {
		.hook = brfw_hook_forward,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_FORWARD,
		.priority = BRFW_HOOK_PRIORITY,
	},
	[BRFW_HOOK_INPUT] = {
		.hook = brfw_hook_host,
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
	[BRFW_HOOK_PREROUTING] = {
		.hook = brfw_hook_prerouting,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = BRFW_HOOK_PRIORITY_NOTE,
	},
};

/**
 * brfw_hook_caches_init() - let judgements remember what they find
 * @nentries: how much on each CPU; 0 for not at all
 *
 * Context: may sleep; no hook is registered.
 * Return: 0 or -ENOMEM.
 */
int brfw_hook_caches_init(unsigned int nentries)
{
	int cpu, err;

	if (!nentries)
		return 0;

	nentries = clamp(nentries, 2U, BRFW_CACHE_ENTRIES_MAX);
	for_each_possible_cpu(cpu) {
		err = brfw_cache_init(per_cpu_ptr(&brfw_hook_cache, cpu),
				      nentries, cpu_to_node(cpu));
		if (err) {
			brfw_hook_caches_exit();
			return err;
		}
	}
	static_branch_enable(&brfw_hook_caches);

	return 0;
}

/**
 * brfw_hook_caches_exit() - free what judgements remember
 *
 * Context: may sleep; no frame is in a hook any more.
 */
void brfw_hook_caches_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		brfw_cache_destroy(per_cpu_ptr(&brfw_hook_cache, cpu));
}

/**
 * brfw_hooks_init() - get hooks ready to be registered
 * @bn: the namespace
 */
void brfw_hooks_init(struct brfw_net *bn)
{
	int hook;

	BUILD_BUG_ON(ARRAY_SIZE(bn->hook_ops) != ARRAY_SIZE(brfw_hook_ops));

	memcpy(bn->hook_ops, brfw_hook_ops, sizeof(brfw_hook_ops));
	for (hook = 0; hook <= BRFW_HOOK_MAX; hook++)
		bn->hook_ops[hook].priv = bn;
}

/**
 * brfw_hooks_register() - let frames be judged
 * @bn: the namespace
 * @hooks: where, 1 << enum brfw_hook; not registered yet
 *
 * Context: may sleep.
 * Return: 0, or an error and none of them is registered.
 */
int brfw_hooks_register(struct brfw_net *bn, u32 hooks)
{
	int hook, err;

	for (hook = 0; hook <= BRFW_HOOK_MAX; hook++) {
		if (!(hooks & BIT(hook)))
			continue;
		err = nf_register_net_hook(bn->net, &bn->hook_ops[hook]);
		if (err) {
			brfw_hooks_unregister(bn, hooks & (BIT(hook) - 1));
			return err;
		}
	}

	return 0;
}

/**
 * brfw_hooks_unregister() - let frames pass without judgement
 * @bn: the namespace
 * @hooks: where, 1 << enum brfw_hook; registered
 *
 * Frames may be in the hooks still when this returns.
 *
 * Context: may sleep.
 */
void brfw_hooks_unregister(struct brfw_net *bn, u32 hooks)
{
	int hook;

	for (hook = 0; hook <= BRFW_HOOK_MAX; hook++)
		if (hooks & BIT(hook))
			nf_unregister_net_hook(bn->net, &bn->hook_ops[hook]);
}

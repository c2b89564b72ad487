/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct brfw_net: the root of everything that brfw has in one namespace.
 */
#ifndef _BRFW_NETNS_H
#define _BRFW_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <linux/brfw.h>

struct brfw_ruleset;
struct brfw_view;

/**
 * struct brfw_net - brfw in one namespace
 * @view: what packets see; NULL until something was committed. Read under
 *	RCU, replaced by brfw_ruleset_commit()
 * @net: the namespace
 * @hook_ops: by enum brfw_hook; they lead to this
 * @config_lock: excludes writers; see DOC: Locking in netlink.c
 * @ruleset: rules, policies and names; NULL until a client needs it, then
 *	until the namespace ends. Written with @config_lock held and released
 *	with smp_store_release() for the netdevice notifier
 * @drafts: open drafts; changed with @config_lock and @drafts_lock held
 * @ndrafts: number of them
 * @drafts_lock: lets a socket that is closed find its draft without waiting
 * @drafts_work: ends drafts whose socket is closed
 */
struct brfw_net {
	struct brfw_view __rcu *view;
	struct net *net;
	struct nf_hook_ops hook_ops[BRFW_HOOK_MAX + 1];
	struct mutex config_lock;
	struct brfw_ruleset *ruleset;
	struct list_head drafts;
	unsigned int ndrafts;
	spinlock_t drafts_lock;
	struct work_struct drafts_work;
};

extern unsigned int brfw_net_id;

static inline struct brfw_net *brfw_net(const struct net *net)
{
	return net_generic(net, brfw_net_id);
}

/* Limits, from module parameters. */
extern bool brfw_userns;
unsigned int brfw_max_rules(const struct net *net);
unsigned int brfw_max_drafts(const struct net *net);
unsigned int brfw_max_sets(const struct net *net);
unsigned int brfw_max_elements(const struct net *net);
unsigned int brfw_reject_rate(void);
unsigned int brfw_log_rate(void);

#endif /* _BRFW_NETNS_H */

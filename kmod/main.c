// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module load and unload, namespaces, module parameters.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/user_namespace.h>
#include <net/netfilter/nf_conntrack.h>

#include "frame.h"
#include "hook.h"
#include "netlink.h"
#include "netns.h"
#include "ruleset.h"

/* Sizes of tables are computed in 32 bits. */
#define BRFW_MAX_RULES		(1U << 28)
#define BRFW_MAX_ELEMENTS	(1U << 28)

unsigned int brfw_net_id __read_mostly;

bool brfw_userns;
module_param_named(userns, brfw_userns, bool, 0644);
MODULE_PARM_DESC(userns, "let CAP_NET_ADMIN of the namespace's own user namespace change rules (default 0)");

static unsigned int brfw_param_max_rules = 1U << 20;
module_param_named(max_rules, brfw_param_max_rules, uint, 0644);
MODULE_PARM_DESC(max_rules, "rules a network namespace may hold (default 1048576)");

static unsigned int brfw_param_max_rules_userns = 1U << 14;
module_param_named(max_rules_userns, brfw_param_max_rules_userns, uint, 0644);
MODULE_PARM_DESC(max_rules_userns, "the same where the network namespace is owned by another than the initial user namespace (default 16384)");

static unsigned int brfw_param_max_drafts = 16;
module_param_named(max_drafts, brfw_param_max_drafts, uint, 0644);
MODULE_PARM_DESC(max_drafts, "transactions that may be open in a network namespace (default 16; at most 4 where it is owned by another than the initial user namespace)");

static unsigned int brfw_param_max_sets = 4096;
module_param_named(max_sets, brfw_param_max_sets, uint, 0644);
MODULE_PARM_DESC(max_sets, "sets that a network namespace may hold (default 4096)");

static unsigned int brfw_param_max_sets_userns = 256;
module_param_named(max_sets_userns, brfw_param_max_sets_userns, uint, 0644);
MODULE_PARM_DESC(max_sets_userns, "the same where the network namespace is owned by another than the initial user namespace (default 256)");

static unsigned int brfw_param_max_elements = 1U << 21;
module_param_named(max_elements, brfw_param_max_elements, uint, 0644);
MODULE_PARM_DESC(max_elements, "elements of sets that a network namespace may hold, a range being one for each prefix that it is cut into (default 2097152)");

static unsigned int brfw_param_max_elements_userns = 1U << 16;
module_param_named(max_elements_userns, brfw_param_max_elements_userns, uint, 0644);
MODULE_PARM_DESC(max_elements_userns, "the same where the network namespace is owned by another than the initial user namespace (default 65536)");

static unsigned int brfw_param_reject_rate = 1000;
module_param_named(reject_rate, brfw_param_reject_rate, uint, 0644);
MODULE_PARM_DESC(reject_rate, "answers of reject per second and network namespace, after a pause twice as many (default 1000)");

static unsigned int brfw_param_log_rate = 100;
module_param_named(log_rate, brfw_param_log_rate, uint, 0644);
MODULE_PARM_DESC(log_rate, "log entries per second and network namespace, after a pause twice as many (default 100)");

static unsigned int brfw_param_verdict_cache;
module_param_named(verdict_cache, brfw_param_verdict_cache, uint, 0444);
MODULE_PARM_DESC(verdict_cache, "flows whose first rule each CPU remembers, at 128 bytes each (default 0: none)");

/**
 * brfw_reject_rate() - limit of answers
 *
 * Return: answers per second that a namespace may send.
 */
unsigned int brfw_reject_rate(void)
{
	return READ_ONCE(brfw_param_reject_rate);
}

/**
 * brfw_log_rate() - limit of log entries
 *
 * Return: entries per second that a namespace may log.
 */
unsigned int brfw_log_rate(void)
{
	return READ_ONCE(brfw_param_log_rate);
}

/* What a limit is where a namespace belongs to the host, or to somebody else. */
static unsigned int brfw_limit_of(const struct net *net,
				  const unsigned int *host,
				  const unsigned int *others)
{
	return READ_ONCE(*(net->user_ns == &init_user_ns ? host : others));
}

/**
 * brfw_max_rules() - limit of rules
 * @net: the namespace
 *
 * Return: how many rules it may hold.
 */
unsigned int brfw_max_rules(const struct net *net)
{
	return min(brfw_limit_of(net, &brfw_param_max_rules,
				 &brfw_param_max_rules_userns), BRFW_MAX_RULES);
}

/**
 * brfw_max_drafts() - limit of open transactions
 * @net: the namespace
 *
 * Return: how many transactions may be open at a time.
 */
unsigned int brfw_max_drafts(const struct net *net)
{
	unsigned int max = READ_ONCE(brfw_param_max_drafts);

	return net->user_ns == &init_user_ns ? max : min(max, 4U);
}

/**
 * brfw_max_sets() - limit of sets
 * @net: the namespace
 *
 * Return: how many sets it may hold.
 */
unsigned int brfw_max_sets(const struct net *net)
{
	return brfw_limit_of(net, &brfw_param_max_sets,
			     &brfw_param_max_sets_userns);
}

/**
 * brfw_max_elements() - limit of elements
 * @net: the namespace
 *
 * Return: how many elements all of its sets may hold.
 */
unsigned int brfw_max_elements(const struct net *net)
{
	return min(brfw_limit_of(net, &brfw_param_max_elements,
				 &brfw_param_max_elements_userns),
		   BRFW_MAX_ELEMENTS);
}

static int __net_init brfw_net_init(struct net *net)
{
	struct brfw_net *bn = brfw_net(net);

	bn->net = net;
	mutex_init(&bn->config_lock);
	brfw_nl_net_init(bn);
	brfw_hooks_init(bn);

	return 0;
}

/* Packets may be in the hooks until the grace period that follows. */
static void __net_exit brfw_net_pre_exit(struct net *net)
{
	struct brfw_net *bn = brfw_net(net);

	if (!bn->ruleset)
		return;

	brfw_hooks_unregister(bn, bn->ruleset->hooks);
	if (bn->ruleset->zone_hooks)
		brfw_zone_hooks_stop(net);
	if (bn->ruleset->tracks)
		nf_ct_netns_put(net, NFPROTO_BRIDGE);
}

static void __net_exit brfw_net_exit(struct brfw_net *bn)
{
	brfw_nl_abort_all(bn);
	if (bn->ruleset)
		brfw_ruleset_free(bn->ruleset);
	kvfree(rcu_dereference_protected(bn->view, true));
	mutex_destroy(&bn->config_lock);
}

/* One grace period is enough for all that exit at the same time. */
static void __net_exit brfw_net_exit_batch(struct list_head *nets)
{
	bool has_zone_hooks = false;
	struct brfw_net *bn;
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		bn = brfw_net(net);
		if (bn->ruleset && bn->ruleset->zone_hooks) {
			brfw_zone_hooks_finish(net);
			has_zone_hooks = true;
		}
	}
	if (has_zone_hooks)
		synchronize_rcu();
	list_for_each_entry(net, nets, exit_list)
		brfw_net_exit(brfw_net(net));
}

static struct pernet_operations brfw_net_ops = {
	.init = brfw_net_init,
	.pre_exit = brfw_net_pre_exit,
	.exit_batch = brfw_net_exit_batch,
	.id = &brfw_net_id,
	.size = sizeof(struct brfw_net),
};

/* The end of the notifier tells it that all devices went away. */
static bool brfw_is_exiting;

static int brfw_netdev_event(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct brfw_ruleset *rs;

	/* Names stay bound until the hooks are gone. */
	if (READ_ONCE(brfw_is_exiting))
		return NOTIFY_DONE;

	/* Without a ruleset no name is in use; see brfw_nl_get_ruleset(). */
	smp_mb();
	rs = smp_load_acquire(&brfw_net(dev_net(dev))->ruleset);
	if (rs)
		brfw_ifaces_event(&rs->ifaces, event, dev);

	return NOTIFY_DONE;
}

static struct notifier_block brfw_netdev_notifier = {
	.notifier_call = brfw_netdev_event,
};

static int __init brfw_init(void)
{
	int err;

	err = brfw_rules_init();
	if (err)
		return err;
	err = brfw_frame_init();
	if (err)
		goto err_rules;
	err = brfw_hook_caches_init(brfw_param_verdict_cache);
	if (err)
		goto err_frame;
	err = register_pernet_subsys(&brfw_net_ops);
	if (err)
		goto err_caches;
	err = register_netdevice_notifier(&brfw_netdev_notifier);
	if (err)
		goto err_net;
	err = brfw_nl_init();
	if (err)
		goto err_netdev;

	return 0;

err_netdev:
	unregister_netdevice_notifier(&brfw_netdev_notifier);
err_net:
	unregister_pernet_subsys(&brfw_net_ops);
err_caches:
	brfw_hook_caches_exit();
err_frame:
	brfw_frame_exit();
err_rules:
	brfw_rules_exit();
	return err;
}

static void __exit brfw_exit(void)
{
	WRITE_ONCE(brfw_is_exiting, true);
	brfw_nl_exit();
	unregister_netdevice_notifier(&brfw_netdev_notifier);
	unregister_pernet_subsys(&brfw_net_ops);
	brfw_hook_caches_exit();
	brfw_frame_exit();
	brfw_rules_exit();
	/* Views and leaves are freed by functions of ours. */
	rcu_barrier();
}

module_init(brfw_init);
module_exit(brfw_exit);

MODULE_DESCRIPTION("Bridge firewall with hashed rule lookup");
MODULE_AUTHOR("The brfw developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(BRFW_VERSION);

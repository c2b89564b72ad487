// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: commands, drafts of sockets, dumps.
 *
 * What a message may contain is checked by nlattr.c, what it does to the
 * ruleset is decided by commit.c.
 */
/**
 * DOC: Locking
 *
 * Packets take no lock. They run under RCU, start from brfw_net.view and see
 * nothing that isn't reached from there.
 *
 * The config lock (brfw_net.config_lock), a mutex of each namespace, is held
 * by whoever changes or reads rules, policies and drafts of that namespace:
 * requests, the garbage collector, and the works that take out expired elements
 * and drafts without a socket. It is taken by requests after all that can be
 * checked without it.
 *
 * brfw_net.drafts_lock, a spinlock, is held besides when the list of drafts
 * changes, and by itself when a netlink socket is closed, which only marks its
 * draft: netlink's notifier chain is one for all sockets of the machine, and who
 * registers a notifier would let all that are closed wait for a commit.
 *
 * brfw_ifaces.lock protects the names of interfaces and the devices bound to
 * them. It is a mutex of its own, so that the netdevice notifier, which has
 * RTNL, doesn't wait for a commit.
 *
 * brfw_sets.lock protects the names and domains of sets, which requests look up
 * without the config lock.
 *
 * Order: genetlink's semaphore (read side) or a socket's dump lock, then config
 * lock, then brfw_ifaces.lock, brfw_sets.lock or brfw_net.drafts_lock; and RTNL,
 * then brfw_ifaces.lock. With the config lock held nothing takes RTNL, and
 * with RTNL held nothing takes the config lock.
 */
#include <linux/kmod.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "commit.h"
#include "netlink.h"
#include "netns.h"
#include "nlattr.h"
#include "notice.h"
#include "ruleset.h"

static struct genl_family brfw_nl_family;

/**
 * enum brfw_nl_group - multicast groups of the family
 * @BRFW_NL_COMMITS: BRFW_MCGRP_COMMITS
 */
enum brfw_nl_group {
	BRFW_NL_COMMITS,
};

static const struct genl_multicast_group brfw_nl_groups[] = {
	[BRFW_NL_COMMITS] = {
		.name = BRFW_MCGRP_COMMITS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

static struct brfw_net *brfw_nl_net(struct genl_info *info)
{
	return brfw_net(genl_info_net(info));
}

/* Before the attributes are looked at, which the core has sorted already. */
static int brfw_nl_check_once(const struct nlmsghdr *nlh,
			      struct netlink_ext_ack *extack)
{
	return brfw_nlattr_check_once(nlmsg_attrdata(nlh, GENL_HDRLEN),
				      nlmsg_attrlen(nlh, GENL_HDRLEN), extack);
}

/*
 * The flag in the ops asks for CAP_NET_ADMIN in the owner of the namespace;
 * that is enough for reading.
 */
static int brfw_nl_check_change(struct sk_buff *skb, struct genl_info *info)
{
	if (READ_ONCE(brfw_userns) || netlink_capable(skb, CAP_NET_ADMIN))
		return brfw_nl_check_once(info->nlhdr, info->extack);

	return brfw_nlattr_fail(info->extack, NULL, -EPERM,
				"changes need CAP_NET_ADMIN in the initial user namespace");
}

static void brfw_nl_end_draft(struct brfw_net *bn, struct brfw_draft *draft)
{
	spin_lock(&bn->drafts_lock);
	list_del(&draft->list);
	spin_unlock(&bn->drafts_lock);
	bn->ndrafts--;
	brfw_draft_clear(bn->ruleset, draft);
	kfree(draft);
}

/*
 * End the drafts of sockets that are closed, before somebody counts them. Config
 * lock held.
 */
static void brfw_nl_end_orphans(struct brfw_net *bn)
{
	struct brfw_draft *draft, *tmp;

	list_for_each_entry_safe(draft, tmp, &bn->drafts, list)
		if (READ_ONCE(draft->is_orphan))
			brfw_nl_end_draft(bn, draft);
}

/*
 * For requests that change something: may the client, is the form right, and
 * what is changed?
 *
 * Return: the ruleset, made if there was none, or an error pointer.
 */
static struct brfw_ruleset *brfw_nl_get_ruleset(struct sk_buff *skb,
						struct genl_info *info)
{
	struct brfw_net *bn = brfw_nl_net(info);
	struct brfw_ruleset *rs;
	int err;

	err = brfw_nl_check_change(skb, info);
	if (err)
		return ERR_PTR(err);

	mutex_lock(&bn->config_lock);
	brfw_nl_end_orphans(bn);
	rs = bn->ruleset;
	if (!rs) {
		rs = brfw_ruleset_alloc(bn);
		smp_store_release(&bn->ruleset, rs);
		/*
		 * Before a name is looked up: either that finds a device which
		 * is being listed, or its notifier finds the ruleset.
		 */
		smp_mb();
	}
	mutex_unlock(&bn->config_lock);
	if (!rs)
		return ERR_PTR(-ENOMEM);

	brfw_ruleset_relax(rs);
	return rs;
}

/* ---- replies ---- */

/* Return: where to put attributes, after the generation; NULL without room. */
static void *brfw_nl_put_header(struct sk_buff *skb, u32 portid, u32 seq,
				int flags, u8 cmd, u64 generation)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &brfw_nl_family, flags, cmd);
	if (!hdr)
		return NULL;
	if (nla_put_u64_64bit(skb, BRFW_A_GENERATION, generation, BRFW_A_PAD)) {
		genlmsg_cancel(skb, hdr);
		return NULL;
	}

	return hdr;
}

static void brfw_nl_tell_set(struct sk_buff *skb, const char *name)
{
	struct nlattr *nest = nla_nest_start(skb, BRFW_A_SET);

	nla_put_string(skb, BRFW_SET_A_NAME, name);
	nla_nest_end(skb, nest);
}

static void brfw_nl_tell_element(struct sk_buff *skb, struct brfw_net *bn,
				 const struct brfw_element *e)
{
	struct nlattr *nest;

	brfw_nlattr_put_set_form(skb, e->set);
	nest = nla_nest_start(skb, BRFW_A_ELEMENTS);
	brfw_nlattr_put_element(skb, bn->ruleset, e, true);
	nla_nest_end(skb, nest);
}

/* What is behind the text of a refusal, in a message before it. */
static void brfw_nl_tell_culprit(struct genl_info *info,
				 const struct brfw_error *error)
{
	struct sk_buff *skb;
	void *hdr;

	if (!error->change_id && !error->other_change_id && !error->handle &&
	    !error->set_name[0])
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;

	hdr = genlmsg_put(skb, info->snd_portid, info->snd_seq, &brfw_nl_family,
			  0, BRFW_CMD_CULPRIT);
	if (error->change_id)
		nla_put_u32(skb, BRFW_A_CHANGE_ID, error->change_id);
	if (error->other_change_id)
		nla_put_u32(skb, BRFW_A_RULE_CHANGE, error->other_change_id);
	if (error->handle)
		nla_put_u64_64bit(skb, BRFW_A_HANDLE, error->handle,
				  BRFW_A_PAD);
	if (error->element)
		brfw_nl_tell_element(skb, brfw_nl_net(info), error->element);
	else if (error->set_name[0])
		brfw_nl_tell_set(skb, error->set_name);
	genlmsg_end(skb, hdr);
	genlmsg_unicast(genl_info_net(info), skb, info->snd_portid);
}

static void brfw_nl_set_error(struct genl_info *info,
			      const struct brfw_error *error)
{
	info->extack->_msg = error->text;
	brfw_nl_tell_culprit(info, error);
}

/**
 * struct brfw_nl_outcome - what a commit led to
 * @generation: of the ruleset
 * @warnings: BRFW_WARN_* to tell the client
 * @handle: of the rule that was added, or 0
 */
struct brfw_nl_outcome {
	u64 generation;
	u32 warnings;
	u64 handle;
};

/*
 * Tell the client. @reply was allocated before the change was made, since
 * nothing may fail afterwards; it has room for this.
 */
static int brfw_nl_reply(struct genl_info *info, struct sk_buff *reply, u8 cmd,
			 const struct brfw_nl_outcome *outcome)
{
	struct nlattr *nest;
	void *hdr;

	hdr = brfw_nl_put_header(reply, info->snd_portid, info->snd_seq, 0, cmd,
				 outcome->generation);
	if (outcome->handle) {
		nest = nla_nest_start(reply, BRFW_A_RULE);
		nla_put_u64_64bit(reply, BRFW_RULE_A_HANDLE, outcome->handle,
				  BRFW_RULE_A_PAD);
		nla_nest_end(reply, nest);
	}
	if (outcome->warnings)
		nla_put_u32(reply, BRFW_A_WARNINGS, outcome->warnings);
	genlmsg_end(reply, hdr);

	/* A client that doesn't read its answers mustn't take it for refused. */
	genlmsg_reply(reply, info);
	return 0;
}

/* ---- commits ---- */

/* Prepare the message that is sent if the commit succeeds. */
static void *brfw_nl_begin_notice(struct brfw_notice *notice,
				  const struct brfw_draft *draft, u64 generation,
				  const struct genl_info *info)
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(BRFW_NOTICE_SIZE, GFP_KERNEL);
	if (!skb)
		return NULL;

	hdr = brfw_nl_put_header(skb, 0, 0, 0, BRFW_CMD_COMMITTED, generation);
	brfw_notice_begin(notice, skb, info->snd_portid, draft->is_replace);

	return hdr;
}

/* To listeners in the namespace of the ruleset, in the order of commits. */
static void brfw_nl_send_notice(struct brfw_notice *notice, void *hdr,
				struct net *net)
{
	if (!notice->skb) {
		genl_set_err(&brfw_nl_family, net, 0, BRFW_NL_COMMITS,
			     -ENOBUFS);
		return;
	}

	brfw_notice_end(notice);
	genlmsg_end(notice->skb, hdr);
	genlmsg_multicast_netns(&brfw_nl_family, net, notice->skb, 0,
				BRFW_NL_COMMITS, GFP_KERNEL);
}

/* brfw_draft_commit(), and those who listen are told. Config lock held. */
static int brfw_nl_commit(struct brfw_ruleset *rs, struct brfw_draft *draft,
			  bool is_dry_run, const struct genl_info *info,
			  u32 *warnings, struct brfw_error *error)
{
	struct brfw_notice notice = {};
	struct net *net = rs->bn->net;
	void *hdr;
	int err;

	if (is_dry_run ||
	    !genl_has_listeners(&brfw_nl_family, net, BRFW_NL_COMMITS))
		return brfw_draft_commit(rs, draft, is_dry_run, warnings,
					 error);

	hdr = brfw_nl_begin_notice(&notice, draft, rs->generation + 1, info);
	draft->notice = notice.skb ? &notice : NULL;
	err = brfw_draft_commit(rs, draft, false, warnings, error);
	if (err)
		nlmsg_free(notice.skb);
	else
		brfw_nl_send_notice(&notice, hdr, net);

	return err;
}

/* ---- drafts ---- */

static struct brfw_draft *brfw_nl_find_draft(struct brfw_net *bn, u32 portid)
{
	struct brfw_draft *draft;

	lockdep_assert_held(&bn->config_lock);

	list_for_each_entry(draft, &bn->drafts, list)
		if (draft->portid == portid && !READ_ONCE(draft->is_orphan))
			return draft;

	return NULL;
}

static void brfw_nl_drafts_work(struct work_struct *work)
{
	struct brfw_net *bn = container_of(work, struct brfw_net, drafts_work);

	mutex_lock(&bn->config_lock);
	brfw_nl_end_orphans(bn);
	mutex_unlock(&bn->config_lock);
}

/**
 * brfw_nl_net_init() - a namespace without drafts
 * @bn: the namespace
 */
void brfw_nl_net_init(struct brfw_net *bn)
{
	INIT_LIST_HEAD(&bn->drafts);
	spin_lock_init(&bn->drafts_lock);
	INIT_WORK(&bn->drafts_work, brfw_nl_drafts_work);
}

/**
 * brfw_nl_abort_all() - forget all drafts of a namespace
 * @bn: the namespace
 *
 * Context: may sleep; no socket of the namespace is left.
 */
void brfw_nl_abort_all(struct brfw_net *bn)
{
	struct brfw_draft *draft, *tmp;

	cancel_work_sync(&bn->drafts_work);
	mutex_lock(&bn->config_lock);
	list_for_each_entry_safe(draft, tmp, &bn->drafts, list)
		brfw_nl_end_draft(bn, draft);
	mutex_unlock(&bn->config_lock);
}

static int brfw_nl_release(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	const struct netlink_notify *n = data;
	struct brfw_draft *draft;
	struct brfw_net *bn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	/* It waits for nobody; see DOC: Locking. */
	bn = brfw_net(n->net);
	spin_lock(&bn->drafts_lock);
	list_for_each_entry(draft, &bn->drafts, list) {
		if (draft->portid != n->portid || draft->is_orphan)
			continue;
		WRITE_ONCE(draft->is_orphan, true);
		queue_work(brfw_wq, &bn->drafts_work);
	}
	spin_unlock(&bn->drafts_lock);

	return NOTIFY_DONE;
}

static struct notifier_block brfw_nl_notifier = {
	.notifier_call = brfw_nl_release,
};

static int brfw_nl_txn_begin(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *flags = info->attrs[BRFW_A_TXN_FLAGS];
	struct brfw_net *bn = brfw_nl_net(info);
	struct brfw_ruleset *rs;
	struct brfw_draft *draft;
	int err = 0;

	rs = brfw_nl_get_ruleset(skb, info);
	if (IS_ERR(rs))
		return PTR_ERR(rs);
	draft = kmalloc(sizeof(*draft), GFP_KERNEL_ACCOUNT);
	if (!draft)
		return -ENOMEM;

	brfw_draft_init(draft);
	draft->portid = info->snd_portid;
	draft->is_replace = flags && nla_get_u32(flags) & BRFW_TXN_F_REPLACE;

	mutex_lock(&bn->config_lock);
	if (brfw_nl_find_draft(bn, draft->portid)) {
		err = brfw_nlattr_fail(info->extack, NULL, -EBUSY,
				       "this socket has an open transaction already");
	} else if (bn->ndrafts >= brfw_max_drafts(bn->net)) {
		err = brfw_nlattr_fail(info->extack, NULL, -ENOSPC,
				       "too many open transactions in this namespace");
	} else {
		spin_lock(&bn->drafts_lock);
		list_add_tail(&draft->list, &bn->drafts);
		spin_unlock(&bn->drafts_lock);
		bn->ndrafts++;
	}
	mutex_unlock(&bn->config_lock);

	if (err)
		kfree(draft);
	return err;
}

static int brfw_nl_txn_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct brfw_net *bn = brfw_nl_net(info);
	struct brfw_draft *draft;
	int err;

	err = brfw_nl_check_change(skb, info);
	if (err)
		return err;

	mutex_lock(&bn->config_lock);
	draft = brfw_nl_find_draft(bn, info->snd_portid);
	if (draft)
		brfw_nl_end_draft(bn, draft);
	mutex_unlock(&bn->config_lock);
	if (draft)
		return 0;

	return brfw_nlattr_fail(info->extack, NULL, -ENOENT,
				"this socket has no open transaction");
}

/* Commit the draft of the socket, as the attributes say. */
static int brfw_nl_commit_draft(struct brfw_net *bn, struct genl_info *info,
				struct brfw_nl_outcome *outcome)
{
	const struct nlattr *expected = info->attrs[BRFW_A_EXPECTED_GENERATION];
	const struct nlattr *flags = info->attrs[BRFW_A_TXN_FLAGS];
	struct brfw_ruleset *rs = bn->ruleset;
	struct brfw_error error = {};
	struct brfw_draft *draft;
	int err;

	draft = brfw_nl_find_draft(bn, info->snd_portid);
	if (!draft)
		return brfw_nlattr_fail(info->extack, NULL, -ENOENT,
					"this socket has no open transaction");

	if (expected && nla_get_u64(expected) != rs->generation) {
		err = brfw_nlattr_fail(info->extack, expected, -ESTALE,
				       "the ruleset has changed meanwhile");
	} else {
		err = brfw_nl_commit(rs, draft,
				     flags && nla_get_u32(flags) &
				     BRFW_TXN_F_DRY_RUN,
				     info, &outcome->warnings, &error);
		if (err)
			brfw_nl_set_error(info, &error);
	}
	outcome->generation = rs->generation;
	brfw_nl_end_draft(bn, draft);

	return err;
}

static int brfw_nl_txn_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct brfw_net *bn = brfw_nl_net(info);
	struct brfw_nl_outcome outcome = {};
	struct brfw_ruleset *rs;
	struct sk_buff *reply;
	int err;

	rs = brfw_nl_get_ruleset(skb, info);
	if (IS_ERR(rs))
		return PTR_ERR(rs);
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&bn->config_lock);
	err = brfw_nl_commit_draft(bn, info, &outcome);
	mutex_unlock(&bn->config_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}

	return brfw_nl_reply(info, reply, BRFW_CMD_TXN_COMMIT, &outcome);
}

/* ---- changes ---- */

static struct brfw_change *brfw_nl_change_alloc(const struct genl_info *info,
						enum brfw_change_type type)
{
	const struct nlattr *id = info->attrs[BRFW_A_CHANGE_ID];

	return brfw_change_alloc(type, id ? nla_get_u32(id) : 0);
}

/*
 * A draft of one change. @change is taken over in any case. Without @reply the
 * client is answered with an ACK only; with it there is a message to fill with
 * @outcome when this succeeds.
 */
static int brfw_nl_commit_single(struct brfw_ruleset *rs,
				 struct brfw_change *change,
				 const struct genl_info *info,
				 struct brfw_nl_outcome *outcome,
				 struct sk_buff **reply,
				 struct brfw_error *error)
{
	struct brfw_draft single;
	u32 concerned = 0;
	int err;

	brfw_draft_init(&single);
	err = brfw_draft_add(rs, &single, change, error);
	if (err) {
		brfw_change_free(rs, change);
		goto out;
	}

	/* Nothing may fail after the commit. */
	if (reply) {
		*reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!*reply) {
			error->text = "out of memory";
			err = -ENOMEM;
			goto out;
		}
	}
	if (change->rule)
		concerned = brfw_rule_warnings(change->rule);
	err = brfw_nl_commit(rs, &single, false, info, &outcome->warnings,
			     error);
	outcome->warnings &= concerned;
	outcome->generation = rs->generation;
	outcome->handle = change->handle;
	if (err && reply)
		nlmsg_free(*reply);

out:
	brfw_draft_clear(rs, &single);
	return err;
}

/*
 * Add a change to the draft of the socket, or make it a commit of its own, as
 * brfw_nl_commit_single().
 *
 * Return: 1 when it is part of a draft now, 0 when it is done, or an error.
 */
static int brfw_nl_do_change(struct brfw_ruleset *rs, struct genl_info *info,
			     struct brfw_change *change,
			     struct brfw_nl_outcome *outcome,
			     struct sk_buff **reply)
{
	struct brfw_error error = {};
	struct brfw_net *bn = rs->bn;
	struct brfw_draft *draft;
	int err;

	mutex_lock(&bn->config_lock);
	draft = brfw_nl_find_draft(bn, info->snd_portid);
	if (draft) {
		err = brfw_draft_add(rs, draft, change, &error);
		if (err)
			brfw_change_free(rs, change);
		else
			err = 1;
	} else {
		err = brfw_nl_commit_single(rs, change, info, outcome, reply,
					    &error);
	}
	if (err < 0)
		brfw_nl_set_error(info, &error);
	mutex_unlock(&bn->config_lock);

	return err;
}

/* Modules that rules make use of; each is asked for once. */
enum brfw_nl_module {
	BRFW_NL_QUEUE,
	BRFW_NL_LOG_GROUP,
	BRFW_NL_LOG_KERNEL,
};

static unsigned long brfw_nl_requested;

/*
 * None of these registers a genetlink family, which would wait for this very
 * request. What isn't there does nothing.
 */
static void brfw_nl_load_module(enum brfw_nl_module module)
{
	static const char * const names[] = {
		[BRFW_NL_QUEUE] = "nfnetlink_queue",
		[BRFW_NL_LOG_GROUP] = "nfnetlink_log",
		[BRFW_NL_LOG_KERNEL] = "nf_log_syslog",
	};

	if (!test_and_set_bit(module, &brfw_nl_requested))
		request_module("%s", names[module]);
}

static void brfw_nl_load_modules(const struct brfw_rule *rule)
{
	const struct brfw_actions *a = rule->actions;

	if (a && rule->verdict == BRFW_VERDICT_QUEUE)
		brfw_nl_load_module(BRFW_NL_QUEUE);
	if (a && a->has_log)
		brfw_nl_load_module(a->logs_to_group ? BRFW_NL_LOG_GROUP :
						       BRFW_NL_LOG_KERNEL);
}

/* Which rule a change is about. */
static int brfw_nl_get_target(struct brfw_change *change,
			      struct genl_info *info)
{
	const struct nlattr *handle = info->attrs[BRFW_A_HANDLE];
	const struct nlattr *id = info->attrs[BRFW_A_RULE_CHANGE];

	if (!handle == !id)
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the rule must be named by either its handle or the change that adds it");
	if (handle)
		change->target.handle = nla_get_u64(handle);
	else
		change->target.change_id = nla_get_u32(id);

	return 0;
}

/* BRFW_CMD_RULE_ADD and BRFW_CMD_RULE_REPLACE */
static int brfw_nl_rule_write(struct sk_buff *skb, struct genl_info *info)
{
	bool is_add = info->genlhdr->cmd == BRFW_CMD_RULE_ADD;
	struct brfw_nl_outcome outcome = {};
	struct brfw_change *change;
	struct brfw_ruleset *rs;
	struct sk_buff *reply;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_RULE))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no rule");
	rs = brfw_nl_get_ruleset(skb, info);
	if (IS_ERR(rs))
		return PTR_ERR(rs);

	change = brfw_nl_change_alloc(info, is_add ? BRFW_CHANGE_RULE_ADD :
						     BRFW_CHANGE_RULE_REPLACE);
	if (!change)
		return -ENOMEM;
	err = is_add ? 0 : brfw_nl_get_target(change, info);
	if (!err)
		err = brfw_nlattr_get_rule(rs, change, info->attrs[BRFW_A_RULE],
					   info->extack);
	if (err) {
		brfw_change_free(rs, change);
		return err;
	}

	brfw_nl_load_modules(change->rule);
	err = brfw_nl_do_change(rs, info, change, &outcome, &reply);
	if (err)
		return min(err, 0);

	return brfw_nl_reply(info, reply, info->genlhdr->cmd, &outcome);
}

/* BRFW_A_HOOK, or BRFW_HOOKS for all. */
static int brfw_nl_get_hook(const struct nlattr *attr, u8 *hook,
			    struct netlink_ext_ack *extack)
{
	*hook = attr ? nla_get_u8(attr) : BRFW_HOOKS;
	if (*hook == BRFW_HOOK_PREROUTING && attr)
		return brfw_nlattr_fail(extack, attr, -EOPNOTSUPP,
					"this hook is reserved");

	return 0;
}

static int brfw_nl_get_delete(struct brfw_ruleset *rs,
			      struct brfw_change *change,
			      struct genl_info *info)
{
	return brfw_nl_get_target(change, info);
}

static int brfw_nl_get_move(struct brfw_ruleset *rs, struct brfw_change *change,
			    struct genl_info *info)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_RULE))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no place");
	err = brfw_nl_get_target(change, info);
	if (err)
		return err;

	return brfw_nlattr_get_move(change, info->attrs[BRFW_A_RULE],
				    info->extack);
}

static int brfw_nl_get_flush(struct brfw_ruleset *rs,
			     struct brfw_change *change, struct genl_info *info)
{
	int err;

	err = brfw_nl_get_hook(info->attrs[BRFW_A_HOOK], &change->hook,
			       info->extack);
	if (err)
		return err;

	return brfw_nlattr_get_bridge(rs, info->attrs[BRFW_A_BRIDGE],
				      &change->bridge, info->extack);
}

static int brfw_nl_get_policy(struct brfw_ruleset *rs,
			      struct brfw_change *change,
			      struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_POLICY))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no policy");

	return brfw_nlattr_get_policy(rs, change, info->attrs[BRFW_A_POLICY],
				      info->extack);
}

static int brfw_nl_get_zone(struct brfw_ruleset *rs,
			    struct brfw_change *change, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_ZONE))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no zone");

	return brfw_nlattr_get_zone(rs, change, info->attrs[BRFW_A_ZONE],
				    info->extack);
}

static int brfw_nl_get_set(struct brfw_ruleset *rs, struct brfw_change *change,
			   struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_SET))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no set");

	return brfw_nlattr_get_set(rs, change, info->attrs[BRFW_A_SET],
				   info->extack);
}

static int brfw_nl_get_elements(struct brfw_ruleset *rs,
				struct brfw_change *change,
				struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_SET) ||
	    GENL_REQ_ATTR_CHECK(info, BRFW_A_ELEMENTS))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no set or no elements");

	return brfw_nlattr_get_elements(rs, change, info->attrs[BRFW_A_SET],
					info->attrs[BRFW_A_ELEMENTS],
					info->extack);
}

/* Requests for a change that are answered with an ACK only. */
static const struct {
	u8 type;
	int (*get)(struct brfw_ruleset *rs, struct brfw_change *change,
		   struct genl_info *info);
} brfw_nl_changes[BRFW_CMD_MAX + 1] = {
	[BRFW_CMD_RULE_DELETE] = {
		BRFW_CHANGE_RULE_DELETE, brfw_nl_get_delete,
	},
	[BRFW_CMD_RULE_FLUSH] = {
		BRFW_CHANGE_RULE_FLUSH, brfw_nl_get_flush,
	},
	[BRFW_CMD_POLICY_SET] = {
		BRFW_CHANGE_POLICY_SET, brfw_nl_get_policy,
	},
	[BRFW_CMD_POLICY_DELETE] = {
		BRFW_CHANGE_POLICY_DELETE, brfw_nl_get_policy,
	},
	[BRFW_CMD_ZONE_SET] = {
		BRFW_CHANGE_ZONE_SET, brfw_nl_get_zone,
	},
	[BRFW_CMD_ZONE_DELETE] = {
		BRFW_CHANGE_ZONE_DELETE, brfw_nl_get_zone,
	},
	[BRFW_CMD_RULE_MOVE] = {
		BRFW_CHANGE_RULE_MOVE, brfw_nl_get_move,
	},
	[BRFW_CMD_SET_ADD] = { BRFW_CHANGE_SET_ADD, brfw_nl_get_set },
	[BRFW_CMD_SET_DELETE] = { BRFW_CHANGE_SET_DELETE, brfw_nl_get_set },
	[BRFW_CMD_SET_FLUSH] = { BRFW_CHANGE_SET_FLUSH, brfw_nl_get_set },
	[BRFW_CMD_ELEMENT_ADD] = {
		BRFW_CHANGE_ELEMENT_ADD, brfw_nl_get_elements,
	},
	[BRFW_CMD_ELEMENT_REPLACE] = {
		BRFW_CHANGE_ELEMENT_REPLACE, brfw_nl_get_elements,
	},
	[BRFW_CMD_ELEMENT_DELETE] = {
		BRFW_CHANGE_ELEMENT_DELETE, brfw_nl_get_elements,
	},
};

static int brfw_nl_change(struct sk_buff *skb, struct genl_info *info)
{
	u8 cmd = info->genlhdr->cmd;
	struct brfw_nl_outcome outcome = {};
	struct brfw_change *change;
	struct brfw_ruleset *rs;
	int err;

	rs = brfw_nl_get_ruleset(skb, info);
	if (IS_ERR(rs))
		return PTR_ERR(rs);
	change = brfw_nl_change_alloc(info, brfw_nl_changes[cmd].type);
	if (!change)
		return -ENOMEM;

	err = brfw_nl_changes[cmd].get(rs, change, info);
	if (err) {
		brfw_change_free(rs, change);
		return err;
	}

	err = brfw_nl_do_change(rs, info, change, &outcome, NULL);
	return min(err, 0);
}

static int brfw_nl_counter_reset(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *handle = info->attrs[BRFW_A_HANDLE];
	struct brfw_net *bn = brfw_nl_net(info);
	struct brfw_ruleset *rs;
	struct brfw_rule *rule;
	int err;

	rs = brfw_nl_get_ruleset(skb, info);
	if (IS_ERR(rs))
		return PTR_ERR(rs);

	mutex_lock(&bn->config_lock);
	if (handle) {
		rule = brfw_ruleset_find(rs, nla_get_u64(handle));
		err = rule ? brfw_stats_reset(rule->stats) : -ENOENT;
	} else {
		err = brfw_stats_reset_all(&rs->stats);
	}
	mutex_unlock(&bn->config_lock);

	if (err == -ENOENT)
		return brfw_nlattr_fail(info->extack, handle, err,
					"there is no rule with this handle");
	return err;
}

/* ---- reading ---- */

static int brfw_nl_put_events(struct sk_buff *skb,
			      const struct brfw_ruleset *rs)
{
	static const u8 attrs[BRFW_EVENTS] = {
		[BRFW_EVENT_OVERRUN] = BRFW_INFO_A_OVERRUNS,
		[BRFW_EVENT_NO_TARGET] = BRFW_INFO_A_NO_TARGET,
		[BRFW_EVENT_VLAN_UNKNOWN] = BRFW_INFO_A_VLAN_UNKNOWN,
		[BRFW_EVENT_LIMITED] = BRFW_INFO_A_LIMITED,
	};
	u64 packets = 0, bytes;
	int event;

	for (event = 0; event < BRFW_EVENTS; event++) {
		if (rs)
			brfw_stats_read(rs->events[event], &packets, &bytes);
		if (nla_put_u64_64bit(skb, attrs[event], packets,
				      BRFW_INFO_A_PAD))
			return -EMSGSIZE;
	}

	return 0;
}

static int brfw_nl_put_costs(struct sk_buff *skb,
			     const struct brfw_ruleset *rs)
{
	struct brfw_cost costs[BRFW_HOOKS * BRFW_FAMILIES];
	unsigned int cost, n = 0;
	int hook, family;

	BUILD_BUG_ON((int)BRFW_COST_IP4 != (int)BRFW_FAMILY_IP4 ||
		     (int)BRFW_COST_IP6 != (int)BRFW_FAMILY_IP6 ||
		     (int)BRFW_COST_OTHER != (int)BRFW_FAMILY_OTHER);

	for (hook = 0; rs && hook < BRFW_HOOKS; hook++) {
		for (family = 0; family < BRFW_FAMILIES; family++) {
			cost = brfw_cls_cost(&rs->cls[hook][family]);
			if (cost)
				costs[n++] = (struct brfw_cost){
					.hook = hook,
					.family = family,
					.cost = cost,
				};
		}
	}

	return n ? nla_put(skb, BRFW_INFO_A_COSTS, n * sizeof(costs[0]),
			   costs) : 0;
}

static int brfw_nl_put_info(struct sk_buff *skb, const struct brfw_net *bn)
{
	const struct brfw_ruleset *rs = bn->ruleset;
	const struct {
		u32 attr;
		u32 value;
	} numbers[] = {
		{ BRFW_INFO_A_ABI_VERSION, BRFW_ABI_VERSION },
		{ BRFW_INFO_A_HOOKS, BIT(BRFW_HOOKS) - 1 },
		{ BRFW_INFO_A_VERDICTS, BIT(BRFW_VERDICT_MAX + 1) - 1 },
		{ BRFW_INFO_A_RULES, rs ? rs->nrules : 0 },
		{ BRFW_INFO_A_MAX_RULES, brfw_max_rules(bn->net) },
		{ BRFW_INFO_A_DRAFTS, bn->ndrafts },
		{ BRFW_INFO_A_MAX_DRAFTS, brfw_max_drafts(bn->net) },
		{ BRFW_INFO_A_ACTIVE_HOOKS, rs ? rs->hooks : 0 },
		{ BRFW_INFO_A_WARNINGS, rs ? brfw_ruleset_warnings(rs) : 0 },
		{ BRFW_INFO_A_MAX_COST, BRFW_CLS_COST_MAX },
		{ BRFW_INFO_A_SETS, rs ? rs->sets.nsets : 0 },
		{ BRFW_INFO_A_MAX_SETS, brfw_max_sets(bn->net) },
		{ BRFW_INFO_A_ELEMENTS, rs ? rs->sets.nprefixes : 0 },
		{ BRFW_INFO_A_MAX_ELEMENTS, brfw_max_elements(bn->net) },
	};
	struct nlattr *nest;
	int i;

	nest = nla_nest_start(skb, BRFW_A_INFO);
	if (!nest ||
	    nla_put_string(skb, BRFW_INFO_A_MODULE_VERSION, BRFW_VERSION) ||
	    nla_put_u64_64bit(skb, BRFW_INFO_A_RULES_GENERATION,
			      rs ? rs->rules_generation : 0, BRFW_INFO_A_PAD) ||
	    brfw_nlattr_put_matches(skb) || brfw_nl_put_events(skb, rs) ||
	    brfw_nl_put_costs(skb, rs))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (nla_put_u32(skb, numbers[i].attr, numbers[i].value))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static u64 brfw_nl_generation(const struct brfw_net *bn)
{
	return bn->ruleset ? bn->ruleset->generation : 0;
}

static int brfw_nl_info_get(struct sk_buff *skb, struct genl_info *info)
{
	struct brfw_net *bn = brfw_nl_net(info);
	struct sk_buff *reply;
	int err = -EMSGSIZE;
	void *hdr;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&bn->config_lock);
	brfw_nl_end_orphans(bn);
	hdr = brfw_nl_put_header(reply, info->snd_portid, info->snd_seq, 0,
				 BRFW_CMD_INFO_GET, brfw_nl_generation(bn));
	if (hdr)
		err = brfw_nl_put_info(reply, bn);
	mutex_unlock(&bn->config_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}

	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

/**
 * struct brfw_nl_item - what a message of a dump is about
 * @cmd: BRFW_CMD_RULE_GET, BRFW_CMD_POLICY_GET, BRFW_CMD_ZONE_GET or
 *	BRFW_CMD_SET_GET; says which of the others is set
 * @rule: rule
 * @policy: policy
 * @zone: zone
 * @set: set
 */
struct brfw_nl_item {
	u8 cmd;
	union {
		const struct brfw_rule *rule;
		const struct brfw_policy *policy;
		const struct brfw_zone *zone;
		const struct brfw_set *set;
	};
};

/* Config lock held. @cb is NULL when this isn't part of a dump. */
static int brfw_nl_put_item(struct sk_buff *skb, struct brfw_net *bn,
			    u32 portid, u32 seq, struct netlink_callback *cb,
			    const struct brfw_nl_item *item)
{
	void *hdr;
	int err;

	hdr = brfw_nl_put_header(skb, portid, seq, cb ? NLM_F_MULTI : 0,
				 item->cmd, brfw_nl_generation(bn));
	if (!hdr)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, hdr);

	switch (item->cmd) {
	case BRFW_CMD_RULE_GET:
		err = brfw_nlattr_put_rule(skb, bn->ruleset, item->rule);
		break;
	case BRFW_CMD_POLICY_GET:
		err = brfw_nlattr_put_policy(skb, bn->ruleset, item->policy);
		break;
	case BRFW_CMD_SET_GET:
		err = brfw_nlattr_put_set(skb, item->set);
		break;
	default:
		err = brfw_nlattr_put_zone(skb, bn->ruleset, item->zone);
		break;
	}
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);

	return 0;
}

/* Write a message with the rule that has a handle. Config lock held. */
static int brfw_nl_fill_rule(struct sk_buff *reply, struct genl_info *info,
			     struct brfw_net *bn)
{
	const struct nlattr *handle = info->attrs[BRFW_A_HANDLE];
	struct brfw_nl_item item = { .cmd = BRFW_CMD_RULE_GET };

	if (bn->ruleset)
		item.rule = brfw_ruleset_find(bn->ruleset, nla_get_u64(handle));
	if (!item.rule)
		return brfw_nlattr_fail(info->extack, handle, -ENOENT,
					"there is no rule with this handle");

	return brfw_nl_put_item(reply, bn, info->snd_portid, info->snd_seq,
				NULL, &item);
}

static int brfw_nl_rule_get(struct sk_buff *skb, struct genl_info *info)
{
	struct brfw_net *bn = brfw_nl_net(info);
	struct sk_buff *reply;
	int err;

	err = brfw_nl_check_once(info->nlhdr, info->extack);
	if (err)
		return err;
	if (!info->attrs[BRFW_A_HANDLE] || info->attrs[BRFW_A_HOOK] ||
	    info->attrs[BRFW_A_BRIDGE])
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"one rule is read by its handle; hook and bridge are for dumps");

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&bn->config_lock);
	err = brfw_nl_fill_rule(reply, info, bn);
	mutex_unlock(&bn->config_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}

	return genlmsg_reply(reply, info);
}

/* Write a message with the set of a name. Config lock held. */
static int brfw_nl_fill_set(struct sk_buff *reply, struct genl_info *info,
			    struct brfw_net *bn, const char *name)
{
	struct brfw_nl_item item = { .cmd = BRFW_CMD_SET_GET };

	if (bn->ruleset)
		item.set = brfw_set_find(bn->ruleset, name);
	if (!item.set)
		return brfw_nlattr_fail(info->extack, info->attrs[BRFW_A_SET],
					-ENOENT, "there is no set of this name");

	return brfw_nl_put_item(reply, bn, info->snd_portid, info->snd_seq,
				NULL, &item);
}

static int brfw_nl_set_get(struct sk_buff *skb, struct genl_info *info)
{
	struct brfw_net *bn = brfw_nl_net(info);
	struct sk_buff *reply;
	const char *name;
	int err;

	err = brfw_nl_check_once(info->nlhdr, info->extack);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, BRFW_A_SET))
		return brfw_nlattr_fail(info->extack, NULL, -EINVAL,
					"the request has no set");
	err = brfw_nlattr_get_set_name_of(info->attrs[BRFW_A_SET], &name,
					  info->extack);
	if (err)
		return err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&bn->config_lock);
	err = brfw_nl_fill_set(reply, info, bn, name);
	mutex_unlock(&bn->config_lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}

	return genlmsg_reply(reply, info);
}

/* ---- dumps ---- */

/**
 * struct brfw_nl_dump - where a dump stands; holds no reference to anything
 * @order: of the last rule, or number of policies or zones, already written
 * @hook: of the rules that are being written
 * @only_hook: rules wanted, or BRFW_HOOKS for all
 * @is_started: @only_hook and @bridge are set
 * @bridge: rules wanted by the bridge that they name; empty for all
 */
struct brfw_nl_dump {
	u64 order;
	u8 hook;
	u8 only_hook;
	bool is_started;
	char bridge[IFNAMSIZ];
};

static struct brfw_nl_dump *brfw_nl_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct brfw_nl_dump) > sizeof(cb->ctx));

	return (struct brfw_nl_dump *)cb->ctx;
}

static int brfw_nl_dump_item(struct sk_buff *skb, struct netlink_callback *cb,
			     struct brfw_net *bn,
			     const struct brfw_nl_item *item)
{
	return brfw_nl_put_item(skb, bn, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, cb, item);
}

static bool brfw_nl_dump_wants(const struct brfw_rule *rule, u16 bridge)
{
	struct brfw_key value, mask;

	if (!bridge)
		return true;

	brfw_cls_rule_get_masked(&rule->cls, &value, &mask);
	return value.bridge == bridge;
}

/* Return: 0 when all rules of the hook are written, or -EMSGSIZE. */
static int brfw_nl_dump_hook(struct sk_buff *skb, struct netlink_callback *cb,
			     struct brfw_net *bn, u16 bridge)
{
	struct brfw_nl_item item = { .cmd = BRFW_CMD_RULE_GET };
	struct brfw_nl_dump *dump = brfw_nl_dump(cb);
	int err;

	while ((item.rule = brfw_ruleset_next(bn->ruleset, dump->hook,
					      dump->order))) {
		if (brfw_nl_dump_wants(item.rule, bridge)) {
			err = brfw_nl_dump_item(skb, cb, bn, &item);
			if (err)
				return err;
		}
		dump->order = item.rule->cls.order;
		cond_resched();
	}

	return 0;
}

static void brfw_nl_dump_rules(struct sk_buff *skb, struct netlink_callback *cb,
			       struct brfw_net *bn)
{
	struct brfw_nl_dump *dump = brfw_nl_dump(cb);
	u16 bridge = 0;

	/* A name that is not in use is in no rule. */
	if (dump->bridge[0] &&
	    brfw_iface_find(&bn->ruleset->ifaces, dump->bridge, &bridge))
		return;

	for (; dump->hook < BRFW_HOOKS; dump->hook++) {
		if (dump->only_hook == BRFW_HOOKS ||
		    dump->only_hook == dump->hook)
			if (brfw_nl_dump_hook(skb, cb, bn, bridge))
				return;
		dump->order = 0;
	}
}

static const struct nla_policy brfw_nl_rule_get_policy[] = {
	[BRFW_A_HANDLE] = { .type = NLA_U64 },
	[BRFW_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_A_BRIDGE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

/*
 * What the client wants. Not done as the op's start(), which on 6.1 has no
 * extended ACK to fill in.
 */
static int brfw_nl_rule_dump_start(struct netlink_callback *cb)
{
	struct brfw_nl_dump *dump = brfw_nl_dump(cb);
	struct nlattr *tb[BRFW_A_MAX + 1] = {};
	int err;

	err = brfw_nl_check_once(cb->nlh, cb->extack);
	if (err)
		return err;
	err = genlmsg_parse(cb->nlh, &brfw_nl_family, tb,
			    ARRAY_SIZE(brfw_nl_rule_get_policy) - 1,
			    brfw_nl_rule_get_policy, cb->extack);
	if (err)
		return err;
	if (tb[BRFW_A_HANDLE])
		return brfw_nlattr_fail(cb->extack, tb[BRFW_A_HANDLE], -EINVAL,
					"a dump takes hook and bridge; one rule is read without NLM_F_DUMP");

	err = brfw_nlattr_check_ifname(tb[BRFW_A_BRIDGE], cb->extack);
	if (err)
		return err;
	if (tb[BRFW_A_BRIDGE])
		strscpy(dump->bridge, nla_data(tb[BRFW_A_BRIDGE]),
			sizeof(dump->bridge));

	dump->is_started = true;
	return brfw_nl_get_hook(tb[BRFW_A_HOOK], &dump->only_hook, cb->extack);
}

static void brfw_nl_dump_policies(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct brfw_net *bn)
{
	struct brfw_nl_item item = { .cmd = BRFW_CMD_POLICY_GET };
	struct brfw_nl_dump *dump = brfw_nl_dump(cb);
	u64 n = 0;

	list_for_each_entry(item.policy, &bn->ruleset->policies, list) {
		if (n++ < dump->order)
			continue;
		if (brfw_nl_dump_item(skb, cb, bn, &item))
			return;
		dump->order++;
	}
}

static void brfw_nl_dump_zones(struct sk_buff *skb, struct netlink_callback *cb,
			       struct brfw_net *bn)
{
	struct brfw_nl_item item = { .cmd = BRFW_CMD_ZONE_GET };
	struct brfw_nl_dump *dump = brfw_nl_dump(cb);
	u64 n = 0;

	list_for_each_entry(item.zone, &bn->ruleset->zones, list) {
		if (n++ < dump->order)
			continue;
		if (brfw_nl_dump_item(skb, cb, bn, &item))
			return;
		dump->order++;
	}
}

/* Where it stands is the name of the last set. */
static void brfw_nl_dump_sets(struct sk_buff *skb, struct netlink_callback *cb,
			      struct brfw_net *bn)
{
	struct brfw_nl_item item = { .cmd = BRFW_CMD_SET_GET };
	char *after = (char *)cb->ctx;

	BUILD_BUG_ON(BRFW_SET_NAME_LEN > sizeof(cb->ctx));

	while ((item.set = brfw_set_next(bn->ruleset, after))) {
		if (brfw_nl_dump_item(skb, cb, bn, &item))
			return;
		strscpy(after, item.set->name->name, BRFW_SET_NAME_LEN);
		cond_resched();
	}
}

static int brfw_nl_do_dump(struct sk_buff *skb, struct netlink_callback *cb,
			   void (*dump)(struct sk_buff *skb,
					struct netlink_callback *cb,
					struct brfw_net *bn))
{
	struct brfw_net *bn = brfw_net(sock_net(skb->sk));

	mutex_lock(&bn->config_lock);
	/*
	 * However often elements change, rules can be read. 0 would mean that
	 * the sequence isn't known.
	 */
	cb->seq = 1;
	if (bn->ruleset) {
		cb->seq += bn->ruleset->rules_generation;
		dump(skb, cb, bn);
	}
	mutex_unlock(&bn->config_lock);

	return skb->len;
}

static int brfw_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	if (!brfw_nl_dump(cb)->is_started) {
		err = brfw_nl_rule_dump_start(cb);
		if (err)
			return err;
	}

	return brfw_nl_do_dump(skb, cb, brfw_nl_dump_rules);
}

static int brfw_nl_policy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return brfw_nl_do_dump(skb, cb, brfw_nl_dump_policies);
}

static int brfw_nl_zone_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return brfw_nl_do_dump(skb, cb, brfw_nl_dump_zones);
}

static int brfw_nl_set_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	/* The policy of the operation lets a set be named. */
	if (nlmsg_attrlen(cb->nlh, GENL_HDRLEN))
		return brfw_nlattr_fail(cb->extack,
					nlmsg_attrdata(cb->nlh, GENL_HDRLEN),
					-EINVAL,
					"a dump has all sets; one set is read without NLM_F_DUMP");

	return brfw_nl_do_dump(skb, cb, brfw_nl_dump_sets);
}

/* ---- dumps of elements ---- */

/**
 * struct brfw_nl_elements - where a dump of elements stands
 * @is_single: only those of one set are wanted
 * @has_key: @key is set
 * @name: of the set that is being written; empty: none yet
 * @key: of the last element already written
 *
 * Holds no reference to anything.
 */
struct brfw_nl_elements {
	bool is_single;
	bool has_key;
	char name[BRFW_SET_NAME_LEN];
	u8 key[BRFW_ELEMENT_KEY_LEN];
};

static const struct nla_policy brfw_nl_element_get_policy[] = {
	[BRFW_A_SET] = _NLA_POLICY_NESTED(BRFW_SET_A_MAX, brfw_set_name_policy),
};

/* Return: where the dump begins, or an error pointer. */
static struct brfw_nl_elements *
brfw_nl_element_dump_start(struct netlink_callback *cb)
{
	struct nlattr *tb[BRFW_A_MAX + 1] = {};
	struct brfw_nl_elements *dump;
	const char *name;
	int err;

	err = brfw_nl_check_once(cb->nlh, cb->extack);
	if (!err)
		err = genlmsg_parse(cb->nlh, &brfw_nl_family, tb,
				    ARRAY_SIZE(brfw_nl_element_get_policy) - 1,
				    brfw_nl_element_get_policy, cb->extack);
	if (!err)
		err = brfw_nlattr_get_set_name_of(tb[BRFW_A_SET], &name,
						  cb->extack);
	if (err)
		return ERR_PTR(err);
	dump = kzalloc(sizeof(*dump), GFP_KERNEL_ACCOUNT);
	if (!dump)
		return ERR_PTR(-ENOMEM);

	if (name) {
		dump->is_single = true;
		strscpy(dump->name, name, sizeof(dump->name));
	}

	return dump;
}

/* The set to go on with, or NULL at the end. */
static struct brfw_set *brfw_nl_elements_set(struct brfw_ruleset *rs,
					     struct brfw_nl_elements *dump)
{
	struct brfw_set *set = NULL;

	if (dump->is_single || dump->has_key)
		set = brfw_set_find(rs, dump->name);
	if (!set && !dump->is_single) {
		set = brfw_set_next(rs, dump->name);
		dump->has_key = false;
	}

	return set;
}

/* Fill BRFW_A_ELEMENTS. Return: whether all of the set is written. */
static bool brfw_nl_put_elements(struct sk_buff *skb, struct brfw_ruleset *rs,
				 struct brfw_nl_elements *dump,
				 struct brfw_set *set)
{
	u64 now = get_jiffies_64();
	struct brfw_element *e;
	struct rb_node *node;

	e = brfw_element_next(set, dump->has_key ? dump->key : NULL);
	for (; e; e = rb_entry_safe(node, struct brfw_element, node)) {
		if (!brfw_element_is_expired(e, now) &&
		    brfw_nlattr_put_element(skb, rs, e, false))
			return false;
		memcpy(dump->key, brfw_element_key(e),
		       brfw_element_key_size(&set->layout));
		dump->has_key = true;
		node = rb_next(&e->node);
		/* Any number of them may have expired. */
		cond_resched();
	}

	return true;
}

/* Return: 0 when all of the set is written, or -EMSGSIZE. */
static int brfw_nl_dump_elements(struct sk_buff *skb,
				 struct netlink_callback *cb,
				 struct brfw_net *bn,
				 struct brfw_nl_elements *dump,
				 struct brfw_set *set)
{
	unsigned int seq = cb->prev_seq;
	struct nlattr *nest;
	bool is_whole;
	void *hdr;

	hdr = brfw_nl_put_header(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI,
				 BRFW_CMD_ELEMENT_GET, brfw_nl_generation(bn));
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (brfw_nlattr_put_set_form(skb, set))
		goto err_message;
	nest = nla_nest_start(skb, BRFW_A_ELEMENTS);
	if (!nest)
		goto err_message;

	is_whole = brfw_nl_put_elements(skb, bn->ruleset, dump, set);
	if (skb_tail_pointer(skb) == (u8 *)nest + NLA_HDRLEN)
		goto cancel;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return is_whole ? 0 : -EMSGSIZE;

err_message:
	is_whole = false;
cancel:
	/* That a commit came in between is to be told by the next message. */
	cb->prev_seq = seq;
	genlmsg_cancel(skb, hdr);
	return is_whole ? 0 : -EMSGSIZE;
}

static int brfw_nl_dump_all_elements(struct sk_buff *skb,
				     struct netlink_callback *cb,
				     struct brfw_net *bn,
				     struct brfw_nl_elements *dump)
{
	struct brfw_set *set;
	int err;

	if (dump->is_single && !dump->has_key &&
	    (!bn->ruleset || !brfw_set_find(bn->ruleset, dump->name)))
		return brfw_nlattr_fail(cb->extack, NULL, -ENOENT,
					"there is no set of this name");

	while (bn->ruleset && (set = brfw_nl_elements_set(bn->ruleset, dump))) {
		err = brfw_nl_dump_elements(skb, cb, bn, dump, set);
		if (!err || dump->has_key)
			strscpy(dump->name, set->name->name,
				sizeof(dump->name));
		if (err || dump->is_single)
			break;
		dump->has_key = false;
		cond_resched();
	}

	return skb->len;
}

static int brfw_nl_element_dump(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct brfw_net *bn = brfw_net(sock_net(skb->sk));
	struct brfw_nl_elements *dump = *(void **)cb->ctx;
	int ret;

	if (!dump) {
		dump = brfw_nl_element_dump_start(cb);
		if (IS_ERR(dump))
			return PTR_ERR(dump);
		*(void **)cb->ctx = dump;
	}

	mutex_lock(&bn->config_lock);
	/* 0 would mean that the sequence isn't known. */
	cb->seq = brfw_nl_generation(bn) + 1;
	ret = brfw_nl_dump_all_elements(skb, cb, bn, dump);
	mutex_unlock(&bn->config_lock);

	return ret;
}

static int brfw_nl_element_dump_done(struct netlink_callback *cb)
{
	kfree(*(void **)cb->ctx);
	return 0;
}

/* ---- the family ---- */

static const struct nla_policy brfw_nl_rule_add_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_RULE] = _NLA_POLICY_NESTED(BRFW_RULE_A_MAX, brfw_rule_policy),
};

static const struct nla_policy brfw_nl_rule_delete_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_HANDLE] = { .type = NLA_U64 },
	[BRFW_A_RULE_CHANGE] = { .type = NLA_U32 },
};

static const struct nla_policy brfw_nl_rule_flush_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_HOOK] = NLA_POLICY_MAX(NLA_U8, BRFW_HOOK_MAX),
	[BRFW_A_BRIDGE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static const struct nla_policy brfw_nl_policy_change_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_POLICY] = _NLA_POLICY_NESTED(BRFW_POLICY_A_MAX,
					     brfw_policy_policy),
};

static const struct nla_policy brfw_nl_zone_change_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_ZONE] = _NLA_POLICY_NESTED(BRFW_ZONE_A_MAX, brfw_zone_policy),
};

static const struct nla_policy brfw_nl_rule_replace_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_HANDLE] = { .type = NLA_U64 },
	[BRFW_A_RULE_CHANGE] = { .type = NLA_U32 },
	[BRFW_A_RULE] = _NLA_POLICY_NESTED(BRFW_RULE_A_MAX, brfw_rule_policy),
};

static const struct nla_policy brfw_nl_rule_move_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_HANDLE] = { .type = NLA_U64 },
	[BRFW_A_RULE_CHANGE] = { .type = NLA_U32 },
	[BRFW_A_RULE] = _NLA_POLICY_NESTED(BRFW_RULE_A_AFTER_CHANGE,
					   brfw_place_policy),
};

static const struct nla_policy brfw_nl_set_add_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_SET] = _NLA_POLICY_NESTED(BRFW_SET_A_MAX, brfw_set_policy),
};

static const struct nla_policy brfw_nl_set_delete_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_SET] = _NLA_POLICY_NESTED(BRFW_SET_A_MAX, brfw_set_name_policy),
};

static const struct nla_policy brfw_nl_element_add_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_SET] = _NLA_POLICY_NESTED(BRFW_SET_A_MAX, brfw_set_form_policy),
	[BRFW_A_ELEMENTS] = _NLA_POLICY_NESTED(BRFW_LIST_A_MAX,
					       brfw_elements_policy),
};

static const struct nla_policy brfw_nl_element_delete_policy[] = {
	[BRFW_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_A_SET] = _NLA_POLICY_NESTED(BRFW_SET_A_MAX, brfw_set_form_policy),
	[BRFW_A_ELEMENTS] = _NLA_POLICY_NESTED(BRFW_LIST_A_MAX,
					       brfw_element_keys_policy),
};

static const struct nla_policy brfw_nl_counter_reset_policy[] = {
	[BRFW_A_HANDLE] = { .type = NLA_U64 },
};

static const struct nla_policy brfw_nl_txn_begin_policy[] = {
	[BRFW_A_TXN_FLAGS] = NLA_POLICY_MASK(NLA_U32, BRFW_TXN_F_REPLACE),
};

static const struct nla_policy brfw_nl_txn_commit_policy[] = {
	[BRFW_A_TXN_FLAGS] = NLA_POLICY_MASK(NLA_U32, BRFW_TXN_F_DRY_RUN),
	[BRFW_A_EXPECTED_GENERATION] = { .type = NLA_U64 },
};

#define BRFW_NL_POLICY(_policy)						\
	.policy = (_policy), .maxattr = ARRAY_SIZE(_policy) - 1

static const struct genl_ops brfw_nl_ops[] = {
	{
		.cmd = BRFW_CMD_INFO_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_info_get,
	},
	{
		.cmd = BRFW_CMD_RULE_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_rule_write,
		BRFW_NL_POLICY(brfw_nl_rule_add_policy),
	},
	{
		.cmd = BRFW_CMD_RULE_DELETE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_rule_delete_policy),
	},
	{
		.cmd = BRFW_CMD_RULE_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_rule_flush_policy),
	},
	{
		.cmd = BRFW_CMD_RULE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_rule_get,
		.dumpit = brfw_nl_rule_dump,
		BRFW_NL_POLICY(brfw_nl_rule_get_policy),
	},
	{
		.cmd = BRFW_CMD_POLICY_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_policy_change_policy),
	},
	{
		.cmd = BRFW_CMD_POLICY_DELETE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_policy_change_policy),
	},
	{
		.cmd = BRFW_CMD_POLICY_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = brfw_nl_policy_dump,
	},
	{
		.cmd = BRFW_CMD_COUNTER_RESET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_counter_reset,
		BRFW_NL_POLICY(brfw_nl_counter_reset_policy),
	},
	{
		.cmd = BRFW_CMD_TXN_BEGIN,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_txn_begin,
		BRFW_NL_POLICY(brfw_nl_txn_begin_policy),
	},
	{
		.cmd = BRFW_CMD_TXN_COMMIT,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_txn_commit,
		BRFW_NL_POLICY(brfw_nl_txn_commit_policy),
	},
	{
		.cmd = BRFW_CMD_TXN_ABORT,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_txn_abort,
	},
	{
		.cmd = BRFW_CMD_ZONE_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_zone_change_policy),
	},
	{
		.cmd = BRFW_CMD_ZONE_DELETE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_zone_change_policy),
	},
	{
		.cmd = BRFW_CMD_ZONE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = brfw_nl_zone_dump,
	},
	{
		.cmd = BRFW_CMD_RULE_REPLACE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_rule_write,
		BRFW_NL_POLICY(brfw_nl_rule_replace_policy),
	},
	{
		.cmd = BRFW_CMD_RULE_MOVE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_rule_move_policy),
	},
	{
		.cmd = BRFW_CMD_SET_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_set_add_policy),
	},
	{
		.cmd = BRFW_CMD_SET_DELETE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_set_delete_policy),
	},
	{
		.cmd = BRFW_CMD_SET_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_set_delete_policy),
	},
	{
		.cmd = BRFW_CMD_SET_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_set_get,
		.dumpit = brfw_nl_set_dump,
		BRFW_NL_POLICY(brfw_nl_element_get_policy),
	},
	{
		.cmd = BRFW_CMD_ELEMENT_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_element_add_policy),
	},
	{
		.cmd = BRFW_CMD_ELEMENT_REPLACE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_element_add_policy),
	},
	{
		.cmd = BRFW_CMD_ELEMENT_DELETE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = brfw_nl_change,
		BRFW_NL_POLICY(brfw_nl_element_delete_policy),
	},
	{
		.cmd = BRFW_CMD_ELEMENT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = brfw_nl_element_dump,
		.done = brfw_nl_element_dump_done,
		BRFW_NL_POLICY(brfw_nl_element_get_policy),
	},
};

/*
 * No module alias: it would let any user load the module. No maxattr: newer
 * kernels would take it for the length of the policy, of one entry, that they
 * give to operations without attributes.
 */
static struct genl_family brfw_nl_family = {
	.name = BRFW_GENL_NAME,
	.version = BRFW_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = brfw_nl_ops,
	.n_ops = ARRAY_SIZE(brfw_nl_ops),
	.mcgrps = brfw_nl_groups,
	.n_mcgrps = ARRAY_SIZE(brfw_nl_groups),
};

/**
 * brfw_nl_init() - at module load, when everything else is ready
 *
 * Return: 0 or an error.
 */
int __init brfw_nl_init(void)
{
	int err;

	err = netlink_register_notifier(&brfw_nl_notifier);
	if (err)
		return err;

	err = genl_register_family(&brfw_nl_family);
	if (err)
		netlink_unregister_notifier(&brfw_nl_notifier);

	return err;
}

/** brfw_nl_exit() - at module unload; no request is under way afterwards */
void brfw_nl_exit(void)
{
	genl_unregister_family(&brfw_nl_family);
	netlink_unregister_notifier(&brfw_nl_notifier);
}

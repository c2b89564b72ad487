/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * brfw: generic netlink interface of the bridge firewall
 *
 * The family is BRFW_GENL_NAME, version BRFW_GENL_VERSION. Each network
 * namespace has a ruleset of its own; a request concerns the namespace of the
 * socket that it is sent on.
 *
 * Conventions
 * -----------
 * Numbers are in host byte order. Addresses (MAC, IPv4, IPv6) are as on the
 * wire. Strings end with a NUL byte. Nested attributes carry NLA_F_NESTED.
 * Anything unknown (attribute, flag, value) is refused. nlmsg_flags other than
 * NLM_F_REQUEST, NLM_F_ACK, NLM_F_ECHO and NLM_F_DUMP are refused.
 *
 * Permissions: commands that change something need CAP_NET_ADMIN in the
 * initial user namespace, or, when the module parameter userns is 1, in the
 * user namespace that owns the network namespace. All others need
 * CAP_NET_ADMIN in the user namespace that owns the network namespace.
 *
 * Errors: each refusal but for lack of memory, and those of generic netlink
 * itself (no such command, no capability), carries an extended ACK with a text,
 * and the offending attribute, or the nest that lacks one, where there is one.
 * Any change fails with ENOSPC when a limit is reached; the text says which. No
 * attribute but BRFW_LIST_A_ITEM may stand twice in a nest. Errors of a change
 * that are found only when it is applied (at once, or at BRFW_CMD_TXN_COMMIT)
 * follow a message BRFW_CMD_CULPRIT, if there is something to tell and memory
 * for it.
 *
 * Every change is all or nothing. Each successful commit raises the
 * generation of the ruleset by one; a commit that changes nothing does too.
 *
 * Messages
 * --------
 * do = answered with one message or an ACK, dump = answered with many.
 *
 * BRFW_CMD_INFO_GET	do
 *    reply:
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_INFO: NLA_NESTED, see enum brfw_info_attr
 *
 * BRFW_CMD_RULE_ADD	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_RULE: NLA_NESTED
 *        BRFW_RULE_A_HOOK: NLA_U8, enum brfw_hook, default forward
 *        BRFW_RULE_A_BRIDGE: NLA_NUL_STRING, optional
 *        BRFW_RULE_A_PRIORITY: NLA_U32, default BRFW_PRIORITY_DEFAULT, or the
 *                              priority of the rule named by the next four
 *        BRFW_RULE_A_BEFORE, BRFW_RULE_A_AFTER: NLA_U64, handle
 *        BRFW_RULE_A_BEFORE_CHANGE, BRFW_RULE_A_AFTER_CHANGE: NLA_U32,
 *                              BRFW_A_CHANGE_ID of an earlier addition or
 *                              replacement in the same draft; at most one of
 *                              the four
 *        BRFW_RULE_A_MATCH: NLA_NESTED, optional, see enum brfw_match_attr
 *            BRFW_MATCH_A_...: NLA_NESTED, see enum brfw_cond_attr
 *        BRFW_RULE_A_SETS: NLA_NESTED, optional
 *            BRFW_LIST_A_ITEM: NLA_NESTED, one or more, see enum brfw_in_set_attr
 *        BRFW_RULE_A_LIMIT: NLA_NESTED, optional, see enum brfw_limit_attr
 *        BRFW_RULE_A_LOG: NLA_NESTED, optional, see enum brfw_log_attr
 *        BRFW_RULE_A_MARK: NLA_NESTED, optional, see enum brfw_mark_attr
 *        BRFW_RULE_A_MIRROR: NLA_NUL_STRING, optional
 *        BRFW_RULE_A_VERDICT: NLA_U8, enum brfw_verdict; optional with log,
 *                              mark or mirror
 *        BRFW_RULE_A_REJECT: NLA_U8, enum brfw_reject, only with reject
 *        BRFW_RULE_A_REDIRECT: NLA_NUL_STRING, with redirect
 *        BRFW_RULE_A_QUEUE: NLA_NESTED, with queue, see enum brfw_queue_attr
 *        BRFW_RULE_A_COMMENT: NLA_NUL_STRING, optional
 *    reply (not inside a draft):
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_RULE: NLA_NESTED
 *        BRFW_RULE_A_HANDLE: NLA_U64
 *    BRFW_A_WARNINGS: NLA_U32, optional, those that this rule has a part in
 *    Fails with EEXIST when a rule with the same hook, bridge, priority and
 *    conditions exists (culprit: its handle), ENOENT when the rule to be put
 *    before or after or a set doesn't exist, EINVAL when a set has other members
 *    than the fields or the rule to be put before or after is of another hook or
 *    another priority than is said, ENOSPC when BRFW_INFO_A_MAX_RULES or
 *    BRFW_INFO_A_MAX_COST is reached (culprit: one of the rules that make it too
 *    much).
 *
 * BRFW_CMD_RULE_DELETE	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    one of
 *    BRFW_A_HANDLE: NLA_U64
 *    BRFW_A_RULE_CHANGE: NLA_U32, BRFW_A_CHANGE_ID of an earlier addition or
 *                              replacement in the same draft
 *    Fails with ENOENT when there is no such rule.
 *
 * BRFW_CMD_RULE_FLUSH	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_HOOK: NLA_U8, optional: only rules of this hook
 *    BRFW_A_BRIDGE: NLA_NUL_STRING, optional: only rules that name this bridge
 *
 * BRFW_CMD_RULE_GET	do
 *    BRFW_A_HANDLE: NLA_U64
 *    reply:
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_RULE: NLA_NESTED, as above and
 *        BRFW_RULE_A_HANDLE: NLA_U64
 *        BRFW_RULE_A_STATS: NLA_NESTED, see enum brfw_stats_attr
 *
 * BRFW_CMD_RULE_GET	dump
 *    BRFW_A_HOOK: NLA_U8, optional
 *    BRFW_A_BRIDGE: NLA_NUL_STRING, optional: only rules that name this bridge
 *    replies: as for do, one message a rule, in the order of hook, then of
 *    evaluation. NLM_F_DUMP_INTR is set when a commit came in between that
 *    changed more than elements of sets. So it is with policies, zones and sets.
 *
 * BRFW_CMD_POLICY_SET	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_POLICY: NLA_NESTED
 *        BRFW_POLICY_A_HOOK: NLA_U8, enum brfw_hook
 *        BRFW_POLICY_A_BRIDGE: NLA_NUL_STRING, optional; without it the policy
 *                              of all bridges that have none of their own
 *        BRFW_POLICY_A_VERDICT: NLA_U8, accept or drop
 *
 * BRFW_CMD_POLICY_DELETE	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_POLICY: NLA_NESTED
 *        BRFW_POLICY_A_HOOK: NLA_U8
 *        BRFW_POLICY_A_BRIDGE: NLA_NUL_STRING
 *    Fails with ENOENT when that bridge has no policy of its own there.
 *
 * BRFW_CMD_POLICY_GET	dump
 *    replies: one message a policy
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_POLICY: NLA_NESTED, as above and
 *        BRFW_POLICY_A_STATS: NLA_NESTED, see enum brfw_stats_attr
 *
 * BRFW_CMD_COUNTER_RESET	do, changes; not part of a draft, at once
 *    BRFW_A_HANDLE: NLA_U64, optional: of this rule only; without it all
 *                              counters of rules, policies and elements, and
 *                              those that BRFW_CMD_INFO_GET tells
 *
 * BRFW_CMD_TXN_BEGIN	do, changes
 *    BRFW_A_TXN_FLAGS: NLA_U32, BRFW_TXN_F_REPLACE, optional
 *    Opens a draft that belongs to the socket. Changes sent on it go to the
 *    draft until commit or abort; closing the socket aborts. Fails with EBUSY
 *    when the socket has a draft already, ENOSPC when the namespace has too
 *    many.
 *
 * BRFW_CMD_TXN_COMMIT	do, changes
 *    BRFW_A_EXPECTED_GENERATION: NLA_U64, optional
 *    BRFW_A_TXN_FLAGS: NLA_U32, BRFW_TXN_F_DRY_RUN, optional
 *    reply:
 *    BRFW_A_GENERATION: NLA_U64, of the ruleset after the commit; with
 *                              BRFW_TXN_F_DRY_RUN as it is
 *    BRFW_A_WARNINGS: NLA_U32, optional, about the ruleset after the commit,
 *                              also with BRFW_TXN_F_DRY_RUN
 *    Applies the draft and ends it, also when it fails. Fails with ENOENT when
 *    the socket has none, ESTALE when the generation is not the expected one.
 *    With BRFW_TXN_F_DRY_RUN the draft goes through the same checks, but for
 *    whether hooks and connection tracking can be switched on, and nothing is
 *    changed.
 *
 * BRFW_CMD_TXN_ABORT	do, changes
 *    Ends the draft without applying it. Fails with ENOENT when the socket has
 *    none.
 *
 * BRFW_CMD_ZONE_SET	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_ZONE: NLA_NESTED
 *        BRFW_ZONE_A_BRIDGE: NLA_NUL_STRING
 *        BRFW_ZONE_A_ID: NLA_U16, not 0
 *    Fails with EOPNOTSUPP when the kernel has no conntrack zones.
 *
 * BRFW_CMD_ZONE_DELETE	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_ZONE: NLA_NESTED
 *        BRFW_ZONE_A_BRIDGE: NLA_NUL_STRING
 *    Fails with ENOENT when that bridge has no zone.
 *
 * BRFW_CMD_ZONE_GET	dump
 *    replies: one message a zone
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_ZONE: NLA_NESTED, as for BRFW_CMD_ZONE_SET
 *
 * BRFW_CMD_RULE_REPLACE	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    one of BRFW_A_HANDLE, BRFW_A_RULE_CHANGE, as for BRFW_CMD_RULE_DELETE
 *    BRFW_A_RULE: NLA_NESTED, as for BRFW_CMD_RULE_ADD, but for the four
 *                              attributes that name another rule
 *    reply (not inside a draft): as for BRFW_CMD_RULE_ADD
 *    Gives the rule these conditions, actions, verdict and comment, and none
 *    of those that it had. Handle, priority and position stay. Counters, time
 *    of last use and the state of its limit stay if all but the comment is as
 *    it was; else they begin anew. The hook must be that of the rule, and so
 *    must BRFW_RULE_A_PRIORITY if it is there, else EINVAL. Fails with ENOENT
 *    when there is no such rule, EEXIST as BRFW_CMD_RULE_ADD.
 *
 * BRFW_CMD_RULE_MOVE	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    one of BRFW_A_HANDLE, BRFW_A_RULE_CHANGE, as for BRFW_CMD_RULE_DELETE
 *    BRFW_A_RULE: NLA_NESTED
 *        BRFW_RULE_A_PRIORITY: NLA_U32
 *        BRFW_RULE_A_BEFORE, BRFW_RULE_A_AFTER, BRFW_RULE_A_BEFORE_CHANGE,
 *        BRFW_RULE_A_AFTER_CHANGE: as for BRFW_CMD_RULE_ADD
 *    Gives the rule another place: next to the other rule, whose priority it
 *    takes, or behind all others of the priority. All else stays, counters, time
 *    of last use and the state of its limit included. Fails with ENOENT when one
 *    of the rules doesn't exist, EINVAL when the other is of another hook or
 *    another priority than is said, or the rule itself, EEXIST when the new
 *    priority has a rule with the same bridge and conditions.
 *
 * BRFW_CMD_CULPRIT	from the kernel only, in front of an error
 *    What made a change fail, as far as there is something to tell.
 *    BRFW_A_CHANGE_ID: NLA_U32, of the refused change, or
 *                        BRFW_ELEMENT_A_CHANGE_ID of the refused element
 *    BRFW_A_RULE_CHANGE: NLA_U32, another rule that is concerned (of which this
 *                        is a duplicate), by the change of the same draft that
 *                        adds it
 *    BRFW_A_HANDLE: NLA_U64, likewise, by its handle
 *    BRFW_A_SET: NLA_NESTED, the set that is concerned
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *        BRFW_SET_A_MEMBERS, BRFW_SET_A_INTERVAL, BRFW_SET_A_TIMEOUT: when there
 *                        is an element
 *    BRFW_A_ELEMENTS: NLA_NESTED, the element of it that is in the way
 *        BRFW_LIST_A_ITEM: NLA_NESTED
 *            BRFW_ELEMENT_A_VALUE, BRFW_ELEMENT_A_LAST: see there
 *
 * BRFW_CMD_COMMITTED	from the kernel, to the multicast group BRFW_MCGRP_COMMITS
 *    BRFW_A_GENERATION: NLA_U64, that the commit led to
 *    BRFW_A_COMMIT: NLA_NESTED, see enum brfw_commit_attr
 *    Tells of each commit in the network namespace of the socket, in order and
 *    before the client that commits is answered. To join the group needs
 *    CAP_NET_ADMIN in the user namespace that owns the network namespace. A
 *    reader who is too slow gets ENOBUFS when it reads, and has lost notices.
 *
 * BRFW_CMD_SET_ADD	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_SET: NLA_NESTED
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *        BRFW_SET_A_MEMBERS: NLA_BINARY
 *        BRFW_SET_A_INTERVAL: NLA_U8, optional
 *        BRFW_SET_A_TIMEOUT: NLA_U32, optional
 *        BRFW_SET_A_FLAGS: NLA_U32, BRFW_SET_F_*, optional
 *        BRFW_SET_A_COMMENT: NLA_NUL_STRING, optional
 *    Fails with EEXIST when there is a set of that name.
 *
 * BRFW_CMD_SET_DELETE	do, changes
 * BRFW_CMD_SET_FLUSH	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_SET: NLA_NESTED
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *    Deletes a set with its elements, or its elements only. Fails with ENOENT
 *    when there is no such set, EBUSY when after the commit rules would name a
 *    set that doesn't exist.
 *
 * BRFW_CMD_SET_GET	do
 *    BRFW_A_SET: NLA_NESTED
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *    reply:
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_SET: NLA_NESTED, as for BRFW_CMD_SET_ADD and
 *        BRFW_SET_A_ELEMENTS: NLA_U32
 *        BRFW_SET_A_RULES: NLA_U32
 *
 * BRFW_CMD_SET_GET	dump
 *    replies: as for do, one message a set, in the order of names
 *
 * BRFW_CMD_ELEMENT_ADD	do, changes
 * BRFW_CMD_ELEMENT_REPLACE	do, changes
 * BRFW_CMD_ELEMENT_DELETE	do, changes
 *    BRFW_A_CHANGE_ID: NLA_U32, optional
 *    BRFW_A_SET: NLA_NESTED
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *        BRFW_SET_A_MEMBERS: NLA_BINARY, those of the set
 *        BRFW_SET_A_INTERVAL: NLA_U8, when the set has it
 *    BRFW_A_ELEMENTS: NLA_NESTED
 *        BRFW_LIST_A_ITEM: NLA_NESTED, one or more
 *            BRFW_ELEMENT_A_VALUE: NLA_BINARY
 *            BRFW_ELEMENT_A_LAST: NLA_BINARY, optional
 *            BRFW_ELEMENT_A_TIMEOUT: NLA_U32, optional, not to delete
 *            BRFW_ELEMENT_A_COMMENT: NLA_NUL_STRING, optional, not to delete
 *            BRFW_ELEMENT_A_CHANGE_ID: NLA_U32, optional
 *    ELEMENT_REPLACE gives elements that are there another timeout and comment:
 *    that of the set and none where they are absent. Their counters stay. Fails
 *    with ENOENT when there is no such set or element, EINVAL when the set has
 *    other members, EEXIST when an element to be added overlaps with one that is
 *    there.
 *
 *    In a draft with BRFW_TXN_F_REPLACE an element that was there before keeps
 *    its counters, and its time when BRFW_ELEMENT_A_TIMEOUT is absent.
 *
 * BRFW_CMD_ELEMENT_GET	dump
 *    BRFW_A_SET: NLA_NESTED, optional: only elements of this set
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *    replies: messages with many elements of one set each, sets in the order of
 *    names. NLM_F_DUMP_INTR is set when a commit came in between.
 *    BRFW_A_GENERATION: NLA_U64
 *    BRFW_A_SET: NLA_NESTED
 *        BRFW_SET_A_NAME: NLA_NUL_STRING
 *        BRFW_SET_A_MEMBERS: NLA_BINARY
 *        BRFW_SET_A_INTERVAL: NLA_U8, when the set has it
 *        BRFW_SET_A_TIMEOUT: NLA_U32, when the set has it
 *    BRFW_A_ELEMENTS: NLA_NESTED
 *        BRFW_LIST_A_ITEM: NLA_NESTED, as above and
 *            BRFW_ELEMENT_A_STATS: NLA_NESTED, when the set has counters, see
 *                              enum brfw_stats_attr
 *    Fails with ENOENT when there is no such set.
 */
#ifndef _UAPI_LINUX_BRFW_H
#define _UAPI_LINUX_BRFW_H

#include <linux/types.h>

#define BRFW_GENL_NAME		"brfw"
#define BRFW_GENL_VERSION	1

/** BRFW_MCGRP_COMMITS - multicast group for BRFW_CMD_COMMITTED */
#define BRFW_MCGRP_COMMITS	"commits"

/** BRFW_ABI_VERSION - raised when attributes or commands are added */
#define BRFW_ABI_VERSION	1

/** BRFW_IFNAME_LEN - longest interface name with its NUL byte (IFNAMSIZ) */
#define BRFW_IFNAME_LEN		16

/** BRFW_COMMENT_LEN - longest comment in bytes with its NUL byte */
#define BRFW_COMMENT_LEN	128

/** BRFW_LOG_PREFIX_LEN - longest prefix of log lines with its NUL byte */
#define BRFW_LOG_PREFIX_LEN	64

/** BRFW_PROBLEM_LEN - longest BRFW_RULE_A_PROBLEM in bytes with its NUL byte */
#define BRFW_PROBLEM_LEN	128

/** BRFW_RANGES_MAX - most ranges in one condition */
#define BRFW_RANGES_MAX		16

/** BRFW_PRIORITY_DEFAULT - priority of a rule that names none */
#define BRFW_PRIORITY_DEFAULT	1000

/** BRFW_SET_NAME_LEN - longest name of a set with its NUL byte */
#define BRFW_SET_NAME_LEN	32

/** BRFW_SET_MEMBERS_MAX - most members of an element, as in "mac . ip" */
#define BRFW_SET_MEMBERS_MAX	4

/**
 * enum brfw_cmd - commands, described at the top of this file
 * @BRFW_CMD_UNSPEC: not used
 * @BRFW_CMD_INFO_GET: limits and state of the ruleset
 * @BRFW_CMD_RULE_ADD: add a rule
 * @BRFW_CMD_RULE_DELETE: delete a rule
 * @BRFW_CMD_RULE_FLUSH: delete all rules, or those of a hook or bridge
 * @BRFW_CMD_RULE_GET: read one rule or all
 * @BRFW_CMD_POLICY_SET: set a policy
 * @BRFW_CMD_POLICY_DELETE: delete the policy of one bridge
 * @BRFW_CMD_POLICY_GET: read all policies
 * @BRFW_CMD_COUNTER_RESET: set counters to zero
 * @BRFW_CMD_TXN_BEGIN: open a draft
 * @BRFW_CMD_TXN_COMMIT: apply the draft
 * @BRFW_CMD_TXN_ABORT: forget the draft
 * @BRFW_CMD_ZONE_SET: set the conntrack zone of a bridge
 * @BRFW_CMD_ZONE_DELETE: let a bridge be in zone 0
 * @BRFW_CMD_ZONE_GET: read all zones
 * @BRFW_CMD_RULE_REPLACE: give a rule other contents
 * @BRFW_CMD_RULE_MOVE: give a rule another place
 * @BRFW_CMD_CULPRIT: tells what made a change fail
 * @BRFW_CMD_COMMITTED: the kernel tells of a commit
 * @BRFW_CMD_SET_ADD: add a set
 * @BRFW_CMD_SET_DELETE: delete a set with its elements
 * @BRFW_CMD_SET_FLUSH: delete the elements of a set
 * @BRFW_CMD_SET_GET: read one set or all, without elements
 * @BRFW_CMD_ELEMENT_ADD: add elements to a set
 * @BRFW_CMD_ELEMENT_REPLACE: give elements another timeout and comment
 * @BRFW_CMD_ELEMENT_DELETE: delete elements
 * @BRFW_CMD_ELEMENT_GET: read elements
 */
enum brfw_cmd {
	BRFW_CMD_UNSPEC,
	BRFW_CMD_INFO_GET,
	BRFW_CMD_RULE_ADD,
	BRFW_CMD_RULE_DELETE,
	BRFW_CMD_RULE_FLUSH,
	BRFW_CMD_RULE_GET,
	BRFW_CMD_POLICY_SET,
	BRFW_CMD_POLICY_DELETE,
	BRFW_CMD_POLICY_GET,
	BRFW_CMD_COUNTER_RESET,
	BRFW_CMD_TXN_BEGIN,
	BRFW_CMD_TXN_COMMIT,
	BRFW_CMD_TXN_ABORT,
	BRFW_CMD_ZONE_SET,
	BRFW_CMD_ZONE_DELETE,
	BRFW_CMD_ZONE_GET,
	BRFW_CMD_RULE_REPLACE,
	BRFW_CMD_RULE_MOVE,
	BRFW_CMD_CULPRIT,
	BRFW_CMD_COMMITTED,
	BRFW_CMD_SET_ADD,
	BRFW_CMD_SET_DELETE,
	BRFW_CMD_SET_FLUSH,
	BRFW_CMD_SET_GET,
	BRFW_CMD_ELEMENT_ADD,
	BRFW_CMD_ELEMENT_REPLACE,
	BRFW_CMD_ELEMENT_DELETE,
	BRFW_CMD_ELEMENT_GET,
	/* private: */
	__BRFW_CMD_MAX,
	BRFW_CMD_MAX = __BRFW_CMD_MAX - 1,
};

/**
 * enum brfw_hook - where a frame is judged
 * @BRFW_HOOK_FORWARD: on its way from one port to another, once for each
 *	egress port
 * @BRFW_HOOK_INPUT: on its way to the bridge device itself
 * @BRFW_HOOK_OUTPUT: on its way from the bridge device itself, once for each
 *	egress port
 * @BRFW_HOOK_PREROUTING: before the bridge learns the source address;
 *	reserved, refused with EOPNOTSUPP
 */
enum brfw_hook {
	BRFW_HOOK_FORWARD,
	BRFW_HOOK_INPUT,
	BRFW_HOOK_OUTPUT,
	BRFW_HOOK_PREROUTING,
	/* private: */
	__BRFW_HOOK_MAX,
	BRFW_HOOK_MAX = __BRFW_HOOK_MAX - 1,
};

/**
 * enum brfw_verdict - what becomes of a frame
 * @BRFW_VERDICT_ACCEPT: it goes on
 * @BRFW_VERDICT_DROP: it is dropped without an answer
 * @BRFW_VERDICT_REJECT: it is dropped and answered, where the standards allow
 *	an answer and the rate limit of the namespace does
 * @BRFW_VERDICT_REDIRECT: it leaves by another port instead
 * @BRFW_VERDICT_QUEUE: a program decides (NFQUEUE)
 */
enum brfw_verdict {
	BRFW_VERDICT_ACCEPT,
	BRFW_VERDICT_DROP,
	BRFW_VERDICT_REJECT,
	BRFW_VERDICT_REDIRECT,
	BRFW_VERDICT_QUEUE,
	/* private: */
	__BRFW_VERDICT_MAX,
	BRFW_VERDICT_MAX = __BRFW_VERDICT_MAX - 1,
};

/**
 * enum brfw_reject - how BRFW_VERDICT_REJECT answers
 * @BRFW_REJECT_ADMIN: ICMP or ICMPv6, communication administratively
 *	prohibited (RFC 1812, RFC 4443); the default
 * @BRFW_REJECT_NET: ICMP net unreachable, ICMPv6 no route
 * @BRFW_REJECT_HOST: ICMP host unreachable, ICMPv6 address unreachable
 * @BRFW_REJECT_PORT: ICMP or ICMPv6 port unreachable
 * @BRFW_REJECT_TCP_RESET: TCP RST (RFC 9293 section 3.5.2); needs a condition
 *	on protocol TCP
 */
enum brfw_reject {
	BRFW_REJECT_ADMIN,
	BRFW_REJECT_NET,
	BRFW_REJECT_HOST,
	BRFW_REJECT_PORT,
	BRFW_REJECT_TCP_RESET,
	/* private: */
	__BRFW_REJECT_MAX,
	BRFW_REJECT_MAX = __BRFW_REJECT_MAX - 1,
};

/**
 * enum brfw_frag - values of BRFW_MATCH_A_IP_FRAG
 * @BRFW_FRAG_NONE: whole packet
 * @BRFW_FRAG_FIRST: first fragment, which has the transport header
 * @BRFW_FRAG_LATER: any other fragment
 */
enum brfw_frag {
	BRFW_FRAG_NONE,
	BRFW_FRAG_FIRST,
	BRFW_FRAG_LATER,
	/* private: */
	__BRFW_FRAG_MAX,
	BRFW_FRAG_MAX = __BRFW_FRAG_MAX - 1,
};

/**
 * enum brfw_set_member - what an element of a set is made of
 * @BRFW_SET_ETHER_ADDR: MAC address, 6 bytes as in the frame
 * @BRFW_SET_IPV4_ADDR: IPv4 address, 4 bytes as in the packet
 * @BRFW_SET_IPV6_ADDR: IPv6 address, 16 bytes as in the packet
 * @BRFW_SET_INET_PORT: port of TCP, UDP or SCTP
 * @BRFW_SET_IFNAME: name of a port of a bridge
 */
enum brfw_set_member {
	BRFW_SET_ETHER_ADDR,
	BRFW_SET_IPV4_ADDR,
	BRFW_SET_IPV6_ADDR,
	BRFW_SET_INET_PORT,
	BRFW_SET_IFNAME,
	/* private: */
	__BRFW_SET_MEMBER_MAX,
	BRFW_SET_MEMBER_MAX = __BRFW_SET_MEMBER_MAX - 1,
};

/**
 * enum brfw_frame_class - values of BRFW_MATCH_A_FRAME_CLASS, by the
 *	destination MAC address (IEEE 802)
 * @BRFW_FRAME_UNICAST: individual address
 * @BRFW_FRAME_MULTICAST: group address other than broadcast
 * @BRFW_FRAME_BROADCAST: ff:ff:ff:ff:ff:ff
 */
enum brfw_frame_class {
	BRFW_FRAME_UNICAST,
	BRFW_FRAME_MULTICAST,
	BRFW_FRAME_BROADCAST,
	/* private: */
	__BRFW_FRAME_MAX,
	BRFW_FRAME_MAX = __BRFW_FRAME_MAX - 1,
};

/* BRFW_MATCH_A_CT_STATE: state of the frame's connection in nf_conntrack */

/** BRFW_CT_NEW - begins a connection */
#define BRFW_CT_NEW		(1U << 0)
/** BRFW_CT_ESTABLISHED - belongs to one that has seen an answer */
#define BRFW_CT_ESTABLISHED	(1U << 1)
/** BRFW_CT_RELATED - begins one that another one announced, or reports an error of one */
#define BRFW_CT_RELATED		(1U << 2)
/** BRFW_CT_INVALID - fits no connection and can't begin one */
#define BRFW_CT_INVALID		(1U << 3)
/** BRFW_CT_UNTRACKED - of a kind that isn't tracked */
#define BRFW_CT_UNTRACKED	(1U << 4)

/* BRFW_A_TXN_FLAGS */

/** BRFW_TXN_F_REPLACE - the draft starts from an empty ruleset (BEGIN) */
#define BRFW_TXN_F_REPLACE	(1U << 0)
/** BRFW_TXN_F_DRY_RUN - check everything, change nothing (COMMIT) */
#define BRFW_TXN_F_DRY_RUN	(1U << 1)

/* BRFW_SET_A_FLAGS */

/** BRFW_SET_F_COUNTERS - elements have counters */
#define BRFW_SET_F_COUNTERS	(1U << 0)
/**
 * BRFW_SET_F_KEEP - in a draft with BRFW_TXN_F_REPLACE: if there is a set with
 *	this name, members and interval, it keeps its elements, but for those
 *	that overlap with others of the draft
 */
#define BRFW_SET_F_KEEP		(1U << 1)

/* BRFW_A_WARNINGS, BRFW_INFO_A_WARNINGS */

/**
 * BRFW_WARN_FRAG - at hooks forward and input conditions on BRFW_MATCH_A_IP_FRAG
 *	find whole packets: some rule has a condition on BRFW_MATCH_A_CT_STATE,
 *	and what the kernel tracks it puts together first
 */
#define BRFW_WARN_FRAG		(1U << 0)

/**
 * enum brfw_attr - attributes of a message
 * @BRFW_A_UNSPEC: not used
 * @BRFW_A_PAD: padding before 64-bit values
 * @BRFW_A_GENERATION: NLA_U64, generation of the ruleset
 * @BRFW_A_INFO: NLA_NESTED, enum brfw_info_attr
 * @BRFW_A_RULE: NLA_NESTED, enum brfw_rule_attr
 * @BRFW_A_POLICY: NLA_NESTED, enum brfw_policy_attr
 * @BRFW_A_HANDLE: NLA_U64, handle of a rule
 * @BRFW_A_HOOK: NLA_U8, enum brfw_hook, as a filter
 * @BRFW_A_BRIDGE: NLA_NUL_STRING, as a filter
 * @BRFW_A_CHANGE_ID: NLA_U32, number, not 0, that the client gives to a
 *	change; unique in a draft
 * @BRFW_A_RULE_CHANGE: NLA_U32, names a rule by the change that added or
 *	replaced it
 * @BRFW_A_TXN_FLAGS: NLA_U32, BRFW_TXN_F_*
 * @BRFW_A_EXPECTED_GENERATION: NLA_U64
 * @BRFW_A_WARNINGS: NLA_U32, BRFW_WARN_*; absent when there are none
 * @BRFW_A_ZONE: NLA_NESTED, enum brfw_zone_attr
 * @BRFW_A_COMMIT: NLA_NESTED, enum brfw_commit_attr
 * @BRFW_A_SET: NLA_NESTED, enum brfw_set_attr
 * @BRFW_A_ELEMENTS: NLA_NESTED, enum brfw_list_attr of enum brfw_element_attr
 */
enum brfw_attr {
	BRFW_A_UNSPEC,
	BRFW_A_PAD,
	BRFW_A_GENERATION,
	BRFW_A_INFO,
	BRFW_A_RULE,
	BRFW_A_POLICY,
	BRFW_A_HANDLE,
	BRFW_A_HOOK,
	BRFW_A_BRIDGE,
	BRFW_A_CHANGE_ID,
	BRFW_A_RULE_CHANGE,
	BRFW_A_TXN_FLAGS,
	BRFW_A_EXPECTED_GENERATION,
	BRFW_A_WARNINGS,
	BRFW_A_ZONE,
	BRFW_A_COMMIT,
	BRFW_A_SET,
	BRFW_A_ELEMENTS,
	/* private: */
	__BRFW_A_MAX,
	BRFW_A_MAX = __BRFW_A_MAX - 1,
};

/**
 * enum brfw_cost_family - frames that are judged by the same rules
 * @BRFW_COST_IP4: those in which an IPv4 header was read
 * @BRFW_COST_IP6: those in which an IPv6 header was read
 * @BRFW_COST_OTHER: all others, damaged IPv4 and IPv6 included
 *
 * A rule counts for each family that its conditions leave possible.
 */
enum brfw_cost_family {
	BRFW_COST_IP4,
	BRFW_COST_IP6,
	BRFW_COST_OTHER,
};

/**
 * struct brfw_cost - the worst case of judging a frame
 * @hook: enum brfw_hook
 * @family: enum brfw_cost_family
 * @zero: 0
 * @cost: rules that are compared and hash tables that are probed at most to
 *	find the first rule that matches, whatever the frame; eight words of 64
 *	rules that are looked at together count like one rule that is compared
 *
 * Rules that were deleted count until the part of the classifier that had them
 * is built anew; until they are out of it a look-up may take up to twice as much.
 * When a rule has no verdict or its limit is exceeded, the search for the next one
 * costs as much again.
 */
struct brfw_cost {
	__u8 hook;
	__u8 family;
	__u16 zero;
	__u32 cost;
};

/**
 * enum brfw_info_attr - what the module can do and holds
 * @BRFW_INFO_A_UNSPEC: not used
 * @BRFW_INFO_A_PAD: padding before 64-bit values
 * @BRFW_INFO_A_ABI_VERSION: NLA_U32, BRFW_ABI_VERSION of the module
 * @BRFW_INFO_A_MODULE_VERSION: NLA_NUL_STRING
 * @BRFW_INFO_A_HOOKS: NLA_U32, hooks that rules may name, 1 << enum brfw_hook
 * @BRFW_INFO_A_MATCHES: NLA_BINARY, fields that rules may match: a bitmap, as
 *	many __u32 as it takes, in which bit n % 32 of word n / 32 stands for n
 *	of enum brfw_match_attr; words that are not there are 0
 * @BRFW_INFO_A_VERDICTS: NLA_U32, 1 << enum brfw_verdict
 * @BRFW_INFO_A_RULES: NLA_U32, rules in the ruleset
 * @BRFW_INFO_A_MAX_RULES: NLA_U32, rules that this namespace may hold
 * @BRFW_INFO_A_DRAFTS: NLA_U32, open drafts
 * @BRFW_INFO_A_MAX_DRAFTS: NLA_U32, drafts that may be open at a time
 * @BRFW_INFO_A_ACTIVE_HOOKS: NLA_U32, hooks that are registered now,
 *	1 << enum brfw_hook
 * @BRFW_INFO_A_OVERRUNS: NLA_U64, frames dropped since more than 64 rules
 *	matched that don't decide
 * @BRFW_INFO_A_NO_TARGET: NLA_U64, frames not redirected or mirrored since the
 *	device was missing, down or unsuitable
 * @BRFW_INFO_A_VLAN_UNKNOWN: NLA_U64, judgements of frames whose VLAN was
 *	lost, while a rule needs it
 * @BRFW_INFO_A_LIMITED: NLA_U64, answers and log entries held back by the
 *	limits of the namespace
 * @BRFW_INFO_A_WARNINGS: NLA_U32, BRFW_WARN_* about the ruleset
 * @BRFW_INFO_A_MAX_COST: NLA_U32, largest cost of the rules of a hook and family
 *	that a commit may lead to; see struct brfw_cost
 * @BRFW_INFO_A_COSTS: NLA_BINARY, array of struct brfw_cost in ascending order
 *	of hooks and families: one for each that has rules; absent: there is none
 * @BRFW_INFO_A_SETS: NLA_U32, sets in the ruleset
 * @BRFW_INFO_A_MAX_SETS: NLA_U32, sets that this namespace may hold
 * @BRFW_INFO_A_ELEMENTS: NLA_U32, elements of all sets; a range is one for each prefix
 *	that it is cut into
 * @BRFW_INFO_A_MAX_ELEMENTS: NLA_U32, elements that this namespace may hold, likewise
 * @BRFW_INFO_A_RULES_GENERATION: NLA_U64, generation of the last commit that changed
 *	more than elements of sets
 */
enum brfw_info_attr {
	BRFW_INFO_A_UNSPEC,
	BRFW_INFO_A_PAD,
	BRFW_INFO_A_ABI_VERSION,
	BRFW_INFO_A_MODULE_VERSION,
	BRFW_INFO_A_HOOKS,
	BRFW_INFO_A_MATCHES,
	BRFW_INFO_A_VERDICTS,
	BRFW_INFO_A_RULES,
	BRFW_INFO_A_MAX_RULES,
	BRFW_INFO_A_DRAFTS,
	BRFW_INFO_A_MAX_DRAFTS,
	BRFW_INFO_A_ACTIVE_HOOKS,
	BRFW_INFO_A_OVERRUNS,
	BRFW_INFO_A_NO_TARGET,
	BRFW_INFO_A_VLAN_UNKNOWN,
	BRFW_INFO_A_LIMITED,
	BRFW_INFO_A_WARNINGS,
	BRFW_INFO_A_MAX_COST,
	BRFW_INFO_A_COSTS,
	BRFW_INFO_A_SETS,
	BRFW_INFO_A_MAX_SETS,
	BRFW_INFO_A_ELEMENTS,
	BRFW_INFO_A_MAX_ELEMENTS,
	BRFW_INFO_A_RULES_GENERATION,
	/* private: */
	__BRFW_INFO_A_MAX,
	BRFW_INFO_A_MAX = __BRFW_INFO_A_MAX - 1,
};

/**
 * enum brfw_rule_attr - attributes of a rule
 * @BRFW_RULE_A_UNSPEC: not used
 * @BRFW_RULE_A_PAD: padding before 64-bit values
 * @BRFW_RULE_A_HANDLE: NLA_U64, given by the kernel, never reused
 * @BRFW_RULE_A_HOOK: NLA_U8, enum brfw_hook
 * @BRFW_RULE_A_BRIDGE: NLA_NUL_STRING, name of the bridge; absent: any
 * @BRFW_RULE_A_PRIORITY: NLA_U32, lower is evaluated first
 * @BRFW_RULE_A_BEFORE: NLA_U64, directly before the rule with this handle
 * @BRFW_RULE_A_AFTER: NLA_U64, directly after the rule with this handle
 * @BRFW_RULE_A_BEFORE_CHANGE: NLA_U32, as BEFORE, by BRFW_A_CHANGE_ID
 * @BRFW_RULE_A_AFTER_CHANGE: NLA_U32, as AFTER, by BRFW_A_CHANGE_ID
 * @BRFW_RULE_A_MATCH: NLA_NESTED, enum brfw_match_attr; absent: every frame
 * @BRFW_RULE_A_VERDICT: NLA_U8, enum brfw_verdict
 * @BRFW_RULE_A_COMMENT: NLA_NUL_STRING, text
 * @BRFW_RULE_A_STATS: NLA_NESTED, enum brfw_stats_attr
 * @BRFW_RULE_A_LIMIT: NLA_NESTED, enum brfw_limit_attr; a condition that holds
 *	while the rate isn't exceeded, evaluated after all others
 * @BRFW_RULE_A_LOG: NLA_NESTED, enum brfw_log_attr
 * @BRFW_RULE_A_MARK: NLA_NESTED, enum brfw_mark_attr
 * @BRFW_RULE_A_MIRROR: NLA_NUL_STRING, interface that gets a copy
 * @BRFW_RULE_A_REJECT: NLA_U8, enum brfw_reject
 * @BRFW_RULE_A_REDIRECT: NLA_NUL_STRING, interface to leave by
 * @BRFW_RULE_A_QUEUE: NLA_NESTED, enum brfw_queue_attr
 * @BRFW_RULE_A_PROBLEM: NLA_NUL_STRING of up to BRFW_PROBLEM_LEN bytes, why
 *	the rule can't do now what it says, for people; absent when it can
 * @BRFW_RULE_A_SETS: NLA_NESTED, enum brfw_list_attr of enum brfw_in_set_attr;
 *	conditions that must hold too
 */
enum brfw_rule_attr {
	BRFW_RULE_A_UNSPEC,
	BRFW_RULE_A_PAD,
	BRFW_RULE_A_HANDLE,
	BRFW_RULE_A_HOOK,
	BRFW_RULE_A_BRIDGE,
	BRFW_RULE_A_PRIORITY,
	BRFW_RULE_A_BEFORE,
	BRFW_RULE_A_AFTER,
	BRFW_RULE_A_BEFORE_CHANGE,
	BRFW_RULE_A_AFTER_CHANGE,
	BRFW_RULE_A_MATCH,
	BRFW_RULE_A_VERDICT,
	BRFW_RULE_A_COMMENT,
	BRFW_RULE_A_STATS,
	BRFW_RULE_A_LIMIT,
	BRFW_RULE_A_LOG,
	BRFW_RULE_A_MARK,
	BRFW_RULE_A_MIRROR,
	BRFW_RULE_A_REJECT,
	BRFW_RULE_A_REDIRECT,
	BRFW_RULE_A_QUEUE,
	BRFW_RULE_A_PROBLEM,
	BRFW_RULE_A_SETS,
	/* private: */
	__BRFW_RULE_A_MAX,
	BRFW_RULE_A_MAX = __BRFW_RULE_A_MAX - 1,
};

/**
 * enum brfw_match_attr - fields of a frame, each NLA_NESTED with one condition
 *	(enum brfw_cond_attr); all conditions of a rule must hold
 *
 * Fields of the network layer and above mean the same at every depth: behind
 * no, one or two tags, PPPoE or LLC/SNAP. At hooks forward and input the outer
 * tag is the VLAN that the bridge classified the frame into when it came in;
 * at hook output it is the tag as sent. A tag with VID 0 is passed over, as
 * receivers do, where another tag follows or two others precede it. A
 * condition on a field that the frame doesn't have never holds, whether negated
 * or not, but for those that ask whether there is something.
 *
 * @BRFW_MATCH_A_UNSPEC: not used
 * @BRFW_MATCH_A_IN_PORT: name of the port it came in by; not in hook output
 * @BRFW_MATCH_A_OUT_PORT: name of the port it leaves by; not in hook input
 * @BRFW_MATCH_A_ETH_SRC: source MAC address; mask
 * @BRFW_MATCH_A_ETH_DST: destination MAC address; mask
 * @BRFW_MATCH_A_ETH_TYPE: u16 from 0x0600, EtherType behind tags and LLC/SNAP
 *	(IEEE 802.3 clause 3.2.6, RFC 1042, IEEE 802.1H); that of PPPoE for what is in it
 * @BRFW_MATCH_A_VLAN_ID: u16 0-4094, VID of the outer tag (IEEE 802.1Q clause 9.6);
 *	ranges; 0 is a priority tag on a bridge that doesn't classify it
 * @BRFW_MATCH_A_IP4_SRC: IPv4 source address; prefix
 * @BRFW_MATCH_A_IP4_DST: IPv4 destination address; prefix
 * @BRFW_MATCH_A_IP6_SRC: IPv6 source address; prefix
 * @BRFW_MATCH_A_IP6_DST: IPv6 destination address; prefix
 * @BRFW_MATCH_A_IP_PROTO: u8, IPv4 protocol, or IPv6 next header after the
 *	known extension headers (IANA protocol numbers)
 * @BRFW_MATCH_A_L4_SPORT: u16, source port; ranges; needs IP_PROTO TCP, UDP or SCTP
 * @BRFW_MATCH_A_L4_DPORT: u16, destination port; ranges; needs IP_PROTO TCP, UDP or
 *	SCTP
 * @BRFW_MATCH_A_TCP_FLAGS: u8, control bits CWR to FIN (RFC 9293); mask; needs
 *	IP_PROTO TCP
 * @BRFW_MATCH_A_ICMP_TYPE: u8 (RFC 792); needs IP_PROTO ICMP
 * @BRFW_MATCH_A_ICMP_CODE: u8; needs ICMP_TYPE
 * @BRFW_MATCH_A_ICMPV6_TYPE: u8 (RFC 4443); needs IP_PROTO ICMPv6
 * @BRFW_MATCH_A_ICMPV6_CODE: u8; needs ICMPV6_TYPE
 * @BRFW_MATCH_A_VLAN_PRESENT: u8 0 or 1, whether there is an outer tag
 * @BRFW_MATCH_A_VLAN_PRIO: u8 0-7, PCP of the outer tag
 * @BRFW_MATCH_A_VLAN_PROTO: u16, TPID of the outer tag, 0x8100 or 0x88a8
 * @BRFW_MATCH_A_INNER_VLAN_PRESENT: u8 0 or 1, whether there is a second tag
 * @BRFW_MATCH_A_INNER_VLAN_ID: u16 0-4094, VID of the second tag; ranges
 * @BRFW_MATCH_A_INNER_VLAN_PRIO: u8 0-7, PCP of the second tag
 * @BRFW_MATCH_A_INNER_VLAN_PROTO: u16, TPID of the second tag
 * @BRFW_MATCH_A_PPPOE_SESSION: u16, session of a PPPoE session frame (RFC 2516);
 *	ranges
 * @BRFW_MATCH_A_ARP_OP: u16 (RFC 826)
 * @BRFW_MATCH_A_ARP_SENDER_IP: IPv4 address; prefix; of ARP with addresses of 6 and 4
 *	bytes, whatever hardware and protocol it says; other ARP is malformed
 * @BRFW_MATCH_A_ARP_TARGET_IP: IPv4 address; prefix; likewise
 * @BRFW_MATCH_A_ARP_SENDER_MAC: MAC address; mask; likewise
 * @BRFW_MATCH_A_ARP_TARGET_MAC: MAC address; mask; likewise
 * @BRFW_MATCH_A_ARP_GRATUITOUS: u8 0 or 1, whether sender and target IP are equal
 * @BRFW_MATCH_A_ND_TARGET: IPv6 address; prefix; target of a neighbour solicitation,
 *	advertisement or redirect (RFC 4861)
 * @BRFW_MATCH_A_ND_LLADDR: MAC address; mask; link-layer address option of a neighbour
 *	discovery message (RFC 4861): the target's of advertisements and redirects
 *	and the source's of others, or, if only that is there, the other one
 * @BRFW_MATCH_A_IP_DSCP: u8 0-63, differentiated services codepoint (RFC 2474)
 * @BRFW_MATCH_A_IP_TTL: u8, IPv4 time to live or IPv6 hop limit; ranges
 * @BRFW_MATCH_A_IP_LENGTH: u16, length of the packet with its IP header; ranges;
 *	larger ones count as 65535
 * @BRFW_MATCH_A_IP_FRAG: u8, enum brfw_frag
 * @BRFW_MATCH_A_IP_OPTIONS: u8 0 or 1, whether there are IPv4 options, or IPv6
 *	extension headers other than fragment
 * @BRFW_MATCH_A_IGMP_TYPE: u8 (RFC 3376); needs IP_PROTO IGMP
 * @BRFW_MATCH_A_MPLS_LABEL: u32 0-1048575, label of the outer entry (RFC 3032)
 * @BRFW_MATCH_A_GRE_PROTO: u16, protocol type (RFC 2784); needs IP_PROTO GRE
 * @BRFW_MATCH_A_FRAME_CLASS: u8, enum brfw_frame_class
 * @BRFW_MATCH_A_MARK: u32, skb mark when the hook was entered; mask
 * @BRFW_MATCH_A_CT_STATE: u8, BRFW_CT_* of which one must hold; not 0
 * @BRFW_MATCH_A_MALFORMED: u8 0 or 1, whether a header is cut off or inconsistent,
 *	or receivers may read it differently
 */
enum brfw_match_attr {
	BRFW_MATCH_A_UNSPEC,
	BRFW_MATCH_A_IN_PORT,
	BRFW_MATCH_A_OUT_PORT,
	BRFW_MATCH_A_ETH_SRC,
	BRFW_MATCH_A_ETH_DST,
	BRFW_MATCH_A_ETH_TYPE,
	BRFW_MATCH_A_VLAN_ID,
	BRFW_MATCH_A_IP4_SRC,
	BRFW_MATCH_A_IP4_DST,
	BRFW_MATCH_A_IP6_SRC,
	BRFW_MATCH_A_IP6_DST,
	BRFW_MATCH_A_IP_PROTO,
	BRFW_MATCH_A_L4_SPORT,
	BRFW_MATCH_A_L4_DPORT,
	BRFW_MATCH_A_TCP_FLAGS,
	BRFW_MATCH_A_ICMP_TYPE,
	BRFW_MATCH_A_ICMP_CODE,
	BRFW_MATCH_A_ICMPV6_TYPE,
	BRFW_MATCH_A_ICMPV6_CODE,
	BRFW_MATCH_A_VLAN_PRESENT,
	BRFW_MATCH_A_VLAN_PRIO,
	BRFW_MATCH_A_VLAN_PROTO,
	BRFW_MATCH_A_INNER_VLAN_PRESENT,
	BRFW_MATCH_A_INNER_VLAN_ID,
	BRFW_MATCH_A_INNER_VLAN_PRIO,
	BRFW_MATCH_A_INNER_VLAN_PROTO,
	BRFW_MATCH_A_PPPOE_SESSION,
	BRFW_MATCH_A_ARP_OP,
	BRFW_MATCH_A_ARP_SENDER_IP,
	BRFW_MATCH_A_ARP_TARGET_IP,
	BRFW_MATCH_A_ARP_SENDER_MAC,
	BRFW_MATCH_A_ARP_TARGET_MAC,
	BRFW_MATCH_A_ARP_GRATUITOUS,
	BRFW_MATCH_A_ND_TARGET,
	BRFW_MATCH_A_ND_LLADDR,
	BRFW_MATCH_A_IP_DSCP,
	BRFW_MATCH_A_IP_TTL,
	BRFW_MATCH_A_IP_LENGTH,
	BRFW_MATCH_A_IP_FRAG,
	BRFW_MATCH_A_IP_OPTIONS,
	BRFW_MATCH_A_IGMP_TYPE,
	BRFW_MATCH_A_MPLS_LABEL,
	BRFW_MATCH_A_GRE_PROTO,
	BRFW_MATCH_A_FRAME_CLASS,
	BRFW_MATCH_A_MARK,
	BRFW_MATCH_A_CT_STATE,
	BRFW_MATCH_A_MALFORMED,
	/* private: */
	__BRFW_MATCH_A_MAX,
	BRFW_MATCH_A_MAX = __BRFW_MATCH_A_MAX - 1,
};

/**
 * struct brfw_range16 - one of the ranges in BRFW_COND_A_RANGES
 * @first: first value of it
 * @last: last value of it, not smaller
 */
struct brfw_range16 {
	__u16 first;
	__u16 last;
};

/**
 * enum brfw_cond_attr - one condition on one field
 *
 * Bits of @BRFW_COND_A_VALUE outside of a mask or prefix must be 0. A mask of
 * all zeros, a prefix of 0 and all connection states are refused: a condition
 * that always holds is left out. A range of all values asks whether the field
 * is there, as no condition on an absent field holds: of ports, whether there
 * are ports. Negated it is refused, since it would never hold, and so it is for
 * BRFW_MATCH_A_VLAN_ID and BRFW_MATCH_A_INNER_VLAN_ID, for which
 * BRFW_MATCH_A_VLAN_PRESENT and BRFW_MATCH_A_INNER_VLAN_PRESENT ask that.
 *
 * @BRFW_COND_A_UNSPEC: not used
 * @BRFW_COND_A_VALUE: the value: NLA_U8, NLA_U16 or NLA_U32 for numbers, 4
 *	bytes for IPv4, 16 for IPv6, 6 for MAC addresses, NLA_NUL_STRING for
 *	ports
 * @BRFW_COND_A_MASK: bits to compare, same type as the value; only for fields
 *	above that say mask
 * @BRFW_COND_A_PREFIX_LEN: NLA_U8, leading bits to compare; only for fields
 *	that say prefix; absent: all
 * @BRFW_COND_A_RANGE_END: last value of the range that starts with the value,
 *	same type, larger than the value; only for fields that say ranges
 * @BRFW_COND_A_RANGES: NLA_BINARY, array of struct brfw_range16, 2 to
 *	BRFW_RANGES_MAX of them, ascending, with a gap between each two; instead
 *	of the value; only for fields that say ranges
 * @BRFW_COND_A_NEGATE: NLA_FLAG, the field is there and the rest doesn't hold;
 *	not for fields that are 0 or 1, nor for ports of the bridge
 *
 * A rule has at most 8 conditions that are negated, have ranges, are on
 * BRFW_MATCH_A_CT_STATE or on sets.
 *
 * Each set of conditions has one canonical form, in which the kernel compares
 * and shows it; it takes no other but for these, which it changes to it: a mask
 * of all ones and a prefix of all bits are left out; so is
 * BRFW_MATCH_A_VLAN_PRESENT of 1 beside another condition on the outer tag, and
 * BRFW_MATCH_A_INNER_VLAN_PRESENT of 1 beside one on the second tag.
 */
enum brfw_cond_attr {
	BRFW_COND_A_UNSPEC,
	BRFW_COND_A_VALUE,
	BRFW_COND_A_MASK,
	BRFW_COND_A_PREFIX_LEN,
	BRFW_COND_A_RANGE_END,
	BRFW_COND_A_RANGES,
	BRFW_COND_A_NEGATE,
	/* private: */
	__BRFW_COND_A_MAX,
	BRFW_COND_A_MAX = __BRFW_COND_A_MAX - 1,
};

/**
 * enum brfw_list_attr - what a list consists of
 * @BRFW_LIST_A_UNSPEC: not used
 * @BRFW_LIST_A_ITEM: NLA_NESTED, may stand there more than once
 */
enum brfw_list_attr {
	BRFW_LIST_A_UNSPEC,
	BRFW_LIST_A_ITEM,
	/* private: */
	__BRFW_LIST_A_MAX,
	BRFW_LIST_A_MAX = __BRFW_LIST_A_MAX - 1,
};

/**
 * enum brfw_in_set_attr - a condition that some fields are in a set
 *
 * The fields together are the values of an element: BRFW_SET_ETHER_ADDR are
 * BRFW_MATCH_A_ETH_SRC, BRFW_MATCH_A_ETH_DST, BRFW_MATCH_A_ARP_SENDER_MAC,
 * BRFW_MATCH_A_ARP_TARGET_MAC and BRFW_MATCH_A_ND_LLADDR; BRFW_SET_IPV4_ADDR are
 * BRFW_MATCH_A_IP4_SRC, BRFW_MATCH_A_IP4_DST, BRFW_MATCH_A_ARP_SENDER_IP and
 * BRFW_MATCH_A_ARP_TARGET_IP; BRFW_SET_IPV6_ADDR are BRFW_MATCH_A_IP6_SRC,
 * BRFW_MATCH_A_IP6_DST and BRFW_MATCH_A_ND_TARGET; BRFW_SET_INET_PORT are
 * BRFW_MATCH_A_L4_SPORT and BRFW_MATCH_A_L4_DPORT; BRFW_SET_IFNAME are
 * BRFW_MATCH_A_IN_PORT and BRFW_MATCH_A_OUT_PORT. What they need and exclude is as
 * in other conditions, beside which they may stand. Two of the conditions may
 * have the same fields, but not also the same set. The kernel shows them in
 * ascending order of fields, those with the same fields in the order of names.
 *
 * @BRFW_IN_SET_A_UNSPEC: not used
 * @BRFW_IN_SET_A_NAME: NLA_NUL_STRING, name of the set, which must exist when
 *	the rule is committed
 * @BRFW_IN_SET_A_FIELDS: NLA_BINARY, array of __u8, 1 to BRFW_SET_MEMBERS_MAX of
 *	enum brfw_match_attr, in the order of the members of the set
 * @BRFW_IN_SET_A_NEGATE: NLA_FLAG, the fields are there and not in the set
 */
enum brfw_in_set_attr {
	BRFW_IN_SET_A_UNSPEC,
	BRFW_IN_SET_A_NAME,
	BRFW_IN_SET_A_FIELDS,
	BRFW_IN_SET_A_NEGATE,
	/* private: */
	__BRFW_IN_SET_A_MAX,
	BRFW_IN_SET_A_MAX = __BRFW_IN_SET_A_MAX - 1,
};

/**
 * enum brfw_set_attr - attributes of a set
 * @BRFW_SET_A_UNSPEC: not used
 * @BRFW_SET_A_NAME: NLA_NUL_STRING, a letter, then letters, digits, '_', '-'
 *	and '.'; up to BRFW_SET_NAME_LEN bytes
 * @BRFW_SET_A_MEMBERS: NLA_BINARY, array of __u8, 1 to BRFW_SET_MEMBERS_MAX of
 *	enum brfw_set_member: what an element is made of
 * @BRFW_SET_A_INTERVAL: NLA_U8, only with several members: which of them, from
 *	1, may be a range; an address or port. Of a set with one member that is an
 *	IP address or port it may be a range without being said
 * @BRFW_SET_A_TIMEOUT: NLA_U32, not 0: seconds that elements live which don't
 *	say; absent: for ever
 * @BRFW_SET_A_FLAGS: NLA_U32, BRFW_SET_F_*, absent: none
 * @BRFW_SET_A_COMMENT: NLA_NUL_STRING, text
 * @BRFW_SET_A_ELEMENTS: NLA_U32, number of elements
 * @BRFW_SET_A_RULES: NLA_U32, how many conditions of rules name the set
 */
enum brfw_set_attr {
	BRFW_SET_A_UNSPEC,
	BRFW_SET_A_NAME,
	BRFW_SET_A_MEMBERS,
	BRFW_SET_A_INTERVAL,
	BRFW_SET_A_TIMEOUT,
	BRFW_SET_A_FLAGS,
	BRFW_SET_A_COMMENT,
	BRFW_SET_A_ELEMENTS,
	BRFW_SET_A_RULES,
	/* private: */
	__BRFW_SET_A_MAX,
	BRFW_SET_A_MAX = __BRFW_SET_A_MAX - 1,
};

/**
 * enum brfw_element_attr - attributes of an element of a set
 *
 * Elements of one set don't overlap.
 *
 * @BRFW_ELEMENT_A_UNSPEC: not used
 * @BRFW_ELEMENT_A_VALUE: NLA_BINARY, values of all members, one behind the other:
 *	addresses as on the wire, ports as __u16 in host byte order, names in
 *	BRFW_IFNAME_LEN bytes of which the last ones are 0
 * @BRFW_ELEMENT_A_LAST: NLA_BINARY, the same but for the member that is a range,
 *	of which it is the last value; larger than the first
 * @BRFW_ELEMENT_A_TIMEOUT: NLA_U32, seconds until the element expires, counted
 *	from the commit, 0: never; absent: that of the set. From the kernel:
 *	absent when the element never expires, else not 0
 * @BRFW_ELEMENT_A_COMMENT: NLA_NUL_STRING, text
 * @BRFW_ELEMENT_A_CHANGE_ID: NLA_U32, number, not 0, that BRFW_CMD_CULPRIT tells
 *	instead of that of the change when the element is refused; need not be
 *	unique
 * @BRFW_ELEMENT_A_STATS: NLA_NESTED, enum brfw_stats_attr: judgements of frames
 *	whose values were those of the element, by rules that matched since they
 *	are in the set
 */
enum brfw_element_attr {
	BRFW_ELEMENT_A_UNSPEC,
	BRFW_ELEMENT_A_VALUE,
	BRFW_ELEMENT_A_LAST,
	BRFW_ELEMENT_A_TIMEOUT,
	BRFW_ELEMENT_A_COMMENT,
	BRFW_ELEMENT_A_CHANGE_ID,
	BRFW_ELEMENT_A_STATS,
	/* private: */
	__BRFW_ELEMENT_A_MAX,
	BRFW_ELEMENT_A_MAX = __BRFW_ELEMENT_A_MAX - 1,
};

/**
 * enum brfw_limit_attr - a rate that holds a rule back
 *
 * A token bucket: it is full at first, each frame that meets all other
 * conditions takes its packets or bytes out of it, a GSO packet all of its
 * segments, and a frame that finds too little doesn't match.
 *
 * @BRFW_LIMIT_A_UNSPEC: not used
 * @BRFW_LIMIT_A_PAD: padding before 64-bit values
 * @BRFW_LIMIT_A_RATE: NLA_U64, per @BRFW_LIMIT_A_SECONDS, not 0
 * @BRFW_LIMIT_A_SECONDS: NLA_U32, 1, 60, 3600 or 86400
 * @BRFW_LIMIT_A_BURST: NLA_U64, size of the bucket, not 0; ERANGE when it takes
 *	more than about a year to refill
 * @BRFW_LIMIT_A_BYTES: NLA_FLAG, rate and burst count bytes, not packets
 */
enum brfw_limit_attr {
	BRFW_LIMIT_A_UNSPEC,
	BRFW_LIMIT_A_PAD,
	BRFW_LIMIT_A_RATE,
	BRFW_LIMIT_A_SECONDS,
	BRFW_LIMIT_A_BURST,
	BRFW_LIMIT_A_BYTES,
	/* private: */
	__BRFW_LIMIT_A_MAX,
	BRFW_LIMIT_A_MAX = __BRFW_LIMIT_A_MAX - 1,
};

/**
 * enum brfw_log_attr - a log entry for each received frame, rate limited
 * @BRFW_LOG_A_UNSPEC: not used
 * @BRFW_LOG_A_GROUP: NLA_U16, NFLOG group; absent: the kernel log
 * @BRFW_LOG_A_PREFIX: NLA_NUL_STRING, optional, text
 */
enum brfw_log_attr {
	BRFW_LOG_A_UNSPEC,
	BRFW_LOG_A_GROUP,
	BRFW_LOG_A_PREFIX,
	/* private: */
	__BRFW_LOG_A_MAX,
	BRFW_LOG_A_MAX = __BRFW_LOG_A_MAX - 1,
};

/**
 * enum brfw_mark_attr - new skb mark
 * @BRFW_MARK_A_UNSPEC: not used
 * @BRFW_MARK_A_VALUE: NLA_U32, bits to set, none outside of the mask
 * @BRFW_MARK_A_MASK: NLA_U32, bits to change, not 0; absent: all
 */
enum brfw_mark_attr {
	BRFW_MARK_A_UNSPEC,
	BRFW_MARK_A_VALUE,
	BRFW_MARK_A_MASK,
	/* private: */
	__BRFW_MARK_A_MAX,
	BRFW_MARK_A_MAX = __BRFW_MARK_A_MAX - 1,
};

/**
 * enum brfw_queue_attr - NFQUEUE
 * @BRFW_QUEUE_A_UNSPEC: not used
 * @BRFW_QUEUE_A_NUM: NLA_U16, number of the queue
 * @BRFW_QUEUE_A_BYPASS: NLA_FLAG, accept while no program listens; else drop
 */
enum brfw_queue_attr {
	BRFW_QUEUE_A_UNSPEC,
	BRFW_QUEUE_A_NUM,
	BRFW_QUEUE_A_BYPASS,
	/* private: */
	__BRFW_QUEUE_A_MAX,
	BRFW_QUEUE_A_MAX = __BRFW_QUEUE_A_MAX - 1,
};

/**
 * enum brfw_policy_attr - attributes of a policy
 * @BRFW_POLICY_A_UNSPEC: not used
 * @BRFW_POLICY_A_HOOK: NLA_U8, enum brfw_hook
 * @BRFW_POLICY_A_BRIDGE: NLA_NUL_STRING; absent: bridges without their own
 * @BRFW_POLICY_A_VERDICT: NLA_U8, BRFW_VERDICT_ACCEPT or BRFW_VERDICT_DROP
 * @BRFW_POLICY_A_STATS: NLA_NESTED, enum brfw_stats_attr; judgements are
 *	counted only while the hook is active (BRFW_INFO_A_ACTIVE_HOOKS)
 */
enum brfw_policy_attr {
	BRFW_POLICY_A_UNSPEC,
	BRFW_POLICY_A_HOOK,
	BRFW_POLICY_A_BRIDGE,
	BRFW_POLICY_A_VERDICT,
	BRFW_POLICY_A_STATS,
	/* private: */
	__BRFW_POLICY_A_MAX,
	BRFW_POLICY_A_MAX = __BRFW_POLICY_A_MAX - 1,
};

/**
 * enum brfw_zone_attr - attributes of a conntrack zone
 *
 * While some rule has a condition on BRFW_MATCH_A_CT_STATE, what comes in by the
 * ports of the bridge is tracked in this zone: connections in different zones
 * have nothing to do with each other, whatever their addresses and ports. What
 * goes up to the host itself is tracked in zone 0, as all that it sends is; of a
 * frame to a group only the copy that goes up. Connections that are open when
 * the zone of their bridge changes begin anew. Bridges without are in zone 0. A
 * template that another hook attached before is left alone.
 *
 * @BRFW_ZONE_A_UNSPEC: not used
 * @BRFW_ZONE_A_BRIDGE: NLA_NUL_STRING, name of the bridge
 * @BRFW_ZONE_A_ID: NLA_U16, number of the zone, not 0; several bridges may
 *	share one
 */
enum brfw_zone_attr {
	BRFW_ZONE_A_UNSPEC,
	BRFW_ZONE_A_BRIDGE,
	BRFW_ZONE_A_ID,
	/* private: */
	__BRFW_ZONE_A_MAX,
	BRFW_ZONE_A_MAX = __BRFW_ZONE_A_MAX - 1,
};

/**
 * enum brfw_stats_attr - counters of a rule or policy
 * @BRFW_STATS_A_UNSPEC: not used
 * @BRFW_STATS_A_PAD: padding before 64-bit values
 * @BRFW_STATS_A_PACKETS: NLA_U64, judgements; a GSO packet counts its segments
 * @BRFW_STATS_A_BYTES: NLA_U64, with MAC header and tags, without FCS
 * @BRFW_STATS_A_LAST_USED: NLA_U64, seconds since the last judgement; absent
 *	when there was none
 */
enum brfw_stats_attr {
	BRFW_STATS_A_UNSPEC,
	BRFW_STATS_A_PAD,
	BRFW_STATS_A_PACKETS,
	BRFW_STATS_A_BYTES,
	BRFW_STATS_A_LAST_USED,
	/* private: */
	__BRFW_STATS_A_MAX,
	BRFW_STATS_A_MAX = __BRFW_STATS_A_MAX - 1,
};

/**
 * enum brfw_change_attr - what happened to a rule, policy, zone, set or element
 *
 * Attributes of BRFW_COMMIT_A_RULES, BRFW_COMMIT_A_POLICIES, BRFW_COMMIT_A_ZONES,
 * BRFW_COMMIT_A_SETS and BRFW_COMMIT_A_ELEMENTS, where they are NLA_U32 and a
 * number; and of BRFW_COMMIT_A_CHANGES, where they are NLA_NESTED, stand there any
 * number of times, and have one of BRFW_A_RULE, BRFW_A_POLICY, BRFW_A_ZONE and
 * BRFW_A_SET in them, or BRFW_A_SET and BRFW_A_ELEMENTS with one element, as in a
 * dump: as it is now, or was when it was deleted. Of a set that is deleted the
 * elements are not told.
 *
 * @BRFW_CHANGE_A_UNSPEC: not used
 * @BRFW_CHANGE_A_ADDED: it was not there before
 * @BRFW_CHANGE_A_DELETED: it isn't there any more
 * @BRFW_CHANGE_A_REPLACED: it says something else; of a rule: under the same
 *	handle
 * @BRFW_CHANGE_A_MOVED: a rule that has another place and nothing else; of a
 *	ruleset that is replaced also one that made room for others
 */
enum brfw_change_attr {
	BRFW_CHANGE_A_UNSPEC,
	BRFW_CHANGE_A_ADDED,
	BRFW_CHANGE_A_DELETED,
	BRFW_CHANGE_A_REPLACED,
	BRFW_CHANGE_A_MOVED,
	/* private: */
	__BRFW_CHANGE_A_MAX,
	BRFW_CHANGE_A_MAX = __BRFW_CHANGE_A_MAX - 1,
};

/**
 * enum brfw_commit_attr - what a commit did
 * @BRFW_COMMIT_A_UNSPEC: not used
 * @BRFW_COMMIT_A_PAD: padding before 64-bit values
 * @BRFW_COMMIT_A_PORTID: NLA_U32, netlink port of the socket that it came by
 * @BRFW_COMMIT_A_PID: NLA_U32, process that wrote to the socket, as the initial
 *	PID namespace numbers it
 * @BRFW_COMMIT_A_COMM: NLA_NUL_STRING, name of its thread, which is the
 *	process's own choice
 * @BRFW_COMMIT_A_TIME: NLA_U64, nanoseconds since 1970, by the wall clock
 * @BRFW_COMMIT_A_REPLACE: NLA_FLAG, the draft began with BRFW_TXN_F_REPLACE
 * @BRFW_COMMIT_A_CHANGES: NLA_NESTED, enum brfw_change_attr, each change, what
 *	was deleted first; absent when there are too many
 * @BRFW_COMMIT_A_RULES: NLA_NESTED, enum brfw_change_attr, numbers of rules
 * @BRFW_COMMIT_A_POLICIES: NLA_NESTED, likewise of policies
 * @BRFW_COMMIT_A_ZONES: NLA_NESTED, likewise of zones
 * @BRFW_COMMIT_A_SETS: NLA_NESTED, likewise of sets
 * @BRFW_COMMIT_A_ELEMENTS: NLA_NESTED, likewise of elements of sets
 */
enum brfw_commit_attr {
	BRFW_COMMIT_A_UNSPEC,
	BRFW_COMMIT_A_PAD,
	BRFW_COMMIT_A_PORTID,
	BRFW_COMMIT_A_PID,
	BRFW_COMMIT_A_COMM,
	BRFW_COMMIT_A_TIME,
	BRFW_COMMIT_A_REPLACE,
	BRFW_COMMIT_A_CHANGES,
	BRFW_COMMIT_A_RULES,
	BRFW_COMMIT_A_POLICIES,
	BRFW_COMMIT_A_ZONES,
	BRFW_COMMIT_A_SETS,
	BRFW_COMMIT_A_ELEMENTS,
	/* private: */
	__BRFW_COMMIT_A_MAX,
	BRFW_COMMIT_A_MAX = __BRFW_COMMIT_A_MAX - 1,
};

#endif /* _UAPI_LINUX_BRFW_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_nth: every allocation of every operation fails once.
 *
 * The kernel can make the n-th allocation of a task fail (/proc/self/fail-nth,
 * where it has fault injection). Each operation is tried with n = 1, 2, ...
 * until it needs no n-th one any more. A try that failed must say so with
 * ENOMEM or ENOBUFS and leave rules, policies, zones and generation as they
 * were, and packets must be judged as before; one that succeeded all the same
 * must have done everything. Who listens is told of each commit, or that
 * something was lost. What leaks is found by the harness, when the module goes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>

#include "failing.h"
#include "nltest.h"
#include "packet.h"

#define MANY		300

static char buf[NLT_BUF];

/* ---- requests ---- */

static struct nlt nl;

static int send_only(struct nlmsghdr *nlh, struct nlt_reply *r,
		     nlt_message_fn fn, void *arg)
{
	int ret;

	fail_arm();
	ret = mnl_socket_sendto(nl.sock, nlh, nlh->nlmsg_len) < 0 ? errno : 0;
	/* all but the first part of a dump is made while it is read */
	if (!(nlh->nlmsg_flags & NLM_F_DUMP))
		fail_disarm();
	if (!ret)
		ret = nlt_receive(&nl, nlh->nlmsg_seq, r, fn, arg);
	if (nlh->nlmsg_flags & NLM_F_DUMP)
		fail_disarm();
	return ret;
}

static struct nlmsghdr *start(uint8_t cmd)
{
	memset(buf, 0, 4096);
	return nlt_start(&nl, buf, cmd, NLM_F_ACK);
}

static int finish(struct nlmsghdr *nlh)
{
	struct nlt_reply r;

	return send_only(nlh, &r, NULL, NULL);
}

/* A try of nothing else than this; @fail is the operation that is tested. */
static int finish_safely(struct nlmsghdr *nlh)
{
	unsigned int n = fail_n;
	int ret;

	fail_n = 0;
	ret = finish(nlh);
	fail_n = n;
	if (ret)
		diag("request %d of a preparation: %s",
		     ((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd,
		     strerror(ret));
	return ret;
}

/* ---- what rules are made of ---- */

/* The @i-th of many rules, all different */
static void put_rule(struct nlmsghdr *nlh, unsigned int i)
{
	struct nlattr *rule = mnl_attr_nest_start(nlh, BRFW_A_RULE), *match, *nest;
	char name[BRFW_IFNAME_LEN];

	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_DROP);
	mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, 10 + i % 3);
	match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	put_cond_u8(nlh, BRFW_MATCH_A_IP_PROTO, IPPROTO_UDP);
	put_cond_u16(nlh, BRFW_MATCH_A_L4_DPORT, 1000 + i);
	if (i % 2) {
		snprintf(name, sizeof(name), "p%u", i % 7);
		put_cond_str(nlh, BRFW_MATCH_A_IN_PORT, name);
	}
	if (i % 3 == 1) {
		nest = mnl_attr_nest_start(nlh, BRFW_MATCH_A_IP4_SRC);
		mnl_attr_put_u32(nlh, BRFW_COND_A_VALUE, htonl(0x0a000000 + i * 256));
		mnl_attr_put_u8(nlh, BRFW_COND_A_PREFIX_LEN, 24);
		mnl_attr_nest_end(nlh, nest);
	}
	mnl_attr_nest_end(nlh, match);
	if (i % 5 == 1)
		mnl_attr_put_strz(nlh, BRFW_RULE_A_COMMENT, "with a comment");
	mnl_attr_nest_end(nlh, rule);
}

/* With everything that is allocated for it: names, actions, state, a limit */
static void put_rich_rule(struct nlmsghdr *nlh, uint32_t priority)
{
	struct nlattr *rule = mnl_attr_nest_start(nlh, BRFW_A_RULE), *nest;

	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_REDIRECT);
	mnl_attr_put_strz(nlh, BRFW_RULE_A_REDIRECT, "elsewhere0");
	mnl_attr_put_strz(nlh, BRFW_RULE_A_MIRROR, "mirror0");
	mnl_attr_put_strz(nlh, BRFW_RULE_A_BRIDGE, "bridge0");
	mnl_attr_put_strz(nlh, BRFW_RULE_A_COMMENT, "rich");
	mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, priority);
	nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	put_cond_str(nlh, BRFW_MATCH_A_IN_PORT, "port0");
	put_cond_str(nlh, BRFW_MATCH_A_OUT_PORT, "port1");
	put_cond_u8(nlh, BRFW_MATCH_A_CT_STATE, BRFW_CT_NEW);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, rule);
}

static void put_policy(struct nlmsghdr *nlh, const char *bridge)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_POLICY);

	mnl_attr_put_u8(nlh, BRFW_POLICY_A_HOOK, BRFW_HOOK_FORWARD);
	if (bridge)
		mnl_attr_put_strz(nlh, BRFW_POLICY_A_BRIDGE, bridge);
	mnl_attr_put_u8(nlh, BRFW_POLICY_A_VERDICT, BRFW_VERDICT_DROP);
	mnl_attr_nest_end(nlh, nest);
}

static void put_zone(struct nlmsghdr *nlh, const char *bridge, uint16_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_ZONE);

	mnl_attr_put_strz(nlh, BRFW_ZONE_A_BRIDGE, bridge);
	if (id)
		mnl_attr_put_u16(nlh, BRFW_ZONE_A_ID, id);
	mnl_attr_nest_end(nlh, nest);
}

/* Sets are of addresses and ports, which may be ranges. */
static void put_set(struct nlmsghdr *nlh, const char *name, bool is_new)
{
	static const uint8_t members[] = { BRFW_SET_IPV4_ADDR, BRFW_SET_INET_PORT };
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_SET);

	mnl_attr_put_strz(nlh, BRFW_SET_A_NAME, name);
	mnl_attr_put(nlh, BRFW_SET_A_MEMBERS, sizeof(members), members);
	mnl_attr_put_u8(nlh, BRFW_SET_A_INTERVAL, 2);
	if (is_new) {
		mnl_attr_put_u32(nlh, BRFW_SET_A_FLAGS, BRFW_SET_F_COUNTERS);
		mnl_attr_put_strz(nlh, BRFW_SET_A_COMMENT, "a set");
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_set_name(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_SET);

	mnl_attr_put_strz(nlh, BRFW_SET_A_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}

/* Elements @first and so on; @has_more: with ranges, a time and a comment */
static void put_elements(struct nlmsghdr *nlh, unsigned int first, unsigned int count, bool has_more)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, BRFW_A_ELEMENTS), *item;
	uint8_t value[6] = { 10, 0, 0, 0, 0, 0 };
	unsigned int i;

	for (i = first; i < first + count; i++) {
		item = mnl_attr_nest_start(nlh, BRFW_LIST_A_ITEM);
		value[2] = i >> 8;
		value[3] = i;
		*(uint16_t *)(value + 4) = 1000;
		mnl_attr_put(nlh, BRFW_ELEMENT_A_VALUE, sizeof(value), value);
		*(uint16_t *)(value + 4) = 1777;
		if (i % 3 == 0)
			mnl_attr_put(nlh, BRFW_ELEMENT_A_LAST, sizeof(value), value);
		if (has_more && i % 2)
			mnl_attr_put_u32(nlh, BRFW_ELEMENT_A_TIMEOUT, 3600);
		if (has_more && i % 4 == 1)
			mnl_attr_put_strz(nlh, BRFW_ELEMENT_A_COMMENT, "an element");
		mnl_attr_nest_end(nlh, item);
	}
	mnl_attr_nest_end(nlh, list);
}

/* A rule that names a set */
static void put_set_rule(struct nlmsghdr *nlh, const char *name, uint32_t priority)
{
	static const uint8_t fields[] = { BRFW_MATCH_A_IP4_DST, BRFW_MATCH_A_L4_DPORT };
	struct nlattr *rule = mnl_attr_nest_start(nlh, BRFW_A_RULE), *nest, *item;

	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_DROP);
	mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, priority);
	nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	put_cond_u8(nlh, BRFW_MATCH_A_IP_PROTO, IPPROTO_UDP);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_SETS);
	item = mnl_attr_nest_start(nlh, BRFW_LIST_A_ITEM);
	mnl_attr_put_strz(nlh, BRFW_IN_SET_A_NAME, name);
	mnl_attr_put(nlh, BRFW_IN_SET_A_FIELDS, sizeof(fields), fields);
	mnl_attr_nest_end(nlh, item);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, rule);
}

/* ---- state ---- */

/** struct state - all that a client can read; a failed try may change nothing */
struct state {
	uint64_t hash;
	uint64_t generation;
	/** @first, @last: handles of rules, to name some */
	uint64_t first, last;
	unsigned int messages;
};

/* What passes by itself: seconds since a rule or policy was used, and those that
 * elements have left.
 */
static void forget_times(const struct nlmsghdr *nlh)
{
	const struct nlattr *list = NLT_FIND(nlh, BRFW_A_ELEMENTS), *item, *attr;

	attr = NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_STATS, BRFW_STATS_A_LAST_USED);
	if (!attr)
		attr = NLT_FIND(nlh, BRFW_A_POLICY, BRFW_POLICY_A_STATS,
				BRFW_STATS_A_LAST_USED);
	if (attr)
		memset(mnl_attr_get_payload(attr), 0, mnl_attr_get_payload_len(attr));
	if (!list)
		return;
	mnl_attr_for_each_nested(item, list)
		mnl_attr_for_each_nested(attr, item)
			if (mnl_attr_get_type(attr) == BRFW_ELEMENT_A_TIMEOUT)
				memset(mnl_attr_get_payload(attr), 0,
				       mnl_attr_get_payload_len(attr));
}

static void take_state(const struct nlmsghdr *nlh, void *arg)
{
	const unsigned char *p = mnl_nlmsg_get_payload(nlh);
	uint64_t handle = nlt_u64(NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_HANDLE));
	struct state *s = arg;
	size_t i;

	forget_times(nlh);
	for (i = 0; i < mnl_nlmsg_get_payload_len(nlh); i++)
		s->hash = (s->hash ^ p[i]) * 0x100000001b3;
	s->generation = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
	s->messages++;
	if (handle && !s->first)
		s->first = handle;
	if (handle)
		s->last = handle;
}

static int read_dump(uint8_t cmd, struct state *s)
{
	struct nlmsghdr *nlh = start(cmd);
	struct nlt_reply r;

	if (cmd == BRFW_CMD_ELEMENT_GET)
		put_set_name(nlh, "base");

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return send_only(nlh, &r, take_state, s);
}

/* A namespace has policies, the initial ones, since the first change that was
 * tried; before, none is listed, and there are no elements.
 */
static bool policies_count;

static int read_state(struct state *s)
{
	static const uint8_t cmds[] = {
		BRFW_CMD_RULE_GET, BRFW_CMD_ZONE_GET, BRFW_CMD_SET_GET,
		BRFW_CMD_POLICY_GET, BRFW_CMD_ELEMENT_GET,
	};
	unsigned int n = fail_n;
	size_t i;
	int ret = 0;

	memset(s, 0, sizeof(*s));
	fail_n = 0;
	for (i = 0; !ret && i < sizeof(cmds) - 2 * !policies_count; i++)
		ret = read_dump(cmds[i], s);
	fail_n = n;
	return ret ? diag("reading the state: %s", strerror(ret)) : 0;
}

/* ---- packets ---- */

#define WIRE_DEADLINE_MS	10000
#define PORT_DROPPED	1000	/* by rule 0, see put_rule() */
#define PORT_PASSED	9

/**
 * struct wire - a bridge in this namespace, from end to end
 * @tx: socket at one end
 * @rx: socket at the other end
 * @sent: frames; each bears its number
 * @awaited: the first that is of interest
 */
static struct wire {
	int tx, rx;
	uint32_t sent, awaited;
} wire = { .tx = -1, .rx = -1 };

static void wire_down(void)
{
	if (wire.tx >= 0)
		close(wire.tx);
	if (wire.rx >= 0)
		close(wire.rx);
	wire.tx = wire.rx = -1;
}

static int wire_send(uint16_t port)
{
	uint32_t number = htonl(++wire.sent);
	uint8_t frame[60] = {
		0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x00,
		0x45, 0, 0, 46, 0, 0, 0, 0, 64, IPPROTO_UDP, 0xf6, 0xbb,
		192, 0, 2, 1, 192, 0, 2, 2, 0x04, 0xd2, port >> 8, port, 0, 26,
	};

	memcpy(frame + 42, &number, sizeof(number));
	return send(wire.tx, frame, sizeof(frame), 0) == sizeof(frame) ? 0 : -1;
}

/* Return: the port of the next of these frames within @ms milliseconds, or 0 */
static uint16_t wire_receive(int ms)
{
	struct pollfd p = { .fd = wire.rx, .events = POLLIN };
	uint32_t number;
	uint8_t frame[128];

	while (poll(&p, 1, ms) > 0) {
		if (packet_receive(wire.rx, frame, sizeof(frame), NULL) != 60)
			continue;
		memcpy(&number, frame + 42, sizeof(number));
		if (ntohl(number) >= wire.awaited)
			return frame[36] << 8 | frame[37];
	}
	return 0;
}

static int wire_up(void)
{
	int tries = WIRE_DEADLINE_MS / 10;

	if (wire.tx >= 0)
		return 0;
	/* Nobody else sends: the counters are part of what is compared. */
	if (!write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1") ||
	    system("ip -batch - <<-END\n"
		   "	link add br0 up type bridge forward_delay 0 mcast_snooping 0\n"
		   "	link add a0 up master br0 type veth peer name a1\n"
		   "	link add b0 up master br0 type veth peer name b1\n"
		   "	link set a1 up\n"
		   "	link set b1 up\n"
		   "END"))
		return diag("no bridge");
	wire.tx = packet_socket(0, if_nametoindex("a1"));
	wire.rx = packet_receiver(if_nametoindex("b1"));
	if (wire.tx < 0 || wire.rx < 0)
		return diag("no packet sockets: %s", strerror(errno));
	do {
		if (!tries--)
			return diag("no way through the bridge");
		wire.awaited = wire.sent + 1;
	} while (wire_send(PORT_PASSED) || wire_receive(10) != PORT_PASSED);
	return 0;
}

/* With some of everything (load_base()), as if nothing had been tried */
static int packets_as_before(void)
{
	wire.awaited = wire.sent + 1;
	if (wire_send(PORT_DROPPED) || wire_send(PORT_PASSED))
		return diag("sending: %s", strerror(errno));
	switch (wire_receive(WIRE_DEADLINE_MS)) {
	case PORT_PASSED:
		return 0;
	case PORT_DROPPED:
		return diag("a packet passed that is to be dropped");
	default:
		return diag("a packet was dropped that may pass");
	}
}

/* ---- listeners ---- */

/** enum told - what a listener has heard */
enum told {
	TOLD_NOTHING,
	TOLD_COMMIT,
	TOLD_LOSS,	/* that something was lost */
};

static int listener_open(struct nlt *listener)
{
	if (nlt_open(listener) ||
	    mnl_socket_setsockopt(listener->sock, NETLINK_ADD_MEMBERSHIP,
				  &listener->group, sizeof(listener->group)))
		return diag("joining the group: %s", strerror(errno));
	return 0;
}

/* What is told comes before the answer to the request. */
static enum told listener_heard(struct nlt *listener, uint64_t *generation)
{
	static char message[NLT_BUF];
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)message;

	if (recv(mnl_socket_get_fd(listener->sock), message, sizeof(message),
		 MSG_DONTWAIT) < 0)
		return errno == ENOBUFS ? TOLD_LOSS : TOLD_NOTHING;
	*generation = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
	return TOLD_COMMIT;
}

/* ---- preparations ---- */

static int begin(uint32_t flags)
{
	struct nlmsghdr *nlh = start(BRFW_CMD_TXN_BEGIN);

	if (flags)
		mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, flags);
	return finish_safely(nlh);
}

static int add_rules(unsigned int first, unsigned int count)
{
	unsigned int i;
	int ret = 0;

	for (i = first; !ret && i < first + count; i++) {
		struct nlmsghdr *nlh = start(BRFW_CMD_RULE_ADD);

		put_rule(nlh, i);
		ret = finish_safely(nlh);
	}
	return ret;
}

static int add_set(const char *name, unsigned int elements)
{
	struct nlmsghdr *nlh = start(BRFW_CMD_SET_ADD);
	int ret;

	put_set(nlh, name, true);
	ret = finish_safely(nlh);
	nlh = start(BRFW_CMD_ELEMENT_ADD);
	put_set(nlh, name, false);
	put_elements(nlh, 0, elements, false);
	return ret || finish_safely(nlh);
}

/* Some of everything; rules 0 to @rules - 1 */
static int load_base(unsigned int rules)
{
	struct nlmsghdr *nlh;
	int ret = begin(BRFW_TXN_F_REPLACE) || add_set("base", 20) ||
		  add_set("unused", 3) || add_rules(0, rules);

	nlh = start(BRFW_CMD_RULE_ADD);
	put_set_rule(nlh, "base", 20);
	ret = ret || finish_safely(nlh);

	nlh = start(BRFW_CMD_POLICY_SET);
	put_policy(nlh, "bridge1");
	ret = ret || finish_safely(nlh);
	nlh = start(BRFW_CMD_ZONE_SET);
	put_zone(nlh, "bridge1", 7);
	ret = ret || finish_safely(nlh);
	return ret || finish_safely(start(BRFW_CMD_TXN_COMMIT));
}

/* Each try in a namespace of its own */
static int prepare_netns(void)
{
	nlt_close(&nl);
	wire_down();
	if (unshare(CLONE_NEWNET) || nlt_open(&nl))
		return diag("no network namespace");
	return 0;
}

static int prepare_few(void)
{
	return load_base(5);
}

/* With counters at 0 */
static int prepare_reset(void)
{
	return load_base(5) || finish_safely(start(BRFW_CMD_COUNTER_RESET));
}

static int prepare_many(void)
{
	return load_base(MANY);
}

/* A draft with a change of each kind */
static int prepare_draft(void)
{
	struct nlmsghdr *nlh;
	struct state s;
	int ret = load_base(5) || read_state(&s) || begin(0) || add_rules(100, 3);

	nlh = start(BRFW_CMD_RULE_ADD);
	put_rich_rule(nlh, 3);
	ret = ret || finish_safely(nlh);
	nlh = start(BRFW_CMD_RULE_DELETE);
	mnl_attr_put_u64(nlh, BRFW_A_HANDLE, s.first);
	ret = ret || finish_safely(nlh);
	nlh = start(BRFW_CMD_POLICY_SET);
	put_policy(nlh, NULL);
	ret = ret || finish_safely(nlh);
	nlh = start(BRFW_CMD_ZONE_SET);
	put_zone(nlh, "bridge2", 9);
	ret = ret || finish_safely(nlh) || add_set("other", 7);
	nlh = start(BRFW_CMD_SET_DELETE);
	put_set_name(nlh, "unused");
	ret = ret || finish_safely(nlh);
	nlh = start(BRFW_CMD_ELEMENT_DELETE);
	put_set(nlh, "base", false);
	put_elements(nlh, 3, 4, false);
	ret = ret || finish_safely(nlh);
	nlh = start(BRFW_CMD_RULE_ADD);
	put_set_rule(nlh, "other", 8);
	return ret || finish_safely(nlh);
}

/* One that replaces few rules by many */
static int prepare_load(void)
{
	struct nlmsghdr *nlh;
	int ret = load_base(5) || begin(BRFW_TXN_F_REPLACE) ||
		  add_set("base", 30) || add_set("other", 5) || add_rules(3, MANY);

	nlh = start(BRFW_CMD_RULE_ADD);
	put_set_rule(nlh, "base", 20);
	return ret || finish_safely(nlh);
}

/* ---- operations ---- */

static void build_add(struct nlmsghdr *nlh, const struct state *s)
{
	put_rule(nlh, 4000);
}

static void build_add_rich(struct nlmsghdr *nlh, const struct state *s)
{
	put_rich_rule(nlh, 1);
}

static void build_handle(struct nlmsghdr *nlh, const struct state *s)
{
	mnl_attr_put_u64(nlh, BRFW_A_HANDLE, s->first);
}

static void build_replace(struct nlmsghdr *nlh, const struct state *s)
{
	build_handle(nlh, s);
	put_rich_rule(nlh, 10);
}

static void build_move(struct nlmsghdr *nlh, const struct state *s)
{
	struct nlattr *nest;

	build_handle(nlh, s);
	nest = mnl_attr_nest_start(nlh, BRFW_A_RULE);
	mnl_attr_put_u64(nlh, BRFW_RULE_A_AFTER, s->last);
	mnl_attr_nest_end(nlh, nest);
}

static void build_policy(struct nlmsghdr *nlh, const struct state *s)
{
	put_policy(nlh, "bridge3");
}

static void build_policy_delete(struct nlmsghdr *nlh, const struct state *s)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_POLICY);

	mnl_attr_put_u8(nlh, BRFW_POLICY_A_HOOK, BRFW_HOOK_FORWARD);
	mnl_attr_put_strz(nlh, BRFW_POLICY_A_BRIDGE, "bridge1");
	mnl_attr_nest_end(nlh, nest);
}

static void build_zone(struct nlmsghdr *nlh, const struct state *s)
{
	put_zone(nlh, "bridge3", 11);
}

static void build_zone_delete(struct nlmsghdr *nlh, const struct state *s)
{
	put_zone(nlh, "bridge1", 0);
}

static void build_set(struct nlmsghdr *nlh, const struct state *s)
{
	put_set(nlh, "new", true);
}

static void build_unused(struct nlmsghdr *nlh, const struct state *s)
{
	put_set_name(nlh, "unused");
}

static void build_base(struct nlmsghdr *nlh, const struct state *s)
{
	put_set_name(nlh, "base");
}

static void build_elements(struct nlmsghdr *nlh, const struct state *s)
{
	put_set(nlh, "base", false);
	put_elements(nlh, 50, 20, true);
}

static void build_element_replace(struct nlmsghdr *nlh, const struct state *s)
{
	put_set(nlh, "base", false);
	put_elements(nlh, 2, 8, true);
}

static void build_element_delete(struct nlmsghdr *nlh, const struct state *s)
{
	put_set(nlh, "base", false);
	put_elements(nlh, 2, 8, false);
}

static void build_set_rule(struct nlmsghdr *nlh, const struct state *s)
{
	put_set_rule(nlh, "unused", 1);
}

static void build_nothing(struct nlmsghdr *nlh, const struct state *s)
{
}

/** enum effect - of an operation that succeeds */
enum effect {
	COMMITS,	/* one more generation */
	LEAVES,		/* everything as it was */
	DUMPS,		/* likewise, and answers with all of it */
};

static const struct operation {
	const char *name;
	uint8_t cmd;
	enum effect effect;
	int (*prepare)(void);
	void (*build)(struct nlmsghdr *nlh, const struct state *s);
} operations[] = {
	{ "the first rule of a namespace", BRFW_CMD_RULE_ADD, COMMITS,
	  prepare_netns, build_add_rich },
	{ "the first policy of a namespace", BRFW_CMD_POLICY_SET, COMMITS,
	  prepare_netns, build_policy },
	{ "the first draft of a namespace", BRFW_CMD_TXN_BEGIN, LEAVES,
	  prepare_netns, build_nothing },
	{ "rule add", BRFW_CMD_RULE_ADD, COMMITS, prepare_few, build_add },
	{ "rule add with actions and names", BRFW_CMD_RULE_ADD, COMMITS,
	  prepare_few, build_add_rich },
	{ "rule add to many", BRFW_CMD_RULE_ADD, COMMITS, prepare_many,
	  build_add },
	{ "rule delete", BRFW_CMD_RULE_DELETE, COMMITS, prepare_few,
	  build_handle },
	{ "rule delete of many", BRFW_CMD_RULE_DELETE, COMMITS, prepare_many,
	  build_handle },
	{ "rule replace", BRFW_CMD_RULE_REPLACE, COMMITS, prepare_few,
	  build_replace },
	{ "rule move", BRFW_CMD_RULE_MOVE, COMMITS, prepare_few, build_move },
	{ "rule flush", BRFW_CMD_RULE_FLUSH, COMMITS, prepare_many,
	  build_nothing },
	{ "policy set", BRFW_CMD_POLICY_SET, COMMITS, prepare_few,
	  build_policy },
	{ "policy delete", BRFW_CMD_POLICY_DELETE, COMMITS, prepare_few,
	  build_policy_delete },
	{ "zone set", BRFW_CMD_ZONE_SET, COMMITS, prepare_few, build_zone },
	{ "zone delete", BRFW_CMD_ZONE_DELETE, COMMITS, prepare_few,
	  build_zone_delete },
	{ "rule add that names a set", BRFW_CMD_RULE_ADD, COMMITS, prepare_few,
	  build_set_rule },
	{ "the first set of a namespace", BRFW_CMD_SET_ADD, COMMITS,
	  prepare_netns, build_set },
	{ "set add", BRFW_CMD_SET_ADD, COMMITS, prepare_few, build_set },
	{ "set delete", BRFW_CMD_SET_DELETE, COMMITS, prepare_few,
	  build_unused },
	{ "set flush", BRFW_CMD_SET_FLUSH, COMMITS, prepare_few, build_base },
	{ "element add", BRFW_CMD_ELEMENT_ADD, COMMITS, prepare_few,
	  build_elements },
	{ "element replace", BRFW_CMD_ELEMENT_REPLACE, COMMITS, prepare_few,
	  build_element_replace },
	{ "element delete", BRFW_CMD_ELEMENT_DELETE, COMMITS, prepare_few,
	  build_element_delete },
	{ "set add in a draft", BRFW_CMD_SET_ADD, LEAVES, prepare_draft,
	  build_set },
	{ "element add in a draft", BRFW_CMD_ELEMENT_ADD, LEAVES, prepare_draft,
	  build_elements },
	{ "counter reset", BRFW_CMD_COUNTER_RESET, LEAVES, prepare_reset,
	  build_nothing },
	{ "begin", BRFW_CMD_TXN_BEGIN, LEAVES, prepare_few, build_nothing },
	{ "rule add in a draft", BRFW_CMD_RULE_ADD, LEAVES, prepare_draft,
	  build_add_rich },
	{ "policy set in a draft", BRFW_CMD_POLICY_SET, LEAVES, prepare_draft,
	  build_policy },
	{ "zone set in a draft", BRFW_CMD_ZONE_SET, LEAVES, prepare_draft,
	  build_zone },
	{ "commit of a change of each kind", BRFW_CMD_TXN_COMMIT, COMMITS,
	  prepare_draft, build_nothing },
	{ "commit of a load", BRFW_CMD_TXN_COMMIT, COMMITS, prepare_load,
	  build_nothing },
	{ "abort", BRFW_CMD_TXN_ABORT, LEAVES, prepare_draft, build_nothing },
	{ "dump of rules", BRFW_CMD_RULE_GET, DUMPS, prepare_many,
	  build_nothing },
	{ "dump of policies", BRFW_CMD_POLICY_GET, DUMPS, prepare_few,
	  build_nothing },
	{ "dump of zones", BRFW_CMD_ZONE_GET, DUMPS, prepare_few,
	  build_nothing },
	{ "dump of sets", BRFW_CMD_SET_GET, DUMPS, prepare_few, build_nothing },
	{ "dump of elements", BRFW_CMD_ELEMENT_GET, DUMPS, prepare_few,
	  build_nothing },
	{ "one rule", BRFW_CMD_RULE_GET, LEAVES, prepare_few, build_handle },
	{ "info", BRFW_CMD_INFO_GET, LEAVES, prepare_few, build_nothing },
};

#define N_OPERATIONS	(sizeof(operations) / sizeof(operations[0]))

/** struct tally - of the tries of one operation */
struct tally {
	unsigned int refused;
	unsigned int done;
};

/* The dump is compared with what it said when nothing failed. */
static int operate(const struct operation *op, const struct state *s,
		   struct state *said)
{
	struct nlmsghdr *nlh;

	if (op->effect == DUMPS) {
		memset(said, 0, sizeof(*said));
		return read_dump(op->cmd, said);
	}
	nlh = start(op->cmd);
	op->build(nlh, s);
	return finish(nlh);
}

static int judge(const struct operation *op, int error, const struct state *s,
		 const struct state *now)
{
	bool same = s->hash == now->hash && s->generation == now->generation &&
		    s->messages == now->messages;
	bool commits = op->effect == COMMITS;

	if (error && error != ENOMEM && error != ENOBUFS)
		return diag("failed with %s", strerror(error));
	if (!error && commits && policies_count &&
	    now->generation != s->generation + 1)
		return diag("generation %llu after %llu",
			    (unsigned long long)now->generation,
			    (unsigned long long)s->generation);
	if (error == ENOMEM && !same)
		return diag("refused, but something has changed");
	/* An answer that was lost tells nothing. */
	if (error == ENOBUFS && !same &&
	    !(commits && now->generation == s->generation + 1))
		return diag("something has changed, but it is no commit");
	if (!commits && !same)
		return diag("something has changed");
	return 0;
}

/* An answer that was lost by the first commit of a namespace tells nothing. */
static int judge_told(const struct operation *op, int error,
		      const struct state *s, const struct state *now,
		      struct nlt *listener)
{
	bool committed = op->effect == COMMITS &&
			 (!error || (policies_count &&
				     now->generation != s->generation));
	uint64_t generation = 0;
	enum told told = listener_heard(listener, &generation);

	if (error == ENOBUFS && !policies_count)
		return 0;
	if (committed && told == TOLD_NOTHING)
		return diag("a commit that listeners don't hear of");
	if (!committed && told != TOLD_NOTHING)
		return diag("listeners hear of a commit that there wasn't");
	if (told == TOLD_COMMIT && policies_count &&
	    generation != now->generation)
		return diag("listeners hear of another generation");
	return 0;
}

/* One try. Return: 1 when it was the last, 0, or -1 when something is wrong. */
static int try(const struct operation *op, struct tally *tally)
{
	struct state s, now, wanted, said;
	struct nlt listener = { 0 };
	unsigned int n = fail_n;
	int error, bad;

	if (nlt_open(&nl))
		return diag("no socket") - 2;
	policies_count = op->prepare != prepare_netns;
	bad = op->prepare() || listener_open(&listener) ||
	      (policies_count && wire_up()) || read_state(&s);
	if (!bad && op->effect == DUMPS) {
		fail_n = 0;
		bad = operate(op, &s, &wanted);
		fail_n = n;
	}
	if (bad)
		goto out;

	fail_seen = false;
	error = operate(op, &s, &said);
	/* Whatever is open ends with the socket, whose answers may be lost. */
	nlt_close(&nl);
	if (nlt_open(&nl))
		return diag("no socket") - 2;
	if (!fail_seen && error)
		bad = diag("failed with %s by itself", strerror(error));
	bad = bad || read_state(&now) || judge(op, error, &s, &now) ||
	      judge_told(op, error, &s, &now, &listener);
	if (policies_count && now.generation == s.generation)
		bad = packets_as_before() || bad;
	if (!error && op->effect == DUMPS &&
	    (said.hash != wanted.hash || said.messages != wanted.messages))
		bad = diag("the dump is not complete and doesn't say so");
	*(error ? &tally->refused : &tally->done) += fail_seen;
out:
	if (bad)
		diag("when allocation %u fails", fail_n);
	nlt_close(&listener);
	nlt_close(&nl);
	return bad ? -1 : !fail_seen;
}

static bool run(const struct operation *op)
{
	struct tally tally = { 0 };
	int ret = 0;

	for (fail_n = 1; !ret && fail_n < FAIL_TRIES_MAX; fail_n++)
		ret = try(op, &tally);
	diag("%s: %u failed allocations were refused, %u did no harm", op->name,
	     tally.refused, tally.done);
	if (!ret)
		diag("no end after %u tries", fail_n);
	/* The socket's own buffers at least can't be had without memory. */
	if (!tally.refused)
		ret = -diag("no failure was noticed");
	return ret == 1;
}

int main(void)
{
	size_t i;
	bool good = true;

	printf("KTAP version 1\n");
	if (!fail_set_up())
		return KSFT_SKIP;
	if (unshare(CLONE_NEWNET) || nlt_open(&nl)) {
		printf("Bail out! no network namespace with brfw\n");
		return 1;
	}
	nlt_close(&nl);
	printf("1..%zu\n", N_OPERATIONS);
	for (i = 0; i < N_OPERATIONS; i++) {
		bool ok = run(&operations[i]);

		printf("%sok %zu %s\n", ok ? "" : "not ", i + 1,
		       operations[i].name);
		fflush(stdout);
		good = good && ok;
	}
	return !good;
}

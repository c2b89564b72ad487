// SPDX-License-Identifier: GPL-2.0-only
/*
 * abi: the netlink interface as the module speaks it, in a network namespace
 * of its own with no devices but lo and an empty bridge.
 *
 * Most of it is a table of requests that must be refused. Each must fail with
 * its errno, carry a text, name the attribute where there is one, and leave
 * generation, rules and policies as they were.
 */
#define _GNU_SOURCE
#include <linux/sockios.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <time.h>

#include "nltest.h"

/* ---- report ---- */

static unsigned int test_number;
static unsigned int failures;
static unsigned int skips;
static char skip_reason[128];

#define SKIPPED		4

static int skip(const char *reason)
{
	snprintf(skip_reason, sizeof(skip_reason), "%s", reason);
	return SKIPPED;
}

static void report(const char *name, int result)
{
	test_number++;
	if (result == SKIPPED) {
		skips++;
		printf("ok %u %s # SKIP %s\n", test_number, name, skip_reason);
		return;
	}
	if (result)
		failures++;
	printf("%sok %u %s\n", result ? "not " : "", test_number, name);
	fflush(stdout);
}

/* ---- requests as tables ---- */

enum op_kind {
	OP_DONE,
	OP_U8,
	OP_U16,
	OP_U32,
	OP_U64,
	OP_STR,		/* with its NUL byte */
	OP_BYTES,
	OP_NEST,
	OP_NEST_UNMARKED,	/* without NLA_F_NESTED */
	OP_END,
	OP_JUNK,	/* bytes that are no attribute */
	OP_HANDLE,	/* of the rule named "base" */
};

/** struct op - one attribute, or the begin or end of a nest */
struct op {
	enum op_kind kind;
	uint16_t type;
	uint64_t value;
	const void *data;
};

#define U8(type, v)	{ OP_U8, type, v, NULL }
#define U16(type, v)	{ OP_U16, type, v, NULL }
#define U32(type, v)	{ OP_U32, type, v, NULL }
#define U64(type, v)	{ OP_U64, type, v, NULL }
#define STR(type, s)	{ OP_STR, type, 0, s }
#define BYTES(type, s)	{ OP_BYTES, type, sizeof(s) - 1, s }
#define NEST(type)	{ OP_NEST, type, 0, NULL }
#define UNMARKED(type)	{ OP_NEST_UNMARKED, type, 0, NULL }
#define END		{ OP_END, 0, 0, NULL }
#define JUNK(n)		{ OP_JUNK, 0, n, NULL }
#define BASE(type)	{ OP_HANDLE, type, 0, NULL }
#define FLAG(type)	{ OP_BYTES, type, 0, "" }
#define DONE		{ OP_DONE, 0, 0, NULL }

#define VALUE		BRFW_COND_A_VALUE
#define MASK		BRFW_COND_A_MASK
#define PREFIX		BRFW_COND_A_PREFIX_LEN
#define RANGE_END	BRFW_COND_A_RANGE_END
/* A list: RANGES({ 1, 2 }, { 4, 4 }) */
#define RANGES(...)							\
	{ OP_BYTES, BRFW_COND_A_RANGES,					\
	  sizeof((const struct brfw_range16[]){ __VA_ARGS__ }),		\
	  (const struct brfw_range16[]){ __VA_ARGS__ } }
#define TEN_RANGES(n)							\
	{ n, n }, { n + 2, n + 2 }, { n + 4, n + 4 }, { n + 6, n + 6 },	\
	{ n + 8, n + 8 }, { n + 10, n + 10 }, { n + 12, n + 12 },	\
	{ n + 14, n + 14 }, { n + 16, n + 16 }, { n + 18, n + 18 }
#define NEGATE		FLAG(BRFW_COND_A_NEGATE)
#define NOT(field, ...)	COND(field, __VA_ARGS__, NEGATE)

#define DROP		U8(BRFW_RULE_A_VERDICT, BRFW_VERDICT_DROP)
#define HOOK(h)		U8(BRFW_RULE_A_HOOK, BRFW_HOOK_##h)
#define VERDICT(v)	U8(BRFW_RULE_A_VERDICT, BRFW_VERDICT_##v)
/* A rule that drops; a condition; the most frequent conditions. */
#define RULE(...)	NEST(BRFW_A_RULE), DROP, __VA_ARGS__, END
#define MATCH(...)	RULE(NEST(BRFW_RULE_A_MATCH), __VA_ARGS__, END)
#define COND(field, ...) NEST(BRFW_MATCH_A_##field), __VA_ARGS__, END
#define PROTO(p)	COND(IP_PROTO, U8(VALUE, p))
/* A rule with another verdict; what rules do. */
#define AS(verdict, ...)						\
	NEST(BRFW_A_RULE), VERDICT(verdict), __VA_ARGS__, END
#define LIMIT(rate, seconds, burst, ...)				\
	NEST(BRFW_RULE_A_LIMIT), U64(BRFW_LIMIT_A_RATE, rate),		\
	U32(BRFW_LIMIT_A_SECONDS, seconds),				\
	U64(BRFW_LIMIT_A_BURST, burst), ##__VA_ARGS__, END
#define LOG(...)	NEST(BRFW_RULE_A_LOG), __VA_ARGS__, END
#define MARK(...)	NEST(BRFW_RULE_A_MARK), __VA_ARGS__, END
#define QUEUE(...)	NEST(BRFW_RULE_A_QUEUE), __VA_ARGS__, END
#define ZONE(bridge, id)						\
	NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, bridge),		\
	U16(BRFW_ZONE_A_ID, id), END
/* The sets "four", of IPv4 addresses, and "pair" that there are; elements. */
#define SET_NAME(name)	NEST(BRFW_A_SET), STR(BRFW_SET_A_NAME, name), END
#define SET(name, members, ...)						\
	NEST(BRFW_A_SET), STR(BRFW_SET_A_NAME, name),			\
	BYTES(BRFW_SET_A_MEMBERS, members), ##__VA_ARGS__, END
#define FOUR		"\1"
#define PAIR		"\0\1"
#define OF_FOUR		SET("four", FOUR)
#define OF_PAIR		SET("pair", PAIR, U8(BRFW_SET_A_INTERVAL, 2))
#define ITEM(...)	NEST(BRFW_LIST_A_ITEM), __VA_ARGS__, END
#define FIRST(bytes)	BYTES(BRFW_ELEMENT_A_VALUE, bytes)
#define LAST(bytes)	BYTES(BRFW_ELEMENT_A_LAST, bytes)
#define ELEMENTS(...)	NEST(BRFW_A_ELEMENTS), __VA_ARGS__, END
#define IN_SETS(...)	NEST(BRFW_RULE_A_SETS), __VA_ARGS__, END
#define IN_SET(name, fields, ...)					\
	ITEM(STR(BRFW_IN_SET_A_NAME, name),				\
	     BYTES(BRFW_IN_SET_A_FIELDS, fields), ##__VA_ARGS__)
#define IP4_SRC_FIELD	"\7"		/* BRFW_MATCH_A_IP4_SRC */
#define ETH_SRC_FIELD	"\3"		/* BRFW_MATCH_A_ETH_SRC */
#define IN_PORT_FIELD	"\1"		/* BRFW_MATCH_A_IN_PORT */
#define SPORT_FIELD	"\14"		/* BRFW_MATCH_A_L4_SPORT */
#define TCP_RESET	U8(BRFW_RULE_A_REJECT, BRFW_REJECT_TCP_RESET)
#define IP4_A		"\xc0\x00\x02\x01"
#define IP6_A		"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define MAC_A		"\x02\0\0\0\0\x01"

#define TCP		6
#define UDP		17
#define ICMP		1
#define ICMPV6		58
#define IGMP		2
#define GRE		47

#define BRIDGE		"abi-bridge"	/* the one that exists */

static uint64_t base_handle;

static void put_op(struct nlmsghdr *nlh, const struct op *op)
{
	switch (op->kind) {
	case OP_U8:
		mnl_attr_put_u8(nlh, op->type, op->value);
		break;
	case OP_U16:
		mnl_attr_put_u16(nlh, op->type, op->value);
		break;
	case OP_U32:
		mnl_attr_put_u32(nlh, op->type, op->value);
		break;
	case OP_U64:
		mnl_attr_put_u64(nlh, op->type, op->value);
		break;
	case OP_STR:
		mnl_attr_put_strz(nlh, op->type, op->data);
		break;
	case OP_BYTES:
		mnl_attr_put(nlh, op->type, op->value, op->data);
		break;
	case OP_HANDLE:
		mnl_attr_put_u64(nlh, op->type, base_handle);
		break;
	case OP_JUNK:
		memset((char *)nlh + nlh->nlmsg_len, 0xff, op->value);
		nlh->nlmsg_len += op->value;
		break;
	default:
		break;
	}
}

static void put_ops(struct nlmsghdr *nlh, const struct op *op)
{
	struct nlattr *nest[8];
	int depth = 0;

	for (; op->kind != OP_DONE; op++) {
		if (op->kind == OP_NEST || op->kind == OP_NEST_UNMARKED)
			nest[depth++] = mnl_attr_nest_start(nlh, op->type);
		else if (op->kind == OP_END)
			mnl_attr_nest_end(nlh, nest[--depth]);
		else
			put_op(nlh, op);
		if (op->kind == OP_NEST_UNMARKED)
			nest[depth - 1]->nla_type &= ~NLA_F_NESTED;
	}
}

static char request_buf[NLT_BUF];

static int request(struct nlt *nl, uint8_t cmd, uint16_t flags,
		   const struct op *ops, struct nlt_reply *r,
		   nlt_message_fn fn, void *arg)
{
	struct nlmsghdr *nlh = nlt_start(nl, request_buf, cmd,
					 flags ? flags : NLM_F_ACK);

	if (ops)
		put_ops(nlh, ops);
	return nlt_request(nl, nlh, r, fn, arg);
}

/* Requests with an attribute list written in place. */
#define REQUEST(nl, cmd, r, fn, arg, ...)				\
	request(nl, BRFW_CMD_##cmd, 0, (const struct op[]){ __VA_ARGS__ }, \
		r, fn, arg)

/* ---- state ---- */

/** struct state - of a ruleset, to be compared; hash of all that dumps say */
struct state {
	uint64_t generation;
	uint64_t hash;
	unsigned int rules;
	unsigned int policies;
	unsigned int zones;
	unsigned int sets;
	unsigned int elements;
};

static void hash_message(const struct nlmsghdr *nlh, void *arg)
{
	const uint8_t *p = mnl_nlmsg_get_payload(nlh);
	size_t i, len = mnl_nlmsg_get_payload_len(nlh);
	uint64_t *hash = arg;

	for (i = 0; i < len; i++)
		*hash = (*hash ^ p[i]) * 0x100000001b3ull;
}

static void take_generation(const struct nlmsghdr *nlh, void *arg)
{
	*(uint64_t *)arg = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
}

static int read_state(struct nlt *nl, struct state *s)
{
	struct nlt_reply r;

	memset(s, 0, sizeof(*s));
	if (request(nl, BRFW_CMD_INFO_GET, 0, NULL, &r, take_generation,
		    &s->generation) ||
	    request(nl, BRFW_CMD_RULE_GET, NLM_F_DUMP, NULL, &r, hash_message,
		    &s->hash))
		return diag("reading the state: %s", strerror(r.error));
	s->rules = r.messages;
	if (request(nl, BRFW_CMD_POLICY_GET, NLM_F_DUMP, NULL, &r,
		    hash_message, &s->hash))
		return diag("reading the policies: %s", strerror(r.error));
	s->policies = r.messages;
	if (request(nl, BRFW_CMD_ZONE_GET, NLM_F_DUMP, NULL, &r,
		    hash_message, &s->hash))
		return diag("reading the zones: %s", strerror(r.error));
	s->zones = r.messages;
	if (request(nl, BRFW_CMD_SET_GET, NLM_F_DUMP, NULL, &r,
		    hash_message, &s->hash))
		return diag("reading the sets: %s", strerror(r.error));
	s->sets = r.messages;
	if (request(nl, BRFW_CMD_ELEMENT_GET, NLM_F_DUMP, NULL, &r,
		    hash_message, &s->hash))
		return diag("reading the elements: %s", strerror(r.error));
	s->elements = r.messages;
	return 0;
}

static int check_state(struct nlt *nl, const struct state *want)
{
	struct state s;

	if (read_state(nl, &s))
		return 1;
	if (!memcmp(&s, want, sizeof(s)))
		return 0;
	return diag("changed: generation %llu to %llu, rules %u to %u",
		    (unsigned long long)want->generation,
		    (unsigned long long)s.generation, want->rules, s.rules);
}

/* ---- requests that must be refused ---- */

#define ANY		(-1)	/* attribute not checked */
#define NONE		(-2)	/* there must be none */
#define MISSING(type)	(1000 + (type))

#define F_NO_TEXT	1	/* refused by the core, which says nothing */
#define F_CULPRIT	2	/* the cookie names the rule "base" */

/** struct refusal - a request and how it must fail */
struct refusal {
	const char *name;
	uint8_t cmd;
	uint16_t nlmsg_flags;
	int error;
	int attr;
	int flags;
	const struct op *ops;
};

#define REFUSE(name, cmd, error, attr, ...)				\
	{ name, BRFW_CMD_##cmd, 0, error, attr, 0,			\
	  (const struct op[]){ __VA_ARGS__, DONE } }
#define REFUSE_DUMP(name, cmd, error, attr, ...)			\
	{ name, BRFW_CMD_##cmd, NLM_F_DUMP, error, attr, 0,		\
	  (const struct op[]){ __VA_ARGS__, DONE } }
#define REFUSE_FLAGS(name, cmd, nlmsg, error, attr, flags, ...)		\
	{ name, cmd, nlmsg, error, attr, flags,				\
	  (const struct op[]){ __VA_ARGS__, DONE } }
/* A rule with these conditions is refused because of attribute attr. */
#define REFUSE_MATCH(name, error, attr, ...)				\
	REFUSE(name, RULE_ADD, error, attr, MATCH(__VA_ARGS__))
#define REFUSE_RULE(name, error, attr, ...)				\
	REFUSE(name, RULE_ADD, error, attr, RULE(__VA_ARGS__))

/* A condition that no frame meets together with the others. */
#define CONTRADICTION(name, attr, ...)					\
	REFUSE_MATCH(name, EINVAL, attr, __VA_ARGS__)
/* A field that is 0 or 1 can't be negated. */
#define NO_NEGATION(field)						\
	REFUSE_MATCH("negated: " #field, EINVAL, BRFW_COND_A_NEGATE,	\
		     NOT(field, U8(VALUE, 1)))

static const char long_prefix[BRFW_LOG_PREFIX_LEN + 1] = {
	[0 ... BRFW_LOG_PREFIX_LEN - 1] = 'p',
};

static const char long_comment[BRFW_COMMENT_LEN + 1] = {
	[0 ... BRFW_COMMENT_LEN - 1] = 'c',
};

static const struct refusal refusals[] = {
	/* commands and nlmsg_flags */
	REFUSE_FLAGS("unknown command", 99, 0, EOPNOTSUPP, ANY, F_NO_TEXT, DONE),
	REFUSE_FLAGS("command 0", 0, 0, EOPNOTSUPP, ANY, F_NO_TEXT, DONE),
	REFUSE_FLAGS("dump of a command that has none", BRFW_CMD_INFO_GET,
		     NLM_F_DUMP, EOPNOTSUPP, ANY, F_NO_TEXT, DONE),
	REFUSE_FLAGS("policies without dump", BRFW_CMD_POLICY_GET, NLM_F_ACK,
		     EOPNOTSUPP, ANY, F_NO_TEXT, DONE),
	REFUSE_FLAGS("nlmsg_flags: create", BRFW_CMD_RULE_ADD,
		     NLM_F_ACK | NLM_F_CREATE, EINVAL, ANY, 0,
		     MATCH(PROTO(99))),
	REFUSE_FLAGS("nlmsg_flags: exclusive", BRFW_CMD_RULE_ADD,
		     NLM_F_ACK | NLM_F_EXCL, EINVAL, ANY, 0, MATCH(PROTO(99))),
	REFUSE_FLAGS("nlmsg_flags: replace", BRFW_CMD_RULE_ADD,
		     NLM_F_ACK | NLM_F_REPLACE, EINVAL, ANY, 0,
		     MATCH(PROTO(99))),
	REFUSE_FLAGS("nlmsg_flags: append", BRFW_CMD_RULE_ADD,
		     NLM_F_ACK | NLM_F_APPEND, EINVAL, ANY, 0,
		     MATCH(PROTO(99))),

	/* rule add: the message */
	REFUSE("rule add: no rule", RULE_ADD, EINVAL, MISSING(BRFW_A_RULE), DONE),
	REFUSE("rule add: unknown attribute", RULE_ADD, EINVAL, 200,
	       MATCH(PROTO(99)), U32(200, 1)),
	REFUSE("rule add: attribute of another command", RULE_ADD, EINVAL,
	       BRFW_A_TXN_FLAGS, MATCH(PROTO(99)), U32(BRFW_A_TXN_FLAGS, 1)),
	REFUSE("rule add: rule not marked as nested", RULE_ADD, EINVAL,
	       BRFW_A_RULE, UNMARKED(BRFW_A_RULE), DROP, END),
	REFUSE("rule add: rule is a number", RULE_ADD, EINVAL, BRFW_A_RULE,
	       U32(BRFW_A_RULE, 1)),
	REFUSE("rule add: trailing bytes", RULE_ADD, EINVAL, ANY,
	       MATCH(PROTO(99)), JUNK(3)),
	REFUSE("rule add: trailing bytes in the rule", RULE_ADD, EINVAL, ANY,
	       NEST(BRFW_A_RULE), DROP, JUNK(3), END),
	REFUSE("rule add: an attribute longer than the message", RULE_ADD,
	       EINVAL, ANY, MATCH(PROTO(99)), JUNK(8)),
	REFUSE("rule add: change id 0", RULE_ADD, ERANGE, BRFW_A_CHANGE_ID,
	       U32(BRFW_A_CHANGE_ID, 0), MATCH(PROTO(99))),
	REFUSE("rule add: change id of 2 bytes", RULE_ADD, EINVAL,
	       BRFW_A_CHANGE_ID, U16(BRFW_A_CHANGE_ID, 1), MATCH(PROTO(99))),
	REFUSE("rule add: change id of 8 bytes", RULE_ADD, EINVAL,
	       BRFW_A_CHANGE_ID, U64(BRFW_A_CHANGE_ID, 1), MATCH(PROTO(99))),

	/* rule add: the rule */
	REFUSE("rule: empty", RULE_ADD, EINVAL, BRFW_A_RULE,
	       NEST(BRFW_A_RULE), END),
	REFUSE("rule: neither verdict nor action", RULE_ADD, EINVAL, BRFW_A_RULE,
	       NEST(BRFW_A_RULE), U32(BRFW_RULE_A_PRIORITY, 1), END),
	REFUSE("rule: unknown verdict", RULE_ADD, ERANGE, BRFW_RULE_A_VERDICT,
	       NEST(BRFW_A_RULE), U8(BRFW_RULE_A_VERDICT, 5), END),
	REFUSE("rule: verdict of 4 bytes", RULE_ADD, EINVAL,
	       BRFW_RULE_A_VERDICT, NEST(BRFW_A_RULE),
	       U32(BRFW_RULE_A_VERDICT, 1), END),
	REFUSE_RULE("rule: unknown attribute", EINVAL, 99, U32(99, 1)),
	REFUSE_RULE("rule: padding", EINVAL, BRFW_RULE_A_PAD,
		    BYTES(BRFW_RULE_A_PAD, "")),
	REFUSE_RULE("rule: a handle of one's own", EINVAL, BRFW_RULE_A_HANDLE,
		    U64(BRFW_RULE_A_HANDLE, 5)),
	REFUSE_RULE("rule: counters of one's own", EINVAL, BRFW_RULE_A_STATS,
		    NEST(BRFW_RULE_A_STATS), END),
	REFUSE_RULE("rule: reserved hook", EOPNOTSUPP, BRFW_RULE_A_HOOK,
		    HOOK(PREROUTING)),
	REFUSE_RULE("rule: unknown hook", ERANGE, BRFW_RULE_A_HOOK,
		    U8(BRFW_RULE_A_HOOK, 4)),
	REFUSE_RULE("rule: hook of 4 bytes", EINVAL, BRFW_RULE_A_HOOK,
		    U32(BRFW_RULE_A_HOOK, 0)),
	REFUSE_RULE("rule: priority of 1 byte", EINVAL, BRFW_RULE_A_PRIORITY,
		    U8(BRFW_RULE_A_PRIORITY, 1)),
	REFUSE_RULE("rule: priority of 8 bytes", EINVAL, BRFW_RULE_A_PRIORITY,
		    U64(BRFW_RULE_A_PRIORITY, 1)),

	/* names */
	REFUSE_RULE("bridge: empty name", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "")),
	REFUSE_RULE("bridge: no bytes", EINVAL, BRFW_RULE_A_BRIDGE,
		    BYTES(BRFW_RULE_A_BRIDGE, "")),
	REFUSE_RULE("bridge: .", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, ".")),
	REFUSE_RULE("bridge: ..", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "..")),
	REFUSE_RULE("bridge: with a slash", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br/0")),
	REFUSE_RULE("bridge: with a blank", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br 0")),
	REFUSE_RULE("bridge: with a colon", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br:0")),
	REFUSE_RULE("bridge: 16 characters", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "abcdefghijklmnop")),
	REFUSE_RULE("bridge: no NUL byte", EINVAL, BRFW_RULE_A_BRIDGE,
		    BYTES(BRFW_RULE_A_BRIDGE, "br0")),
	REFUSE_RULE("bridge: escape", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br\x1b[1m")),
	REFUSE_RULE("bridge: delete", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br\x7f")),
	REFUSE_MATCH("in port: control character", EINVAL, VALUE,
		     COND(IN_PORT, STR(VALUE, "eth\x01"))),
	REFUSE_RULE("mirror: control character", EINVAL, BRFW_RULE_A_MIRROR,
		    STR(BRFW_RULE_A_MIRROR, "eth\x02")),
	REFUSE("policy: control character", POLICY_SET, EINVAL,
	       BRFW_POLICY_A_BRIDGE, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), STR(BRFW_POLICY_A_BRIDGE, "br\x08"),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),
	/* What files, JSON or some terminals can't hold. */
	REFUSE_RULE("bridge: U+0085", EINVAL, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br\xc2\x85")),
	REFUSE_MATCH("in port: U+009B", EINVAL, VALUE,
		     COND(IN_PORT, STR(VALUE, "eth\xc2\x9b"))),
	REFUSE_RULE("mirror: U+2028", EINVAL, BRFW_RULE_A_MIRROR,
		    STR(BRFW_RULE_A_MIRROR, "eth\xe2\x80\xa8")),
	REFUSE_RULE("redirect: Latin-1", EINVAL, BRFW_RULE_A_REDIRECT,
		    STR(BRFW_RULE_A_REDIRECT, "eth\xe9")),
	REFUSE("policy: U+0080", POLICY_SET, EINVAL,
	       BRFW_POLICY_A_BRIDGE, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), STR(BRFW_POLICY_A_BRIDGE, "br\xc2\x80"),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),
	REFUSE("zone set: U+0085", ZONE_SET, EINVAL, BRFW_ZONE_A_BRIDGE,
	       ZONE("br\xc2\x85", 1)),
	REFUSE_RULE("comment: U+0085", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "a\xc2\x85" "b")),
	REFUSE_RULE("comment: U+009F", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "\xc2\x9f")),
	REFUSE_RULE("comment: U+2029", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "a\xe2\x80\xa9" "b")),
	REFUSE_RULE("comment: half a character", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "caf\xc3")),
	REFUSE_RULE("comment: end of a character", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "caf\xa9")),
	REFUSE_RULE("comment: a slash in two bytes", EINVAL,
		    BRFW_RULE_A_COMMENT, STR(BRFW_RULE_A_COMMENT, "\xc0\xaf")),
	REFUSE_RULE("comment: a slash in three bytes", EINVAL,
		    BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "\xe0\x80\xaf")),
	REFUSE_RULE("comment: a surrogate", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "\xed\xa0\x80")),
	REFUSE_RULE("comment: beyond Unicode", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "\xf4\x90\x80\x80")),
	REFUSE_RULE("log: U+0085 in the prefix", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(STR(BRFW_LOG_A_PREFIX, "\xc2\x85"))),
	REFUSE("set add: U+0085 in the comment", SET_ADD, EINVAL,
	       BRFW_SET_A_COMMENT,
	       SET("new", FOUR, STR(BRFW_SET_A_COMMENT, "\xc2\x85"))),
	REFUSE("element add: U+0085 in the comment", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_COMMENT, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), STR(BRFW_ELEMENT_A_COMMENT, "\xc2\x85")))),
	REFUSE("element add: U+0085 in a name", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, SET("four", "\4"),
	       ELEMENTS(ITEM(FIRST("br\xc2\x85\0\0\0\0\0\0\0\0\0\0\0\0")))),
	REFUSE_RULE("bridge: trailing *", EOPNOTSUPP, BRFW_RULE_A_BRIDGE,
		    STR(BRFW_RULE_A_BRIDGE, "br*")),
	REFUSE_MATCH("in port: empty name", EINVAL, VALUE,
		     COND(IN_PORT, STR(VALUE, ""))),
	REFUSE_MATCH("in port: ..", EINVAL, VALUE,
		     COND(IN_PORT, STR(VALUE, ".."))),
	REFUSE_MATCH("in port: with a slash", EINVAL, VALUE,
		     COND(IN_PORT, STR(VALUE, "a/b"))),
	REFUSE_MATCH("in port: 16 characters", EINVAL, VALUE,
		     COND(IN_PORT, STR(VALUE, "abcdefghijklmnop"))),
	REFUSE_MATCH("in port: trailing *", EOPNOTSUPP, VALUE,
		     COND(IN_PORT, STR(VALUE, "eth*"))),
	REFUSE_MATCH("in port: only *", EOPNOTSUPP, VALUE,
		     COND(IN_PORT, STR(VALUE, "*"))),
	REFUSE_MATCH("in port: no NUL byte", EINVAL, VALUE,
		     COND(IN_PORT, BYTES(VALUE, "eth0"))),
	REFUSE_MATCH("out port: with a blank", EINVAL, VALUE,
		     COND(OUT_PORT, STR(VALUE, "e 0"))),
	REFUSE_RULE("in port at output", EINVAL, BRFW_MATCH_A_IN_PORT,
		    HOOK(OUTPUT), NEST(BRFW_RULE_A_MATCH),
		    COND(IN_PORT, STR(VALUE, "eth0")), END),
	REFUSE_RULE("out port at input", EINVAL, BRFW_MATCH_A_OUT_PORT,
		    HOOK(INPUT), NEST(BRFW_RULE_A_MATCH),
		    COND(OUT_PORT, STR(VALUE, "eth0")), END),

	/* comments */
	REFUSE_RULE("comment: too long", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, long_comment)),
	REFUSE_RULE("comment: empty", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "")),
	REFUSE_RULE("comment: line feed", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "two\nlines")),
	REFUSE_RULE("comment: escape", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "\x1b[31m")),
	REFUSE_RULE("comment: delete", EINVAL, BRFW_RULE_A_COMMENT,
		    STR(BRFW_RULE_A_COMMENT, "x\x7f")),
	REFUSE_RULE("comment: no NUL byte", EINVAL, BRFW_RULE_A_COMMENT,
		    BYTES(BRFW_RULE_A_COMMENT, "text")),

	/* conditions: form */
	REFUSE_MATCH("match: unknown field", EINVAL, 99, NEST(99), END),
	REFUSE_MATCH("match: field 0", EINVAL, ANY, NEST(0), END),
	REFUSE_RULE("match: not marked as nested", EINVAL, BRFW_RULE_A_MATCH,
		    UNMARKED(BRFW_RULE_A_MATCH), END),
	REFUSE_MATCH("condition: not marked as nested", EINVAL,
		     BRFW_MATCH_A_IP_PROTO, UNMARKED(BRFW_MATCH_A_IP_PROTO),
		     U8(VALUE, 6), END),
	REFUSE_MATCH("condition: empty", EINVAL, BRFW_MATCH_A_IP_PROTO,
		     NEST(BRFW_MATCH_A_IP_PROTO), END),
	REFUSE_MATCH("condition: mask but no value", EINVAL,
		     BRFW_MATCH_A_ETH_SRC, COND(ETH_SRC, BYTES(MASK, MAC_A))),
	REFUSE_MATCH("condition: unknown attribute", EINVAL, 77,
		     COND(IP_PROTO, U8(VALUE, 6), U8(77, 1))),
	REFUSE_MATCH("condition: trailing bytes", EINVAL, ANY,
		     COND(IP_PROTO, U8(VALUE, 6), JUNK(3))),

	/* conditions: lengths and ranges of values */
	REFUSE_MATCH("smac: 5 bytes", ERANGE, VALUE,
		     COND(ETH_SRC, BYTES(VALUE, "12345"))),
	REFUSE_MATCH("smac: 8 bytes", ERANGE, VALUE,
		     COND(ETH_SRC, BYTES(VALUE, "12345678"))),
	REFUSE_MATCH("dmac: mask of 4 bytes", ERANGE, MASK,
		     COND(ETH_DST, BYTES(VALUE, MAC_A), BYTES(MASK, "1234"))),
	REFUSE_MATCH("ethertype: 0x05ff", ERANGE, VALUE,
		     COND(ETH_TYPE, U16(VALUE, 0x5ff))),
	REFUSE_MATCH("ethertype: 0", ERANGE, VALUE,
		     COND(ETH_TYPE, U16(VALUE, 0))),
	REFUSE_MATCH("ethertype: 4 bytes", EINVAL, VALUE,
		     COND(ETH_TYPE, U32(VALUE, 0x800))),
	REFUSE_MATCH("vlan: 4095", ERANGE, VALUE,
		     COND(VLAN_ID, U16(VALUE, 4095))),
	REFUSE_MATCH("vlan: 65535", ERANGE, VALUE,
		     COND(VLAN_ID, U16(VALUE, 65535))),
	REFUSE_MATCH("vlan: 1 byte", EINVAL, VALUE, COND(VLAN_ID, U8(VALUE, 5))),
	REFUSE_MATCH("IPv4: 3 bytes", ERANGE, VALUE,
		     COND(IP4_SRC, BYTES(VALUE, "123"))),
	REFUSE_MATCH("IPv4: 16 bytes", ERANGE, VALUE,
		     COND(IP4_SRC, BYTES(VALUE, IP6_A))),
	REFUSE_MATCH("IPv6: 4 bytes", ERANGE, VALUE,
		     COND(IP6_DST, BYTES(VALUE, IP4_A))),
	REFUSE_MATCH("IPv4: prefix 0", ERANGE, PREFIX,
		     COND(IP4_SRC, BYTES(VALUE, "\0\0\0\0"), U8(PREFIX, 0))),
	REFUSE_MATCH("IPv4: prefix 33", ERANGE, PREFIX,
		     COND(IP4_DST, BYTES(VALUE, IP4_A), U8(PREFIX, 33))),
	REFUSE_MATCH("IPv6: prefix 0", ERANGE, PREFIX,
		     COND(IP6_SRC, BYTES(VALUE, IP6_A), U8(PREFIX, 0))),
	REFUSE_MATCH("IPv6: prefix 129", ERANGE, PREFIX,
		     COND(IP6_DST, BYTES(VALUE, IP6_A), U8(PREFIX, 129))),
	REFUSE_MATCH("IPv4: prefix of 4 bytes", EINVAL, PREFIX,
		     COND(IP4_DST, BYTES(VALUE, IP4_A), U32(PREFIX, 24))),
	REFUSE_MATCH("proto: 2 bytes", EINVAL, VALUE,
		     COND(IP_PROTO, U16(VALUE, 6))),
	REFUSE_MATCH("sport: 1 byte", EINVAL, VALUE, PROTO(TCP),
		     COND(L4_SPORT, U8(VALUE, 6))),
	REFUSE_MATCH("dport: 4 bytes", EINVAL, VALUE, PROTO(TCP),
		     COND(L4_DPORT, U32(VALUE, 6))),
	REFUSE_MATCH("tcp-flags: 2 bytes", EINVAL, VALUE, PROTO(TCP),
		     COND(TCP_FLAGS, U16(VALUE, 2))),
	REFUSE_MATCH("icmp-type: 2 bytes", EINVAL, VALUE, PROTO(ICMP),
		     COND(ICMP_TYPE, U16(VALUE, 8))),

	/* conditions: masks, prefixes and ranges where they don't belong */
	REFUSE_MATCH("smac: prefix", EINVAL, PREFIX,
		     COND(ETH_SRC, BYTES(VALUE, MAC_A), U8(PREFIX, 24))),
	REFUSE_MATCH("ethertype: mask", EINVAL, MASK,
		     COND(ETH_TYPE, U16(VALUE, 0x800), U16(MASK, 0xff00))),
	REFUSE_MATCH("vlan-prio: range", EINVAL, RANGE_END,
		     COND(VLAN_PRIO, U8(VALUE, 5), U8(RANGE_END, 6))),
	REFUSE_MATCH("IPv4: mask", EINVAL, MASK,
		     COND(IP4_SRC, BYTES(VALUE, IP4_A), BYTES(MASK, IP4_A))),
	REFUSE_MATCH("proto: range", EINVAL, RANGE_END,
		     COND(IP_PROTO, U8(VALUE, 5), U8(RANGE_END, 9))),
	REFUSE_MATCH("dport: mask", EINVAL, MASK, PROTO(TCP),
		     COND(L4_DPORT, U16(VALUE, 5), U16(MASK, 0xff))),
	REFUSE_MATCH("tcp-flags: range", EINVAL, RANGE_END, PROTO(TCP),
		     COND(TCP_FLAGS, U8(VALUE, 5), U8(RANGE_END, 9))),
	REFUSE_MATCH("in port: mask", EINVAL, MASK,
		     COND(IN_PORT, STR(VALUE, "eth0"), STR(MASK, "eth"))),

	/* conditions that say nothing or contradict themselves */
	REFUSE_MATCH("smac: mask of zeros", EINVAL, MASK,
		     COND(ETH_SRC, BYTES(VALUE, "\0\0\0\0\0\0"),
			  BYTES(MASK, "\0\0\0\0\0\0"))),
	REFUSE_MATCH("smac: value outside of the mask", EINVAL, VALUE,
		     COND(ETH_SRC, BYTES(VALUE, "\x02\0\0\0\0\x01"),
			  BYTES(MASK, "\xff\xff\xff\0\0\0"))),
	REFUSE_MATCH("tcp-flags: mask of zeros", EINVAL, MASK, PROTO(TCP),
		     COND(TCP_FLAGS, U8(VALUE, 0), U8(MASK, 0))),
	REFUSE_MATCH("tcp-flags: value outside of the mask", EINVAL, VALUE,
		     PROTO(TCP), COND(TCP_FLAGS, U8(VALUE, 3), U8(MASK, 1))),
	REFUSE_MATCH("IPv4: value outside of the prefix", EINVAL, VALUE,
		     COND(IP4_SRC, BYTES(VALUE, IP4_A), U8(PREFIX, 31))),
	REFUSE_MATCH("IPv6: value outside of the prefix", EINVAL, VALUE,
		     COND(IP6_SRC, BYTES(VALUE, IP6_A), U8(PREFIX, 127))),
	REFUSE_MATCH("dport: reversed range", EINVAL, RANGE_END, PROTO(TCP),
		     COND(L4_DPORT, U16(VALUE, 20), U16(RANGE_END, 10))),
	REFUSE_MATCH("sport: range of one", EINVAL, RANGE_END, PROTO(UDP),
		     COND(L4_SPORT, U16(VALUE, 20), U16(RANGE_END, 20))),

	/* conditions that need others */
	REFUSE_MATCH("dport without proto", EINVAL, BRFW_MATCH_A_L4_DPORT,
		     COND(L4_DPORT, U16(VALUE, 80))),
	REFUSE_MATCH("sport with proto icmp", EINVAL, BRFW_MATCH_A_L4_SPORT,
		     PROTO(ICMP), COND(L4_SPORT, U16(VALUE, 80))),
	REFUSE_MATCH("dport with proto 0", EINVAL, BRFW_MATCH_A_L4_DPORT,
		     PROTO(0), COND(L4_DPORT, U16(VALUE, 80))),
	REFUSE_MATCH("port range with proto 253", EINVAL, BRFW_MATCH_A_L4_DPORT,
		     PROTO(253), COND(L4_DPORT, U16(VALUE, 80), U16(RANGE_END, 81))),
	REFUSE_MATCH("tcp-flags with proto udp", EINVAL, BRFW_MATCH_A_TCP_FLAGS,
		     PROTO(UDP), COND(TCP_FLAGS, U8(VALUE, 2))),
	REFUSE_MATCH("tcp-flags without proto", EINVAL, BRFW_MATCH_A_TCP_FLAGS,
		     COND(TCP_FLAGS, U8(VALUE, 2))),
	REFUSE_MATCH("icmp-type without proto", EINVAL, BRFW_MATCH_A_ICMP_TYPE,
		     COND(ICMP_TYPE, U8(VALUE, 8))),
	REFUSE_MATCH("icmp-type with proto icmpv6", EINVAL,
		     BRFW_MATCH_A_ICMP_TYPE, PROTO(ICMPV6),
		     COND(ICMP_TYPE, U8(VALUE, 8))),
	REFUSE_MATCH("icmp-code without type", EINVAL, BRFW_MATCH_A_ICMP_CODE,
		     PROTO(ICMP), COND(ICMP_CODE, U8(VALUE, 0))),
	REFUSE_MATCH("icmpv6-type with proto icmp", EINVAL,
		     BRFW_MATCH_A_ICMPV6_TYPE, PROTO(ICMP),
		     COND(ICMPV6_TYPE, U8(VALUE, 128))),
	REFUSE_MATCH("icmpv6-code without type", EINVAL,
		     BRFW_MATCH_A_ICMPV6_CODE, PROTO(ICMPV6),
		     COND(ICMPV6_CODE, U8(VALUE, 0))),
	REFUSE_MATCH("IPv4 and IPv6 addresses", EINVAL, ANY,
		     COND(IP4_SRC, BYTES(VALUE, IP4_A)),
		     COND(IP6_DST, BYTES(VALUE, IP6_A))),
	REFUSE_MATCH("IPv4 address and EtherType ARP", EINVAL, ANY,
		     COND(ETH_TYPE, U16(VALUE, 0x806)),
		     COND(IP4_SRC, BYTES(VALUE, IP4_A))),
	REFUSE_MATCH("IPv6 address and EtherType IPv4", EINVAL, ANY,
		     COND(ETH_TYPE, U16(VALUE, 0x800)),
		     COND(IP6_SRC, BYTES(VALUE, IP6_A))),
	REFUSE_MATCH("icmp-type and IPv6 address", EINVAL, ANY,
		     COND(IP6_SRC, BYTES(VALUE, IP6_A)), PROTO(ICMP),
		     COND(ICMP_TYPE, U8(VALUE, 8))),

	/* zones */
	REFUSE_FLAGS("zones without dump", BRFW_CMD_ZONE_GET, NLM_F_ACK,
		     EOPNOTSUPP, ANY, F_NO_TEXT, DONE),
	REFUSE_DUMP("zones of a bridge", ZONE_GET, EINVAL, ANY,
		    STR(BRFW_A_BRIDGE, "br0")),
	REFUSE("zone set: no zone", ZONE_SET, EINVAL, MISSING(BRFW_A_ZONE), DONE),
	REFUSE("zone set: empty", ZONE_SET, EINVAL, BRFW_A_ZONE,
	       NEST(BRFW_A_ZONE), END),
	REFUSE("zone set: not marked as nested", ZONE_SET, EINVAL, BRFW_A_ZONE,
	       UNMARKED(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, "br0"),
	       U16(BRFW_ZONE_A_ID, 1), END),
	REFUSE("zone set: no number", ZONE_SET, EINVAL, BRFW_A_ZONE,
	       NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, "br0"), END),
	REFUSE("zone set: no bridge", ZONE_SET, EINVAL, BRFW_A_ZONE,
	       NEST(BRFW_A_ZONE), U16(BRFW_ZONE_A_ID, 1), END),
	REFUSE("zone set: 0", ZONE_SET, ERANGE, BRFW_ZONE_A_ID, ZONE("br0", 0)),
	REFUSE("zone set: number of 4 bytes", ZONE_SET, EINVAL, BRFW_ZONE_A_ID,
	       NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, "br0"),
	       U32(BRFW_ZONE_A_ID, 1), END),
	REFUSE("zone set: bad name", ZONE_SET, EINVAL, BRFW_ZONE_A_BRIDGE,
	       ZONE("a/b", 1)),
	REFUSE("zone set: long name", ZONE_SET, EINVAL, BRFW_ZONE_A_BRIDGE,
	       ZONE("abcdefghijklmnop", 1)),
	REFUSE("zone set: reserved name", ZONE_SET, EOPNOTSUPP,
	       BRFW_ZONE_A_BRIDGE, ZONE("br*", 1)),
	REFUSE("zone set: number twice", ZONE_SET, EINVAL, BRFW_ZONE_A_ID,
	       NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, "br0"),
	       U16(BRFW_ZONE_A_ID, 1), U16(BRFW_ZONE_A_ID, 2), END),
	REFUSE("zone set: twice", ZONE_SET, EINVAL, BRFW_A_ZONE,
	       ZONE("br0", 1), ZONE("br0", 2)),
	REFUSE("zone set: unknown attribute", ZONE_SET, EINVAL, 9,
	       NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, "br0"),
	       U16(BRFW_ZONE_A_ID, 1), U16(9, 2), END),
	REFUSE("zone set: change id 0", ZONE_SET, ERANGE, BRFW_A_CHANGE_ID,
	       U32(BRFW_A_CHANGE_ID, 0), ZONE("br0", 1)),
	REFUSE("zone delete: no zone", ZONE_DELETE, EINVAL,
	       MISSING(BRFW_A_ZONE), DONE),
	REFUSE("zone delete: with its number", ZONE_DELETE, EINVAL,
	       BRFW_ZONE_A_ID, ZONE("br0", 17)),
	REFUSE("zone delete: no bridge", ZONE_DELETE, EINVAL, BRFW_A_ZONE,
	       NEST(BRFW_A_ZONE), END),
	REFUSE("zone delete: of a bridge without", ZONE_DELETE, ENOENT, ANY,
	       NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, "br7"), END),

	/* sets */
	REFUSE("set add: no set", SET_ADD, EINVAL, MISSING(BRFW_A_SET), DONE),
	REFUSE("set add: empty", SET_ADD, EINVAL, BRFW_A_SET,
	       NEST(BRFW_A_SET), END),
	REFUSE("set add: no name", SET_ADD, EINVAL, BRFW_A_SET,
	       NEST(BRFW_A_SET), BYTES(BRFW_SET_A_MEMBERS, FOUR), END),
	REFUSE("set add: empty name", SET_ADD, EINVAL, BRFW_SET_A_NAME,
	       SET("", FOUR)),
	REFUSE("set add: name with a digit first", SET_ADD, EINVAL,
	       BRFW_SET_A_NAME, SET("1a", FOUR)),
	REFUSE("set add: name with a blank", SET_ADD, EINVAL, BRFW_SET_A_NAME,
	       SET("a b", FOUR)),
	REFUSE("set add: name with a control character", SET_ADD, EINVAL,
	       BRFW_SET_A_NAME, SET("a\x1b", FOUR)),
	REFUSE("set add: name that is not ASCII", SET_ADD, EINVAL,
	       BRFW_SET_A_NAME, SET("a\xe4", FOUR)),
	REFUSE("set add: name of 32 bytes", SET_ADD, EINVAL, BRFW_SET_A_NAME,
	       SET("abcdefghijklmnopqrstuvwxyzabcdef", FOUR)),
	REFUSE("set add: no members", SET_ADD, EINVAL, BRFW_A_SET,
	       SET_NAME("new")),
	REFUSE("set add: no member", SET_ADD, EINVAL, BRFW_SET_A_MEMBERS,
	       SET("new", "")),
	REFUSE("set add: five members", SET_ADD, ERANGE, BRFW_SET_A_MEMBERS,
	       SET("new", "\1\1\1\1\1")),
	REFUSE("set add: unknown member", SET_ADD, EINVAL, BRFW_SET_A_MEMBERS,
	       SET("new", "\1\5")),
	REFUSE("set add: interval of a single member", SET_ADD, EINVAL,
	       BRFW_SET_A_INTERVAL,
	       SET("new", FOUR, U8(BRFW_SET_A_INTERVAL, 1))),
	REFUSE("set add: interval of no member", SET_ADD, EINVAL,
	       BRFW_SET_A_INTERVAL,
	       SET("new", PAIR, U8(BRFW_SET_A_INTERVAL, 3))),
	REFUSE("set add: interval 0", SET_ADD, ERANGE, BRFW_SET_A_INTERVAL,
	       SET("new", PAIR, U8(BRFW_SET_A_INTERVAL, 0))),
	REFUSE("set add: interval of a MAC address", SET_ADD, EINVAL,
	       BRFW_SET_A_INTERVAL,
	       SET("new", PAIR, U8(BRFW_SET_A_INTERVAL, 1))),
	REFUSE("set add: timeout 0", SET_ADD, ERANGE, BRFW_SET_A_TIMEOUT,
	       SET("new", FOUR, U32(BRFW_SET_A_TIMEOUT, 0))),
	REFUSE("set add: timeout for longer than there is", SET_ADD, ERANGE,
	       BRFW_SET_A_TIMEOUT,
	       SET("new", FOUR, U32(BRFW_SET_A_TIMEOUT, UINT32_MAX))),
	REFUSE("set add: unknown flag", SET_ADD, EINVAL, BRFW_SET_A_FLAGS,
	       SET("new", FOUR, U32(BRFW_SET_A_FLAGS, 4))),
	REFUSE("set add: control character in the comment", SET_ADD, EINVAL,
	       BRFW_SET_A_COMMENT,
	       SET("new", FOUR, STR(BRFW_SET_A_COMMENT, "a\n"))),
	REFUSE("set add: number of elements", SET_ADD, EINVAL,
	       BRFW_SET_A_ELEMENTS,
	       SET("new", FOUR, U32(BRFW_SET_A_ELEMENTS, 1))),
	REFUSE("set add: name twice", SET_ADD, EINVAL, BRFW_SET_A_NAME,
	       SET("new", FOUR, STR(BRFW_SET_A_NAME, "newer"))),
	REFUSE("set add: there is one", SET_ADD, EEXIST, ANY, OF_FOUR),
	REFUSE("set add: there is one of another type", SET_ADD, EEXIST, ANY,
	       SET("four", PAIR)),
	REFUSE("set delete: no name", SET_DELETE, EINVAL, BRFW_A_SET,
	       NEST(BRFW_A_SET), END),
	REFUSE("set delete: with members", SET_DELETE, EINVAL,
	       BRFW_SET_A_MEMBERS, OF_FOUR),
	REFUSE("set delete: there is none", SET_DELETE, ENOENT, ANY,
	       SET_NAME("new")),
	REFUSE("set delete: rules name it", SET_DELETE, EBUSY, ANY,
	       SET_NAME("four")),
	REFUSE("set flush: there is none", SET_FLUSH, ENOENT, ANY,
	       SET_NAME("new")),
	REFUSE("set get: no set", SET_GET, EINVAL, MISSING(BRFW_A_SET), DONE),
	REFUSE("set get: there is none", SET_GET, ENOENT, BRFW_A_SET,
	       SET_NAME("new")),
	REFUSE("set get: no name", SET_GET, EINVAL, BRFW_A_SET,
	       NEST(BRFW_A_SET), END),
	REFUSE_DUMP("dump of sets: a name", SET_GET, EINVAL, ANY,
		    SET_NAME("four")),
	REFUSE_DUMP("elements of a set that is not there", ELEMENT_GET, ENOENT,
		    ANY, SET_NAME("new")),
	REFUSE_DUMP("elements of a set without a name", ELEMENT_GET, EINVAL,
		    ANY, NEST(BRFW_A_SET), END),
	REFUSE_FLAGS("elements without dump", BRFW_CMD_ELEMENT_GET, NLM_F_ACK,
		     EOPNOTSUPP, ANY, F_NO_TEXT, DONE),

	/* elements */
	REFUSE("element add: no set", ELEMENT_ADD, EINVAL, MISSING(BRFW_A_SET),
	       ELEMENTS(ITEM(FIRST(IP4_A)))),
	REFUSE("element add: no elements", ELEMENT_ADD, EINVAL,
	       MISSING(BRFW_A_ELEMENTS), OF_FOUR),
	REFUSE("element add: an empty list", ELEMENT_ADD, EINVAL,
	       BRFW_A_ELEMENTS, OF_FOUR, NEST(BRFW_A_ELEMENTS), END),
	REFUSE("element add: an empty item", ELEMENT_ADD, EINVAL,
	       BRFW_LIST_A_ITEM, OF_FOUR,
	       ELEMENTS(NEST(BRFW_LIST_A_ITEM), END)),
	REFUSE("element add: not an item", ELEMENT_ADD, EINVAL, 2, OF_FOUR,
	       ELEMENTS(NEST(2), FIRST(IP4_A), END)),
	REFUSE("element add: no members", ELEMENT_ADD, EINVAL, BRFW_A_SET,
	       SET_NAME("four"), ELEMENTS(ITEM(FIRST(IP4_A)))),
	REFUSE("element add: there is no set", ELEMENT_ADD, ENOENT, ANY,
	       SET("new", FOUR), ELEMENTS(ITEM(FIRST(IP4_A)))),
	REFUSE("element add: set of another type", ELEMENT_ADD, EINVAL, ANY,
	       SET("four", "\2"), ELEMENTS(ITEM(FIRST(IP6_A)))),
	REFUSE("element add: set with another interval", ELEMENT_ADD, EINVAL,
	       ANY, SET("pair", PAIR), ELEMENTS(ITEM(FIRST(MAC_A IP4_A)))),
	REFUSE("element add: too short", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, OF_FOUR, ELEMENTS(ITEM(FIRST("abc")))),
	REFUSE("element add: too long", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, OF_FOUR, ELEMENTS(ITEM(FIRST(MAC_A)))),
	REFUSE("element add: end too short", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_LAST, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), LAST("abc")))),
	REFUSE("element add: reversed range", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_LAST, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), LAST("\xc0\x00\x02\x00")))),
	REFUSE("element add: range of one", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_LAST, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), LAST(IP4_A)))),
	REFUSE("element add: reversed range of ports", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_LAST, SET("four", "\3"),
	       ELEMENTS(ITEM(U16(BRFW_ELEMENT_A_VALUE, 256),
			     U16(BRFW_ELEMENT_A_LAST, 255)))),
	REFUSE("element add: range of a MAC address", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_LAST, OF_PAIR,
	       ELEMENTS(ITEM(FIRST(MAC_A IP4_A),
			     LAST("\x02\0\0\0\0\x02" IP4_A)))),
	REFUSE("element add: unknown attribute", ELEMENT_ADD, EINVAL, 9,
	       OF_FOUR, ELEMENTS(ITEM(FIRST(IP4_A), U32(9, 1)))),
	REFUSE("element add: value twice", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), FIRST(IP4_A)))),
	REFUSE("element add: counters of one's own", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_STATS, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), NEST(BRFW_ELEMENT_A_STATS), END))),
	REFUSE("element add: timeout of 8 bytes", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_TIMEOUT, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), U64(BRFW_ELEMENT_A_TIMEOUT, 1)))),
	REFUSE("element add: timeout for longer than there is", ELEMENT_ADD,
	       ERANGE, BRFW_ELEMENT_A_TIMEOUT, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A),
			     U32(BRFW_ELEMENT_A_TIMEOUT, UINT32_MAX)))),
	REFUSE("element add: empty comment", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_COMMENT, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), STR(BRFW_ELEMENT_A_COMMENT, "")))),
	REFUSE("element add: change id 0", ELEMENT_ADD, ERANGE,
	       BRFW_ELEMENT_A_CHANGE_ID, OF_FOUR,
	       ELEMENTS(ITEM(FIRST(IP4_A), U32(BRFW_ELEMENT_A_CHANGE_ID, 0)))),
	REFUSE("element add: a name that is none", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, SET("four", "\4"),
	       ELEMENTS(ITEM(FIRST("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")))),
	REFUSE("element add: a name without an end", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, SET("four", "\4"),
	       ELEMENTS(ITEM(FIRST("abcdefghijklmnop")))),
	REFUSE("element add: bytes behind the name", ELEMENT_ADD, EINVAL,
	       BRFW_ELEMENT_A_VALUE, SET("four", "\4"),
	       ELEMENTS(ITEM(FIRST("eth0\0\0\0\0\0\0\0\0\0\0\1\0")))),
	REFUSE("element add: there is one", ELEMENT_ADD, EEXIST, ANY, OF_FOUR,
	       ELEMENTS(ITEM(FIRST("\x0a\0\0\0"), LAST("\x0a\xff\xff\xff")))),
	REFUSE("element add: in a range that is there", ELEMENT_ADD, EEXIST,
	       ANY, OF_FOUR, ELEMENTS(ITEM(FIRST("\x0a\1\2\3")))),
	REFUSE("element add: a range from before one that is there",
	       ELEMENT_ADD, EEXIST, ANY, OF_FOUR,
	       ELEMENTS(ITEM(FIRST("\x09\1\2\3"), LAST("\x0a\0\0\0")))),
	REFUSE("element add: a range to behind one that is there",
	       ELEMENT_ADD, EEXIST, ANY, OF_FOUR,
	       ELEMENTS(ITEM(FIRST("\x0a\xff\xff\xff"), LAST("\x0b\0\0\0")))),
	REFUSE("element add: the second of two is there", ELEMENT_ADD, EEXIST,
	       ANY, OF_FOUR, ELEMENTS(ITEM(FIRST(IP4_A)),
				      ITEM(FIRST("\x0a\1\2\3")))),
	REFUSE("element add: twice the same", ELEMENT_ADD, EEXIST, ANY,
	       OF_FOUR, ELEMENTS(ITEM(FIRST(IP4_A)), ITEM(FIRST(IP4_A)))),
	REFUSE("element replace: there is none", ELEMENT_REPLACE, ENOENT, ANY,
	       OF_FOUR, ELEMENTS(ITEM(FIRST(IP4_A)))),
	REFUSE("element replace: a part of one", ELEMENT_REPLACE, ENOENT, ANY,
	       OF_FOUR, ELEMENTS(ITEM(FIRST("\x0a\0\0\0")))),
	REFUSE("element delete: there is none", ELEMENT_DELETE, ENOENT, ANY,
	       OF_FOUR, ELEMENTS(ITEM(FIRST(IP4_A)))),
	REFUSE("element delete: a part of one", ELEMENT_DELETE, ENOENT, ANY,
	       OF_FOUR, ELEMENTS(ITEM(FIRST("\x0a\0\0\0")))),
	REFUSE("element delete: with a timeout", ELEMENT_DELETE, EINVAL,
	       BRFW_ELEMENT_A_TIMEOUT, OF_FOUR,
	       ELEMENTS(ITEM(FIRST("\x0a\0\0\0"), LAST("\x0a\xff\xff\xff"),
			     U32(BRFW_ELEMENT_A_TIMEOUT, 1)))),

	/* rules that name sets */
	REFUSE_RULE("sets: an empty list", EINVAL, BRFW_RULE_A_SETS,
		    NEST(BRFW_RULE_A_SETS), END),
	REFUSE_RULE("sets: no name", EINVAL, BRFW_LIST_A_ITEM,
		    IN_SETS(ITEM(BYTES(BRFW_IN_SET_A_FIELDS, IP4_SRC_FIELD)))),
	REFUSE_RULE("sets: no fields", EINVAL, BRFW_LIST_A_ITEM,
		    IN_SETS(ITEM(STR(BRFW_IN_SET_A_NAME, "four")))),
	REFUSE_RULE("sets: no field", EINVAL, BRFW_IN_SET_A_FIELDS,
		    IN_SETS(IN_SET("four", ""))),
	REFUSE_RULE("sets: five fields", ERANGE, BRFW_IN_SET_A_FIELDS,
		    IN_SETS(IN_SET("four", "\7\7\7\7\7"))),
	REFUSE_RULE("sets: unknown field", EINVAL, BRFW_IN_SET_A_FIELDS,
		    IN_SETS(IN_SET("four", "\377"))),
	REFUSE_RULE("sets: field that is in no set", EINVAL,
		    BRFW_IN_SET_A_FIELDS, IN_SETS(IN_SET("four", "\5"))),
	REFUSE_RULE("sets: bad name", EINVAL, BRFW_IN_SET_A_NAME,
		    IN_SETS(IN_SET("@four", IP4_SRC_FIELD))),
	REFUSE_RULE("sets: there is none", ENOENT, ANY,
		    IN_SETS(IN_SET("new", IP4_SRC_FIELD))),
	REFUSE_RULE("sets: of another type", EINVAL, ANY,
		    IN_SETS(IN_SET("pair", IP4_SRC_FIELD))),
	REFUSE_RULE("sets: members in another order", EINVAL, ANY,
		    IN_SETS(IN_SET("pair", IP4_SRC_FIELD ETH_SRC_FIELD))),
	REFUSE_RULE("sets: the same twice", EINVAL, BRFW_LIST_A_ITEM,
		    IN_SETS(IN_SET("four", IP4_SRC_FIELD),
			    IN_SET("four", IP4_SRC_FIELD,
				   FLAG(BRFW_IN_SET_A_NEGATE)))),
	REFUSE_RULE("sets: ports without a protocol", EINVAL, BRFW_RULE_A_SETS,
		    IN_SETS(IN_SET("four", SPORT_FIELD))),
	REFUSE_RULE("sets: IPv4 and IPv6", EINVAL, BRFW_MATCH_A_IP6_SRC,
		    NEST(BRFW_RULE_A_MATCH),
		    COND(IP6_SRC, BYTES(VALUE, IP6_A)), END,
		    IN_SETS(IN_SET("four", IP4_SRC_FIELD))),
	REFUSE_RULE("sets: ingress port at output", EINVAL, BRFW_RULE_A_SETS,
		    HOOK(OUTPUT), IN_SETS(IN_SET("four", IN_PORT_FIELD))),
	REFUSE_RULE("sets: nine", EINVAL, BRFW_LIST_A_ITEM,
		    IN_SETS(IN_SET("a1", IP4_SRC_FIELD), IN_SET("a2", IP4_SRC_FIELD),
			    IN_SET("a3", IP4_SRC_FIELD), IN_SET("a4", IP4_SRC_FIELD),
			    IN_SET("a5", IP4_SRC_FIELD), IN_SET("a6", IP4_SRC_FIELD),
			    IN_SET("a7", IP4_SRC_FIELD), IN_SET("a8", IP4_SRC_FIELD),
			    IN_SET("a9", IP4_SRC_FIELD))),
	REFUSE_FLAGS("sets: the same conditions in another order",
		     BRFW_CMD_RULE_ADD, 0, EEXIST, ANY, 0,
		     RULE(HOOK(INPUT),
			  IN_SETS(IN_SET("four", IP4_SRC_FIELD,
					 FLAG(BRFW_IN_SET_A_NEGATE)),
				  IN_SET("pair", ETH_SRC_FIELD IP4_SRC_FIELD)))),

	/* an attribute stands once in a message */
	REFUSE("twice: rule", RULE_ADD, EINVAL, BRFW_A_RULE,
	       MATCH(PROTO(98)), MATCH(PROTO(99))),
	REFUSE("twice: change id", RULE_ADD, EINVAL, BRFW_A_CHANGE_ID,
	       U32(BRFW_A_CHANGE_ID, 1), MATCH(PROTO(99)),
	       U32(BRFW_A_CHANGE_ID, 2)),
	REFUSE("twice: handle to delete", RULE_DELETE, EINVAL, BRFW_A_HANDLE,
	       U64(BRFW_A_HANDLE, 1ULL << 60), BASE(BRFW_A_HANDLE)),
	REFUSE("twice: hook to flush", RULE_FLUSH, EINVAL, BRFW_A_HOOK,
	       U8(BRFW_A_HOOK, 1), U8(BRFW_A_HOOK, 0)),
	REFUSE("twice: bridge to flush", RULE_FLUSH, EINVAL, BRFW_A_BRIDGE,
	       STR(BRFW_A_BRIDGE, "a"), STR(BRFW_A_BRIDGE, BRIDGE)),
	REFUSE("twice: handle to read", RULE_GET, EINVAL, BRFW_A_HANDLE,
	       BASE(BRFW_A_HANDLE), BASE(BRFW_A_HANDLE)),
	REFUSE_DUMP("twice: hook to dump", RULE_GET, EINVAL, ANY,
		    U8(BRFW_A_HOOK, 0), U8(BRFW_A_HOOK, 1)),
	REFUSE("twice: policy to set", POLICY_SET, EINVAL, BRFW_A_POLICY,
	       NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_HOOK, 0),
	       U8(BRFW_POLICY_A_VERDICT, 0), END,
	       NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_HOOK, 1),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),
	REFUSE("twice: handle to reset", COUNTER_RESET, EINVAL, BRFW_A_HANDLE,
	       BASE(BRFW_A_HANDLE), BASE(BRFW_A_HANDLE)),
	REFUSE("twice: flags to begin with", TXN_BEGIN, EINVAL,
	       BRFW_A_TXN_FLAGS, U32(BRFW_A_TXN_FLAGS, 0),
	       U32(BRFW_A_TXN_FLAGS, 1)),
	REFUSE("twice: flags to commit with", TXN_COMMIT, EINVAL,
	       BRFW_A_TXN_FLAGS, U32(BRFW_A_TXN_FLAGS, 0),
	       U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN)),

	/* and once in a nest */
	REFUSE_RULE("twice: verdict", EINVAL, BRFW_RULE_A_VERDICT, DROP),
	REFUSE_RULE("twice: match", EINVAL, BRFW_RULE_A_MATCH,
		    NEST(BRFW_RULE_A_MATCH), END, NEST(BRFW_RULE_A_MATCH), END),
	REFUSE_MATCH("twice: field", EINVAL, BRFW_MATCH_A_IP_PROTO, PROTO(99),
		     PROTO(100)),
	REFUSE_MATCH("twice: the same of a field", EINVAL,
		     BRFW_MATCH_A_IP_PROTO, PROTO(99), PROTO(99)),
	REFUSE_MATCH("twice: value", EINVAL, VALUE,
		     COND(IP_PROTO, U8(VALUE, 98), U8(VALUE, 99))),
	REFUSE_MATCH("twice: negate", EINVAL, BRFW_COND_A_NEGATE,
		     NOT(IP_PROTO, U8(VALUE, 98), NEGATE)),
	REFUSE_RULE("twice: rate", EINVAL, BRFW_LIMIT_A_RATE,
		    LIMIT(1, 1, 1, U64(BRFW_LIMIT_A_RATE, 2))),
	REFUSE_RULE("twice: prefix", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(STR(BRFW_LOG_A_PREFIX, "a"), STR(BRFW_LOG_A_PREFIX, "b"))),
	REFUSE_RULE("twice: mark", EINVAL, BRFW_MARK_A_VALUE,
		    MARK(U32(BRFW_MARK_A_VALUE, 1), U32(BRFW_MARK_A_VALUE, 2))),
	REFUSE("twice: queue", RULE_ADD, EINVAL, BRFW_QUEUE_A_NUM,
	       AS(QUEUE, QUEUE(U16(BRFW_QUEUE_A_NUM, 1),
			       U16(BRFW_QUEUE_A_NUM, 2)))),
	REFUSE("twice: hook of a policy", POLICY_SET, EINVAL,
	       BRFW_POLICY_A_HOOK, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), U8(BRFW_POLICY_A_HOOK, 1),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),

	/* ranges and lists */
	REFUSE_MATCH("list: value together with it", EINVAL,
		     BRFW_MATCH_A_VLAN_ID,
		     COND(VLAN_ID, U16(VALUE, 1), RANGES({ 1, 2 }, { 4, 5 }))),
	REFUSE_MATCH("list: range end together with it", EINVAL, ANY,
		     COND(VLAN_ID, U16(RANGE_END, 9), RANGES({ 1, 2 }, { 4, 5 }))),
	REFUSE_MATCH("range: end without a start", EINVAL,
		     BRFW_MATCH_A_VLAN_ID, COND(VLAN_ID, U16(RANGE_END, 9))),
	REFUSE_MATCH("negation of nothing", EINVAL, BRFW_MATCH_A_IP_PROTO,
		     COND(IP_PROTO, NEGATE)),
	REFUSE_MATCH("negation with a value", ERANGE, BRFW_COND_A_NEGATE,
		     COND(IP_PROTO, U8(VALUE, 9), U8(BRFW_COND_A_NEGATE, 1))),
	REFUSE_MATCH("list: of none", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, BYTES(BRFW_COND_A_RANGES, ""))),
	REFUSE_MATCH("list: of one", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 1, 2 }))),
	REFUSE_MATCH("list: of 17", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES(TEN_RANGES(0), { 100, 100 },
			  { 102, 102 }, { 104, 104 }, { 106, 106 },
			  { 108, 108 }, { 110, 110 }, { 112, 112 }))),
	REFUSE_MATCH("list: odd length", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, BYTES(BRFW_COND_A_RANGES, "\0\1\0\1\2\2\2"))),
	REFUSE_MATCH("list: half a range more", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, BYTES(BRFW_COND_A_RANGES,
					 "\0\0\0\0\2\0\2\0\4\0"))),
	REFUSE_MATCH("list: reversed range", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 1, 2 }, { 9, 8 }))),
	REFUSE_MATCH("list: first range reversed", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 2, 1 }, { 8, 9 }))),
	REFUSE_MATCH("list: unsorted", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 8, 9 }, { 1, 2 }))),
	REFUSE_MATCH("list: overlapping", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 1, 5 }, { 5, 9 }))),
	REFUSE_MATCH("list: adjacent", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 1, 5 }, { 6, 9 }))),
	REFUSE_MATCH("list: adjacent at 65535", EINVAL, BRFW_COND_A_RANGES,
		     COND(IP_LENGTH, RANGES({ 1, 65534 }, { 65535, 65535 }))),
	REFUSE_MATCH("list: another behind 65535", EINVAL, BRFW_COND_A_RANGES,
		     COND(IP_LENGTH, RANGES({ 1, 65535 }, { 0, 0 }))),
	REFUSE_MATCH("list: twice 65535", EINVAL, BRFW_COND_A_RANGES,
		     COND(IP_LENGTH, RANGES({ 65535, 65535 }, { 65535, 65535 }))),
	REFUSE_MATCH("list: VLAN 4095", EINVAL, BRFW_COND_A_RANGES,
		     COND(VLAN_ID, RANGES({ 1, 2 }, { 4, 4095 }))),
	REFUSE_MATCH("list: inner VLAN 4095", EINVAL, BRFW_COND_A_RANGES,
		     COND(INNER_VLAN_ID, RANGES({ 1, 2 }, { 4095, 4095 }))),
	REFUSE_MATCH("list: TTL 256", EINVAL, BRFW_COND_A_RANGES,
		     COND(IP_TTL, RANGES({ 1, 2 }, { 4, 256 }))),
	REFUSE_MATCH("list: of a field without ranges", EINVAL,
		     BRFW_COND_A_RANGES, COND(ARP_OP, RANGES({ 1, 1 }, { 3, 4 }))),
	REFUSE_MATCH("list: negated, unsorted", EINVAL, BRFW_COND_A_RANGES,
		     NOT(VLAN_ID, RANGES({ 8, 9 }, { 1, 2 }))),
	REFUSE_MATCH("range: all VLANs", EINVAL, RANGE_END,
		     COND(VLAN_ID, U16(VALUE, 0), U16(RANGE_END, 4094))),
	REFUSE_MATCH("range: no VLAN", EINVAL, RANGE_END,
		     NOT(VLAN_ID, U16(VALUE, 0), U16(RANGE_END, 4094))),
	REFUSE_MATCH("range: up to VLAN 4095", ERANGE, RANGE_END,
		     COND(VLAN_ID, U16(VALUE, 1), U16(RANGE_END, 4095))),
	REFUSE_MATCH("range: all inner VLANs", EINVAL, RANGE_END,
		     COND(INNER_VLAN_ID, U16(VALUE, 0), U16(RANGE_END, 4094))),
	REFUSE_MATCH("range: no TTL", EINVAL, BRFW_COND_A_NEGATE,
		     NOT(IP_TTL, U8(VALUE, 0), U8(RANGE_END, 255))),
	REFUSE_MATCH("range: no port", EINVAL, BRFW_COND_A_NEGATE, PROTO(TCP),
		     NOT(L4_DPORT, U16(VALUE, 0), U16(RANGE_END, 65535))),
	REFUSE_MATCH("range: reversed TTL", EINVAL, RANGE_END,
		     COND(IP_TTL, U8(VALUE, 9), U8(RANGE_END, 8))),
	REFUSE_MATCH("range: TTL of 2 bytes", EINVAL, RANGE_END,
		     COND(IP_TTL, U8(VALUE, 9), U16(RANGE_END, 300))),

	/* negation */
	NO_NEGATION(VLAN_PRESENT), NO_NEGATION(INNER_VLAN_PRESENT),
	NO_NEGATION(ARP_GRATUITOUS), NO_NEGATION(IP_OPTIONS),
	NO_NEGATION(MALFORMED),
	REFUSE_MATCH("negated: in port", EINVAL, BRFW_COND_A_NEGATE,
		     NOT(IN_PORT, STR(VALUE, "eth0"))),
	REFUSE_MATCH("negated: out port", EINVAL, BRFW_COND_A_NEGATE,
		     NOT(OUT_PORT, STR(VALUE, "eth0"))),
	REFUSE_MATCH("negated: protocol, and a port", EINVAL,
		     BRFW_MATCH_A_L4_DPORT, NOT(IP_PROTO, U8(VALUE, TCP)),
		     COND(L4_DPORT, U16(VALUE, 80))),
	REFUSE_MATCH("negated: VLAN 4095", ERANGE, VALUE,
		     NOT(VLAN_ID, U16(VALUE, 4095))),
	REFUSE_MATCH("negated: mask of zeros", EINVAL, MASK,
		     NOT(MARK, U32(VALUE, 0), U32(MASK, 0))),
	REFUSE_MATCH("negated: value outside of the prefix", EINVAL, VALUE,
		     NOT(IP4_SRC, BYTES(VALUE, IP4_A), U8(PREFIX, 24))),
	REFUSE_MATCH("negated: TPID 0x1234", EINVAL, VALUE,
		     NOT(VLAN_PROTO, U16(VALUE, 0x1234))),
	REFUSE_MATCH("nine conditions that are negated or ranges", EINVAL, ANY,
		     NOT(ETH_SRC, BYTES(VALUE, MAC_A)),
		     NOT(ETH_DST, BYTES(VALUE, MAC_A)),
		     COND(VLAN_ID, U16(VALUE, 1), U16(RANGE_END, 9)),
		     NOT(VLAN_PRIO, U8(VALUE, 1)),
		     COND(PPPOE_SESSION, RANGES({ 1, 1 }, { 3, 3 })),
		     NOT(IP_DSCP, U8(VALUE, 1)), NOT(IP_TTL, U8(VALUE, 1)),
		     NOT(IP_LENGTH, U16(VALUE, 1)), NOT(MARK, U32(VALUE, 1))),
	REFUSE_MATCH("eight, and the state of the connection", EINVAL,
		     BRFW_MATCH_A_CT_STATE,
		     NOT(ETH_SRC, BYTES(VALUE, MAC_A)),
		     NOT(ETH_DST, BYTES(VALUE, MAC_A)),
		     COND(VLAN_ID, U16(VALUE, 1), U16(RANGE_END, 9)),
		     NOT(VLAN_PRIO, U8(VALUE, 1)),
		     COND(PPPOE_SESSION, RANGES({ 1, 1 }, { 3, 3 })),
		     NOT(IP_DSCP, U8(VALUE, 1)), NOT(IP_TTL, U8(VALUE, 1)),
		     NOT(IP_LENGTH, U16(VALUE, 1)), COND(CT_STATE, U8(VALUE, 1))),

	/* fields: values */
	REFUSE_MATCH("vlan-present: 2", ERANGE, VALUE,
		     COND(VLAN_PRESENT, U8(VALUE, 2))),
	REFUSE_MATCH("malformed: 255", ERANGE, VALUE,
		     COND(MALFORMED, U8(VALUE, 255))),
	REFUSE_MATCH("arp-gratuitous: 2", ERANGE, VALUE,
		     COND(ARP_GRATUITOUS, U8(VALUE, 2))),
	REFUSE_MATCH("ip-options: 2", ERANGE, VALUE,
		     COND(IP_OPTIONS, U8(VALUE, 2))),
	REFUSE_MATCH("vlan-prio: 8", ERANGE, VALUE,
		     COND(VLAN_PRIO, U8(VALUE, 8))),
	REFUSE_MATCH("inner-vlan-prio: 8", ERANGE, VALUE,
		     COND(INNER_VLAN_PRIO, U8(VALUE, 8))),
	REFUSE_MATCH("vlan-proto: 0x9100", EINVAL, VALUE,
		     COND(VLAN_PROTO, U16(VALUE, 0x9100))),
	REFUSE_MATCH("vlan-proto: byte order", EINVAL, VALUE,
		     COND(VLAN_PROTO, U16(VALUE, 0x0081))),
	REFUSE_MATCH("inner-vlan-proto: IPv4", EINVAL, VALUE,
		     COND(INNER_VLAN_PROTO, U16(VALUE, 0x800))),
	REFUSE_MATCH("inner-vlan: 4095", ERANGE, VALUE,
		     COND(INNER_VLAN_ID, U16(VALUE, 4095))),
	REFUSE_MATCH("dscp: 64", ERANGE, VALUE, COND(IP_DSCP, U8(VALUE, 64))),
	REFUSE_MATCH("frag: 3", ERANGE, VALUE, COND(IP_FRAG, U8(VALUE, 3))),
	REFUSE_MATCH("frame class: 3", ERANGE, VALUE,
		     COND(FRAME_CLASS, U8(VALUE, 3))),
	REFUSE_MATCH("ct-state: none", ERANGE, VALUE,
		     COND(CT_STATE, U8(VALUE, 0))),
	REFUSE_MATCH("ct-state: all", ERANGE, VALUE,
		     COND(CT_STATE, U8(VALUE, 31))),
	REFUSE_MATCH("ct-state: unknown", ERANGE, VALUE,
		     COND(CT_STATE, U8(VALUE, 32))),
	REFUSE_MATCH("mpls-label: 2^20", EINVAL, VALUE,
		     COND(MPLS_LABEL, U32(VALUE, 1 << 20))),
	REFUSE_MATCH("mpls-label: 2 bytes", EINVAL, VALUE,
		     COND(MPLS_LABEL, U16(VALUE, 1))),
	REFUSE_MATCH("mark: mask of zeros", EINVAL, MASK,
		     COND(MARK, U32(VALUE, 0), U32(MASK, 0))),
	REFUSE_MATCH("mark: value outside of the mask", EINVAL, VALUE,
		     COND(MARK, U32(VALUE, 0x100), U32(MASK, 0xff))),
	REFUSE_MATCH("arp-smac: value outside of the mask", EINVAL, VALUE,
		     COND(ARP_SENDER_MAC, BYTES(VALUE, MAC_A),
			  BYTES(MASK, "\xff\xff\xff\0\0\0"))),
	REFUSE_MATCH("arp-sip: value outside of the prefix", EINVAL, VALUE,
		     COND(ARP_SENDER_IP, BYTES(VALUE, IP4_A), U8(PREFIX, 8))),
	REFUSE_MATCH("arp-tip: prefix 33", ERANGE, PREFIX,
		     COND(ARP_TARGET_IP, BYTES(VALUE, IP4_A), U8(PREFIX, 33))),
	REFUSE_MATCH("nd-target: 4 bytes", ERANGE, VALUE,
		     COND(ND_TARGET, BYTES(VALUE, IP4_A))),
	REFUSE_MATCH("nd-target: value outside of the prefix", EINVAL, VALUE,
		     COND(ND_TARGET, BYTES(VALUE, IP6_A), U8(PREFIX, 64))),
	REFUSE_MATCH("nd-lladdr: 16 bytes", ERANGE, VALUE,
		     COND(ND_LLADDR, BYTES(VALUE, IP6_A))),
	REFUSE_MATCH("pppoe: 4 bytes", EINVAL, VALUE,
		     COND(PPPOE_SESSION, U32(VALUE, 1))),

	/* fields that contradict or need others */
	CONTRADICTION("vlan-present 0 and vlan", BRFW_MATCH_A_VLAN_PRESENT,
		      COND(VLAN_PRESENT, U8(VALUE, 0)),
		      COND(VLAN_ID, U16(VALUE, 5))),
	CONTRADICTION("vlan-present 0 and vlan-prio", BRFW_MATCH_A_VLAN_PRIO,
		      COND(VLAN_PRESENT, U8(VALUE, 0)),
		      COND(VLAN_PRIO, U8(VALUE, 5))),
	CONTRADICTION("vlan-present 0 and a list", BRFW_MATCH_A_VLAN_PRESENT,
		      COND(VLAN_PRESENT, U8(VALUE, 0)),
		      COND(VLAN_ID, RANGES({ 1, 1 }, { 3, 3 }))),
	CONTRADICTION("vlan-present 0 and a negated vlan",
		      BRFW_MATCH_A_VLAN_PRESENT, NOT(VLAN_ID, U16(VALUE, 5)),
		      COND(VLAN_PRESENT, U8(VALUE, 0))),
	CONTRADICTION("inner-vlan-present 0 and inner-vlan",
		      BRFW_MATCH_A_INNER_VLAN_ID,
		      COND(INNER_VLAN_PRESENT, U8(VALUE, 0)),
		      COND(INNER_VLAN_ID, U16(VALUE, 5))),
	CONTRADICTION("ARP and IPv4 address", ANY,
		      COND(ARP_OP, U16(VALUE, 1)),
		      COND(IP4_SRC, BYTES(VALUE, IP4_A))),
	CONTRADICTION("ARP and an IP protocol", ANY,
		      COND(ARP_SENDER_IP, BYTES(VALUE, IP4_A)), PROTO(UDP)),
	CONTRADICTION("ARP and IPv6 address", ANY,
		      COND(ARP_GRATUITOUS, U8(VALUE, 1)),
		      COND(IP6_SRC, BYTES(VALUE, IP6_A))),
	CONTRADICTION("neighbour discovery and IPv4 address",
		      BRFW_MATCH_A_ND_TARGET,
		      COND(ND_TARGET, BYTES(VALUE, IP6_A)),
		      COND(IP4_DST, BYTES(VALUE, IP4_A))),
	CONTRADICTION("neighbour discovery and EtherType IPv4",
		      BRFW_MATCH_A_ND_LLADDR,
		      COND(ND_LLADDR, BYTES(VALUE, MAC_A)),
		      COND(ETH_TYPE, U16(VALUE, 0x800))),
	CONTRADICTION("neighbour discovery and ARP", BRFW_MATCH_A_ND_TARGET,
		      COND(ND_TARGET, BYTES(VALUE, IP6_A)),
		      COND(ARP_OP, U16(VALUE, 1))),
	CONTRADICTION("MPLS and TTL", BRFW_MATCH_A_MPLS_LABEL,
		      COND(MPLS_LABEL, U32(VALUE, 1)), COND(IP_TTL, U8(VALUE, 1))),
	CONTRADICTION("igmp-type and IPv6 address", ANY, PROTO(IGMP),
		      COND(IGMP_TYPE, U8(VALUE, 17)),
		      COND(IP6_SRC, BYTES(VALUE, IP6_A))),
	CONTRADICTION("dscp and EtherType ARP", BRFW_MATCH_A_IP_DSCP,
		      COND(IP_DSCP, U8(VALUE, 1)),
		      COND(ETH_TYPE, U16(VALUE, 0x806))),
	REFUSE_MATCH("igmp-type with proto icmp", EINVAL,
		     BRFW_MATCH_A_IGMP_TYPE, PROTO(ICMP),
		     COND(IGMP_TYPE, U8(VALUE, 17))),
	REFUSE_MATCH("igmp-type without proto", EINVAL, BRFW_MATCH_A_IGMP_TYPE,
		     COND(IGMP_TYPE, U8(VALUE, 17))),
	REFUSE_MATCH("gre-proto with proto tcp", EINVAL, BRFW_MATCH_A_GRE_PROTO,
		     PROTO(TCP), COND(GRE_PROTO, U16(VALUE, 0x800))),
	REFUSE_MATCH("dport with proto gre", EINVAL, BRFW_MATCH_A_L4_DPORT,
		     PROTO(GRE), COND(L4_DPORT, U16(VALUE, 80))),
	REFUSE_MATCH("list of ports with proto icmp", EINVAL,
		     BRFW_MATCH_A_L4_DPORT, PROTO(ICMP),
		     COND(L4_DPORT, RANGES({ 1, 1 }, { 3, 3 }))),
	REFUSE_MATCH("negated port with proto icmp", EINVAL,
		     BRFW_MATCH_A_L4_SPORT, PROTO(ICMP),
		     NOT(L4_SPORT, U16(VALUE, 1))),

	/* limits */
	REFUSE_RULE("limit: empty", EINVAL, BRFW_RULE_A_LIMIT,
		    NEST(BRFW_RULE_A_LIMIT), END),
	REFUSE_RULE("limit: no rate", EINVAL, BRFW_RULE_A_LIMIT,
		    NEST(BRFW_RULE_A_LIMIT), U32(BRFW_LIMIT_A_SECONDS, 1),
		    U64(BRFW_LIMIT_A_BURST, 1), END),
	REFUSE_RULE("limit: no seconds", EINVAL, BRFW_RULE_A_LIMIT,
		    NEST(BRFW_RULE_A_LIMIT), U64(BRFW_LIMIT_A_RATE, 1),
		    U64(BRFW_LIMIT_A_BURST, 1), END),
	REFUSE_RULE("limit: no burst", EINVAL, BRFW_RULE_A_LIMIT,
		    NEST(BRFW_RULE_A_LIMIT), U64(BRFW_LIMIT_A_RATE, 1),
		    U32(BRFW_LIMIT_A_SECONDS, 1), END),
	REFUSE_RULE("limit: rate 0", EINVAL, BRFW_RULE_A_LIMIT, LIMIT(0, 1, 1)),
	REFUSE_RULE("limit: burst 0", EINVAL, BRFW_RULE_A_LIMIT,
		    LIMIT(1, 1, 0)),
	REFUSE_RULE("limit: 0 seconds", EINVAL, BRFW_LIMIT_A_SECONDS,
		    LIMIT(1, 0, 1)),
	REFUSE_RULE("limit: 2 seconds", EINVAL, BRFW_LIMIT_A_SECONDS,
		    LIMIT(1, 2, 1)),
	REFUSE_RULE("limit: 2^32 - 1 seconds", EINVAL, BRFW_LIMIT_A_SECONDS,
		    LIMIT(1, UINT32_MAX, 1)),
	REFUSE_RULE("limit: burst of years", ERANGE, BRFW_LIMIT_A_BURST,
		    LIMIT(1, 86400, 1ULL << 40)),
	REFUSE_RULE("limit: burst of 2^64 - 1", ERANGE, BRFW_LIMIT_A_BURST,
		    LIMIT(1, 1, UINT64_MAX)),
	REFUSE_RULE("limit: rate of 4 bytes", EINVAL, BRFW_LIMIT_A_RATE,
		    NEST(BRFW_RULE_A_LIMIT), U32(BRFW_LIMIT_A_RATE, 1), END),
	REFUSE_RULE("limit: flag with a value", ERANGE, BRFW_LIMIT_A_BYTES,
		    LIMIT(1, 1, 1, U8(BRFW_LIMIT_A_BYTES, 1))),
	REFUSE_RULE("limit: unknown attribute", EINVAL, 50,
		    LIMIT(1, 1, 1, U8(50, 1))),
	REFUSE_RULE("limit: not marked as nested", EINVAL, BRFW_RULE_A_LIMIT,
		    UNMARKED(BRFW_RULE_A_LIMIT), U64(BRFW_LIMIT_A_RATE, 1),
		    U32(BRFW_LIMIT_A_SECONDS, 1), U64(BRFW_LIMIT_A_BURST, 1),
		    END),

	/* log, mark, queue */
	REFUSE_RULE("log: empty prefix", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(STR(BRFW_LOG_A_PREFIX, ""))),
	REFUSE_RULE("log: line feed in the prefix", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(STR(BRFW_LOG_A_PREFIX, "two\nlines"))),
	REFUSE_RULE("log: escape in the prefix", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(STR(BRFW_LOG_A_PREFIX, "\x1b[31m"))),
	REFUSE_RULE("log: prefix too long", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(STR(BRFW_LOG_A_PREFIX, long_prefix))),
	REFUSE_RULE("log: prefix without NUL byte", EINVAL, BRFW_LOG_A_PREFIX,
		    LOG(BYTES(BRFW_LOG_A_PREFIX, "text"))),
	REFUSE_RULE("log: group of 4 bytes", EINVAL, BRFW_LOG_A_GROUP,
		    LOG(U32(BRFW_LOG_A_GROUP, 1))),
	REFUSE_RULE("log: unknown attribute", EINVAL, 50, LOG(U8(50, 1))),
	REFUSE_RULE("mark: empty", EINVAL, BRFW_RULE_A_MARK,
		    NEST(BRFW_RULE_A_MARK), END),
	REFUSE_RULE("mark: only a mask", EINVAL, BRFW_RULE_A_MARK,
		    MARK(U32(BRFW_MARK_A_MASK, 1))),
	REFUSE_RULE("new mark: mask 0", EINVAL, BRFW_RULE_A_MARK,
		    MARK(U32(BRFW_MARK_A_VALUE, 0), U32(BRFW_MARK_A_MASK, 0))),
	REFUSE_RULE("new mark: value outside of the mask", EINVAL,
		    BRFW_RULE_A_MARK, MARK(U32(BRFW_MARK_A_VALUE, 3),
					   U32(BRFW_MARK_A_MASK, 1))),
	REFUSE_RULE("mark: 8 bytes", EINVAL, BRFW_MARK_A_VALUE,
		    MARK(U64(BRFW_MARK_A_VALUE, 1))),
	REFUSE("queue: empty", RULE_ADD, EINVAL, BRFW_RULE_A_QUEUE,
	       NEST(BRFW_A_RULE), VERDICT(QUEUE), NEST(BRFW_RULE_A_QUEUE), END,
	       END),
	REFUSE("queue: no number", RULE_ADD, EINVAL, BRFW_RULE_A_QUEUE,
	       AS(QUEUE, QUEUE(FLAG(BRFW_QUEUE_A_BYPASS)))),
	REFUSE("queue: number of 4 bytes", RULE_ADD, EINVAL, BRFW_QUEUE_A_NUM,
	       AS(QUEUE, QUEUE(U32(BRFW_QUEUE_A_NUM, 1)))),

	/* what goes with which verdict */
	REFUSE("no verdict and only a limit", RULE_ADD, EINVAL, BRFW_A_RULE,
	       NEST(BRFW_A_RULE), LIMIT(1, 1, 1), END),
	REFUSE("no verdict but conditions", RULE_ADD, EINVAL, BRFW_A_RULE,
	       NEST(BRFW_A_RULE), NEST(BRFW_RULE_A_MATCH), PROTO(99), END, END),
	REFUSE("no verdict but a queue", RULE_ADD, EINVAL, BRFW_RULE_A_QUEUE,
	       NEST(BRFW_A_RULE), QUEUE(U16(BRFW_QUEUE_A_NUM, 1)), END),
	REFUSE("no verdict but a target", RULE_ADD, EINVAL,
	       BRFW_RULE_A_REDIRECT, NEST(BRFW_A_RULE),
	       STR(BRFW_RULE_A_REDIRECT, "eth0"), END),
	REFUSE("redirect: no target", RULE_ADD, EINVAL, BRFW_RULE_A_VERDICT,
	       NEST(BRFW_A_RULE), VERDICT(REDIRECT), END),
	REFUSE("queue: none", RULE_ADD, EINVAL, BRFW_RULE_A_VERDICT,
	       NEST(BRFW_A_RULE), VERDICT(QUEUE), END),
	REFUSE_RULE("drop and redirect", EINVAL, BRFW_RULE_A_REDIRECT,
		    STR(BRFW_RULE_A_REDIRECT, "eth0")),
	REFUSE_RULE("drop and queue", EINVAL, BRFW_RULE_A_QUEUE,
		    QUEUE(U16(BRFW_QUEUE_A_NUM, 1))),
	REFUSE_RULE("drop and reject", EINVAL, BRFW_RULE_A_REJECT,
		    U8(BRFW_RULE_A_REJECT, BRFW_REJECT_NET)),
	REFUSE("queue and a target", RULE_ADD, EINVAL, BRFW_RULE_A_REDIRECT,
	       AS(QUEUE, QUEUE(U16(BRFW_QUEUE_A_NUM, 1)),
		  STR(BRFW_RULE_A_REDIRECT, "eth0"))),
	REFUSE("redirect and reject", RULE_ADD, EINVAL, BRFW_RULE_A_REJECT,
	       AS(REDIRECT, STR(BRFW_RULE_A_REDIRECT, "eth0"),
		  U8(BRFW_RULE_A_REJECT, BRFW_REJECT_NET))),
	REFUSE("reject and queue", RULE_ADD, EINVAL, BRFW_RULE_A_QUEUE,
	       AS(REJECT, QUEUE(U16(BRFW_QUEUE_A_NUM, 1)))),
	REFUSE("reject: unknown", RULE_ADD, ERANGE, BRFW_RULE_A_REJECT,
	       AS(REJECT, U8(BRFW_RULE_A_REJECT, 5))),
	REFUSE("tcp-reset without proto", RULE_ADD, EINVAL, BRFW_RULE_A_REJECT,
	       AS(REJECT, TCP_RESET)),
	REFUSE("tcp-reset with proto udp", RULE_ADD, EINVAL, BRFW_RULE_A_REJECT,
	       AS(REJECT, TCP_RESET, NEST(BRFW_RULE_A_MATCH), PROTO(UDP), END)),
	REFUSE("tcp-reset with negated proto tcp", RULE_ADD, EINVAL,
	       BRFW_RULE_A_REJECT, AS(REJECT, TCP_RESET,
	       NEST(BRFW_RULE_A_MATCH), NOT(IP_PROTO, U8(VALUE, TCP)), END)),
	REFUSE_RULE("a problem of one's own", EINVAL, BRFW_RULE_A_PROBLEM,
		    STR(BRFW_RULE_A_PROBLEM, "none")),

	/* devices that frames can't be sent by */
	REFUSE("redirect: a bridge", RULE_ADD, EINVAL, BRFW_RULE_A_REDIRECT,
	       AS(REDIRECT, STR(BRFW_RULE_A_REDIRECT, BRIDGE))),
	REFUSE("redirect: lo", RULE_ADD, EINVAL, BRFW_RULE_A_REDIRECT,
	       AS(REDIRECT, STR(BRFW_RULE_A_REDIRECT, "lo"))),
	REFUSE("redirect: bad name", RULE_ADD, EINVAL, BRFW_RULE_A_REDIRECT,
	       AS(REDIRECT, STR(BRFW_RULE_A_REDIRECT, "a/b"))),
	REFUSE("redirect: trailing *", RULE_ADD, EOPNOTSUPP,
	       BRFW_RULE_A_REDIRECT,
	       AS(REDIRECT, STR(BRFW_RULE_A_REDIRECT, "eth*"))),
	REFUSE_RULE("mirror: a bridge", EINVAL, BRFW_RULE_A_MIRROR,
		    STR(BRFW_RULE_A_MIRROR, BRIDGE)),
	REFUSE_RULE("mirror: lo", EINVAL, BRFW_RULE_A_MIRROR,
		    STR(BRFW_RULE_A_MIRROR, "lo")),
	REFUSE_RULE("mirror: empty name", EINVAL, BRFW_RULE_A_MIRROR,
		    STR(BRFW_RULE_A_MIRROR, "")),
	REFUSE_RULE("mirror: 16 characters", EINVAL, BRFW_RULE_A_MIRROR,
		    STR(BRFW_RULE_A_MIRROR, "abcdefghijklmnop")),

	/* position */
	REFUSE_RULE("before and after", EINVAL, ANY, BASE(BRFW_RULE_A_BEFORE),
		    BASE(BRFW_RULE_A_AFTER)),
	REFUSE_RULE("before twice, by handle and change", EINVAL, ANY,
		    BASE(BRFW_RULE_A_BEFORE), U32(BRFW_RULE_A_BEFORE_CHANGE, 1)),
	REFUSE_RULE("before a handle that doesn't exist", ENOENT, ANY,
		    U64(BRFW_RULE_A_BEFORE, 999999)),
	REFUSE_RULE("after a handle that doesn't exist", ENOENT, ANY,
		    U64(BRFW_RULE_A_AFTER, 999999)),
	REFUSE_RULE("before handle 0", EINVAL, BRFW_RULE_A_BEFORE,
		    U64(BRFW_RULE_A_BEFORE, 0)),
	REFUSE_RULE("before a change outside of a draft", ENOENT, ANY,
		    U32(BRFW_RULE_A_BEFORE_CHANGE, 1)),
	REFUSE_RULE("a priority other than the anchor's", EINVAL, ANY,
		    U32(BRFW_RULE_A_PRIORITY, 77), BASE(BRFW_RULE_A_AFTER)),
	REFUSE_RULE("an anchor of another hook", EINVAL, ANY, HOOK(INPUT),
		    BASE(BRFW_RULE_A_BEFORE)),
	REFUSE_FLAGS("duplicate", BRFW_CMD_RULE_ADD, 0, EEXIST, ANY, F_CULPRIT,
		     RULE(U32(BRFW_RULE_A_PRIORITY, 10),
			  NEST(BRFW_RULE_A_MATCH), PROTO(TCP),
			  COND(L4_DPORT, U16(VALUE, 80)), END)),
	REFUSE_FLAGS("duplicate but for verdict and comment", BRFW_CMD_RULE_ADD,
		     0, EEXIST, ANY, F_CULPRIT, NEST(BRFW_A_RULE),
		     U8(BRFW_RULE_A_VERDICT, BRFW_VERDICT_ACCEPT),
		     STR(BRFW_RULE_A_COMMENT, "other"),
		     U32(BRFW_RULE_A_PRIORITY, 10), NEST(BRFW_RULE_A_MATCH),
		     COND(L4_DPORT, U16(VALUE, 80)), PROTO(TCP), END, END),

	/* rule delete, flush, get */
	REFUSE("delete: nothing named", RULE_DELETE, EINVAL, ANY, DONE),
	REFUSE("delete: handle and change", RULE_DELETE, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE), U32(BRFW_A_RULE_CHANGE, 1)),
	REFUSE("delete: no such handle", RULE_DELETE, ENOENT, ANY,
	       U64(BRFW_A_HANDLE, 999999)),
	REFUSE("delete: handle 0", RULE_DELETE, ENOENT, ANY,
	       U64(BRFW_A_HANDLE, 0)),
	REFUSE("delete: handle of 4 bytes", RULE_DELETE, EINVAL, BRFW_A_HANDLE,
	       U32(BRFW_A_HANDLE, 1)),
	REFUSE("delete: change outside of a draft", RULE_DELETE, ENOENT, ANY,
	       U32(BRFW_A_RULE_CHANGE, 1)),
	REFUSE("delete: unknown attribute", RULE_DELETE, EINVAL, 99,
	       BASE(BRFW_A_HANDLE), U32(99, 1)),
	/* rule replace and move */
	REFUSE("replace: nothing named", RULE_REPLACE, EINVAL, ANY, MATCH(PROTO(99))),
	REFUSE("replace: handle and change", RULE_REPLACE, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE), U32(BRFW_A_RULE_CHANGE, 1), MATCH(PROTO(99))),
	REFUSE("replace: no rule", RULE_REPLACE, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE)),
	REFUSE("replace: no such handle", RULE_REPLACE, ENOENT, ANY,
	       U64(BRFW_A_HANDLE, 999999), MATCH(PROTO(99))),
	REFUSE("replace: change outside of a draft", RULE_REPLACE, ENOENT, ANY,
	       U32(BRFW_A_RULE_CHANGE, 1), MATCH(PROTO(99))),
	REFUSE("replace: neither verdict nor action", RULE_REPLACE, EINVAL,
	       BRFW_A_RULE, BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE), END),
	REFUSE("replace: with a place", RULE_REPLACE, EINVAL,
	       BRFW_RULE_A_BEFORE, BASE(BRFW_A_HANDLE),
	       RULE(U64(BRFW_RULE_A_BEFORE, 1))),
	REFUSE("replace: with the place of a change", RULE_REPLACE, EINVAL,
	       BRFW_RULE_A_AFTER_CHANGE, BASE(BRFW_A_HANDLE),
	       RULE(U32(BRFW_RULE_A_AFTER_CHANGE, 1))),
	REFUSE("replace: another hook", RULE_REPLACE, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE), RULE(HOOK(INPUT))),
	REFUSE("replace: reserved hook", RULE_REPLACE, EOPNOTSUPP,
	       BRFW_RULE_A_HOOK, BASE(BRFW_A_HANDLE), RULE(HOOK(PREROUTING))),
	REFUSE("replace: another priority", RULE_REPLACE, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE), RULE(U32(BRFW_RULE_A_PRIORITY, 11))),
	REFUSE("replace: a handle for the rule", RULE_REPLACE, EINVAL,
	       BRFW_RULE_A_HANDLE, BASE(BRFW_A_HANDLE),
	       RULE(U64(BRFW_RULE_A_HANDLE, 1))),
	REFUSE("replace: unknown attribute", RULE_REPLACE, EINVAL, 99,
	       BASE(BRFW_A_HANDLE), MATCH(PROTO(99)), U32(99, 1)),
	REFUSE("move: nothing named", RULE_MOVE, EINVAL, ANY,
	       NEST(BRFW_A_RULE), U32(BRFW_RULE_A_PRIORITY, 1), END),
	REFUSE("move: no place", RULE_MOVE, EINVAL, ANY, BASE(BRFW_A_HANDLE)),
	REFUSE("move: empty place", RULE_MOVE, EINVAL, BRFW_A_RULE,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE), END),
	REFUSE("move: before handle 0", RULE_MOVE, EINVAL, BRFW_RULE_A_BEFORE,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE),
	       U64(BRFW_RULE_A_BEFORE, 0), END),
	REFUSE("move: before and after", RULE_MOVE, EINVAL, BRFW_RULE_A_AFTER,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE),
	       U64(BRFW_RULE_A_BEFORE, 1), U64(BRFW_RULE_A_AFTER, 1), END),
	REFUSE("move: before no such rule", RULE_MOVE, ENOENT, ANY,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE),
	       U64(BRFW_RULE_A_BEFORE, 999999), END),
	REFUSE("move: no such handle", RULE_MOVE, ENOENT, ANY,
	       U64(BRFW_A_HANDLE, 999999), NEST(BRFW_A_RULE),
	       U32(BRFW_RULE_A_PRIORITY, 1), END),
	REFUSE("move: before itself", RULE_MOVE, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE),
	       BASE(BRFW_RULE_A_BEFORE), END),
	REFUSE("move: a verdict", RULE_MOVE, EINVAL, BRFW_RULE_A_VERDICT,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE),
	       U32(BRFW_RULE_A_PRIORITY, 1), DROP, END),
	REFUSE("move: a hook", RULE_MOVE, EINVAL, BRFW_RULE_A_HOOK,
	       BASE(BRFW_A_HANDLE), NEST(BRFW_A_RULE),
	       U32(BRFW_RULE_A_PRIORITY, 1), HOOK(INPUT), END),
	REFUSE("flush: reserved hook", RULE_FLUSH, EOPNOTSUPP, BRFW_A_HOOK,
	       U8(BRFW_A_HOOK, BRFW_HOOK_PREROUTING)),
	REFUSE("flush: unknown hook", RULE_FLUSH, ERANGE, BRFW_A_HOOK,
	       U8(BRFW_A_HOOK, 9)),
	REFUSE("flush: bad bridge", RULE_FLUSH, EINVAL, BRFW_A_BRIDGE,
	       STR(BRFW_A_BRIDGE, "a/b")),
	REFUSE("flush: a handle", RULE_FLUSH, EINVAL, BRFW_A_HANDLE,
	       BASE(BRFW_A_HANDLE)),
	REFUSE("get: no handle", RULE_GET, EINVAL, ANY, DONE),
	REFUSE("get: no such handle", RULE_GET, ENOENT, BRFW_A_HANDLE,
	       U64(BRFW_A_HANDLE, 999999)),
	REFUSE("get: handle and hook", RULE_GET, EINVAL, ANY,
	       BASE(BRFW_A_HANDLE), U8(BRFW_A_HOOK, 0)),
	REFUSE_DUMP("dump: unknown hook", RULE_GET, ERANGE, BRFW_A_HOOK,
		    U8(BRFW_A_HOOK, 9)),
	/* Found while dumping, where Linux 6.1 reports a text and no more. */
	REFUSE_DUMP("dump: reserved hook", RULE_GET, EOPNOTSUPP, ANY,
		    U8(BRFW_A_HOOK, BRFW_HOOK_PREROUTING)),
	REFUSE_DUMP("dump: bad bridge", RULE_GET, EINVAL, ANY,
		    STR(BRFW_A_BRIDGE, "a/b")),
	REFUSE_DUMP("dump: 16 characters", RULE_GET, EINVAL, BRFW_A_BRIDGE,
		    STR(BRFW_A_BRIDGE, "abcdefghijklmnop")),
	REFUSE_DUMP("dump: a handle", RULE_GET, EINVAL, ANY,
		    BASE(BRFW_A_HANDLE)),
	REFUSE_DUMP("dump: unknown attribute", RULE_GET, EINVAL, 99, U32(99, 1)),
	REFUSE_DUMP("dump of policies: an attribute", POLICY_GET, EINVAL, ANY,
		    U8(BRFW_A_HOOK, 0)),
	REFUSE("info: an attribute", INFO_GET, EINVAL, ANY,
	       U8(BRFW_A_HOOK, 0)),

	/* policies */
	REFUSE("policy: none", POLICY_SET, EINVAL, MISSING(BRFW_A_POLICY), DONE),
	REFUSE("policy: empty", POLICY_SET, EINVAL, BRFW_A_POLICY,
	       NEST(BRFW_A_POLICY), END),
	REFUSE("policy: no verdict", POLICY_SET, EINVAL, BRFW_A_POLICY,
	       NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_HOOK, 0), END),
	REFUSE("policy: no hook", POLICY_SET, EINVAL, BRFW_A_POLICY,
	       NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_VERDICT, 1), END),
	REFUSE("policy: unknown verdict", POLICY_SET, ERANGE,
	       BRFW_POLICY_A_VERDICT, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), U8(BRFW_POLICY_A_VERDICT, 2), END),
	REFUSE("policy: reserved hook", POLICY_SET, EOPNOTSUPP,
	       BRFW_POLICY_A_HOOK, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, BRFW_HOOK_PREROUTING),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),
	REFUSE("policy: bad bridge", POLICY_SET, EINVAL, BRFW_POLICY_A_BRIDGE,
	       NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_HOOK, 0),
	       STR(BRFW_POLICY_A_BRIDGE, ".."), U8(BRFW_POLICY_A_VERDICT, 1),
	       END),
	REFUSE("policy: bridge with a trailing *", POLICY_SET, EOPNOTSUPP,
	       BRFW_POLICY_A_BRIDGE, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), STR(BRFW_POLICY_A_BRIDGE, "br*"),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),
	REFUSE("policy: counters of one's own", POLICY_SET, EINVAL,
	       BRFW_POLICY_A_STATS, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), U8(BRFW_POLICY_A_VERDICT, 1),
	       NEST(BRFW_POLICY_A_STATS), END, END),
	REFUSE("policy: not marked as nested", POLICY_SET, EINVAL,
	       BRFW_A_POLICY, UNMARKED(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), U8(BRFW_POLICY_A_VERDICT, 1), END),
	REFUSE("policy delete: of all bridges", POLICY_DELETE, EINVAL,
	       BRFW_A_POLICY, NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_HOOK, 0),
	       END),
	REFUSE("policy delete: there is none", POLICY_DELETE, ENOENT, ANY,
	       NEST(BRFW_A_POLICY), U8(BRFW_POLICY_A_HOOK, 0),
	       STR(BRFW_POLICY_A_BRIDGE, "br9"), END),
	REFUSE("policy delete: with a verdict", POLICY_DELETE, EINVAL,
	       BRFW_POLICY_A_VERDICT, NEST(BRFW_A_POLICY),
	       U8(BRFW_POLICY_A_HOOK, 0), STR(BRFW_POLICY_A_BRIDGE, "br0"),
	       U8(BRFW_POLICY_A_VERDICT, 1), END),

	/* counters */
	REFUSE("reset: no such handle", COUNTER_RESET, ENOENT, BRFW_A_HANDLE,
	       U64(BRFW_A_HANDLE, 999999)),
	REFUSE("reset: a change id", COUNTER_RESET, EINVAL, ANY,
	       U32(BRFW_A_CHANGE_ID, 1)),

	/* transactions */
	REFUSE("begin: flag of commit", TXN_BEGIN, EINVAL, BRFW_A_TXN_FLAGS,
	       U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN)),
	REFUSE("begin: unknown flag", TXN_BEGIN, EINVAL, BRFW_A_TXN_FLAGS,
	       U32(BRFW_A_TXN_FLAGS, 1U << 31)),
	REFUSE("begin: an expected generation", TXN_BEGIN, EINVAL, ANY,
	       U64(BRFW_A_EXPECTED_GENERATION, 1)),
	REFUSE("commit: no draft", TXN_COMMIT, ENOENT, ANY, DONE),
	REFUSE("commit: flag of begin", TXN_COMMIT, EINVAL, BRFW_A_TXN_FLAGS,
	       U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_REPLACE)),
	REFUSE("commit: generation of 4 bytes", TXN_COMMIT, EINVAL,
	       BRFW_A_EXPECTED_GENERATION, U32(BRFW_A_EXPECTED_GENERATION, 1)),
	REFUSE("abort: no draft", TXN_ABORT, ENOENT, ANY, DONE),
	REFUSE("abort: an attribute", TXN_ABORT, EINVAL, ANY,
	       U32(BRFW_A_TXN_FLAGS, 1)),
};

#define N_REFUSALS	(sizeof(refusals) / sizeof(refusals[0]))

/* Type of the attribute in the request that the extended ACK points at. */
static int attr_at(uint32_t offset)
{
	const struct nlmsghdr *nlh = (void *)request_buf;

	if (!offset || offset + sizeof(struct nlattr) > nlh->nlmsg_len)
		return NONE;
	return mnl_attr_get_type((void *)(request_buf + offset));
}

static int check_attr(const struct refusal *t, const struct nlt_reply *r)
{
	if (t->attr == ANY)
		return 0;
	if (t->attr >= 1000 && r->miss_type == t->attr - 1000)
		return 0;
	if (t->attr < 1000 && attr_at(r->bad_offset) == t->attr)
		return 0;
	return diag("want attribute %d, got %d (missing %d): %s", t->attr,
		    attr_at(r->bad_offset), r->miss_type, r->text);
}

static int check_culprit(const struct refusal *t, const struct nlt_reply *r)
{
	if (!(t->flags & F_CULPRIT))
		return 0;
	if (r->has_culprit && r->culprit.handle == base_handle &&
	    !r->culprit.change_id && !r->culprit.other_change_id)
		return 0;
	return diag("culprit %d: handle %llu, want %llu", r->has_culprit,
		    (unsigned long long)r->culprit.handle,
		    (unsigned long long)base_handle);
}

static int run_refusal(struct nlt *nl, const struct refusal *t)
{
	struct state before;
	struct nlt_reply r;

	if (read_state(nl, &before))
		return 1;
	request(nl, t->cmd, t->nlmsg_flags, t->ops, &r, NULL, NULL);
	if (r.error != t->error) {
		diag("want %s, got %s: %s", strerrorname_np(t->error),
		     r.error ? strerrorname_np(r.error) : "success", r.text);
		return 1;
	}
	if (!r.text[0] && !(t->flags & F_NO_TEXT))
		return diag("no text");
	if (check_attr(t, &r) || check_culprit(t, &r))
		return 1;
	return check_state(nl, &before);
}

/* ---- the base ruleset, and every attribute of the header ---- */

enum level {
	LEVEL_MSG, LEVEL_INFO, LEVEL_RULE, LEVEL_MATCH, LEVEL_COND,
	LEVEL_LIMIT, LEVEL_LOG, LEVEL_MARK, LEVEL_QUEUE,
	LEVEL_POLICY, LEVEL_ZONE, LEVEL_STATS,
	LEVEL_COMMIT, LEVEL_COUNTS, LEVEL_CHANGES,
	LEVEL_SET, LEVEL_ELEMENTS, LEVEL_ELEMENT, LEVEL_IN_SETS, LEVEL_IN_SET,
	LEVELS,
};

/** struct named - an attribute of the header; absent: no answer here has it */
struct named {
	enum level level;
	int type;
	const char *name;
	bool absent;
};

#define REPLY(level, name)	{ LEVEL_##level, name, #name, false }
/* Only clients send it. */
#define ASK(level, name)	{ LEVEL_##level, name, #name, true }
/* Seen only after traffic, of which there is none here (netns/ has tests). */
#define TRAFFIC(level, name)	{ LEVEL_##level, name, #name, true }
/* Seen only when a whole ruleset is loaded (netns/monitor.sh). */
#define LOAD(level, name)	{ LEVEL_##level, name, #name, true }

static const struct named attributes[] = {
	REPLY(MSG, BRFW_A_GENERATION), REPLY(MSG, BRFW_A_INFO),
	REPLY(MSG, BRFW_A_RULE), REPLY(MSG, BRFW_A_POLICY),
	REPLY(MSG, BRFW_A_SET), REPLY(MSG, BRFW_A_ELEMENTS),
	REPLY(INFO, BRFW_INFO_A_SETS), REPLY(INFO, BRFW_INFO_A_MAX_SETS),
	REPLY(INFO, BRFW_INFO_A_ELEMENTS), REPLY(INFO, BRFW_INFO_A_MAX_ELEMENTS),
	REPLY(INFO, BRFW_INFO_A_RULES_GENERATION),
	REPLY(RULE, BRFW_RULE_A_SETS), REPLY(IN_SETS, BRFW_LIST_A_ITEM),
	REPLY(IN_SET, BRFW_IN_SET_A_NAME), REPLY(IN_SET, BRFW_IN_SET_A_FIELDS),
	REPLY(IN_SET, BRFW_IN_SET_A_NEGATE),
	REPLY(SET, BRFW_SET_A_NAME), REPLY(SET, BRFW_SET_A_MEMBERS),
	REPLY(SET, BRFW_SET_A_INTERVAL), REPLY(SET, BRFW_SET_A_TIMEOUT),
	REPLY(SET, BRFW_SET_A_FLAGS), REPLY(SET, BRFW_SET_A_COMMENT),
	REPLY(SET, BRFW_SET_A_ELEMENTS), REPLY(SET, BRFW_SET_A_RULES),
	REPLY(ELEMENTS, BRFW_LIST_A_ITEM),
	REPLY(ELEMENT, BRFW_ELEMENT_A_VALUE), REPLY(ELEMENT, BRFW_ELEMENT_A_LAST),
	REPLY(ELEMENT, BRFW_ELEMENT_A_TIMEOUT),
	REPLY(ELEMENT, BRFW_ELEMENT_A_COMMENT),
	REPLY(ELEMENT, BRFW_ELEMENT_A_STATS),
	ASK(ELEMENT, BRFW_ELEMENT_A_CHANGE_ID),
	ASK(MSG, BRFW_A_HANDLE), ASK(MSG, BRFW_A_HOOK),
	ASK(MSG, BRFW_A_BRIDGE), ASK(MSG, BRFW_A_CHANGE_ID),
	ASK(MSG, BRFW_A_RULE_CHANGE), ASK(MSG, BRFW_A_TXN_FLAGS),
	ASK(MSG, BRFW_A_EXPECTED_GENERATION), REPLY(MSG, BRFW_A_WARNINGS),
	REPLY(MSG, BRFW_A_ZONE),
	REPLY(MSG, BRFW_A_COMMIT),
	REPLY(COMMIT, BRFW_COMMIT_A_PORTID), REPLY(COMMIT, BRFW_COMMIT_A_PID),
	REPLY(COMMIT, BRFW_COMMIT_A_COMM), REPLY(COMMIT, BRFW_COMMIT_A_TIME),
	LOAD(COMMIT, BRFW_COMMIT_A_REPLACE),
	REPLY(COMMIT, BRFW_COMMIT_A_CHANGES),
	REPLY(COMMIT, BRFW_COMMIT_A_RULES),
	REPLY(COMMIT, BRFW_COMMIT_A_POLICIES),
	REPLY(COMMIT, BRFW_COMMIT_A_ZONES),
	REPLY(COMMIT, BRFW_COMMIT_A_SETS),
	REPLY(COMMIT, BRFW_COMMIT_A_ELEMENTS),
	REPLY(COUNTS, BRFW_CHANGE_A_ADDED),
	REPLY(COUNTS, BRFW_CHANGE_A_DELETED),
	REPLY(COUNTS, BRFW_CHANGE_A_REPLACED),
	REPLY(COUNTS, BRFW_CHANGE_A_MOVED),
	REPLY(CHANGES, BRFW_CHANGE_A_ADDED),
	REPLY(CHANGES, BRFW_CHANGE_A_DELETED),
	REPLY(CHANGES, BRFW_CHANGE_A_REPLACED),
	REPLY(CHANGES, BRFW_CHANGE_A_MOVED),
	REPLY(ZONE, BRFW_ZONE_A_BRIDGE), REPLY(ZONE, BRFW_ZONE_A_ID),
	REPLY(INFO, BRFW_INFO_A_ABI_VERSION),
	REPLY(INFO, BRFW_INFO_A_MODULE_VERSION),
	REPLY(INFO, BRFW_INFO_A_HOOKS), REPLY(INFO, BRFW_INFO_A_MATCHES),
	REPLY(INFO, BRFW_INFO_A_VERDICTS), REPLY(INFO, BRFW_INFO_A_RULES),
	REPLY(INFO, BRFW_INFO_A_MAX_RULES), REPLY(INFO, BRFW_INFO_A_DRAFTS),
	REPLY(INFO, BRFW_INFO_A_MAX_DRAFTS),
	REPLY(INFO, BRFW_INFO_A_ACTIVE_HOOKS),
	REPLY(INFO, BRFW_INFO_A_OVERRUNS), REPLY(INFO, BRFW_INFO_A_NO_TARGET),
	REPLY(INFO, BRFW_INFO_A_VLAN_UNKNOWN), REPLY(INFO, BRFW_INFO_A_LIMITED),
	REPLY(INFO, BRFW_INFO_A_WARNINGS), REPLY(INFO, BRFW_INFO_A_MAX_COST),
	REPLY(INFO, BRFW_INFO_A_COSTS),
	REPLY(RULE, BRFW_RULE_A_HANDLE), REPLY(RULE, BRFW_RULE_A_HOOK),
	REPLY(RULE, BRFW_RULE_A_BRIDGE), REPLY(RULE, BRFW_RULE_A_PRIORITY),
	REPLY(RULE, BRFW_RULE_A_MATCH), REPLY(RULE, BRFW_RULE_A_VERDICT),
	REPLY(RULE, BRFW_RULE_A_COMMENT), REPLY(RULE, BRFW_RULE_A_STATS),
	REPLY(RULE, BRFW_RULE_A_LIMIT), REPLY(RULE, BRFW_RULE_A_LOG),
	REPLY(RULE, BRFW_RULE_A_MARK), REPLY(RULE, BRFW_RULE_A_MIRROR),
	REPLY(RULE, BRFW_RULE_A_REJECT), REPLY(RULE, BRFW_RULE_A_REDIRECT),
	REPLY(RULE, BRFW_RULE_A_QUEUE), REPLY(RULE, BRFW_RULE_A_PROBLEM),
	ASK(RULE, BRFW_RULE_A_BEFORE), ASK(RULE, BRFW_RULE_A_AFTER),
	ASK(RULE, BRFW_RULE_A_BEFORE_CHANGE),
	ASK(RULE, BRFW_RULE_A_AFTER_CHANGE),
	REPLY(MATCH, BRFW_MATCH_A_IN_PORT), REPLY(MATCH, BRFW_MATCH_A_OUT_PORT),
	REPLY(MATCH, BRFW_MATCH_A_ETH_SRC), REPLY(MATCH, BRFW_MATCH_A_ETH_DST),
	REPLY(MATCH, BRFW_MATCH_A_ETH_TYPE), REPLY(MATCH, BRFW_MATCH_A_VLAN_ID),
	REPLY(MATCH, BRFW_MATCH_A_IP4_SRC), REPLY(MATCH, BRFW_MATCH_A_IP4_DST),
	REPLY(MATCH, BRFW_MATCH_A_IP6_SRC), REPLY(MATCH, BRFW_MATCH_A_IP6_DST),
	REPLY(MATCH, BRFW_MATCH_A_IP_PROTO),
	REPLY(MATCH, BRFW_MATCH_A_L4_SPORT),
	REPLY(MATCH, BRFW_MATCH_A_L4_DPORT),
	REPLY(MATCH, BRFW_MATCH_A_TCP_FLAGS),
	REPLY(MATCH, BRFW_MATCH_A_ICMP_TYPE),
	REPLY(MATCH, BRFW_MATCH_A_ICMP_CODE),
	REPLY(MATCH, BRFW_MATCH_A_ICMPV6_TYPE),
	REPLY(MATCH, BRFW_MATCH_A_ICMPV6_CODE),
	REPLY(MATCH, BRFW_MATCH_A_VLAN_PRESENT),
	REPLY(MATCH, BRFW_MATCH_A_VLAN_PRIO),
	REPLY(MATCH, BRFW_MATCH_A_VLAN_PROTO),
	REPLY(MATCH, BRFW_MATCH_A_INNER_VLAN_PRESENT),
	REPLY(MATCH, BRFW_MATCH_A_INNER_VLAN_ID),
	REPLY(MATCH, BRFW_MATCH_A_INNER_VLAN_PRIO),
	REPLY(MATCH, BRFW_MATCH_A_INNER_VLAN_PROTO),
	REPLY(MATCH, BRFW_MATCH_A_PPPOE_SESSION),
	REPLY(MATCH, BRFW_MATCH_A_ARP_OP),
	REPLY(MATCH, BRFW_MATCH_A_ARP_SENDER_IP),
	REPLY(MATCH, BRFW_MATCH_A_ARP_TARGET_IP),
	REPLY(MATCH, BRFW_MATCH_A_ARP_SENDER_MAC),
	REPLY(MATCH, BRFW_MATCH_A_ARP_TARGET_MAC),
	REPLY(MATCH, BRFW_MATCH_A_ARP_GRATUITOUS),
	REPLY(MATCH, BRFW_MATCH_A_ND_TARGET),
	REPLY(MATCH, BRFW_MATCH_A_ND_LLADDR),
	REPLY(MATCH, BRFW_MATCH_A_IP_DSCP),
	REPLY(MATCH, BRFW_MATCH_A_IP_TTL),
	REPLY(MATCH, BRFW_MATCH_A_IP_LENGTH),
	REPLY(MATCH, BRFW_MATCH_A_IP_FRAG),
	REPLY(MATCH, BRFW_MATCH_A_IP_OPTIONS),
	REPLY(MATCH, BRFW_MATCH_A_IGMP_TYPE),
	REPLY(MATCH, BRFW_MATCH_A_MPLS_LABEL),
	REPLY(MATCH, BRFW_MATCH_A_GRE_PROTO),
	REPLY(MATCH, BRFW_MATCH_A_FRAME_CLASS),
	REPLY(MATCH, BRFW_MATCH_A_MARK),
	REPLY(MATCH, BRFW_MATCH_A_CT_STATE),
	REPLY(MATCH, BRFW_MATCH_A_MALFORMED),
	REPLY(COND, BRFW_COND_A_VALUE), REPLY(COND, BRFW_COND_A_MASK),
	REPLY(COND, BRFW_COND_A_PREFIX_LEN), REPLY(COND, BRFW_COND_A_RANGE_END),
	REPLY(COND, BRFW_COND_A_RANGES), REPLY(COND, BRFW_COND_A_NEGATE),
	REPLY(LIMIT, BRFW_LIMIT_A_RATE), REPLY(LIMIT, BRFW_LIMIT_A_SECONDS),
	REPLY(LIMIT, BRFW_LIMIT_A_BURST), REPLY(LIMIT, BRFW_LIMIT_A_BYTES),
	REPLY(LOG, BRFW_LOG_A_GROUP), REPLY(LOG, BRFW_LOG_A_PREFIX),
	REPLY(MARK, BRFW_MARK_A_VALUE), REPLY(MARK, BRFW_MARK_A_MASK),
	REPLY(QUEUE, BRFW_QUEUE_A_NUM), REPLY(QUEUE, BRFW_QUEUE_A_BYPASS),
	REPLY(POLICY, BRFW_POLICY_A_HOOK), REPLY(POLICY, BRFW_POLICY_A_BRIDGE),
	REPLY(POLICY, BRFW_POLICY_A_VERDICT),
	REPLY(POLICY, BRFW_POLICY_A_STATS),
	REPLY(STATS, BRFW_STATS_A_PACKETS), REPLY(STATS, BRFW_STATS_A_BYTES),
	TRAFFIC(STATS, BRFW_STATS_A_LAST_USED),
};

#define N_ATTRIBUTES	(sizeof(attributes) / sizeof(attributes[0]))

static const char longest_prefix[BRFW_LOG_PREFIX_LEN] = {
	[0 ... BRFW_LOG_PREFIX_LEN - 2] = 'p',
};

static const struct op *const base_rules[] = {
	(const struct op[]){ NEST(BRFW_A_RULE), DROP,
		U32(BRFW_RULE_A_PRIORITY, 10),
		STR(BRFW_RULE_A_COMMENT, "base"), NEST(BRFW_RULE_A_MATCH),
		PROTO(TCP), COND(L4_DPORT, U16(VALUE, 80)), END, END, DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), DROP, HOOK(FORWARD),
		STR(BRFW_RULE_A_BRIDGE, "br0"), NEST(BRFW_RULE_A_MATCH),
		COND(IN_PORT, STR(VALUE, "eth0")),
		COND(OUT_PORT, STR(VALUE, "abcdefghijklmno")),
		COND(ETH_SRC, BYTES(VALUE, "\x02\0\0\0\0\0"),
		     BYTES(MASK, "\xff\xff\xff\0\0\0")),
		COND(ETH_DST, BYTES(VALUE, MAC_A)),
		COND(ETH_TYPE, U16(VALUE, 0x800)), COND(VLAN_ID, U16(VALUE, 0)),
		COND(IP4_SRC, BYTES(VALUE, "\x0a\0\0\0"), U8(PREFIX, 8)),
		COND(IP4_DST, BYTES(VALUE, IP4_A)), PROTO(TCP),
		COND(L4_SPORT, U16(VALUE, 1), U16(RANGE_END, 65535)),
		COND(L4_DPORT, U16(VALUE, 0)),
		COND(TCP_FLAGS, U8(VALUE, 2), U8(MASK, 0x12)), END, END, DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), HOOK(INPUT),
		U8(BRFW_RULE_A_VERDICT, BRFW_VERDICT_ACCEPT),
		U32(BRFW_RULE_A_PRIORITY, UINT32_MAX), NEST(BRFW_RULE_A_MATCH),
		COND(IP6_SRC, BYTES(VALUE, IP6_A)),
		COND(IP6_DST, BYTES(VALUE, "\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		     U8(PREFIX, 8)), PROTO(ICMPV6),
		COND(ICMPV6_TYPE, U8(VALUE, 128)),
		COND(ICMPV6_CODE, U8(VALUE, 0)), END, END, DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), DROP, HOOK(OUTPUT),
		U32(BRFW_RULE_A_PRIORITY, 0), NEST(BRFW_RULE_A_MATCH),
		PROTO(ICMP), COND(ICMP_TYPE, U8(VALUE, 255)),
		COND(ICMP_CODE, U8(VALUE, 255)), END, END, DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), DROP, END, DONE },
	/* as many lists, ranges and negations as a rule may have: 8 */
	(const struct op[]){ MATCH(
		COND(VLAN_ID, RANGES({ 0, 0 }, { 2, 9 }, { 4094, 4094 })),
		COND(VLAN_PRIO, U8(VALUE, 7)),
		COND(VLAN_PROTO, U16(VALUE, 0x88a8)),
		COND(INNER_VLAN_ID, U16(VALUE, 0), U16(RANGE_END, 4093)),
		COND(INNER_VLAN_PRIO, U8(VALUE, 0)),
		NOT(INNER_VLAN_PROTO, U16(VALUE, 0x8100)),
		NOT(PPPOE_SESSION, U16(VALUE, 1), U16(RANGE_END, 65535)),
		NOT(IP_DSCP, U8(VALUE, 63)),
		COND(IP_TTL, RANGES({ 0, 1 }, { 255, 255 })),
		COND(IP_LENGTH, U16(VALUE, 1500), U16(RANGE_END, 65535)),
		COND(IP_FRAG, U8(VALUE, BRFW_FRAG_LATER)),
		COND(IP_OPTIONS, U8(VALUE, 1)),
		COND(FRAME_CLASS, U8(VALUE, BRFW_FRAME_BROADCAST)),
		COND(MARK, U32(VALUE, 0x80000001), U32(MASK, 0xf000000f)),
		COND(CT_STATE, U8(VALUE, BRFW_CT_NEW | BRFW_CT_UNTRACKED)),
		COND(MALFORMED, U8(VALUE, 1))), DONE },
	/* the same, the other way round */
	(const struct op[]){ MATCH(COND(VLAN_PRESENT, U8(VALUE, 1)),
		COND(INNER_VLAN_PRESENT, U8(VALUE, 0)),
		COND(IP_OPTIONS, U8(VALUE, 0)), COND(MALFORMED, U8(VALUE, 0)),
		NOT(CT_STATE, U8(VALUE, BRFW_CT_INVALID)),
		NOT(MARK, U32(VALUE, 1), U32(MASK, 3)),
		NOT(IP4_SRC, BYTES(VALUE, "\x0a\0\0\0"), U8(PREFIX, 8)),
		NOT(ETH_SRC, BYTES(VALUE, MAC_A))), DONE },
	(const struct op[]){ MATCH(COND(VLAN_PRESENT, U8(VALUE, 0))), DONE },
	(const struct op[]){ MATCH(COND(INNER_VLAN_PRESENT, U8(VALUE, 1))),
		DONE },
	(const struct op[]){ MATCH(COND(ARP_OP, U16(VALUE, 1)),
		COND(ARP_SENDER_IP, BYTES(VALUE, IP4_A)),
		NOT(ARP_TARGET_IP, BYTES(VALUE, "\x0a\0\0\0"), U8(PREFIX, 8)),
		COND(ARP_SENDER_MAC, BYTES(VALUE, MAC_A)),
		COND(ARP_TARGET_MAC, BYTES(VALUE, "\x02\0\0\0\0\0"),
		     BYTES(MASK, "\x03\0\0\0\0\0")),
		COND(ARP_GRATUITOUS, U8(VALUE, 1))), DONE },
	(const struct op[]){ MATCH(COND(ARP_GRATUITOUS, U8(VALUE, 0))), DONE },
	(const struct op[]){ MATCH(PROTO(ICMPV6),
		NOT(ND_TARGET, BYTES(VALUE, IP6_A)),
		COND(ND_LLADDR, BYTES(VALUE, MAC_A))), DONE },
	(const struct op[]){ MATCH(PROTO(IGMP),
		COND(IGMP_TYPE, U8(VALUE, 0x22))), DONE },
	(const struct op[]){ MATCH(NOT(MPLS_LABEL, U32(VALUE, 0xfffff))), DONE },
	(const struct op[]){ MATCH(PROTO(GRE),
		COND(GRE_PROTO, U16(VALUE, 0x6558))), DONE },
	(const struct op[]){ MATCH(COND(PPPOE_SESSION, RANGES(TEN_RANGES(1),
		{ 100, 100 }, { 102, 102 }, { 104, 104 }, { 106, 106 },
		{ 108, 65533 }, { 65535, 65535 }))), DONE },
	(const struct op[]){ RULE(HOOK(INPUT), IN_SETS(
		IN_SET("pair", ETH_SRC_FIELD IP4_SRC_FIELD),
		IN_SET("four", IP4_SRC_FIELD, FLAG(BRFW_IN_SET_A_NEGATE)))),
		DONE },
	/* actions */
	(const struct op[]){ AS(REDIRECT, HOOK(INPUT),
		STR(BRFW_RULE_A_REDIRECT, "missing1")), DONE },
	(const struct op[]){ AS(REJECT, HOOK(OUTPUT),
		U8(BRFW_RULE_A_REJECT, BRFW_REJECT_ADMIN)), DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), U32(BRFW_RULE_A_PRIORITY, 1),
		NEST(BRFW_RULE_A_LIMIT), U64(BRFW_LIMIT_A_RATE, 1ULL << 40),
		U32(BRFW_LIMIT_A_SECONDS, 86400),
		U64(BRFW_LIMIT_A_BURST, 1ULL << 33), FLAG(BRFW_LIMIT_A_BYTES),
		END, NEST(BRFW_RULE_A_LOG), U16(BRFW_LOG_A_GROUP, 65535),
		STR(BRFW_LOG_A_PREFIX, longest_prefix), END,
		NEST(BRFW_RULE_A_MARK), U32(BRFW_MARK_A_VALUE, 0x10),
		U32(BRFW_MARK_A_MASK, 0xf0), END,
		STR(BRFW_RULE_A_MIRROR, "missing0"), END, DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), VERDICT(REDIRECT),
		U32(BRFW_RULE_A_PRIORITY, 2),
		STR(BRFW_RULE_A_REDIRECT, "missing1"), NEST(BRFW_RULE_A_LIMIT),
		U64(BRFW_LIMIT_A_RATE, 1), U32(BRFW_LIMIT_A_SECONDS, 60),
		U64(BRFW_LIMIT_A_BURST, 1), END, NEST(BRFW_RULE_A_LOG), END,
		NEST(BRFW_RULE_A_MARK), U32(BRFW_MARK_A_VALUE, 0), END, END,
		DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), VERDICT(REJECT),
		U32(BRFW_RULE_A_PRIORITY, 3), NEST(BRFW_RULE_A_MATCH),
		PROTO(TCP), END,
		U8(BRFW_RULE_A_REJECT, BRFW_REJECT_TCP_RESET), END, DONE },
	(const struct op[]){ NEST(BRFW_A_RULE), VERDICT(QUEUE),
		U32(BRFW_RULE_A_PRIORITY, 4), NEST(BRFW_RULE_A_QUEUE),
		U16(BRFW_QUEUE_A_NUM, 65535), FLAG(BRFW_QUEUE_A_BYPASS), END,
		END, DONE },
};

#define N_BASE		(sizeof(base_rules) / sizeof(base_rules[0]))

/* Sets that they name, and elements. No time is left that runs out. */
static const struct {
	uint8_t cmd;
	const struct op *ops;
} base_sets[] = {
	{ BRFW_CMD_SET_ADD, (const struct op[]){ SET("four", FOUR,
		U32(BRFW_SET_A_FLAGS, BRFW_SET_F_COUNTERS | BRFW_SET_F_KEEP),
		STR(BRFW_SET_A_COMMENT, "IPv4")), DONE } },
	{ BRFW_CMD_SET_ADD, (const struct op[]){ SET("pair", PAIR,
		U8(BRFW_SET_A_INTERVAL, 2),
		U32(BRFW_SET_A_TIMEOUT, 3600)), DONE } },
	{ BRFW_CMD_ELEMENT_ADD, (const struct op[]){ OF_FOUR,
		ELEMENTS(ITEM(FIRST("\x0a\0\0\0"), LAST("\x0a\xff\xff\xff"),
			      STR(BRFW_ELEMENT_A_COMMENT, "ten"))), DONE } },
	{ BRFW_CMD_ELEMENT_ADD, (const struct op[]){ OF_PAIR,
		ELEMENTS(ITEM(FIRST(MAC_A IP4_A),
			      U32(BRFW_ELEMENT_A_TIMEOUT, 0))), DONE } },
};

#define N_BASE_SETS	(sizeof(base_sets) / sizeof(base_sets[0]))

static uint64_t base_handles[N_BASE];

static void take_handle(const struct nlmsghdr *nlh, void *arg)
{
	*(uint64_t *)arg = nlt_u64(NLT_FIND(nlh, BRFW_A_RULE,
					    BRFW_RULE_A_HANDLE));
}

static int make_base(struct nlt *nl)
{
	struct nlt_reply r;
	size_t i;

	for (i = 0; i < N_BASE_SETS; i++)
		if (request(nl, base_sets[i].cmd, 0, base_sets[i].ops, &r,
			    NULL, NULL))
			return diag("base set %zu: %s: %s", i,
				    strerror(r.error), r.text);
	for (i = 0; i < N_BASE; i++)
		if (request(nl, BRFW_CMD_RULE_ADD, 0, base_rules[i], &r,
			    take_handle, &base_handles[i]))
			return diag("base rule %zu: %s: %s", i,
				    strerror(r.error), r.text);
	base_handle = base_handles[0];
	if (REQUEST(nl, POLICY_SET, &r, NULL, NULL, NEST(BRFW_A_POLICY),
		    U8(BRFW_POLICY_A_HOOK, BRFW_HOOK_FORWARD),
		    STR(BRFW_POLICY_A_BRIDGE, "br0"),
		    U8(BRFW_POLICY_A_VERDICT, BRFW_VERDICT_DROP), END, DONE))
		return diag("base policy: %s: %s", strerror(r.error), r.text);
	if (REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br0", 17), DONE))
		return diag("base zone: %s: %s", strerror(r.error), r.text);
	return 0;
}

static bool seen[LEVELS][64];
static int walk_errors;

static enum level child_level(enum level level, int type)
{
	if (level == LEVEL_MSG)
		return type == BRFW_A_INFO ? LEVEL_INFO :
		       type == BRFW_A_RULE ? LEVEL_RULE :
		       type == BRFW_A_POLICY ? LEVEL_POLICY :
		       type == BRFW_A_ZONE ? LEVEL_ZONE :
		       type == BRFW_A_SET ? LEVEL_SET :
		       type == BRFW_A_ELEMENTS ? LEVEL_ELEMENTS :
		       type == BRFW_A_COMMIT ? LEVEL_COMMIT : LEVELS;
	if (level == LEVEL_COMMIT)
		return type == BRFW_COMMIT_A_CHANGES ? LEVEL_CHANGES :
		       type >= BRFW_COMMIT_A_RULES ? LEVEL_COUNTS : LEVELS;
	if (level == LEVEL_CHANGES)
		return LEVEL_MSG;
	if (level == LEVEL_RULE)
		return type == BRFW_RULE_A_MATCH ? LEVEL_MATCH :
		       type == BRFW_RULE_A_LIMIT ? LEVEL_LIMIT :
		       type == BRFW_RULE_A_LOG ? LEVEL_LOG :
		       type == BRFW_RULE_A_MARK ? LEVEL_MARK :
		       type == BRFW_RULE_A_QUEUE ? LEVEL_QUEUE :
		       type == BRFW_RULE_A_SETS ? LEVEL_IN_SETS :
		       type == BRFW_RULE_A_STATS ? LEVEL_STATS : LEVELS;
	if (level == LEVEL_POLICY && type == BRFW_POLICY_A_STATS)
		return LEVEL_STATS;
	if (level == LEVEL_ELEMENT && type == BRFW_ELEMENT_A_STATS)
		return LEVEL_STATS;
	return level == LEVEL_MATCH ? LEVEL_COND :
	       level == LEVEL_IN_SETS ? LEVEL_IN_SET :
	       level == LEVEL_ELEMENTS ? LEVEL_ELEMENT : LEVELS;
}

static void walk(const struct nlattr *attr, enum level level)
{
	int type = mnl_attr_get_type(attr);
	enum level child = child_level(level, type);
	const struct nlattr *inner;

	if (type >= 64) {
		walk_errors += diag("level %d: attribute %d", level, type);
		return;
	}
	seen[level][type] = true;
	if (child == LEVELS)
		return;
	if (!(attr->nla_type & NLA_F_NESTED))
		walk_errors += diag("level %d: attribute %d is not marked as nested",
				    level, type);
	mnl_attr_for_each_nested(inner, attr)
		walk(inner, child);
}

static void walk_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	(void)arg;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		walk(attr, LEVEL_MSG);
}

static bool is_documented(enum level level, int type)
{
	size_t i;

	for (i = 0; i < N_ATTRIBUTES; i++)
		if (attributes[i].level == level && attributes[i].type == type)
			return !attributes[i].absent;
	return type <= 1;	/* padding is 1 where there is any */
}

/* Everything that can happen to a rule, with what listeners are told of it. */
static int walk_notices(struct nlt *nl)
{
	struct nlt listener;
	struct nlt_reply r;
	uint64_t handle = 0;
	ssize_t len;
	int n = 0;

	if (nlt_open(&listener) ||
	    mnl_socket_setsockopt(listener.sock, NETLINK_ADD_MEMBERSHIP,
				  &listener.group, sizeof(listener.group)))
		return diag("joining the group: %s", strerror(errno));
	REQUEST(nl, RULE_ADD, &r, take_handle, &handle, MATCH(PROTO(99)), DONE);
	REQUEST(nl, RULE_REPLACE, &r, NULL, NULL, U64(BRFW_A_HANDLE, handle),
		MATCH(PROTO(98)), DONE);
	REQUEST(nl, RULE_MOVE, &r, NULL, NULL, U64(BRFW_A_HANDLE, handle),
		NEST(BRFW_A_RULE), U32(BRFW_RULE_A_PRIORITY, 1), END, DONE);
	REQUEST(nl, RULE_DELETE, &r, NULL, NULL, U64(BRFW_A_HANDLE, handle),
		DONE);
	/* They were there before the answers. */
	while ((len = recv(mnl_socket_get_fd(listener.sock), request_buf,
			   sizeof(request_buf), MSG_DONTWAIT)) > 0) {
		walk_message((const struct nlmsghdr *)request_buf, NULL);
		n++;
	}
	nlt_close(&listener);
	return n == 4 ? 0 : diag("%d notices of 4 commits", n);
}

static int test_all_attributes(struct nlt *nl)
{
	struct nlt_reply r;
	int level, type, bad = walk_notices(nl);
	size_t i;

	request(nl, BRFW_CMD_INFO_GET, 0, NULL, &r, walk_message, NULL);
	request(nl, BRFW_CMD_RULE_GET, NLM_F_DUMP, NULL, &r, walk_message, NULL);
	request(nl, BRFW_CMD_POLICY_GET, NLM_F_DUMP, NULL, &r, walk_message,
		NULL);
	request(nl, BRFW_CMD_ZONE_GET, NLM_F_DUMP, NULL, &r, walk_message, NULL);
	request(nl, BRFW_CMD_SET_GET, NLM_F_DUMP, NULL, &r, walk_message, NULL);
	REQUEST(nl, ELEMENT_ADD, &r, NULL, NULL, OF_PAIR,
		ELEMENTS(ITEM(FIRST(MAC_A "\xc0\x00\x02\x02"),
			      U32(BRFW_ELEMENT_A_TIMEOUT, 999))), DONE);
	request(nl, BRFW_CMD_ELEMENT_GET, NLM_F_DUMP, NULL, &r, walk_message,
		NULL);
	REQUEST(nl, ELEMENT_DELETE, &r, NULL, NULL, OF_PAIR,
		ELEMENTS(ITEM(FIRST(MAC_A "\xc0\x00\x02\x02"))), DONE);
	request(nl, BRFW_CMD_TXN_BEGIN, 0, NULL, &r, NULL, NULL);
	REQUEST(nl, TXN_COMMIT, &r, walk_message, NULL,
		U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN), DONE);
	for (i = 0; i < N_ATTRIBUTES; i++)
		if (!attributes[i].absent &&
		    !seen[attributes[i].level][attributes[i].type])
			bad |= diag("never seen: %s", attributes[i].name);
	for (level = 0; level < LEVELS; level++)
		for (type = 0; type < 64; type++)
			if (seen[level][type] && !is_documented(level, type))
				bad |= diag("level %d: attribute %d is not documented",
					    level, type);
	return bad || walk_errors;
}

/* Every attribute that the header defines must be in the table above. */
static bool in_table(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < N_ATTRIBUTES; i++)
		if (strlen(attributes[i].name) == len &&
		    !memcmp(attributes[i].name, name, len))
			return true;
	return false;
}

static bool is_attribute_name(const char *p, size_t len)
{
	static const char *const prefixes[] = {
		"BRFW_A_", "BRFW_INFO_A_", "BRFW_RULE_A_", "BRFW_MATCH_A_",
		"BRFW_COND_A_", "BRFW_LIMIT_A_", "BRFW_LOG_A_",
		"BRFW_MARK_A_", "BRFW_QUEUE_A_", "BRFW_POLICY_A_",
		"BRFW_STATS_A_", "BRFW_ZONE_A_", "BRFW_COMMIT_A_",
		"BRFW_CHANGE_A_", "BRFW_SET_A_", "BRFW_ELEMENT_A_",
		"BRFW_IN_SET_A_", "BRFW_LIST_A_",
	};
	size_t i, n;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		n = strlen(prefixes[i]);
		if (len > n && !strncmp(p, prefixes[i], n))
			return strncmp(p + n, "UNSPEC", 6) &&
			       strncmp(p + n, "PAD", 3) &&
			       strncmp(p + n, "MAX", 3);
	}
	return false;
}

static int check_header_line(const char *line)
{
	const char *p = line;
	size_t len;
	int bad = 0;

	while ((p = strstr(p, "BRFW_"))) {
		len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		if ((p == line || p[-1] != '_') && is_attribute_name(p, len) &&
		    !in_table(p, len))
			bad |= diag("in the header but not tested: %.*s",
				    (int)len, p);
		p += len;
	}
	return bad;
}

static int test_header(struct nlt *nl)
{
	const char *path = getenv("BRFW_UAPI");
	char line[512], self[256] = "";
	int bad = 0;
	FILE *f;

	(void)nl;
	if (!path) {
		if (readlink("/proc/self/exe", self, sizeof(self) - 64) < 0)
			return skip("no /proc");
		*(strrchr(self, '/') + 1) = '\0';
		strcat(self, "../../uapi/linux/brfw.h");
		path = self;
	}
	f = fopen(path, "r");
	if (!f)
		return skip("the header is not here");
	while (fgets(line, sizeof(line), f))
		bad |= check_header_line(line);
	fclose(f);
	return bad;
}

/* ---- what is read is what was written ---- */

static void take_message(const struct nlmsghdr *nlh, void *arg)
{
	memcpy(arg, nlh, nlh->nlmsg_len);
}

/* The conditions of each rule must come back as they were sent. */
static int test_round_trip(struct nlt *nl)
{
	static char sent[NLT_BUF], got[NLT_BUF];
	const struct nlattr *a, *b;
	struct nlt_reply r;
	struct nlmsghdr *nlh;

	nlh = nlt_start(nl, sent, BRFW_CMD_RULE_ADD, 0);
	put_ops(nlh, base_rules[0]);
	if (REQUEST(nl, RULE_GET, &r, take_message, got, BASE(BRFW_A_HANDLE),
		    DONE))
		return diag("get: %s", r.text);
	a = NLT_FIND((void *)sent, BRFW_A_RULE, BRFW_RULE_A_MATCH);
	b = NLT_FIND((void *)got, BRFW_A_RULE, BRFW_RULE_A_MATCH);
	if (!a || !b || a->nla_len != b->nla_len || memcmp(a, b, a->nla_len))
		return diag("the match is another");
	b = NLT_FIND((void *)got, BRFW_A_RULE, BRFW_RULE_A_COMMENT);
	if (!b || strcmp(mnl_attr_get_str(b), "base"))
		return diag("the comment is another");
	b = NLT_FIND((void *)got, BRFW_A_RULE, BRFW_RULE_A_PRIORITY);
	return !b || mnl_attr_get_u32(b) != 10;
}

static const struct nlattr *find_in(const struct nlattr *nest, int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* Is all of the attribute @a in the attribute @b, in any order? */
static bool is_within(const struct nlattr *a, const struct nlattr *b)
{
	const struct nlattr *inner, *other;

	if (!(a->nla_type & NLA_F_NESTED))
		return a->nla_type == b->nla_type && a->nla_len == b->nla_len &&
		       !memcmp(a, b, a->nla_len);
	mnl_attr_for_each_nested(inner, a) {
		other = find_in(b, mnl_attr_get_type(inner));
		if (!other || !is_within(inner, other))
			return false;
	}
	return true;
}

/* The same for a list, in the order in which the kernel shows it. */
static int check_list(const struct nlattr *sent, const struct nlattr *got,
		      size_t i)
{
	const struct nlattr *a, *b = mnl_attr_get_payload(got);

	if (sent->nla_len != got->nla_len)
		return diag("base rule %zu: a list of another length", i);
	mnl_attr_for_each_nested(a, sent) {
		if (!is_within(a, b) || !is_within(b, a))
			return diag("base rule %zu: another item in a list", i);
		b = mnl_attr_next(b);
	}
	return 0;
}

/* Does the rule @got say of a part of it what @sent does, and no more? */
static int check_part(const struct nlattr *sent, const struct nlattr *got,
		      size_t i)
{
	const struct nlattr *other = find_in(got, mnl_attr_get_type(sent));

	if (other && mnl_attr_get_type(sent) == BRFW_RULE_A_SETS)
		return check_list(sent, other, i);
	if (other && is_within(sent, other) && is_within(other, sent))
		return 0;
	return diag("base rule %zu: attribute %d is %s", i,
		    mnl_attr_get_type(sent), other ? "another" : "missing");
}

static int check_rule(const struct nlmsghdr *sent, const struct nlmsghdr *got,
		      size_t i)
{
	const struct nlattr *rule = NLT_FIND(got, BRFW_A_RULE);
	const struct nlattr *attr, *wanted = NLT_FIND(sent, BRFW_A_RULE);
	int bad = 0;

	mnl_attr_for_each_nested(attr, wanted)
		bad |= check_part(attr, rule, i);
	return bad;
}

/* The same for all of them: fields, actions, everything. */
static int test_round_trip_all(struct nlt *nl)
{
	static char sent[NLT_BUF], got[NLT_BUF];
	struct nlt_reply r;
	int bad = 0;
	size_t i;

	for (i = 0; i < N_BASE; i++) {
		put_ops(nlt_start(nl, sent, BRFW_CMD_RULE_ADD, 0),
			base_rules[i]);
		if (REQUEST(nl, RULE_GET, &r, take_message, got,
			    U64(BRFW_A_HANDLE, base_handles[i]), DONE))
			return diag("base rule %zu: %s", i, r.text);
		bad |= check_rule((void *)sent, (void *)got, i);
	}
	return bad;
}

/* ---- what the module supports ---- */

static uint32_t matches[8];

/* Words of the bitmap, or 0 for anything else. */
static void take_matches(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = NLT_FIND(nlh, BRFW_A_INFO,
					     BRFW_INFO_A_MATCHES);
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len % sizeof(*matches) || len > sizeof(matches))
		len = 0;
	memset(matches, 0, sizeof(matches));
	if (len)
		memcpy(matches, mnl_attr_get_payload(attr), len);
	*(size_t *)arg = len / sizeof(*matches);
}

/* All fields of the header, each at its place, and none besides. */
static int test_matches(struct nlt *nl)
{
	struct nlt_reply r;
	size_t words = 0;
	unsigned int i;

	request(nl, BRFW_CMD_INFO_GET, 0, NULL, &r, take_matches, &words);
	if (words != BRFW_MATCH_A_MAX / 32 + 1)
		return diag("%zu words", words);
	for (i = 0; i < 32 * words; i++)
		if ((matches[i / 32] >> (i % 32) & 1) !=
		    (i >= 1 && i <= BRFW_MATCH_A_MAX))
			return diag("bit %u is wrong", i);
	return 0;
}

/* ---- the worst case ---- */

/** struct costs - what the module says of it */
struct costs {
	uint32_t max;
	size_t len;
	struct brfw_cost entry[16];
};

static void take_costs(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *max = NLT_FIND(nlh, BRFW_A_INFO,
					    BRFW_INFO_A_MAX_COST);
	const struct nlattr *attr = NLT_FIND(nlh, BRFW_A_INFO,
					     BRFW_INFO_A_COSTS);
	struct costs *c = arg;

	if (max)
		c->max = mnl_attr_get_u32(max);
	if (attr)
		c->len = mnl_attr_get_payload_len(attr);
	if (c->len <= sizeof(c->entry) && attr)
		memcpy(c->entry, mnl_attr_get_payload(attr), c->len);
}

static int read_costs(struct nlt *nl, struct costs *c)
{
	struct nlt_reply r;

	memset(c, 0, sizeof(*c));
	request(nl, BRFW_CMD_INFO_GET, 0, NULL, &r, take_costs, c);
	if (!c->max || !c->len || c->len % sizeof(c->entry[0]) ||
	    c->len > sizeof(c->entry))
		return diag("max %u, %zu bytes", c->max, c->len);
	return 0;
}

/* Of hook forward and IPv4, or 0. */
static uint32_t cost_of_ip4(const struct costs *c)
{
	size_t i;

	for (i = 0; i < c->len / sizeof(c->entry[0]); i++)
		if (c->entry[i].hook == BRFW_HOOK_FORWARD &&
		    c->entry[i].family == BRFW_COST_IP4)
			return c->entry[i].cost;
	return 0;
}

/* An array in the order of hooks and families. */
static int test_costs(struct nlt *nl)
{
	const struct brfw_cost *e;
	struct costs c;
	size_t i;

	if (read_costs(nl, &c))
		return 1;
	for (i = 0; i < c.len / sizeof(c.entry[0]); i++) {
		e = &c.entry[i];
		if (e->hook > BRFW_HOOK_OUTPUT ||
		    e->family > BRFW_COST_OTHER || e->zero || !e->cost ||
		    e->cost > c.max)
			return diag("entry %zu: hook %u, family %u, cost %u", i,
				    e->hook, e->family, e->cost);
		if (i && e->hook * 256 + e->family <=
			 e[-1].hook * 256 + e[-1].family)
			return diag("entry %zu: out of order", i);
	}
	return cost_of_ip4(&c) ? 0 : diag("no cost at forward");
}

/* A draft of so many rules that have only ranges of ports, and its end. */
static int commit_ranges(struct nlt *nl, unsigned int n, uint32_t flags,
			 struct nlt_reply *r)
{
	unsigned int i;

	request(nl, BRFW_CMD_TXN_BEGIN, 0, NULL, r, NULL, NULL);
	for (i = 1; i <= n; i++)
		REQUEST(nl, RULE_ADD, r, NULL, NULL, U32(BRFW_A_CHANGE_ID, i),
			MATCH(PROTO(UDP), COND(L4_DPORT, U16(VALUE, 7 * i),
					       U16(RANGE_END, 7 * i + 100 + i % 50))),
			DONE);
	return REQUEST(nl, TXN_COMMIT, r, NULL, NULL,
		       U32(BRFW_A_TXN_FLAGS, flags), DONE);
}

static int test_too_expensive(struct nlt *nl)
{
	struct costs before, after;
	struct state state;
	struct nlt_reply r;
	int bad;

	if (read_state(nl, &state) || read_costs(nl, &before))
		return 1;
	if (commit_ranges(nl, 1500, BRFW_TXN_F_DRY_RUN, &r))
		return diag("1500 ranges: %s", r.text);
	if (commit_ranges(nl, 5000, 0, &r) != ENOSPC || !strlen(r.text) ||
	    !r.culprit.change_id || r.culprit.change_id > 5000)
		return diag("5000 ranges: %d %s, change %u", r.error, r.text,
			    r.culprit.change_id);
	bad = check_state(nl, &state) | read_costs(nl, &after);
	if (before.max != after.max || before.len != after.len ||
	    memcmp(before.entry, after.entry, before.len))
		bad |= diag("costs changed: %zu to %zu entries, IPv4 at forward %u to %u",
			    before.len / sizeof(before.entry[0]),
			    after.len / sizeof(after.entry[0]),
			    cost_of_ip4(&before), cost_of_ip4(&after));
	return bad;
}

/* Conditions of a rule that drops. */
#define FORM(...)	(const struct op[]){ MATCH(__VA_ARGS__), DONE }

/* ---- zones ---- */

static void take_zone(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *bridge = NLT_FIND(nlh, BRFW_A_ZONE,
					       BRFW_ZONE_A_BRIDGE);
	const struct nlattr *id = NLT_FIND(nlh, BRFW_A_ZONE, BRFW_ZONE_A_ID);
	char *text = arg;

	if (bridge && id)
		sprintf(text + strlen(text), "%s=%u ", mnl_attr_get_str(bridge),
			mnl_attr_get_u16(id));
}

static int check_zones(struct nlt *nl, const char *wanted)
{
	char text[1024] = "";
	struct nlt_reply r;

	request(nl, BRFW_CMD_ZONE_GET, NLM_F_DUMP, NULL, &r, take_zone, text);
	return strcmp(text, wanted) ? diag("zones: %s", text) : 0;
}

#define NO_ZONE(bridge)							\
	NEST(BRFW_A_ZONE), STR(BRFW_ZONE_A_BRIDGE, bridge), END

/* Changes in a draft, some to be taken back, and how it ends. */
static int test_zones_in_draft(struct nlt *nl)
{
	struct nlt_reply r;
	int bad;

	request(nl, BRFW_CMD_TXN_BEGIN, 0, NULL, &r, NULL, NULL);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br0", 18), DONE);
	REQUEST(nl, ZONE_DELETE, &r, NULL, NULL, NO_ZONE("br0"), DONE);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br1", 5), DONE);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br1", 65535), DONE);
	bad = check_zones(nl, "br0=17 ");
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL,
		U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN), DONE);
	bad |= check_zones(nl, "br0=17 ");
	request(nl, BRFW_CMD_TXN_BEGIN, 0, NULL, &r, NULL, NULL);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br0", 18), DONE);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br1", 5), DONE);
	REQUEST(nl, ZONE_DELETE, &r, NULL, NULL,
		U32(BRFW_A_CHANGE_ID, 7), NO_ZONE("br2"), DONE);
	if (request(nl, BRFW_CMD_TXN_COMMIT, 0, NULL, &r, NULL, NULL) != ENOENT ||
	    r.culprit.change_id != 7)
		bad |= diag("commit: %s, change %u", r.text, r.culprit.change_id);
	bad |= check_zones(nl, "br0=17 ");
	request(nl, BRFW_CMD_TXN_BEGIN, 0, NULL, &r, NULL, NULL);
	REQUEST(nl, ZONE_DELETE, &r, NULL, NULL, NO_ZONE("br0"), DONE);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br0", 17), DONE);
	REQUEST(nl, ZONE_SET, &r, NULL, NULL, ZONE("br1", 5), DONE);
	request(nl, BRFW_CMD_TXN_COMMIT, 0, NULL, &r, NULL, NULL);
	bad |= check_zones(nl, "br0=17 br1=5 ");
	REQUEST(nl, ZONE_DELETE, &r, NULL, NULL, NO_ZONE("br1"), DONE);
	return bad | check_zones(nl, "br0=17 ");
}

/* 1024 bridges may have a zone. */
static int test_max_zones(struct nlt *nl)
{
	struct nlt_reply r;
	char name[16];
	int i;

	request(nl, BRFW_CMD_TXN_BEGIN, 0, NULL, &r, NULL, NULL);
	for (i = 1; i <= 1024; i++) {
		sprintf(name, "zone%d", i);
		REQUEST(nl, ZONE_SET, &r, NULL, NULL,
			U32(BRFW_A_CHANGE_ID, i), ZONE(name, i), DONE);
	}
	if (request(nl, BRFW_CMD_TXN_COMMIT, 0, NULL, &r, NULL, NULL) != ENOSPC ||
	    r.culprit.change_id != 1024)
		return diag("commit: %s, change %u", r.text, r.culprit.change_id);
	return check_zones(nl, "br0=17 ");
}

/* ---- warnings ---- */

#define FRAG		COND(IP_FRAG, U8(VALUE, BRFW_FRAG_NONE))
#define NOT_FRAG	NOT(IP_FRAG, U8(VALUE, BRFW_FRAG_LATER))
#define STATE		COND(CT_STATE, U8(VALUE, BRFW_CT_NEW))

/* A draft of one or two rules. */
static const struct {
	const char *name;
	uint32_t warnings;
	const struct op *rules[2];
} warned[] = {
	{ "nothing", 0, { FORM(PROTO(99)) } },
	{ "fragments", 0, { FORM(FRAG) } },
	{ "state", 0, { FORM(STATE) } },
	{ "fragments, not first", 0, { FORM(NOT_FRAG), FORM(PROTO(99)) } },
	{ "both in one", BRFW_WARN_FRAG, { FORM(FRAG, STATE) } },
	{ "both", BRFW_WARN_FRAG, { FORM(FRAG), FORM(STATE) } },
	{ "both, negated", BRFW_WARN_FRAG,
	  { FORM(NOT(CT_STATE, U8(VALUE, BRFW_CT_NEW))), FORM(NOT_FRAG) } },
	{ "both, at input", BRFW_WARN_FRAG,
	  { (const struct op[]){ RULE(HOOK(INPUT), NEST(BRFW_RULE_A_MATCH), FRAG,
				      END), DONE }, FORM(STATE) } },
	{ "fragments at output", 0,
	  { (const struct op[]){ RULE(HOOK(OUTPUT), NEST(BRFW_RULE_A_MATCH), FRAG,
				      END), DONE }, FORM(STATE) } },
	{ "state at output", BRFW_WARN_FRAG,
	  { (const struct op[]){ RULE(HOOK(OUTPUT), NEST(BRFW_RULE_A_MATCH), STATE,
				      END), DONE }, FORM(FRAG) } },
};

#define N_WARNED	(sizeof(warned) / sizeof(warned[0]))

static void take_warnings(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = NLT_FIND(nlh, BRFW_A_WARNINGS);

	*(uint32_t *)arg = attr ? mnl_attr_get_u32(attr) : 0;
}

static int check_warnings(struct nlt *nl, size_t row, uint32_t flags)
{
	uint32_t warnings = UINT32_MAX;
	struct nlt_reply r;
	size_t i;

	REQUEST(nl, TXN_BEGIN, &r, NULL, NULL, U32(BRFW_A_TXN_FLAGS, flags), DONE);
	for (i = 0; i < 2 && warned[row].rules[i]; i++)
		if (request(nl, BRFW_CMD_RULE_ADD, 0, warned[row].rules[i], &r,
			    NULL, NULL))
			return diag("%s: %s", warned[row].name, r.text);
	REQUEST(nl, TXN_COMMIT, &r, take_warnings, &warnings,
		U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN), DONE);
	if (flags != BRFW_TXN_F_REPLACE)
		return warnings == BRFW_WARN_FRAG ? 0 :
		       diag("the ruleset has both, and 0x%x", warnings);
	return warnings == warned[row].warnings ? 0 :
	       diag("%s: 0x%x", warned[row].name, warnings);
}

/* The ruleset to start with has all conditions, and so it has both of these. */
static int test_warnings(struct nlt *nl)
{
	size_t i;
	int bad = check_warnings(nl, 0, 0);

	for (i = 0; i < N_WARNED; i++)
		bad |= check_warnings(nl, i, BRFW_TXN_F_REPLACE);
	return bad;
}

static void take_added(const struct nlmsghdr *nlh, void *arg)
{
	take_warnings(nlh, arg);
	base_handle = nlt_u64(NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_HANDLE));
}

/* A rule that has no part in it is added without. */
static int check_warnings_of_rule(struct nlt *nl, const struct op *rule,
				  uint32_t wanted)
{
	uint32_t warnings = UINT32_MAX;
	uint64_t base = base_handle;
	struct nlt_reply r;

	request(nl, BRFW_CMD_RULE_ADD, 0, rule, &r, take_added, &warnings);
	REQUEST(nl, RULE_DELETE, &r, NULL, NULL, BASE(BRFW_A_HANDLE), DONE);
	base_handle = base;
	return warnings == wanted ? 0 :
	       diag("0x%x of 0x%x", warnings, wanted);
}

static int test_warnings_of_rule(struct nlt *nl)
{
	return check_warnings_of_rule(nl, FORM(PROTO(99)), 0) |
	       check_warnings_of_rule(nl, FORM(PROTO(99), FRAG), BRFW_WARN_FRAG) |
	       check_warnings_of_rule(nl, FORM(PROTO(99), STATE), BRFW_WARN_FRAG);
}

/* ---- the canonical form ---- */

/** struct form - conditions as they are sent and as they are shown */
struct form {
	const struct op *sent;
	const struct op *shown;
};

#define ALL_OF(field, type, max)					\
	COND(field, type(VALUE, 0), type(RANGE_END, max))

static const struct form forms[] = {
	{ FORM(COND(VLAN_PRESENT, U8(VALUE, 1)), COND(VLAN_ID, U16(VALUE, 7))),
	  FORM(COND(VLAN_ID, U16(VALUE, 7))) },
	{ FORM(COND(VLAN_PRIO, U8(VALUE, 7)), COND(VLAN_PRESENT, U8(VALUE, 1))),
	  FORM(COND(VLAN_PRIO, U8(VALUE, 7))) },
	{ FORM(COND(INNER_VLAN_PRESENT, U8(VALUE, 1)),
	       NOT(INNER_VLAN_ID, U16(VALUE, 7))),
	  FORM(NOT(INNER_VLAN_ID, U16(VALUE, 7))) },
	{ FORM(COND(VLAN_PRESENT, U8(VALUE, 1)),
	       COND(INNER_VLAN_ID, U16(VALUE, 7))),
	  FORM(COND(VLAN_PRESENT, U8(VALUE, 1)),
	       COND(INNER_VLAN_ID, U16(VALUE, 7))) },
	{ FORM(COND(ETH_SRC, BYTES(VALUE, MAC_A),
		    BYTES(MASK, "\xff\xff\xff\xff\xff\xff"))),
	  FORM(COND(ETH_SRC, BYTES(VALUE, MAC_A))) },
	{ FORM(COND(IP4_SRC, BYTES(VALUE, IP4_A), U8(PREFIX, 32))),
	  FORM(COND(IP4_SRC, BYTES(VALUE, IP4_A))) },
	{ FORM(COND(MARK, U32(VALUE, 5), U32(MASK, 0xffffffff))),
	  FORM(COND(MARK, U32(VALUE, 5))) },
	/* whether a field is there */
	{ FORM(PROTO(TCP), ALL_OF(L4_SPORT, U16, 65535)),
	  FORM(PROTO(TCP), ALL_OF(L4_SPORT, U16, 65535)) },
	{ FORM(PROTO(UDP), ALL_OF(L4_DPORT, U16, 65535)),
	  FORM(PROTO(UDP), ALL_OF(L4_DPORT, U16, 65535)) },
	{ FORM(ALL_OF(IP_TTL, U8, 255)), FORM(ALL_OF(IP_TTL, U8, 255)) },
	{ FORM(ALL_OF(IP_LENGTH, U16, 65535)),
	  FORM(ALL_OF(IP_LENGTH, U16, 65535)) },
	{ FORM(ALL_OF(PPPOE_SESSION, U16, 65535)),
	  FORM(ALL_OF(PPPOE_SESSION, U16, 65535)) },
};

static int check_form(struct nlt *nl, const struct form *form, size_t i)
{
	static char wanted[NLT_BUF], got[NLT_BUF];
	const struct nlattr *a, *b;
	uint64_t handle = 0;
	struct nlt_reply r;

	if (request(nl, BRFW_CMD_RULE_ADD, 0, form->sent, &r, take_handle,
		    &handle))
		return diag("form %zu: %s", i, r.text);
	put_ops(nlt_start(nl, wanted, BRFW_CMD_RULE_ADD, 0), form->shown);
	REQUEST(nl, RULE_GET, &r, take_message, got,
		U64(BRFW_A_HANDLE, handle), DONE);
	a = NLT_FIND((void *)wanted, BRFW_A_RULE, BRFW_RULE_A_MATCH);
	b = NLT_FIND((void *)got, BRFW_A_RULE, BRFW_RULE_A_MATCH);
	if (!a || !b || !is_within(a, b) || !is_within(b, a))
		return diag("form %zu is shown in another form", i);
	if (request(nl, BRFW_CMD_RULE_ADD, 0, form->shown, &r, NULL, NULL) !=
	    EEXIST)
		return diag("form %zu is not the same as the one shown", i);
	return REQUEST(nl, RULE_DELETE, &r, NULL, NULL,
		       U64(BRFW_A_HANDLE, handle), DONE);
}

static int test_forms(struct nlt *nl)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		bad |= check_form(nl, &forms[i], i);
	return bad;
}

/* ---- drafts ---- */

static int expect(struct nlt_reply *r, int error, const char *what)
{
	if (r->error == error && (!error || r->text[0]))
		return 0;
	return diag("%s: want %s, got %s: %s", what,
		    error ? strerrorname_np(error) : "success",
		    r->error ? strerrorname_np(r->error) : "success", r->text);
}

static int begin(struct nlt *nl, uint32_t flags)
{
	struct nlt_reply r;

	REQUEST(nl, TXN_BEGIN, &r, NULL, NULL, U32(BRFW_A_TXN_FLAGS, flags),
		DONE);
	return expect(&r, 0, "begin");
}

static int abort_draft(struct nlt *nl)
{
	struct nlt_reply r;

	REQUEST(nl, TXN_ABORT, &r, NULL, NULL, DONE);
	return expect(&r, 0, "abort");
}

/* A refusal inside a draft leaves the draft usable. */
static int test_refusal_in_draft(struct nlt *nl)
{
	struct state before;
	struct nlt_reply r;

	if (read_state(nl, &before) || begin(nl, 0))
		return 1;
	REQUEST(nl, RULE_ADD, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 1),
		MATCH(PROTO(100)), DONE);
	if (expect(&r, 0, "first"))
		return 1;
	REQUEST(nl, RULE_ADD, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 2),
		MATCH(COND(L4_DPORT, U16(VALUE, 1))), DONE);
	if (expect(&r, EINVAL, "wrong rule"))
		return 1;
	REQUEST(nl, TXN_BEGIN, &r, NULL, NULL, DONE);
	if (expect(&r, EBUSY, "begin twice"))
		return 1;
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL,
		U32(BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN), DONE);
	if (expect(&r, 0, "dry run"))
		return 1;
	return check_state(nl, &before);
}

/* Rules of a commit that takes a while, of which this much is waited for. */
#define SLOW_RULES	20000
#define SLOW_BEGIN_NS	5000000

static atomic_bool slow_is_done;

/* A dry run: all the work, and nothing is changed. */
static void *commit_slowly(void *data)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlt *nl = data;
	struct nlmsghdr *nlh = nlt_start(nl, buf, BRFW_CMD_TXN_COMMIT, NLM_F_ACK);

	mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN);
	mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len);
	slow_is_done = true;
	return NULL;
}

/* Wait until the thread has worked for some time: it does nothing else. */
static void wait_for_work(pthread_t thread)
{
	struct timespec worked = { 0 };
	clockid_t clock;

	if (pthread_getcpuclockid(thread, &clock))
		return;
	while (!slow_is_done && !worked.tv_sec && worked.tv_nsec < SLOW_BEGIN_NS &&
	       !clock_gettime(clock, &worked))
		sched_yield();
}

static int fill_slowly(struct nlt *nl)
{
	struct nlt_reply r;
	unsigned int i;

	for (i = 0; i < SLOW_RULES; i++) {
		REQUEST(nl, RULE_ADD, &r, NULL, NULL,
			MATCH(PROTO(TCP), COND(L4_SPORT, U16(VALUE, i)),
			      COND(L4_DPORT, U16(VALUE, 9))), DONE);
		if (expect(&r, 0, "add"))
			return 1;
	}
	return 0;
}

static void read_drafts(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = NLT_FIND(nlh, BRFW_A_INFO, BRFW_INFO_A_DRAFTS);

	*(uint32_t *)arg = attr ? mnl_attr_get_u32(attr) : UINT32_MAX;
}

/*
 * A socket is closed at once, though a commit is under way; and its draft is not
 * counted any more when the next request is answered.
 */
static int test_close_in_commit(struct nlt *nl)
{
	uint32_t drafts = UINT32_MAX;
	struct nlt slow, other;
	struct nlt_reply r;
	pthread_t thread;
	bool waited;

	if (nlt_open(&slow) || nlt_open(&other) || begin(&slow, 0) ||
	    begin(&other, 0) || fill_slowly(&slow))
		return diag("no drafts");
	slow_is_done = false;
	if (pthread_create(&thread, NULL, commit_slowly, &slow))
		return diag("no thread");
	wait_for_work(thread);
	if (slow_is_done)
		return diag("the commit was too fast");
	nlt_close(&other);
	waited = slow_is_done;
	pthread_join(thread, NULL);
	nlt_close(&slow);
	request(nl, BRFW_CMD_INFO_GET, 0, NULL, &r, read_drafts, &drafts);
	if (drafts)
		return diag("%u drafts are left", drafts);
	return waited ? diag("it waited for the commit") : 0;
}

static int test_repeated_change_id(struct nlt *nl)
{
	struct state before;
	struct nlt_reply r;

	if (read_state(nl, &before) || begin(nl, 0))
		return 1;
	REQUEST(nl, RULE_ADD, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 5),
		MATCH(PROTO(100)), DONE);
	if (expect(&r, 0, "first"))
		return 1;
	REQUEST(nl, RULE_ADD, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 5),
		MATCH(PROTO(101)), DONE);
	if (expect(&r, EEXIST, "the same again"))
		return 1;
	REQUEST(nl, RULE_FLUSH, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 5), DONE);
	if (expect(&r, EEXIST, "by another command"))
		return 1;
	return abort_draft(nl) || check_state(nl, &before);
}

static int test_stale(struct nlt *nl)
{
	struct state before;
	struct nlt_reply r;

	if (read_state(nl, &before) || begin(nl, 0))
		return 1;
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL,
		U64(BRFW_A_EXPECTED_GENERATION, before.generation + 1), DONE);
	if (expect(&r, ESTALE, "commit"))
		return 1;
	if (attr_at(r.bad_offset) != BRFW_A_EXPECTED_GENERATION)
		return diag("the attribute is not named");
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL, DONE);
	if (expect(&r, ENOENT, "commit again"))
		return 1;
	return check_state(nl, &before);
}

static int expect_culprit(const struct nlt_reply *r, uint32_t change,
			  uint64_t handle)
{
	if (r->has_culprit && r->culprit.change_id == change &&
	    r->culprit.handle == handle && !r->culprit.other_change_id)
		return 0;
	return diag("culprit: %d, change %u, handle %llu; want change %u, handle %llu",
		    r->has_culprit, r->culprit.change_id,
		    (unsigned long long)r->culprit.handle, change,
		    (unsigned long long)handle);
}

/* Of 50 changes the 37th repeats "base". */
static int test_culprit_in_draft(struct nlt *nl)
{
	struct state before;
	struct nlt_reply r;
	unsigned int i;

	if (read_state(nl, &before) || begin(nl, 0))
		return 1;
	for (i = 1; i <= 50; i++) {
		if (i == 37)
			REQUEST(nl, RULE_ADD, &r, NULL, NULL,
				U32(BRFW_A_CHANGE_ID, 1000 + i),
				RULE(U32(BRFW_RULE_A_PRIORITY, 10),
				     NEST(BRFW_RULE_A_MATCH), PROTO(TCP),
				     COND(L4_DPORT, U16(VALUE, 80)), END),
				DONE);
		else
			REQUEST(nl, RULE_ADD, &r, NULL, NULL,
				U32(BRFW_A_CHANGE_ID, 1000 + i),
				MATCH(PROTO(TCP), COND(L4_DPORT,
						       U16(VALUE, i))), DONE);
		if (expect(&r, 0, "add"))
			return 1;
	}
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL, DONE);
	if (expect(&r, EEXIST, "commit") ||
	    expect_culprit(&r, 1037, base_handle))
		return 1;
	return check_state(nl, &before);
}

static int add_pair(struct nlt *nl, uint16_t port)
{
	struct nlt_reply r;
	uint32_t id;

	for (id = 21; id <= 23; id++) {
		REQUEST(nl, RULE_ADD, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, id),
			RULE(U32(BRFW_RULE_A_PRIORITY, 10),
			     NEST(BRFW_RULE_A_MATCH), PROTO(TCP),
			     COND(L4_DPORT, U16(VALUE, id == 22 ? 1 : port)),
			     END), DONE);
		if (expect(&r, 0, "add"))
			return 1;
	}
	return 0;
}

/* The third change of a draft repeats the first. */
static int check_duplicate(struct nlt *nl, uint32_t flags, uint16_t port)
{
	struct state before;
	struct nlt_reply r;

	if (read_state(nl, &before) || begin(nl, flags) || add_pair(nl, port))
		return 1;
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL, DONE);
	if (expect(&r, EEXIST, "commit"))
		return 1;
	if (!r.has_culprit || r.culprit.change_id != 23 ||
	    r.culprit.other_change_id != 21 || r.culprit.handle)
		return diag("culprit %d: change %u, other %u, handle %llu",
			    r.has_culprit, r.culprit.change_id,
			    r.culprit.other_change_id,
			    (unsigned long long)r.culprit.handle);
	return check_state(nl, &before);
}

static int test_duplicate_in_draft(struct nlt *nl)
{
	return check_duplicate(nl, 0, 2);
}

static int test_duplicate_in_replacement(struct nlt *nl)
{
	return check_duplicate(nl, BRFW_TXN_F_REPLACE, 2);
}

/* The first one is a rule that stays as it is: "base". */
static int test_duplicate_of_kept(struct nlt *nl)
{
	return check_duplicate(nl, BRFW_TXN_F_REPLACE, 80);
}

static int test_culprit_of_delete(struct nlt *nl)
{
	struct state before;
	struct nlt_reply r;

	if (read_state(nl, &before) || begin(nl, 0))
		return 1;
	REQUEST(nl, RULE_DELETE, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 8),
		BASE(BRFW_A_HANDLE), DONE);
	if (expect(&r, 0, "delete"))
		return 1;
	REQUEST(nl, RULE_DELETE, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 9),
		BASE(BRFW_A_HANDLE), DONE);
	/* May be found out now or at commit. */
	if (!r.error)
		REQUEST(nl, TXN_COMMIT, &r, NULL, NULL, DONE);
	else
		abort_draft(nl);
	if (expect(&r, ENOENT, "delete twice") || expect_culprit(&r, 9, 0))
		return 1;
	return check_state(nl, &before);
}

static int test_reset_in_draft(struct nlt *nl)
{
	struct nlt_reply r;
	int bad;

	if (begin(nl, 0))
		return 1;
	REQUEST(nl, COUNTER_RESET, &r, NULL, NULL, DONE);
	bad = expect(&r, 0, "reset");
	return abort_draft(nl) || bad;
}

/* A draft of many messages, many of them in one datagram. */
#define BIG		2000

static int send_batch(struct nlt *nl, char *buf, size_t *len, uint32_t first,
		      uint32_t last)
{
	struct nlt_reply r;
	uint32_t seq;

	if (mnl_socket_sendto(nl->sock, buf, *len) < 0)
		return diag("send: %s", strerror(errno));
	for (seq = first; seq <= last; seq++)
		if (nlt_receive(nl, seq, &r, NULL, NULL))
			return diag("message %u: %s", seq, r.text);
	*len = 0;
	return 0;
}

static int add_many(struct nlt *nl)
{
	static char buf[NLT_BUF];
	uint32_t i, first = nl->seq + 1;
	struct nlmsghdr *nlh;
	size_t len = 0;

	for (i = 1; i <= BIG; i++) {
		nlh = nlt_start(nl, buf + len, BRFW_CMD_RULE_ADD, NLM_F_ACK);
		put_ops(nlh, (const struct op[]){
			U32(BRFW_A_CHANGE_ID, i),
			MATCH(PROTO(TCP), COND(L4_SPORT, U16(VALUE, i))),
			DONE });
		len += NLMSG_ALIGN(nlh->nlmsg_len);
		if (i % 200)
			continue;
		if (send_batch(nl, buf, &len, first, nl->seq))
			return 1;
		first = nl->seq + 1;
	}
	return 0;
}

static int test_big_draft(struct nlt *nl)
{
	struct state before, after;
	struct nlt_reply r;

	if (read_state(nl, &before) || begin(nl, 0) || add_many(nl))
		return 1;
	if (check_state(nl, &before))
		return 1;
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL,
		U64(BRFW_A_EXPECTED_GENERATION, before.generation), DONE);
	if (expect(&r, 0, "commit") || read_state(nl, &after))
		return 1;
	if (after.rules != before.rules + BIG ||
	    after.generation != before.generation + 1)
		return diag("%u rules, generation %llu", after.rules,
			    (unsigned long long)after.generation);
	/* And away with them, back to the same rules. */
	if (begin(nl, BRFW_TXN_F_REPLACE))
		return 1;
	REQUEST(nl, TXN_COMMIT, &r, NULL, NULL, DONE);
	if (expect(&r, 0, "replace by nothing") || read_state(nl, &after))
		return 1;
	return after.rules ? diag("%u rules left", after.rules) : make_base(nl);
}

/* ---- limits ---- */

#define PARAMETERS	"/sys/module/brfw/parameters/"

static int parameter(const char *name, char *value, size_t size, bool write)
{
	char path[128];
	FILE *f;
	int ret = 0;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	f = fopen(path, write ? "w" : "r");
	if (!f)
		return -1;
	if (write)
		ret = fputs(value, f) < 0 ? -1 : 0;
	else if (!fgets(value, size, f))
		ret = -1;
	return fclose(f) ? -1 : ret;
}

static int fill_to_limit(struct nlt *nl, unsigned int rules)
{
	struct state before;
	struct nlt_reply r;
	unsigned int i;

	for (i = rules; i < rules + 3; i++) {
		REQUEST(nl, RULE_ADD, &r, NULL, NULL,
			MATCH(PROTO(UDP), COND(L4_SPORT, U16(VALUE, i))), DONE);
		if (expect(&r, 0, "rule within the limit"))
			return 1;
	}
	if (read_state(nl, &before))
		return 1;
	REQUEST(nl, RULE_ADD, &r, NULL, NULL, MATCH(PROTO(200)), DONE);
	if (expect(&r, ENOSPC, "rule over the limit"))
		return 1;
	if (begin(nl, 0))
		return 1;
	REQUEST(nl, RULE_ADD, &r, NULL, NULL, U32(BRFW_A_CHANGE_ID, 3),
		MATCH(PROTO(200)), DONE);
	if (!r.error)
		REQUEST(nl, TXN_COMMIT, &r, NULL, NULL, DONE);
	else
		abort_draft(nl);
	if (expect(&r, ENOSPC, "the same in a draft"))
		return 1;
	return check_state(nl, &before);
}

static int test_max_rules(struct nlt *nl)
{
	char old[32], new[32];
	struct state s;
	int bad;

	if (read_state(nl, &s))
		return 1;
	snprintf(new, sizeof(new), "%u", s.rules + 3);
	if (parameter("max_rules", old, sizeof(old), false) ||
	    parameter("max_rules", new, 0, true))
		return skip("max_rules can't be changed");
	bad = fill_to_limit(nl, s.rules);
	if (parameter("max_rules", old, 0, true))
		bad |= diag("max_rules can't be set back");
	return bad;
}

/* ---- all of it ---- */

static const struct {
	const char *name;
	int (*run)(struct nlt *nl);
} tests[] = {
	{ "every attribute of the header is seen in answers",
	  test_all_attributes },
	{ "every attribute of the header is known to this test", test_header },
	{ "a rule is read as it was written", test_round_trip },
	{ "every field and action is, too", test_round_trip_all },
	{ "a refusal leaves the draft usable", test_refusal_in_draft },
	{ "a change id can't be used twice", test_repeated_change_id },
	{ "a socket is closed while another one commits", test_close_in_commit },
	{ "stale generation", test_stale },
	{ "the culprit of a commit is named", test_culprit_in_draft },
	{ "a duplicate within a draft names the other change",
	  test_duplicate_in_draft },
	{ "also in one that replaces everything",
	  test_duplicate_in_replacement },
	{ "also when the other rule is there already", test_duplicate_of_kept },
	{ "the culprit of a deletion is named", test_culprit_of_delete },
	{ "counters can be reset beside a draft", test_reset_in_draft },
	{ "the map of fields", test_matches },
	{ "the worst case is an array in order", test_costs },
	{ "rules that are too expensive are refused and named",
	  test_too_expensive },
	{ "zones in drafts", test_zones_in_draft },
	{ "the limit of zones", test_max_zones },
	{ "a commit warns of the ruleset as it would be", test_warnings },
	{ "a rule is warned of when it has a part in it", test_warnings_of_rule },
	{ "conditions are compared and shown in one form", test_forms },
	{ "a draft of 2000 changes", test_big_draft },
	{ "the limit of rules", test_max_rules },
};

#define N_TESTS		(sizeof(tests) / sizeof(tests[0]))

/* In the network namespace that this is in. */
static int add_bridge(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = fd < 0 || ioctl(fd, SIOCBRADDBR, name) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static int bail_out(const char *what, int error)
{
	printf("Bail out! %s: %s\n", what, strerror(error));
	return 1;
}

int main(void)
{
	struct nlt nl;
	size_t i;
	int error;

	printf("KTAP version 1\n");
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return 4;
	}
	if (unshare(CLONE_NEWNET))
		return bail_out("unshare", errno);
	error = add_bridge(BRIDGE);
	if (error)
		return bail_out("bridge", error);
	error = nlt_open(&nl);
	if (error)
		return bail_out("kernel family brfw", error);
	if (make_base(&nl))
		return bail_out("the rules to start with", EINVAL);

	printf("1..%zu\n", N_REFUSALS + N_TESTS);
	for (i = 0; i < N_REFUSALS; i++)
		report(refusals[i].name, run_refusal(&nl, &refusals[i]));
	for (i = 0; i < N_TESTS; i++)
		report(tests[i].name, tests[i].run(&nl));
	nlt_close(&nl);
	printf("# Totals: pass:%zu fail:%u skip:%u\n",
	       N_REFUSALS + N_TESTS - failures - skips, failures, skips);
	return failures ? 1 : 0;
}

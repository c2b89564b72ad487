// SPDX-License-Identifier: GPL-2.0-only
/*
 * txn: speaks the netlink interface of brfw, many sockets at a time, as told
 * line by line on the standard input. Scenarios use it where fwctl is too slow
 * (reading a counter before and after each frame) or can't go (several drafts
 * at once, a dump that stops half way).
 *
 * Each line gets one line of answer: "ok ..." or
 * "error ERRNO [change N] [handle N]: TEXT".
 *
 *   open S NS              opens socket S (a number) in the namespace
 *   S close
 *   S begin [replace]      S commit [gen N] [dry]      S abort
 *   S add [change N] [hook H] [bridge B] [prio N] [in P] [out P] [ethertype N]
 *         [proto N] [sport N] [dport N] [before|after HANDLE]
 *         [before-change|after-change N] accept|drop [comment WORD]
 *                          "ok HANDLE" (0 inside a draft)
 *   S delete HANDLE        S delete-change N           S flush
 *   S replace HANDLE ...   S replace-change N ...      as add
 *   S move HANDLE ...      S move-change N ...         with prio, before etc.
 *   S policy HOOK VERDICT [BRIDGE]                 S reset (all counters)
 *   S element-replace SET ADDRESS...               S element-delete SET ADDRESS...
 *                          IPv4 addresses, all in one request
 *   S set-add SET MEMBER   of elements of one member, enum brfw_set_member
 *   S set-delete SET
 *   S gen                  "ok GENERATION"
 *   S info                 "ok RULES ACTIVE_HOOKS DRAFTS MAX_RULES"
 *   S count                "ok RULES INTR" (of a dump)
 *   S list                 "ok HANDLE..."
 *   S names                "ok COMMENT..." ("-" for none)
 *   S stats NAME           "ok PACKETS BYTES HANDLE" (handle number or comment)
 *   S policy-stats HOOK [BRIDGE]    "ok PACKETS BYTES VERDICT"
 *   S dump-start [elements]    "ok MESSAGES" (first part of a dump, of rules)
 *   S dump-rest            "ok MESSAGES INTR"
 *   define NAME, lines, end: keeps lines; S swap COUNT NAME NAME replaces the
 *         whole ruleset by one and the other in turn, COUNT times
 *   S fill COUNT PRIO      adds COUNT rules in one transaction
 *   S race COUNT SPORT     adds COUNT rules, each in a transaction that says
 *         which generation it builds on, again when that has passed: "ok TOLD",
 *         how often it had
 */
#define _GNU_SOURCE
#include <arpa/inet.h>

#include "nltest.h"

#define MAX_SOCKETS	32
#define MAX_WORDS	64
#define MAX_SCRIPTS	8
#define MAX_LINES	64
#define LINE_LEN	1024

/** struct client - one socket and the dump that it may be in the middle of */
struct client {
	struct nlt nl;
	uint32_t dump_seq;
	struct nlt_reply dump;
};

/** struct script - lines between define and end */
struct script {
	char name[32];
	char line[MAX_LINES][LINE_LEN];
	int lines;
};

static struct client clients[MAX_SOCKETS];
static struct script scripts[MAX_SCRIPTS];
static int n_scripts;

static void answer_error(const struct nlt_reply *r)
{
	const char *name = strerrorname_np(r->error);

	printf("error %s", name ? name : "?");
	if (r->has_culprit)
		printf(" change %u handle %llu", r->culprit.change_id,
		       (unsigned long long)r->culprit.handle);
	printf(": %s\n", r->text);
}

static void answer_bad(const char *what)
{
	printf("error WORDS: %s\n", what);
}

static int hook_number(const char *name)
{
	static const char *const names[] = {
		"forward", "input", "output", "prerouting",
	};
	int i;

	for (i = 0; i < 4; i++)
		if (!strcmp(name, names[i]))
			return i;
	return atoi(name);
}

static int verdict_number(const char *name)
{
	return strcmp(name, "drop") ? BRFW_VERDICT_ACCEPT : BRFW_VERDICT_DROP;
}

/* ---- building a rule from words ---- */

static bool put_condition(struct nlmsghdr *nlh, const char *word,
			  const char *value)
{
	if (!strcmp(word, "in"))
		put_cond_str(nlh, BRFW_MATCH_A_IN_PORT, value);
	else if (!strcmp(word, "out"))
		put_cond_str(nlh, BRFW_MATCH_A_OUT_PORT, value);
	else if (!strcmp(word, "ethertype"))
		put_cond_u16(nlh, BRFW_MATCH_A_ETH_TYPE,
			     strtol(value, NULL, 0));
	else if (!strcmp(word, "proto"))
		put_cond_u8(nlh, BRFW_MATCH_A_IP_PROTO,
			    strtol(value, NULL, 0));
	else if (!strcmp(word, "sport"))
		put_cond_u16(nlh, BRFW_MATCH_A_L4_SPORT, atoi(value));
	else if (!strcmp(word, "dport"))
		put_cond_u16(nlh, BRFW_MATCH_A_L4_DPORT, atoi(value));
	else
		return false;
	return true;
}

static bool put_position(struct nlmsghdr *nlh, const char *word,
			 const char *value)
{
	unsigned long long number = strtoull(value, NULL, 0);

	if (!strcmp(word, "before"))
		mnl_attr_put_u64(nlh, BRFW_RULE_A_BEFORE, number);
	else if (!strcmp(word, "after"))
		mnl_attr_put_u64(nlh, BRFW_RULE_A_AFTER, number);
	else if (!strcmp(word, "before-change"))
		mnl_attr_put_u32(nlh, BRFW_RULE_A_BEFORE_CHANGE, number);
	else if (!strcmp(word, "after-change"))
		mnl_attr_put_u32(nlh, BRFW_RULE_A_AFTER_CHANGE, number);
	else
		return false;
	return true;
}

static bool put_rule_word(struct nlmsghdr *nlh, const char *word,
			  const char *value)
{
	if (!strcmp(word, "hook"))
		mnl_attr_put_u8(nlh, BRFW_RULE_A_HOOK, hook_number(value));
	else if (!strcmp(word, "bridge"))
		mnl_attr_put_strz(nlh, BRFW_RULE_A_BRIDGE, value);
	else if (!strcmp(word, "prio"))
		mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY,
				 strtoul(value, NULL, 0));
	else if (!strcmp(word, "comment"))
		mnl_attr_put_strz(nlh, BRFW_RULE_A_COMMENT, value);
	else
		return put_position(nlh, word, value);
	return true;
}

static bool is_verdict(const char *word)
{
	return !strcmp(word, "accept") || !strcmp(word, "drop");
}

static void put_match(struct nlmsghdr *nlh, char **words, int n)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	int i;

	for (i = 0; i < n; i++)
		if (!is_verdict(words[i]) && i + 1 < n) {
			put_condition(nlh, words[i], words[i + 1]);
			i++;
		}
	mnl_attr_nest_end(nlh, nest);
}

static void put_rule(struct nlmsghdr *nlh, char **words, int n)
{
	struct nlattr *nest;
	int i, conditions = 0;

	for (i = 0; i + 1 < n; i++)
		if (!strcmp(words[i], "change"))
			mnl_attr_put_u32(nlh, BRFW_A_CHANGE_ID,
					 strtoul(words[i + 1], NULL, 0));
	nest = mnl_attr_nest_start(nlh, BRFW_A_RULE);
	for (i = 0; i < n; i++) {
		if (is_verdict(words[i])) {
			mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT,
					verdict_number(words[i]));
			continue;
		}
		if (i + 1 == n)
			break;
		if (!put_rule_word(nlh, words[i], words[i + 1]) &&
		    strcmp(words[i], "change"))
			conditions++;
		i++;
	}
	if (conditions)
		put_match(nlh, words, n);
	mnl_attr_nest_end(nlh, nest);
}

static void put_policy(struct nlmsghdr *nlh, char **words, int n)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_POLICY);

	mnl_attr_put_u8(nlh, BRFW_POLICY_A_HOOK, hook_number(words[0]));
	if (n > 2)
		mnl_attr_put_strz(nlh, BRFW_POLICY_A_BRIDGE, words[2]);
	mnl_attr_put_u8(nlh, BRFW_POLICY_A_VERDICT, verdict_number(words[1]));
	mnl_attr_nest_end(nlh, nest);
}

/* A negative @member is not told. */
static void put_set(struct nlmsghdr *nlh, const char *name, int member)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_SET);

	mnl_attr_put_strz(nlh, BRFW_SET_A_NAME, name);
	if (member >= 0)
		mnl_attr_put(nlh, BRFW_SET_A_MEMBERS, 1, &(uint8_t){ member });
	mnl_attr_nest_end(nlh, nest);
}

/* With @timed each is given another time, so that none is what it was. */
static void put_elements(struct nlmsghdr *nlh, char **words, int n, bool timed)
{
	struct in_addr address = { 0 };
	struct nlattr *nest, *item;
	int i;

	put_set(nlh, words[0], BRFW_SET_IPV4_ADDR);
	nest = mnl_attr_nest_start(nlh, BRFW_A_ELEMENTS);
	for (i = 1; i < n; i++) {
		item = mnl_attr_nest_start(nlh, BRFW_LIST_A_ITEM);
		inet_pton(AF_INET, words[i], &address);
		mnl_attr_put(nlh, BRFW_ELEMENT_A_VALUE, sizeof(address), &address);
		if (timed)
			mnl_attr_put_u32(nlh, BRFW_ELEMENT_A_TIMEOUT, 3600 + i);
		mnl_attr_nest_end(nlh, item);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_commit(struct nlmsghdr *nlh, char **words, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (!strcmp(words[i], "dry"))
			mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS,
					 BRFW_TXN_F_DRY_RUN);
		else if (!strcmp(words[i], "gen") && i + 1 < n)
			mnl_attr_put_u64(nlh, BRFW_A_EXPECTED_GENERATION,
					 strtoull(words[++i], NULL, 0));
	}
}

/* ---- requests that change something ---- */

static void put_change(struct nlmsghdr *nlh, char **words, int n)
{
	if (!strcmp(words[0], "add"))
		put_rule(nlh, words + 1, n - 1);
	else if (!strcmp(words[0], "delete") && n > 1)
		mnl_attr_put_u64(nlh, BRFW_A_HANDLE,
				 strtoull(words[1], NULL, 0));
	else if (!strcmp(words[0], "delete-change") && n > 1)
		mnl_attr_put_u32(nlh, BRFW_A_RULE_CHANGE,
				 strtoul(words[1], NULL, 0));
	else if ((!strcmp(words[0], "replace") || !strcmp(words[0], "move")) &&
		 n > 1) {
		mnl_attr_put_u64(nlh, BRFW_A_HANDLE,
				 strtoull(words[1], NULL, 0));
		put_rule(nlh, words + 2, n - 2);
	} else if ((!strcmp(words[0], "replace-change") ||
		    !strcmp(words[0], "move-change")) && n > 1) {
		mnl_attr_put_u32(nlh, BRFW_A_RULE_CHANGE,
				 strtoul(words[1], NULL, 0));
		put_rule(nlh, words + 2, n - 2);
	} else if (!strcmp(words[0], "policy") && n > 2)
		put_policy(nlh, words + 1, n - 1);
	else if (!strcmp(words[0], "begin") && n > 1)
		mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, BRFW_TXN_F_REPLACE);
	else if (!strcmp(words[0], "commit"))
		put_commit(nlh, words + 1, n - 1);
	else if (!strcmp(words[0], "element-replace") && n > 1)
		put_elements(nlh, words + 1, n - 1, true);
	else if (!strcmp(words[0], "element-delete") && n > 1)
		put_elements(nlh, words + 1, n - 1, false);
	else if (!strcmp(words[0], "set-add") && n > 2)
		put_set(nlh, words[1], atoi(words[2]));
	else if (!strcmp(words[0], "set-delete") && n > 1)
		put_set(nlh, words[1], -1);
}

static int change_command(const char *word)
{
	static const struct { const char *word; int cmd; } commands[] = {
		{ "add", BRFW_CMD_RULE_ADD },
		{ "delete", BRFW_CMD_RULE_DELETE },
		{ "delete-change", BRFW_CMD_RULE_DELETE },
		{ "flush", BRFW_CMD_RULE_FLUSH },
		{ "replace", BRFW_CMD_RULE_REPLACE },
		{ "replace-change", BRFW_CMD_RULE_REPLACE },
		{ "move", BRFW_CMD_RULE_MOVE },
		{ "move-change", BRFW_CMD_RULE_MOVE },
		{ "policy", BRFW_CMD_POLICY_SET },
		{ "element-replace", BRFW_CMD_ELEMENT_REPLACE },
		{ "element-delete", BRFW_CMD_ELEMENT_DELETE },
		{ "set-add", BRFW_CMD_SET_ADD },
		{ "set-delete", BRFW_CMD_SET_DELETE },
		{ "begin", BRFW_CMD_TXN_BEGIN },
		{ "commit", BRFW_CMD_TXN_COMMIT },
		{ "abort", BRFW_CMD_TXN_ABORT },
		{ "reset", BRFW_CMD_COUNTER_RESET },
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(word, commands[i].word))
			return commands[i].cmd;
	return -1;
}

static void take_change(const struct nlmsghdr *nlh, void *arg)
{
	uint64_t *values = arg;

	values[0] = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
	values[1] = nlt_u64(NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_HANDLE));
}

static struct nlmsghdr *build_change(struct nlt *nl, void *buf, char **words,
				     int n)
{
	int cmd = change_command(words[0]);
	struct nlmsghdr *nlh;

	if (cmd < 0)
		return NULL;
	nlh = nlt_start(nl, buf, cmd, NLM_F_ACK);
	put_change(nlh, words, n);
	return nlh;
}

static bool do_change(struct client *c, char **words, int n)
{
	char buf[4096];
	uint64_t values[2] = { 0 };
	struct nlt_reply r;
	struct nlmsghdr *nlh = build_change(&c->nl, buf, words, n);

	if (!nlh)
		return false;
	if (nlt_request(&c->nl, nlh, &r, take_change, values))
		answer_error(&r);
	else
		printf("ok %llu\n", (unsigned long long)
		       (strcmp(words[0], "add") ? values[0] : values[1]));
	return true;
}

/* ---- reading ---- */

static void take_info(const struct nlmsghdr *nlh, void *arg)
{
	static const int fields[] = {
		BRFW_INFO_A_RULES, BRFW_INFO_A_ACTIVE_HOOKS,
		BRFW_INFO_A_DRAFTS, BRFW_INFO_A_MAX_RULES,
	};
	uint64_t *values = arg;
	int i;

	values[0] = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
	for (i = 0; i < 4; i++) {
		const struct nlattr *a = NLT_FIND(nlh, BRFW_A_INFO, fields[i]);

		values[i + 1] = a ? mnl_attr_get_u32(a) : 0;
	}
}

static void do_info(struct client *c, bool generation_only)
{
	char buf[64];
	uint64_t v[5] = { 0 };
	struct nlt_reply r;
	struct nlmsghdr *nlh = nlt_start(&c->nl, buf, BRFW_CMD_INFO_GET,
					 NLM_F_ACK);

	if (nlt_request(&c->nl, nlh, &r, take_info, v))
		answer_error(&r);
	else if (generation_only)
		printf("ok %llu\n", (unsigned long long)v[0]);
	else
		printf("ok %llu %llu %llu %llu\n", (unsigned long long)v[1],
		       (unsigned long long)v[2], (unsigned long long)v[3],
		       (unsigned long long)v[4]);
}

static const char *rule_comment(const struct nlmsghdr *nlh)
{
	const struct nlattr *a = NLT_FIND(nlh, BRFW_A_RULE,
					  BRFW_RULE_A_COMMENT);

	return a ? mnl_attr_get_str(a) : "-";
}

static uint64_t rule_handle(const struct nlmsghdr *nlh)
{
	return nlt_u64(NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_HANDLE));
}

static void take_handle(const struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	printf(" %llu", (unsigned long long)rule_handle(nlh));
}

static void take_name(const struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	printf(" %s", rule_comment(nlh));
}

static void do_dump(struct client *c, nlt_message_fn fn)
{
	char buf[64];
	struct nlt_reply r;
	struct nlmsghdr *nlh = nlt_start(&c->nl, buf, BRFW_CMD_RULE_GET,
					 NLM_F_DUMP);

	if (fn)
		printf("ok");
	if (nlt_request(&c->nl, nlh, &r, fn, NULL))
		answer_error(&r);
	else if (fn)
		printf("\n");
	else
		printf("ok %u %d\n", r.messages, r.interrupted);
}

/** struct wanted - what stats looks for and what it found */
struct wanted {
	const char *name;
	int hook;
	uint64_t packets, bytes, handle;
	bool found;
};

static void take_stats(const struct nlmsghdr *nlh, void *arg)
{
	struct wanted *w = arg;

	if (strcmp(rule_comment(nlh), w->name) &&
	    rule_handle(nlh) != strtoull(w->name, NULL, 10))
		return;
	w->found = true;
	w->handle = rule_handle(nlh);
	w->packets = nlt_u64(NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_STATS,
				      BRFW_STATS_A_PACKETS));
	w->bytes = nlt_u64(NLT_FIND(nlh, BRFW_A_RULE, BRFW_RULE_A_STATS,
				    BRFW_STATS_A_BYTES));
}

static void take_policy(const struct nlmsghdr *nlh, void *arg)
{
	struct wanted *w = arg;
	const struct nlattr *hook = NLT_FIND(nlh, BRFW_A_POLICY,
					     BRFW_POLICY_A_HOOK);
	const struct nlattr *bridge = NLT_FIND(nlh, BRFW_A_POLICY,
					       BRFW_POLICY_A_BRIDGE);
	const struct nlattr *verdict = NLT_FIND(nlh, BRFW_A_POLICY,
						BRFW_POLICY_A_VERDICT);

	if (!hook || mnl_attr_get_u8(hook) != w->hook ||
	    strcmp(bridge ? mnl_attr_get_str(bridge) : "", w->name))
		return;
	w->found = true;
	w->handle = verdict ? mnl_attr_get_u8(verdict) : 99;
	w->packets = nlt_u64(NLT_FIND(nlh, BRFW_A_POLICY, BRFW_POLICY_A_STATS,
				      BRFW_STATS_A_PACKETS));
	w->bytes = nlt_u64(NLT_FIND(nlh, BRFW_A_POLICY, BRFW_POLICY_A_STATS,
				    BRFW_STATS_A_BYTES));
}

static void do_stats(struct client *c, struct wanted *w, int cmd,
		     nlt_message_fn fn)
{
	char buf[64];
	struct nlt_reply r;
	struct nlmsghdr *nlh = nlt_start(&c->nl, buf, cmd, NLM_F_DUMP);

	if (nlt_request(&c->nl, nlh, &r, fn, w))
		answer_error(&r);
	else if (!w->found)
		answer_bad("not in the dump");
	else
		printf("ok %llu %llu %llu\n", (unsigned long long)w->packets,
		       (unsigned long long)w->bytes,
		       (unsigned long long)w->handle);
}

static void do_dump_start(struct client *c, bool of_elements)
{
	char buf[64];
	struct nlmsghdr *nlh = nlt_start(&c->nl, buf, of_elements ?
					 BRFW_CMD_ELEMENT_GET : BRFW_CMD_RULE_GET,
					 NLM_F_DUMP);

	nlt_reply_init(&c->dump);
	c->dump_seq = nlh->nlmsg_seq;
	if (mnl_socket_sendto(c->nl.sock, nlh, nlh->nlmsg_len) < 0)
		return answer_bad("send");
	if (nlt_receive_once(&c->nl, c->dump_seq, &c->dump, NULL, NULL))
		return answer_bad("the dump fits into one message");
	printf("ok %u\n", c->dump.messages);
}

static void do_dump_rest(struct client *c)
{
	while (!nlt_receive_once(&c->nl, c->dump_seq, &c->dump, NULL, NULL))
		;
	if (c->dump.error)
		answer_error(&c->dump);
	else
		printf("ok %u %d\n", c->dump.messages, c->dump.interrupted);
}

/* ---- many messages at once ---- */

static int split(char *line, char **words)
{
	char *save, *word;
	int n = 0;

	for (word = strtok_r(line, " \t\n", &save); word && n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\n", &save))
		words[n++] = word;
	return n;
}

/** struct batch - messages that are sent together */
struct batch {
	char buf[NLT_BUF];
	size_t len;
	uint32_t first, last;
};

static void batch_add(struct batch *b, struct nlt *nl, const char *text)
{
	char line[LINE_LEN];
	char *words[MAX_WORDS];
	struct nlmsghdr *nlh;
	int n;

	snprintf(line, sizeof(line), "%s", text);
	n = split(line, words);
	nlh = n ? build_change(nl, b->buf + b->len, words, n) : NULL;
	if (!nlh)
		return;
	if (!b->len)
		b->first = nlh->nlmsg_seq;
	b->last = nlh->nlmsg_seq;
	b->len += NLMSG_ALIGN(nlh->nlmsg_len);
}

static int batch_send(struct batch *b, struct nlt *nl, struct nlt_reply *r)
{
	uint32_t seq;

	nlt_reply_init(r);
	if (mnl_socket_sendto(nl->sock, b->buf, b->len) < 0)
		return r->error = errno;
	/* Answers of several requests may share a datagram only in dumps. */
	for (seq = b->first; seq <= b->last; seq++)
		if (nlt_receive(nl, seq, r, NULL, NULL))
			return r->error;
	b->len = 0;
	return 0;
}

static const struct script *script_find(const char *name)
{
	int i;

	for (i = 0; i < n_scripts; i++)
		if (!strcmp(scripts[i].name, name))
			return &scripts[i];
	return NULL;
}

static int replace_once(struct client *c, const struct script *s,
			struct nlt_reply *r)
{
	static struct batch b;
	int i;

	b.len = 0;
	batch_add(&b, &c->nl, "begin replace");
	for (i = 0; i < s->lines; i++)
		batch_add(&b, &c->nl, s->line[i]);
	batch_add(&b, &c->nl, "commit");
	return batch_send(&b, &c->nl, r);
}

static void do_swap(struct client *c, int count, const char *a, const char *b)
{
	const struct script *s[2] = { script_find(a), script_find(b) };
	struct nlt_reply r;
	int i;

	if (!s[0] || !s[1])
		return answer_bad("no such script");
	for (i = 0; i < count; i++)
		if (replace_once(c, s[i & 1], &r))
			return answer_error(&r);
	printf("ok %d\n", count);
}

static void do_fill(struct client *c, int count, int prio)
{
	static struct batch b;
	struct nlt_reply r;
	char line[LINE_LEN];
	int i;

	b.len = 0;
	batch_add(&b, &c->nl, "begin");
	for (i = 0; i < count; i++) {
		snprintf(line, sizeof(line),
			 "add change %d prio %d proto 6 dport %d sport %d drop comment f%d",
			 i + 1, prio, i % 60000 + 1, i / 60000 + 1, i);
		batch_add(&b, &c->nl, line);
		if (b.len > NLT_BUF / 2 && batch_send(&b, &c->nl, &r))
			return answer_error(&r);
	}
	batch_add(&b, &c->nl, "commit");
	if (batch_send(&b, &c->nl, &r))
		return answer_error(&r);
	printf("ok %d\n", count);
}

static void take_generation(const struct nlmsghdr *nlh, void *arg)
{
	*(uint64_t *)arg = nlt_u64(NLT_FIND(nlh, BRFW_A_GENERATION));
}

/* One transaction that builds on the generation of now. Return: an errno */
static int race_once(struct client *c, int sport, int dport,
		     struct nlt_reply *r)
{
	static struct batch b;
	uint64_t generation = 0;
	char buf[64], line[LINE_LEN];
	struct nlmsghdr *nlh = nlt_start(&c->nl, buf, BRFW_CMD_INFO_GET,
					 NLM_F_ACK);

	if (nlt_request(&c->nl, nlh, r, take_generation, &generation))
		return r->error;
	b.len = 0;
	batch_add(&b, &c->nl, "begin");
	snprintf(line, sizeof(line), "add proto 17 sport %d dport %d drop",
		 sport, dport);
	batch_add(&b, &c->nl, line);
	snprintf(line, sizeof(line), "commit gen %llu",
		 (unsigned long long)generation);
	batch_add(&b, &c->nl, line);
	return batch_send(&b, &c->nl, r);
}

static void do_race(struct client *c, int count, int sport)
{
	struct nlt_reply r;
	int done = 0, told = 0;

	while (done < count) {
		switch (race_once(c, sport, done + 1, &r)) {
		case 0:
			done++;
			break;
		case ESTALE:
			told++;
			break;
		default:
			return answer_error(&r);
		}
	}
	printf("ok %d\n", told);
}

/* ---- lines ---- */

static void do_open(int s, const char *ns)
{
	struct nlt_reply r;

	nlt_reply_init(&r);
	nlt_close(&clients[s].nl);
	r.error = nlt_open_in(&clients[s].nl, ns);
	if (r.error)
		answer_error(&r);
	else
		printf("ok\n");
}

static bool do_read(struct client *c, char **words, int n)
{
	struct wanted w = { 0 };

	if (!strcmp(words[0], "gen"))
		do_info(c, true);
	else if (!strcmp(words[0], "info"))
		do_info(c, false);
	else if (!strcmp(words[0], "count"))
		do_dump(c, NULL);
	else if (!strcmp(words[0], "list"))
		do_dump(c, take_handle);
	else if (!strcmp(words[0], "names"))
		do_dump(c, take_name);
	else if (!strcmp(words[0], "dump-start"))
		do_dump_start(c, n > 1 && !strcmp(words[1], "elements"));
	else if (!strcmp(words[0], "dump-rest"))
		do_dump_rest(c);
	else if (!strcmp(words[0], "stats") && n > 1) {
		w.name = words[1];
		do_stats(c, &w, BRFW_CMD_RULE_GET, take_stats);
	} else if (!strcmp(words[0], "policy-stats") && n > 1) {
		w.name = n > 2 ? words[2] : "";
		w.hook = hook_number(words[1]);
		do_stats(c, &w, BRFW_CMD_POLICY_GET, take_policy);
	} else {
		return false;
	}
	return true;
}

static void do_socket_line(int s, char **words, int n)
{
	struct client *c = &clients[s];

	if (!c->nl.sock)
		return answer_bad("socket is not open");
	if (do_read(c, words, n) || do_change(c, words, n))
		return;
	if (!strcmp(words[0], "close")) {
		nlt_close(&c->nl);
		printf("ok\n");
	} else if (!strcmp(words[0], "swap") && n == 4) {
		do_swap(c, atoi(words[1]), words[2], words[3]);
	} else if (!strcmp(words[0], "fill") && n == 3) {
		do_fill(c, atoi(words[1]), atoi(words[2]));
	} else if (!strcmp(words[0], "race") && n == 3) {
		do_race(c, atoi(words[1]), atoi(words[2]));
	} else {
		answer_bad("unknown command");
	}
}

static void do_define(const char *name)
{
	struct script *s = (struct script *)script_find(name);

	if (!s && n_scripts == MAX_SCRIPTS)
		return answer_bad("too many scripts");
	if (!s)
		s = &scripts[n_scripts++];
	snprintf(s->name, sizeof(s->name), "%s", name);
	for (s->lines = 0; s->lines < MAX_LINES; s->lines++)
		if (!fgets(s->line[s->lines], LINE_LEN, stdin) ||
		    !strncmp(s->line[s->lines], "end", 3))
			break;
	printf("ok %d\n", s->lines);
}

static void do_line(char **words, int n)
{
	int s = n ? atoi(words[n > 1 && !strcmp(words[0], "open")]) : 0;

	if (n < 2 || s < 0 || s >= MAX_SOCKETS)
		answer_bad("want a socket and a command");
	else if (!strcmp(words[0], "define"))
		do_define(words[1]);
	else if (!strcmp(words[0], "open") && n == 3)
		do_open(s, words[2]);
	else
		do_socket_line(s, words + 1, n - 1);
	fflush(stdout);
}

int main(void)
{
	char line[LINE_LEN];
	char *words[MAX_WORDS];

	while (fgets(line, sizeof(line), stdin))
		do_line(words, split(line, words));
	return 0;
}

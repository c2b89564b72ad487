// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language of fwctl without a kernel: what is printed is read back, what
 * goes over the wire comes back, each wrong word has its sentence and column,
 * and no answer, however broken, does harm.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "ktap.h"
#include "parse.h"
#include "print.h"
#include "wire.h"

#define ROUNDS	20000

static uint64_t seed;

/* xorshift64*: the same rules on each machine for one seed. */
static uint32_t rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dULL) >> 32;
}

static uint32_t rnd_range(uint32_t min, uint32_t max)
{
	return min + rnd() % (max - min + 1);
}

static void rnd_ifname(char *name)
{
	static const char letters[] = "abeth019.-_#\"\\*@\xc3\xa9=,";
	unsigned int i, len;

	do {
		memset(name, 0, BRFW_IFNAME_LEN);
		len = rnd_range(1, BRFW_IFNAME_LEN - 1);
		for (i = 0; i < len; i++)
			name[i] = letters[rnd() % (sizeof(letters) - 1)];
	} while (!model_ifname_valid(name));
}

static void rnd_comment(char *comment)
{
	unsigned int i, len = rnd_range(1, BRFW_COMMENT_LEN - 1);

	for (i = 0; i < len; i++) {
		comment[i] = rnd_range(0x20, 0xff);
		if (comment[i] == 0x7f)
			comment[i] = rnd() % 2 ? '"' : '\\';
	}
	comment[len] = '\0';
}

static void rnd_addr(const struct fwctl_field *field, struct fwctl_cond *cond)
{
	unsigned int i;

	cond->prefix = rnd() % 2 ? field->size * 8 : rnd_range(1, field->size * 8);
	for (i = 0; i < cond->prefix; i++) {
		if (rnd() % 2)
			cond->value.bytes[i / 8] |= 0x80 >> i % 8;
	}
}

static void rnd_mac(struct fwctl_cond *cond)
{
	bool full = rnd() % 2;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		cond->mask.bytes[i] = full ? 0xff : rnd();
		cond->value.bytes[i] = rnd() & cond->mask.bytes[i];
	}
	/* Never all zeros. */
	cond->mask.bytes[0] |= 1;
}

static uint16_t rnd_number(const struct fwctl_field *field)
{
	const struct fwctl_name *names = field->names;
	unsigned int count = 0;

	/* Often one with a name, or the first or last. */
	while (names && names[count].word)
		count++;
	if (count && rnd() % 2)
		return names[rnd() % count].value;
	switch (rnd() % 4) {
	case 0:
		return field->min;
	case 1:
		return field->max;
	default:
		return rnd_range(field->min, field->max);
	}
}

static void rnd_cond(const struct fwctl_field *field, struct fwctl_cond *cond)
{
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_NAME:
		rnd_ifname(cond->value.name);
		break;
	case FWCTL_KIND_MAC:
		rnd_mac(cond);
		break;
	case FWCTL_KIND_NUMBER:
		cond->value.number = rnd_number(field);
		break;
	case FWCTL_KIND_RANGE:
		cond->value.number = rnd_number(field);
		cond->end = rnd() % 2 ? cond->value.number :
					rnd_range(cond->value.number, field->max);
		break;
	case FWCTL_KIND_IP4:
	case FWCTL_KIND_IP6:
		rnd_addr(field, cond);
		break;
	case FWCTL_KIND_FLAGS:
		cond->mask.number = rnd() % 4 ? rnd_range(1, 255) : 255;
		cond->value.number = rnd() & cond->mask.number;
		break;
	case FWCTL_KINDS:
		break;
	}
}

/* Does the rule have another condition with the keyword of this field? */
static bool keyword_taken(const struct fwctl_rule *rule, const struct fwctl_field *field)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (model_rule_has(rule, &model_fields[i]) &&
		    !strcmp(model_fields[i].keyword, field->keyword))
			return true;
	}
	return false;
}

static void rnd_rule(struct fwctl_rule *rule)
{
	unsigned int density = rnd_range(1, 4);
	size_t i;

	model_rule_init(rule);
	rule->hook = rnd_range(BRFW_HOOK_FORWARD, BRFW_HOOK_OUTPUT);
	rule->verdict = rnd() % 2;
	rule->has_prio = true;
	rule->prio = rnd() % 2 ? rnd() : UINT32_MAX * (rnd() % 2);
	if (rnd() % 2)
		rnd_ifname(rule->bridge);
	if (rnd() % 2)
		rnd_comment(rule->comment);
	for (i = 0; i < model_fields_count; i++) {
		/* Backwards at times, so that saddr is IPv6 too. */
		const struct fwctl_field *field =
			&model_fields[density & 1 ? i : model_fields_count - 1 - i];

		if (rnd() % density || keyword_taken(rule, field))
			continue;
		rnd_cond(field, &rule->cond[field->attr]);
		rule->set |= 1U << field->attr;
	}
}

static size_t rule_text(const struct fwctl_rule *rule, const struct print_style *style,
			char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	size_t len;

	print_rule(out, rule, style);
	len = ftell(out);
	fclose(out);
	/* Without the newline, as the reader gives lines. */
	return len - 1;
}

static bool text_parses_to(const char *text, size_t len, const struct fwctl_rule *rule)
{
	static struct parse_words words;
	struct fwctl_statement statement;
	struct fwctl_err err;

	if (parse_line(&words, text, len, &err) ||
	    parse_statement(&words, &statement, &err)) {
		ktap_note("%.*s: column %u: %s", (int)len, text, err.column, err.text);
		return false;
	}
	if (statement.cmd != BRFW_CMD_RULE_ADD || !model_rule_equal(&statement.rule, rule)) {
		ktap_note("%.*s: another rule came back", (int)len, text);
		return false;
	}
	return true;
}

static void test_print_parse_same(const char *name, const struct print_style *style)
{
	char text[PARSE_LINE_MAX];
	struct fwctl_rule rule;
	unsigned int i, seen = 0;
	bool good = true;

	for (i = 0; i < ROUNDS && good; i++) {
		rnd_rule(&rule);
		seen |= rule.set;
		rule.handle = rnd();
		rule.has_stats = true;
		rule.stats.packets = UINT64_MAX;
		rule.place = FWCTL_PLACE_LAST;
		good = text_parses_to(text, rule_text(&rule, style, text, sizeof(text)), &rule);
	}
	for (i = 1; i <= BRFW_MATCH_A_MAX; i++)
		good = good && (seen & (1U << i));
	ktap_result(good, name);
}

/* Positions can't stand in files, but on the command line. */
static void test_place_parses(void)
{
	char *argv[] = { "drop", "after", "18446744073709551615", "prio", "0" };
	static struct parse_words words;
	struct fwctl_rule rule;
	struct fwctl_err err;
	bool good;

	good = !parse_args(&words, ARRAY_SIZE(argv), argv, &err) &&
	       !parse_rule(&words, &rule, &err) && rule.place == FWCTL_PLACE_AFTER &&
	       rule.place_handle == UINT64_MAX && rule.has_prio && !rule.prio &&
	       rule.verdict == BRFW_VERDICT_DROP;
	ktap_result(good, "a position parses");
}

static void test_examples_parse(void)
{
	static const struct { const char *line, *canonical; } rows[] = {
		{ "rule add accept", "rule add hook forward accept" },
		{ "\trule  add\tdrop #x", "rule add hook forward drop" },
		{ "rule add drop dport 80 proto tcp", "rule add hook forward proto tcp dport 80 drop" },
		{ "rule add proto 6 dport 7-7 accept", "rule add hook forward proto tcp dport 7 accept" },
		{ "rule add proto 0 accept", "rule add hook forward proto 0 accept" },
		{ "rule add in accept out drop drop", "rule add hook forward in accept out drop drop" },
		{ "rule add in \"#a\" accept", "rule add hook forward in \"#a\" accept" },
		{ "rule add ethertype 0x0806 accept", "rule add hook forward ethertype arp accept" },
		{ "rule add ethertype 0x1234 accept", "rule add hook forward ethertype 0x1234 accept" },
		{ "rule add tcp-flags syn accept", "rule add hook forward tcp-flags syn accept" },
		{ "rule add tcp-flags syn/ack,syn accept", "rule add hook forward tcp-flags syn/syn,ack accept" },
		{ "rule add tcp-flags none/rst,syn accept", "rule add hook forward tcp-flags none/syn,rst accept" },
		{ "rule add saddr 10.0.0.0/8 daddr 192.0.2.1/32 accept", "rule add hook forward saddr 10.0.0.0/8 daddr 192.0.2.1 accept" },
		{ "rule add saddr 2001:DB8:0::/32 accept", "rule add hook forward saddr 2001:db8::/32 accept" },
		{ "rule add smac 02:00:00:00:00:0A/ff:ff:ff:ff:ff:ff accept", "rule add hook forward smac 02:00:00:00:00:0a accept" },
		{ "rule add dmac 01:00:00:00:00:00/01:00:00:00:00:00 drop", "rule add hook forward dmac 01:00:00:00:00:00/01:00:00:00:00:00 drop" },
		{ "rule add comment \"a \\\"b\\\" \\\\c # d\" accept", "rule add hook forward accept comment \"a \\\"b\\\" \\\\c # d\"" },
		{ "rule add icmp-type echo-request icmp-code 0 accept", "rule add hook forward icmp-type echo-request icmp-code 0 accept" },
		{ "rule add sport 0-65535 vlan 0 accept", "rule add hook forward vlan 0 sport 0-65535 accept" },
	};
	const struct print_style style = { .stats = false };
	static struct parse_words words;
	struct fwctl_statement statement;
	char text[PARSE_LINE_MAX];
	struct fwctl_err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool good = !parse_line(&words, rows[i].line, strlen(rows[i].line), &err) &&
			    !parse_statement(&words, &statement, &err);
		size_t len = good ? rule_text(&statement.rule, &style, text, sizeof(text)) : 0;

		text[len] = '\0';
		if (!good)
			ktap_note("%s", err.text);
		else if (strcmp(text, rows[i].canonical))
			ktap_note("got: %s", text);
		ktap_result(good && !strcmp(text, rows[i].canonical), rows[i].canonical);
	}
}

/* Each row: the line, where it is wrong, and the whole sentence. */
static const struct {
	const char *line;
	unsigned int column;
	const char *text;
} wrong[] = {
#define WANT_NAME "an interface name of 1 to 15 bytes"
#define WANT_MAC "a MAC address such as 02:00:00:00:00:01, or MAC/MASK"
#define WANT_FLAGS "flags such as syn or syn/syn,ack, of fin,syn,rst,psh,ack,urg,ece,cwr, or none"
	{ "rule add", 1, "argument \"accept|drop\" is required" },
	{ "  rule add proto tcp", 3, "argument \"accept|drop\" is required" },
	{ "rule add foo accept", 10, "\"foo\" is unknown, try \"fwctl rule help\"" },
	{ "rule add acc", 10, "\"acc\" is unknown, try \"fwctl rule help\"" },
	{ "rule add accept drop", 17, "duplicate \"verdict\": \"drop\" is the second value" },
	{ "rule add accept dport", 17, "argument \"dport\" needs a value (want N[-N])" },
	{ "rule add accept comment", 17, "argument \"comment\" needs a value (want 1 to 127 bytes without control characters)" },
	{ "rule add accept comment \"\"", 25, "\"comment\" is wrong: \"\" (want 1 to 127 bytes without control characters)" },
	{ "rule add sport 99999 accept", 16, "\"sport\" is wrong: \"99999\" (want 0-65535)" },
	{ "rule add sport -1 accept", 16, "\"sport\" is wrong: \"-1\" (want 0-65535)" },
	{ "rule add sport 1- accept", 16, "\"sport\" is wrong: \"1-\" (want 0-65535)" },
	{ "rule add sport 1-2-3 accept", 16, "\"sport\" is wrong: \"1-2-3\" (want 0-65535)" },
	{ "rule add sport 0x10 accept", 16, "\"sport\" is wrong: \"0x10\" (want 0-65535)" },
	{ "rule add sport http accept", 16, "\"sport\" is wrong: \"http\" (want 0-65535)" },
	{ "rule add sport 9-8 accept", 16, "\"sport\" is wrong: \"9-8\" (want the smaller number first: 8-9)" },
	{ "rule add sport 1 sport 2 accept", 24, "duplicate \"sport\": \"2\" is the second value" },
	{ "rule add saddr 10.0.0.1 saddr ::1 accept", 31, "duplicate \"saddr\": \"::1\" is the second value" },
	{ "rule add saddr 10.0.0.256 accept", 16, "\"saddr\" is wrong: \"10.0.0.256\" (want an IPv4 or IPv6 address, or ADDR/LEN with a length of 1-32)" },
	{ "rule add saddr 10.0.0.1/33 accept", 16, "\"saddr\" is wrong: \"10.0.0.1/33\" (want an IPv4 or IPv6 address, or ADDR/LEN with a length of 1-32)" },
	{ "rule add saddr ::/0 accept", 16, "\"saddr\" is wrong: \"::/0\" (want 1-128 behind the slash; leave \"saddr\" out to match any address)" },
	{ "rule add daddr 10.1.2.3/8 accept", 16, "\"daddr\" is wrong: \"10.1.2.3/8\" (want 10.0.0.0/8, without bits behind the prefix)" },
	{ "rule add daddr 2001:db8::1/32 accept", 16, "\"daddr\" is wrong: \"2001:db8::1/32\" (want 2001:db8::/32, without bits behind the prefix)" },
	{ "rule add smac 02:00:00:00:00 accept", 15, "\"smac\" is wrong: \"02:00:00:00:00\" (want " WANT_MAC ")" },
	{ "rule add smac 02:00:00:00:00:01/ accept", 15, "\"smac\" is wrong: \"02:00:00:00:00:01/\" (want " WANT_MAC ")" },
	{ "rule add smac 00:00:00:00:00:00/00:00:00:00:00:00 accept", 15, "\"smac\" is wrong: \"00:00:00:00:00:00/00:00:00:00:00:00\" (want a mask with a bit set; leave it out to match any address)" },
	{ "rule add smac 03:00:00:00:00:00/02:00:00:00:00:00 accept", 15, "\"smac\" is wrong: \"03:00:00:00:00:00/02:00:00:00:00:00\" (want no bits in the address outside of the mask)" },
	{ "rule add ethertype 0x05ff accept", 20, "\"ethertype\" is wrong: \"0x05ff\" (want a name or 0x0600-0xffff)" },
	{ "rule add ethertype 2048 accept", 20, "\"ethertype\" is wrong: \"2048\" (want a name or 0x0600-0xffff)" },
	{ "rule add vlan 4095 accept", 15, "\"vlan\" is wrong: \"4095\" (want 0-4094)" },
	{ "rule add proto tcpp accept", 16, "\"proto\" is wrong: \"tcpp\" (want a name or 0-255)" },
	{ "rule add proto 256 accept", 16, "\"proto\" is wrong: \"256\" (want a name or 0-255)" },
	{ "rule add tcp-flags syn,fog accept", 20, "\"tcp-flags\" is wrong: \"syn,fog\" (want " WANT_FLAGS ")" },
	{ "rule add tcp-flags syn,syn accept", 20, "\"tcp-flags\" is wrong: \"syn,syn\" (want " WANT_FLAGS ")" },
	{ "rule add tcp-flags none accept", 20, "\"tcp-flags\" is wrong: \"none\" (want the flags to look at behind a slash, such as none/syn,ack)" },
	{ "rule add tcp-flags syn/ack accept", 20, "\"tcp-flags\" is wrong: \"syn/ack\" (want each flag before the slash behind it too)" },
	{ "rule add in eth0:1 accept", 13, "\"in\" is wrong: \"eth0:1\" (want " WANT_NAME ")" },
	{ "rule add in abcdefghijklmnop accept", 13, "\"in\" is wrong: \"abcdefghijklmnop\" (want " WANT_NAME ")" },
	{ "rule add out eth* accept", 14, "\"out\" is wrong: \"eth*\" (want " WANT_NAME ")" },
	{ "rule add out .. accept", 14, "\"out\" is wrong: \"..\" (want " WANT_NAME ")" },
	{ "rule add out \"a b\" accept", 14, "\"out\" is wrong: \"a b\" (want " WANT_NAME ")" },
	{ "rule add bridge a/b accept", 17, "\"bridge\" is wrong: \"a/b\" (want " WANT_NAME ")" },
	{ "rule add hook prerouting accept", 15, "\"hook\" is wrong: \"prerouting\" (want forward, input or output)" },
	{ "rule add hook input hook input accept", 26, "duplicate \"hook\": \"input\" is the second value" },
	{ "rule add prio 4294967296 accept", 15, "\"prio\" is wrong: \"4294967296\" (want 0-4294967295)" },
	{ "rule add prio 1 prio 1 accept", 22, "duplicate \"prio\": \"1\" is the second value" },
	{ "rule add accept before 3", 17, "\"before\" can't stand in a rule file, which replaces all rules (put the lines in order)" },
	{ "policy set", 1, "argument \"forward|input|output\" is required" },
	{ "policy set bridge", 12, "argument \"bridge\" needs a value (want " WANT_NAME ")" },
	{ "policy set up drop", 12, "\"hook\" is wrong: \"up\" (want forward, input or output)" },
	{ "policy set forward", 1, "argument \"accept|drop\" is required" },
	{ "policy set forward maybe", 20, "\"verdict\" is wrong: \"maybe\" (want accept or drop)" },
	{ "policy set forward drop drop", 25, "\"drop\" is unknown, try \"fwctl policy help\"" },
	{ "rule", 1, "\"rule\" can't stand in a rule file (want \"rule add\" or \"policy set\")" },
	{ " rule delete handle 1", 2, "\"rule delete\" can't stand in a rule file (want \"rule add\" or \"policy set\")" },
	{ "rule add comment \"a", 18, "the quoted string has no end (want \" before the end of the line)" },
	{ "rule add comment \"a\"b", 21, "a word begins directly behind a quoted string (want a space)" },
	{ "rule add comment \"a\\n\"", 20, "the escape is unknown (want \\\" or \\\\ in a quoted string)" },
	{ "rule add comment a\"b\"", 19, "a quote stands inside a word (want it around the whole word)" },
	{ "rule add accept\r", 16, "the line ends with a carriage return (want LF line ends, not CR LF)" },
	{ "rule add accept # \x1b[2J", 19, "a control character (want printable text, spaces and tabs)" },
};

static bool line_is_wrong(const char *line, size_t len, unsigned int column, const char *text)
{
	static struct parse_words words;
	struct fwctl_statement statement;
	struct fwctl_err err = { .exit = -1 };

	if (!parse_line(&words, line, len, &err) &&
	    !parse_statement(&words, &statement, &err)) {
		ktap_note("no error");
		return false;
	}
	if (err.column != column || strcmp(err.text, text) || err.exit != FWCTL_EXIT_USAGE) {
		ktap_note("column %u, exit %d: %s", err.column, err.exit, err.text);
		return false;
	}
	return true;
}

static void test_wrong_lines(void)
{
	static char line[PARSE_LINE_MAX + 2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		char name[160];

		snprintf(name, sizeof(name), "wrong: %.*s",
			 (int)strcspn(wrong[i].line, "#\r"), wrong[i].line);
		ktap_result(line_is_wrong(wrong[i].line, strlen(wrong[i].line),
					  wrong[i].column, wrong[i].text), name);
	}
	ktap_result(line_is_wrong("rule\0add", 8, 5, "a NUL byte: this is not a text file"),
		    "wrong: NUL byte");
	memset(line, 'x', sizeof(line));
	ktap_result(line_is_wrong(line, PARSE_LINE_MAX + 1, PARSE_LINE_MAX + 1,
				  "the line is longer than 4096 bytes"), "wrong: long line");
	for (i = 0; i < sizeof(line); i += 2)
		line[i] = ' ';
	ktap_result(line_is_wrong(line, 2 * PARSE_WORDS_MAX + 2, 2 * PARSE_WORDS_MAX + 2,
				  "there are more than 96 words"), "wrong: many words");
}

static void test_columns(void)
{
	static const char line[] =
		"rule add in dport comment \"dport\" proto tcp  dport 80 accept # dport";
	static const struct { const char *attr; unsigned int column; } rows[] = {
		{ "dport", 46 }, { "in", 10 }, { "proto", 35 }, { "verdict", 55 },
		{ "comment", 19 }, { "saddr", 1 }, { NULL, 1 },
	};
	static struct parse_words words;
	struct fwctl_err err;
	bool good = !parse_line(&words, line, strlen(line), &err);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows) && good; i++) {
		unsigned int column = parse_column(&words, rows[i].attr);

		if (column == rows[i].column)
			continue;
		ktap_note("%s: column %u", rows[i].attr ? rows[i].attr : "-", column);
		good = false;
	}
	ktap_result(good, "arguments have their columns");
}

/* Random bytes and mutated lines: any answer will do, but there must be one. */
static void test_parse_garbage(void)
{
	const struct print_style style = { .handle = true, .stats = true };
	static struct parse_words words;
	struct fwctl_statement statement;
	char text[PARSE_LINE_MAX];
	struct fwctl_rule rule;
	struct fwctl_err err;
	unsigned int i, n, parsed = 0;

	for (i = 0; i < ROUNDS; i++) {
		size_t len;

		rnd_rule(&rule);
		len = rule_text(&rule, &style, text, sizeof(text));
		for (n = rnd() % 4; n; n--)
			text[rnd() % len] = rnd();
		len -= rnd() % 2 ? rnd() % len : 0;
		if (!parse_line(&words, text, len, &err) &&
		    !parse_statement(&words, &statement, &err))
			parsed++;
	}
	/* Both kinds came up, or the mutation is not worth its name. */
	ktap_result(parsed > ROUNDS / 100 && parsed < ROUNDS, "mutated lines do no harm");
}

/* Wire */

union message {
	struct nlmsghdr nlh;
	char bytes[WIRE_MESSAGE_MAX];
};

/* As the kernel would send the rule that wire_put_rule() made. */
static void answer_make(union message *msg, const struct fwctl_rule *rule)
{
	struct nlattr *nest, *stats;
	struct nlmsghdr *nlh;

	memset(msg, 0, sizeof(*msg));
	nlh = mnl_nlmsg_put_header(msg);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u64(nlh, BRFW_A_GENERATION, 5);
	wire_put_rule(nlh, rule);
	/* The rule is last, so its nest can grow. */
	nest = (struct nlattr *)(msg->bytes + MNL_NLMSG_HDRLEN + 4 + 12);
	mnl_attr_put_u64(nlh, BRFW_RULE_A_HANDLE, rule->handle);
	stats = mnl_attr_nest_start(nlh, BRFW_RULE_A_STATS);
	mnl_attr_put_u64(nlh, BRFW_STATS_A_PACKETS, rule->stats.packets);
	mnl_attr_put_u64(nlh, BRFW_STATS_A_BYTES, rule->stats.bytes);
	mnl_attr_nest_end(nlh, stats);
	nest->nla_len = (char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)nest;
}

static void rnd_answer(union message *msg, struct fwctl_rule *rule)
{
	rnd_rule(rule);
	rule->handle = rnd() + 1ULL;
	rule->stats.packets = (uint64_t)rnd() << 32 | rnd();
	rule->stats.bytes = rnd();
	answer_make(msg, rule);
}

static void test_wire_round_trip(void)
{
	struct fwctl_rule rule, back;
	union message msg;
	unsigned int i, longest = 0;
	bool good = true;

	for (i = 0; i < ROUNDS && good; i++) {
		rnd_answer(&msg, &rule);
		if (msg.nlh.nlmsg_len > longest)
			longest = msg.nlh.nlmsg_len;
		good = wire_get_rule(&msg.nlh, &back) == WIRE_OK &&
		       model_rule_equal(&rule, &back) && back.handle == rule.handle &&
		       back.stats.packets == rule.stats.packets &&
		       back.stats.bytes == rule.stats.bytes;
	}
	ktap_note("longest message %u bytes", longest);
	ktap_result(good && longest < WIRE_MESSAGE_MAX / 2, "rules come back from the wire");
}

static void test_wire_garbage(void)
{
	struct print_style style = { .handle = true, .stats = true };
	unsigned int i, n, read = 0, malformed = 0, newer = 0;
	struct fwctl_policy policy;
	struct fwctl_rule rule;
	struct fwctl_info info;
	char text[PARSE_LINE_MAX];
	union message msg;
	uint64_t number;

	for (i = 0; i < ROUNDS; i++) {
		/* A copy of exact size, so that ASan sees a byte too much. */
		struct nlmsghdr *nlh;
		uint32_t len;

		rnd_answer(&msg, &rule);
		len = msg.nlh.nlmsg_len;
		for (n = rnd() % 6; n; n--)
			msg.bytes[rnd_range(20, len - 1)] = rnd() % 3 ? rnd() % 24 : rnd();
		if (rnd() % 2)
			len = rnd_range(16, len);
		nlh = malloc(len);
		memcpy(nlh, &msg, len);
		nlh->nlmsg_len = len;
		switch (wire_get_rule(nlh, &rule)) {
		case WIRE_OK:
			read++;
			rule_text(&rule, &style, text, sizeof(text));
			json_decref(print_rule_json(&rule, &style));
			break;
		case WIRE_MALFORMED:
			malformed++;
			break;
		case WIRE_NEWER:
			newer++;
			break;
		}
		wire_get_policy(nlh, &policy);
		wire_get_info(nlh, &info);
		wire_get_handle(nlh, &number);
		wire_get_generation(nlh, &number);
		if (len >= 20) {
			wire_attr_name(nlh, rnd() % 2 ? rnd() % (len + 8) : rnd());
			wire_missing_name(nlh, rnd() % (len + 8), rnd() % 20);
		}
		free(nlh);
	}
	ktap_note("%u read, %u malformed, %u newer", read, malformed, newer);
	ktap_result(read && malformed && newer, "mutated answers do no harm");
}

/* A condition that this fwctl doesn't know must not be left out in silence. */
static void test_wire_newer(void)
{
	struct fwctl_rule rule;
	struct nlattr *match;
	union message msg;
	bool good;

	model_rule_init(&rule);
	rule.has_prio = true;
	rule.handle = 9;
	rule.set = 1U << BRFW_MATCH_A_VLAN_ID;
	answer_make(&msg, &rule);
	good = wire_get_rule(&msg.nlh, &rule) == WIRE_OK;
	/* generation 12, rule head 4, hook 8, prio 8; then match */
	match = (struct nlattr *)(msg.bytes + 20 + 12 + 4 + 8 + 8);
	good = good && mnl_attr_get_type(match) == BRFW_RULE_A_MATCH;
	((struct nlattr *)mnl_attr_get_payload(match))->nla_type =
		NLA_F_NESTED | (BRFW_MATCH_A_MAX + 1);
	good = good && wire_get_rule(&msg.nlh, &rule) == WIRE_NEWER && rule.handle == 9;
	ktap_result(good, "an unknown condition is told");
}

/* The offset of each attribute leads to the keyword that it came from. */
static void test_wire_names(void)
{
	struct fwctl_rule rule;
	const char *pos, *end;
	union message msg;
	bool good = true;
	size_t i = 0;

	model_rule_init(&rule);
	for (i = 0; i < model_fields_count; i++) {
		rnd_cond(&model_fields[i], &rule.cond[model_fields[i].attr]);
		rule.set |= 1U << model_fields[i].attr;
	}
	memset(&msg, 0, sizeof(msg));
	mnl_nlmsg_put_header(&msg);
	mnl_nlmsg_put_extra_header(&msg.nlh, sizeof(struct genlmsghdr));
	wire_put_rule(&msg.nlh, &rule);
	good = !strcmp(wire_attr_name(&msg.nlh, 20), "rule") &&
	       !strcmp(wire_attr_name(&msg.nlh, 24), "hook") &&
	       !strcmp(wire_attr_name(&msg.nlh, 32), "match") &&
	       !strcmp(wire_missing_name(&msg.nlh, 20, BRFW_RULE_A_VERDICT), "verdict") &&
	       !strcmp(wire_missing_name(&msg.nlh, 0, BRFW_A_HANDLE), "handle") &&
	       !strcmp(wire_missing_name(&msg.nlh, 32, BRFW_MATCH_A_IP_PROTO), "proto") &&
	       !strcmp(wire_missing_name(&msg.nlh, 36, BRFW_COND_A_VALUE), "in");
	pos = msg.bytes + 36;
	end = msg.bytes + 32 + ((struct nlattr *)(msg.bytes + 32))->nla_len;
	for (i = 0; i < model_fields_count && pos < end && good; i++) {
		const struct nlattr *attr = (const struct nlattr *)pos;

		good = !strcmp(wire_attr_name(&msg.nlh, pos - msg.bytes),
			       model_fields[i].keyword) &&
		       !strcmp(wire_attr_name(&msg.nlh, pos + 4 - msg.bytes),
			       model_fields[i].keyword);
		pos += MNL_ALIGN(attr->nla_len);
	}
	ktap_result(good && i == model_fields_count, "attributes have their names");
}

static void test_json(void)
{
	static const char want[] =
		"{\"handle\":17,\"hook\":\"forward\",\"bridge\":\"br0\",\"prio\":1000,"
		"\"match\":{\"in\":\"a\\\"b\",\"proto\":\"tcp\",\"dport\":\"7070\"},"
		"\"verdict\":\"accept\",\"comment\":\"app \xef\xbf\xbd\xc3\xa9\","
		"\"packets\":5,\"bytes\":420}";
	static const char line[] = "rule add bridge br0 prio 1000 in \"a\\\"b\" proto tcp dport 7070 accept comment \"app \xff\xc3\xa9\"";
	static struct parse_words words;
	struct fwctl_statement statement;
	struct print_style style = { .stats = false };
	struct fwctl_err err;
	json_t *object;
	char *text;

	parse_line(&words, line, strlen(line), &err);
	parse_statement(&words, &statement, &err);
	statement.rule.handle = 17;
	statement.rule.has_stats = true;
	statement.rule.stats.packets = 5;
	statement.rule.stats.bytes = 420;
	object = print_rule_json(&statement.rule, &style);
	text = json_dumps(object, JSON_COMPACT);
	if (!text || strcmp(text, want))
		ktap_note("got: %s", text ? text : "nothing");
	ktap_result(text && !strcmp(text, want), "a rule as JSON");
	free(text);
	json_decref(object);
}

int main(int argc, char **argv)
{
	const struct print_style plain = { .stats = false };
	const struct print_style all = { .stats = true, .handle = true, .numeric = true };

	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	if (!seed)
		seed = 1;
	ktap_begin();
	ktap_note("seed %" PRIu64, seed);
	test_print_parse_same("parse(print(rule)) is rule", &plain);
	test_print_parse_same("parse(print(rule)) is rule, numeric with counters", &all);
	test_place_parses();
	test_examples_parse();
	test_wrong_lines();
	test_columns();
	test_parse_garbage();
	test_wire_round_trip();
	test_wire_garbage();
	test_wire_newer();
	test_wire_names();
	test_json();
	return ktap_end();
}

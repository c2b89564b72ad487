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

#include "json.h"
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

/* Writes a character of a name or comment. Its length. */
static size_t rnd_char(char *to)
{
	static const char *const odd[] = { "\xc2\xa0", "\xc3\xa9", "\xdf\xbf", "\xe0\xa0\x80",
					   "\xe2\x80\xa7", "\xe2\x80\xaa", "\xef\xbf\xbd",
					   "\xf0\x9f\x94\xa5", "\xf4\x8f\xbf\xbf" };

	if (rnd_range(0, 3)) {
		*to = rnd_range(0x20, 0x7e);
		return 1;
	}
	strcpy(to, odd[rnd_range(0, ARRAY_SIZE(odd) - 1)]);
	return strlen(to);
}

/* A comment or prefix. */
static void rnd_text(char *text, size_t size)
{
	size_t i = 0, len = rnd_range(1, size - 1);

	memset(text, 0, size);
	do {
		i += rnd_char(text + i);
	} while (i + 4 < len);
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

static uint32_t rnd_number(const struct fwctl_field *field)
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

/* One value, one range, or a list with gaps as small as they may be. */
static void rnd_ranges(const struct fwctl_field *field, struct fwctl_cond *cond)
{
	unsigned int wanted = rnd() % 2 ? 1 : rnd_range(2, BRFW_RANGES_MAX);
	uint32_t first = wanted == 1 ? rnd_number(field) :
				       rnd_range(field->min, field->max / 8);

	while (cond->count < wanted && first <= field->max) {
		struct brfw_range16 *range = &cond->ranges[cond->count++];
		uint32_t most = wanted == 1 ? field->max : first + field->max / 64;

		if (most > field->max)
			most = field->max;
		range->first = first;
		range->last = rnd() % 2 ? first : rnd_range(first, most);
		first = range->last + rnd_range(2, 4);
	}
}

static uint32_t rnd_mask(void)
{
	uint32_t mask = rnd() % 2 ? UINT32_MAX : rnd();

	return mask ? mask : 1;
}

static void rnd_cond(const struct fwctl_field *field, struct fwctl_cond *cond)
{
	memset(cond, 0, sizeof(*cond));
	cond->is_negated = model_field_can_negate(field) && rnd() % 2;
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_NAME:
		rnd_ifname(cond->value.name);
		break;
	case FWCTL_KIND_MAC:
		rnd_mac(cond);
		break;
	case FWCTL_KIND_NUMBER:
	case FWCTL_KIND_WORD:
	case FWCTL_KIND_BOOL:
		cond->value.number = rnd_number(field);
		break;
	case FWCTL_KIND_RANGES:
		rnd_ranges(field, cond);
		break;
	case FWCTL_KIND_MASKED:
		cond->mask.number = rnd_mask();
		cond->value.number = rnd() & cond->mask.number;
		break;
	case FWCTL_KIND_IP4:
	case FWCTL_KIND_IP6:
		rnd_addr(field, cond);
		break;
	case FWCTL_KIND_FLAGS:
		cond->mask.number = rnd() % 4 ? rnd_range(1, 255) : 255;
		cond->value.number = rnd() & cond->mask.number;
		break;
	case FWCTL_KIND_BITS:
		cond->value.number = rnd_range(1, field->max);
		break;
	case FWCTL_KINDS:
		break;
	}
}

static uint64_t rnd_amount(bool is_bytes)
{
	static const uint32_t units[] = { 1, 1000, 1000000, 1000000000 };
	uint64_t amount = rnd_range(1, rnd() % 2 ? 2000 : UINT32_MAX - 1);

	return is_bytes ? amount * units[rnd() % 4] : amount;
}

static void rnd_limit(struct fwctl_limit *limit)
{
	limit->is_bytes = rnd() % 2;
	limit->rate = rnd_amount(limit->is_bytes);
	limit->burst = rnd_amount(limit->is_bytes);
	limit->seconds = model_periods[rnd() % 4].value;
}

static void rnd_actions(struct fwctl_rule *rule)
{
	if (rnd() % 2)
		rnd_limit(&rule->limit);
	rule->log.is_set = rnd() % 2;
	rule->log.has_group = rule->log.is_set && rnd() % 2;
	if (rule->log.has_group)
		rule->log.group = rnd();
	if (rule->log.is_set && rnd() % 2)
		rnd_text(rule->log.prefix, sizeof(rule->log.prefix));
	if (rnd() % 2) {
		rule->mark.mask = rnd_mask();
		rule->mark.value = rnd() & rule->mark.mask;
	}
	if (rnd() % 2)
		rnd_ifname(rule->mirror);
}

static void rnd_verdict(struct fwctl_rule *rule)
{
	rule->has_verdict = !model_rule_does(rule) || rnd() % 4;
	if (!rule->has_verdict)
		return;
	rule->verdict = rnd_range(0, BRFW_VERDICT_MAX);
	if (rule->verdict == BRFW_VERDICT_REJECT)
		rule->reject = rnd_range(0, BRFW_REJECT_MAX);
	if (rule->verdict == BRFW_VERDICT_REDIRECT)
		rnd_ifname(rule->redirect);
	if (rule->verdict == BRFW_VERDICT_QUEUE) {
		rule->queue.number = rnd();
		rule->queue.bypass = rnd() % 2;
	}
}

/* What sets are made of is in their names here: "s.m4-2" of MAC and IPv4 range. */
static const char member_letters[] = {
	[BRFW_SET_ETHER_ADDR] = 'm',
	[BRFW_SET_IPV4_ADDR] = '4',
	[BRFW_SET_IPV6_ADDR] = '6',
	[BRFW_SET_INET_PORT] = 'p',
	[BRFW_SET_IFNAME] = 'i',
};

static int form_of_name(void *data, const char *name, struct fwctl_set_form *form,
			struct fwctl_err *err)
{
	const char *letter;

	(void)data;
	(void)err;
	memset(form, 0, sizeof(*form));
	if (strncmp(name, "s.", 2))
		return 0;
	for (letter = name + 2; *letter && *letter != '-'; letter++)
		form->members[form->count++] =
			(const char *)memchr(member_letters, *letter, sizeof(member_letters)) -
			member_letters;
	form->interval = *letter ? letter[1] - '0' : 0;
	return 1;
}

static struct setforms forms = { .lookup = form_of_name };

/* A condition that some fields are in a set of them. */
static void rnd_in_set(struct fwctl_in_set *in)
{
	char *name = stpcpy(in->name, "s.");
	const struct fwctl_field *field;
	unsigned int wanted = rnd_range(1, BRFW_SET_MEMBERS_MAX);

	while (in->count < wanted) {
		field = &model_fields[rnd() % model_fields_count];
		if (model_field_member(field) < 0)
			continue;
		*name++ = member_letters[model_field_member(field)];
		in->fields[in->count++] = field->attr;
	}
	*name = '\0';
	in->is_negated = rnd() % 2;
}

static void rnd_form(struct fwctl_set_form *form, char *name)
{
	unsigned int i;

	memset(form, 0, sizeof(*form));
	form->count = rnd_range(1, BRFW_SET_MEMBERS_MAX);
	name = stpcpy(name, "s.");
	for (i = 0; i < form->count; i++) {
		form->members[i] = rnd() % (BRFW_SET_MEMBER_MAX + 1);
		*name++ = member_letters[form->members[i]];
	}
	*name = '\0';
	form->interval = form->count > 1 && rnd() % 2 ? rnd_range(1, form->count) : 0;
	if (form->interval && !model_member_may_be_range(form, form->interval - 1))
		form->interval = 0;
	if (form->interval)
		sprintf(name, "-%u", form->interval);
}

static void rnd_member(struct fwctl_element *element, unsigned int i)
{
	unsigned int member = element->form.members[i], j;
	union fwctl_value *first = &element->first[i];
	size_t size = model_member_size(member);

	if (member == BRFW_SET_IFNAME) {
		rnd_ifname(first->name);
		return;
	}
	for (j = 0; j < size; j++)
		first->bytes[j] = rnd();
	if (member == BRFW_SET_INET_PORT)
		first->number &= 0xffff;
	if (!model_member_may_be_range(&element->form, i) || rnd() % 2)
		return;
	/* A prefix or what is nearly one, from the first value that isn't the last. */
	first->bytes[member == BRFW_SET_INET_PORT ? 1 : 0] &= 0x7f;
	element->last = *first;
	element->range = i;
	if (member == BRFW_SET_INET_PORT) {
		element->last.number = rnd_range(first->number + 1, 0xffff);
		return;
	}
	for (j = rnd() % (size * 8); j < size * 8; j++) {
		first->bytes[j / 8] &= ~(0x80 >> j % 8);
		element->last.bytes[j / 8] |= 0x80 >> j % 8;
	}
	if (rnd() % 2)
		element->last.bytes[0] |= 0x80;
}

static void rnd_element(struct fwctl_element *element)
{
	unsigned int i;

	memset(element, 0, sizeof(*element));
	element->range = -1;
	rnd_form(&element->form, element->set);
	for (i = 0; i < element->form.count; i++)
		rnd_member(element, i);
	element->timeout = rnd() % 3 ? rnd() : rnd() % 2 ? 0 : FWCTL_TIMEOUT_NONE;
	if (rnd() % 2)
		rnd_text(element->comment, sizeof(element->comment));
}

static bool element_equal(const struct fwctl_element *a, const struct fwctl_element *b)
{
	return !strcmp(a->set, b->set) && !memcmp(&a->form, &b->form, sizeof(a->form)) &&
	       a->range == b->range && !memcmp(a->first, b->first, sizeof(a->first)) &&
	       !memcmp(&a->last, &b->last, sizeof(a->last)) && a->timeout == b->timeout &&
	       !strcmp(a->comment, b->comment);
}

static void rnd_rule(struct fwctl_rule *rule)
{
	unsigned int density = rnd_range(1, 4);
	size_t i;

	model_rule_init(rule);
	rule->hook = rnd_range(BRFW_HOOK_FORWARD, BRFW_HOOK_OUTPUT);
	rule->has_prio = true;
	rule->prio = rnd() % 2 ? rnd() : UINT32_MAX * (rnd() % 2);
	if (rnd() % 2)
		rnd_ifname(rule->bridge);
	if (rnd() % 2)
		rnd_text(rule->comment, sizeof(rule->comment));
	rnd_actions(rule);
	rnd_verdict(rule);
	for (i = 0; i < model_fields_count; i++) {
		/* Backwards at times, so that saddr is IPv6 too. */
		const struct fwctl_field *field =
			&model_fields[density & 1 ? i : model_fields_count - 1 - i];

		if (rnd() % density || model_rule_has_keyword(rule, field->keyword))
			continue;
		rnd_cond(field, &rule->cond[field->attr]);
		rule->set |= MODEL_BIT(field->attr);
	}
	for (i = rnd() % 2 ? rnd() % (FWCTL_RULE_SETS + 1) : 0; i; i--)
		rnd_in_set(&rule->sets[rule->set_count++]);
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

	words.forms = &forms;
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

/* Everything that a rule can say, so that no test runs without some of it. */
static bool rules_were_varied(uint64_t set, unsigned int verdicts)
{
	return set == MODEL_BIT(BRFW_MATCH_A_MAX + 1) - 2 &&
	       verdicts == (1U << (BRFW_VERDICT_MAX + 2)) - 1;
}

static void test_print_parse_same(const char *name, const struct print_style *style)
{
	unsigned int i, verdicts = 0, longest = 0;
	char text[PARSE_LINE_MAX];
	struct fwctl_rule rule;
	bool good = true;
	uint64_t seen = 0;

	for (i = 0; i < ROUNDS && good; i++) {
		size_t len;

		rnd_rule(&rule);
		seen |= rule.set;
		verdicts |= rule.has_verdict ? 2U << rule.verdict : 1;
		rule.handle = rnd();
		rule.has_stats = true;
		rule.stats.packets = UINT64_MAX;
		rule.stats.was_used = rnd() % 2;
		rule.place = FWCTL_PLACE_LAST;
		/* The kernel's text may be anything. */
		memset(rule.problem, 1 + rnd() % 255, rnd() % sizeof(rule.problem));
		len = rule_text(&rule, style, text, sizeof(text));
		longest = len > longest ? len : longest;
		good = text_parses_to(text, len, &rule);
	}
	ktap_note("longest line %u bytes", longest);
	ktap_result(good && rules_were_varied(seen, verdicts), name);
}

static struct fwctl_set set_of_element(const struct fwctl_element *element)
{
	struct fwctl_set set = { .form = element->form, .timeout = element->timeout };

	if (set.timeout == FWCTL_TIMEOUT_NONE)
		set.timeout = 0;
	set.counters = rnd() % 2;
	set.keep = rnd() % 2;
	strcpy(set.name, element->set);
	strcpy(set.comment, element->comment);
	return set;
}

static bool set_equal(const struct fwctl_set *a, const struct fwctl_set *b)
{
	return !strcmp(a->name, b->name) && !memcmp(&a->form, &b->form, sizeof(a->form)) &&
	       a->timeout == b->timeout && a->counters == b->counters && a->keep == b->keep &&
	       !strcmp(a->comment, b->comment);
}

/* Gives what comes back of a line that @print wrote. */
static bool reparse(char *text, FILE *out, struct fwctl_statement *statement)
{
	static struct parse_words words;
	size_t len = ftell(out) - 1;
	struct fwctl_err err;

	fclose(out);
	words.forms = &forms;
	if (!parse_line(&words, text, len, &err) && !parse_statement(&words, statement, &err))
		return true;
	ktap_note("%.*s: column %u: %s", (int)len, text, err.column, err.text);
	return false;
}

static void test_elements_parse(void)
{
	const struct print_style style = { .handle = true, .stats = true };
	struct fwctl_statement statement;
	struct fwctl_element element;
	char text[PARSE_LINE_MAX];
	unsigned int i, ranges = 0;
	struct fwctl_set set;
	bool good = true;
	FILE *out;

	for (i = 0; i < ROUNDS && good; i++) {
		rnd_element(&element);
		element.has_stats = rnd() % 2;
		ranges += element.range >= 0;
		out = fmemopen(text, sizeof(text), "w");
		print_element(out, &element, &style);
		good = reparse(text, out, &statement) &&
		       statement.cmd == BRFW_CMD_ELEMENT_ADD &&
		       element_equal(&statement.element, &element);
		set = set_of_element(&element);
		out = fmemopen(text, sizeof(text), "w");
		print_set(out, &set, &style);
		good = good && reparse(text, out, &statement) &&
		       statement.cmd == BRFW_CMD_SET_ADD && set_equal(&statement.set, &set);
		if (!good)
			ktap_note("%s", text);
	}
	ktap_result(good && ranges > ROUNDS / 8, "parse(print(element)) is element, set likewise");
}

static void test_elements_wire(void)
{
	union {
		struct nlmsghdr nlh;
		char bytes[WIRE_MESSAGE_MAX];
	} msg;
	struct fwctl_element element, back;
	const struct nlattr *pos;
	struct nlattr *list;
	unsigned int i, n;
	bool good = true;

	for (i = 0; i < ROUNDS / 8 && good; i++) {
		memset(&msg, 0, sizeof(msg));
		mnl_nlmsg_put_header(&msg);
		mnl_nlmsg_put_extra_header(&msg.nlh, sizeof(struct genlmsghdr));
		rnd_element(&element);
		list = wire_put_elements(&msg.nlh, &element);
		for (n = 0; n < 3; n++)
			wire_put_element(&msg.nlh, list, &element, 100 + n);
		pos = NULL;
		for (n = 0; n < 3 && good; n++) {
			good = wire_get_element(&msg.nlh, &pos, &back) == WIRE_OK && pos &&
			       element_equal(&element, &back) &&
			       wire_element_change(&msg.nlh, (const char *)pos + 8 -
								     msg.bytes) == 100 + n;
		}
		good = good && wire_get_element(&msg.nlh, &pos, &back) == WIRE_OK && !pos;
	}
	ktap_result(good, "elements come back from the wire");
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
		{ "rule add not proto tcp accept", "rule add hook forward not proto tcp accept" },
		{ "rule add not dport 80,443 proto tcp drop", "rule add hook forward proto tcp not dport 80,443 drop" },
		{ "rule add in not accept", "rule add hook forward in not accept" },
		{ "rule add vlan none accept", "rule add hook forward vlan none accept" },
		{ "rule add vlan any inner-vlan none accept", "rule add hook forward vlan any inner-vlan none accept" },
		{ "rule add vlan 20-29,10,12,11,30 inner-vlan 0,4094 accept", "rule add hook forward vlan 10-12,20-30 inner-vlan 0,4094 accept" },
		{ "rule add vlan-prio 7 vlan-proto 0x88a8 inner-vlan-prio 0 inner-vlan-proto 802.1q accept", "rule add hook forward vlan-prio 7 vlan-proto 802.1ad inner-vlan-prio 0 inner-vlan-proto 802.1q accept" },
		{ "rule add vlan-proto 0x9100 accept", "rule add hook forward vlan-proto 0x9100 accept" },
		{ "rule add pppoe-session 1,2,3 mpls-label 1048575 accept", "rule add hook forward pppoe-session 1-3 mpls-label 1048575 accept" },
		{ "rule add arp-op 1 arp-sender-ip 10.0.0.0/8 arp-target-ip 10.0.0.1 arp-gratuitous no drop", "rule add hook forward arp-op request arp-sender-ip 10.0.0.0/8 arp-target-ip 10.0.0.1 arp-gratuitous no drop" },
		{ "rule add not arp-sender-mac 02:00:00:00:00:01 arp-target-mac 00:00:00:00:00:00 drop", "rule add hook forward not arp-sender-mac 02:00:00:00:00:01 arp-target-mac 00:00:00:00:00:00 drop" },
		{ "rule add nd-target fe80::/10 not nd-lladdr 02:00:00:00:00:01 drop", "rule add hook forward nd-target fe80::/10 not nd-lladdr 02:00:00:00:00:01 drop" },
		{ "rule add dscp 46 ttl 1,255 length 0-64,1501-65535 frag later ip-options yes drop", "rule add hook forward dscp ef ttl 1,255 length 0-64,1501-65535 frag later ip-options yes drop" },
		{ "rule add proto igmp igmp-type 22 accept", "rule add hook forward proto igmp igmp-type membership-report-v2 accept" },
		{ "rule add proto igmp igmp-type 0x16 accept", "rule add hook forward proto igmp igmp-type membership-report-v2 accept" },
		{ "rule add proto 0x84 icmp-type 0xFF accept", "rule add hook forward proto sctp icmp-type 255 accept" },
		{ "rule add mpls-label 0xfffff accept", "rule add hook forward mpls-label 1048575 accept" },
		{ "rule add proto gre gre-proto 0x6558 accept", "rule add hook forward proto gre gre-proto teb accept" },
		{ "rule add frame broadcast mark 16/0xF0 malformed no accept", "rule add hook forward frame broadcast mark 0x10/0xf0 malformed no accept" },
		{ "rule add mark 0xffffffff accept", "rule add hook forward mark 0xffffffff accept" },
		{ "rule add not state untracked,new accept", "rule add hook forward not state new,untracked accept" },
		{ "rule add accept limit 10/second", "rule add hook forward limit 10/second burst 64 accept" },
		{ "rule add limit 100/minute accept", "rule add hook forward limit 100/minute burst 64 accept" },
		{ "rule add limit 1/day burst 1 accept", "rule add hook forward limit 1/day burst 1 accept" },
		{ "rule add limit 1500kbytes/second accept", "rule add hook forward limit 1500kbytes/second burst 1500kbytes accept" },
		{ "rule add limit 1000kbytes/hour accept", "rule add hook forward limit 1mbytes/hour burst 128kbytes accept" },
		{ "rule add limit 1bytes/day accept", "rule add hook forward limit 1bytes/day burst 365bytes accept" },
		{ "rule add limit 350bytes/day accept", "rule add hook forward limit 350bytes/day burst 127750bytes accept" },
		{ "rule add limit 351bytes/day accept", "rule add hook forward limit 351bytes/day burst 128kbytes accept" },
		{ "rule add limit 14bytes/hour accept", "rule add hook forward limit 14bytes/hour burst 122640bytes accept" },
		{ "rule add limit 1bytes/second accept", "rule add hook forward limit 1bytes/second burst 128kbytes accept" },
		{ "rule add limit 64001bytes/second burst 2gbytes accept", "rule add hook forward limit 64001bytes/second burst 2gbytes accept" },
		{ "rule add log", "rule add hook forward log" },
		{ "rule add log prefix \"a b\" group 7 drop", "rule add hook forward log group 7 prefix \"a b\" drop" },
		{ "rule add accept log prefix accept", "rule add hook forward log prefix \"accept\" accept" },
		{ "rule add mirror log set-mark 1/3", "rule add hook forward set-mark 0x1/0x3 mirror log" },
		{ "rule add set-mark 0", "rule add hook forward set-mark 0x0" },
		{ "rule add reject", "rule add hook forward reject with admin-prohibited" },
		{ "rule add proto tcp reject with tcp-reset", "rule add hook forward proto tcp reject with tcp-reset" },
		{ "rule add redirect accept", "rule add hook forward redirect accept" },
		{ "rule add queue 3", "rule add hook forward queue 3" },
		{ "rule add queue 65535 bypass prio 1", "rule add hook forward prio 1 queue 65535 bypass" },
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

/* A line of the manual page as it is read there; without its end. */
static char *manual_line(FILE *in, char *line, size_t size)
{
	char *end;

	if (!fgets(line, size, in))
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	/* A backslash at the end, which the shell takes. */
	end = strstr(line, "\\e");
	if (end && !end[2])
		return manual_line(in, end, size - (end - line)) ? line : NULL;
	return line;
}

/* Tells how many statements there are; -1 when one is wrong. */
static int manual_read(FILE *in)
{
	static struct parse_words words;
	struct fwctl_statement statement;
	bool is_example = false;
	struct fwctl_err err;
	char line[512], *text;
	int count = 0;

	words.forms = &forms;
	while ((text = manual_line(in, line, sizeof(line)))) {
		if (text[0] == '.')
			is_example = !strncmp(text, ".Bd", 3);
		if (!strncmp(text, "fwctl rule add", 14))
			text += 6;
		if (!is_example || (strncmp(text, "rule add", 8) && strncmp(text, "policy set", 10) &&
				    strncmp(text, "set add", 7)))
			continue;
		if (parse_line(&words, text, strlen(text), &err) ||
		    parse_statement(&words, &statement, &err)) {
			ktap_note("%s: column %u: %s", text, err.column, err.text);
			return -1;
		}
		count++;
	}
	return count;
}

static void test_manual(void)
{
	FILE *in = fopen(FWCTL_MANUAL, "r");
	int count = in ? manual_read(in) : -1;

	if (in)
		fclose(in);
	ktap_note("%d statements", count);
	ktap_result(count >= 20, "examples of the manual page parse");
}

/* Each keyword and name has its place in the manual page. */
static bool manual_has(const char *manual, const char *word)
{
	const char *pos = manual;
	size_t len = strlen(word);

	while ((pos = strstr(pos, word))) {
		if (strchr(" \n", pos[-1]) && strchr(" \n", pos[len]))
			return true;
		pos += len;
	}
	ktap_note("%s is not in the manual page", word);
	return false;
}

static void test_manual_complete(void)
{
	static char manual[1 << 16];
	FILE *in = fopen(FWCTL_MANUAL, "r");
	bool good = in;
	size_t i;

	if (in) {
		manual[fread(manual, 1, sizeof(manual) - 1, in)] = '\0';
		fclose(in);
	}
	for (i = 0; i < model_fields_count && good; i++)
		good = manual_has(manual, model_fields[i].keyword);
	for (i = 0; model_verdicts[i].word && good; i++)
		good = manual_has(manual, model_verdicts[i].word);
	for (i = 0; model_actions[i].keyword && good; i++)
		good = manual_has(manual, model_actions[i].keyword);
	for (i = 0; model_rejects[i].word && good; i++)
		good = manual_has(manual, model_rejects[i].word);
	ktap_result(good, "the manual page knows each keyword");
}

/* Each row: the line, where it is wrong, and the whole sentence. */
static const struct {
	const char *line;
	unsigned int column;
	const char *text;
} wrong[] = {
#define WANT_SET	"up to 31 letters, digits, '_', '-' and '.', beginning with a letter"
#define WANT_MEMBERS	"ether_addr, ipv4_addr, ipv6_addr, inet_port or ifname"
#define WANT_TIME	"a time such as 30s, 90m, 12h or 7d12h"
#define WANT_NAME "an interface name of 1 to 15 bytes"
#define WANT_MAC "a MAC address such as 02:00:00:00:00:01, or MAC/MASK"
#define WANT_DOES "argument \"accept|drop|reject|redirect|queue|log|set-mark|mirror\" is required"
#define WANT_RATE "a rate from 1 such as 10/second, 100/minute, 9/hour, 1/day or 5mbytes/second"
#define WANT_REJECT "admin-prohibited, net-unreachable, host-unreachable, port-unreachable or tcp-reset"
#define WANT_MARK "a number of 32 bits such as 0x10 or 16, or NUMBER/MASK"
#define WANT_PREFIX "1 to 63 bytes of UTF-8 without control characters"
#define WANT_FLAGS "flags such as syn or syn/syn,ack, of fin,syn,rst,psh,ack,urg,ece,cwr, or none"
	{ "rule add", 1, WANT_DOES },
	{ "  rule add proto tcp", 3, WANT_DOES },
	{ "rule add limit 1/second", 1, WANT_DOES },
	{ "rule add foo accept", 10, "\"foo\" is unknown, try \"fwctl rule help\"" },
	{ "rule add acc", 10, "\"acc\" is unknown, try \"fwctl rule help\"" },
	{ "rule add accept drop", 17, "duplicate \"verdict\": \"drop\" is the second value" },
	{ "rule add accept dport", 17, "argument \"dport\" needs a value (want N[-N][,...])" },
	{ "rule add accept comment", 17, "argument \"comment\" needs a value (want 1 to 127 bytes of UTF-8 without control characters)" },
	{ "rule add accept comment \"\"", 25, "\"comment\" is wrong: \"\" (want 1 to 127 bytes of UTF-8 without control characters)" },
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
	{ "rule add vlan 4095 accept", 15, "\"vlan\" is wrong: \"4095\" (want none, any or 0-4094)" },
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
	{ "rule add not", 10, "argument \"not\" needs a value (want a condition)" },
	{ "rule add not not proto tcp accept", 10, "\"not\" can't stand before \"not\" (want a condition)" },
	{ "rule add not accept", 10, "\"not\" can't stand before \"accept\" (want a condition)" },
	{ "rule add accept not limit 1/second", 17, "\"not\" can't stand before \"limit\" (want a condition)" },
	{ "rule add not foo accept", 14, "\"foo\" is unknown, try \"fwctl rule help\"" },
	{ "rule add not in eth0 accept", 10, "\"not\" can't stand before \"in\" (want the name of the port that is meant)" },
	{ "rule add not vlan none accept", 10, "\"not\" can't stand before \"vlan\" (want none or any without it)" },
	{ "rule add not malformed yes drop", 10, "\"not\" can't stand before \"malformed\" (want no or yes without it)" },
	{ "rule add not vlan 1 vlan 2 accept", 26, "duplicate \"vlan\": \"2\" is the second value" },
	{ "rule add vlan any vlan 5 accept", 24, "duplicate \"vlan\": \"5\" is the second value" },
	{ "rule add vlan any,5 accept", 15, "\"vlan\" is wrong: \"any,5\" (want none, any or 0-4094)" },
	{ "rule add accept vlan", 17, "argument \"vlan\" needs a value (want none|any or N[-N][,...])" },
	{ "rule add accept saddr", 17, "argument \"saddr\" needs a value (want ADDR[/LEN])" },
	{ "rule add inner-vlan 1-4095 accept", 21, "\"inner-vlan\" is wrong: \"1-4095\" (want none, any or 0-4094)" },
	{ "rule add vlan-prio 8 accept", 20, "\"vlan-prio\" is wrong: \"8\" (want 0-7)" },
	{ "rule add vlan-proto 802.1x accept", 21, "\"vlan-proto\" is wrong: \"802.1x\" (want a name or 0x0000-0xffff)" },
	{ "rule add sport 1, accept", 16, "\"sport\" is wrong: \"1,\" (want 0-65535)" },
	{ "rule add sport 5,1-9 accept", 16, "\"sport\" is wrong: \"5,1-9\" (want each number once: 5 is there twice)" },
	{ "rule add sport 7,7 accept", 16, "\"sport\" is wrong: \"7,7\" (want each number once: 7 is there twice)" },
	{ "rule add sport 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33 accept", 16, "\"sport\" is wrong: \"1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33\" (want a list of up to 16 numbers and ranges)" },
	{ "rule add ttl 256 accept", 14, "\"ttl\" is wrong: \"256\" (want 0-255)" },
	{ "rule add length 1-70000 accept", 17, "\"length\" is wrong: \"1-70000\" (want 0-65535)" },
	{ "rule add pppoe-session x accept", 24, "\"pppoe-session\" is wrong: \"x\" (want 0-65535)" },
	{ "rule add mpls-label 1048576 accept", 21, "\"mpls-label\" is wrong: \"1048576\" (want 0-1048575)" },
	{ "rule add dscp af44 accept", 15, "\"dscp\" is wrong: \"af44\" (want a name or 0-63)" },
	{ "rule add frag 0 accept", 15, "\"frag\" is wrong: \"0\" (want none, first or later)" },
	{ "rule add frame any accept", 16, "\"frame\" is wrong: \"any\" (want unicast, multicast or broadcast)" },
	{ "rule add ip-options 1 accept", 21, "\"ip-options\" is wrong: \"1\" (want no or yes)" },
	{ "rule add arp-op 65536 accept", 17, "\"arp-op\" is wrong: \"65536\" (want a name or 0-65535)" },
	{ "rule add arp-sender-ip ::1 accept", 24, "\"arp-sender-ip\" is wrong: \"::1\" (want an IPv4 address, or ADDR/LEN with a length of 1-32)" },
	{ "rule add arp-target-mac 0 accept", 25, "\"arp-target-mac\" is wrong: \"0\" (want " WANT_MAC ")" },
	{ "rule add nd-target 10.0.0.1 accept", 20, "\"nd-target\" is wrong: \"10.0.0.1\" (want an IPv6 address, or ADDR/LEN with a length of 1-128)" },
	{ "rule add igmp-type 0x accept", 20, "\"igmp-type\" is wrong: \"0x\" (want a name or 0-255)" },
	{ "rule add igmp-type 0x100 accept", 20, "\"igmp-type\" is wrong: \"0x100\" (want a name or 0-255)" },
	{ "rule add igmp-type 0x100000016 accept", 20, "\"igmp-type\" is wrong: \"0x100000016\" (want a name or 0-255)" },
	{ "rule add igmp-type join accept", 20, "\"igmp-type\" is wrong: \"join\" (want a name or 0-255)" },
	{ "rule add gre-proto 2048 accept", 20, "\"gre-proto\" is wrong: \"2048\" (want a name or 0x0000-0xffff)" },
	{ "rule add gre-proto 0x10000 accept", 20, "\"gre-proto\" is wrong: \"0x10000\" (want a name or 0x0000-0xffff)" },
	{ "rule add mark 4294967296 accept", 15, "\"mark\" is wrong: \"4294967296\" (want " WANT_MARK ")" },
	{ "rule add mark 0x100000000 accept", 15, "\"mark\" is wrong: \"0x100000000\" (want " WANT_MARK ")" },
	{ "rule add mark 1/ accept", 15, "\"mark\" is wrong: \"1/\" (want " WANT_MARK ")" },
	{ "rule add mark 0/0 accept", 15, "\"mark\" is wrong: \"0/0\" (want a mask with a bit set)" },
	{ "rule add set-mark 3/1", 19, "\"set-mark\" is wrong: \"3/1\" (want no bits in the number outside of the mask)" },
	{ "rule add set-mark", 10, "argument \"set-mark\" needs a value (want V or V/MASK)" },
	{ "rule add state open accept", 16, "\"state\" is wrong: \"open\" (want new, established, related, invalid or untracked)" },
	{ "rule add state new,new accept", 16, "\"state\" is wrong: \"new,new\" (want new, established, related, invalid or untracked)" },
	{ "rule add limit 0/second accept", 16, "\"limit\" is wrong: \"0/second\" (want " WANT_RATE ")" },
	{ "rule add limit 5 accept", 16, "\"limit\" is wrong: \"5\" (want " WANT_RATE ")" },
	{ "rule add limit 5/week accept", 16, "\"limit\" is wrong: \"5/week\" (want " WANT_RATE ")" },
	{ "rule add limit 5kb/second accept", 16, "\"limit\" is wrong: \"5kb/second\" (want " WANT_RATE ")" },
	{ "rule add limit bytes/second accept", 16, "\"limit\" is wrong: \"bytes/second\" (want " WANT_RATE ")" },
	{ "rule add limit 9223372036854775808/second accept", 16, "\"limit\" is wrong: \"9223372036854775808/second\" (want " WANT_RATE ")" },
	{ "rule add limit 9223372037gbytes/second accept", 16, "\"limit\" is wrong: \"9223372037gbytes/second\" (want " WANT_RATE ")" },
	{ "rule add accept limit", 17, "argument \"limit\" needs a value (want N/second, N/minute, N/hour or N/day, of packets or Nbytes)" },
	{ "rule add limit 1/day limit 1/day accept", 28, "duplicate \"limit\": \"1/day\" is the second value" },
	{ "rule add limit 1/day burst 0 accept", 28, "\"burst\" is wrong: \"0\" (want packets from 1 such as 10, as the rate is in packets)" },
	{ "rule add limit 1/day burst 9bytes accept", 28, "\"burst\" is wrong: \"9bytes\" (want packets from 1 such as 10, as the rate is in packets)" },
	{ "rule add limit 1bytes/day burst 9 accept", 33, "\"burst\" is wrong: \"9\" (want bytes from 1 such as 64kbytes, as the rate is in bytes)" },
	{ "rule add limit 1/day burst", 22, "argument \"burst\" needs a value (want as many packets or bytes as may come at once)" },
	{ "rule add accept burst 5", 17, "\"burst\" is unknown, try \"fwctl rule help\"" },
	{ "rule add log log accept", 14, "\"log\" is there twice" },
	{ "rule add log group", 14, "argument \"group\" needs a value (want 0-65535)" },
	{ "rule add log group 65536", 20, "\"group\" is wrong: \"65536\" (want 0-65535)" },
	{ "rule add log group 1 group 2", 28, "duplicate \"group\": \"2\" is the second value" },
	{ "rule add log prefix", 14, "argument \"prefix\" needs a value (want " WANT_PREFIX ")" },
	{ "rule add log prefix \"\"", 21, "\"prefix\" is wrong: \"\" (want " WANT_PREFIX ")" },
	{ "rule add log prefix a prefix b", 30, "duplicate \"prefix\": \"b\" is the second value" },
	{ "rule add log prefix 0123456789012345678901234567890123456789012345678901234567890123", 21, "\"prefix\" is wrong: \"0123456789012345678901234567890123456789012345678901234567890123\" (want " WANT_PREFIX ")" },
	{ "rule add mirror a mirror b", 26, "duplicate \"mirror\": \"b\" is the second value" },
	{ "rule add mirror a/b", 17, "\"mirror\" is wrong: \"a/b\" (want " WANT_NAME ")" },
	{ "rule add redirect", 10, "argument \"redirect\" needs a value (want " WANT_NAME ")" },
	{ "rule add redirect a:b", 19, "\"redirect\" is wrong: \"a:b\" (want " WANT_NAME ")" },
	{ "rule add accept redirect a", 17, "duplicate \"verdict\": \"redirect\" is the second value" },
	{ "rule add reject with", 17, "argument \"with\" needs a value (want " WANT_REJECT ")" },
	{ "rule add reject with rst", 22, "\"with\" is wrong: \"rst\" (want " WANT_REJECT ")" },
	{ "rule add reject reject", 17, "duplicate \"verdict\": \"reject\" is the second value" },
	{ "rule add queue", 10, "argument \"queue\" needs a value (want 0-65535)" },
	{ "rule add queue 65536", 16, "\"queue\" is wrong: \"65536\" (want 0-65535)" },
	{ "rule add queue 1 bypass bypass", 25, "\"bypass\" is unknown, try \"fwctl rule help\"" },
	{ "policy set forward reject", 20, "\"verdict\" is wrong: \"reject\" (want accept or drop)" },
	{ "policy set", 1, "argument \"forward|input|output\" is required" },
	{ "policy set bridge", 12, "argument \"bridge\" needs a value (want " WANT_NAME ")" },
	{ "policy set up drop", 12, "\"hook\" is wrong: \"up\" (want forward, input or output)" },
	{ "policy set forward", 1, "argument \"accept|drop\" is required" },
	{ "policy set forward maybe", 20, "\"verdict\" is wrong: \"maybe\" (want accept or drop)" },
	{ "policy set forward drop drop", 25, "\"drop\" is unknown, try \"fwctl policy help\"" },
	{ "rule add smac @nosuch drop", 15, "there is no set \"nosuch\" (want the name of one that was added before)" },
	{ "rule add smac @ drop", 15, "\"set\" is wrong: \"\" (want " WANT_SET ")" },
	{ "rule add smac @s.4 drop", 15, "these fields can't be in the set \"s.4\" (want fields for ipv4_addr)" },
	{ "rule add smac . saddr @s.m drop", 23, "these fields can't be in the set \"s.m\" (want fields for ether_addr)" },
	{ "rule add proto @s.p drop", 16, "these fields can't be in the set \"s.p\" (want fields for inet_port)" },
	{ "rule add smac . @s.m", 17, "\".\" is wrong: \"@s.m\" (want a field)" },
	{ "rule add smac .", 15, "argument \".\" needs a value (want one more field, of up to four)" },
	{ "rule add smac . saddr", 17, "argument \"saddr\" needs a value (want \".\" and one more field, or @ and the name of a set)" },
	{ "rule add smac . saddr 1.2.3.4", 17, "argument \"saddr\" needs a value (want \".\" and one more field, or @ and the name of a set)" },
	{ "rule add in . in . in . in . in @s.i", 28, "argument \".\" needs a value (want one more field, of up to four)" },
	{ "set add", 1, "argument \"NAME\" is required" },
	{ "set add 1a type ifname", 9, "\"set\" is wrong: \"1a\" (want " WANT_SET ")" },
	{ "set add a", 1, "argument \"type\" is required" },
	{ "set add a type", 11, "argument \"type\" needs a value (want " WANT_MEMBERS ")" },
	{ "set add a type mac", 16, "\"type\" is wrong: \"mac\" (want " WANT_MEMBERS ")" },
	{ "set add a type ifname .", 23, "argument \".\" needs a value (want " WANT_MEMBERS ")" },
	{ "set add a type ifname . ifname . ifname . ifname . ifname", 52, "\"type\" is wrong: \"ifname\" (want up to four members)" },
	{ "set add a type ifname interval 1", 32, "\"interval\" is wrong: \"1\" (want no such word: of a type with one member elements may be ranges)" },
	{ "set add a type ifname . inet_port interval 1", 44, "\"interval\" is wrong: \"1\" (want the number of a member that is an IP address or port)" },
	{ "set add a type ifname . inet_port interval 3", 44, "\"interval\" is wrong: \"3\" (want the number of a member that is an IP address or port)" },
	{ "set add a type ifname timeout 1", 31, "\"timeout\" is wrong: \"1\" (want " WANT_TIME ")" },
	{ "set add a type ifname timeout 1m1h", 31, "\"timeout\" is wrong: \"1m1h\" (want " WANT_TIME ")" },
	{ "set add a type ifname timeout 49711d", 31, "\"timeout\" is wrong: \"49711d\" (want " WANT_TIME ")" },
	{ "set add a type ifname timeout never", 31, "\"timeout\" is wrong: \"never\" (want " WANT_TIME ")" },
	{ "set add a type ifname timeout 1s timeout 1s", 42, "duplicate \"timeout\": \"1s\" is the second value" },
	{ "set add a type ifname keep keep", 28, "\"keep\" is there twice" },
	{ "set add a type ifname counters counters", 32, "\"counters\" is there twice" },
	{ "set add a type ifname drop", 23, "\"drop\" is unknown, try \"fwctl set help\"" },
	{ "set add-element nosuch 1", 17, "there is no set \"nosuch\" (want the name of one that was added before)" },
	{ "set add-element s.4", 1, "an element of the set \"s.4\" looks otherwise (want ipv4_addr)" },
	{ "set add-element s.4 1.2.3", 21, "\"element\" is wrong: \"1.2.3\" (want an IPv4 address, ADDR/LEN without bits behind the prefix, or ADDR-ADDR)" },
	{ "set add-element s.4 1.2.3.4/24", 21, "\"element\" is wrong: \"1.2.3.4/24\" (want an IPv4 address, ADDR/LEN without bits behind the prefix, or ADDR-ADDR)" },
	{ "set add-element s.4 1.2.3.4-1.2.3.3", 21, "\"element\" is wrong: \"1.2.3.4-1.2.3.3\" (want the smaller one first)" },
	{ "set add-element s.6 1::/129", 21, "\"element\" is wrong: \"1::/129\" (want an IPv6 address, ADDR/LEN without bits behind the prefix, or ADDR-ADDR)" },
	{ "set add-element s.p 65536", 21, "\"element\" is wrong: \"65536\" (want a port, 0-65535, or PORT-PORT)" },
	{ "set add-element s.p 9-8", 21, "\"element\" is wrong: \"9-8\" (want the smaller one first)" },
	{ "set add-element s.m 02:00:00:00:00", 21, "\"element\" is wrong: \"02:00:00:00:00\" (want a MAC address such as 02:00:00:00:00:01)" },
	{ "set add-element s.i .", 21, "\"element\" is wrong: \".\" (want " WANT_NAME ")" },
	{ "set add-element s.m4 02:00:00:00:00:01", 1, "an element of the set \"s.m4\" looks otherwise (want ether_addr . ipv4_addr)" },
	{ "set add-element s.m4 02:00:00:00:00:01 1.2.3.4", 40, "an element of the set \"s.m4\" looks otherwise (want ether_addr . ipv4_addr)" },
	{ "set add-element s.m4 02:00:00:00:00:01 . 1.2.3.0/24", 42, "\"element\" is wrong: \"1.2.3.0/24\" (want an IPv4 address)" },
	{ "set add-element s.p 1 . 2", 23, "an element of the set \"s.p\" looks otherwise (want inet_port)" },
	{ "set add-element s.p 1 timeout", 23, "argument \"timeout\" needs a value (want " WANT_TIME ", or never)" },
	{ "set add-element s.p 1 timeout x", 31, "\"timeout\" is wrong: \"x\" (want " WANT_TIME ", or never)" },
	{ "set add-element s.p 1 timeout 1s timeout never", 42, "duplicate \"timeout\": \"never\" is the second value" },
	{ "set add-element s.p 1 comment a comment b", 41, "duplicate \"comment\": \"b\" is the second value" },
	{ "set delete s.p", 1, "\"set delete\" can't stand in a rule file (want \"rule add\", \"policy set\", \"zone set\", \"set add\" or \"set add-element\")" },
	{ "rule", 1, "\"rule\" can't stand in a rule file (want \"rule add\", \"policy set\", \"zone set\", \"set add\" or \"set add-element\")" },
	{ " rule delete handle 1", 2, "\"rule delete\" can't stand in a rule file (want \"rule add\", \"policy set\", \"zone set\", \"set add\" or \"set add-element\")" },
	{ "rule add comment \"a", 18, "the quoted string has no end (want \" before the end of the line)" },
	{ "rule add comment \"a\"b", 21, "a word begins directly behind a quoted string (want a space)" },
	{ "rule add comment \"a\\n\"", 20, "the escape is unknown (want \\\" or \\\\ in a quoted string)" },
	{ "rule add comment a\"b\"", 19, "a quote stands inside a word (want it around the whole word)" },
	{ "rule add accept\r", 16, "the line ends with a carriage return (want LF line ends, not CR LF)" },
	{ "rule add accept # \x1b[2J", 19, "a control character (want printable text, spaces and tabs)" },
	{ "\xef\xbb\xbf" "rule add accept", 1, "a byte order mark (want UTF-8 without one)" },
	{ "rule add accept comment a\xe9", 25, "\"comment\" is wrong: \"a?\" (want 1 to 127 bytes of UTF-8 without control characters)" },
	{ "rule add accept comment a\xe2\x80\xa8" "b", 25, "\"comment\" is wrong: \"a?b\" (want 1 to 127 bytes of UTF-8 without control characters)" },
	{ "rule add accept comment \xc0\xaf\xc3\xa9", 25, "\"comment\" is wrong: \"??\xc3\xa9\" (want 1 to 127 bytes of UTF-8 without control characters)" },
	{ "rule add in p\xc2\x85 accept", 13, "\"in\" is wrong: \"p?\" (want an interface name of 1 to 15 bytes)" },
	{ "rule add in \xc3\xa0 accept", 13, "\"in\" is wrong: \"\xc3\xa0\" (want an interface name of 1 to 15 bytes)" },
	{ "rule add accept comment a\xc2\x9b" "2J", 25, "\"comment\" is wrong: \"a?2J\" (want 1 to 127 bytes of UTF-8 without control characters)" },
	{ "rule add in \xc2\x80 accept", 13, "\"in\" is wrong: \"?\" (want " WANT_NAME ")" },
	{ "rule add \xc2\x9f" "foo accept", 10, "\"?foo\" is unknown, try \"fwctl rule help\"" },
	{ "rule add smac @s.m dmac @s.m saddr @s.4 daddr @s.4 arp-sender-ip @s.4 arp-target-ip @s.4 sport @s.p dport @s.p arp-sender-mac @s.m drop", 112, "there are more than 8 conditions on sets" },
};

static bool line_is_wrong(const char *line, size_t len, unsigned int column, const char *text)
{
	static struct parse_words words;
	struct fwctl_statement statement;
	struct fwctl_err err = { .exit = -1 };

	words.forms = &forms;
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
				  "there are more than 192 words"), "wrong: many words");
}

static void test_columns(void)
{
	static const struct { const char *line, *attr; unsigned int column; } rows[] = {
#define LINE "rule add in dport comment \"dport\" proto tcp  dport 80 accept # dport"
		{ LINE, "dport", 46 }, { LINE, "in", 10 }, { LINE, "proto", 35 },
		{ LINE, "verdict", 55 }, { LINE, "comment", 19 }, { LINE, "saddr", 1 },
		{ LINE, NULL, 1 },
#undef LINE
#define LINE "rule add log prefix drop not dport 80 limit 1/day burst 5 reject with tcp-reset"
		{ LINE, "log", 10 }, { LINE, "prefix", 14 }, { LINE, "verdict", 59 },
		{ LINE, "dport", 30 }, { LINE, "limit", 39 }, { LINE, "burst", 51 },
		{ LINE, "with", 66 }, { LINE, "group", 1 },
#undef LINE
#define LINE " rule add in queue mirror vlan vlan 7 queue 3 bypass"
		{ LINE, "in", 11 }, { LINE, "mirror", 20 }, { LINE, "vlan", 32 },
		{ LINE, "queue", 39 }, { LINE, "verdict", 39 }, { LINE, "bypass", 47 },
#undef LINE
#define LINE "policy set bridge forward forward drop"
		{ LINE, "bridge", 12 }, { LINE, "hook", 27 }, { LINE, "verdict", 35 },
		{ LINE, "policy", 1 },
#undef LINE
	};
	static struct parse_words words;
	struct fwctl_err err;
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int column = 0;

		if (!parse_line(&words, rows[i].line, strlen(rows[i].line), &err))
			column = parse_column(&words, rows[i].attr);
		if (column == rows[i].column)
			continue;
		ktap_note("%s: %s: column %u", rows[i].line,
			  rows[i].attr ? rows[i].attr : "-", column);
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
	if (rule->stats.was_used)
		mnl_attr_put_u64(nlh, BRFW_STATS_A_LAST_USED, rule->stats.last_used);
	mnl_attr_nest_end(nlh, stats);
	if (rule->problem[0])
		mnl_attr_put_strz(nlh, BRFW_RULE_A_PROBLEM, rule->problem);
	nest->nla_len = (char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)nest;
}

static void rnd_answer(union message *msg, struct fwctl_rule *rule)
{
	rnd_rule(rule);
	rule->handle = rnd() + 1ULL;
	rule->stats.packets = (uint64_t)rnd() << 32 | rnd();
	rule->stats.bytes = rnd();
	rule->stats.was_used = rnd() % 2;
	rule->stats.last_used = rule->stats.was_used ? rnd() : 0;
	if (rnd() % 2)
		rnd_text(rule->problem, sizeof(rule->problem));
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
		       back.stats.bytes == rule.stats.bytes &&
		       back.stats.was_used == rule.stats.was_used &&
		       back.stats.last_used == rule.stats.last_used &&
		       !strcmp(back.problem, rule.problem);
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
	struct fwctl_zone zone;
	struct fwctl_done done;
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
		wire_get_zone(nlh, &zone);
		wire_get_info(nlh, &info);
		wire_get_done(nlh, &done);
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

static void make_ascii(char *text)
{
	for (; *text; text++) {
		if (*text & 0x80)
			*text = 'e';
	}
}

static void rule_make_ascii(struct fwctl_rule *rule)
{
	make_ascii(rule->comment);
	make_ascii(rule->log.prefix);
	make_ascii(rule->bridge);
	make_ascii(rule->mirror);
	make_ascii(rule->redirect);
	if (rule->set & MODEL_BIT(BRFW_MATCH_A_IN_PORT))
		make_ascii(rule->cond[BRFW_MATCH_A_IN_PORT].value.name);
	if (rule->set & MODEL_BIT(BRFW_MATCH_A_OUT_PORT))
		make_ascii(rule->cond[BRFW_MATCH_A_OUT_PORT].value.name);
}

/* What is printed as JSON becomes the words that say the same. */
static void test_json_round_trip(void)
{
	static struct fwctl_statement statement;
	static struct parse_words words;
	static struct json_file file;
	struct print_style style = { 0 };
	unsigned int i, n = 0, skipped = 0;
	struct fwctl_err err;
	struct fwctl_rule rule;
	bool good = true;

	for (i = 0; i < ROUNDS && good; i++) {
		rnd_rule(&rule);
		rule.has_prio = true;
		rule.place = FWCTL_PLACE_LAST;
		rule.place_handle = 0;
		if (rnd() % 8)
			rule_make_ascii(&rule);
		if (!print_rule_fits_json(&rule)) {
			skipped++;
			continue;
		}
		style.numeric = rnd() % 2;
		words.forms = &forms;
		file.section[JSON_SECTIONS - 1] = json_pack("[o]", print_rule_json(&rule, &style));
		good = json_statement(&file, 1, &words, &err) == 1 &&
		       !parse_statement(&words, &statement, &err) &&
		       statement.cmd == BRFW_CMD_RULE_ADD &&
		       model_rule_equal(&rule, &statement.rule) &&
		       !json_statement(&file, 2, &words, &err);
		json_decref(file.section[JSON_SECTIONS - 1]);
		n++;
	}
	if (!good)
		ktap_note("%s: %s", err.path, err.text);
	ktap_note("%u read, %u that JSON can't hold", n, skipped);
	ktap_result(good && n > ROUNDS / 4, "rules come back from JSON");
}

static void put_count(struct nlmsghdr *nlh, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_u32(nlh, BRFW_CHANGE_A_ADDED, 1);
	mnl_attr_nest_end(nlh, nest);
}

/* The notice of a rule that was added, @answer. */
static void notice_make(union message *msg, const union message *answer)
{
	size_t head = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(msg);
	struct nlattr *commit, *changes, *change;

	memset((char *)mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr)), 0,
	       sizeof(struct genlmsghdr));
	mnl_attr_put_u64(nlh, BRFW_A_GENERATION, 7);
	commit = mnl_attr_nest_start(nlh, BRFW_A_COMMIT);
	mnl_attr_put_u32(nlh, BRFW_COMMIT_A_PORTID, 1);
	mnl_attr_put_u32(nlh, BRFW_COMMIT_A_PID, 2);
	mnl_attr_put_strz(nlh, BRFW_COMMIT_A_COMM, "a\nb");
	mnl_attr_put_u64(nlh, BRFW_COMMIT_A_TIME, rnd() * 1000000007ULL);
	changes = mnl_attr_nest_start(nlh, BRFW_COMMIT_A_CHANGES);
	change = mnl_attr_nest_start(nlh, BRFW_CHANGE_A_ADDED);
	memcpy(msg->bytes + nlh->nlmsg_len, answer->bytes + head,
	       answer->nlh.nlmsg_len - head);
	nlh->nlmsg_len += MNL_ALIGN(answer->nlh.nlmsg_len - head);
	mnl_attr_nest_end(nlh, change);
	mnl_attr_nest_end(nlh, changes);
	put_count(nlh, BRFW_COMMIT_A_RULES);
	put_count(nlh, BRFW_COMMIT_A_POLICIES);
	put_count(nlh, BRFW_COMMIT_A_ZONES);
	put_count(nlh, BRFW_COMMIT_A_SETS);
	put_count(nlh, BRFW_COMMIT_A_ELEMENTS);
	mnl_attr_nest_end(nlh, commit);
}

/** struct told - the changes of a notice */
struct told {
	const struct fwctl_rule *want;
	unsigned int count;
	bool good;
};

static int take_told(const struct fwctl_change *change, void *data)
{
	struct told *told = data;
	struct print_style style = { .handle = true };
	char text[8192];
	FILE *out = fmemopen(text, sizeof(text), "w");

	told->count++;
	told->good = change->kind == BRFW_CHANGE_A_ADDED &&
		     change->subject == FWCTL_SUBJECT_RULE &&
		     model_rule_equal(told->want, &change->rule);
	print_change(out, change, &style);
	fclose(out);
	json_decref(print_change_json(change, &style));
	return 0;
}

static void test_wire_notices(void)
{
	static union message answer, msg;
	unsigned int i, n, whole = 0, harmed = 0;
	struct fwctl_commit commit;
	struct fwctl_rule rule;
	bool good = true;

	for (i = 0; i < ROUNDS && good; i++) {
		struct told told = { .want = &rule };
		struct nlmsghdr *nlh;
		uint32_t len;
		bool is_whole = rnd() % 2;

		rnd_answer(&answer, &rule);
		notice_make(&msg, &answer);
		len = msg.nlh.nlmsg_len;
		for (n = is_whole ? 0 : 1 + rnd() % 6; n; n--)
			msg.bytes[rnd_range(20, len - 1)] = rnd() % 3 ? rnd() % 24 : rnd();
		if (!is_whole && rnd() % 2)
			len = rnd_range(16, len);
		nlh = malloc(len);
		memcpy(nlh, &msg, len);
		nlh->nlmsg_len = len;
		if (wire_get_commit(nlh, &commit) == WIRE_OK) {
			json_decref(print_commit_json(&commit));
			whole++;
		} else {
			harmed++;
			good = !is_whole;
		}
		if (wire_each_change(nlh, take_told, &told) != WIRE_OK || told.count != 1 ||
		    !told.good)
			good = good && !is_whole;
		free(nlh);
	}
	ktap_note("%u notices read, %u malformed", whole, harmed);
	ktap_result(good && whole && harmed, "notices, also mutated ones");
}

/* Starts a message of the kernel with a rule in it; gives the rule's nest. */
static struct nlattr *answer_begin(union message *msg)
{
	struct nlattr *nest;

	memset(msg, 0, sizeof(*msg));
	mnl_nlmsg_put_header(msg);
	mnl_nlmsg_put_extra_header(&msg->nlh, sizeof(struct genlmsghdr));
	nest = mnl_attr_nest_start(&msg->nlh, BRFW_A_RULE);
	mnl_attr_put_u64(&msg->nlh, BRFW_RULE_A_HANDLE, 9);
	mnl_attr_put_u8(&msg->nlh, BRFW_RULE_A_HOOK, BRFW_HOOK_INPUT);
	mnl_attr_put_u32(&msg->nlh, BRFW_RULE_A_PRIORITY, 5);
	return nest;
}

static void put_flag(struct nlmsghdr *nlh, uint16_t type)
{
	mnl_attr_put(nlh, type, 0, NULL);
}

/* What a rule has besides, and what fwctl is to make of it. */
static void put_drop(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_DROP);
}

static void put_cond_unknown(struct nlmsghdr *nlh)
{
	struct nlattr *match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);

	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, BRFW_MATCH_A_MAX + 1));
	mnl_attr_nest_end(nlh, match);
	put_drop(nlh);
}

/* A condition with a value of one byte and a flag. */
static void put_cond_u8(struct nlmsghdr *nlh, uint16_t attr, uint8_t value, uint16_t flag)
{
	struct nlattr *match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	struct nlattr *cond = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u8(nlh, BRFW_COND_A_VALUE, value);
	if (flag)
		put_flag(nlh, flag);
	mnl_attr_nest_end(nlh, cond);
	mnl_attr_nest_end(nlh, match);
	put_drop(nlh);
}

/* A condition without anything in it, on each field. */
static void test_wire_bare_conds(void)
{
	struct fwctl_rule rule;
	union message msg;
	bool good = true;
	unsigned int attr;

	for (attr = 1; attr <= BRFW_MATCH_A_MAX; attr++) {
		struct nlattr *nest = answer_begin(&msg), *match;

		match = mnl_attr_nest_start(&msg.nlh, BRFW_RULE_A_MATCH);
		mnl_attr_nest_end(&msg.nlh, mnl_attr_nest_start(&msg.nlh, attr));
		mnl_attr_nest_end(&msg.nlh, match);
		put_drop(&msg.nlh);
		mnl_attr_nest_end(&msg.nlh, nest);
		good = good && wire_get_rule(&msg.nlh, &rule) == WIRE_MALFORMED;
	}
	ktap_result(good, "from the wire: conditions without value");
}

static void put_negated(struct nlmsghdr *nlh)
{
	put_cond_u8(nlh, BRFW_MATCH_A_IP_PROTO, 6, BRFW_COND_A_NEGATE);
}

static void put_negated_bool(struct nlmsghdr *nlh)
{
	put_cond_u8(nlh, BRFW_MATCH_A_MALFORMED, 1, BRFW_COND_A_NEGATE);
}

static void put_cond_part_unknown(struct nlmsghdr *nlh)
{
	put_cond_u8(nlh, BRFW_MATCH_A_IP_PROTO, 6, BRFW_COND_A_MAX + 1);
}

static void put_state_none(struct nlmsghdr *nlh)
{
	put_cond_u8(nlh, BRFW_MATCH_A_CT_STATE, 0, 0);
}

static void put_ranges(struct nlmsghdr *nlh, const uint16_t *numbers, size_t count)
{
	struct nlattr *match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	struct nlattr *cond = mnl_attr_nest_start(nlh, BRFW_MATCH_A_VLAN_ID);

	mnl_attr_put(nlh, BRFW_COND_A_RANGES, count * sizeof(*numbers), numbers);
	mnl_attr_nest_end(nlh, cond);
	/* Implied by the VLAN, so not printed besides. */
	cond = mnl_attr_nest_start(nlh, BRFW_MATCH_A_VLAN_PRESENT);
	mnl_attr_put_u8(nlh, BRFW_COND_A_VALUE, 1);
	mnl_attr_nest_end(nlh, cond);
	mnl_attr_nest_end(nlh, match);
	put_drop(nlh);
}

static void put_ranges_good(struct nlmsghdr *nlh)
{
	put_ranges(nlh, (const uint16_t[]){ 1, 1, 3, 4094 }, 4);
}

static void put_ranges_touching(struct nlmsghdr *nlh)
{
	put_ranges(nlh, (const uint16_t[]){ 1, 2, 3, 4 }, 4);
}

static void put_ranges_high(struct nlmsghdr *nlh)
{
	put_ranges(nlh, (const uint16_t[]){ 1, 2, 4, 4095 }, 4);
}

static void put_ranges_odd(struct nlmsghdr *nlh)
{
	put_ranges(nlh, (const uint16_t[]){ 1, 2, 4 }, 3);
}

static void put_nothing(struct nlmsghdr *nlh)
{
	(void)nlh;
}

static void put_only_log(struct nlmsghdr *nlh)
{
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, BRFW_RULE_A_LOG));
}

static void put_log_newer(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_LOG);

	put_flag(nlh, BRFW_LOG_A_MAX + 1);
	mnl_attr_nest_end(nlh, nest);
}

static void put_limit_week(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_LIMIT);

	mnl_attr_put_u64(nlh, BRFW_LIMIT_A_RATE, 1);
	mnl_attr_put_u64(nlh, BRFW_LIMIT_A_BURST, 1);
	mnl_attr_put_u32(nlh, BRFW_LIMIT_A_SECONDS, 604800);
	mnl_attr_nest_end(nlh, nest);
	put_drop(nlh);
}

static void put_limit_bare(struct nlmsghdr *nlh)
{
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, BRFW_RULE_A_LIMIT));
	put_drop(nlh);
}

static void put_mark_bare(struct nlmsghdr *nlh)
{
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, BRFW_RULE_A_MARK));
}

static void put_reject_bare(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_REJECT);
}

static void put_reject_newer(struct nlmsghdr *nlh)
{
	put_reject_bare(nlh);
	mnl_attr_put_u8(nlh, BRFW_RULE_A_REJECT, BRFW_REJECT_MAX + 1);
}

static void put_redirect_bare(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_REDIRECT);
}

static void put_queue_bare(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_QUEUE);
}

static void put_verdict_newer(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, BRFW_VERDICT_MAX + 1);
}

static void put_rule_newer(struct nlmsghdr *nlh)
{
	put_drop(nlh);
	put_flag(nlh, BRFW_RULE_A_MAX + 1);
}

static void put_problem_long(struct nlmsghdr *nlh)
{
	char text[2 * BRFW_PROBLEM_LEN];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	put_drop(nlh);
	mnl_attr_put_strz(nlh, BRFW_RULE_A_PROBLEM, text);
}

/* Nothing that a rule says may be left out in silence. */
static void test_wire_rules(void)
{
	static const struct {
		const char *name;
		void (*put)(struct nlmsghdr *nlh);
		enum wire_result result;
		const char *text;
	} rows[] = {
		{ "verdict only", put_drop, WIRE_OK, "drop" },
		{ "unknown condition", put_cond_unknown, WIRE_NEWER, NULL },
		{ "unknown part of a condition", put_cond_part_unknown, WIRE_NEWER, NULL },
		{ "negation", put_negated, WIRE_OK, "not proto tcp drop" },
		{ "negation of yes", put_negated_bool, WIRE_NEWER, NULL },
		{ "no state", put_state_none, WIRE_MALFORMED, NULL },
		{ "ranges", put_ranges_good, WIRE_OK, "vlan 1,3-4094 drop" },
		{ "ranges that touch", put_ranges_touching, WIRE_MALFORMED, NULL },
		{ "ranges beyond the field", put_ranges_high, WIRE_MALFORMED, NULL },
		{ "half a range", put_ranges_odd, WIRE_MALFORMED, NULL },
		{ "neither action nor verdict", put_nothing, WIRE_MALFORMED, NULL },
		{ "action only", put_only_log, WIRE_OK, "log" },
		{ "unknown part of an action", put_log_newer, WIRE_NEWER, NULL },
		{ "unknown period", put_limit_week, WIRE_NEWER, NULL },
		{ "limit without rate", put_limit_bare, WIRE_MALFORMED, NULL },
		{ "mark without value", put_mark_bare, WIRE_MALFORMED, NULL },
		{ "default answer", put_reject_bare, WIRE_OK, "reject with admin-prohibited" },
		{ "unknown answer", put_reject_newer, WIRE_NEWER, NULL },
		{ "redirect to nowhere", put_redirect_bare, WIRE_MALFORMED, NULL },
		{ "queue without number", put_queue_bare, WIRE_MALFORMED, NULL },
		{ "unknown verdict", put_verdict_newer, WIRE_NEWER, NULL },
		{ "unknown part of a rule", put_rule_newer, WIRE_NEWER, NULL },
		{ "long problem", put_problem_long, WIRE_OK, "drop" },
	};
	const struct print_style style = { .stats = false };
	char text[PARSE_LINE_MAX], want[128];
	struct fwctl_rule rule;
	union message msg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nlattr *nest = answer_begin(&msg);
		enum wire_result result;
		bool good;

		rows[i].put(&msg.nlh);
		mnl_attr_nest_end(&msg.nlh, nest);
		result = wire_get_rule(&msg.nlh, &rule);
		good = result == rows[i].result && rule.handle == 9;
		if (good && rows[i].text) {
			text[rule_text(&rule, &style, text, sizeof(text))] = '\0';
			snprintf(want, sizeof(want), "rule add hook input prio 5 %s",
				 rows[i].text);
			good = !strcmp(text, want);
			if (!good)
				ktap_note("got: %s", text);
		}
		snprintf(want, sizeof(want), "from the wire: %s", rows[i].name);
		ktap_result(good, want);
	}
}

/* Offset of the attribute of type @inner in that of type @type, or of this one. */
static uint32_t attr_offset(const union message *msg, uint16_t type, uint16_t inner)
{
	const struct nlattr *nest = (const struct nlattr *)(msg->bytes + 20), *attr, *below;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		if (!inner)
			return (const char *)attr - msg->bytes;
		mnl_attr_for_each_nested(below, attr) {
			if (mnl_attr_get_type(below) == inner)
				return (const char *)below - msg->bytes;
		}
	}
	return 0;
}

/* Actions and verdicts, and what is in them, have the words that the user typed. */
static bool rule_names_right(void)
{
	static const struct { uint16_t type, inner; const char *name; } rows[] = {
		{ BRFW_RULE_A_LIMIT, 0, "limit" },
		{ BRFW_RULE_A_LIMIT, BRFW_LIMIT_A_RATE, "limit" },
		{ BRFW_RULE_A_LIMIT, BRFW_LIMIT_A_SECONDS, "limit" },
		{ BRFW_RULE_A_LIMIT, BRFW_LIMIT_A_BURST, "burst" },
		{ BRFW_RULE_A_LOG, 0, "log" },
		{ BRFW_RULE_A_LOG, BRFW_LOG_A_GROUP, "group" },
		{ BRFW_RULE_A_LOG, BRFW_LOG_A_PREFIX, "prefix" },
		{ BRFW_RULE_A_MARK, 0, "set-mark" },
		{ BRFW_RULE_A_MARK, BRFW_MARK_A_VALUE, "set-mark" },
		{ BRFW_RULE_A_MARK, BRFW_MARK_A_MASK, "set-mark" },
		{ BRFW_RULE_A_MIRROR, 0, "mirror" },
		{ BRFW_RULE_A_QUEUE, 0, "queue" },
		{ BRFW_RULE_A_QUEUE, BRFW_QUEUE_A_NUM, "queue" },
		{ BRFW_RULE_A_QUEUE, BRFW_QUEUE_A_BYPASS, "bypass" },
		{ BRFW_RULE_A_VERDICT, 0, "verdict" },
		{ BRFW_RULE_A_REJECT, 0, "with" },
		{ BRFW_RULE_A_REDIRECT, 0, "redirect" },
	};
	struct fwctl_rule rule = {
		.limit = { .rate = 1, .burst = 1, .seconds = 1, .is_bytes = true },
		.log = { .is_set = true, .has_group = true, .prefix = "x" },
		.mark = { .mask = 1 }, .mirror = "m", .redirect = "r", .has_verdict = true,
		.queue = { .bypass = true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t offset;
		union message msg;
		const char *name;

		rule.verdict = rows[i].type == BRFW_RULE_A_REDIRECT ? BRFW_VERDICT_REDIRECT :
			       rows[i].type == BRFW_RULE_A_REJECT ? BRFW_VERDICT_REJECT :
			       BRFW_VERDICT_QUEUE;
		memset(&msg, 0, sizeof(msg));
		mnl_nlmsg_put_header(&msg);
		mnl_nlmsg_put_extra_header(&msg.nlh, sizeof(struct genlmsghdr));
		wire_put_rule(&msg.nlh, &rule);
		offset = attr_offset(&msg, rows[i].type, rows[i].inner);
		name = offset ? wire_attr_name(&msg.nlh, offset) : NULL;
		if (name && !strcmp(name, rows[i].name))
			continue;
		ktap_note("%s: %s", rows[i].name, name ? name : "none");
		return false;
	}
	return true;
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
		rule.set |= MODEL_BIT(model_fields[i].attr);
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
	good = good && rule_names_right();
	pos = msg.bytes + 36;
	end = msg.bytes + 32 + ((struct nlattr *)(msg.bytes + 32))->nla_len;
	for (i = 0; i < model_fields_count && pos < end && good; i++) {
		const struct nlattr *attr = (const struct nlattr *)pos;
		const struct fwctl_field *field = &model_fields[0];

		while (field->attr != mnl_attr_get_type(attr))
			field++;
		good = !strcmp(wire_attr_name(&msg.nlh, pos - msg.bytes), field->keyword) &&
		       !strcmp(wire_attr_name(&msg.nlh, pos + 4 - msg.bytes), field->keyword);
		pos += MNL_ALIGN(attr->nla_len);
	}
	ktap_result(good && i == model_fields_count, "attributes have their names");
}

static void test_json(const char *name, const char *line, const char *want)
{
	static struct parse_words words;
	struct fwctl_statement statement = { .cmd = BRFW_CMD_UNSPEC };
	struct print_style style = { .stats = false };
	struct fwctl_rule *rule = &statement.rule;
	struct fwctl_err err;
	json_t *object;
	char *text;

	words.forms = &forms;
	if (parse_line(&words, line, strlen(line), &err) ||
	    parse_statement(&words, &statement, &err))
		ktap_note("column %u: %s", err.column, err.text);
	rule->handle = 17;
	rule->has_stats = true;
	rule->stats.packets = 5;
	rule->stats.bytes = 420;
	/* The second rule has more of it. */
	rule->stats.was_used = !rule->bridge[0];
	rule->stats.last_used = 3;
	if (!rule->bridge[0])
		strcpy(rule->problem, "no such \"port\"");
	object = print_rule_json(rule, &style);
	text = json_dumps(object, JSON_COMPACT);
	if (!text || strcmp(text, want))
		ktap_note("got: %s", text ? text : "nothing");
	ktap_result(text && !strcmp(text, want), name);
	free(text);
	json_decref(object);
}

static void test_json_rules(void)
{
	static const char tail[] = ",\"packets\":5,\"bytes\":420,\"last-used\":3,\"problem\":\"no such \\\"port\\\"\"}";
	static const struct { const char *line, *middle; } rows[] = {
		{ "rule add prio 7 not proto tcp vlan 1,3-4 vlan-prio 0 limit 5mbytes/minute log group 3 prefix a set-mark 1/3 mirror m reject",
		  "\"match\":{\"vlan\":\"1,3-4\",\"vlan-prio\":\"0\",\"proto\":{\"not\":\"tcp\"}},"
		  "\"limit\":{\"rate\":5000000,\"unit\":\"bytes\",\"per\":\"minute\",\"burst\":128000},"
		  "\"log\":{\"group\":3,\"prefix\":\"a\"},\"set-mark\":\"0x1/0x3\",\"mirror\":\"m\","
		  "\"verdict\":\"reject\",\"reject\":\"admin-prohibited\"" },
		{ "rule add prio 7 limit 9/second log redirect \"a#\"",
		  "\"match\":{},\"limit\":{\"rate\":9,\"unit\":\"packets\",\"per\":\"second\",\"burst\":64},"
		  "\"log\":{},\"verdict\":\"redirect\",\"redirect\":\"a#\"" },
		{ "rule add prio 7 queue 9 bypass", "\"match\":{},\"verdict\":\"queue\",\"queue\":{\"number\":9,\"bypass\":true}" },
		{ "rule add prio 7 queue 9", "\"match\":{},\"verdict\":\"queue\",\"queue\":{\"number\":9,\"bypass\":false}" },
		{ "rule add prio 7 not smac . saddr @s.m4 saddr @s.6 drop",
		  "\"match\":{},\"sets\":[{\"fields\":[\"smac\",\"saddr\"],\"set\":\"s.m4\",\"not\":true},"
		  "{\"fields\":[\"saddr\"],\"set\":\"s.6\"}],\"verdict\":\"drop\"" },
		{ "rule add prio 7 set-mark 1", "\"match\":{},\"set-mark\":\"0x1\"" },
	};
	char want[1024];
	size_t i;

	test_json("a rule as JSON",
		  "rule add bridge br0 prio 1000 in \"a\\\"b\" proto tcp dport 7070 accept comment \"app \xc3\xa9\"",
		  "{\"handle\":17,\"hook\":\"forward\",\"bridge\":\"br0\",\"prio\":1000,"
		  "\"match\":{\"in\":\"a\\\"b\",\"proto\":\"tcp\",\"dport\":\"7070\"},"
		  "\"verdict\":\"accept\",\"comment\":\"app \xc3\xa9\","
		  "\"packets\":5,\"bytes\":420}");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(want, sizeof(want), "{\"handle\":17,\"hook\":\"forward\",\"prio\":7,%s%s",
			 rows[i].middle, tail);
		test_json(rows[i].line, rows[i].line, want);
	}
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
	test_elements_parse();
	test_elements_wire();
	test_place_parses();
	test_examples_parse();
	test_manual();
	test_manual_complete();
	test_wrong_lines();
	test_columns();
	test_parse_garbage();
	test_wire_round_trip();
	test_wire_garbage();
	test_json_round_trip();
	test_wire_notices();
	test_wire_rules();
	test_wire_bare_conds();
	test_wire_names();
	test_json_rules();
	setforms_free(&forms);
	return ktap_end();
}

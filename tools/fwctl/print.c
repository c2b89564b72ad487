// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints statements in their canonical form, for which parse(print(x)) is x,
 * and JSON objects with the same words in them.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "print.h"

/* Rules can't name prerouting, but the module hooks there when they need it. */
static const struct fwctl_name active_hooks[] = {
	{ "forward", BRFW_HOOK_FORWARD },
	{ "input", BRFW_HOOK_INPUT },
	{ "output", BRFW_HOOK_OUTPUT },
	{ "prerouting", BRFW_HOOK_PREROUTING },
	{ NULL, 0 },
};

/* Bytes that a word can hold without quotes, wherever it stands. */
static bool is_plain(const char *text)
{
	/* What begins with @ is a set. */
	if (!*text || *text == '#' || *text == '@')
		return false;
	for (; *text; text++) {
		unsigned char c = *text;

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return true;
}

/*
 * Writes a quoted string. Control characters are refused in files and arguments,
 * and a name with some in it must not command the terminal.
 */
static void text_quote(char *out, const char *text)
{
	*out++ = '"';
	while (*text) {
		if (*text == '"' || *text == '\\')
			*out++ = '\\';
		out += model_next_shown(&text, out);
	}
	*out++ = '"';
	*out = '\0';
}

/* Each byte may become two, between two quotes. */
#define QUOTED_LEN(len)	(2 * (len) + 2)

static void text_name(char *out, const char *name)
{
	if (is_plain(name))
		strcpy(out, name);
	else
		text_quote(out, name);
}

/* Values, by kind. @text has room for PRINT_VALUE_LEN bytes. */

static void value_name(const struct fwctl_field *field, const struct fwctl_cond *cond,
		       bool numeric, char *text)
{
	(void)field;
	(void)numeric;
	text_name(text, cond->value.name);
}

static int text_mac(char *text, const uint8_t *mac)
{
	return snprintf(text, PRINT_VALUE_LEN / 2, "%02x:%02x:%02x:%02x:%02x:%02x",
			mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void value_mac(const struct fwctl_field *field, const struct fwctl_cond *cond,
		      bool numeric, char *text)
{
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	int len = text_mac(text, cond->value.bytes);

	(void)field;
	(void)numeric;
	if (memcmp(cond->mask.bytes, all, sizeof(all))) {
		text[len] = '/';
		text_mac(text + len + 1, cond->mask.bytes);
	}
}

static void value_number(const struct fwctl_field *field, const struct fwctl_cond *cond,
			 bool numeric, char *text)
{
	const char *word = numeric ? NULL : model_word_of(field->names, cond->value.number);

	if (word)
		snprintf(text, PRINT_VALUE_LEN, "%s", word);
	else
		snprintf(text, PRINT_VALUE_LEN, field->is_hex ? "0x%04x" : "%u",
			 cond->value.number);
}

/* Only has words, so there are no numbers to ask for. */
static void value_word(const struct fwctl_field *field, const struct fwctl_cond *cond,
		       bool numeric, char *text)
{
	(void)numeric;
	value_number(field, cond, false, text);
}

static void value_ranges(const struct fwctl_field *field, const struct fwctl_cond *cond,
			 bool numeric, char *text)
{
	unsigned int i;

	(void)field;
	(void)numeric;
	for (i = 0; i < cond->count; i++) {
		const struct brfw_range16 *range = &cond->ranges[i];

		text += sprintf(text, "%s%u", i ? "," : "", range->first);
		if (range->last != range->first)
			text += sprintf(text, "-%u", range->last);
	}
}

/* Gives what was written. */
static char *text_mark(char *text, uint32_t value, uint32_t mask)
{
	if (mask == UINT32_MAX)
		snprintf(text, PRINT_VALUE_LEN, "0x%" PRIx32, value);
	else
		snprintf(text, PRINT_VALUE_LEN, "0x%" PRIx32 "/0x%" PRIx32, value, mask);
	return text;
}

static void value_masked(const struct fwctl_field *field, const struct fwctl_cond *cond,
			 bool numeric, char *text)
{
	(void)field;
	(void)numeric;
	text_mark(text, cond->value.number, cond->mask.number);
}

static void value_addr(const struct fwctl_field *field, const struct fwctl_cond *cond,
		       bool numeric, char *text)
{
	int family = field->kind == FWCTL_KIND_IP4 ? AF_INET : AF_INET6;
	size_t len;

	(void)numeric;
	inet_ntop(family, cond->value.bytes, text, PRINT_VALUE_LEN);
	len = strlen(text);
	if (cond->prefix != field->size * 8)
		snprintf(text + len, PRINT_VALUE_LEN - len, "/%u", cond->prefix);
}

/* Gives the number of bytes written. All eight flags are 31 bytes. */
static size_t text_flags(char *text, const struct fwctl_name *names, unsigned int flags)
{
	char *start = text;

	if (!flags)
		text = stpcpy(text, "none");
	for (; names->word; names++) {
		if (!(flags & names->value))
			continue;
		if (text != start)
			*text++ = ',';
		text = stpcpy(text, names->word);
	}
	return text - start;
}

static void value_bits(const struct fwctl_field *field, const struct fwctl_cond *cond,
		       bool numeric, char *text)
{
	(void)numeric;
	text_flags(text, field->names, cond->value.number);
}

static void value_flags(const struct fwctl_field *field, const struct fwctl_cond *cond,
			bool numeric, char *text)
{
	(void)numeric;
	text += text_flags(text, field->names, cond->value.number);
	if (cond->mask.number != cond->value.number) {
		*text++ = '/';
		text_flags(text, field->names, cond->mask.number);
	}
}

static void (*const value_printers[FWCTL_KINDS])(const struct fwctl_field *field,
						 const struct fwctl_cond *cond,
						 bool numeric, char *text) = {
	[FWCTL_KIND_NAME] = value_name,
	[FWCTL_KIND_MAC] = value_mac,
	[FWCTL_KIND_NUMBER] = value_number,
	[FWCTL_KIND_WORD] = value_word,
	[FWCTL_KIND_BOOL] = value_word,
	[FWCTL_KIND_RANGES] = value_ranges,
	[FWCTL_KIND_MASKED] = value_masked,
	[FWCTL_KIND_IP4] = value_addr,
	[FWCTL_KIND_IP6] = value_addr,
	[FWCTL_KIND_FLAGS] = value_flags,
	[FWCTL_KIND_BITS] = value_bits,
};

void print_value(const struct fwctl_rule *rule, const struct fwctl_field *field,
		 bool numeric, char *text)
{
	value_printers[field->kind](field, &rule->cond[field->attr], numeric, text);
}

/* Text */

/* A name behind its keyword, when there is one. */
static void print_name(FILE *out, const char *keyword, const char *name)
{
	char text[QUOTED_LEN(BRFW_IFNAME_LEN) + 1];

	if (!name[0])
		return;
	text_name(text, name);
	fprintf(out, " %s %s", keyword, text);
}

/* The same for a comment or prefix. */
static void print_text(FILE *out, const char *keyword, const char *string)
{
	char text[QUOTED_LEN(BRFW_COMMENT_LEN) + 1];

	if (!string[0])
		return;
	text_quote(text, string);
	fprintf(out, " %s %s", keyword, text);
}

static void print_stats(FILE *out, const struct fwctl_stats *stats)
{
	fprintf(out, " packets %" PRIu64 " bytes %" PRIu64, stats->packets, stats->bytes);
}

static void print_last_used(FILE *out, const struct fwctl_stats *stats)
{
	if (stats->was_used)
		fprintf(out, " last %" PRIu64 " seconds ago", stats->last_used);
	else
		fputs(" never used", out);
}

/* The kernel's text as it is, but on one line. */
static void print_problem(FILE *out, const char *problem)
{
	char shown[MODEL_SHOWN_LEN];

	if (!problem[0])
		return;
	fputs(" problem: ", out);
	while (*problem)
		fwrite(shown, model_next_shown(&problem, shown), 1, out);
}

static void print_rule_tail(FILE *out, const struct fwctl_rule *rule,
			    const struct print_style *style)
{
	bool stats = style->stats && rule->has_stats;

	if (!style->handle && !stats)
		return;
	fputs(" #", out);
	if (style->handle)
		fprintf(out, " handle %" PRIu64, rule->handle);
	if (stats) {
		print_stats(out, &rule->stats);
		print_last_used(out, &rule->stats);
	}
	if (style->handle)
		print_problem(out, rule->problem);
}

/* "not smac . saddr @name" */
static void print_in_sets(FILE *out, const struct fwctl_rule *rule)
{
	unsigned int i, j;

	for (i = 0; i < rule->set_count; i++) {
		const struct fwctl_in_set *in = &rule->sets[i];

		if (in->is_negated)
			fputs(" not", out);
		for (j = 0; j < in->count; j++)
			fprintf(out, "%s %s", j ? " ." : "",
				model_field_by_attr(in->fields[j])->keyword);
		fprintf(out, " @%s", in->name);
	}
}

static void print_match(FILE *out, const struct fwctl_rule *rule,
			const struct print_style *style)
{
	char value[PRINT_VALUE_LEN];
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		const struct fwctl_field *field = &model_fields[i];

		if (!model_rule_has(rule, field))
			continue;
		print_value(rule, field, style->numeric, value);
		fprintf(out, "%s %s %s", rule->cond[field->attr].is_negated ? " not" : "",
			field->keyword, value);
	}
}

/* Bytes in the largest unit that leaves no rest. */
static void print_amount(FILE *out, const char *keyword, uint64_t amount, bool is_bytes)
{
	static const char *const units[] = { "bytes", "kbytes", "mbytes", "gbytes" };
	size_t i = 0;

	while (is_bytes && i < 3 && amount && amount % 1000 == 0) {
		amount /= 1000;
		i++;
	}
	fprintf(out, " %s %" PRIu64 "%s", keyword, amount, is_bytes ? units[i] : "");
}

static void print_limit(FILE *out, const struct fwctl_limit *limit)
{
	if (!limit->seconds)
		return;
	print_amount(out, "limit", limit->rate, limit->is_bytes);
	fprintf(out, "/%s", model_word_of(model_periods, limit->seconds));
	print_amount(out, "burst", limit->burst, limit->is_bytes);
}

static void print_actions(FILE *out, const struct fwctl_rule *rule)
{
	char mark[PRINT_VALUE_LEN];

	if (rule->log.is_set)
		fputs(" log", out);
	if (rule->log.has_group)
		fprintf(out, " group %u", rule->log.group);
	print_text(out, "prefix", rule->log.prefix);
	if (rule->mark.mask)
		fprintf(out, " set-mark %s",
			text_mark(mark, rule->mark.value, rule->mark.mask));
	print_name(out, "mirror", rule->mirror);
}

static void print_verdict(FILE *out, const struct fwctl_rule *rule)
{
	if (!rule->has_verdict)
		return;
	switch ((enum brfw_verdict)rule->verdict) {
	case BRFW_VERDICT_REDIRECT:
		print_name(out, "redirect", rule->redirect);
		break;
	case BRFW_VERDICT_REJECT:
		fprintf(out, " reject with %s", model_word_of(model_rejects, rule->reject));
		break;
	case BRFW_VERDICT_QUEUE:
		fprintf(out, " queue %u%s", rule->queue.number,
			rule->queue.bypass ? " bypass" : "");
		break;
	default:
		fprintf(out, " %s", model_word_of(model_verdicts, rule->verdict));
		break;
	}
}

void print_rule(FILE *out, const struct fwctl_rule *rule, const struct print_style *style)
{
	fprintf(out, "rule add hook %s", model_word_of(model_hooks, rule->hook));
	print_name(out, "bridge", rule->bridge);
	if (rule->has_prio)
		fprintf(out, " prio %" PRIu32, rule->prio);
	print_match(out, rule, style);
	print_in_sets(out, rule);
	print_limit(out, &rule->limit);
	print_actions(out, rule);
	print_verdict(out, rule);
	print_text(out, "comment", rule->comment);
	if (rule->place != FWCTL_PLACE_LAST)
		fprintf(out, " %s %" PRIu64,
			rule->place == FWCTL_PLACE_BEFORE ? "before" : "after",
			rule->place_handle);
	print_rule_tail(out, rule, style);
	fputc('\n', out);
}

void print_policy(FILE *out, const struct fwctl_policy *policy,
		  const struct print_style *style)
{
	fputs("policy set", out);
	print_name(out, "bridge", policy->bridge);
	fprintf(out, " %s %s", model_word_of(model_hooks, policy->hook),
		model_word_of(model_verdicts, policy->verdict));
	if (style->stats && policy->has_stats) {
		fputs(" #", out);
		print_stats(out, &policy->stats);
	}
	fputc('\n', out);
}

void print_zone(FILE *out, const struct fwctl_zone *zone)
{
	fputs("zone set", out);
	print_name(out, "bridge", zone->bridge);
	fprintf(out, " %u\n", zone->id);
}

/* Elements of sets */

/* Of prefixes the length, of other ranges 0. */
static unsigned int range_prefix(const uint8_t *first, const uint8_t *last, unsigned int size)
{
	unsigned int i, prefix = 0;

	while (prefix < size * 8 &&
	       !((first[prefix / 8] ^ last[prefix / 8]) & (0x80 >> prefix % 8)))
		prefix++;
	for (i = prefix; i < size * 8; i++) {
		uint8_t bit = 0x80 >> i % 8;

		if ((first[i / 8] & bit) || !(last[i / 8] & bit))
			return size * 8 + 1;
	}
	return prefix;
}

/* Gives the end of what was written. */
static char *text_addrs(char *text, int family, const union fwctl_value *first,
			const union fwctl_value *last)
{
	unsigned int size = family == AF_INET ? 4 : 16, prefix;

	inet_ntop(family, first->bytes, text, INET6_ADDRSTRLEN);
	text += strlen(text);
	if (!last)
		return text;
	prefix = range_prefix(first->bytes, last->bytes, size);
	if (prefix <= size * 8)
		return text + sprintf(text, "/%u", prefix);
	*text++ = '-';
	inet_ntop(family, last->bytes, text, INET6_ADDRSTRLEN);
	return text + strlen(text);
}

static char *text_member(char *text, unsigned int member, const union fwctl_value *first,
			 const union fwctl_value *last)
{
	switch ((enum brfw_set_member)member) {
	case BRFW_SET_ETHER_ADDR:
		return text + text_mac(text, first->bytes);
	case BRFW_SET_IPV4_ADDR:
		return text_addrs(text, AF_INET, first, last);
	case BRFW_SET_IPV6_ADDR:
		return text_addrs(text, AF_INET6, first, last);
	case BRFW_SET_INET_PORT:
		text += sprintf(text, "%u", first->number);
		return last ? text + sprintf(text, "-%u", last->number) : text;
	default:
		text_name(text, first->name);
		return text + strlen(text);
	}
}

void print_element_value(const struct fwctl_element *element, char *text)
{
	unsigned int i;

	for (i = 0; i < element->form.count; i++) {
		if (i)
			text = stpcpy(text, " . ");
		text = text_member(text, element->form.members[i], &element->first[i],
				   (int)i == element->range ? &element->last : NULL);
	}
}

/* "1d12h", or "never" for 0. */
static void text_timeout(char *text, uint32_t seconds)
{
	static const struct { char letter; uint32_t seconds; } units[] = {
		{ 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 },
	};
	size_t i;

	if (!seconds)
		strcpy(text, "never");
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (seconds >= units[i].seconds)
			text += sprintf(text, "%" PRIu32 "%c", seconds / units[i].seconds,
					units[i].letter);
		seconds %= units[i].seconds;
	}
}

static void print_time(FILE *out, const char *keyword, uint32_t seconds)
{
	char text[PRINT_TIME_LEN];

	text_timeout(text, seconds);
	fprintf(out, " %s %s", keyword, text);
}

void print_set(FILE *out, const struct fwctl_set *set, const struct print_style *style)
{
	unsigned int i;

	fprintf(out, "set add %s type", set->name);
	for (i = 0; i < set->form.count; i++)
		fprintf(out, "%s %s", i ? " ." : "",
			model_word_of(model_members, set->form.members[i]));
	if (set->form.interval)
		fprintf(out, " interval %u", set->form.interval);
	if (set->timeout)
		print_time(out, "timeout", set->timeout);
	fprintf(out, "%s%s", set->counters ? " counters" : "", set->keep ? " keep" : "");
	print_text(out, "comment", set->comment);
	if (style->handle)
		fprintf(out, " # elements %" PRIu32 " rules %" PRIu32, set->elements, set->rules);
	fputc('\n', out);
}

void print_element(FILE *out, const struct fwctl_element *element,
		   const struct print_style *style)
{
	char value[PRINT_ELEMENT_LEN];

	print_element_value(element, value);
	fprintf(out, "set add-element %s %s", element->set, value);
	if (element->timeout != FWCTL_TIMEOUT_NONE)
		print_time(out, "timeout", element->timeout);
	print_text(out, "comment", element->comment);
	if (style->stats && element->has_stats) {
		fputs(" #", out);
		print_stats(out, &element->stats);
		print_last_used(out, &element->stats);
	}
	fputc('\n', out);
}

/* Words for the bits of a set, or the numbers of bits without a word. */
static void print_bits(FILE *out, const char *title, const struct fwctl_name *names,
		      uint64_t set)
{
	unsigned int bit;
	const char *sep = " ";

	fputs(title, out);
	for (bit = 0; bit < 64; bit++) {
		const char *word = model_word_of(names, bit);

		if (!(set & (1ULL << bit)))
			continue;
		if (word)
			fprintf(out, "%s%s", sep, word);
		else
			fprintf(out, "%s%u", sep, bit);
		sep = ",";
	}
	fputs(set ? "\n" : " none\n", out);
}

/* Is this the first row with its keyword that the module knows? */
static bool match_is_first(const struct fwctl_info *info, size_t row)
{
	size_t i;

	if (!(info->matches & MODEL_BIT(model_fields[row].attr)))
		return false;
	for (i = 0; i < row; i++) {
		if ((info->matches & MODEL_BIT(model_fields[i].attr)) &&
		    !strcmp(model_fields[i].keyword, model_fields[row].keyword))
			return false;
	}
	return true;
}

static void print_matches(FILE *out, const struct fwctl_info *info)
{
	const char *sep = " ";
	size_t i;

	fputs("matches", out);
	for (i = 0; i < model_fields_count; i++) {
		if (!match_is_first(info, i))
			continue;
		fprintf(out, "%s%s", sep, model_fields[i].keyword);
		sep = ",";
	}
	fputc('\n', out);
}

static void print_costs(FILE *out, const struct fwctl_info *info)
{
	const char *sep = " ";
	unsigned int i;

	fputs("costs", out);
	for (i = 0; i < info->costs_count; i++) {
		const struct brfw_cost *cost = &info->costs[i];
		const char *family = model_word_of(model_families, cost->family);
		const char *hook = model_word_of(model_hooks, cost->hook);

		if (!hook || !family)
			continue;
		fprintf(out, "%s%s:%s:%" PRIu32, sep, hook, family, cost->cost);
		sep = ",";
	}
	fputs(*sep == ',' ? "\n" : " none\n", out);
}

void print_info(FILE *out, const struct fwctl_info *info)
{
	char version[QUOTED_LEN(sizeof(info->module_version)) + 1];

	text_name(version, info->module_version);
	fprintf(out, "module-version %s\n", version);
	fprintf(out, "abi-version %" PRIu32 "\n", info->abi_version);
	fprintf(out, "generation %" PRIu64 "\n", info->generation);
	fprintf(out, "rules %" PRIu32 "\n", info->rules);
	fprintf(out, "max-rules %" PRIu32 "\n", info->max_rules);
	fprintf(out, "sets %" PRIu32 "\n", info->sets);
	fprintf(out, "max-sets %" PRIu32 "\n", info->max_sets);
	fprintf(out, "elements %" PRIu32 "\n", info->elements);
	fprintf(out, "max-elements %" PRIu32 "\n", info->max_elements);
	fprintf(out, "drafts %" PRIu32 "\n", info->drafts);
	fprintf(out, "max-drafts %" PRIu32 "\n", info->max_drafts);
	fprintf(out, "overruns %" PRIu64 "\n", info->overruns);
	fprintf(out, "no-target %" PRIu64 "\n", info->no_target);
	fprintf(out, "vlan-unknown %" PRIu64 "\n", info->vlan_unknown);
	fprintf(out, "limited %" PRIu64 "\n", info->limited);
	print_bits(out, "hooks", model_hooks, info->hooks);
	print_bits(out, "active-hooks", active_hooks, info->active_hooks);
	print_bits(out, "verdicts", model_verdicts, info->verdicts);
	print_matches(out, info);
	print_bits(out, "warnings", model_warnings, info->warnings);
	fprintf(out, "max-cost %" PRIu32 "\n", info->max_cost);
	print_costs(out, info);
}

/** PRINT_TIME_LEN - room for a point in time */
#define PRINT_TIME_LEN	48

/* RFC 3339, in UTC and microseconds. */
static const char *text_time(char *text, uint64_t nanoseconds)
{
	time_t seconds = nanoseconds / 1000000000;
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(text, PRINT_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, PRINT_TIME_LEN - len, ".%06uZ",
		 (unsigned int)(nanoseconds % 1000000000 / 1000));
	return text;
}

void print_commit(FILE *out, const struct fwctl_commit *commit)
{
	char comm[QUOTED_LEN(sizeof(commit->comm)) + 1], time[PRINT_TIME_LEN];
	const char *sep = ":";
	unsigned int subject, kind;

	text_quote(comm, commit->comm);
	fprintf(out, "generation %" PRIu64 " %s pid %" PRIu32 " %s%s", commit->generation,
		text_time(time, commit->time), commit->pid, comm,
		commit->is_replace ? " whole ruleset" : "");
	for (subject = 0; subject < FWCTL_SUBJECTS; subject++) {
		const char *name = model_subjects[subject];

		for (kind = 1; kind <= BRFW_CHANGE_A_MAX; kind++) {
			if (!commit->counts[subject][kind])
				continue;
			fprintf(out, "%s %s%s%" PRIu32 " %s", sep, name, *name ? " " : "",
				commit->counts[subject][kind],
				model_word_of(model_changes, kind));
			sep = ",";
			name = "";
		}
	}
	fputs(*sep == ':' ? ": no rule, policy or zone changed\n" : "\n", out);
}

void print_change(FILE *out, const struct fwctl_change *change,
		  const struct print_style *style)
{
	fprintf(out, "\t%s ", model_word_of(model_changes, change->kind));
	switch ((enum fwctl_subject)change->subject) {
	case FWCTL_SUBJECT_RULE:
		print_rule(out, &change->rule, style);
		break;
	case FWCTL_SUBJECT_POLICY:
		print_policy(out, &change->policy, style);
		break;
	case FWCTL_SUBJECT_ZONE:
		print_zone(out, &change->zone);
		break;
	case FWCTL_SUBJECT_SET:
		print_set(out, &change->set, &(struct print_style){ .stats = style->stats });
		break;
	case FWCTL_SUBJECT_ELEMENT:
		print_element(out, &change->element, style);
		break;
	case FWCTL_SUBJECTS:
		fputs("what this fwctl doesn't know\n", out);
		break;
	}
}

/* JSON */

/*
 * JSON is UTF-8; what others call their programs is bytes. What is no text becomes
 * the replacement character, so that one odd name doesn't spoil the output.
 */
static json_t *json_text(const char *text)
{
	char out[3 * BRFW_PROBLEM_LEN + 1];
	size_t used = 0;

	while (*text && used + MODEL_SHOWN_LEN < sizeof(out)) {
		/* JSON has a way to write controls of ASCII. */
		size_t len = (unsigned char)*text < 0x80 ? 1 : model_char_len(text);

		memcpy(out + used, len ? text : "\xef\xbf\xbd", len ? len : 3);
		used += len ? len : 3;
		text += len ? len : 1;
	}
	out[used] = '\0';
	return json_string(out);
}

bool print_rule_is_text(const struct fwctl_rule *rule)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		const struct fwctl_field *field = &model_fields[i];

		if (field->kind == FWCTL_KIND_NAME && model_rule_has(rule, field) &&
		    !model_is_text(rule->cond[field->attr].value.name))
			return false;
	}
	return model_is_text(rule->bridge) && model_is_text(rule->log.prefix) &&
	       model_is_text(rule->mirror) && model_is_text(rule->redirect) &&
	       model_is_text(rule->comment);
}

bool print_element_is_text(const struct fwctl_element *element)
{
	unsigned int i;

	for (i = 0; i < element->form.count; i++) {
		if (element->form.members[i] == BRFW_SET_IFNAME &&
		    !model_is_text(element->first[i].name))
			return false;
	}
	return model_is_text(element->comment);
}

bool print_rule_fits_json(const struct fwctl_rule *rule)
{
	return rule->limit.rate <= INT64_MAX && rule->limit.burst <= INT64_MAX;
}

/* Adds and takes the reference; tells whether it worked. */
static bool json_add(json_t *object, const char *key, json_t *value)
{
	return !json_object_set_new(object, key, value);
}

/* Ends the making of an object: NULL when a part of it failed. */
static json_t *json_done(json_t *object, bool good)
{
	if (good)
		return object;
	json_decref(object);
	return NULL;
}

static bool json_add_stats(json_t *object, bool has_stats, const struct fwctl_stats *stats)
{
	return !has_stats ||
	       (json_add(object, "packets", json_integer(stats->packets)) &&
		json_add(object, "bytes", json_integer(stats->bytes)));
}

static bool json_add_text(json_t *object, const char *key, const char *text)
{
	return !text[0] || json_add(object, key, json_text(text));
}

/* NULL stays NULL. */
static json_t *json_not(json_t *value)
{
	json_t *object = json_object();

	/* Takes the reference to value in any case. */
	if (json_object_set_new(object, "not", value)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *json_cond(const struct fwctl_rule *rule, const struct fwctl_field *field,
			 bool numeric)
{
	const struct fwctl_cond *cond = &rule->cond[field->attr];
	char text[PRINT_VALUE_LEN];
	json_t *value;

	print_value(rule, field, numeric, text);
	/* JSON has quotes of its own. */
	value = json_text(field->kind == FWCTL_KIND_NAME ? cond->value.name : text);
	return cond->is_negated ? json_not(value) : value;
}

static bool json_add_match(json_t *match, const struct fwctl_rule *rule,
			   const struct print_style *style)
{
	bool good = match != NULL;
	size_t i;

	for (i = 0; i < model_fields_count && good; i++) {
		const struct fwctl_field *field = &model_fields[i];

		if (!model_rule_has(rule, field))
			continue;
		good = json_add(match, field->keyword, json_cond(rule, field, style->numeric));
	}
	return good;
}

/* Adds @text to an array that may be NULL. */
static bool json_append_text(json_t *array, const char *text)
{
	return !json_array_append_new(array, json_string(text));
}

static json_t *json_in_set(const struct fwctl_in_set *in)
{
	json_t *object = json_object(), *fields = json_array();
	bool good = true;
	unsigned int i;

	for (i = 0; i < in->count; i++)
		good = good && json_append_text(fields, model_field_by_attr(in->fields[i])->keyword);
	/* Takes the reference in any case. */
	good = json_add(object, "fields", fields) && good;
	good = good && json_add(object, "set", json_string(in->name)) &&
	       (!in->is_negated || json_add(object, "not", json_true()));
	return json_done(object, good);
}

static bool json_add_in_sets(json_t *object, const struct fwctl_rule *rule)
{
	json_t *array;
	unsigned int i;
	bool good = true;

	if (!rule->set_count)
		return true;
	array = json_array();
	for (i = 0; i < rule->set_count; i++)
		good = good && !json_array_append_new(array, json_in_set(&rule->sets[i]));
	return json_add(object, "sets", json_done(array, good));
}

/* JSON integers are signed; nobody limits to more. */
static json_t *json_amount(uint64_t amount)
{
	return json_integer(amount < INT64_MAX ? amount : INT64_MAX);
}

static bool json_add_limit(json_t *object, const struct fwctl_limit *limit)
{
	json_t *value;
	bool good;

	if (!limit->seconds)
		return true;
	value = json_object();
	good = json_add(value, "rate", json_amount(limit->rate)) &&
	       json_add(value, "unit", json_string(limit->is_bytes ? "bytes" : "packets")) &&
	       json_add(value, "per",
			json_string(model_word_of(model_periods, limit->seconds))) &&
	       json_add(value, "burst", json_amount(limit->burst));
	return json_add(object, "limit", json_done(value, good));
}

static bool json_add_log(json_t *object, const struct fwctl_log *log)
{
	json_t *value;
	bool good;

	if (!log->is_set)
		return true;
	value = json_object();
	good = (!log->has_group || json_add(value, "group", json_integer(log->group))) &&
	       json_add_text(value, "prefix", log->prefix);
	return json_add(object, "log", json_done(value, good));
}

static bool json_add_queue(json_t *object, const struct fwctl_queue *queue)
{
	json_t *value = json_object();
	bool good = json_add(value, "number", json_integer(queue->number)) &&
		    json_add(value, "bypass", json_boolean(queue->bypass));

	return json_add(object, "queue", json_done(value, good));
}

static bool json_add_actions(json_t *object, const struct fwctl_rule *rule)
{
	char mark[PRINT_VALUE_LEN];

	return json_add_limit(object, &rule->limit) && json_add_log(object, &rule->log) &&
	       (!rule->mark.mask ||
		json_add(object, "set-mark",
			 json_string(text_mark(mark, rule->mark.value, rule->mark.mask)))) &&
	       json_add_text(object, "mirror", rule->mirror);
}

static bool json_add_verdict(json_t *object, const struct fwctl_rule *rule)
{
	if (!rule->has_verdict)
		return true;
	if (!json_add(object, "verdict",
		      json_string(model_word_of(model_verdicts, rule->verdict))))
		return false;
	if (rule->verdict == BRFW_VERDICT_REJECT)
		return json_add(object, "reject",
				json_string(model_word_of(model_rejects, rule->reject)));
	if (rule->verdict == BRFW_VERDICT_QUEUE)
		return json_add_queue(object, &rule->queue);
	return json_add_text(object, "redirect", rule->redirect);
}

static bool json_add_last_used(json_t *object, const struct fwctl_stats *stats)
{
	return !stats->was_used ||
	       json_add(object, "last-used", json_integer(stats->last_used));
}

json_t *print_rule_json(const struct fwctl_rule *rule, const struct print_style *style)
{
	json_t *object = json_object();
	json_t *match = json_object();
	bool good;

	good = (!rule->handle || json_add(object, "handle", json_integer(rule->handle))) &&
	       json_add(object, "hook", json_string(model_word_of(model_hooks, rule->hook))) &&
	       json_add_text(object, "bridge", rule->bridge) &&
	       json_add(object, "prio", json_integer(rule->prio)) &&
	       json_add_match(match, rule, style);
	/* Takes the reference to match in any case. */
	good = json_add(object, "match", match) && good;
	good = good && json_add_in_sets(object, rule) && json_add_actions(object, rule) && json_add_verdict(object, rule) &&
	       json_add_text(object, "comment", rule->comment) &&
	       json_add_stats(object, rule->has_stats, &rule->stats) &&
	       json_add_last_used(object, &rule->stats) &&
	       json_add_text(object, "problem", rule->problem);
	return json_done(object, good);
}

json_t *print_policy_json(const struct fwctl_policy *policy)
{
	json_t *object = json_object();
	bool good;

	good = json_add_text(object, "bridge", policy->bridge) &&
	       json_add(object, "hook",
			json_string(model_word_of(model_hooks, policy->hook))) &&
	       json_add(object, "verdict",
			json_string(model_word_of(model_verdicts, policy->verdict))) &&
	       json_add_stats(object, policy->has_stats, &policy->stats);
	return json_done(object, good);
}

json_t *print_zone_json(const struct fwctl_zone *zone)
{
	json_t *object = json_object();
	bool good;

	good = json_add_text(object, "bridge", zone->bridge) &&
	       json_add(object, "zone", json_integer(zone->id));
	return json_done(object, good);
}

static json_t *json_members(const struct fwctl_set_form *form)
{
	json_t *array = json_array();
	bool good = true;
	unsigned int i;

	for (i = 0; i < form->count; i++)
		good = good && json_append_text(array, model_word_of(model_members,
								     form->members[i]));
	return json_done(array, good);
}

static bool json_add_time(json_t *object, uint32_t seconds)
{
	char text[PRINT_TIME_LEN];

	text_timeout(text, seconds);
	return json_add(object, "timeout", json_string(text));
}

json_t *print_set_json(const struct fwctl_set *set)
{
	json_t *object = json_object();
	bool good;

	good = json_add(object, "set", json_string(set->name)) &&
	       json_add(object, "type", json_members(&set->form)) &&
	       (!set->form.interval ||
		json_add(object, "interval", json_integer(set->form.interval))) &&
	       (!set->timeout || json_add_time(object, set->timeout)) &&
	       json_add(object, "counters", json_boolean(set->counters)) &&
	       json_add(object, "keep", json_boolean(set->keep)) &&
	       json_add_text(object, "comment", set->comment) &&
	       json_add(object, "elements", json_integer(set->elements)) &&
	       json_add(object, "rules", json_integer(set->rules));
	return json_done(object, good);
}

json_t *print_element_json(const struct fwctl_element *element)
{
	json_t *object = json_object();
	char value[PRINT_ELEMENT_LEN];
	bool good;

	print_element_value(element, value);
	good = json_add(object, "set", json_string(element->set)) &&
	       json_add(object, "element", json_text(value)) &&
	       (element->timeout == FWCTL_TIMEOUT_NONE ||
		json_add_time(object, element->timeout)) &&
	       json_add_text(object, "comment", element->comment) &&
	       json_add_stats(object, element->has_stats, &element->stats) &&
	       json_add_last_used(object, &element->stats);
	return json_done(object, good);
}

static json_t *json_bits(const struct fwctl_name *names, uint64_t set)
{
	json_t *array = json_array();
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		const char *word = model_word_of(names, bit);

		if (!(set & (1ULL << bit)))
			continue;
		if (json_array_append_new(array, word ? json_string(word) : json_integer(bit)))
			return json_done(array, false);
	}
	return array;
}

static json_t *json_matches(const struct fwctl_info *info)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (!match_is_first(info, i))
			continue;
		if (json_array_append_new(array, json_string(model_fields[i].keyword)))
			return json_done(array, false);
	}
	return array;
}

static json_t *json_costs(const struct fwctl_info *info)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < info->costs_count; i++) {
		const struct brfw_cost *cost = &info->costs[i];
		const char *family = model_word_of(model_families, cost->family);
		const char *hook = model_word_of(model_hooks, cost->hook);

		if (!hook || !family)
			continue;
		if (json_array_append_new(array, json_pack("{s:s, s:s, s:I}", "hook", hook,
							   "family", family, "cost",
							   (json_int_t)cost->cost)))
			return json_done(array, false);
	}
	return array;
}

json_t *print_info_json(const struct fwctl_info *info)
{
	json_t *object = json_object();
	bool good;

	good = json_add(object, "module-version", json_text(info->module_version)) &&
	       json_add(object, "abi-version", json_integer(info->abi_version)) &&
	       json_add(object, "generation", json_integer(info->generation)) &&
	       json_add(object, "rules", json_integer(info->rules)) &&
	       json_add(object, "max-rules", json_integer(info->max_rules)) &&
	       json_add(object, "sets", json_integer(info->sets)) &&
	       json_add(object, "max-sets", json_integer(info->max_sets)) &&
	       json_add(object, "elements", json_integer(info->elements)) &&
	       json_add(object, "max-elements", json_integer(info->max_elements)) &&
	       json_add(object, "drafts", json_integer(info->drafts)) &&
	       json_add(object, "max-drafts", json_integer(info->max_drafts)) &&
	       json_add(object, "overruns", json_integer(info->overruns)) &&
	       json_add(object, "no-target", json_integer(info->no_target)) &&
	       json_add(object, "vlan-unknown", json_integer(info->vlan_unknown)) &&
	       json_add(object, "limited", json_integer(info->limited)) &&
	       json_add(object, "hooks", json_bits(model_hooks, info->hooks)) &&
	       json_add(object, "active-hooks", json_bits(active_hooks, info->active_hooks)) &&
	       json_add(object, "verdicts", json_bits(model_verdicts, info->verdicts)) &&
	       json_add(object, "matches", json_matches(info)) &&
	       json_add(object, "warnings", json_bits(model_warnings, info->warnings)) &&
	       json_add(object, "max-cost", json_integer(info->max_cost)) &&
	       json_add(object, "costs", json_costs(info));
	return json_done(object, good);
}

static json_t *json_counts(const uint32_t *counts)
{
	json_t *object = json_object();
	const struct fwctl_name *name;
	bool good = true;

	for (name = model_changes; name->word && good; name++)
		good = json_add(object, name->word, json_integer(counts[name->value]));
	return json_done(object, good);
}

json_t *print_commit_json(const struct fwctl_commit *commit)
{
	json_t *object = json_object();
	char time[PRINT_TIME_LEN];
	unsigned int i;
	bool good;

	good = json_add(object, "generation", json_integer(commit->generation)) &&
	       json_add(object, "time", json_string(text_time(time, commit->time))) &&
	       json_add(object, "portid", json_integer(commit->portid)) &&
	       json_add(object, "pid", json_integer(commit->pid)) &&
	       json_add(object, "comm", json_text(commit->comm)) &&
	       json_add(object, "whole-ruleset", json_boolean(commit->is_replace));
	for (i = 0; i < FWCTL_SUBJECTS && good; i++)
		good = json_add(object, model_subjects[i], json_counts(commit->counts[i]));
	if (commit->has_changes)
		good = good && json_add(object, "changes", json_array());
	return json_done(object, good);
}

json_t *print_change_json(const struct fwctl_change *change,
			  const struct print_style *style)
{
	json_t *object = json_object();
	bool good;

	good = json_add(object, "change",
			json_string(model_word_of(model_changes, change->kind)));
	switch ((enum fwctl_subject)change->subject) {
	case FWCTL_SUBJECT_RULE:
		good = good && json_add(object, "rule", print_rule_json(&change->rule, style));
		break;
	case FWCTL_SUBJECT_POLICY:
		good = good && json_add(object, "policy", print_policy_json(&change->policy));
		break;
	case FWCTL_SUBJECT_ZONE:
		good = good && json_add(object, "zone", print_zone_json(&change->zone));
		break;
	case FWCTL_SUBJECT_SET:
		good = good && json_add(object, "set", print_set_json(&change->set));
		break;
	case FWCTL_SUBJECT_ELEMENT:
		good = good && json_add(object, "element", print_element_json(&change->element));
		break;
	case FWCTL_SUBJECTS:
		break;
	}
	return json_done(object, good);
}

void print_list_begin(struct print_list *list, FILE *out, bool pretty)
{
	list->out = out;
	list->pretty = pretty;
	list->count = 0;
	fputc('[', out);
}

int print_list_add(struct print_list *list, json_t *element)
{
	int ret;

	if (!element)
		return -1;
	if (list->count++)
		fputc(',', list->out);
	if (list->pretty)
		fputc('\n', list->out);
	ret = json_dumpf(element, list->out, list->pretty ? JSON_INDENT(4) : JSON_COMPACT);
	json_decref(element);
	return ferror(list->out) ? 0 : ret;
}

void print_list_close(struct print_list *list)
{
	fputs(list->pretty && list->count ? "\n]" : "]", list->out);
}

void print_list_end(struct print_list *list)
{
	print_list_close(list);
	fputc('\n', list->out);
}

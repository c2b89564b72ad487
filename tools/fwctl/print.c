// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints statements in their canonical form, for which parse(print(x)) is x,
 * and JSON objects with the same words in them.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "print.h"

/* Bytes that a word can hold without quotes, wherever it stands. */
static bool is_plain(const char *text)
{
	if (!*text || *text == '#')
		return false;
	for (; *text; text++) {
		unsigned char c = *text;

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return true;
}

/*
 * Writes a quoted string. Control characters can't be typed, and a name with
 * some in it must not command the terminal.
 */
static void text_quote(char *out, const char *text)
{
	*out++ = '"';
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			*out++ = '\\';
		*out++ = c < 0x20 || c == 0x7f ? '?' : c;
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

static void value_range(const struct fwctl_field *field, const struct fwctl_cond *cond,
			bool numeric, char *text)
{
	(void)field;
	(void)numeric;
	if (cond->end == cond->value.number)
		snprintf(text, PRINT_VALUE_LEN, "%u", cond->end);
	else
		snprintf(text, PRINT_VALUE_LEN, "%u-%u", cond->value.number, cond->end);
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
	[FWCTL_KIND_RANGE] = value_range,
	[FWCTL_KIND_IP4] = value_addr,
	[FWCTL_KIND_IP6] = value_addr,
	[FWCTL_KIND_FLAGS] = value_flags,
};

void print_value(const struct fwctl_rule *rule, const struct fwctl_field *field,
		 bool numeric, char *text)
{
	value_printers[field->kind](field, &rule->cond[field->attr], numeric, text);
}

/* Text */

static void print_bridge(FILE *out, const char *bridge)
{
	char text[QUOTED_LEN(BRFW_IFNAME_LEN) + 1];

	if (!bridge[0])
		return;
	text_name(text, bridge);
	fprintf(out, " bridge %s", text);
}

static void print_stats(FILE *out, const struct fwctl_stats *stats)
{
	fprintf(out, " packets %" PRIu64 " bytes %" PRIu64, stats->packets, stats->bytes);
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
	if (stats)
		print_stats(out, &rule->stats);
}

void print_rule(FILE *out, const struct fwctl_rule *rule, const struct print_style *style)
{
	char comment[QUOTED_LEN(BRFW_COMMENT_LEN) + 1];
	char value[PRINT_VALUE_LEN];
	size_t i;

	fprintf(out, "rule add hook %s", model_word_of(model_hooks, rule->hook));
	print_bridge(out, rule->bridge);
	if (rule->has_prio)
		fprintf(out, " prio %" PRIu32, rule->prio);
	for (i = 0; i < model_fields_count; i++) {
		if (!model_rule_has(rule, &model_fields[i]))
			continue;
		print_value(rule, &model_fields[i], style->numeric, value);
		fprintf(out, " %s %s", model_fields[i].keyword, value);
	}
	fprintf(out, " %s", model_word_of(model_verdicts, rule->verdict));
	if (rule->comment[0]) {
		text_quote(comment, rule->comment);
		fprintf(out, " comment %s", comment);
	}
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
	print_bridge(out, policy->bridge);
	fprintf(out, " %s %s", model_word_of(model_hooks, policy->hook),
		model_word_of(model_verdicts, policy->verdict));
	if (style->stats && policy->has_stats) {
		fputs(" #", out);
		print_stats(out, &policy->stats);
	}
	fputc('\n', out);
}

/* Words for the bits of a set, or the numbers of bits without a word. */
static void print_set(FILE *out, const char *title, const struct fwctl_name *names,
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

	if (!(info->matches & (1ULL << model_fields[row].attr)))
		return false;
	for (i = 0; i < row; i++) {
		if ((info->matches & (1ULL << model_fields[i].attr)) &&
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

void print_info(FILE *out, const struct fwctl_info *info)
{
	char version[QUOTED_LEN(sizeof(info->module_version)) + 1];

	text_name(version, info->module_version);
	fprintf(out, "module-version %s\n", version);
	fprintf(out, "abi-version %" PRIu32 "\n", info->abi_version);
	fprintf(out, "generation %" PRIu64 "\n", info->generation);
	fprintf(out, "rules %" PRIu32 "\n", info->rules);
	fprintf(out, "max-rules %" PRIu32 "\n", info->max_rules);
	fprintf(out, "drafts %" PRIu32 "\n", info->drafts);
	fprintf(out, "max-drafts %" PRIu32 "\n", info->max_drafts);
	print_set(out, "hooks", model_hooks, info->hooks);
	print_set(out, "active-hooks", model_hooks, info->active_hooks);
	print_set(out, "verdicts", model_verdicts, info->verdicts);
	print_matches(out, info);
}

/* JSON */

/* Length of the UTF-8 character at @text, 0 when it is none. */
static size_t utf8_len(const unsigned char *text)
{
	unsigned int c = text[0], min, i, len;

	if (c < 0x80)
		return 1;
	len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	c &= 0x7f >> len;
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	min = len == 4 ? 0x10000 : len == 3 ? 0x800 : 0x80;
	return c < min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : len;
}

/*
 * JSON is UTF-8; names and comments are bytes. What is not UTF-8 becomes the
 * replacement character, so that one odd name doesn't spoil the output.
 */
static json_t *json_text(const char *text)
{
	char out[3 * BRFW_COMMENT_LEN + 1];
	size_t used = 0;

	while (*text && used + 4 < sizeof(out)) {
		size_t len = utf8_len((const unsigned char *)text);

		if (len) {
			memcpy(out + used, text, len);
			used += len;
			text += len;
		} else {
			memcpy(out + used, "\xef\xbf\xbd", 3);
			used += 3;
			text++;
		}
	}
	out[used] = '\0';
	return json_string(out);
}

/* Adds and takes the reference; tells whether it worked. */
static bool json_add(json_t *object, const char *key, json_t *value)
{
	return !json_object_set_new(object, key, value);
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

static bool json_add_match(json_t *match, const struct fwctl_rule *rule,
			   const struct print_style *style)
{
	char value[PRINT_VALUE_LEN];
	bool good = match != NULL;
	size_t i;

	for (i = 0; i < model_fields_count && good; i++) {
		const struct fwctl_field *field = &model_fields[i];

		if (!model_rule_has(rule, field))
			continue;
		print_value(rule, field, style->numeric, value);
		/* JSON has quotes of its own. */
		good = json_add(match, field->keyword,
				json_text(field->kind == FWCTL_KIND_NAME ?
					  rule->cond[field->attr].value.name : value));
	}
	return good;
}

/* Ends the making of an object: NULL when a part of it failed. */
static json_t *json_done(json_t *object, bool good)
{
	if (good)
		return object;
	json_decref(object);
	return NULL;
}

json_t *print_rule_json(const struct fwctl_rule *rule, const struct print_style *style)
{
	json_t *object = json_object();
	json_t *match = json_object();
	bool good;

	good = json_add(object, "handle", json_integer(rule->handle)) &&
	       json_add(object, "hook", json_string(model_word_of(model_hooks, rule->hook))) &&
	       json_add_text(object, "bridge", rule->bridge) &&
	       json_add(object, "prio", json_integer(rule->prio)) &&
	       json_add_match(match, rule, style);
	/* Takes the reference to match in any case. */
	good = json_add(object, "match", match) && good;
	good = good &&
	       json_add(object, "verdict",
			json_string(model_word_of(model_verdicts, rule->verdict))) &&
	       json_add_text(object, "comment", rule->comment) &&
	       json_add_stats(object, rule->has_stats, &rule->stats);
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

static json_t *json_set(const struct fwctl_name *names, uint64_t set)
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

json_t *print_info_json(const struct fwctl_info *info)
{
	json_t *object = json_object();
	bool good;

	good = json_add(object, "module-version", json_text(info->module_version)) &&
	       json_add(object, "abi-version", json_integer(info->abi_version)) &&
	       json_add(object, "generation", json_integer(info->generation)) &&
	       json_add(object, "rules", json_integer(info->rules)) &&
	       json_add(object, "max-rules", json_integer(info->max_rules)) &&
	       json_add(object, "drafts", json_integer(info->drafts)) &&
	       json_add(object, "max-drafts", json_integer(info->max_drafts)) &&
	       json_add(object, "hooks", json_set(model_hooks, info->hooks)) &&
	       json_add(object, "active-hooks", json_set(model_hooks, info->active_hooks)) &&
	       json_add(object, "verdicts", json_set(model_verdicts, info->verdicts)) &&
	       json_add(object, "matches", json_matches(info));
	return json_done(object, good);
}

void print_list_begin(struct print_list *list, FILE *out, bool pretty)
{
	list->out = out;
	list->pretty = pretty;
	list->count = 0;
	fputc('[', out);
}

/* Takes the reference to @element; -1 when there is none or it can't be written. */
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
	return ret;
}

void print_list_end(struct print_list *list)
{
	fputs(list->pretty && list->count ? "\n]\n" : "]\n", list->out);
}

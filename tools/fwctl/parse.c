// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar. A statement is cut into words first; then each keyword takes
 * its value. What fields there are comes from model_fields[]. Whether the
 * conditions of a rule make sense together is for the kernel to say, so that
 * there is one answer to that.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

#define WANT_LEN	160

#define WANT_IFNAME	"an interface name of 1 to 15 bytes"
#define WANT_HOOK	"forward, input or output"
#define WANT_VERDICT	"accept or drop"
#define WANT_HANDLE	"a rule handle, as \"fwctl rule show\" prints it"
#define WANT_COMMENT	"1 to 127 bytes without control characters"

/* Words */

int parse_args(struct parse_words *words, int argc, char *const *argv,
	       struct fwctl_err *err)
{
	words->count = 0;
	words->next = 0;
	words->is_line = false;
	if (argc > PARSE_WORDS_MAX)
		return err_words(err, 0, PARSE_WORDS_MAX);
	for (; argc > 0; argc--, argv++) {
		words->word[words->count].text = *argv;
		words->word[words->count].column = 0;
		words->count++;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Copies the quoted string at @pos to @out; gives the position behind it. */
static int split_quoted(const char *line, size_t len, size_t *pos, char **out,
			struct fwctl_err *err)
{
	size_t start = *pos;
	size_t i;

	for (i = start + 1; i < len && line[i] != '"'; i++) {
		if (line[i] == '\\') {
			if (i + 1 == len || (line[i + 1] != '"' && line[i + 1] != '\\'))
				return err_escape(err, i + 1);
			i++;
		}
		*(*out)++ = line[i];
	}
	if (i == len)
		return err_quote_open(err, start + 1);
	i++;
	if (i < len && !is_blank(line[i]))
		return err_quote_end(err, i + 1);
	*pos = i;
	return 0;
}

static int split_plain(const char *line, size_t len, size_t *pos, char **out,
		       struct fwctl_err *err)
{
	size_t i;

	for (i = *pos; i < len && !is_blank(line[i]); i++) {
		if (line[i] == '"')
			return err_quote_inside(err, i + 1);
		*(*out)++ = line[i];
	}
	*pos = i;
	return 0;
}

/* Bytes that no line may hold, inside of quotes and comments too. */
static int check_bytes(const char *line, size_t len, struct fwctl_err *err)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = line[i];

		if (c == '\0')
			return err_nul(err, i + 1);
		if (c == '\r' && i + 1 == len)
			return err_cr(err, i + 1);
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return err_control(err, i + 1);
	}
	return 0;
}

int parse_line(struct parse_words *words, const char *line, size_t len,
	       struct fwctl_err *err)
{
	char *out = words->text;
	size_t pos = 0;

	words->count = 0;
	words->next = 0;
	words->is_line = true;
	if (check_bytes(line, len, err))
		return -1;
	if (len > PARSE_LINE_MAX)
		return err_line_long(err, PARSE_LINE_MAX);
	for (;;) {
		struct parse_word *word = &words->word[words->count];

		while (pos < len && is_blank(line[pos]))
			pos++;
		if (pos == len || line[pos] == '#')
			return 0;
		if (words->count == PARSE_WORDS_MAX)
			return err_words(err, pos + 1, PARSE_WORDS_MAX);
		word->text = out;
		word->column = pos + 1;
		if (line[pos] == '"' ? split_quoted(line, len, &pos, &out, err) :
				       split_plain(line, len, &pos, &out, err))
			return -1;
		/* There is room: a blank or the end follows each word. */
		*out++ = '\0';
		words->count++;
	}
}

static const struct parse_word *word_peek(const struct parse_words *words)
{
	return words->next < words->count ? &words->word[words->next] : NULL;
}

static const struct parse_word *word_next(struct parse_words *words)
{
	return words->next < words->count ? &words->word[words->next++] : NULL;
}

/* Where something is missing: at the word that asked for it, or at the start. */
static unsigned int word_column(const struct parse_words *words)
{
	return words->count ? words->word[0].column : 0;
}

/* Values. All take a whole word; @want says more than the default if it can. */

static bool number_read(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = *text - '0';

		if (digit > 9 || n > (max - digit) / 10 || digit > max)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_read(const char *text, uint64_t *number)
{
	uint64_t n = 0;
	size_t i;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X') || !text[2])
		return false;
	for (i = 2; text[i]; i++) {
		if (i > 5 || hex_digit(text[i]) < 0)
			return false;
		n = n * 16 + hex_digit(text[i]);
	}
	*number = n;
	return true;
}

static bool field_number(const struct fwctl_field *field, const char *text, uint16_t *value)
{
	uint64_t number;

	if (field->is_hex ? !hex_read(text, &number) :
			    !number_read(text, field->max, &number))
		return false;
	if (number < field->min || number > field->max)
		return false;
	*value = number;
	return true;
}

static void want_number(const struct fwctl_field *field, char *want)
{
	const char *name = field->names ? "a name or " : "";

	if (field->is_hex)
		snprintf(want, WANT_LEN, "%s0x%04x-0x%04x", name, field->min, field->max);
	else
		snprintf(want, WANT_LEN, "%s%u-%u", name, field->min, field->max);
}

/* Cuts @text at the first @sep into @head; gives what is behind it, or NULL. */
static const char *text_cut(const char *text, char sep, char *head, size_t size)
{
	const char *tail = strchr(text, sep);
	size_t len = tail ? (size_t)(tail - text) : strlen(text);

	/* Too long to be right; an empty head is wrong everywhere. */
	if (len >= size)
		len = 0;
	memcpy(head, text, len);
	head[len] = '\0';
	return tail ? tail + 1 : NULL;
}

static int value_name(const struct fwctl_field *field, const char *text,
		      struct fwctl_cond *cond, char *want)
{
	(void)field;
	snprintf(want, WANT_LEN, WANT_IFNAME);
	if (!model_ifname_valid(text))
		return -1;
	strcpy(cond->value.name, text);
	return 0;
}

static bool mac_read(const char *text, uint8_t *mac)
{
	int i;

	for (i = 0; i < 6; i++) {
		if (hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0)
			return false;
		mac[i] = hex_digit(text[0]) << 4 | hex_digit(text[1]);
		if (text[2] != (i < 5 ? ':' : '\0'))
			return false;
		text += 3;
	}
	return true;
}

static int value_mac(const struct fwctl_field *field, const char *text,
		     struct fwctl_cond *cond, char *want)
{
	uint8_t *mac = cond->value.bytes, *mask = cond->mask.bytes;
	const char *tail;
	char head[18];
	int i, any = 0, outside = 0;

	(void)field;
	snprintf(want, WANT_LEN, "a MAC address such as 02:00:00:00:00:01, or MAC/MASK");
	tail = text_cut(text, '/', head, sizeof(head));
	memset(mask, 0xff, 6);
	if (!mac_read(head, mac) || (tail && !mac_read(tail, mask)))
		return -1;
	for (i = 0; i < 6; i++) {
		any |= mask[i];
		outside |= mac[i] & ~mask[i];
	}
	if (!any)
		snprintf(want, WANT_LEN, "a mask with a bit set; leave it out to match any address");
	else if (outside)
		snprintf(want, WANT_LEN, "no bits in the address outside of the mask");
	return any && !outside ? 0 : -1;
}

static int value_number(const struct fwctl_field *field, const char *text,
			struct fwctl_cond *cond, char *want)
{
	want_number(field, want);
	if (model_value_of(field->names, text, &cond->value.number))
		return 0;
	return field_number(field, text, &cond->value.number) ? 0 : -1;
}

static int value_range(const struct fwctl_field *field, const char *text,
		       struct fwctl_cond *cond, char *want)
{
	char head[8];
	const char *tail = text_cut(text, '-', head, sizeof(head));

	want_number(field, want);
	if (!field_number(field, head, &cond->value.number))
		return -1;
	cond->end = cond->value.number;
	if (tail && !field_number(field, tail, &cond->end))
		return -1;
	if (cond->end >= cond->value.number)
		return 0;
	snprintf(want, WANT_LEN, "the smaller number first: %s-%s", tail, head);
	return -1;
}

/* Zeroes the bits behind the prefix; tells whether any was set. */
static bool prefix_cut(uint8_t *addr, unsigned int size, unsigned int prefix)
{
	bool cut = false;
	unsigned int i;

	for (i = 0; i < size; i++) {
		unsigned int bits = prefix > i * 8 ? prefix - i * 8 : 0;
		uint8_t mask = bits >= 8 ? 0xff : 0xff00 >> bits;

		cut |= addr[i] & ~mask;
		addr[i] &= mask;
	}
	return cut;
}

static int value_addr(const struct fwctl_field *field, const char *text,
		      struct fwctl_cond *cond, char *want)
{
	int family = field->kind == FWCTL_KIND_IP4 ? AF_INET : AF_INET6;
	unsigned int bits = field->size * 8;
	char head[INET6_ADDRSTRLEN];
	uint64_t prefix = bits;
	const char *tail;

	snprintf(want, WANT_LEN, "an IPv4 or IPv6 address, or ADDR/LEN with a length of 1-%u",
		 bits);
	tail = text_cut(text, '/', head, sizeof(head));
	if (inet_pton(family, head, cond->value.bytes) != 1)
		return -1;
	if (tail && !number_read(tail, bits, &prefix))
		return -1;
	if (!prefix) {
		snprintf(want, WANT_LEN, "1-%u behind the slash; leave \"%s\" out to match any address",
			 bits, field->keyword);
		return -1;
	}
	cond->prefix = prefix;
	if (!prefix_cut(cond->value.bytes, field->size, prefix))
		return 0;
	inet_ntop(family, cond->value.bytes, head, sizeof(head));
	snprintf(want, WANT_LEN, "%s/%u, without bits behind the prefix", head,
		 (unsigned int)prefix);
	return -1;
}

/* One list of flags: "none", or words with commas between them. */
static bool flags_read(const struct fwctl_field *field, const char *text, uint16_t *flags)
{
	uint16_t flag;
	char word[8];

	*flags = 0;
	if (!strcmp(text, "none"))
		return true;
	do {
		text = text_cut(text, ',', word, sizeof(word));
		if (!model_value_of(field->names, word, &flag) || (*flags & flag))
			return false;
		*flags |= flag;
	} while (text);
	return true;
}

static int value_flags(const struct fwctl_field *field, const char *text,
		       struct fwctl_cond *cond, char *want)
{
	uint16_t *value = &cond->value.number, *mask = &cond->mask.number;
	const char *tail;
	char head[40];

	snprintf(want, WANT_LEN, "flags such as syn or syn/syn,ack, of fin,syn,rst,psh,ack,urg,ece,cwr, or none");
	tail = text_cut(text, '/', head, sizeof(head));
	if (!flags_read(field, head, value))
		return -1;
	*mask = *value;
	if (tail && !flags_read(field, tail, mask))
		return -1;
	if (!*mask) {
		snprintf(want, WANT_LEN, "the flags to look at behind a slash, such as none/syn,ack");
		return -1;
	}
	if (*value & ~*mask) {
		snprintf(want, WANT_LEN, "each flag before the slash behind it too");
		return -1;
	}
	return 0;
}

static int (*const value_readers[FWCTL_KINDS])(const struct fwctl_field *field,
					       const char *text, struct fwctl_cond *cond,
					       char *want) = {
	[FWCTL_KIND_NAME] = value_name,
	[FWCTL_KIND_MAC] = value_mac,
	[FWCTL_KIND_NUMBER] = value_number,
	[FWCTL_KIND_RANGE] = value_range,
	[FWCTL_KIND_IP4] = value_addr,
	[FWCTL_KIND_IP6] = value_addr,
	[FWCTL_KIND_FLAGS] = value_flags,
};

/* Rules */

/* The row for a keyword; of the two for an address the one of its family. */
static const struct fwctl_field *field_find(const char *keyword, const char *text)
{
	const struct fwctl_field *field = NULL;
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (strcmp(model_fields[i].keyword, keyword))
			continue;
		field = &model_fields[i];
		if (field->kind == FWCTL_KIND_IP4 && text && strchr(text, ':'))
			continue;
		break;
	}
	return field;
}

static bool rule_has_keyword(const struct fwctl_rule *rule, const char *keyword)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (model_rule_has(rule, &model_fields[i]) &&
		    !strcmp(model_fields[i].keyword, keyword))
			return true;
	}
	return false;
}

static int rule_field(struct fwctl_rule *rule, const struct fwctl_field *field,
		      const struct parse_word *value, struct fwctl_err *err)
{
	char want[WANT_LEN];

	if (rule_has_keyword(rule, field->keyword))
		return err_duplicate(err, value->column, field->keyword, value->text);
	if (value_readers[field->kind](field, value->text, &rule->cond[field->attr], want))
		return err_wrong(err, value->column, field->keyword, value->text, want);
	rule->set |= 1U << field->attr;
	return 0;
}

static int read_hook(uint8_t *hook, const struct parse_word *word, struct fwctl_err *err)
{
	uint16_t value;

	if (!model_value_of(model_hooks, word->text, &value))
		return err_wrong(err, word->column, "hook", word->text, WANT_HOOK);
	*hook = value;
	return 0;
}

static int read_verdict(uint8_t *verdict, const struct parse_word *word,
			struct fwctl_err *err)
{
	uint16_t value;

	if (!model_value_of(model_verdicts, word->text, &value))
		return err_wrong(err, word->column, "verdict", word->text, WANT_VERDICT);
	*verdict = value;
	return 0;
}

static int read_bridge(char *bridge, const struct parse_word *word, struct fwctl_err *err)
{
	if (!model_ifname_valid(word->text))
		return err_wrong(err, word->column, "bridge", word->text, WANT_IFNAME);
	strcpy(bridge, word->text);
	return 0;
}

static int read_handle(uint64_t *handle, const char *keyword, const struct parse_word *word,
		       struct fwctl_err *err)
{
	if (!number_read(word->text, UINT64_MAX, handle) || !*handle)
		return err_wrong(err, word->column, keyword, word->text, WANT_HANDLE);
	return 0;
}

static int clause_hook(struct fwctl_rule *rule, const struct parse_word *word,
		       struct fwctl_err *err)
{
	return read_hook(&rule->hook, word, err);
}

static int clause_bridge(struct fwctl_rule *rule, const struct parse_word *word,
			 struct fwctl_err *err)
{
	return read_bridge(rule->bridge, word, err);
}

static int clause_prio(struct fwctl_rule *rule, const struct parse_word *word,
		       struct fwctl_err *err)
{
	uint64_t prio;

	if (!number_read(word->text, UINT32_MAX, &prio))
		return err_wrong(err, word->column, "prio", word->text, "0-4294967295");
	rule->prio = prio;
	rule->has_prio = true;
	return 0;
}

static int clause_before(struct fwctl_rule *rule, const struct parse_word *word,
			 struct fwctl_err *err)
{
	if (rule->place == FWCTL_PLACE_AFTER)
		return err_conflict(err, word->column, "before", "after");
	rule->place = FWCTL_PLACE_BEFORE;
	return read_handle(&rule->place_handle, "before", word, err);
}

static int clause_after(struct fwctl_rule *rule, const struct parse_word *word,
			struct fwctl_err *err)
{
	if (rule->place == FWCTL_PLACE_BEFORE)
		return err_conflict(err, word->column, "after", "before");
	rule->place = FWCTL_PLACE_AFTER;
	return read_handle(&rule->place_handle, "after", word, err);
}

static int clause_comment(struct fwctl_rule *rule, const struct parse_word *word,
			  struct fwctl_err *err)
{
	if (!model_comment_valid(word->text))
		return err_wrong(err, word->column, "comment", word->text, WANT_COMMENT);
	strcpy(rule->comment, word->text);
	return 0;
}

/** struct parse_clause - a part of a rule that is not a condition */
struct parse_clause {
	/** @keyword: word in front of the value */
	const char *keyword;
	/** @want: right values, for error texts */
	const char *want;
	/** @read: takes the value */
	int (*read)(struct fwctl_rule *rule, const struct parse_word *word,
		    struct fwctl_err *err);
	/** @not_in_file: refused in rule files */
	bool not_in_file;
};

static const struct parse_clause clauses[] = {
	{ "hook", WANT_HOOK, clause_hook, false },
	{ "bridge", WANT_IFNAME, clause_bridge, false },
	{ "prio", "0-4294967295", clause_prio, false },
	{ "comment", WANT_COMMENT, clause_comment, false },
	{ "before", WANT_HANDLE, clause_before, true },
	{ "after", WANT_HANDLE, clause_after, true },
};

static const struct parse_clause *clause_find(const char *keyword)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(clauses); i++) {
		if (!strcmp(clauses[i].keyword, keyword))
			return &clauses[i];
	}
	return NULL;
}

/** struct rule_state - what of a rule was read so far */
struct rule_state {
	struct fwctl_rule *rule;
	/** @seen: clauses, 1 << index in clauses[] */
	unsigned int seen;
	bool has_verdict;
};

static int rule_clause(struct rule_state *state, const struct parse_words *words,
		       const struct parse_clause *clause, const struct parse_word *keyword,
		       const struct parse_word *value, struct fwctl_err *err)
{
	unsigned int bit = 1U << (clause - clauses);

	if (clause->not_in_file && words->is_line)
		return err_place_in_file(err, keyword->column, clause->keyword);
	if (!value)
		return err_value_missing(err, keyword->column, clause->keyword, clause->want);
	if (state->seen & bit)
		return err_duplicate(err, value->column, clause->keyword, value->text);
	state->seen |= bit;
	return clause->read(state->rule, value, err);
}

static int rule_verdict(struct rule_state *state, const struct parse_word *word,
			struct fwctl_err *err)
{
	if (state->has_verdict)
		return err_duplicate(err, word->column, "verdict", word->text);
	state->has_verdict = true;
	return read_verdict(&state->rule->verdict, word, err);
}

static int rule_word(struct rule_state *state, struct parse_words *words,
		     struct fwctl_err *err)
{
	const struct parse_word *keyword = word_next(words);
	const struct parse_word *value = word_peek(words);
	const struct parse_clause *clause;
	const struct fwctl_field *field;
	uint16_t verdict;

	if (model_value_of(model_verdicts, keyword->text, &verdict))
		return rule_verdict(state, keyword, err);
	clause = clause_find(keyword->text);
	field = clause ? NULL : field_find(keyword->text, value ? value->text : NULL);
	if (!clause && !field)
		return err_unknown(err, keyword->column, keyword->text, "rule");
	word_next(words);
	if (clause)
		return rule_clause(state, words, clause, keyword, value, err);
	if (!value)
		return err_value_missing(err, keyword->column, field->keyword, field->usage);
	return rule_field(state->rule, field, value, err);
}

int parse_rule(struct parse_words *words, struct fwctl_rule *rule, struct fwctl_err *err)
{
	struct rule_state state = { .rule = rule };

	model_rule_init(rule);
	while (word_peek(words)) {
		if (rule_word(&state, words, err))
			return -1;
	}
	if (!state.has_verdict)
		return err_required(err, word_column(words), "accept|drop");
	return 0;
}

/* Policies */

static int policy_bridge(struct parse_words *words, struct fwctl_policy *policy,
			 struct fwctl_err *err)
{
	const struct parse_word *word = word_peek(words);
	const struct parse_word *value;

	memset(policy, 0, sizeof(*policy));
	if (!word || strcmp(word->text, "bridge"))
		return 0;
	word_next(words);
	value = word_next(words);
	if (!value)
		return err_value_missing(err, word->column, "bridge", WANT_IFNAME);
	return read_bridge(policy->bridge, value, err);
}

static int policy_hook(struct parse_words *words, struct fwctl_policy *policy,
		       struct fwctl_err *err)
{
	const struct parse_word *word = word_next(words);

	if (!word)
		return err_required(err, word_column(words), "forward|input|output");
	return read_hook(&policy->hook, word, err);
}

int parse_policy_set(struct parse_words *words, struct fwctl_policy *policy,
		     struct fwctl_err *err)
{
	const struct parse_word *word;

	if (policy_bridge(words, policy, err) || policy_hook(words, policy, err))
		return -1;
	word = word_next(words);
	if (!word)
		return err_required(err, word_column(words), "accept|drop");
	if (read_verdict(&policy->verdict, word, err))
		return -1;
	return parse_end(words, "policy", err);
}

int parse_policy_delete(struct parse_words *words, struct fwctl_policy *policy,
			struct fwctl_err *err)
{
	if (policy_bridge(words, policy, err))
		return -1;
	/* The policy of all bridges can be set, but always exists. */
	if (!policy->bridge[0])
		return err_required(err, word_column(words), "bridge");
	if (policy_hook(words, policy, err))
		return -1;
	return parse_end(words, "policy", err);
}

int parse_end(struct parse_words *words, const char *object, struct fwctl_err *err)
{
	const struct parse_word *word = word_peek(words);

	return word ? err_unknown(err, word->column, word->text, object) : 0;
}

/* Filters */

static int filter_handle(struct fwctl_filter *filter, const struct parse_word *keyword,
			 const struct parse_word *value, struct fwctl_err *err)
{
	if (!value)
		return err_value_missing(err, keyword->column, "handle", WANT_HANDLE);
	if (filter->handle)
		return err_duplicate(err, value->column, "handle", value->text);
	return read_handle(&filter->handle, "handle", value, err);
}

static int filter_hook(struct fwctl_filter *filter, const struct parse_word *keyword,
		       const struct parse_word *value, struct fwctl_err *err)
{
	if (!value)
		return err_value_missing(err, keyword->column, "hook", WANT_HOOK);
	if (filter->has_hook)
		return err_duplicate(err, value->column, "hook", value->text);
	filter->has_hook = true;
	return read_hook(&filter->hook, value, err);
}

static int filter_bridge(struct fwctl_filter *filter, const struct parse_word *keyword,
			 const struct parse_word *value, struct fwctl_err *err)
{
	if (!value)
		return err_value_missing(err, keyword->column, "bridge", WANT_IFNAME);
	if (filter->bridge[0])
		return err_duplicate(err, value->column, "bridge", value->text);
	return read_bridge(filter->bridge, value, err);
}

int parse_filter(struct parse_words *words, unsigned int known, const char *object,
		 struct fwctl_filter *filter, struct fwctl_err *err)
{
	const struct parse_word *word;
	int ret = 0;

	memset(filter, 0, sizeof(*filter));
	while (!ret && (word = word_next(words))) {
		if ((known & PARSE_FILTER_HANDLE) && !strcmp(word->text, "handle"))
			ret = filter_handle(filter, word, word_next(words), err);
		else if ((known & PARSE_FILTER_HOOK) && !strcmp(word->text, "hook"))
			ret = filter_hook(filter, word, word_next(words), err);
		else if ((known & PARSE_FILTER_BRIDGE) && !strcmp(word->text, "bridge"))
			ret = filter_bridge(filter, word, word_next(words), err);
		else
			ret = err_unknown(err, word->column, word->text, object);
	}
	if (!ret && filter->handle && filter->has_hook)
		ret = err_conflict(err, 0, "handle", "hook");
	if (!ret && filter->handle && filter->bridge[0])
		ret = err_conflict(err, 0, "handle", "bridge");
	return ret;
}

/* Lines */

int parse_statement(struct parse_words *words, struct fwctl_statement *statement,
		    struct fwctl_err *err)
{
	const struct parse_word *object = word_next(words);
	const struct parse_word *verb = word_next(words);

	statement->cmd = BRFW_CMD_UNSPEC;
	if (!object)
		return 0;
	if (verb && !strcmp(object->text, "rule") && !strcmp(verb->text, "add")) {
		statement->cmd = BRFW_CMD_RULE_ADD;
		return parse_rule(words, &statement->rule, err);
	}
	if (verb && !strcmp(object->text, "policy") && !strcmp(verb->text, "set")) {
		statement->cmd = BRFW_CMD_POLICY_SET;
		return parse_policy_set(words, &statement->policy, err);
	}
	return err_statement(err, object->column, object->text, verb ? verb->text : NULL);
}

/* Is the argument @keyword a word of its own, without another in front? */
static bool is_bare(const char *keyword, const char *word)
{
	const struct fwctl_name *names = NULL;
	uint16_t value;

	if (!strcmp(keyword, "verdict"))
		names = model_verdicts;
	else if (!strcmp(keyword, "hook"))
		names = model_hooks;
	return model_value_of(names, word, &value);
}

unsigned int parse_column(const struct parse_words *words, const char *keyword)
{
	unsigned int i = 2;
	uint16_t value;

	while (keyword && i < words->count) {
		const char *word = words->word[i].text;

		if (!strcmp(word, keyword) || is_bare(keyword, word))
			return words->word[i].column;
		/* Skip values, which may look like keywords. */
		i += model_value_of(model_verdicts, word, &value) ||
		     model_value_of(model_hooks, word, &value) ? 1 : 2;
	}
	return word_column(words);
}

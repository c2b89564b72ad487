// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar. A statement is cut into words first; then each keyword takes
 * its value. What fields there are comes from model_fields[]. Whether the
 * conditions of a rule make sense together is for the kernel to say, so that
 * there is one answer to that.
 */
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "value.h"

#define WANT_IFNAME	"an interface name of 1 to 15 bytes"
#define WANT_HOOK	"forward, input or output"
#define WANT_VERDICT	"accept or drop"
#define WANT_HANDLE	"a rule handle, as \"fwctl rule show\" prints it"
#define WANT_COMMENT	"1 to 127 bytes of UTF-8 without control characters"
#define WANT_PREFIX	"1 to 63 bytes of UTF-8 without control characters"
#define WANT_PRIO	"0-4294967295"
#define WANT_U16	"0-65535"
#define WANT_ZONE	"1-65535"
#define WANT_RATE	"N/second, N/minute, N/hour or N/day, of packets or Nbytes"
#define WANT_BURST	"as many packets or bytes as may come at once"
#define WANT_MARK	"V or V/MASK"
#define WANT_SET_NAME	"up to 31 letters, digits, '_', '-' and '.', beginning with a letter"
#define WANT_IN_SET	"\".\" and one more field, or @ and the name of a set"
#define WANT_MEMBER	"ether_addr, ipv4_addr, ipv6_addr, inet_port or ifname"
#define WANT_INTERVAL	"the number of a member that is an IP address or port"
#define WANT_TIMEOUT	"a time such as 30s, 90m, 12h or 7d12h"
#define WANT_NEVER	WANT_TIMEOUT ", or never"
#define WANT_REJECT	"admin-prohibited, net-unreachable, host-unreachable, port-unreachable or tcp-reset"

/* Words */

int parse_args(struct parse_words *words, int argc, char *const *argv,
	       struct fwctl_err *err)
{
	words->count = 0;
	words->next = 0;
	words->is_file = false;
	if (argc > PARSE_WORDS_MAX)
		return err_words(err, 0, PARSE_WORDS_MAX);
	for (; argc > 0; argc--, argv++) {
		words->word[words->count] = (struct parse_word){ .text = *argv };
		words->count++;
	}
	return 0;
}

/** enum byte_class - what a byte of a line means; most mean nothing */
enum byte_class {
	BYTE_PLAIN,
	BYTE_BLANK,
	BYTE_QUOTE,
	/** @BYTE_CONTROL: may be in no line, but ends each in memory */
	BYTE_CONTROL,
};

static const uint8_t byte_classes[256] = {
	[0 ... '\t' - 1] = BYTE_CONTROL,
	['\t'] = BYTE_BLANK,
	['\t' + 1 ... ' ' - 1] = BYTE_CONTROL,
	[' '] = BYTE_BLANK,
	['"'] = BYTE_QUOTE,
	[0x7f] = BYTE_CONTROL,
};

static enum byte_class byte_class(char c)
{
	return byte_classes[(unsigned char)c];
}

/*
 * Cuts out the quoted string at @start of a line, which becomes shorter by its
 * escapes. Gives the position behind it in @end.
 */
static int split_quoted(char *line, size_t len, size_t start, size_t *end,
			struct fwctl_err *err)
{
	char *out = line + start;
	size_t i;

	for (i = start + 1; i < len && line[i] != '"'; i++) {
		if (byte_class(line[i]) == BYTE_CONTROL)
			return -1;
		if (line[i] == '\\') {
			if (i + 1 == len || (line[i + 1] != '"' && line[i + 1] != '\\'))
				return err_escape(err, i + 1);
			i++;
		}
		*out++ = line[i];
	}
	if (i == len)
		return err_quote_open(err, start + 1);
	i++;
	if (i < len && byte_class(line[i]) != BYTE_BLANK)
		return err_quote_end(err, i + 1);
	*out = '\0';
	*end = i;
	return 0;
}

static int split_plain(char *line, size_t len, size_t start, size_t *end,
		       struct fwctl_err *err)
{
	size_t i = start;

	while (byte_class(line[i]) == BYTE_PLAIN)
		i++;
	if (i < len && byte_class(line[i]) == BYTE_CONTROL)
		return -1;
	if (byte_class(line[i]) == BYTE_QUOTE)
		return err_quote_inside(err, i + 1);
	/* In place of the blank, or of the end of the line. */
	line[i] = '\0';
	*end = i;
	return 0;
}

/* What editors of other systems begin text files with; it can't be seen. */
#define BOM	"\xef\xbb\xbf"

/* Bytes that no line may hold, inside of quotes and comments too. */
static int check_bytes(const char *line, size_t len, struct fwctl_err *err)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (byte_class(line[i]) != BYTE_CONTROL)
			continue;
		if (line[i] == '\0')
			return err_nul(err, i + 1);
		if (line[i] == '\r' && i + 1 == len)
			return err_cr(err, i + 1);
		return err_control(err, i + 1);
	}
	return 0;
}

/* Fails without a text at bytes that no line may hold. */
static int split_line(struct parse_words *words, const char *line, size_t len,
		      struct fwctl_err *err)
{
	char *text = words->text;
	size_t pos;

	if (len > PARSE_LINE_MAX)
		return err_line_long(err, PARSE_LINE_MAX);
	if (len >= strlen(BOM) && !memcmp(line, BOM, strlen(BOM)))
		return err_bom(err);
	memcpy(text, line, len);
	text[len] = '\0';
	for (pos = 0; pos < len; pos++) {
		struct parse_word *word = &words->word[words->count];

		if (byte_class(text[pos]) == BYTE_BLANK)
			continue;
		if (text[pos] == '#')
			return check_bytes(line, len, err);
		if (words->count == PARSE_WORDS_MAX)
			return err_words(err, pos + 1, PARSE_WORDS_MAX);
		*word = (struct parse_word){
			.text = text + pos, .column = pos + 1, .is_quoted = text[pos] == '"',
		};
		if (word->is_quoted ? split_quoted(text, len, pos, &pos, err) :
				       split_plain(text, len, pos, &pos, err))
			return -1;
		words->count++;
	}
	return 0;
}

int parse_line(struct parse_words *words, const char *line, size_t len,
	       struct fwctl_err *err)
{
	words->count = 0;
	words->next = 0;
	words->is_file = false;
	if (!split_line(words, line, len, err))
		return 0;
	/* Worse than anything else in the line. */
	check_bytes(line, len, err);
	return -1;
}

static const struct parse_word *word_peek(const struct parse_words *words)
{
	return words->next < words->count ? &words->word[words->next] : NULL;
}

static struct parse_word *word_next(struct parse_words *words)
{
	return words->next < words->count ? &words->word[words->next++] : NULL;
}

/* Takes the next word if it is this one. */
static const struct parse_word *word_take(struct parse_words *words, const char *text)
{
	const struct parse_word *word = word_peek(words);

	if (!word || strcmp(word->text, text))
		return NULL;
	words->word[words->next].argument = text;
	return word_next(words);
}

/* Takes the value behind a word; NULL with @err filled when there is none. */
static const struct parse_word *word_value(struct parse_words *words,
					   const struct parse_word *keyword,
					   const char *want, struct fwctl_err *err)
{
	const struct parse_word *value = word_next(words);

	if (!value)
		err_value_missing(err, keyword->column, keyword->text, want);
	return value;
}

/* Where something is missing: at the word that asked for it, or at the start. */
static unsigned int word_column(const struct parse_words *words)
{
	return words->count ? words->word[0].column : 0;
}

/* Rules */

static int read_hook(uint8_t *hook, const struct parse_word *word, struct fwctl_err *err)
{
	uint32_t value;

	if (!model_value_of(model_hooks, word->text, &value))
		return err_wrong(err, word->column, "hook", word->text, WANT_HOOK);
	*hook = value;
	return 0;
}

/* Of a policy. */
static int read_verdict(uint8_t *verdict, const struct parse_word *word,
			struct fwctl_err *err)
{
	uint32_t value;

	if (!model_value_of(model_policy_verdicts, word->text, &value))
		return err_wrong(err, word->column, "verdict", word->text, WANT_VERDICT);
	*verdict = value;
	return 0;
}

static int read_ifname(char *name, const char *keyword, const struct parse_word *word,
		       struct fwctl_err *err)
{
	if (!model_ifname_valid(word->text))
		return err_wrong(err, word->column, keyword, word->text, WANT_IFNAME);
	strcpy(name, word->text);
	return 0;
}

static int read_bridge(char *bridge, const struct parse_word *word, struct fwctl_err *err)
{
	return read_ifname(bridge, "bridge", word, err);
}

static int read_text(char *text, size_t size, const char *keyword, const char *want,
		     const struct parse_word *word, struct fwctl_err *err)
{
	if (!model_text_valid(word->text, size))
		return err_wrong(err, word->column, keyword, word->text, want);
	strcpy(text, word->text);
	return 0;
}

static int read_u16(uint16_t *number, const char *keyword, const struct parse_word *word,
		    struct fwctl_err *err)
{
	uint64_t value;

	if (!value_read_number(word->text, UINT16_MAX, &value))
		return err_wrong(err, word->column, keyword, word->text, WANT_U16);
	*number = value;
	return 0;
}

static int read_handle(uint64_t *handle, const char *keyword, const struct parse_word *word,
		       struct fwctl_err *err)
{
	if (!value_read_number(word->text, UINT64_MAX, handle) || !*handle)
		return err_wrong(err, word->column, keyword, word->text, WANT_HANDLE);
	return 0;
}

/* What elements of a set look like, which @word names. */
static int set_form(struct parse_words *words, const struct parse_word *word,
		    const char *name, struct fwctl_set_form *form, struct fwctl_err *err)
{
	int ret;

	if (!model_set_name_valid(name))
		return err_wrong(err, word->column, "set", name, WANT_SET_NAME);
	ret = setforms_find(words->forms, name, form, err);
	if (!ret)
		return err_no_set(err, word->column, name);
	return ret < 0 ? -1 : 0;
}

/** struct rule_state - what of a rule was read so far */
struct rule_state {
	struct fwctl_rule *rule;
	struct parse_words *words;
	/** @seen: clauses, 1 << index in clauses[] */
	unsigned int seen;
};

/* Clauses: @word is the value, or the keyword of those that have none. */

static int clause_hook(struct rule_state *state, const struct parse_word *word,
		       struct fwctl_err *err)
{
	return read_hook(&state->rule->hook, word, err);
}

static int clause_bridge(struct rule_state *state, const struct parse_word *word,
			 struct fwctl_err *err)
{
	return read_bridge(state->rule->bridge, word, err);
}

static int clause_prio(struct rule_state *state, const struct parse_word *word,
		       struct fwctl_err *err)
{
	uint64_t prio;

	if (!value_read_number(word->text, UINT32_MAX, &prio))
		return err_wrong(err, word->column, "prio", word->text, WANT_PRIO);
	state->rule->prio = prio;
	state->rule->has_prio = true;
	return 0;
}

static int clause_before(struct rule_state *state, const struct parse_word *word,
			 struct fwctl_err *err)
{
	if (state->rule->place == FWCTL_PLACE_AFTER)
		return err_conflict(err, word->column, "before", "after");
	state->rule->place = FWCTL_PLACE_BEFORE;
	return read_handle(&state->rule->place_handle, "before", word, err);
}

static int clause_after(struct rule_state *state, const struct parse_word *word,
			struct fwctl_err *err)
{
	if (state->rule->place == FWCTL_PLACE_BEFORE)
		return err_conflict(err, word->column, "after", "before");
	state->rule->place = FWCTL_PLACE_AFTER;
	return read_handle(&state->rule->place_handle, "after", word, err);
}

static int clause_comment(struct rule_state *state, const struct parse_word *word,
			  struct fwctl_err *err)
{
	return read_text(state->rule->comment, sizeof(state->rule->comment), "comment",
			 WANT_COMMENT, word, err);
}

static int clause_limit(struct rule_state *state, const struct parse_word *word,
			struct fwctl_err *err)
{
	struct fwctl_limit *limit = &state->rule->limit;
	const struct parse_word *keyword;
	char want[VALUE_WANT_LEN];

	if (value_read_rate(word->text, limit, want))
		return err_wrong(err, word->column, "limit", word->text, want);
	keyword = word_take(state->words, "burst");
	if (!keyword)
		return 0;
	word = word_value(state->words, keyword, WANT_BURST, err);
	if (!word)
		return -1;
	if (value_read_burst(word->text, limit, want))
		return err_wrong(err, word->column, "burst", word->text, want);
	return 0;
}

static int log_group(struct rule_state *state, const struct parse_word *keyword,
		     struct fwctl_err *err)
{
	struct fwctl_log *log = &state->rule->log;
	const struct parse_word *value = word_value(state->words, keyword, WANT_U16, err);

	if (!value)
		return -1;
	if (log->has_group)
		return err_duplicate(err, value->column, "group", value->text);
	log->has_group = true;
	return read_u16(&log->group, "group", value, err);
}

static int log_prefix(struct rule_state *state, const struct parse_word *keyword,
		      struct fwctl_err *err)
{
	struct fwctl_log *log = &state->rule->log;
	const struct parse_word *value = word_value(state->words, keyword, WANT_PREFIX, err);

	if (!value)
		return -1;
	if (log->prefix[0])
		return err_duplicate(err, value->column, "prefix", value->text);
	return read_text(log->prefix, sizeof(log->prefix), "prefix", WANT_PREFIX, value, err);
}

static int clause_log(struct rule_state *state, const struct parse_word *word,
		      struct fwctl_err *err)
{
	state->rule->log.is_set = true;
	for (;;) {
		if ((word = word_take(state->words, "group"))) {
			if (log_group(state, word, err))
				return -1;
		} else if ((word = word_take(state->words, "prefix"))) {
			if (log_prefix(state, word, err))
				return -1;
		} else {
			return 0;
		}
	}
}

static int clause_set_mark(struct rule_state *state, const struct parse_word *word,
			   struct fwctl_err *err)
{
	char want[VALUE_WANT_LEN];

	if (value_read_mark(word->text, &state->rule->mark, want))
		return err_wrong(err, word->column, "set-mark", word->text, want);
	return 0;
}

static int clause_mirror(struct rule_state *state, const struct parse_word *word,
			 struct fwctl_err *err)
{
	return read_ifname(state->rule->mirror, "mirror", word, err);
}

static int clause_accept(struct rule_state *state, const struct parse_word *word,
			 struct fwctl_err *err)
{
	(void)word;
	(void)err;
	state->rule->verdict = BRFW_VERDICT_ACCEPT;
	return 0;
}

static int clause_drop(struct rule_state *state, const struct parse_word *word,
		       struct fwctl_err *err)
{
	(void)word;
	(void)err;
	state->rule->verdict = BRFW_VERDICT_DROP;
	return 0;
}

static int clause_reject(struct rule_state *state, const struct parse_word *word,
			 struct fwctl_err *err)
{
	uint32_t value;

	state->rule->verdict = BRFW_VERDICT_REJECT;
	word = word_take(state->words, "with");
	if (!word)
		return 0;
	word = word_value(state->words, word, WANT_REJECT, err);
	if (!word)
		return -1;
	if (!model_value_of(model_rejects, word->text, &value))
		return err_wrong(err, word->column, "with", word->text, WANT_REJECT);
	state->rule->reject = value;
	return 0;
}

static int clause_redirect(struct rule_state *state, const struct parse_word *word,
			   struct fwctl_err *err)
{
	state->rule->verdict = BRFW_VERDICT_REDIRECT;
	return read_ifname(state->rule->redirect, "redirect", word, err);
}

static int clause_queue(struct rule_state *state, const struct parse_word *word,
			struct fwctl_err *err)
{
	state->rule->verdict = BRFW_VERDICT_QUEUE;
	if (read_u16(&state->rule->queue.number, "queue", word, err))
		return -1;
	state->rule->queue.bypass = word_take(state->words, "bypass");
	return 0;
}

/** struct parse_clause - a part of a rule that is not a condition */
struct parse_clause {
	/** @keyword: word in front of the value */
	const char *keyword;
	/** @want: right values, for error texts; NULL: there is no value */
	const char *want;
	/** @read: takes the value and what belongs to it */
	int (*read)(struct rule_state *state, const struct parse_word *word,
		    struct fwctl_err *err);
	/** @is_verdict: a rule has only one of these */
	bool is_verdict;
	/** @not_in_file: refused in rule files */
	bool not_in_file;
};

static const struct parse_clause clauses[] = {
	{ "hook", WANT_HOOK, clause_hook, false, false },
	{ "bridge", WANT_IFNAME, clause_bridge, false, false },
	{ "prio", WANT_PRIO, clause_prio, false, false },
	{ "limit", WANT_RATE, clause_limit, false, false },
	{ "log", NULL, clause_log, false, false },
	{ "set-mark", WANT_MARK, clause_set_mark, false, false },
	{ "mirror", WANT_IFNAME, clause_mirror, false, false },
	{ "accept", NULL, clause_accept, true, false },
	{ "drop", NULL, clause_drop, true, false },
	{ "reject", NULL, clause_reject, true, false },
	{ "redirect", WANT_IFNAME, clause_redirect, true, false },
	{ "queue", WANT_U16, clause_queue, true, false },
	{ "comment", WANT_COMMENT, clause_comment, false, false },
	{ "before", WANT_HANDLE, clause_before, false, true },
	{ "after", WANT_HANDLE, clause_after, false, true },
};

/*
 * A hash table of all keywords, as a file may have millions of them. Each row
 * of clauses[] and model_fields[] has an entry of its own, at its hash or in
 * the first free place behind it. So entries that share a keyword are found in
 * the order of their rows.
 */
#define KEYWORDS_SIZE	256

_Static_assert(ARRAY_SIZE(clauses) + BRFW_MATCH_A_MAX <= KEYWORDS_SIZE / 2,
	       "the hash table of keywords is too full");

/** struct keyword - an entry; of @clause and @field one is set */
struct keyword {
	/** @text: NULL: there is no entry here */
	const char *text;
	const struct parse_clause *clause;
	const struct fwctl_field *field;
};

static struct keyword keywords[KEYWORDS_SIZE];

static struct keyword *keyword_next(const struct keyword *keyword)
{
	return &keywords[(keyword - keywords + 1) % KEYWORDS_SIZE];
}

/* Where entries of a text begin. */
static struct keyword *keyword_first(const char *text)
{
	uint32_t hash = 0;

	for (; *text; text++)
		hash = hash * 33 + (unsigned char)*text;
	return &keywords[hash % KEYWORDS_SIZE];
}

static void keyword_add(const char *text, const struct parse_clause *clause,
			const struct fwctl_field *field)
{
	struct keyword *keyword = keyword_first(text);

	while (keyword->text)
		keyword = keyword_next(keyword);
	*keyword = (struct keyword){ .text = text, .clause = clause, .field = field };
}

static void keywords_fill(void)
{
	static bool is_filled;
	size_t i;

	if (is_filled)
		return;
	is_filled = true;
	for (i = 0; i < ARRAY_SIZE(clauses); i++)
		keyword_add(clauses[i].keyword, &clauses[i], NULL);
	for (i = 0; i < model_fields_count; i++)
		keyword_add(model_fields[i].keyword, NULL, &model_fields[i]);
}

/* The entry of a keyword, the first of several; NULL: it is none. */
static const struct keyword *keyword_find(const char *text)
{
	const struct keyword *keyword;

	keywords_fill();
	for (keyword = keyword_first(text); keyword->text; keyword = keyword_next(keyword)) {
		if (!strcmp(keyword->text, text))
			return keyword;
	}
	return NULL;
}

/* Of the fields that share a keyword the one that fits the value. */
static const struct fwctl_field *keyword_field(const struct keyword *first, const char *text)
{
	const struct fwctl_field *field = NULL;
	const struct keyword *keyword;

	for (keyword = first; keyword->text; keyword = keyword_next(keyword)) {
		if (strcmp(keyword->text, first->text))
			continue;
		field = keyword->field;
		if (!text || value_fits(field, text))
			break;
	}
	return field;
}

/* Was this clause, or another verdict, there before? */
static int clause_once(struct rule_state *state, const struct parse_clause *clause,
		       const struct parse_word *keyword, const struct parse_word *value,
		       struct fwctl_err *err)
{
	unsigned int bit = 1U << (clause - clauses);
	bool seen = clause->is_verdict ? state->rule->has_verdict : state->seen & bit;

	state->seen |= bit;
	state->rule->has_verdict |= clause->is_verdict;
	if (!seen)
		return 0;
	if (clause->is_verdict)
		return err_duplicate(err, keyword->column, "verdict", keyword->text);
	if (!clause->want)
		return err_again(err, keyword->column, keyword->text);
	return err_duplicate(err, value->column, keyword->text, value->text);
}

static int rule_clause(struct rule_state *state, const struct parse_clause *clause,
		       struct parse_word *keyword, struct fwctl_err *err)
{
	const struct parse_word *value = keyword;

	keyword->argument = clause->is_verdict ? "verdict" : clause->keyword;
	if (clause->not_in_file && state->words->is_file)
		return err_place_in_file(err, keyword->column, clause->keyword);
	if (clause->want)
		value = word_value(state->words, keyword, clause->want, err);
	if (!value || clause_once(state, clause, keyword, value, err))
		return -1;
	return clause->read(state, value, err);
}

/* A keyword without value: its forms, from all rows that share it. */
static int field_incomplete(const struct fwctl_field *field, const struct parse_word *keyword,
			    struct fwctl_err *err)
{
	char want[VALUE_WANT_LEN];
	size_t i;

	snprintf(want, sizeof(want), "%s", field->usage);
	for (i = 0; i < model_fields_count; i++) {
		const struct fwctl_field *other = &model_fields[i];

		if (!strcmp(other->keyword, field->keyword) &&
		    strcmp(other->usage, field->usage))
			snprintf(want, sizeof(want), "%s or %s", field->usage, other->usage);
	}
	return err_value_missing(err, keyword->column, field->keyword, want);
}

/* What would be right where "not" is wrong. */
static int negate_refuse(const struct fwctl_field *field, const struct parse_word *not,
			 struct fwctl_err *err)
{
	char want[VALUE_WANT_LEN] = "the name of the port that is meant";

	if (field->kind == FWCTL_KIND_BOOL)
		snprintf(want, sizeof(want), "%s or %s without it", field->names[0].word,
			 field->names[1].word);
	return err_negate(err, not->column, field->keyword, want);
}

/* A condition; @not is the word in front of its keyword, if there is one. */
static int rule_field(struct rule_state *state, const struct keyword *known,
		      struct parse_word *keyword, const struct parse_word *not,
		      struct fwctl_err *err)
{
	const struct parse_word *value = word_next(state->words);
	struct fwctl_rule *rule = state->rule;
	const struct fwctl_field *field;
	char want[VALUE_WANT_LEN];

	field = keyword_field(known, value ? value->text : NULL);
	keyword->argument = field->keyword;
	if (!value)
		return field_incomplete(field, keyword, err);
	if (not && !model_field_can_negate(field))
		return negate_refuse(field, not, err);
	if (model_rule_has_keyword(rule, field->keyword))
		return err_duplicate(err, value->column, field->keyword, value->text);
	if (value_read(field, value->text, &rule->cond[field->attr], want))
		return err_wrong(err, value->column, field->keyword, value->text, want);
	rule->cond[field->attr].is_negated = not;
	rule->set |= MODEL_BIT(field->attr);
	return 0;
}

/* A dot between fields, or the name of a set behind the last one. */
static bool word_is_of_set(const struct parse_word *word)
{
	return word && !word->is_quoted && (!strcmp(word->text, ".") || word->text[0] == '@');
}

/* Of the fields that share a keyword the one that is such a member of a set. */
static const struct fwctl_field *keyword_member(const struct keyword *first, int member)
{
	const struct keyword *keyword;

	for (keyword = first; keyword->text; keyword = keyword_next(keyword)) {
		if (!strcmp(keyword->text, first->text) &&
		    model_field_member(keyword->field) == member)
			return keyword->field;
	}
	return NULL;
}

/* The fields that their keywords stand for, by the members of the set. */
static int in_set_fields(struct fwctl_in_set *in, const struct keyword *const *known,
			 const struct fwctl_set_form *form, const struct parse_word *word,
			 struct fwctl_err *err)
{
	unsigned int i;

	for (i = 0; i < in->count && in->count == form->count; i++) {
		const struct fwctl_field *field = keyword_member(known[i], form->members[i]);

		if (!field)
			break;
		in->fields[i] = field->attr;
	}
	if (in->count == form->count && i == in->count)
		return 0;
	return err_set_members(err, word->column, word->text + 1, form);
}

/* The keywords of a condition up to the name of the set, which is returned. */
static const struct parse_word *in_set_keywords(struct rule_state *state,
						struct fwctl_in_set *in,
						const struct keyword **known,
						struct fwctl_err *err)
{
	const struct parse_word *word = word_next(state->words);
	struct parse_word *keyword;

	while (!strcmp(word->text, ".")) {
		keyword = word_next(state->words);
		if (!keyword || in->count == BRFW_SET_MEMBERS_MAX) {
			err_value_missing(err, word->column, ".", "one more field, of up to four");
			return NULL;
		}
		known[in->count] = keyword_find(keyword->text);
		if (!known[in->count] || !known[in->count]->field) {
			err_wrong(err, keyword->column, ".", keyword->text, "a field");
			return NULL;
		}
		keyword->argument = keyword->text;
		in->count++;
		word = word_next(state->words);
		if (!word_is_of_set(word)) {
			err_value_missing(err, keyword->column, keyword->text, WANT_IN_SET);
			return NULL;
		}
	}
	return word;
}

/* Fields that are in a set; @not is the word in front, if there is one. */
static int rule_in_set(struct rule_state *state, const struct keyword *first,
		       struct parse_word *keyword, const struct parse_word *not,
		       struct fwctl_err *err)
{
	const struct keyword *known[BRFW_SET_MEMBERS_MAX] = { first };
	struct fwctl_rule *rule = state->rule;
	const struct parse_word *word;
	struct fwctl_set_form form;
	struct fwctl_in_set *in;

	keyword->argument = keyword->text;
	if (rule->set_count == FWCTL_RULE_SETS)
		return err_set_conditions(err, keyword->column, FWCTL_RULE_SETS);
	in = &rule->sets[rule->set_count];
	in->count = 1;
	word = in_set_keywords(state, in, known, err);
	if (!word || set_form(state->words, word, word->text + 1, &form, err) ||
	    in_set_fields(in, known, &form, word, err))
		return -1;
	strcpy(in->name, word->text + 1);
	in->is_negated = not;
	rule->set_count++;
	return 0;
}

static int rule_word(struct rule_state *state, struct fwctl_err *err)
{
	struct parse_word *keyword = word_next(state->words), *not = NULL;
	const struct keyword *known;

	known = keyword_find(keyword->text);
	if (!known && !strcmp(keyword->text, "not")) {
		not = keyword;
		keyword = word_next(state->words);
		if (!keyword)
			return err_value_missing(err, not->column, "not", "a condition");
		known = keyword_find(keyword->text);
		if (known ? !!known->clause : !strcmp(keyword->text, "not"))
			return err_negate(err, not->column, keyword->text, "a condition");
	}
	if (!known)
		return err_unknown(err, keyword->column, keyword->text, "rule");
	if (known->clause)
		return rule_clause(state, known->clause, keyword, err);
	if (word_is_of_set(word_peek(state->words)))
		return rule_in_set(state, known, keyword, not, err);
	return rule_field(state, known, keyword, not, err);
}

int parse_rule(struct parse_words *words, struct fwctl_rule *rule, struct fwctl_err *err)
{
	struct rule_state state = { .rule = rule, .words = words };

	model_rule_init(rule);
	while (word_peek(words)) {
		if (rule_word(&state, err))
			return -1;
	}
	if (!model_rule_does(rule))
		return err_required(err, word_column(words),
				    "accept|drop|reject|redirect|queue|log|set-mark|mirror");
	return 0;
}

/* The rule that a command is about. */
static int target_handle(struct parse_words *words, uint64_t *handle, struct fwctl_err *err)
{
	const struct parse_word *word = word_take(words, "handle");

	if (!word)
		return err_required(err, word_column(words), "handle");
	word = word_value(words, word, WANT_HANDLE, err);
	return word ? read_handle(handle, "handle", word, err) : -1;
}

int parse_rule_replace(struct parse_words *words, uint64_t *handle,
		       struct fwctl_rule *rule, struct fwctl_err *err)
{
	if (target_handle(words, handle, err) || parse_rule(words, rule, err))
		return -1;
	if (rule->place == FWCTL_PLACE_LAST)
		return 0;
	return err_place_kept(err, rule->place == FWCTL_PLACE_BEFORE ? "before" : "after");
}

static bool is_place(const struct parse_word *word)
{
	return !strcmp(word->text, "before") || !strcmp(word->text, "after") ||
	       !strcmp(word->text, "prio");
}

int parse_rule_move(struct parse_words *words, uint64_t *handle, struct fwctl_rule *rule,
		    struct fwctl_err *err)
{
	struct rule_state state = { .rule = rule, .words = words };
	const struct parse_word *word;

	model_rule_init(rule);
	if (target_handle(words, handle, err))
		return -1;
	while ((word = word_peek(words)) && is_place(word)) {
		if (rule_word(&state, err))
			return -1;
	}
	if (!rule->has_prio && rule->place == FWCTL_PLACE_LAST && !word)
		return err_required(err, word_column(words), "before|after|prio");
	return parse_end(words, "rule", err);
}

/* Policies */

/* The bridge of a policy or zone, if one is named. */
static int object_bridge(struct parse_words *words, char *bridge, struct fwctl_err *err)
{
	const struct parse_word *word = word_take(words, "bridge");

	if (!word)
		return 0;
	word = word_value(words, word, WANT_IFNAME, err);
	return word ? read_bridge(bridge, word, err) : -1;
}

static int policy_bridge(struct parse_words *words, struct fwctl_policy *policy,
			 struct fwctl_err *err)
{
	memset(policy, 0, sizeof(*policy));
	return object_bridge(words, policy->bridge, err);
}

static int policy_hook(struct parse_words *words, struct fwctl_policy *policy,
		       struct fwctl_err *err)
{
	struct parse_word *word = word_next(words);

	if (!word)
		return err_required(err, word_column(words), "forward|input|output");
	word->argument = "hook";
	return read_hook(&policy->hook, word, err);
}

int parse_policy_set(struct parse_words *words, struct fwctl_policy *policy,
		     struct fwctl_err *err)
{
	struct parse_word *word;

	if (policy_bridge(words, policy, err) || policy_hook(words, policy, err))
		return -1;
	word = word_next(words);
	if (!word)
		return err_required(err, word_column(words), "accept|drop");
	word->argument = "verdict";
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

/* Zones */

static int zone_bridge(struct parse_words *words, struct fwctl_zone *zone,
		       struct fwctl_err *err)
{
	memset(zone, 0, sizeof(*zone));
	if (object_bridge(words, zone->bridge, err))
		return -1;
	if (!zone->bridge[0])
		return err_required(err, word_column(words), "bridge");
	return 0;
}

int parse_zone_set(struct parse_words *words, struct fwctl_zone *zone, struct fwctl_err *err)
{
	struct parse_word *word;
	uint64_t id;

	if (zone_bridge(words, zone, err))
		return -1;
	word = word_next(words);
	if (!word)
		return err_required(err, word_column(words), "N");
	word->argument = "zone";
	if (!value_read_number(word->text, UINT16_MAX, &id) || !id)
		return err_wrong(err, word->column, "zone", word->text, WANT_ZONE);
	zone->id = id;
	return parse_end(words, "zone", err);
}

int parse_zone_delete(struct parse_words *words, struct fwctl_zone *zone,
		      struct fwctl_err *err)
{
	if (zone_bridge(words, zone, err))
		return -1;
	return parse_end(words, "zone", err);
}

/* Sets */

static struct parse_word *set_name(struct parse_words *words, char *name,
				   struct fwctl_err *err)
{
	struct parse_word *word = word_next(words);

	if (!word) {
		err_required(err, word_column(words), "NAME");
		return NULL;
	}
	word->argument = "set";
	if (!model_set_name_valid(word->text)) {
		err_wrong(err, word->column, "set", word->text, WANT_SET_NAME);
		return NULL;
	}
	strcpy(name, word->text);
	return word;
}

static int set_members(struct parse_words *words, struct fwctl_set_form *form,
		       struct fwctl_err *err)
{
	const struct parse_word *keyword = word_take(words, "type");
	const struct parse_word *word;
	uint32_t member;

	if (!keyword)
		return err_required(err, word_column(words), "type");
	do {
		word = word_value(words, keyword, WANT_MEMBER, err);
		if (!word)
			return -1;
		if (form->count == BRFW_SET_MEMBERS_MAX)
			return err_wrong(err, word->column, "type", word->text,
					 "up to four members");
		if (!model_value_of(model_members, word->text, &member))
			return err_wrong(err, word->column, "type", word->text, WANT_MEMBER);
		form->members[form->count++] = member;
		keyword = word_take(words, ".");
	} while (keyword);
	return 0;
}

static int set_interval(struct fwctl_set_form *form, const struct parse_word *word,
			struct fwctl_err *err)
{
	uint64_t number;

	if (form->interval)
		return err_duplicate(err, word->column, "interval", word->text);
	if (form->count == 1)
		return err_wrong(err, word->column, "interval", word->text,
				 "no such word: of a type with one member elements may be ranges");
	if (!value_read_number(word->text, form->count, &number) || !number)
		return err_wrong(err, word->column, "interval", word->text, WANT_INTERVAL);
	form->interval = number;
	if (!model_member_may_be_range(form, number - 1))
		return err_wrong(err, word->column, "interval", word->text, WANT_INTERVAL);
	return 0;
}

static int read_timeout(uint32_t *seconds, const struct parse_word *word, struct fwctl_err *err)
{
	char want[VALUE_WANT_LEN];

	if (value_read_time(word->text, seconds, want))
		return err_wrong(err, word->column, "timeout", word->text, want);
	return 0;
}

static int read_comment(char *comment, const struct parse_word *word, struct fwctl_err *err)
{
	if (comment[0])
		return err_duplicate(err, word->column, "comment", word->text);
	return read_text(comment, BRFW_COMMENT_LEN, "comment", WANT_COMMENT, word, err);
}

/* What may follow the type, in any order. */
static int set_clause(struct parse_words *words, struct fwctl_set *set, struct fwctl_err *err)
{
	const struct parse_word *keyword, *word;

	if ((keyword = word_take(words, "counters"))) {
		if (set->counters)
			return err_again(err, keyword->column, "counters");
		set->counters = true;
		return 0;
	}
	if ((keyword = word_take(words, "keep"))) {
		if (set->keep)
			return err_again(err, keyword->column, "keep");
		set->keep = true;
		return 0;
	}
	if ((keyword = word_take(words, "interval"))) {
		word = word_value(words, keyword, WANT_INTERVAL, err);
		return word ? set_interval(&set->form, word, err) : -1;
	}
	if ((keyword = word_take(words, "timeout"))) {
		word = word_value(words, keyword, WANT_TIMEOUT, err);
		if (word && set->timeout)
			return err_duplicate(err, word->column, "timeout", word->text);
		return word ? read_timeout(&set->timeout, word, err) : -1;
	}
	if ((keyword = word_take(words, "comment"))) {
		word = word_value(words, keyword, WANT_COMMENT, err);
		return word ? read_comment(set->comment, word, err) : -1;
	}
	return parse_end(words, "set", err);
}

int parse_set_add(struct parse_words *words, struct fwctl_set *set, struct fwctl_err *err)
{
	memset(set, 0, sizeof(*set));
	if (!set_name(words, set->name, err) || set_members(words, &set->form, err))
		return -1;
	while (word_peek(words)) {
		if (set_clause(words, set, err))
			return -1;
	}
	return words->forms ? setforms_add(words->forms, set->name, &set->form, err) : 0;
}

int parse_set_name(struct parse_words *words, char *name, bool is_optional,
		   struct fwctl_err *err)
{
	name[0] = '\0';
	if (is_optional && !word_peek(words))
		return 0;
	if (!set_name(words, name, err))
		return -1;
	return parse_end(words, "set", err);
}

static int element_value(struct parse_words *words, struct fwctl_element *element,
			 struct fwctl_err *err)
{
	const struct parse_word *dot = NULL;
	char want[VALUE_WANT_LEN];
	struct parse_word *word;
	unsigned int i;

	for (i = 0; i < element->form.count; i++) {
		if (i)
			dot = word_take(words, ".");
		word = word_next(words);
		if (!word || (i && !dot))
			return err_element_members(err, word ? word->column : word_column(words),
						   element->set, &element->form);
		word->argument = "element";
		if (value_read_member(element, i, word->text, want))
			return err_wrong(err, word->column, "element", word->text, want);
	}
	word = (struct parse_word *)word_peek(words);
	if (word && !word->is_quoted && !strcmp(word->text, "."))
		return err_element_members(err, word->column, element->set, &element->form);
	return 0;
}

static int element_timeout(struct fwctl_element *element, const struct parse_word *word,
			   struct fwctl_err *err)
{
	char want[VALUE_WANT_LEN];

	if (element->timeout != FWCTL_TIMEOUT_NONE)
		return err_duplicate(err, word->column, "timeout", word->text);
	if (!strcmp(word->text, "never")) {
		element->timeout = 0;
		return 0;
	}
	if (value_read_time(word->text, &element->timeout, want))
		return err_wrong(err, word->column, "timeout", word->text, WANT_NEVER);
	return 0;
}

static int element_clause(struct parse_words *words, struct fwctl_element *element,
			  struct fwctl_err *err)
{
	const struct parse_word *keyword, *word;

	if ((keyword = word_take(words, "timeout"))) {
		word = word_value(words, keyword, WANT_NEVER, err);
		return word ? element_timeout(element, word, err) : -1;
	}
	if ((keyword = word_take(words, "comment"))) {
		word = word_value(words, keyword, WANT_COMMENT, err);
		return word ? read_comment(element->comment, word, err) : -1;
	}
	return parse_end(words, "set", err);
}

int parse_element(struct parse_words *words, struct fwctl_element *element, bool is_key_only,
		  struct fwctl_err *err)
{
	const struct parse_word *word;

	memset(element, 0, sizeof(*element));
	element->range = -1;
	element->timeout = FWCTL_TIMEOUT_NONE;
	word = set_name(words, element->set, err);
	if (!word || set_form(words, word, element->set, &element->form, err) ||
	    element_value(words, element, err))
		return -1;
	if (is_key_only)
		return parse_end(words, "set", err);
	while (word_peek(words)) {
		if (element_clause(words, element, err))
			return -1;
	}
	return 0;
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

	words->is_file = true;
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
	if (verb && !strcmp(object->text, "zone") && !strcmp(verb->text, "set")) {
		statement->cmd = BRFW_CMD_ZONE_SET;
		return parse_zone_set(words, &statement->zone, err);
	}
	if (verb && !strcmp(object->text, "set") && !strcmp(verb->text, "add")) {
		statement->cmd = BRFW_CMD_SET_ADD;
		return parse_set_add(words, &statement->set, err);
	}
	if (verb && !strcmp(object->text, "set") && !strcmp(verb->text, "add-element")) {
		statement->cmd = BRFW_CMD_ELEMENT_ADD;
		return parse_element(words, &statement->element, false, err);
	}
	return err_statement(err, object->column, object->text, verb ? verb->text : NULL);
}

unsigned int parse_column(struct parse_words *words, const char *keyword)
{
	struct fwctl_statement statement;
	struct fwctl_err ignored;
	unsigned int i;

	words->next = 0;
	parse_statement(words, &statement, &ignored);
	for (i = 0; keyword && i < words->count; i++) {
		const struct parse_word *word = &words->word[i];

		/* The kernel knows verdicts by that name, and some by their own. */
		if (word->argument &&
		    (!strcmp(word->argument, keyword) || !strcmp(word->text, keyword)))
			return word->column;
	}
	return word_column(words);
}

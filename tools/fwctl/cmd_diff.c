// SPDX-License-Identifier: GPL-2.0-only
/*
 * ruleset diff: what a load would change.
 *
 * Both rulesets become lists of lines, each with a key, which says what it is,
 * and a value. A rule is its own key, and its comment is the value; so what has
 * the same key is what a load keeps. Timeouts of elements are not looked at: what
 * is left of them changes all the time. The file has been checked by the kernel
 * before, so it is known to load.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "load.h"
#include "snapshot.h"

/** enum line_subject - what a statement is about, in the order that is printed */
enum line_subject {
	LINE_SET,
	LINE_ELEMENT,
	LINE_POLICY,
	LINE_ZONE,
	LINE_RULE,
	LINE_SUBJECTS,
};

/** struct line - a statement as text */
struct line {
	/** @text: key and value */
	char *text;
	/** @key_len: bytes of the key */
	size_t key_len;
	/** @handle: of a rule that is there */
	uint64_t handle;
	/** @subject: enum line_subject */
	uint8_t subject;
	/** @hook: of a rule */
	uint8_t hook;
	/** @keeps: of a set: a load leaves the elements that it has */
	bool keeps;
	/** @prio: of a rule */
	uint32_t prio;
	/** @place: in its list */
	size_t place;
};

/** struct lines - one of the rulesets */
struct lines {
	struct line *line;
	size_t count;
	size_t size;
	/** @table: hash table of places plus one; 0: nothing here */
	size_t *table;
	/** @table_size: a power of two */
	size_t table_size;
	/** @forms: its sets */
	struct setforms forms;
};

/** struct diff - both of them, and where differences go */
struct diff {
	struct cmd_context *ctx;
	struct lines old;
	struct lines new;
	struct print_list list;
	/** @count: differences */
	size_t count;
};

/* Lists */

static size_t key_hash(const char *text, size_t len)
{
	size_t hash = 5381;

	while (len--)
		hash = hash * 33 + (unsigned char)*text++;
	return hash;
}

/* Where the key is in the table, or the free place for it. */
static size_t *table_find(const struct lines *lines, const char *text, size_t len)
{
	size_t at = key_hash(text, len) & (lines->table_size - 1);

	for (;; at = (at + 1) & (lines->table_size - 1)) {
		const struct line *line;

		if (!lines->table[at])
			return &lines->table[at];
		line = &lines->line[lines->table[at] - 1];
		if (line->key_len == len && !memcmp(line->text, text, len))
			return &lines->table[at];
	}
}

static int lines_grow(struct lines *lines, struct fwctl_err *err)
{
	size_t size = lines->size ? 2 * lines->size : 1024, i;
	struct line *line = realloc(lines->line, size * sizeof(*line));

	if (!line)
		return err_memory(err);
	lines->line = line;
	lines->size = size;
	free(lines->table);
	lines->table_size = 2 * size;
	lines->table = calloc(lines->table_size, sizeof(*lines->table));
	if (!lines->table)
		return err_memory(err);
	for (i = 0; i < lines->count; i++)
		*table_find(lines, line[i].text, line[i].key_len) = i + 1;
	return 0;
}

static struct line *lines_find_key(const struct lines *lines, const char *key, size_t len)
{
	size_t place = lines->count ? *table_find(lines, key, len) : 0;

	return place ? &lines->line[place - 1] : NULL;
}

static struct line *lines_find(const struct lines *lines, const struct line *like)
{
	return lines_find_key(lines, like->text, like->key_len);
}

/* Takes the text. A line of the same key is exchanged for this one. */
static int lines_add(struct lines *lines, struct line *line, struct fwctl_err *err)
{
	size_t *place;

	if (lines->count == lines->size && lines_grow(lines, err)) {
		free(line->text);
		return -1;
	}
	place = table_find(lines, line->text, line->key_len);
	if (*place) {
		line->place = *place - 1;
		free(lines->line[line->place].text);
	} else {
		line->place = lines->count++;
		*place = lines->count;
	}
	lines->line[line->place] = *line;
	return 0;
}

static void lines_free(struct lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		free(lines->line[i].text);
	free(lines->line);
	free(lines->table);
	setforms_free(&lines->forms);
}

/* Lines */

/** struct writer - text in memory */
struct writer {
	FILE *out;
	char *text;
	size_t len;
};

static int writer_open(struct writer *writer, struct fwctl_err *err)
{
	writer->text = NULL;
	writer->out = open_memstream(&writer->text, &writer->len);
	return writer->out ? 0 : err_memory(err);
}

/* Without the end of the line. */
static int writer_close(struct writer *writer, struct fwctl_err *err)
{
	if (fclose(writer->out) || !writer->len) {
		free(writer->text);
		return err_memory(err);
	}
	writer->text[--writer->len] = '\0';
	return 0;
}

/* The last word is the value. */
static size_t key_before_last(const char *text)
{
	return strrchr(text, ' ') - text;
}

static int add_policy(struct lines *lines, const struct fwctl_policy *policy,
		      struct fwctl_err *err)
{
	static const struct print_style style = { 0 };
	struct line line = { .subject = LINE_POLICY };
	struct writer writer;

	if (writer_open(&writer, err))
		return -1;
	print_policy(writer.out, policy, &style);
	if (writer_close(&writer, err))
		return -1;
	line.text = writer.text;
	line.key_len = key_before_last(line.text);
	return lines_add(lines, &line, err);
}

static int add_zone(struct lines *lines, const struct fwctl_zone *zone,
		    struct fwctl_err *err)
{
	struct line line = { .subject = LINE_ZONE };
	struct writer writer;

	if (writer_open(&writer, err))
		return -1;
	print_zone(writer.out, zone);
	if (writer_close(&writer, err))
		return -1;
	line.text = writer.text;
	line.key_len = key_before_last(line.text);
	return lines_add(lines, &line, err);
}

/* The comment is the last part of a rule, so the rest is what is before it. */
static int add_rule(struct lines *lines, struct fwctl_rule *rule, struct fwctl_err *err)
{
	static const struct print_style style = { 0 };
	struct line line = {
		.subject = LINE_RULE, .handle = rule->handle, .hook = rule->hook,
	};
	char comment = rule->comment[0];
	struct writer writer;

	if (!rule->has_prio)
		rule->prio = BRFW_PRIORITY_DEFAULT;
	rule->has_prio = true;
	line.prio = rule->prio;
	model_rule_simplify(rule);
	if (writer_open(&writer, err))
		return -1;
	rule->comment[0] = '\0';
	print_rule(writer.out, rule, &style);
	fflush(writer.out);
	line.key_len = writer.len - 1;
	rule->comment[0] = comment;
	rewind(writer.out);
	print_rule(writer.out, rule, &style);
	if (writer_close(&writer, err))
		return -1;
	line.text = writer.text;
	return lines_add(lines, &line, err);
}

static int add_set(struct lines *lines, const struct fwctl_set *set, struct fwctl_err *err)
{
	static const struct print_style style = { 0 };
	struct line line = { .subject = LINE_SET, .keeps = set->keep };
	struct writer writer;

	if (setforms_add(&lines->forms, set->name, &set->form, err) ||
	    writer_open(&writer, err))
		return -1;
	print_set(writer.out, set, &style);
	if (writer_close(&writer, err))
		return -1;
	line.text = writer.text;
	line.key_len = strlen("set add ") + strlen(set->name);
	return lines_add(lines, &line, err);
}

static int add_element(struct lines *lines, const struct fwctl_element *element,
		       struct fwctl_err *err)
{
	static const struct print_style style = { 0 };
	struct line line = { .subject = LINE_ELEMENT };
	struct fwctl_element shown = *element;
	struct writer writer;

	shown.timeout = FWCTL_TIMEOUT_NONE;
	shown.comment[0] = '\0';
	if (writer_open(&writer, err))
		return -1;
	print_element(writer.out, &shown, &style);
	fflush(writer.out);
	line.key_len = writer.len - 1;
	shown.comment[0] = element->comment[0];
	rewind(writer.out);
	print_element(writer.out, &shown, &style);
	if (writer_close(&writer, err))
		return -1;
	line.text = writer.text;
	return lines_add(lines, &line, err);
}

/* The policies of all bridges always exist. */
static int add_defaults(struct lines *lines, struct fwctl_err *err)
{
	struct fwctl_policy policy = { .verdict = BRFW_VERDICT_ACCEPT };
	const struct fwctl_name *hook;

	for (hook = model_hooks; hook->word; hook++) {
		policy.hook = hook->value;
		if (add_policy(lines, &policy, err))
			return -1;
	}
	return 0;
}

/* Both rulesets */

static int new_statement(const struct fwctl_statement *statement, void *data,
			 struct fwctl_err *err)
{
	struct diff *diff = data;
	struct fwctl_rule rule;

	switch (statement->cmd) {
	case BRFW_CMD_RULE_ADD:
		rule = statement->rule;
		return add_rule(&diff->new, &rule, err);
	case BRFW_CMD_SET_ADD:
		return add_set(&diff->new, &statement->set, err);
	case BRFW_CMD_ELEMENT_ADD:
		return add_element(&diff->new, &statement->element, err);
	case BRFW_CMD_POLICY_SET:
		return add_policy(&diff->new, &statement->policy, err);
	default:
		return add_zone(&diff->new, &statement->zone, err);
	}
}

static int old_set(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct fwctl_set set;

	if (cmd_check(wire_get_set(nlh, &set), 0, err))
		return -1;
	return add_set(data, &set, err);
}

static int old_element(struct fwctl_element *element, void *data, struct fwctl_err *err)
{
	return add_element(data, element, err);
}

static int old_elements(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_each_element(nlh, old_element, data, err);
}

static int old_policy(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct fwctl_policy policy;

	if (cmd_check(wire_get_policy(nlh, &policy), 0, err))
		return -1;
	return add_policy(data, &policy, err);
}

static int old_zone(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct fwctl_zone zone;

	if (cmd_check(wire_get_zone(nlh, &zone), 0, err))
		return -1;
	return add_zone(data, &zone, err);
}

static int old_rule(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct fwctl_rule rule;
	enum wire_result result = wire_get_rule(nlh, &rule);

	if (cmd_check(result, rule.handle, err))
		return -1;
	return add_rule(data, &rule, err);
}

static int diff_read_old(struct diff *diff)
{
	struct fwctl_err *err = &diff->ctx->err;
	struct snapshot snapshot = { 0 };
	struct nlsock sock;
	int ret;

	if (cmd_open(diff->ctx, &sock))
		return -1;
	ret = snapshot_take(&sock, &snapshot, err);
	nlsock_close(&sock);
	if (!ret && (add_defaults(&diff->old, err) ||
		     nlsock_dump_each(&snapshot.sets, old_set, &diff->old, err) ||
		     nlsock_dump_each(&snapshot.elements, old_elements, &diff->old, err) ||
		     nlsock_dump_each(&snapshot.policies, old_policy, &diff->old, err) ||
		     nlsock_dump_each(&snapshot.zones, old_zone, &diff->old, err) ||
		     nlsock_dump_each(&snapshot.rules, old_rule, &diff->old, err)))
		ret = -1;
	snapshot_free(&snapshot);
	return ret;
}

/* Differences */

static json_t *line_json(struct lines *lines, const struct line *line, struct fwctl_err *err)
{
	static const struct print_style style = { 0 };
	struct parse_words words = { .forms = &lines->forms };
	struct fwctl_statement statement;

	if (parse_line(&words, line->text, strlen(line->text), err) ||
	    parse_statement(&words, &statement, err))
		return NULL;
	switch ((enum line_subject)line->subject) {
	case LINE_SET:
		return print_set_json(&statement.set);
	case LINE_ELEMENT:
		return print_element_json(&statement.element);
	case LINE_POLICY:
		return print_policy_json(&statement.policy);
	case LINE_ZONE:
		return print_zone_json(&statement.zone);
	default:
		statement.rule.handle = line->handle;
		return print_rule_json(&statement.rule, &style);
	}
}

static int tell_json(struct diff *diff, enum brfw_change_attr kind, struct lines *lines,
		     const struct line *line)
{
	static const char *const names[LINE_SUBJECTS] = {
		[LINE_SET] = "set",
		[LINE_ELEMENT] = "element",
		[LINE_POLICY] = "policy",
		[LINE_ZONE] = "zone",
		[LINE_RULE] = "rule",
	};
	struct fwctl_err *err = &diff->ctx->err;
	json_t *object = json_pack("{s:s,s:o*}", "change", model_word_of(model_changes, kind),
				   names[line->subject], line_json(lines, line, err));

	return print_list_add(&diff->list, object) ? err_memory(err) : 0;
}

static void tell_text(char sign, const struct line *line, const char *note)
{
	printf("%c %s", sign, line->text);
	if (line->handle)
		printf(" # handle %llu%s", (unsigned long long)line->handle, note);
	putchar('\n');
}

/* What changes is shown as two lines, but rules as one. */
static int tell(struct diff *diff, enum brfw_change_attr kind, const struct line *old,
		const struct line *new)
{
	diff->count++;
	if (diff->ctx->json)
		return tell_json(diff, kind, new ? &diff->new : &diff->old, new ? new : old);
	if (new && new->handle) {
		tell_text('~', new, kind == BRFW_CHANGE_A_MOVED ? " moved" : " comment");
		return 0;
	}
	if (old)
		tell_text('-', old, "");
	if (new)
		tell_text('+', new, "");
	return 0;
}

static bool is_same_group(const struct line *a, const struct line *b)
{
	return a->hook == b->hook && a->prio == b->prio;
}

/* By hook and priority, the order of rules that are loaded. */
static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	if (x->hook != y->hook)
		return x->hook < y->hook ? -1 : 1;
	if (x->prio != y->prio)
		return x->prio < y->prio ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* Does it belong to a set that keeps its elements? */
static bool is_kept(const struct diff *diff, const struct line *line)
{
	const char *name = line->text + strlen("set add-element ");
	char key[sizeof("set add ") + BRFW_SET_NAME_LEN];
	const struct line *set;
	int len;

	if (line->subject != LINE_ELEMENT)
		return false;
	len = snprintf(key, sizeof(key), "set add %.*s", (int)strcspn(name, " "), name);
	set = lines_find_key(&diff->new, key, len);
	return set && set->keeps;
}

/* The lines of a subject that are gone. */
static int diff_deleted(struct diff *diff, enum line_subject subject)
{
	size_t i;

	for (i = 0; i < diff->old.count; i++) {
		const struct line *line = &diff->old.line[i];

		if (line->subject == subject && !lines_find(&diff->new, line) &&
		    !is_kept(diff, line) &&
		    tell(diff, BRFW_CHANGE_A_DELETED, line, NULL))
			return -1;
	}
	return 0;
}

/*
 * A rule stays where it is as long as those that stay are in their old order,
 * just as when it is loaded. @last is the last one that stays, or NULL.
 */
static int diff_line(struct diff *diff, struct line *new, const struct line **last)
{
	const struct line *old = lines_find(&diff->old, new);
	bool is_moved;

	if (!old)
		return tell(diff, BRFW_CHANGE_A_ADDED, NULL, new);
	new->handle = old->handle;
	is_moved = new->subject == LINE_RULE && *last &&
		   is_same_group(*last, old) && (*last)->place > old->place;
	if (!is_moved)
		*last = old;
	if (strcmp(new->text, old->text))
		return tell(diff, BRFW_CHANGE_A_REPLACED, old, new);
	return is_moved ? tell(diff, BRFW_CHANGE_A_MOVED, old, new) : 0;
}

static int diff_print(struct diff *diff)
{
	enum line_subject subject;
	struct lines sorted = diff->new;
	const struct line *last = NULL;
	size_t i;

	sorted.line = malloc(sorted.count * sizeof(*sorted.line));
	if (!sorted.line)
		return err_memory(&diff->ctx->err);
	memcpy(sorted.line, diff->new.line, sorted.count * sizeof(*sorted.line));
	qsort(sorted.line, sorted.count, sizeof(*sorted.line), compare_lines);
	for (subject = 0, i = 0; subject < LINE_SUBJECTS; subject++) {
		if (diff_deleted(diff, subject))
			break;
		/* They are sorted by subject first. */
		while (i < sorted.count && sorted.line[i].subject == subject &&
		       !diff_line(diff, &sorted.line[i], &last))
			i++;
		if (i < sorted.count && sorted.line[i].subject == subject)
			break;
	}
	free(sorted.line);
	return subject < LINE_SUBJECTS ? -1 : 0;
}

static int diff_run(struct diff *diff, const char *name)
{
	int ret;

	if (add_defaults(&diff->new, &diff->ctx->err) ||
	    load_file(diff->ctx, name, true, new_statement, diff) || diff_read_old(diff))
		return -1;
	if (diff->ctx->json)
		print_list_begin(&diff->list, stdout, diff->ctx->style.pretty);
	ret = diff_print(diff);
	if (diff->ctx->json)
		print_list_end(&diff->list);
	return ret ? ret : cmd_flush(&diff->ctx->err);
}

/* The exit status is that of diff(1): 1 says that something differs. */
int cmd_ruleset_diff(struct cmd_context *ctx)
{
	const char *name = cmd_file_argument(ctx, NULL);
	struct diff diff = { .ctx = ctx };
	int ret = name ? diff_run(&diff, name) : -1;

	lines_free(&diff.old);
	lines_free(&diff.new);
	ctx->exit = diff.count ? FWCTL_EXIT_DIFFERS : FWCTL_EXIT_DONE;
	if (ret)
		ctx->err.exit = FWCTL_EXIT_TROUBLE;
	return ret;
}

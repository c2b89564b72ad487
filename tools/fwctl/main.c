// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options, the command table, dispatch and help. The table and the table of
 * match fields are all that the help texts are made from.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "reader.h"

#ifndef FWCTL_VERSION
#error "the makefile takes FWCTL_VERSION from the file VERSION"
#endif

const struct fwctl_cmd cmd_table[] = {
	{
		"rule", "add",
		"[hook HOOK] [bridge NAME] [prio N] [[not] MATCH]... [limit RATE [burst N]] [ACTION]... [VERDICT] [comment STRING] [before HANDLE | after HANDLE]",
		"add a rule and print its handle", cmd_rule_add,
	},
	{
		"rule", "replace",
		"handle HANDLE [hook HOOK] [bridge NAME] [prio N] [[not] MATCH]... [limit RATE [burst N]] [ACTION]... [VERDICT] [comment STRING]",
		"give a rule other contents", cmd_rule_replace,
	},
	{
		"rule", "move", "handle HANDLE [prio N] [before HANDLE | after HANDLE]",
		"give a rule another place", cmd_rule_move,
	},
	{ "rule", "delete", "handle HANDLE", "delete a rule", cmd_rule_delete },
	{
		"rule", "show", "[handle HANDLE | [hook HOOK] [bridge NAME]]",
		"print rules in the order of evaluation", cmd_rule_show,
	},
	{
		"rule", "flush", "[hook HOOK] [bridge NAME]",
		"delete all rules, or those of a hook or bridge", cmd_rule_flush,
	},
	{
		"policy", "set", "[bridge NAME] HOOK VERDICT",
		"set what happens to frames that no rule decides", cmd_policy_set,
	},
	{
		"policy", "delete", "bridge NAME HOOK",
		"let a bridge follow the policy of all bridges again", cmd_policy_delete,
	},
	{ "policy", "show", "", "print policies", cmd_policy_show },
	{
		"zone", "set", "bridge NAME N",
		"track the connections of a bridge in conntrack zone N", cmd_zone_set,
	},
	{
		"zone", "delete", "bridge NAME",
		"track the connections of a bridge in zone 0 again", cmd_zone_delete,
	},
	{ "zone", "show", "", "print zones", cmd_zone_show },
	{
		"set", "add",
		"NAME type MEMBER [. MEMBER]... [interval N] [timeout TIME] [counters] [keep] [comment STRING]",
		"add a set", cmd_set_add,
	},
	{ "set", "delete", "NAME", "delete a set with its elements", cmd_set_delete },
	{ "set", "flush", "NAME", "delete the elements of a set", cmd_set_flush },
	{
		"set", "show", "[NAME]",
		"print all sets, or one with its elements", cmd_set_show,
	},
	{
		"set", "add-element", "NAME VALUE [. VALUE]... [timeout TIME|never] [comment STRING]",
		"add an element to a set", cmd_set_add_element,
	},
	{
		"set", "replace-element",
		"NAME VALUE [. VALUE]... [timeout TIME|never] [comment STRING]",
		"give an element of a set another timeout and comment", cmd_set_replace_element,
	},
	{
		"set", "delete-element", "NAME VALUE [. VALUE]...",
		"delete an element of a set", cmd_set_delete_element,
	},
	{
		"ruleset", "load", "FILE",
		"replace all rules, policies, zones and sets by those of a file", cmd_ruleset_load,
	},
	{
		"ruleset", "check", "FILE",
		"let the kernel check a file and change nothing", cmd_ruleset_check,
	},
	{
		"ruleset", "diff", "FILE",
		"print what load would change", cmd_ruleset_diff,
	},
	{
		"ruleset", "save", "[FILE]",
		"write all rules, policies, zones and sets in the form that load reads", cmd_ruleset_save,
	},
	{ "ruleset", "flush", "", "delete all rules, policies, zones and sets", cmd_ruleset_flush },
	{
		"counter", "reset", "[handle HANDLE]",
		"set all counters, or those of a rule, to zero", cmd_counter_reset,
	},
	{
		"info", "show", "",
		"print what the module supports and holds", cmd_info_show,
	},
	{ "monitor", NULL, "", "print each change as it is made", cmd_monitor },
	{ "help", NULL, "[OBJECT]", "print this text, or that of an object", cmd_help },
};

const size_t cmd_table_count = ARRAY_SIZE(cmd_table);

/** struct option_row - an option before the object */
struct option_row {
	char letter;
	const char *word;
	/** @value: name of the value, or NULL */
	const char *value;
	const char *summary;
};

static const struct option_row options[] = {
	{ 'j', "json", NULL, "print JSON" },
	{ 'p', "pretty", NULL, "print JSON over many lines" },
	{ 's', "statistics", NULL, "print counters too" },
	{ 'N', "numeric", NULL, "print numbers instead of names" },
	{ 'n', "netns", "NAME", "work in this network namespace" },
	{ 'b', "batch", "FILE", "do the commands of a file, one a line" },
	{ 'f', "force", NULL, "go on behind a command of a file that failed" },
	{ 'V', "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this text" },
};

/* Shared by handlers */

int cmd_open(struct cmd_context *ctx, struct nlsock *sock)
{
	return nlsock_open(sock, ctx->netns, &ctx->err);
}

int cmd_check(enum wire_result result, uint64_t handle, struct fwctl_err *err)
{
	switch (result) {
	case WIRE_OK:
		return 0;
	case WIRE_NEWER:
		return err_newer(err, handle);
	case WIRE_MALFORMED:
		break;
	}
	return err_malformed(err);
}

int cmd_each_element(const struct nlmsghdr *nlh,
		     int (*fn)(struct fwctl_element *element, void *data, struct fwctl_err *err),
		     void *data, struct fwctl_err *err)
{
	const struct nlattr *pos = NULL;
	struct fwctl_element element;

	for (;;) {
		if (cmd_check(wire_get_element(nlh, &pos, &element), 0, err))
			return -1;
		if (!pos)
			return 0;
		if (fn(&element, data, err))
			return -1;
	}
}

int cmd_change(struct cmd_context *ctx, uint8_t cmd, const struct fwctl_filter *filter)
{
	union nlsock_request request;
	struct nlsock sock;
	int ret;

	if (cmd_open(ctx, &sock))
		return -1;
	wire_put_filter(nlsock_begin(&request, cmd), filter);
	ret = nlsock_send(&sock, &request, NULL, NULL, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_flush(struct fwctl_err *err)
{
	if (fflush(stdout) || ferror(stdout))
		return err_system(err, "write", "standard output", errno);
	return 0;
}

void cmd_forget_sets(struct cmd_context *ctx)
{
	setforms_free(ctx->words.forms);
}

void cmd_warn(const struct cmd_context *ctx, uint32_t warnings)
{
	err_print_warnings(ctx->cmd->object, ctx->cmd->verb, warnings);
}

int cmd_print_json(struct cmd_context *ctx, json_t *element, bool in_array)
{
	struct print_list list;

	if (!element)
		return err_memory(&ctx->err);
	if (in_array) {
		print_list_begin(&list, stdout, ctx->style.pretty);
		print_list_add(&list, element);
		print_list_end(&list);
		return 0;
	}
	json_dumpf(element, stdout, ctx->style.pretty ? JSON_INDENT(4) : JSON_COMPACT);
	fputc('\n', stdout);
	json_decref(element);
	return 0;
}

/* Help */

static void help_usage(const struct fwctl_cmd *cmd)
{
	printf("  fwctl [OPTIONS] %s%s%s%s%s\n", cmd->object, cmd->verb ? " " : "",
	       cmd->verb ? cmd->verb : "", cmd->args[0] ? " " : "", cmd->args);
	printf("      %s\n", cmd->summary);
}

static void help_names(const char *title, const struct fwctl_name *names)
{
	printf("%s :=", title);
	for (; names->word; names++)
		printf(" %s%s", names->word, names[1].word ? " |" : "");
	printf("\n");
}

static void help_matches(void)
{
	size_t i;

	printf("MATCH :=\n");
	printf("  %-17s %-19s %s\n", "KEYWORD", "[. KEYWORD]... @SET", "fields that are in a set");
	for (i = 0; i < model_fields_count; i++) {
		const struct fwctl_field *field = &model_fields[i];

		printf("  %-17s %-19s %s\n", field->keyword, field->usage, field->summary);
	}
}

static void help_forms(const char *title, const struct fwctl_form *forms)
{
	char form[64];

	printf("%s :=\n", title);
	for (; forms->summary; forms++) {
		snprintf(form, sizeof(form), "%s %s", forms->keyword, forms->usage);
		printf("  %-37s %s\n", form, forms->summary);
	}
}

/* Words that stand for numbers, for fields that have some. */
static void help_words(void)
{
	size_t i;

	printf("Names:\n");
	for (i = 0; i < model_fields_count; i++) {
		const struct fwctl_name *name = model_fields[i].names;

		if (!name)
			continue;
		printf("  %s:", model_fields[i].keyword);
		for (; name->word; name++)
			printf(" %s", name->word);
		printf("\n");
	}
}

/* All of the language of rules. */
static void help_rule(void)
{
	help_matches();
	help_words();
	printf("RATE := N/PERIOD | N[k|m|g]bytes/PERIOD\n");
	help_names("PERIOD", model_periods);
	help_forms("ACTION", model_actions);
	help_forms("VERDICT", model_verdict_forms);
	help_names("ANSWER", model_rejects);
}

static void help_options(void)
{
	size_t i;

	printf("OPTIONS :=\n");
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option_row *row = &options[i];
		char form[32];

		snprintf(form, sizeof(form), "--%s%s%s", row->word, row->value ? " " : "",
			 row->value ? row->value : "");
		printf("  -%c, %-16s %s\n", row->letter, form, row->summary);
	}
}

/* Help on one object, or on all when @object is NULL. */
static int help_object(const char *object)
{
	bool found = false;
	size_t i;

	for (i = 0; i < cmd_table_count; i++) {
		if (object && strcmp(cmd_table[i].object, object))
			continue;
		if (!found)
			printf("Usage:\n");
		help_usage(&cmd_table[i]);
		found = true;
	}
	if (!found)
		return -1;
	if (!object)
		help_options();
	if (!object || !strcmp(object, "rule") || !strcmp(object, "policy"))
		help_names("HOOK", model_hooks);
	if (object && !strcmp(object, "rule"))
		help_rule();
	else if (object && !strcmp(object, "policy"))
		help_names("VERDICT", model_policy_verdicts);
	else if (object && !strcmp(object, "set"))
		help_names("MEMBER", model_members);
	return 0;
}

int cmd_help(struct cmd_context *ctx)
{
	const struct parse_words *words = &ctx->words;

	if (words->count > 2)
		return err_unknown(&ctx->err, words->word[2].column, words->word[2].text, NULL);
	if (words->count < 2)
		return help_object(NULL);
	if (help_object(words->word[1].text))
		return err_unknown(&ctx->err, words->word[1].column, words->word[1].text, NULL);
	return 0;
}

/* Options */

/** struct options_read - options that say what to run */
struct options_read {
	bool version;
	bool help;
	bool force;
	/** @batch: file of commands, or NULL */
	const char *batch;
};

static int option_set(struct cmd_context *ctx, struct options_read *read,
		      const struct option_row *row, const char *value)
{
	switch (row->letter) {
	case 'j':
		ctx->json = true;
		break;
	case 'p':
		ctx->style.pretty = true;
		break;
	case 's':
		ctx->style.stats = true;
		break;
	case 'N':
		ctx->style.numeric = true;
		break;
	case 'n':
		ctx->netns = value;
		break;
	case 'b':
		read->batch = value;
		break;
	case 'f':
		read->force = true;
		break;
	case 'V':
		read->version = true;
		break;
	case 'h':
		read->help = true;
		break;
	}
	return 0;
}

static const struct option_row *option_by_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (strlen(options[i].word) == len && !memcmp(options[i].word, word, len))
			return &options[i];
	}
	return NULL;
}

static const struct option_row *option_by_letter(char letter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].letter == letter)
			return &options[i];
	}
	return NULL;
}

/* --word, -word, --word VALUE or --word=VALUE. Gives the words taken, or -1. */
static int option_long(struct cmd_context *ctx, struct options_read *read, char **argv)
{
	const char *word = argv[0] + strspn(argv[0], "-");
	const char *value = strchr(word, '=');
	const struct option_row *row;
	int taken = 1;

	row = option_by_word(word, value ? (size_t)(value - word) : strlen(word));
	if (!row || (value && !row->value))
		return err_option(&ctx->err, argv[0]);
	if (value) {
		value++;
	} else if (row->value) {
		value = argv[1];
		taken = 2;
		if (!value)
			return err_option_value(&ctx->err, argv[0]);
	}
	option_set(ctx, read, row, value);
	return taken;
}

/* -jp, -n VALUE or -nVALUE. Gives the words taken, or -1. */
static int option_short(struct cmd_context *ctx, struct options_read *read, char **argv)
{
	const char *letter;

	for (letter = argv[0] + 1; *letter; letter++) {
		const struct option_row *row = option_by_letter(*letter);

		if (!row)
			return err_option(&ctx->err, argv[0]);
		if (!row->value) {
			option_set(ctx, read, row, NULL);
			continue;
		}
		if (letter[1])
			return option_set(ctx, read, row, letter + 1), 1;
		if (!argv[1])
			return err_option_value(&ctx->err, argv[0]);
		return option_set(ctx, read, row, argv[1]), 2;
	}
	return 1;
}

/* Gives the number of words that are options, or -1. */
static int options_take(struct cmd_context *ctx, struct options_read *read, char **argv)
{
	int count = 0;

	while (argv[count] && argv[count][0] == '-' && argv[count][1]) {
		int taken;

		if (!strcmp(argv[count], "--"))
			return count + 1;
		/* As other tools of the kind, -batch is --batch. */
		if (argv[count][1] == '-' ||
		    option_by_word(argv[count] + 1, strcspn(argv[count] + 1, "=")))
			taken = option_long(ctx, read, argv + count);
		else
			taken = option_short(ctx, read, argv + count);
		if (taken < 0)
			return -1;
		count += taken;
	}
	return count;
}

/* Dispatch */

static bool object_exists(const char *object)
{
	size_t i;

	for (i = 0; i < cmd_table_count; i++) {
		if (!strcmp(cmd_table[i].object, object))
			return true;
	}
	return false;
}

static const struct fwctl_cmd *cmd_find(const char *object, const char *verb)
{
	size_t i;

	for (i = 0; i < cmd_table_count; i++) {
		const struct fwctl_cmd *cmd = &cmd_table[i];

		if (!strcmp(cmd->object, object) &&
		    (!cmd->verb || (verb && !strcmp(cmd->verb, verb))))
			return cmd;
	}
	return NULL;
}

/* Finds the command by the first words and hands it the rest of them. */
static int dispatch(struct cmd_context *ctx)
{
	struct parse_words *words = &ctx->words;
	const struct parse_word *object = &words->word[0], *verb = &words->word[1];

	if (!words->count)
		return err_command_missing(&ctx->err, NULL);
	if (!object_exists(object->text))
		return err_unknown(&ctx->err, object->column, object->text, NULL);
	if (words->count < 2)
		verb = NULL;
	ctx->cmd = cmd_find(object->text, verb ? verb->text : NULL);
	if (!ctx->cmd && !verb)
		return err_command_missing(&ctx->err, object->text);
	if (verb && words->count == 2 && !strcmp(verb->text, "help"))
		return help_object(object->text);
	if (!ctx->cmd)
		return err_unknown(&ctx->err, verb->column, verb->text, object->text);
	words->next = ctx->cmd->verb ? 2 : 1;
	/* "rule add help" means what it says: no argument is called help. */
	if (ctx->cmd->verb && words->count == 3 && !strcmp(words->word[2].text, "help"))
		return help_object(object->text);
	return ctx->cmd->run(ctx);
}

/* Batches */

/* One line of a file of commands; empty ones do nothing. */
static int batch_line(struct cmd_context *ctx, const struct reader_line *line)
{
	if (parse_line(&ctx->words, line->text, line->len, &ctx->err))
		return -1;
	return ctx->words.count ? dispatch(ctx) : 0;
}

/* Gives the exit status of the line; -1 in @failed when the command failed. */
static int batch_command(const struct cmd_context *ctx, const struct reader *reader,
			 const struct reader_line *line, int *failed)
{
	struct cmd_context one = *ctx;

	*failed = batch_line(&one, line);
	/* Who writes to us by a pipe may wait for it. */
	fflush(stdout);
	if (!*failed)
		return one.exit;
	if (!one.err.text[0])
		err_batch(&one.err);
	err_print_line(reader->name, reader->line_number, &one.err);
	return one.err.exit;
}

/* The exit status is that of the first line that has one. */
static int batch_read(struct cmd_context *ctx, struct reader *reader, bool force)
{
	struct reader_line line;
	int failed = 0, got;

	while ((got = reader_next(reader, &line, &ctx->err)) == 1) {
		int exit = batch_command(ctx, reader, &line, &failed);

		if (!ctx->exit)
			ctx->exit = exit;
		if (failed && !force)
			return 0;
	}
	return got;
}

static int batch(struct cmd_context *ctx, const struct options_read *read)
{
	struct reader *reader = malloc(sizeof(*reader));
	int ret;

	if (!reader)
		return err_memory(&ctx->err);
	ret = reader_open(reader, read->batch, &ctx->err);
	if (!ret) {
		ret = batch_read(ctx, reader, read->force);
		reader_close(reader);
	}
	free(reader);
	return ret;
}

static int run(struct cmd_context *ctx, int argc, char **argv)
{
	struct options_read read = { .batch = NULL };
	int taken = options_take(ctx, &read, argv + 1);

	if (taken < 0)
		return -1;
	if (read.help)
		return help_object(NULL);
	if (read.version) {
		printf("fwctl %s\n", FWCTL_VERSION);
		return 0;
	}
	argc -= 1 + taken;
	argv += 1 + taken;
	if (read.force && !read.batch)
		return err_required(&ctx->err, 0, "-batch");
	if (read.batch && argc)
		return err_unknown(&ctx->err, 0, argv[0], NULL);
	if (read.batch)
		return batch(ctx, &read);
	if (parse_args(&ctx->words, argc, argv, &ctx->err))
		return -1;
	return dispatch(ctx);
}

int main(int argc, char **argv)
{
	struct cmd_context ctx = { 0 };
	int ret;

	ctx.forms.lookup = cmd_find_form;
	ctx.forms.data = &ctx;
	ctx.words.forms = &ctx.forms;
	ret = argc ? run(&ctx, argc, argv) : 0;
	setforms_free(&ctx.forms);

	/* A full disk must not look like success. */
	if (!ret)
		ret = cmd_flush(&ctx.err);
	if (!ret)
		return ctx.exit;
	err_print(ctx.cmd ? ctx.cmd->object : NULL, ctx.cmd ? ctx.cmd->verb : NULL, &ctx.err);
	return ctx.err.exit;
}

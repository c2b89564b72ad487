// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: rule files in JSON. A statement that is taken is printed as
 * JSON that is read as the same statement; a refusal says why and where.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json.h"
#include "statement.h"

/** STATEMENTS - of an input; more find no more */
#define STATEMENTS	100

/** struct input - a file in memory, and what reads it */
struct input {
	int fd;
	char name[32];
	struct reader reader;
	struct json_file json;
	struct setforms forms;
	struct parse_words words;
};

static struct input whole, again;

static int input_open(struct input *in, const void *data, size_t size, struct fwctl_err *err)
{
	unsigned long line;
	int ret;

	check(!ftruncate(in->fd, 0) && pwrite(in->fd, data, size, 0) == (ssize_t)size);
	check(!reader_open(&in->reader, in->name, err));
	ret = json_open(&in->json, &in->reader, &line, err);
	check(!ret || line || *err->path);
	in->words.forms = &in->forms;

	return ret;
}

static void input_close(struct input *in)
{
	json_close(&in->json);
	reader_close(&in->reader);
	setforms_free(&in->forms);
}

/* Return: as json_statement(). */
static int read_statement(struct input *in, unsigned long number,
			  struct fwctl_statement *statement, struct fwctl_err *err)
{
	int ret = json_statement(&in->json, number, &in->words, err);

	if (ret <= 0)
		return ret;
	if (!parse_statement(&in->words, statement, err))
		return 1;
	json_locate(&in->json, err->column, err);

	return -1;
}

/* As it stands in a file, in the array that is for such. */
static json_t *statement_json(const struct fwctl_statement *statement)
{
	switch (statement->cmd) {
	case BRFW_CMD_RULE_ADD:
		return json_pack("{s:[o]}", "rules", print_rule_json(&statement->rule, &plain));
	case BRFW_CMD_POLICY_SET:
		return json_pack("{s:[o]}", "policies", print_policy_json(&statement->policy));
	case BRFW_CMD_SET_ADD:
		return json_pack("{s:[o]}", "sets", print_set_json(&statement->set));
	case BRFW_CMD_ELEMENT_ADD:
		return json_pack("{s:[o]}", "elements",
				 print_element_json(&statement->element));
	default:
		return json_pack("{s:[o]}", "zones", print_zone_json(&statement->zone));
	}
}

/* Sets that were added before the statement are in the first file only. */
static int form_of_whole(void *data, const char *name, struct fwctl_set_form *form,
			 struct fwctl_err *err)
{
	(void)data;
	return setforms_find(&whole.forms, name, form, err);
}

static void check_statement(struct fwctl_statement *statement)
{
	static char text[4 * PARSE_LINE_MAX], text_again[4 * PARSE_LINE_MAX];
	static struct fwctl_statement back;
	json_t *json = statement_json(statement);
	struct fwctl_err err = { .text = "" };
	char *bytes;

	check(json);
	bytes = json_dumps(json, 0);
	json_decref(json);
	check(bytes);
	check(!input_open(&again, bytes, strlen(bytes), &err));
	if (read_statement(&again, 1, &back, &err) != 1) {
		fprintf(stderr, "%s\nis not taken again: %s\n", bytes, err.text);
		abort();
	}
	input_close(&again);
	free(bytes);
	/* In JSON a priority that was not given is 0, which it stands for. */
	if (statement->cmd == BRFW_CMD_RULE_ADD)
		statement->rule.has_prio = true;
	statement_text(statement, text, sizeof(text));
	statement_text(&back, text_again, sizeof(text_again));
	if (strcmp(text, text_again)) {
		fprintf(stderr, "%s\nis not\n%s\n", text, text_again);
		abort();
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct input *inputs[] = { &whole, &again };
	unsigned int i;

	(void)argc;
	(void)argv;
	for (i = 0; i < 2; i++) {
		inputs[i]->fd = memfd_create("fuzz", 0);
		check(inputs[i]->fd >= 0);
		snprintf(inputs[i]->name, sizeof(inputs[i]->name), "/proc/self/fd/%d",
			 inputs[i]->fd);
	}
	whole.forms.lookup = form_of_name;
	again.forms.lookup = form_of_whole;

	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fwctl_statement statement;
	struct fwctl_err err = { .text = "" };
	unsigned long number;
	int ret = 1;

	if (input_open(&whole, data, size, &err))
		check(err.exit == FWCTL_EXIT_USAGE && *err.text);
	for (number = 1; whole.json.root && ret && number <= STATEMENTS; number++) {
		memset(&err, 0, sizeof(err));
		ret = read_statement(&whole, number, &statement, &err);
		check(ret >= 0 || (err.exit == FWCTL_EXIT_USAGE && *err.text && *err.path));
		if (ret > 0)
			check_statement(&statement);
	}
	input_close(&whole);

	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: lines of a rule file. What the parser takes is printed as
 * something that it takes as the same statement, and so does what comes back
 * from the attributes of a request.
 */
#include <stdint.h>

#include <linux/genetlink.h>

#include "statement.h"
#include "wire.h"

static bool statement_read(struct fwctl_statement *statement, const char *text, size_t len,
			   struct fwctl_err *err)
{
	static struct setforms forms;
	static struct parse_words words;
	bool good;

	forms.lookup = form_of_name;
	words.forms = &forms;
	good = !parse_line(&words, text, len, err) && !parse_statement(&words, statement, err);
	/* Sets that were added are of no use for the next line. */
	setforms_free(&forms);
	return good;
}

/* A rule as an answer of the kernel would have it. */
static void rule_from_wire(const struct fwctl_rule *rule, struct fwctl_rule *back)
{
	union {
		struct nlmsghdr nlh;
		char bytes[WIRE_MESSAGE_MAX];
	} msg;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(&msg);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	wire_put_rule(nlh, rule);
	check(nlh->nlmsg_len < WIRE_MESSAGE_MAX);
	check(wire_get_rule(nlh, back) != WIRE_NEWER);
}

static void check_statement(const struct fwctl_statement *statement)
{
	static char text[4 * PARSE_LINE_MAX], again[4 * PARSE_LINE_MAX];
	static struct fwctl_statement back;
	struct fwctl_err err;
	struct fwctl_rule rule;

	statement_text(statement, text, sizeof(text));
	check(statement_read(&back, text, strlen(text), &err));
	check(back.cmd == statement->cmd);
	statement_text(&back, again, sizeof(again));
	check(!strcmp(text, again));
	if (statement->cmd != BRFW_CMD_RULE_ADD)
		return;
	check(model_rule_equal(&statement->rule, &back.rule));
	rule_from_wire(&statement->rule, &rule);
	json_decref(print_rule_json(&statement->rule, &plain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fwctl_statement statement;
	struct fwctl_err err = { .text = "" };

	if (statement_read(&statement, (const char *)data, size, &err)) {
		if (statement.cmd != BRFW_CMD_UNSPEC)
			check_statement(&statement);
	} else {
		/* A refusal says why, and doesn't point behind the line. */
		check(err.exit == FWCTL_EXIT_USAGE && *err.text);
		check(err.column <= size + 1);
	}

	return 0;
}

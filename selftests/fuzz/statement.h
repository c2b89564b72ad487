/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the targets that read rule files share: statements as text, and sets
 * that nobody has added.
 */
#ifndef _BRFW_FUZZ_STATEMENT_H
#define _BRFW_FUZZ_STATEMENT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "print.h"

static const struct print_style plain;

static inline void check(bool good)
{
	if (!good)
		abort();
}

/* A statement as text, as it stands in a rule file. */
static inline void statement_text(const struct fwctl_statement *statement, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");

	check(out);
	switch (statement->cmd) {
	case BRFW_CMD_RULE_ADD:
		print_rule(out, &statement->rule, &plain);
		break;
	case BRFW_CMD_POLICY_SET:
		print_policy(out, &statement->policy, &plain);
		break;
	case BRFW_CMD_SET_ADD:
		print_set(out, &statement->set, &plain);
		break;
	case BRFW_CMD_ELEMENT_ADD:
		print_element(out, &statement->element, &plain);
		break;
	default:
		print_zone(out, &statement->zone);
		break;
	}
	fputc('\0', out);
	check(!fclose(out));
	text[strcspn(text, "\n")] = '\0';
}

/* Sets of all types, by the first letters of their names. */
static inline int form_of_name(void *data, const char *name, struct fwctl_set_form *form,
			       struct fwctl_err *err)
{
	static const char letters[] = "mvwpi";

	(void)data;
	(void)err;
	memset(form, 0, sizeof(*form));
	for (; form->count < BRFW_SET_MEMBERS_MAX && *name && strchr(letters, *name); name++)
		form->members[form->count++] = strchr(letters, *name) - letters;
	if (form->count > 1 && form->members[1] != BRFW_SET_ETHER_ADDR &&
	    form->members[1] != BRFW_SET_IFNAME)
		form->interval = 2;
	return form->count ? 1 : 0;
}

#endif /* _BRFW_FUZZ_STATEMENT_H */

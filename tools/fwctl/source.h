/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The statements of a rule file, which is text or JSON.
 */
#ifndef _FWCTL_SOURCE_H
#define _FWCTL_SOURCE_H

#include "json.h"
#include "parse.h"
#include "reader.h"

/** struct source - a rule file, about 100 KiB; zeros before it is opened */
struct source {
	/** @number: of the last statement: its line, or its place among all of the file */
	unsigned long number;
	/** @words: of that */
	struct parse_words words;
	/** @statement: what it says */
	struct fwctl_statement statement;
	/** @forms: sets of the file */
	struct setforms forms;
	/** @is_json: it is JSON */
	bool is_json;
	struct reader reader;
	struct json_file json;
};

/**
 * enum source_result - what source_next() gave
 * @SOURCE_TROUBLE: the file can't be read on; @err is filled
 * @SOURCE_END: there are no more statements
 * @SOURCE_STATEMENT: a statement; its cmd is BRFW_CMD_UNSPEC on an empty line
 * @SOURCE_WRONG: one that is wrong; @err is filled, and says where
 */
enum source_result {
	SOURCE_TROUBLE = -1,
	SOURCE_END,
	SOURCE_STATEMENT,
	SOURCE_WRONG,
};

/* 0, or -1 with @err filled, whose text is empty when it was printed. */
int source_open(struct source *source, const char *name, struct fwctl_err *err);
void source_close(struct source *source);
enum source_result source_next(struct source *source, struct fwctl_err *err);

/* Says in @err where the argument, or else the statement, of a number stands. */
void source_locate(struct source *source, unsigned long number, const char *attr,
		   struct fwctl_err *err);
/* The same of the statement that was given last, which is not read again. */
void source_point(const struct source *source, struct fwctl_err *err);

/** SOURCE_PLACE_LEN - room for what source_place() writes */
#define SOURCE_PLACE_LEN	sizeof(((struct fwctl_err *)0)->path)

/* "line 3" or "rules[2]": where a statement is, to be told by the way. */
void source_place(struct source *source, unsigned long number, char *place);

/* Prints @err, which says where; of what is in no statement, @number is 0. */
void source_print(const struct source *source, unsigned long number,
		  const struct fwctl_err *err);

#endif /* _FWCTL_SOURCE_H */

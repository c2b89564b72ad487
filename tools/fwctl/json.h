/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule files in JSON: objects to the words that the parser reads, so that
 * there is one grammar for both forms.
 */
#ifndef _FWCTL_JSON_H
#define _FWCTL_JSON_H

#include <jansson.h>

#include "parse.h"
#include "reader.h"

/** JSON_SECTIONS - arrays of a file: sets, elements, policies, zones and rules */
#define JSON_SECTIONS	5

/** struct json_word - where a word of a statement comes from */
struct json_word {
	/** @nest: key of the object inside of the statement, or NULL */
	const char *nest;
	/** @key: key in that, or NULL for the statement itself */
	const char *key;
};

/** struct json_file - a file that was read */
struct json_file {
	json_t *root;
	/** @section: arrays in the order of their statements; NULL: none */
	json_t *section[JSON_SECTIONS];
	/** @where: section of the statement that was made last */
	unsigned int where;
	/** @index: of that statement in its section */
	size_t index;
	/** @words: of that statement */
	struct json_word words[PARSE_WORDS_MAX];
	/** @count: entries in @words */
	unsigned int count;
	/** @element: the value of an element of a set, cut into words */
	struct parse_words element;
};

/*
 * Reads the whole file. On -1 @line is where it is no JSON, with the column in
 * @err, or 0.
 */
int json_open(struct json_file *file, struct reader *reader, unsigned long *line,
	      struct fwctl_err *err);
void json_close(struct json_file *file);

/* Cuts a statement, counted from 1, into words. 1: done, 0: there is none. */
int json_statement(struct json_file *file, unsigned long number, struct parse_words *words,
		   struct fwctl_err *err);

/* Says in @err where a statement is; the one that was made last stays that. */
void json_place(struct json_file *file, unsigned long number, struct fwctl_err *err);

/* Says in @err where the word with this number, its column, comes from. */
void json_locate(const struct json_file *file, unsigned int column, struct fwctl_err *err);

#endif /* _FWCTL_JSON_H */

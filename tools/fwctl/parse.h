/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text to structs: the one grammar of the command line and of rule files.
 * Nothing here opens, reads or prints anything.
 */
#ifndef _FWCTL_PARSE_H
#define _FWCTL_PARSE_H

#include "err.h"
#include "model.h"
#include "setforms.h"

/** PARSE_LINE_MAX - longest line of a rule file in bytes, without its end */
#define PARSE_LINE_MAX	4096

/** PARSE_WORDS_MAX - most words of a statement; each rule needs fewer */
#define PARSE_WORDS_MAX	192

/** struct parse_word - one word, without quotes and escapes */
struct parse_word {
	/** @text: ends with a NUL byte */
	const char *text;
	/** @column: where it begins in its line, from 1; 0 on the command line */
	unsigned int column;
	/** @is_quoted: stood in quotes, so that it is a value and nothing else */
	bool is_quoted;
	/** @argument: what it names, once it was read; NULL for values */
	const char *argument;
};

/** struct parse_words - a statement cut into words, and how far it is read */
struct parse_words {
	/** @count: words in @word */
	unsigned int count;
	/** @next: first word that has not been read */
	unsigned int next;
	/** @is_file: a statement of a rule file, not of a command */
	bool is_file;
	/** @forms: sets that a statement may name, or NULL; the caller's */
	struct setforms *forms;
	/** @word: the words */
	struct parse_word word[PARSE_WORDS_MAX];
	/** @text: the line, cut into words */
	char text[PARSE_LINE_MAX + 1];
};

/*
 * All return 0, or -1 with @err filled. The words of a line live inside of
 * @words, those of the command line where argv has them.
 */
int parse_args(struct parse_words *words, int argc, char *const *argv,
	       struct fwctl_err *err);
int parse_line(struct parse_words *words, const char *line, size_t len,
	       struct fwctl_err *err);

/* What follows "rule add", "policy set" and so on, up to the last word. */
int parse_rule(struct parse_words *words, struct fwctl_rule *rule, struct fwctl_err *err);
int parse_rule_replace(struct parse_words *words, uint64_t *handle,
		       struct fwctl_rule *rule, struct fwctl_err *err);
/* Of the rule only priority and place are set. */
int parse_rule_move(struct parse_words *words, uint64_t *handle, struct fwctl_rule *rule,
		    struct fwctl_err *err);
int parse_policy_set(struct parse_words *words, struct fwctl_policy *policy,
		     struct fwctl_err *err);
int parse_policy_delete(struct parse_words *words, struct fwctl_policy *policy,
			struct fwctl_err *err);
int parse_zone_set(struct parse_words *words, struct fwctl_zone *zone, struct fwctl_err *err);
int parse_zone_delete(struct parse_words *words, struct fwctl_zone *zone,
		      struct fwctl_err *err);
/* A set that is added becomes known to @words->forms. */
int parse_set_add(struct parse_words *words, struct fwctl_set *set, struct fwctl_err *err);
/* The name of a set and nothing else; with @is_optional none gives an empty one. */
int parse_set_name(struct parse_words *words, char *name, bool is_optional,
		   struct fwctl_err *err);
/* With @is_key_only neither timeout nor comment may follow. */
int parse_element(struct parse_words *words, struct fwctl_element *element, bool is_key_only,
		  struct fwctl_err *err);
int parse_end(struct parse_words *words, const char *object, struct fwctl_err *err);

/* Which words parse_filter() knows. */
#define PARSE_FILTER_HANDLE	(1U << 0)
#define PARSE_FILTER_HOOK	(1U << 1)
#define PARSE_FILTER_BRIDGE	(1U << 2)

int parse_filter(struct parse_words *words, unsigned int known, const char *object,
		 struct fwctl_filter *filter, struct fwctl_err *err);

/* A whole line of a rule file. An empty line gives cmd BRFW_CMD_UNSPEC. */
int parse_statement(struct parse_words *words, struct fwctl_statement *statement,
		    struct fwctl_err *err);

/*
 * Column of the argument that the kernel complained about, or of the statement.
 * Reads the statement anew.
 */
unsigned int parse_column(struct parse_words *words, const char *keyword);

#endif /* _FWCTL_PARSE_H */

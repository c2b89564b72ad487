/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every sentence that the tool can say when something is wrong. Code elsewhere
 * fills a struct fwctl_err with one of the functions here and returns their
 * -1; the command line or the file reader prints it.
 */
#ifndef _FWCTL_ERR_H
#define _FWCTL_ERR_H

#include <stddef.h>
#include <stdint.h>

/**
 * enum fwctl_exit - exit status of the tool
 * @FWCTL_EXIT_DONE: done
 * @FWCTL_EXIT_REFUSED: the kernel or the system refused
 * @FWCTL_EXIT_USAGE: wrong words, on the command line or in a file
 * @FWCTL_EXIT_DIFFERS: ruleset diff only: the rulesets differ
 * @FWCTL_EXIT_TROUBLE: ruleset diff only: whatever else goes wrong
 */
enum fwctl_exit {
	FWCTL_EXIT_DONE = 0,
	FWCTL_EXIT_REFUSED = 1,
	FWCTL_EXIT_USAGE = 2,
	FWCTL_EXIT_DIFFERS = 1,
	FWCTL_EXIT_TROUBLE = 2,
};

/** struct fwctl_err - one thing that went wrong */
struct fwctl_err {
	/** @exit: enum fwctl_exit that it leads to */
	int exit;
	/** @column: of the line, in bytes from 1; 0: not in a line */
	unsigned int column;
	/** @path: of the value in a JSON file; empty: not in one */
	char path[160];
	/** @text: the sentence; empty when it was printed already */
	char text[1024];
};

struct fwctl_set_form;
struct nlsock_refusal;

/* Words. The column is that of the word meant, 0 on the command line. */
int err_required(struct fwctl_err *err, unsigned int column, const char *what);
int err_value_missing(struct fwctl_err *err, unsigned int column, const char *keyword,
		      const char *want);
int err_wrong(struct fwctl_err *err, unsigned int column, const char *keyword,
	      const char *value, const char *want);
int err_duplicate(struct fwctl_err *err, unsigned int column, const char *keyword,
		  const char *value);
int err_again(struct fwctl_err *err, unsigned int column, const char *keyword);
int err_negate(struct fwctl_err *err, unsigned int column, const char *keyword,
	       const char *want);
int err_conflict(struct fwctl_err *err, unsigned int column, const char *keyword,
		 const char *other);
int err_unknown(struct fwctl_err *err, unsigned int column, const char *word,
		const char *object);
int err_command_missing(struct fwctl_err *err, const char *object);
int err_option(struct fwctl_err *err, const char *option);
/* In place of a sentence that was printed already. */
int err_batch(struct fwctl_err *err);
int err_option_value(struct fwctl_err *err, const char *option);
int err_netns_name(struct fwctl_err *err, const char *name);

/* Lines. */
int err_statement(struct fwctl_err *err, unsigned int column, const char *object,
		  const char *verb);
int err_no_set(struct fwctl_err *err, unsigned int column, const char *name);
int err_set_members(struct fwctl_err *err, unsigned int column, const char *name,
		    const struct fwctl_set_form *form);
int err_element_members(struct fwctl_err *err, unsigned int column, const char *name,
			const struct fwctl_set_form *form);
/* Elsewhere in the same file. */
int err_said(struct fwctl_err *err, unsigned int column, const char *object,
	     const char *place);
int err_place_in_file(struct fwctl_err *err, unsigned int column, const char *keyword);
int err_place_kept(struct fwctl_err *err, const char *keyword);
int err_quote_open(struct fwctl_err *err, unsigned int column);
int err_quote_end(struct fwctl_err *err, unsigned int column);
int err_escape(struct fwctl_err *err, unsigned int column);
int err_quote_inside(struct fwctl_err *err, unsigned int column);
int err_words(struct fwctl_err *err, unsigned int column, unsigned int max);
int err_set_conditions(struct fwctl_err *err, unsigned int column, unsigned int max);
int err_line_long(struct fwctl_err *err, unsigned int max);
int err_nul(struct fwctl_err *err, unsigned int column);
int err_cr(struct fwctl_err *err, unsigned int column);
int err_control(struct fwctl_err *err, unsigned int column);
int err_bom(struct fwctl_err *err);
int err_empty(struct fwctl_err *err, const char *name);
/* JSON files; the path is set by itself, with @index SIZE_MAX of no statement. */
int err_json_root(struct fwctl_err *err);
int err_json_syntax(struct fwctl_err *err, unsigned int column, const char *text);
int err_json_type(struct fwctl_err *err, const char *want, const char *type);
int err_json_key(struct fwctl_err *err, const char *key);
int err_json_verdict(struct fwctl_err *err, const char *key);
int err_json_number(struct fwctl_err *err, uint64_t handle);
/* What the module doesn't take; @handle 0: of no rule. */
int err_not_text(struct fwctl_err *err, uint64_t handle);
void err_json_path(struct fwctl_err *err, const char *section, size_t index,
		   const char *nest, const char *key);
int err_too_many(struct fwctl_err *err);

/* The system. @error is an errno. */
int err_system(struct fwctl_err *err, const char *what, const char *name, int error);
int err_file_kind(struct fwctl_err *err, const char *name, const char *kind);
int err_netns(struct fwctl_err *err, const char *name, int error);
int err_memory(struct fwctl_err *err);

/* The kernel module. */
int err_no_family(struct fwctl_err *err);
int err_refused(struct fwctl_err *err, const struct nlsock_refusal *refusal,
		const char *attr);
/* The same with where the other line of the file is that it is about, or NULL. */
int err_refused_beside(struct fwctl_err *err, const struct nlsock_refusal *refusal,
		       const char *attr, const char *place);
int err_malformed(struct fwctl_err *err);
int err_newer(struct fwctl_err *err, uint64_t handle);
int err_changing(struct fwctl_err *err, const char *what);
int err_overrun(struct fwctl_err *err);
int err_no_answer(struct fwctl_err *err);
int err_no_group(struct fwctl_err *err);
int err_family_gone(struct fwctl_err *err);
int err_join(struct fwctl_err *err, int error);

/* Output. The only functions of the tool that write to standard error. */
void err_print(const char *object, const char *verb, const struct fwctl_err *err);
/* At the path or column of @err; @line 0: not in a line. */
void err_print_line(const char *file, unsigned long line, const struct fwctl_err *err);
void err_print_lost(void);
/* What was done, but may not do what was meant: BRFW_WARN_*. */
void err_print_warnings(const char *object, const char *verb, uint32_t warnings);

#endif /* _FWCTL_ERR_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command table, and what handlers are given.
 */
#ifndef _FWCTL_CMD_H
#define _FWCTL_CMD_H

#include "err.h"
#include "nlsock.h"
#include "parse.h"
#include "print.h"

struct fwctl_cmd;

/** struct cmd_context - one run of the tool */
struct cmd_context {
	/** @cmd: the command that runs */
	const struct fwctl_cmd *cmd;
	/** @netns: name of the network namespace, or NULL for our own */
	const char *netns;
	/** @json: print JSON */
	bool json;
	/** @style: how to print */
	struct print_style style;
	/** @words: the command, of which object and verb are read */
	struct parse_words words;
	/** @forms: sets of the kernel, by need */
	struct setforms forms;
	/** @exit: exit status when the handler didn't fail */
	int exit;
	/** @err: why the handler failed */
	struct fwctl_err err;
};

/**
 * struct fwctl_cmd - one row of the command table
 *
 * Handlers read all of their arguments before they open a socket. They return
 * 0, or -1 with the reason in the context.
 */
struct fwctl_cmd {
	/** @object: first word */
	const char *object;
	/** @verb: second word; NULL when the object has no commands */
	const char *verb;
	/** @args: arguments, for usage texts */
	const char *args;
	/** @summary: what it does, for usage texts */
	const char *summary;
	/** @run: handler */
	int (*run)(struct cmd_context *ctx);
};

extern const struct fwctl_cmd cmd_table[];
extern const size_t cmd_table_count;

/* Shared by handlers: open the socket of the context. */
int cmd_open(struct cmd_context *ctx, struct nlsock *sock);
/* Turns what wire.c found into an error; 0 for WIRE_OK. */
int cmd_check(enum wire_result result, uint64_t handle, struct fwctl_err *err);
/* Calls @fn for each element in one message of a dump, until it fails. */
int cmd_each_element(const struct nlmsghdr *nlh,
		     int (*fn)(struct fwctl_element *element, void *data, struct fwctl_err *err),
		     void *data, struct fwctl_err *err);
/* The only argument, a file; NULL when there is none and @fallback is NULL. */
const char *cmd_file_argument(struct cmd_context *ctx, const char *fallback);
/* A request without answer, made by @cmd and @filter. */
int cmd_change(struct cmd_context *ctx, uint8_t cmd, const struct fwctl_filter *filter);
/* Asks the kernel what elements of a set look like; for struct setforms. */
int cmd_find_form(void *data, const char *name, struct fwctl_set_form *form,
		  struct fwctl_err *err);
/* To be called when sets may not be what they were, for the commands that follow. */
void cmd_forget_sets(struct cmd_context *ctx);
/* Is all written that was printed? 0, or -1 with @err filled. */
int cmd_flush(struct fwctl_err *err);
/* Prints what the kernel warns of: BRFW_WARN_*. */
void cmd_warn(const struct cmd_context *ctx, uint32_t warnings);
/* Prints a single JSON array or object. */
int cmd_print_json(struct cmd_context *ctx, json_t *element, bool in_array);

int cmd_rule_add(struct cmd_context *ctx);
int cmd_rule_delete(struct cmd_context *ctx);
int cmd_rule_replace(struct cmd_context *ctx);
int cmd_rule_move(struct cmd_context *ctx);
int cmd_rule_show(struct cmd_context *ctx);
int cmd_rule_flush(struct cmd_context *ctx);
int cmd_policy_set(struct cmd_context *ctx);
int cmd_policy_delete(struct cmd_context *ctx);
int cmd_policy_show(struct cmd_context *ctx);
int cmd_zone_set(struct cmd_context *ctx);
int cmd_zone_delete(struct cmd_context *ctx);
int cmd_zone_show(struct cmd_context *ctx);
int cmd_set_add(struct cmd_context *ctx);
int cmd_set_delete(struct cmd_context *ctx);
int cmd_set_flush(struct cmd_context *ctx);
int cmd_set_show(struct cmd_context *ctx);
int cmd_set_add_element(struct cmd_context *ctx);
int cmd_set_replace_element(struct cmd_context *ctx);
int cmd_set_delete_element(struct cmd_context *ctx);
int cmd_ruleset_load(struct cmd_context *ctx);
int cmd_ruleset_check(struct cmd_context *ctx);
int cmd_ruleset_diff(struct cmd_context *ctx);
int cmd_ruleset_save(struct cmd_context *ctx);
int cmd_ruleset_flush(struct cmd_context *ctx);
int cmd_counter_reset(struct cmd_context *ctx);
int cmd_info_show(struct cmd_context *ctx);
int cmd_monitor(struct cmd_context *ctx);
int cmd_help(struct cmd_context *ctx);

#endif /* _FWCTL_CMD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule file as one transaction.
 */
#ifndef _FWCTL_LOAD_H
#define _FWCTL_LOAD_H

#include "cmd.h"

/* Called for each statement of the file; 0, or -1 with @err filled. */
typedef int (*load_statement_fn)(const struct fwctl_statement *statement, void *data,
				 struct fwctl_err *err);

/*
 * Replaces the ruleset by that of a file, or lets the kernel check that it
 * could be done. @fn may be NULL. Errors that were printed leave no text.
 */
int load_file(struct cmd_context *ctx, const char *name, bool dry_run,
	      load_statement_fn fn, void *data);

/* A draft that starts from nothing, and its end. @refusal may be NULL. */
int load_begin(struct nlsock *sock, struct fwctl_err *err);
int load_commit(struct nlsock *sock, bool dry_run, struct fwctl_done *done,
		struct nlsock_refusal *refusal, struct fwctl_err *err);

#endif /* _FWCTL_LOAD_H */

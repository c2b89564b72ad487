/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that is there whole or not at all.
 */
#ifndef _FWCTL_SAVE_H
#define _FWCTL_SAVE_H

#include <stdio.h>

#include "err.h"

/** struct save - a file that is being written */
struct save {
	/** @out: write here */
	FILE *out;
	/** @name: as the user said it, for error texts */
	const char *name;
	/** @path: file to replace, symbolic links resolved; NULL: none */
	char *path;
	/** @temp: file that takes its place; NULL: none */
	char *temp;
};

/* Return 0, or -1 with @err filled. "-" is the standard output. */
int save_open(struct save *save, const char *name, struct fwctl_err *err);
/* Puts the file in its place. Ends @save, also when it fails. */
int save_commit(struct save *save, struct fwctl_err *err);
/* Forgets what was written. */
void save_abort(struct save *save);

#endif /* _FWCTL_SAVE_H */

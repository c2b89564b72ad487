/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset of one generation.
 */
#ifndef _FWCTL_SNAPSHOT_H
#define _FWCTL_SNAPSHOT_H

#include "nlsock.h"

/** struct snapshot - all of one generation */
struct snapshot {
	struct nlsock_dump sets;
	struct nlsock_dump elements;
	struct nlsock_dump policies;
	struct nlsock_dump zones;
	struct nlsock_dump rules;
};

/* Begins as zeros. 0, or -1 with @err filled; to be freed in any case. */
int snapshot_take(struct nlsock *sock, struct snapshot *snapshot, struct fwctl_err *err);
void snapshot_free(struct snapshot *snapshot);

#endif /* _FWCTL_SNAPSHOT_H */

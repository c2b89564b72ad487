// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several dumps that belong together.
 */
#include "cmd.h"
#include "snapshot.h"

/* Times that everything is read again when changes come in between. */
#define SNAPSHOT_TRIES	16

static int generation_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_check(wire_get_rules_generation(nlh, data), 0, err);
}

static int generation_get(struct nlsock *sock, uint64_t *generation, struct fwctl_err *err)
{
	union nlsock_request request;

	nlsock_begin(&request, BRFW_CMD_INFO_GET);
	return nlsock_send(sock, &request, generation_answer, generation, NULL, err);
}

void snapshot_free(struct snapshot *snapshot)
{
	nlsock_dump_free(&snapshot->sets);
	nlsock_dump_free(&snapshot->elements);
	nlsock_dump_free(&snapshot->policies);
	nlsock_dump_free(&snapshot->zones);
	nlsock_dump_free(&snapshot->rules);
}

static int snapshot_read(struct nlsock *sock, struct snapshot *snapshot,
			 struct fwctl_err *err)
{
	union nlsock_request request;

	snapshot_free(snapshot);
	nlsock_begin(&request, BRFW_CMD_SET_GET);
	if (nlsock_dump(sock, &request, &snapshot->sets, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_POLICY_GET);
	if (nlsock_dump(sock, &request, &snapshot->policies, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_ZONE_GET);
	if (nlsock_dump(sock, &request, &snapshot->zones, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_RULE_GET);
	if (nlsock_dump(sock, &request, &snapshot->rules, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_ELEMENT_GET);
	return nlsock_dump(sock, &request, &snapshot->elements, err);
}

/*
 * Each dump is consistent in itself. That of elements is of one generation, in which
 * all else was as it was before and after.
 */
int snapshot_take(struct nlsock *sock, struct snapshot *snapshot, struct fwctl_err *err)
{
	uint64_t before = 0, after = 0;
	int tries;

	for (tries = 0; tries < SNAPSHOT_TRIES; tries++) {
		if (generation_get(sock, &before, err) ||
		    snapshot_read(sock, snapshot, err) ||
		    generation_get(sock, &after, err))
			return -1;
		if (before == after)
			return 0;
	}
	return err_changing(err, "rules");
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * monitor: prints what the kernel tells of each commit, until it is killed. Each
 * notice is there at once for who reads a pipe.
 */
#include <errno.h>

#include "cmd.h"

/** struct monitor - where changes of one notice go */
struct monitor {
	struct cmd_context *ctx;
	/** @changes: JSON array of them */
	json_t *changes;
};

static int monitor_change(const struct fwctl_change *change, void *data)
{
	struct monitor *monitor = data;

	if (!monitor->ctx->json) {
		print_change(stdout, change, &monitor->ctx->style);
		return 0;
	}
	return json_array_append_new(monitor->changes,
				     print_change_json(change, &monitor->ctx->style));
}

static int monitor_changes(struct monitor *monitor, const struct nlmsghdr *nlh,
			   struct fwctl_err *err)
{
	return cmd_check(wire_each_change(nlh, monitor_change, monitor), 0, err);
}

static int monitor_json(struct monitor *monitor, const struct nlmsghdr *nlh,
			const struct fwctl_commit *commit, struct fwctl_err *err)
{
	json_t *object = print_commit_json(commit);

	monitor->changes = json_object_get(object, "changes");
	if (monitor_changes(monitor, nlh, err)) {
		json_decref(object);
		return -1;
	}
	return cmd_print_json(monitor->ctx, object, false);
}

static int monitor_notice(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct monitor *monitor = data;
	struct fwctl_commit commit;

	if (cmd_check(wire_get_commit(nlh, &commit), 0, err))
		return -1;
	if (monitor->ctx->json) {
		if (monitor_json(monitor, nlh, &commit, err))
			return -1;
		return cmd_flush(err);
	}
	print_commit(stdout, &commit);
	if (monitor_changes(monitor, nlh, err))
		return -1;
	return cmd_flush(err);
}

static int monitor_lost(void *data, struct fwctl_err *err)
{
	struct monitor *monitor = data;

	err_print_lost();
	if (!monitor->ctx->json)
		return 0;
	if (cmd_print_json(monitor->ctx, json_pack("{s:b}", "lost", 1), false))
		return -1;
	return cmd_flush(err);
}

int cmd_monitor(struct cmd_context *ctx)
{
	struct monitor monitor = { .ctx = ctx };
	struct nlsock sock;
	int ret;

	if (parse_end(&ctx->words, "monitor", &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	ctx->style.handle = true;
	ret = nlsock_join(&sock, &ctx->err);
	if (!ret)
		ret = nlsock_listen(&sock, monitor_notice, monitor_lost, &monitor, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

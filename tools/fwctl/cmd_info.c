// SPDX-License-Identifier: GPL-2.0-only
/*
 * info show.
 */
#include "cmd.h"

/** struct info_read - the answer, once it came */
struct info_read {
	struct fwctl_info info;
	bool came;
};

static int info_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct info_read *read = data;

	read->came = true;
	return cmd_check(wire_get_info(nlh, &read->info), 0, err);
}

int cmd_info_show(struct cmd_context *ctx)
{
	struct info_read read = { .came = false };
	union nlsock_request request;
	struct nlsock sock;
	int ret;

	if (parse_end(&ctx->words, "info", &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	nlsock_begin(&request, BRFW_CMD_INFO_GET);
	ret = nlsock_send(&sock, &request, info_answer, &read, NULL, &ctx->err);
	nlsock_close(&sock);
	if (ret)
		return -1;
	if (!read.came)
		return err_no_answer(&ctx->err);
	if (ctx->json)
		return cmd_print_json(ctx, print_info_json(&read.info), true);
	print_info(stdout, &read.info);
	return 0;
}

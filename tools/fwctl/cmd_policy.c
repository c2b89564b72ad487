// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy set, delete and show.
 */
#include "cmd.h"

static int policy_change(struct cmd_context *ctx, uint8_t cmd,
			 const struct fwctl_policy *policy)
{
	union nlsock_request request;
	struct nlsock sock;
	int ret;

	if (cmd_open(ctx, &sock))
		return -1;
	wire_put_policy(nlsock_begin(&request, cmd), policy, cmd == BRFW_CMD_POLICY_SET);
	ret = nlsock_send(&sock, &request, NULL, NULL, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_policy_set(struct cmd_context *ctx)
{
	struct fwctl_policy policy;

	if (parse_policy_set(&ctx->words, &policy, &ctx->err))
		return -1;
	return policy_change(ctx, BRFW_CMD_POLICY_SET, &policy);
}

int cmd_policy_delete(struct cmd_context *ctx)
{
	struct fwctl_policy policy;

	if (parse_policy_delete(&ctx->words, &policy, &ctx->err))
		return -1;
	return policy_change(ctx, BRFW_CMD_POLICY_DELETE, &policy);
}

/** struct show - where policies are printed to */
struct show {
	struct cmd_context *ctx;
	struct print_list list;
};

static int show_policy(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct show *show = data;
	struct fwctl_policy policy;

	if (cmd_check(wire_get_policy(nlh, &policy), 0, err))
		return -1;
	if (!show->ctx->json) {
		print_policy(stdout, &policy, &show->ctx->style);
		return 0;
	}
	if (print_list_add(&show->list, print_policy_json(&policy)))
		return err_memory(err);
	return 0;
}

static int show_read(struct cmd_context *ctx, struct nlsock_dump *dump)
{
	union nlsock_request request;
	struct nlsock sock;
	int ret;

	if (cmd_open(ctx, &sock))
		return -1;
	nlsock_begin(&request, BRFW_CMD_POLICY_GET);
	ret = nlsock_dump(&sock, &request, dump, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_policy_show(struct cmd_context *ctx)
{
	struct nlsock_dump dump = { 0 };
	struct show show = { .ctx = ctx };
	int ret;

	if (parse_end(&ctx->words, "policy", &ctx->err))
		return -1;
	ret = show_read(ctx, &dump);
	if (!ret) {
		if (ctx->json)
			print_list_begin(&show.list, stdout, ctx->style.pretty);
		ret = nlsock_dump_each(&dump, show_policy, &show, &ctx->err);
		if (ctx->json)
			print_list_end(&show.list);
	}
	nlsock_dump_free(&dump);
	return ret;
}

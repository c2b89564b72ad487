// SPDX-License-Identifier: GPL-2.0-only
/*
 * rule add, replace, move, delete, show and flush.
 */
#include <inttypes.h>

#include "cmd.h"

static int done_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_check(wire_get_done(nlh, data), 0, err);
}

int cmd_rule_add(struct cmd_context *ctx)
{
	union nlsock_request request;
	struct fwctl_rule rule;
	struct fwctl_done done = { 0 };
	struct nlsock sock;
	int ret;

	if (parse_rule(&ctx->words, &rule, &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	wire_put_rule(nlsock_begin(&request, BRFW_CMD_RULE_ADD), &rule);
	ret = nlsock_send(&sock, &request, done_answer, &done, NULL, &ctx->err);
	nlsock_close(&sock);
	if (ret)
		return -1;
	if (!done.handle)
		return err_no_answer(&ctx->err);
	cmd_warn(ctx, done.warnings);
	if (ctx->json)
		return cmd_print_json(ctx, json_pack("{s:I}", "handle",
						     (json_int_t)done.handle), false);
	printf("handle %" PRIu64 "\n", done.handle);
	return 0;
}

int cmd_rule_replace(struct cmd_context *ctx)
{
	union nlsock_request request;
	struct fwctl_done done = { 0 };
	struct fwctl_rule rule;
	struct nlsock sock;
	struct nlmsghdr *nlh;
	uint64_t handle;
	int ret;

	if (parse_rule_replace(&ctx->words, &handle, &rule, &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	nlh = nlsock_begin(&request, BRFW_CMD_RULE_REPLACE);
	wire_put_target(nlh, handle);
	wire_put_rule(nlh, &rule);
	ret = nlsock_send(&sock, &request, done_answer, &done, NULL, &ctx->err);
	nlsock_close(&sock);
	if (!ret)
		cmd_warn(ctx, done.warnings);
	return ret;
}

int cmd_rule_move(struct cmd_context *ctx)
{
	union nlsock_request request;
	struct fwctl_rule rule;
	struct nlsock sock;
	struct nlmsghdr *nlh;
	uint64_t handle;
	int ret;

	if (parse_rule_move(&ctx->words, &handle, &rule, &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	nlh = nlsock_begin(&request, BRFW_CMD_RULE_MOVE);
	wire_put_target(nlh, handle);
	wire_put_place(nlh, &rule);
	ret = nlsock_send(&sock, &request, NULL, NULL, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_rule_delete(struct cmd_context *ctx)
{
	struct fwctl_filter filter;

	if (parse_filter(&ctx->words, PARSE_FILTER_HANDLE, "rule", &filter, &ctx->err))
		return -1;
	/* Without one it would be a flush, which has a word of its own. */
	if (!filter.handle)
		return err_required(&ctx->err, 0, "handle");
	return cmd_change(ctx, BRFW_CMD_RULE_DELETE, &filter);
}

int cmd_rule_flush(struct cmd_context *ctx)
{
	struct fwctl_filter filter;

	if (parse_filter(&ctx->words, PARSE_FILTER_HOOK | PARSE_FILTER_BRIDGE, "rule",
			 &filter, &ctx->err))
		return -1;
	return cmd_change(ctx, BRFW_CMD_RULE_FLUSH, &filter);
}

/** struct show - where rules are printed to */
struct show {
	struct cmd_context *ctx;
	struct print_list list;
};

static int show_rule(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct show *show = data;
	struct fwctl_rule rule;
	enum wire_result result = wire_get_rule(nlh, &rule);

	if (cmd_check(result, rule.handle, err))
		return -1;
	if (!show->ctx->json) {
		print_rule(stdout, &rule, &show->ctx->style);
		return 0;
	}
	if (print_list_add(&show->list, print_rule_json(&rule, &show->ctx->style)))
		return err_memory(err);
	return 0;
}

/* Reads the rules that are asked for: one by its handle, or a dump. */
static int show_read(struct cmd_context *ctx, const struct fwctl_filter *filter,
		     struct nlsock_dump *dump)
{
	union nlsock_request request;
	struct nlsock sock;
	int ret;

	if (cmd_open(ctx, &sock))
		return -1;
	wire_put_filter(nlsock_begin(&request, BRFW_CMD_RULE_GET), filter);
	if (filter->handle)
		ret = nlsock_get(&sock, &request, dump, &ctx->err);
	else
		ret = nlsock_dump(&sock, &request, dump, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_rule_show(struct cmd_context *ctx)
{
	struct nlsock_dump dump = { 0 };
	struct show show = { .ctx = ctx };
	struct fwctl_filter filter;
	int ret;

	if (parse_filter(&ctx->words,
			 PARSE_FILTER_HANDLE | PARSE_FILTER_HOOK | PARSE_FILTER_BRIDGE,
			 "rule", &filter, &ctx->err))
		return -1;
	ret = show_read(ctx, &filter, &dump);
	if (!ret) {
		ctx->style.handle = true;
		if (ctx->json)
			print_list_begin(&show.list, stdout, ctx->style.pretty);
		ret = nlsock_dump_each(&dump, show_rule, &show, &ctx->err);
		if (ctx->json)
			print_list_end(&show.list);
	}
	nlsock_dump_free(&dump);
	return ret;
}

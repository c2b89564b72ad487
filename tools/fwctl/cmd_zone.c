// SPDX-License-Identifier: GPL-2.0-only
/*
 * zone set, delete and show.
 */
#include "cmd.h"

static int zone_change(struct cmd_context *ctx, uint8_t cmd, const struct fwctl_zone *zone)
{
	union nlsock_request request;
	struct nlsock sock;
	int ret;

	if (cmd_open(ctx, &sock))
		return -1;
	wire_put_zone(nlsock_begin(&request, cmd), zone);
	ret = nlsock_send(&sock, &request, NULL, NULL, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_zone_set(struct cmd_context *ctx)
{
	struct fwctl_zone zone;

	if (parse_zone_set(&ctx->words, &zone, &ctx->err))
		return -1;
	return zone_change(ctx, BRFW_CMD_ZONE_SET, &zone);
}

int cmd_zone_delete(struct cmd_context *ctx)
{
	struct fwctl_zone zone;

	if (parse_zone_delete(&ctx->words, &zone, &ctx->err))
		return -1;
	return zone_change(ctx, BRFW_CMD_ZONE_DELETE, &zone);
}

/** struct show - where zones are printed to */
struct show {
	struct cmd_context *ctx;
	struct print_list list;
};

static int show_zone(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct show *show = data;
	struct fwctl_zone zone;

	if (cmd_check(wire_get_zone(nlh, &zone), 0, err))
		return -1;
	if (!show->ctx->json) {
		print_zone(stdout, &zone);
		return 0;
	}
	if (print_list_add(&show->list, print_zone_json(&zone)))
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
	nlsock_begin(&request, BRFW_CMD_ZONE_GET);
	ret = nlsock_dump(&sock, &request, dump, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_zone_show(struct cmd_context *ctx)
{
	struct nlsock_dump dump = { 0 };
	struct show show = { .ctx = ctx };
	int ret;

	if (parse_end(&ctx->words, "zone", &ctx->err))
		return -1;
	ret = show_read(ctx, &dump);
	if (!ret) {
		if (ctx->json)
			print_list_begin(&show.list, stdout, ctx->style.pretty);
		ret = nlsock_dump_each(&dump, show_zone, &show, &ctx->err);
		if (ctx->json)
			print_list_end(&show.list);
	}
	nlsock_dump_free(&dump);
	return ret;
}

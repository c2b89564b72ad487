// SPDX-License-Identifier: GPL-2.0-only
/*
 * counter reset.
 */
#include "cmd.h"

int cmd_counter_reset(struct cmd_context *ctx)
{
	struct fwctl_filter filter;

	if (parse_filter(&ctx->words, PARSE_FILTER_HANDLE, "counter", &filter, &ctx->err))
		return -1;
	return cmd_change(ctx, BRFW_CMD_COUNTER_RESET, &filter);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * set add, delete, flush, show, add-element, replace-element and delete-element.
 */
#include <errno.h>

#include "cmd.h"

static int set_send(struct cmd_context *ctx, union nlsock_request *request)
{
	struct nlsock sock;
	int ret;

	if (cmd_open(ctx, &sock))
		return -1;
	ret = nlsock_send(&sock, request, NULL, NULL, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

int cmd_set_add(struct cmd_context *ctx)
{
	union nlsock_request request;
	struct fwctl_set set;
	int ret;

	ret = parse_set_add(&ctx->words, &set, &ctx->err);
	if (!ret) {
		wire_put_set(nlsock_begin(&request, BRFW_CMD_SET_ADD), &set);
		ret = set_send(ctx, &request);
	}
	/* The parser takes for granted that it is added. */
	cmd_forget_sets(ctx);
	return ret;
}

static int set_named(struct cmd_context *ctx, uint8_t cmd)
{
	union nlsock_request request;
	char name[BRFW_SET_NAME_LEN];

	if (parse_set_name(&ctx->words, name, false, &ctx->err))
		return -1;
	wire_put_set_name(nlsock_begin(&request, cmd), name);
	return set_send(ctx, &request);
}

int cmd_set_delete(struct cmd_context *ctx)
{
	cmd_forget_sets(ctx);
	return set_named(ctx, BRFW_CMD_SET_DELETE);
}

int cmd_set_flush(struct cmd_context *ctx)
{
	return set_named(ctx, BRFW_CMD_SET_FLUSH);
}

static int set_element(struct cmd_context *ctx, uint8_t cmd)
{
	struct fwctl_element element;
	union nlsock_request request;
	struct nlmsghdr *nlh;

	if (parse_element(&ctx->words, &element, cmd == BRFW_CMD_ELEMENT_DELETE, &ctx->err))
		return -1;
	nlh = nlsock_begin(&request, cmd);
	wire_put_element(nlh, wire_put_elements(nlh, &element), &element, 0);
	return set_send(ctx, &request);
}

int cmd_set_add_element(struct cmd_context *ctx)
{
	return set_element(ctx, BRFW_CMD_ELEMENT_ADD);
}

int cmd_set_replace_element(struct cmd_context *ctx)
{
	return set_element(ctx, BRFW_CMD_ELEMENT_REPLACE);
}

int cmd_set_delete_element(struct cmd_context *ctx)
{
	return set_element(ctx, BRFW_CMD_ELEMENT_DELETE);
}

/* What the kernel knows of a set */

static int form_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct fwctl_set *set = data;

	return cmd_check(wire_get_set(nlh, set), 0, err);
}

int cmd_find_form(void *data, const char *name, struct fwctl_set_form *form,
		  struct fwctl_err *err)
{
	struct nlsock_refusal refusal = { 0 };
	struct cmd_context *ctx = data;
	union nlsock_request request;
	struct fwctl_set set = { 0 };
	struct nlsock sock;
	int ret;

	if (nlsock_open(&sock, ctx->netns, err))
		return -1;
	wire_put_set_name(nlsock_begin(&request, BRFW_CMD_SET_GET), name);
	ret = nlsock_send(&sock, &request, form_answer, &set, &refusal, err);
	nlsock_close(&sock);
	if (ret)
		return refusal.error == ENOENT ? 0 : -1;
	*form = set.form;
	return 1;
}

/* Show */

/** struct show - what is shown, and where it is printed to */
struct show {
	struct cmd_context *ctx;
	struct print_list list;
	struct nlsock_dump sets;
	struct nlsock_dump elements;
};

static int show_json(struct show *show, json_t *element, struct fwctl_err *err)
{
	return print_list_add(&show->list, element) ? err_memory(err) : 0;
}

static int show_set(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct show *show = data;
	struct fwctl_set set;

	if (cmd_check(wire_get_set(nlh, &set), 0, err))
		return -1;
	if (show->ctx->json)
		return show_json(show, print_set_json(&set), err);
	print_set(stdout, &set, &show->ctx->style);
	return 0;
}

static int show_element(struct fwctl_element *element, void *data, struct fwctl_err *err)
{
	struct show *show = data;

	if (show->ctx->json)
		return show_json(show, print_element_json(element), err);
	print_element(stdout, element, &show->ctx->style);
	return 0;
}

static int show_elements(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_each_element(nlh, show_element, data, err);
}

/* All sets, or one with its elements. */
static int show_read(struct show *show, const char *name)
{
	struct fwctl_err *err = &show->ctx->err;
	union nlsock_request request;
	struct nlsock sock;
	struct nlmsghdr *nlh;
	int ret;

	if (cmd_open(show->ctx, &sock))
		return -1;
	nlh = nlsock_begin(&request, BRFW_CMD_SET_GET);
	if (name[0]) {
		wire_put_set_name(nlh, name);
		ret = nlsock_get(&sock, &request, &show->sets, err);
		nlh = nlsock_begin(&request, BRFW_CMD_ELEMENT_GET);
		wire_put_set_name(nlh, name);
		if (!ret)
			ret = nlsock_dump(&sock, &request, &show->elements, err);
	} else {
		ret = nlsock_dump(&sock, &request, &show->sets, err);
	}
	nlsock_close(&sock);
	return ret;
}

static int show_print(struct show *show)
{
	struct cmd_context *ctx = show->ctx;
	int ret;

	ctx->style.handle = true;
	if (ctx->json)
		print_list_begin(&show->list, stdout, ctx->style.pretty);
	ret = nlsock_dump_each(&show->sets, show_set, show, &ctx->err);
	if (!ret)
		ret = nlsock_dump_each(&show->elements, show_elements, show, &ctx->err);
	if (ctx->json)
		print_list_end(&show->list);
	return ret;
}

int cmd_set_show(struct cmd_context *ctx)
{
	struct show show = { .ctx = ctx };
	char name[BRFW_SET_NAME_LEN];
	int ret;

	if (parse_set_name(&ctx->words, name, true, &ctx->err))
		return -1;
	ret = show_read(&show, name);
	if (!ret)
		ret = show_print(&show);
	nlsock_dump_free(&show.sets);
	nlsock_dump_free(&show.elements);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * ruleset load, check, save and flush.
 */
#include "cmd.h"
#include "load.h"
#include "save.h"
#include "snapshot.h"

const char *cmd_file_argument(struct cmd_context *ctx, const char *fallback)
{
	const char *name = fallback;

	if (ctx->words.next < ctx->words.count)
		name = ctx->words.word[ctx->words.next++].text;
	if (!name)
		err_required(&ctx->err, 0, "FILE");
	else if (parse_end(&ctx->words, "ruleset", &ctx->err))
		name = NULL;
	return name;
}

int cmd_ruleset_load(struct cmd_context *ctx)
{
	const char *name = cmd_file_argument(ctx, NULL);

	cmd_forget_sets(ctx);
	return name ? load_file(ctx, name, false, NULL, NULL) : -1;
}

int cmd_ruleset_check(struct cmd_context *ctx)
{
	const char *name = cmd_file_argument(ctx, NULL);

	return name ? load_file(ctx, name, true, NULL, NULL) : -1;
}

int cmd_ruleset_flush(struct cmd_context *ctx)
{
	struct fwctl_done done;
	struct nlsock sock;
	int ret;

	cmd_forget_sets(ctx);
	if (parse_end(&ctx->words, "ruleset", &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	ret = load_begin(&sock, &ctx->err);
	if (!ret)
		ret = load_commit(&sock, false, &done, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

/* Save */

/** struct save_to - where statements go */
struct save_to {
	FILE *out;
	const struct print_style *style;
	/** @list: array that is being written, for JSON; NULL: text */
	struct print_list *list;
};

static int save_element(const struct save_to *to, json_t *element, struct fwctl_err *err)
{
	return print_list_add(to->list, element) ? err_memory(err) : 0;
}

static int save_policy(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_policy policy;

	if (cmd_check(wire_get_policy(nlh, &policy), 0, err))
		return -1;
	policy.has_stats = false;
	if (!model_is_text(policy.bridge))
		return err_not_text(err, 0);
	if (to->list)
		return save_element(to, print_policy_json(&policy), err);
	print_policy(to->out, &policy, to->style);
	return 0;
}

static int save_zone(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_zone zone;

	if (cmd_check(wire_get_zone(nlh, &zone), 0, err))
		return -1;
	if (!model_is_text(zone.bridge))
		return err_not_text(err, 0);
	if (to->list)
		return save_element(to, print_zone_json(&zone), err);
	print_zone(to->out, &zone);
	return 0;
}

static int save_rule(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_rule rule;
	enum wire_result result = wire_get_rule(nlh, &rule);

	if (cmd_check(result, rule.handle, err))
		return -1;
	if (!print_rule_is_text(&rule))
		return err_not_text(err, rule.handle);
	if (to->list && !print_rule_fits_json(&rule))
		return err_json_number(err, rule.handle);
	model_rule_forget(&rule);
	if (to->list)
		return save_element(to, print_rule_json(&rule, to->style), err);
	print_rule(to->out, &rule, to->style);
	return 0;
}

static int save_set(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_set set;

	if (cmd_check(wire_get_set(nlh, &set), 0, err))
		return -1;
	if (!model_is_text(set.comment))
		return err_not_text(err, 0);
	if (to->list)
		return save_element(to, print_set_json(&set), err);
	print_set(to->out, &set, to->style);
	return 0;
}

static int save_one_element(struct fwctl_element *element, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;

	element->has_stats = false;
	element->stats = (struct fwctl_stats){ 0 };
	if (!print_element_is_text(element))
		return err_not_text(err, 0);
	if (to->list)
		return save_element(to, print_element_json(element), err);
	print_element(to->out, element, to->style);
	return 0;
}

static int save_elements(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_each_element(nlh, save_one_element, data, err);
}

/* One dump, in JSON as the array of this name. */
static int save_dump(struct save_to *to, const char *name, const struct nlsock_dump *dump,
		     nlsock_answer_fn fn, struct fwctl_err *err)
{
	int ret;

	if (!to->list)
		return nlsock_dump_each(dump, fn, to, err);
	fprintf(to->out, "\"%s\":", name);
	print_list_begin(to->list, to->out, to->style->pretty);
	ret = nlsock_dump_each(dump, fn, to, err);
	print_list_close(to->list);
	return ret;
}

static int save_dumps(struct save_to *to, const struct snapshot *snapshot,
		      struct fwctl_err *err)
{
	const struct {
		const char *name;
		const struct nlsock_dump *dump;
		nlsock_answer_fn fn;
	} dumps[] = {
		{ "sets", &snapshot->sets, save_set },
		{ "elements", &snapshot->elements, save_elements },
		{ "policies", &snapshot->policies, save_policy },
		{ "zones", &snapshot->zones, save_zone },
		{ "rules", &snapshot->rules, save_rule },
	};
	const char *sep = "{";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dumps); i++) {
		if (to->list)
			fputs(sep, to->out);
		sep = to->style->pretty ? ",\n" : ",";
		if (save_dump(to, dumps[i].name, dumps[i].dump, dumps[i].fn, err))
			return -1;
	}
	if (to->list)
		fputs("}\n", to->out);
	return 0;
}

static int save_snapshot(struct cmd_context *ctx, const struct snapshot *snapshot,
			 const char *name)
{
	struct save_to to = { .style = &ctx->style };
	struct print_list list;
	struct save save;

	if (save_open(&save, name, &ctx->err))
		return -1;
	to.out = save.out;
	to.list = ctx->json ? &list : NULL;
	if (save_dumps(&to, snapshot, &ctx->err)) {
		save_abort(&save);
		return -1;
	}
	return save_commit(&save, &ctx->err);
}

int cmd_ruleset_save(struct cmd_context *ctx)
{
	const char *name = cmd_file_argument(ctx, "-");
	struct snapshot snapshot = { 0 };
	struct nlsock sock;
	int ret;

	if (!name || cmd_open(ctx, &sock))
		return -1;
	ret = snapshot_take(&sock, &snapshot, &ctx->err);
	nlsock_close(&sock);
	if (!ret)
		ret = save_snapshot(ctx, &snapshot, name);
	snapshot_free(&snapshot);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * ruleset load, check, save and flush.
 *
 * A load reads the whole file first, so that wrong words are told without a
 * kernel and before anything is sent. What it says is kept as the requests that
 * are then sent as one transaction. The number of its line goes with each
 * statement, so that refusals, at once or at commit, lead back to the line,
 * which is read again for that. Whatever goes wrong, closing the socket ends
 * the transaction without effect.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "cmd.h"
#include "reader.h"
#include "save.h"

/* Errors that are shown of one file. */
#define ERRORS_SHOWN	10

/* Times that a save reads everything again when changes come in between. */
#define SAVE_TRIES	16

/** struct refused - a statement that the kernel refused while staging */
struct refused {
	/** @line: its line */
	unsigned long line;
	/** @attr: name of the argument concerned, or NULL */
	const char *attr;
	/** @err: the sentence */
	struct fwctl_err err;
};

/** struct load - a file on its way to the kernel */
struct load {
	struct cmd_context *ctx;
	struct nlsock sock;
	struct reader reader;
	/** @first: all requests, in the order of the file; NULL: none */
	struct nlsock_batch *first;
	/** @last: the batch that is being filled */
	struct nlsock_batch *last;
	/** @words: of the line that is looked at */
	struct parse_words words;
	struct fwctl_statement statement;
	/** @forms: sets of the file */
	struct setforms forms;
	/** @list: elements that end the last request, all of one set; or NULL */
	struct nlattr *list;
	/** @list_set: name of that set */
	char list_set[BRFW_SET_NAME_LEN];
	/** @refused_count: how many statements were refused */
	unsigned int refused_count;
	/** @refused: the first of them */
	struct refused refused[ERRORS_SHOWN];
};

/* Prints an error of the line that was read last. */
static void load_print(struct load *load, unsigned long line, const struct fwctl_err *err)
{
	err_print_line(load->reader.name, line, err);
}

/* What was printed with its line is not printed again. */
static int load_failed(struct load *load, int exit)
{
	load->ctx->err.exit = exit;
	load->ctx->err.text[0] = '\0';
	return -1;
}

static int load_parse(struct load *load, const struct reader_line *line,
		      struct fwctl_err *err)
{
	if (parse_line(&load->words, line->text, line->len, err))
		return -1;
	return parse_statement(&load->words, &load->statement, err);
}

/* The batch that has room for a request, or NULL. */
static struct nlsock_batch *load_batch(struct load *load)
{
	struct nlsock_batch *batch = load->last;

	if (batch && !nlsock_batch_full(batch))
		return batch;
	batch = calloc(1, sizeof(*batch));
	if (!batch)
		return NULL;
	if (load->last)
		load->last->next = batch;
	else
		load->first = batch;
	load->last = batch;
	return batch;
}

static void load_free_batches(struct load *load)
{
	struct nlsock_batch *batch, *next;

	for (batch = load->first; batch; batch = next) {
		next = batch->next;
		free(batch);
	}
}

/* More than an element takes in a request. */
#define ELEMENT_LEN_MAX	512

/* Adds an element to the last request if that has elements of the same set. */
static bool load_join(struct load *load)
{
	const struct fwctl_element *element = &load->statement.element;
	struct nlmsghdr *nlh;

	if (load->statement.cmd != BRFW_CMD_ELEMENT_ADD || !load->list ||
	    strcmp(load->list_set, element->set))
		return false;
	nlh = (struct nlmsghdr *)(load->last->bytes + load->last->last);
	if (nlh->nlmsg_len + ELEMENT_LEN_MAX > WIRE_MESSAGE_MAX)
		return false;
	nlh = nlsock_batch_reopen(load->last);
	wire_put_element(nlh, load->list, element, load->reader.line_number);
	nlsock_batch_end(load->last, nlh);
	return true;
}

/* The request of the statement that was parsed last. */
static void load_put(struct load *load, struct nlmsghdr *nlh)
{
	const struct fwctl_element *element = &load->statement.element;

	load->list = NULL;
	if (load->statement.cmd != BRFW_CMD_ELEMENT_ADD) {
		wire_put_statement(nlh, &load->statement);
		return;
	}
	load->list = wire_put_elements(nlh, element);
	strcpy(load->list_set, element->set);
	wire_put_element(nlh, load->list, element, load->reader.line_number);
}

/* Keeps the statement that was parsed last as a request. */
static int load_stage(struct load *load, struct fwctl_err *err)
{
	struct nlsock_batch *batch;
	struct nlmsghdr *nlh;

	if (load->statement.cmd == BRFW_CMD_UNSPEC || load_join(load))
		return 0;
	batch = load_batch(load);
	if (!batch)
		return err_memory(err);
	nlh = nlsock_batch_begin(batch, load->statement.cmd);
	mnl_attr_put_u32(nlh, BRFW_A_CHANGE_ID, load->reader.line_number);
	load_put(load, nlh);
	nlsock_batch_end(batch, nlh);
	return 0;
}

/* Are all lines well-formed? Makes the requests of those that are. */
static int load_read(struct load *load)
{
	struct fwctl_err *err = &load->ctx->err;
	struct reader_line line;
	unsigned int errors = 0;
	int ret;

	while ((ret = reader_next(&load->reader, &line, err)) == 1) {
		if (!load_parse(load, &line, err)) {
			if (!errors && load_stage(load, err))
				return -1;
			continue;
		}
		load_print(load, load->reader.line_number, err);
		if (++errors < ERRORS_SHOWN)
			continue;
		err_too_many(err);
		load_print(load, 0, err);
		return load_failed(load, FWCTL_EXIT_USAGE);
	}
	if (!ret && errors)
		return load_failed(load, FWCTL_EXIT_USAGE);
	return ret;
}

/* Reads the line again to find the column of an argument. */
static unsigned int load_column(struct load *load, unsigned long number, const char *attr)
{
	struct fwctl_err ignored;
	struct reader_line line;

	if (reader_find(&load->reader, number, &line, &ignored) != 1 ||
	    parse_line(&load->words, line.text, line.len, &ignored))
		return 1;
	return parse_column(&load->words, attr);
}

static int txn_begin(struct nlsock *sock, struct fwctl_err *err)
{
	union nlsock_request request;
	struct nlmsghdr *nlh = nlsock_begin(&request, BRFW_CMD_TXN_BEGIN);

	mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, BRFW_TXN_F_REPLACE);
	return nlsock_send(sock, &request, NULL, NULL, NULL, err);
}

static int commit_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_check(wire_get_done(nlh, data), 0, err);
}

static int txn_commit(struct nlsock *sock, bool dry_run, struct fwctl_done *done,
		      struct nlsock_refusal *refusal, struct fwctl_err *err)
{
	union nlsock_request request;
	struct nlmsghdr *nlh = nlsock_begin(&request, BRFW_CMD_TXN_COMMIT);

	if (dry_run)
		mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN);
	return nlsock_send(sock, &request, commit_answer, done, refusal, err);
}

/* The line that a request of a batch was made from. */
static uint32_t request_line(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, MNL_ALIGN(sizeof(struct genlmsghdr))) {
		if (mnl_attr_get_type(attr) == BRFW_A_CHANGE_ID)
			return mnl_attr_get_u32(attr);
	}
	return 0;
}

static void load_refused(const struct nlsock_batch *batch,
			 const struct nlsock_refusal *refusal, void *data)
{
	const struct nlmsghdr *request = nlsock_batch_find(batch, refusal->seq);
	struct nlsock_refusal shown = *refusal;
	struct load *load = data;
	struct refused *refused;

	if (load->refused_count++ >= ERRORS_SHOWN || !request)
		return;
	refused = &load->refused[load->refused_count - 1];
	refused->line = refusal->has_offset ? wire_element_change(request, refusal->offset) : 0;
	if (!refused->line)
		refused->line = request_line(request);
	refused->attr = nlsock_refusal_attr(request, refusal);
	/* Handles in a draft that fails name nothing that can be shown. */
	shown.culprit.handle = 0;
	err_refused(&refused->err, &shown, refused->attr);
}

/* Prints the refusals of a batch, now that the file may be read anew. */
static int load_print_refused(struct load *load)
{
	unsigned int i;

	for (i = 0; i < load->refused_count && i < ERRORS_SHOWN; i++) {
		struct refused *refused = &load->refused[i];

		refused->err.column = load_column(load, refused->line, refused->attr);
		load_print(load, refused->line, &refused->err);
	}
	if (load->refused_count > ERRORS_SHOWN) {
		load->ctx->err.exit = FWCTL_EXIT_REFUSED;
		err_too_many(&load->ctx->err);
		load_print(load, 0, &load->ctx->err);
	}
	return load_failed(load, FWCTL_EXIT_REFUSED);
}

/* Everything to the draft. */
static int load_send_batches(struct load *load)
{
	struct nlsock_batch *batch;

	for (batch = load->first; batch; batch = batch->next) {
		if (nlsock_batch_send(&load->sock, batch, load_refused, load, &load->ctx->err))
			return -1;
		if (load->refused_count)
			return load_print_refused(load);
	}
	return 0;
}

static int load_commit(struct load *load, bool dry_run)
{
	struct fwctl_err *err = &load->ctx->err;
	struct nlsock_refusal refusal = { 0 };
	char word[BRFW_SET_NAME_LEN + 1];
	struct fwctl_done done = { 0 };
	uint32_t line;

	if (!txn_commit(&load->sock, dry_run, &done, &refusal, err)) {
		cmd_warn(load->ctx, done.warnings);
		return 0;
	}
	line = refusal.culprit.change_id;
	if (!line)
		return -1;
	refusal.culprit.handle = 0;
	err_refused(err, &refusal, NULL);
	snprintf(word, sizeof(word), "@%s", refusal.culprit.set);
	err->column = load_column(load, line, refusal.culprit.has_element ? "element" : word);
	load_print(load, line, err);
	return load_failed(load, FWCTL_EXIT_REFUSED);
}

static int load_send(struct load *load, bool dry_run)
{
	int ret;

	if (cmd_open(load->ctx, &load->sock))
		return -1;
	ret = txn_begin(&load->sock, &load->ctx->err);
	if (!ret)
		ret = load_send_batches(load);
	if (!ret)
		ret = load_commit(load, dry_run);
	nlsock_close(&load->sock);
	return ret;
}

static int load_file(struct load *load, const char *name, bool dry_run)
{
	int ret;

	if (reader_open(&load->reader, name, &load->ctx->err))
		return -1;
	ret = load_read(load);
	if (!ret)
		ret = load_send(load, dry_run);
	reader_close(&load->reader);
	return ret;
}

/* The only argument, NULL when there is none and @fallback is NULL. */
static const char *file_argument(struct cmd_context *ctx, const char *fallback)
{
	const char *name = fallback;

	if (ctx->words.count)
		name = ctx->words.word[ctx->words.next++].text;
	if (!name)
		err_required(&ctx->err, 0, "FILE");
	else if (parse_end(&ctx->words, "ruleset", &ctx->err))
		name = NULL;
	return name;
}

static int ruleset_load(struct cmd_context *ctx, bool dry_run)
{
	const char *name = file_argument(ctx, NULL);
	struct load *load;
	int ret;

	if (!name)
		return -1;
	load = calloc(1, sizeof(*load));
	if (!load)
		return err_memory(&ctx->err);
	load->ctx = ctx;
	load->words.forms = &load->forms;
	ret = load_file(load, name, dry_run);
	load_free_batches(load);
	setforms_free(&load->forms);
	free(load);
	return ret;
}

int cmd_ruleset_load(struct cmd_context *ctx)
{
	return ruleset_load(ctx, false);
}

int cmd_ruleset_check(struct cmd_context *ctx)
{
	return ruleset_load(ctx, true);
}

int cmd_ruleset_flush(struct cmd_context *ctx)
{
	struct fwctl_done done;
	struct nlsock sock;
	int ret;

	if (parse_end(&ctx->words, "ruleset", &ctx->err) || cmd_open(ctx, &sock))
		return -1;
	ret = txn_begin(&sock, &ctx->err);
	if (!ret)
		ret = txn_commit(&sock, false, &done, NULL, &ctx->err);
	nlsock_close(&sock);
	return ret;
}

/* Save */

/** struct snapshot - all of one generation */
struct snapshot {
	struct nlsock_dump sets;
	struct nlsock_dump elements;
	struct nlsock_dump policies;
	struct nlsock_dump zones;
	struct nlsock_dump rules;
};

static int generation_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	return cmd_check(wire_get_generation(nlh, data), 0, err);
}

static int generation_get(struct nlsock *sock, uint64_t *generation, struct fwctl_err *err)
{
	union nlsock_request request;

	nlsock_begin(&request, BRFW_CMD_INFO_GET);
	return nlsock_send(sock, &request, generation_answer, generation, NULL, err);
}

static void snapshot_free(struct snapshot *snapshot)
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
	nlsock_begin(&request, BRFW_CMD_ELEMENT_GET);
	if (nlsock_dump(sock, &request, &snapshot->elements, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_POLICY_GET);
	if (nlsock_dump(sock, &request, &snapshot->policies, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_ZONE_GET);
	if (nlsock_dump(sock, &request, &snapshot->zones, err))
		return -1;
	nlsock_begin(&request, BRFW_CMD_RULE_GET);
	return nlsock_dump(sock, &request, &snapshot->rules, err);
}

/* Each dump is consistent in itself; the generation ties them together. */
static int snapshot_take(struct nlsock *sock, struct snapshot *snapshot,
			 struct fwctl_err *err)
{
	uint64_t before = 0, after = 0;
	int tries;

	for (tries = 0; tries < SAVE_TRIES; tries++) {
		if (generation_get(sock, &before, err) ||
		    snapshot_read(sock, snapshot, err) ||
		    generation_get(sock, &after, err))
			return -1;
		if (before == after)
			return 0;
	}
	return err_changing(err);
}

/** struct save_to - where statements go */
struct save_to {
	FILE *out;
	const struct print_style *style;
};

static int save_policy(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_policy policy;

	if (cmd_check(wire_get_policy(nlh, &policy), 0, err))
		return -1;
	print_policy(to->out, &policy, to->style);
	return 0;
}

static int save_zone(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_zone zone;

	if (cmd_check(wire_get_zone(nlh, &zone), 0, err))
		return -1;
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
	print_rule(to->out, &rule, to->style);
	return 0;
}

static int save_set(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	struct fwctl_set set;

	if (cmd_check(wire_get_set(nlh, &set), 0, err))
		return -1;
	print_set(to->out, &set, to->style);
	return 0;
}

static int save_elements(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	const struct save_to *to = data;
	const struct nlattr *pos = NULL;
	struct fwctl_element element;

	for (;;) {
		if (cmd_check(wire_get_element(nlh, &pos, &element), 0, err))
			return -1;
		if (!pos)
			return 0;
		print_element(to->out, &element, to->style);
	}
}

static int save_snapshot(struct cmd_context *ctx, const struct snapshot *snapshot,
			 const char *name)
{
	struct save_to to = { .style = &ctx->style };
	struct save save;

	if (save_open(&save, name, &ctx->err))
		return -1;
	to.out = save.out;
	if (nlsock_dump_each(&snapshot->sets, save_set, &to, &ctx->err) ||
	    nlsock_dump_each(&snapshot->elements, save_elements, &to, &ctx->err) ||
	    nlsock_dump_each(&snapshot->policies, save_policy, &to, &ctx->err) ||
	    nlsock_dump_each(&snapshot->zones, save_zone, &to, &ctx->err) ||
	    nlsock_dump_each(&snapshot->rules, save_rule, &to, &ctx->err)) {
		save_abort(&save);
		return -1;
	}
	return save_commit(&save, &ctx->err);
}

int cmd_ruleset_save(struct cmd_context *ctx)
{
	const char *name = file_argument(ctx, "-");
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

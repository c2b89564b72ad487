// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load reads the whole file first, so that wrong words are told without a
 * kernel and before anything is sent. What it says is kept as the requests that
 * are then sent as one transaction. The number of each statement goes with it,
 * so that refusals, at once or at commit, lead back to where it stands, which is
 * read again for that. Whatever goes wrong, closing the socket ends the
 * transaction without effect.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "load.h"
#include "source.h"

/* Errors that are shown of one file. */
#define ERRORS_SHOWN	10

int load_begin(struct nlsock *sock, struct fwctl_err *err)
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

int load_commit(struct nlsock *sock, bool dry_run, struct fwctl_done *done,
		struct nlsock_refusal *refusal, struct fwctl_err *err)
{
	union nlsock_request request;
	struct nlmsghdr *nlh = nlsock_begin(&request, BRFW_CMD_TXN_COMMIT);

	if (dry_run)
		mnl_attr_put_u32(nlh, BRFW_A_TXN_FLAGS, BRFW_TXN_F_DRY_RUN);
	return nlsock_send(sock, &request, commit_answer, done, refusal, err);
}

/** struct refused - a statement that the kernel refused while staging */
struct refused {
	/** @number: of the statement in its file */
	unsigned long number;
	/** @attr: name of the argument concerned, or NULL */
	const char *attr;
	/** @err: the sentence */
	struct fwctl_err err;
};

/** struct said - what may be said once in a file: a policy or a zone */
struct said {
	/** @number: of the statement */
	unsigned long number;
	/** @cmd: BRFW_CMD_POLICY_SET or BRFW_CMD_ZONE_SET */
	uint8_t cmd;
	/** @hook: enum brfw_hook of a policy */
	uint8_t hook;
	/** @bridge: name of the bridge, or empty */
	char bridge[BRFW_IFNAME_LEN];
};

/** struct load - a file on its way to the kernel */
struct load {
	struct cmd_context *ctx;
	struct nlsock sock;
	struct source source;
	/** @fn: told each statement, may be NULL */
	load_statement_fn fn;
	void *fn_data;
	/** @first: all requests, in the order of the file; NULL: none */
	struct nlsock_batch *first;
	/** @last: the batch that is being filled */
	struct nlsock_batch *last;
	/** @list: elements that end the last request, all of one set; or NULL */
	struct nlattr *list;
	/** @list_set: name of that set */
	char list_set[BRFW_SET_NAME_LEN];
	/** @said: tree (tsearch) of struct said */
	void *said;
	/** @refused_count: how many statements were refused */
	unsigned int refused_count;
	/** @refused: the first of them */
	struct refused refused[ERRORS_SHOWN];
};

/* What was printed with its line is not printed again. */
static int load_failed(struct load *load, int exit)
{
	load->ctx->err.exit = exit;
	load->ctx->err.text[0] = '\0';
	return -1;
}

/* The batch that has room for a request, or NULL. */
static struct nlsock_batch *load_batch(struct load *load)
{
	struct nlsock_batch *batch = load->last;

	if (batch && !nlsock_batch_full(batch))
		return batch;
	batch = nlsock_batch_alloc();
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
		nlsock_batch_free(batch);
	}
}

/* More than an element takes in a request. */
#define ELEMENT_LEN_MAX	512

/* Adds an element to the last request if that has elements of the same set. */
static bool load_join(struct load *load)
{
	const struct fwctl_element *element = &load->source.statement.element;
	struct nlmsghdr *nlh;

	if (load->source.statement.cmd != BRFW_CMD_ELEMENT_ADD || !load->list ||
	    strcmp(load->list_set, element->set))
		return false;
	nlh = (struct nlmsghdr *)(load->last->bytes + load->last->last);
	if (nlh->nlmsg_len + ELEMENT_LEN_MAX > WIRE_MESSAGE_MAX)
		return false;
	nlh = nlsock_batch_reopen(load->last);
	wire_put_element(nlh, load->list, element, load->source.number);
	nlsock_batch_end(load->last, nlh);
	return true;
}

/* The request of the statement that was parsed last. */
static void load_put(struct load *load, struct nlmsghdr *nlh)
{
	const struct fwctl_statement *statement = &load->source.statement;

	load->list = NULL;
	if (statement->cmd != BRFW_CMD_ELEMENT_ADD) {
		wire_put_statement(nlh, statement);
		return;
	}
	load->list = wire_put_elements(nlh, &statement->element);
	strcpy(load->list_set, statement->element.set);
	wire_put_element(nlh, load->list, &statement->element, load->source.number);
}

/* Keeps the statement that was parsed last as a request. */
static int load_stage(struct load *load, struct fwctl_err *err)
{
	const struct fwctl_statement *statement = &load->source.statement;
	struct nlsock_batch *batch;
	struct nlmsghdr *nlh;

	if (statement->cmd == BRFW_CMD_UNSPEC)
		return 0;
	if (load->fn && load->fn(statement, load->fn_data, err))
		return -1;
	if (load_join(load))
		return 0;
	batch = load_batch(load);
	if (!batch)
		return err_memory(err);
	nlh = nlsock_batch_begin(batch, statement->cmd);
	mnl_attr_put_u32(nlh, BRFW_A_CHANGE_ID, load->source.number);
	load_put(load, nlh);
	nlsock_batch_end(batch, nlh);
	return 0;
}

/* What may be said once */

static int said_compare(const void *a, const void *b)
{
	const struct said *x = a, *y = b;

	if (x->cmd != y->cmd)
		return x->cmd < y->cmd ? -1 : 1;
	if (x->hook != y->hook)
		return x->hook < y->hook ? -1 : 1;
	return strcmp(x->bridge, y->bridge);
}

/* False: the statement may be there more often. */
static bool said_make(const struct fwctl_statement *statement, struct said *said)
{
	said->cmd = statement->cmd;
	if (statement->cmd == BRFW_CMD_POLICY_SET) {
		said->hook = statement->policy.hook;
		strcpy(said->bridge, statement->policy.bridge);
		return true;
	}
	if (statement->cmd == BRFW_CMD_ZONE_SET)
		strcpy(said->bridge, statement->zone.bridge);
	return statement->cmd == BRFW_CMD_ZONE_SET;
}

/*
 * The kernel would take the last of two policies for one hook, which may be the one
 * that is not meant. -1 with @err filled.
 */
static int load_check_once(struct load *load, struct fwctl_err *err)
{
	struct said said = { .number = load->source.number }, *copy, **found;
	char place[SOURCE_PLACE_LEN];

	if (!said_make(&load->source.statement, &said))
		return 0;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return err_memory(err);
	*copy = said;
	found = tsearch(copy, &load->said, said_compare);
	if (found && *found == copy)
		return 0;
	free(copy);
	if (!found)
		return err_memory(err);
	source_place(&load->source, (*found)->number, place);
	err_said(err, 0, said.cmd == BRFW_CMD_POLICY_SET ? "policy" : "zone", place);
	source_point(&load->source, err);
	return -1;
}

/* Are all statements well-formed? Makes the requests of those that are. */
static int load_read(struct load *load)
{
	struct fwctl_err *err = &load->ctx->err;
	enum source_result result;
	unsigned int errors = 0;

	while ((result = source_next(&load->source, err)) > SOURCE_END) {
		if (result == SOURCE_STATEMENT && !load_check_once(load, err)) {
			if (!errors && load_stage(load, err))
				return -1;
			continue;
		}
		if (errors++ == ERRORS_SHOWN) {
			err_too_many(err);
			source_print(&load->source, 0, err);
			return load_failed(load, FWCTL_EXIT_USAGE);
		}
		source_print(&load->source, load->source.number, err);
	}
	if (result == SOURCE_END && errors)
		return load_failed(load, FWCTL_EXIT_USAGE);
	return result == SOURCE_END ? 0 : -1;
}

/* The number of the statement that a request of a batch was made from. */
static uint32_t request_number(const struct nlmsghdr *nlh)
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
	refused->number = refusal->has_offset ? wire_element_change(request, refusal->offset) : 0;
	if (!refused->number)
		refused->number = request_number(request);
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

		source_locate(&load->source, refused->number, refused->attr, &refused->err);
		source_print(&load->source, refused->number, &refused->err);
	}
	if (load->refused_count > ERRORS_SHOWN) {
		load->ctx->err.exit = FWCTL_EXIT_REFUSED;
		err_too_many(&load->ctx->err);
		source_print(&load->source, 0, &load->ctx->err);
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

static int load_end(struct load *load, bool dry_run)
{
	struct fwctl_err *err = &load->ctx->err;
	struct nlsock_refusal refusal = { 0 };
	char word[BRFW_SET_NAME_LEN + 1], place[SOURCE_PLACE_LEN];
	struct fwctl_done done = { 0 };
	uint32_t number, other;

	if (!load_commit(&load->sock, dry_run, &done, &refusal, err)) {
		cmd_warn(load->ctx, done.warnings);
		return 0;
	}
	number = refusal.culprit.change_id;
	if (!number)
		return -1;
	refusal.culprit.handle = 0;
	other = refusal.culprit.other_change_id;
	if (other)
		source_place(&load->source, other, place);
	err_refused_beside(err, &refusal, NULL, other ? place : NULL);
	snprintf(word, sizeof(word), "@%s", refusal.culprit.set);
	source_locate(&load->source, number, refusal.culprit.has_element ? "element" : word, err);
	source_print(&load->source, number, err);
	return load_failed(load, FWCTL_EXIT_REFUSED);
}

static int load_send(struct load *load, bool dry_run)
{
	int ret;

	if (cmd_open(load->ctx, &load->sock))
		return -1;
	ret = load_begin(&load->sock, &load->ctx->err);
	if (!ret)
		ret = load_send_batches(load);
	if (!ret)
		ret = load_end(load, dry_run);
	nlsock_close(&load->sock);
	return ret;
}

static int load_run(struct load *load, const char *name, bool dry_run)
{
	int ret;

	if (source_open(&load->source, name, &load->ctx->err))
		return -1;
	ret = load_read(load);
	if (!ret)
		ret = load_send(load, dry_run);
	source_close(&load->source);
	return ret;
}

int load_file(struct cmd_context *ctx, const char *name, bool dry_run,
	      load_statement_fn fn, void *data)
{
	struct load *load = calloc(1, sizeof(*load));
	int ret;

	if (!load)
		return err_memory(&ctx->err);
	load->ctx = ctx;
	load->fn = fn;
	load->fn_data = data;
	ret = load_run(load, name, dry_run);
	load_free_batches(load);
	tdestroy(load->said, free);
	free(load);
	return ret;
}

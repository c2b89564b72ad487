// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole tool against a kernel that is played here: the functions of libmnl
 * that use a socket are replaced, and a few lines hold rules, policies and a
 * draft as the module does. Each test runs a command line and looks at its
 * exit status, at what it printed and at what the kernel holds afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "ktap.h"
#include "nlsock.h"

int fwctl_main(int argc, char **argv);

#define FAMILY		30
#define PORTID		4711
#define ENTRIES_MAX	4096

/* The kernel */

/** struct entry - a rule or policy as it came */
struct entry {
	uint8_t cmd;
	uint16_t len;
	uint64_t handle;
	uint32_t change_id;
	char attrs[2048] __attribute__((aligned(8)));
};

/** struct fault - what the kernel is told to do wrong */
struct fault {
	/** @cmd: refuse this command */
	uint8_t cmd;
	/** @line: only with this change, 0: with any */
	uint32_t line;
	int error;
	const char *text;
	uint32_t offset, miss_nest, miss_type;
	struct nlsock_culprit culprit;
	/** @copy: repeat the request in errors, as without NETLINK_CAP_ACK */
	bool copy;
	bool no_family;
	/** @interrupt: dumps that are marked as interrupted */
	unsigned int interrupt;
	/** @commit_between: generations that pass while a save reads */
	unsigned int commit_between;
	/** @elements_only: those change elements only */
	bool elements_only;
	/** @overrun: lose all but the first answer to a batch */
	bool overrun;
	/** @silent: send no answer with data */
	bool silent;
	/** @mutate: change bytes of each answer */
	bool mutate;
	/** @forge: somebody else sends a refusal before each answer */
	bool forge;
	/** @last_used: seconds since rules and policies were used, 0: never */
	unsigned int last_used;
	/** @problem: what is wrong with each rule, or NULL */
	const char *problem;
	/** @warnings: about the ruleset */
	uint32_t warnings;
};

static struct {
	struct fault fault;
	struct entry live[ENTRIES_MAX], draft[ENTRIES_MAX];
	unsigned int live_count, draft_count;
	bool has_draft;
	uint64_t generation, handle;
	unsigned int batches, messages, acks, largest, most;
	char *queue[ENTRIES_MAX];
	unsigned int head, tail;
	bool overrun_told;
	/** @is_connected: nobody else can send any more */
	bool is_connected;
	/** @forged: messages of somebody else */
	unsigned int forged;
	/** @turns: times that something was received while it forges */
	unsigned int turns;
} kernel;

static uint64_t seed = 1;

static uint32_t rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dULL) >> 32;
}

static void kernel_reset(void)
{
	while (kernel.head < kernel.tail)
		free(kernel.queue[kernel.head++]);
	memset(&kernel, 0, sizeof(kernel));
	kernel.generation = 7;
}

static struct nlmsghdr *answer_new(const struct nlmsghdr *request, uint16_t type)
{
	struct nlmsghdr *nlh = calloc(1, 8192);

	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = request->nlmsg_seq;
	nlh->nlmsg_pid = PORTID;
	return nlh;
}

static void answer_queue(struct nlmsghdr *nlh)
{
	if (kernel.tail == ENTRIES_MAX || (kernel.fault.overrun && kernel.tail > kernel.head)) {
		free(nlh);
		return;
	}
	kernel.queue[kernel.tail++] = (char *)nlh;
}

static struct nlmsghdr *answer_genl(const struct nlmsghdr *request, uint8_t cmd)
{
	struct nlmsghdr *nlh = answer_new(request, FAMILY);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	mnl_attr_put_u64(nlh, BRFW_A_GENERATION, kernel.generation);
	return nlh;
}

static void answer_culprit(const struct nlmsghdr *request, const struct nlsock_culprit *culprit)
{
	struct nlmsghdr *nlh;

	if (!culprit->change_id && !culprit->handle)
		return;
	nlh = answer_genl(request, BRFW_CMD_CULPRIT);
	if (culprit->change_id)
		mnl_attr_put_u32(nlh, BRFW_A_CHANGE_ID, culprit->change_id);
	if (culprit->other_change_id)
		mnl_attr_put_u32(nlh, BRFW_A_RULE_CHANGE, culprit->other_change_id);
	if (culprit->handle)
		mnl_attr_put_u64(nlh, BRFW_A_HANDLE, culprit->handle);
	answer_queue(nlh);
}

static void answer_error(const struct nlmsghdr *request, int error, const struct fault *fault)
{
	struct nlmsghdr *nlh = answer_new(request, NLMSG_ERROR);
	struct nlmsgerr *head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));

	if (fault)
		answer_culprit(request, &fault->culprit);
	head->error = -error;
	head->msg = *request;
	if (fault && fault->copy) {
		size_t more = request->nlmsg_len - sizeof(*request);

		memcpy(mnl_nlmsg_put_extra_header(nlh, more), request + 1, more);
	} else {
		nlh->nlmsg_flags |= NLM_F_CAPPED;
	}
	kernel.acks += !error;
	if (fault)
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	if (fault && fault->text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, fault->text);
	if (fault && fault->offset)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, fault->offset);
	if (fault && fault->miss_type)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE, fault->miss_type);
	if (fault && fault->miss_nest)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_NEST, fault->miss_nest);
	answer_queue(nlh);
}

static const struct nlattr *request_attr(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static uint32_t request_change(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr = request_attr(nlh, BRFW_A_CHANGE_ID);

	return attr ? mnl_attr_get_u32(attr) : 0;
}

/* The nest that a statement is in, also in answers. */
static unsigned int entry_type(uint8_t cmd)
{
	switch (cmd) {
	case BRFW_CMD_RULE_ADD:
		return BRFW_A_RULE;
	case BRFW_CMD_ZONE_SET:
		return BRFW_A_ZONE;
	default:
		return BRFW_A_POLICY;
	}
}

static void entry_add(struct entry *entries, unsigned int *count, const struct nlmsghdr *nlh,
		      uint8_t cmd)
{
	const struct nlattr *attr = request_attr(nlh, entry_type(cmd));
	struct entry *entry = &entries[(*count)++ % ENTRIES_MAX];

	entry->cmd = cmd;
	entry->handle = ++kernel.handle;
	entry->change_id = request_change(nlh);
	entry->len = mnl_attr_get_payload_len(attr);
	memcpy(entry->attrs, mnl_attr_get_payload(attr), entry->len);
}

static bool entry_has(const struct entry *entry, unsigned int type)
{
	const struct nlattr *attr = (const struct nlattr *)entry->attrs;
	const char *end = entry->attrs + entry->len;

	for (; mnl_attr_ok(attr, end - (const char *)attr); attr = mnl_attr_next(attr)) {
		if (mnl_attr_get_type(attr) == type)
			return true;
	}
	return false;
}

static void entry_answer(const struct nlmsghdr *request, const struct entry *entry)
{
	bool is_rule = entry->cmd == BRFW_CMD_RULE_ADD;
	struct nlmsghdr *nlh = answer_genl(request, entry->cmd);
	struct nlattr *nest, *stats;

	if (request->nlmsg_flags & NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_MULTI;
	nest = mnl_attr_nest_start(nlh, entry_type(entry->cmd));
	memcpy(mnl_nlmsg_get_payload_tail(nlh), entry->attrs, entry->len);
	nlh->nlmsg_len += MNL_ALIGN(entry->len);
	if (is_rule) {
		mnl_attr_put_u64(nlh, BRFW_RULE_A_HANDLE, entry->handle);
		if (!entry_has(entry, BRFW_RULE_A_PRIORITY))
			mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, BRFW_PRIORITY_DEFAULT);
	}
	if (entry->cmd != BRFW_CMD_ZONE_SET) {
		stats = mnl_attr_nest_start(nlh, is_rule ? BRFW_RULE_A_STATS :
							   BRFW_POLICY_A_STATS);
		mnl_attr_put_u64(nlh, BRFW_STATS_A_PACKETS, 5);
		mnl_attr_put_u64(nlh, BRFW_STATS_A_BYTES, 420);
		if (kernel.fault.last_used)
			mnl_attr_put_u64(nlh, BRFW_STATS_A_LAST_USED, kernel.fault.last_used);
		mnl_attr_nest_end(nlh, stats);
	}
	if (is_rule && kernel.fault.problem)
		mnl_attr_put_strz(nlh, BRFW_RULE_A_PROBLEM, kernel.fault.problem);
	mnl_attr_nest_end(nlh, nest);
	answer_queue(nlh);
}

static void kernel_dump(const struct nlmsghdr *request, uint8_t cmd)
{
	struct nlmsghdr *done = answer_new(request, NLMSG_DONE);
	uint8_t kind = cmd == BRFW_CMD_RULE_GET ? BRFW_CMD_RULE_ADD :
		       cmd == BRFW_CMD_ZONE_GET ? BRFW_CMD_ZONE_SET :
		       cmd == BRFW_CMD_SET_GET ? BRFW_CMD_SET_ADD :
		       cmd == BRFW_CMD_ELEMENT_GET ? BRFW_CMD_ELEMENT_ADD : BRFW_CMD_POLICY_SET;
	unsigned int i;

	for (i = 0; i < kernel.live_count; i++) {
		if (kernel.live[i].cmd == kind)
			entry_answer(request, &kernel.live[i]);
	}
	mnl_nlmsg_put_extra_header(done, sizeof(int));
	done->nlmsg_flags |= NLM_F_MULTI;
	if (kernel.fault.interrupt) {
		kernel.fault.interrupt--;
		done->nlmsg_flags |= NLM_F_DUMP_INTR;
	}
	if (kernel.fault.cmd == cmd)
		*(int *)mnl_nlmsg_get_payload(done) = -kernel.fault.error;
	answer_queue(done);
}

static void answer_info(const struct nlmsghdr *request)
{
	/* all that are known, and some of a later module */
	const uint32_t matches[] = { 0xfffffffe, 0xffffffff, 0x00000001 };
	/* the last one is of a later module */
	const struct brfw_cost costs[] = { { BRFW_HOOK_FORWARD, BRFW_COST_IP4, 0, 17 },
					   { BRFW_HOOK_INPUT, BRFW_COST_OTHER, 0, 3 },
					   { BRFW_HOOK_INPUT, BRFW_COST_OTHER + 1, 0, 4 } };
	struct nlmsghdr *nlh = answer_genl(request, BRFW_CMD_INFO_GET);
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_INFO);

	mnl_attr_put_u32(nlh, BRFW_INFO_A_ABI_VERSION, 1);
	mnl_attr_put_strz(nlh, BRFW_INFO_A_MODULE_VERSION, "0.1.0");
	mnl_attr_put_u32(nlh, BRFW_INFO_A_HOOKS, 7);
	mnl_attr_put(nlh, BRFW_INFO_A_MATCHES, sizeof(matches), matches);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_VERDICTS, (1U << (BRFW_VERDICT_MAX + 1)) - 1);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_RULES, kernel.live_count);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_MAX_RULES, 1000);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_DRAFTS, 0);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_MAX_DRAFTS, 8);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_ACTIVE_HOOKS, 0);
	mnl_attr_put_u64(nlh, BRFW_INFO_A_OVERRUNS, 1);
	mnl_attr_put_u64(nlh, BRFW_INFO_A_NO_TARGET, 2);
	mnl_attr_put_u64(nlh, BRFW_INFO_A_VLAN_UNKNOWN, 3);
	mnl_attr_put_u64(nlh, BRFW_INFO_A_LIMITED, 4);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_WARNINGS, kernel.fault.warnings);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_SETS, 5);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_MAX_SETS, 6);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_ELEMENTS, 7);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_MAX_ELEMENTS, 8);
	if (kernel.fault.elements_only)
		mnl_attr_put_u64(nlh, BRFW_INFO_A_RULES_GENERATION, 7);
	mnl_attr_put_u32(nlh, BRFW_INFO_A_MAX_COST, 1024);
	mnl_attr_put(nlh, BRFW_INFO_A_COSTS, sizeof(costs), costs);
	mnl_attr_nest_end(nlh, nest);
	answer_queue(nlh);
	if (kernel.fault.commit_between) {
		kernel.fault.commit_between--;
		kernel.generation++;
	}
}

static void answer_family(const struct nlmsghdr *request)
{
	struct nlmsghdr *nlh = answer_new(request, GENL_ID_CTRL);

	if (kernel.fault.no_family) {
		free(nlh);
		answer_error(request, ENOENT, NULL);
		return;
	}
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	answer_queue(nlh);
}

static struct nlmsghdr *with_warnings(struct nlmsghdr *answer)
{
	if (kernel.fault.warnings)
		mnl_attr_put_u32(answer, BRFW_A_WARNINGS, kernel.fault.warnings);
	return answer;
}

static void kernel_commit(const struct nlmsghdr *nlh)
{
	const struct nlattr *flags = request_attr(nlh, BRFW_A_TXN_FLAGS);

	if (!flags || !(mnl_attr_get_u32(flags) & BRFW_TXN_F_DRY_RUN)) {
		memcpy(kernel.live, kernel.draft, sizeof(kernel.live));
		kernel.live_count = kernel.draft_count;
		kernel.generation++;
	}
	kernel.has_draft = false;
	answer_queue(with_warnings(answer_genl(nlh, BRFW_CMD_TXN_COMMIT)));
}

static void rule_added(const struct nlmsghdr *nlh)
{
	struct nlmsghdr *answer = answer_genl(nlh, BRFW_CMD_RULE_ADD);
	struct nlattr *nest = mnl_attr_nest_start(answer, BRFW_A_RULE);

	mnl_attr_put_u64(answer, BRFW_RULE_A_HANDLE, kernel.handle);
	mnl_attr_nest_end(answer, nest);
	if (kernel.fault.silent)
		free(answer);
	else
		answer_queue(with_warnings(answer));
}

static void kernel_do(const struct nlmsghdr *nlh, uint8_t cmd)
{
	switch (cmd) {
	case BRFW_CMD_INFO_GET:
		answer_info(nlh);
		break;
	case BRFW_CMD_TXN_BEGIN:
		kernel.has_draft = true;
		kernel.draft_count = 0;
		break;
	case BRFW_CMD_TXN_COMMIT:
		kernel_commit(nlh);
		break;
	case BRFW_CMD_RULE_GET:
		if (kernel.live_count)
			entry_answer(nlh, &kernel.live[0]);
		break;
	case BRFW_CMD_RULE_ADD:
	case BRFW_CMD_POLICY_SET:
	case BRFW_CMD_ZONE_SET:
		if (kernel.has_draft) {
			entry_add(kernel.draft, &kernel.draft_count, nlh, cmd);
			break;
		}
		entry_add(kernel.live, &kernel.live_count, nlh, cmd);
		if (cmd == BRFW_CMD_RULE_ADD)
			rule_added(nlh);
		break;
	}
}

static void kernel_message(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct fault *fault = &kernel.fault;

	kernel.messages++;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		answer_family(nlh);
		if (!fault->no_family)
			answer_error(nlh, 0, NULL);
		return;
	}
	if ((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		kernel_dump(nlh, genl->cmd);
		return;
	}
	if (fault->cmd == genl->cmd && fault->error &&
	    (!fault->line || fault->line == request_change(nlh))) {
		answer_error(nlh, fault->error, fault);
		return;
	}
	kernel_do(nlh, genl->cmd);
	if (nlh->nlmsg_flags & NLM_F_ACK)
		answer_error(nlh, 0, NULL);
}

/* The functions of libmnl */

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&kernel;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return PORTID;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return -1;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	kernel.has_draft = false;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t size)
{
	const struct nlmsghdr *nlh = buf;
	unsigned int before = kernel.messages;
	int left = size;

	(void)nl;
	kernel.batches++;
	if (size > kernel.largest)
		kernel.largest = size;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		kernel_message(nlh);
	if (kernel.messages - before > kernel.most)
		kernel.most = kernel.messages - before;
	return size;
}

/* As the real ones do: the library's own functions don't tell who it was. */
int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	struct sockaddr_nl to;

	memcpy(&to, addr.__sockaddr__, sizeof(to));
	kernel.is_connected = fd == -1 && len == sizeof(to) && !to.nl_pid && !to.nl_groups;
	return kernel.is_connected ? 0 : -1;
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	(void)fd;
	(void)buf;
	(void)size;
	errno = flags & MSG_DONTWAIT ? EAGAIN : EBADF;
	return -1;
}

/* A refusal of what is waited for; @buf has the true answer. */
static ssize_t forge(char *buf)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = 0;
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN + sizeof(*error);
	memset(error, 0, sizeof(*error));
	error->error = -EDOM;
	kernel.forged++;
	return nlh->nlmsg_len;
}

/* Takes the next messages out of the queue. */
static size_t take(char *buf, size_t size)
{
	size_t len = 0;

	while (kernel.head < kernel.tail) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)kernel.queue[kernel.head];

		if (len + MNL_ALIGN(nlh->nlmsg_len) > size || len > 2000)
			break;
		memcpy(buf + len, nlh, nlh->nlmsg_len);
		len += MNL_ALIGN(nlh->nlmsg_len);
		free(nlh);
		kernel.head++;
	}
	if (kernel.head == kernel.tail)
		kernel.head = kernel.tail = 0;
	return len;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl *from = msg->msg_name;
	char *buf = msg->msg_iov->iov_base;
	unsigned int i;
	size_t len;

	(void)fd;
	(void)flags;
	if (kernel.fault.overrun && kernel.head == kernel.tail) {
		errno = ENOBUFS;
		return -1;
	}
	/* The real one would wait; here nobody will ever come. */
	if (kernel.head == kernel.tail)
		return 0;
	msg->msg_flags = 0;
	msg->msg_namelen = sizeof(*from);
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	if (kernel.fault.forge && !(kernel.turns++ % 2)) {
		memcpy(buf, kernel.queue[kernel.head], MNL_NLMSG_HDRLEN);
		from->nl_pid = PORTID + 1;
		return forge(buf);
	}
	len = take(buf, msg->msg_iov->iov_len);
	for (i = kernel.fault.mutate ? rnd() % 4 : 0; i; i--)
		buf[rnd() % len] = rnd() % 2 ? rnd() : rnd() % 32;
	return len;
}

/* Running the tool */

static char out_text[1 << 20], err_text[1 << 16];

/* Where standard output goes instead of to out_text. */
static const char *out_name;

static void slurp(int fd, char *text, size_t size)
{
	ssize_t len = pread(fd, text, size - 1, 0);

	text[len > 0 ? len : 0] = '\0';
}

static int redirect(int to, int with)
{
	int old = dup(to);

	dup2(with, to);
	close(with);
	return old;
}

/* Runs a command line, words cut at spaces; @input is its standard input. */
static int run(const char *command, const char *input, size_t input_len)
{
	char words[1024], *argv[64] = { "fwctl" };
	int old[3], in, status, argc = 1;
	char *word;

	snprintf(words, sizeof(words), "%s", command);
	for (word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	fflush(stdout);
	in = memfd_create("in", 0);
	if (write(in, input, input_len) != (ssize_t)input_len)
		abort();
	lseek(in, 0, SEEK_SET);
	old[0] = redirect(0, in);
	old[1] = redirect(1, out_name ? open(out_name, O_WRONLY) : memfd_create("out", 0));
	old[2] = redirect(2, memfd_create("err", 0));
	status = fwctl_main(argc, argv);
	fflush(stdout);
	clearerr(stdout);
	slurp(1, out_text, sizeof(out_text));
	slurp(2, err_text, sizeof(err_text));
	for (in = 0; in < 3; in++)
		redirect(in, old[in]);
	return status;
}

static bool same(const char *what, const char *got, const char *want)
{
	if (!strcmp(got, want))
		return true;
	ktap_note("%s: %s", what, got);
	ktap_note("wanted: %s", want);
	return false;
}

/* Runs a command and compares everything that it said. */
static bool says(const char *command, const char *input, int status, const char *out,
		 const char *err)
{
	int got = run(command, input, strlen(input));

	if (got != status)
		ktap_note("%s: exit %d", command, got);
	return same("stderr", err_text, err) && same("stdout", out_text, out) &&
	       (got == status);
}

/* Runs a command that succeeds and finds a part in what it said. */
static bool says_in(const char *command, const char *part)
{
	return !run(command, "", 0) && same("stderr", err_text, "") &&
	       strstr(out_text, part);
}

#define MATCH_AT	32	/* message 20, rule 4, hook 8 */
#define PERMISSION " (this needs CAP_NET_ADMIN: to change rules on the host, or in the namespace when the module parameter userns is 1; to read them in the namespace)"

static void test_usage(void)
{
	static const struct { const char *command, *err; } rows[] = {
		{ "", "an object is required, try \"fwctl help\"" },
		{ "foo", "\"foo\" is unknown, try \"fwctl help\"" },
		{ "rul show", "\"rul\" is unknown, try \"fwctl help\"" },
		{ "help foo", "help: \"foo\" is unknown, try \"fwctl help\"" },
		{ "rule", "a command is required, try \"fwctl rule help\"" },
		{ "rule ad", "\"ad\" is unknown, try \"fwctl rule help\"" },
		{ "-x rule show", "option \"-x\" is unknown, try \"fwctl help\"" },
		{ "--jso rule show", "option \"--jso\" is unknown, try \"fwctl help\"" },
		{ "--json=1 rule show", "option \"--json=1\" is unknown, try \"fwctl help\"" },
		{ "-n", "option \"-n\" needs a value, try \"fwctl help\"" },
		{ "--netns", "option \"--netns\" needs a value, try \"fwctl help\"" },
		{ "-n a/b rule show", "rule show: \"-n\" is wrong: \"a/b\" (want the name of a network namespace as \"ip netns\" shows it)" },
		{ "rule add sport 99999 accept", "rule add: \"sport\" is wrong: \"99999\" (want 0-65535)" },
		{ "monitor x", "monitor: \"x\" is unknown, try \"fwctl monitor help\"" },
		{ "zone set", "zone set: argument \"bridge\" is required" },
		{ "zone set bridge", "zone set: argument \"bridge\" needs a value (want an interface name of 1 to 15 bytes)" },
		{ "zone set bridge br0", "zone set: argument \"N\" is required" },
		{ "zone set bridge br0 0", "zone set: \"zone\" is wrong: \"0\" (want 1-65535)" },
		{ "zone set bridge br0 65536", "zone set: \"zone\" is wrong: \"65536\" (want 1-65535)" },
		{ "zone set bridge br0 1 2", "zone set: \"2\" is unknown, try \"fwctl zone help\"" },
		{ "zone delete", "zone delete: argument \"bridge\" is required" },
		{ "zone delete bridge br0 17", "zone delete: \"17\" is unknown, try \"fwctl zone help\"" },
		{ "zone show br0", "zone show: \"br0\" is unknown, try \"fwctl zone help\"" },
		{ "rule add not accept", "rule add: \"not\" can't stand before \"accept\" (want a condition)" },
		{ "rule add log log", "rule add: \"log\" is there twice" },
		{ "rule add limit 0/second drop", "rule add: \"limit\" is wrong: \"0/second\" (want a rate from 1 such as 10/second, 100/minute, 9/hour, 1/day or 5mbytes/second)" },
		{ "rule add limit 1/second", "rule add: argument \"accept|drop|reject|redirect|queue|log|set-mark|mirror\" is required" },
		{ "rule add drop before 1 after 2", "rule add: \"after\" and \"before\" exclude each other" },
		{ "rule add drop after 1 before 2", "rule add: \"before\" and \"after\" exclude each other" },
		{ "rule add drop before 0", "rule add: \"before\" is wrong: \"0\" (want a rule handle, as \"fwctl rule show\" prints it)" },
		{ "rule delete", "rule delete: argument \"handle\" is required" },
		{ "rule delete handle", "rule delete: argument \"handle\" needs a value (want a rule handle, as \"fwctl rule show\" prints it)" },
		{ "rule delete handle 18446744073709551616", "rule delete: \"handle\" is wrong: \"18446744073709551616\" (want a rule handle, as \"fwctl rule show\" prints it)" },
		{ "rule delete handle 1 handle 2", "rule delete: duplicate \"handle\": \"2\" is the second value" },
		{ "rule delete 17", "rule delete: \"17\" is unknown, try \"fwctl rule help\"" },
		{ "rule show handle 1 hook input", "rule show: \"handle\" and \"hook\" exclude each other" },
		{ "rule show handle 1 bridge b", "rule show: \"handle\" and \"bridge\" exclude each other" },
		{ "rule flush handle 1", "rule flush: \"handle\" is unknown, try \"fwctl rule help\"" },
		{ "policy delete forward", "policy delete: argument \"bridge\" is required" },
		{ "policy show x", "policy show: \"x\" is unknown, try \"fwctl policy help\"" },
		{ "ruleset load", "ruleset load: argument \"FILE\" is required" },
		{ "ruleset load a b", "ruleset load: \"b\" is unknown, try \"fwctl ruleset help\"" },
		{ "ruleset load /", "ruleset load: \"/\" is a directory (want a file)" },
		{ "ruleset save /", "ruleset save: \"/\" is a directory (want a file)" },
	};
	char want[512];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel_reset();
		snprintf(want, sizeof(want), "fwctl: %s\n", rows[i].err);
		ktap_result(says(rows[i].command, "", 2, "", want), rows[i].err);
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *command;
		struct fault fault;
		const char *err;
	} rows[] = {
		{ "rule show", { .no_family = true },
		  "rule show: kernel family \"brfw\" not found; is the brfw module loaded? (load it with \"modprobe brfw\" or \"insmod brfw.ko\")" },
		{ "rule add dport 7 accept",
		  { .cmd = BRFW_CMD_RULE_ADD, .error = EINVAL, .text = "port needs proto", .offset = MATCH_AT + 4 },
		  "rule add: kernel refused: port needs proto (attribute dport): Invalid argument" },
		{ "rule add dport 7 accept",
		  { .cmd = BRFW_CMD_RULE_ADD, .error = EINVAL, .text = "port needs proto", .offset = MATCH_AT + 4, .copy = true },
		  "rule add: kernel refused: port needs proto (attribute dport): Invalid argument" },
		{ "rule add accept",
		  { .cmd = BRFW_CMD_RULE_ADD, .error = EINVAL, .text = "\x1b[2Jno", .miss_nest = 20, .miss_type = BRFW_RULE_A_VERDICT },
		  "rule add: kernel refused: ?[2Jno (missing attribute verdict): Invalid argument" },
		{ "rule add accept",
		  { .cmd = BRFW_CMD_RULE_ADD, .error = EEXIST, .text = "rule exists", .culprit = { .handle = 17 } },
		  "rule add: kernel refused: rule exists (see rule handle 17): File exists" },
		{ "rule delete handle 3", { .cmd = BRFW_CMD_RULE_DELETE, .error = ENOENT },
		  "rule delete: kernel refused: No such file or directory" },
		{ "policy set forward drop", { .cmd = BRFW_CMD_POLICY_SET, .error = EPERM },
		  "policy set: kernel refused: Operation not permitted" PERMISSION },
		{ "rule show", { .cmd = BRFW_CMD_RULE_GET, .error = EPERM },
		  "rule show: kernel refused: Operation not permitted" PERMISSION },
		{ "rule show", { .interrupt = 1000 },
		  "rule show: the rules kept changing meanwhile, try again (\"fwctl monitor\" tells who changes them)" },
		{ "ruleset save", { .commit_between = 1000 },
		  "ruleset save: the rules kept changing meanwhile, try again (\"fwctl monitor\" tells who changes them)" },
		{ "rule add log group 7 limit 3/day burst 2",
		  /* message 20, rule 4, hook 8; limit 4, rate 12, seconds 8 */
		  { .cmd = BRFW_CMD_RULE_ADD, .error = ERANGE, .text = "burst too big", .offset = MATCH_AT + 4 + 12 + 8 },
		  "rule add: kernel refused: burst too big (attribute burst): Numerical result out of range" },
		{ "rule add accept", { .silent = true }, "rule add: the kernel sent no answer" },
		{ "-n nobodys-name rule show", { .error = 0 },
		  "rule show: there is no network namespace \"nobodys-name\", try \"ip netns\"" },
		{ "ruleset load /nonexistent/file", { .error = 0 },
		  "ruleset load: can't open /nonexistent/file: No such file or directory" },
		{ "ruleset save /nonexistent/file", { .error = 0 },
		  "ruleset save: can't write /nonexistent/file: No such file or directory" },
		{ "ruleset flush", { .cmd = BRFW_CMD_TXN_BEGIN, .error = EBUSY, .text = "too many drafts" },
		  "ruleset flush: kernel refused: too many drafts: Device or resource busy" },
		{ "ruleset save /dev/full", { .error = 0 },
		  "ruleset save: can't write /dev/full: No space left on device" },
	};
	char want[512];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel_reset();
		/* Something to save. */
		run("policy set forward drop", "", 0);
		kernel.fault = rows[i].fault;
		snprintf(want, sizeof(want), "fwctl: %s\n", rows[i].err);
		ktap_result(says(rows[i].command, "", 1, "", want), rows[i].err);
	}
}

#define RULES \
	"# a comment\n" \
	"policy set forward drop\n" \
	"\n" \
	"rule add proto tcp comment \"dport\" dport 7070 accept\n" \
	"  rule add ethertype arp accept # arp\n" \
	"rule add saddr 2001:db8::/32 drop\n" \
	"rule add limit 9/hour log prefix \"a b\" set-mark 1 mirror m not vlan 9,7 queue 1 bypass"

#define SAVED \
	"policy set forward drop\n" \
	"rule add hook forward prio 1000 proto tcp dport 7070 accept comment \"dport\"\n" \
	"rule add hook forward prio 1000 ethertype arp accept\n" \
	"rule add hook forward prio 1000 saddr 2001:db8::/32 drop\n" \
	"rule add hook forward prio 1000 not vlan 7,9 limit 9/hour burst 64 log prefix \"a b\" set-mark 0x1 mirror m queue 1 bypass\n"

#define WHOLE	"warning: conditions on \"frag\" find whole packets, since those on \"state\" have fragments put together first\n"
#define LATER	"warning: the kernel module warns of what this tool doesn't know (0x80000000)\n"

/* Exit status and standard output are as without them. */
static void test_warnings(void)
{
	kernel_reset();
	ktap_result(says("rule add accept", "", 0, "handle 1\n", "") &&
		    says("ruleset load -", RULES, 0, "", ""), "without warnings");
	kernel_reset();
	kernel.fault.warnings = BRFW_WARN_FRAG;
	ktap_result(says("rule add accept", "", 0, "handle 1\n", "fwctl: rule add: " WHOLE) &&
		    says("-j rule add accept", "", 0, "{\"handle\":2}\n", "fwctl: rule add: " WHOLE) &&
		    says("ruleset check -", RULES, 0, "", "fwctl: ruleset check: " WHOLE) &&
		    says("ruleset load -", RULES, 0, "", "fwctl: ruleset load: " WHOLE) &&
		    says("policy set forward drop", "", 0, "", "") &&
		    says_in("info show", "\nwarnings frag-with-state\n") &&
		    says_in("-j info show", "\"warnings\":[\"frag-with-state\"]"),
		    "warnings are told");
	kernel.fault.warnings = 1U << 31;
	ktap_result(says("rule add accept", "", 0, "handle 14\n", "fwctl: rule add: " LATER) &&
		    says_in("info show", "\nwarnings 31\n"),
		    "also those of a later module");
	kernel_reset();
}

static void test_show(void)
{
	kernel_reset();
	ktap_result(says("rule add hook input bridge br0 prio 7 proto tcp dport 80-90 drop", "", 0,
			 "handle 1\n", "") &&
		    says("-j rule add accept", "", 0, "{\"handle\":2}\n", "") &&
		    says("rule show", "", 0,
			 "rule add hook input bridge br0 prio 7 proto tcp dport 80-90 drop # handle 1\n"
			 "rule add hook forward prio 1000 accept # handle 2\n", "") &&
		    says("-sN rule show handle 1", "", 0,
			 "rule add hook input bridge br0 prio 7 proto 6 dport 80-90 drop # handle 1 packets 5 bytes 420 never used\n", ""),
		    "rules are added and shown");
	ktap_result(says("-j rule show", "", 0,
			 "[{\"handle\":1,\"hook\":\"input\",\"bridge\":\"br0\",\"prio\":7,\"match\":{\"proto\":\"tcp\",\"dport\":\"80-90\"},\"verdict\":\"drop\",\"packets\":5,\"bytes\":420},"
			 "{\"handle\":2,\"hook\":\"forward\",\"prio\":1000,\"match\":{},\"verdict\":\"accept\",\"packets\":5,\"bytes\":420}]\n", "") &&
		    says("-j policy show", "", 0, "[]\n", ""), "rules are shown as JSON");
	kernel.fault.interrupt = 3;
	ktap_result(says("rule show hook forward", "", 0,
			 "rule add hook input bridge br0 prio 7 proto tcp dport 80-90 drop # handle 1\n"
			 "rule add hook forward prio 1000 accept # handle 2\n", ""),
		    "an interrupted dump is read again");
	kernel_reset();
	ktap_result(says("zone set bridge br0 17", "", 0, "", "") &&
		    says("zone set bridge # 65535", "", 0, "", "") &&
		    says("zone show", "", 0, "zone set bridge br0 17\nzone set bridge \"#\" 65535\n", "") &&
		    says("-j zone show", "", 0,
			 "[{\"bridge\":\"br0\",\"zone\":17},{\"bridge\":\"#\",\"zone\":65535}]\n", "") &&
		    says("ruleset save", "", 0, "zone set bridge br0 17\nzone set bridge \"#\" 65535\n", "") &&
		    says("ruleset load -", out_text, 0, "", "") && kernel.live_count == 2 &&
		    says("zone delete bridge br0", "", 0, "", ""),
		    "zones are set, shown, saved and loaded");
	kernel_reset();
	ktap_result(says("policy set bridge br0 input drop", "", 0, "", "") &&
		    says("-s policy show", "", 0,
			 "policy set bridge br0 input drop # packets 5 bytes 420\n", ""),
		    "policies are set and shown");
	ktap_result(says("info show", "", 0,
			 "module-version 0.1.0\nabi-version 1\ngeneration 7\nrules 1\nmax-rules 1000\nsets 5\nmax-sets 6\nelements 7\nmax-elements 8\ndrafts 0\nmax-drafts 8\n"
			 "overruns 1\nno-target 2\nvlan-unknown 3\nlimited 4\n"
			 "hooks forward,input,output\nactive-hooks none\nverdicts accept,drop,reject,redirect,queue\n"
			 "matches in,out,frame,smac,dmac,ethertype,vlan,vlan-prio,vlan-proto,inner-vlan,inner-vlan-prio,inner-vlan-proto,"
			 "pppoe-session,mpls-label,arp-op,arp-sender-ip,arp-target-ip,arp-sender-mac,arp-target-mac,arp-gratuitous,"
			 "saddr,daddr,dscp,ttl,length,frag,ip-options,proto,sport,dport,tcp-flags,icmp-type,icmp-code,icmpv6-type,icmpv6-code,"
			 "nd-target,nd-lladdr,igmp-type,gre-proto,mark,state,malformed\nwarnings none\n"
			 "max-cost 1024\ncosts forward:ip4:17,input:other:3\n", ""),
		    "info is shown");
	test_warnings();
	kernel_reset();
	kernel.fault.last_used = 12;
	kernel.fault.problem = "port \x1b[2J#\"eth9\" is a bridge\n";
	ktap_result(says("rule add prio 1 redirect eth9", "", 0, "handle 1\n", "") &&
		    says("-s rule show", "", 0,
			 "rule add hook forward prio 1 redirect eth9 # handle 1 packets 5 bytes 420 last 12 seconds ago problem: port ?[2J#\"eth9\" is a bridge?\n", "") &&
		    says("rule show", "", 0,
			 "rule add hook forward prio 1 redirect eth9 # handle 1 problem: port ?[2J#\"eth9\" is a bridge?\n", "") &&
		    says("ruleset check -", out_text, 0, "", "") &&
		    says("ruleset save", "", 0,
			 "rule add hook forward prio 1 redirect eth9\n", ""),
		    "problems and last use are shown, but not saved");
	ktap_result(says("-V", "", 0, "fwctl unit\n", ""), "the version is shown");
}

static void test_load(void)
{
	kernel_reset();
	ktap_result(says("ruleset load -", RULES, 0, "", "") && kernel.live_count == 5 &&
		    kernel.generation == 8 && kernel.live[1].change_id == 4 &&
		    says("ruleset save", "", 0, SAVED, "") &&
		    says("ruleset load -", SAVED, 0, "", "") &&
		    says("ruleset save -", "", 0, SAVED, ""),
		    "what was saved loads to the same ruleset");
	ktap_result(says("ruleset check -", "policy set input drop", 0, "", "") &&
		    says("ruleset save -", "", 0, SAVED, "") && kernel.generation == 9,
		    "a check changes nothing");
	kernel.fault.commit_between = 2;
	ktap_result(says("ruleset save -", "", 0, SAVED, ""), "a save is of one generation");
	kernel.fault = (struct fault){ .commit_between = 1000, .elements_only = true };
	ktap_result(says("ruleset save -", "", 0, SAVED, ""),
		    "elements may change while rules are saved");
	ktap_result(says("ruleset flush", "", 0, "", "") && !kernel.live_count,
		    "a flush leaves nothing");
}

static bool load_says(const char *input, const struct fault *fault, int status,
		      const char *err)
{
	uint64_t generation = kernel.generation;

	kernel.fault = *fault;
	return says("ruleset load -", input, status, "", err) &&
	       kernel.generation == generation && !kernel.has_draft;
}

/* Pairs of lines of which at most one can be meant. */
static void test_load_twice(void)
{
	static const struct { const char *name, *input, *err; } rows[] = {
		{ "two policies for a hook", "policy set forward drop\n\n policy set forward accept\n",
		  "fwctl: standard input:3:2: this policy is set already (see line 1)\n" },
		{ "the same policy twice", "policy set bridge br0 input drop\npolicy set bridge br0 input drop\n",
		  "fwctl: standard input:2:1: this policy is set already (see line 1)\n" },
		{ "two zones for a bridge", "zone set bridge a 1\nzone set bridge b 1\nzone set bridge a 2\n",
		  "fwctl: standard input:3:1: this zone is set already (see line 1)\n" },
		{ "two policies in JSON", "{\"policies\":[{\"hook\":\"input\",\"verdict\":\"drop\"},{\"hook\":\"input\",\"verdict\":\"accept\"}]}",
		  "fwctl: standard input: policies[1]: this policy is set already (see policies[0])\n" },
		{ "two zones in JSON", "{\"zones\":[{\"bridge\":\"a\",\"zone\":1},{\"bridge\":\"b\",\"zone\":1},{\"bridge\":\"a\",\"zone\":1}],"
		  "\"policies\":[{\"hook\":\"input\",\"verdict\":\"drop\"}]}",
		  "fwctl: standard input: zones[2]: this zone is set already (see zones[0])\n" },
	};
	static const struct fault commit = {
		.cmd = BRFW_CMD_TXN_COMMIT, .error = EEXIST, .text = "duplicate",
		.culprit = { .change_id = 3, .other_change_id = 1 },
	};
	static const struct fault none = { .error = 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel_reset();
		ktap_result(load_says(rows[i].input, &none, 2, rows[i].err) &&
			    !kernel.messages, rows[i].name);
	}
	kernel_reset();
	ktap_result(says("ruleset load -", "policy set forward drop\npolicy set input drop\n"
			 "policy set bridge b input drop\nzone set bridge b 1\n", 0, "", "") &&
		    kernel.live_count == 4, "others are no such pairs");
	kernel_reset();
	ktap_result(load_says("{\"policies\":[{\"hook\":\"input\",\"verdict\":\"drop\"}],"
			      "\"rules\":[{\"verdict\":\"drop\"},{\"verdict\":\"accept\"}]}", &commit, 1,
			      "fwctl: standard input: rules[1]: kernel refused: duplicate (see policies[0]): File exists\n"),
		    "the other one in JSON");
}

static void test_load_errors(void)
{
	static const struct fault none = { .error = 0 };
	static const struct fault stage = {
		.cmd = BRFW_CMD_RULE_ADD, .line = 4, .error = EINVAL, .text = "no",
		/* message 20, change 8, rule 4, hook 8, match 4, proto 4 + 8 */
		.offset = 20 + 8 + 4 + 8 + 4 + 12,
	};
	static const struct fault commit = {
		.cmd = BRFW_CMD_TXN_COMMIT, .error = EEXIST, .text = "duplicate",
		.culprit = { .change_id = 5, .handle = 99 },
	};
	static const struct fault twice = {
		.cmd = BRFW_CMD_TXN_COMMIT, .error = EEXIST, .text = "duplicate",
		.culprit = { .change_id = 5, .other_change_id = 4, .handle = 99 },
	};
	static const struct fault stale = {
		.cmd = BRFW_CMD_TXN_COMMIT, .error = ENOSPC, .text = "full",
	};
	static const struct fault lost = {
		.cmd = BRFW_CMD_RULE_ADD, .error = EINVAL, .text = "no", .line = 4,
	};
	char many[4096] = "", *end = many;
	int i;

	kernel_reset();
	ktap_result(load_says("rule add accept\nrule add foo\n\n rule show\n", &none, 2,
			      "fwctl: standard input:2:10: \"foo\" is unknown, try \"fwctl rule help\"\n"
			      "fwctl: standard input:4:2: \"rule show\" can't stand in a rule file (want \"rule add\", \"policy set\", \"zone set\", \"set add\" or \"set add-element\")\n") &&
		    !kernel.messages, "all wrong lines are told before a socket is opened");
	for (i = 0; i < 10; i++)
		end = stpcpy(end, "x\n");
	run("ruleset load -", many, strlen(many));
	ktap_result(strstr(err_text, "input:10:1: ") && !strstr(err_text, "too many"),
		    "as many errors as are shown");
	for (i = 0; i < 20; i++)
		end = stpcpy(end, "x\n");
	run("ruleset load -", many, strlen(many));
	ktap_result(strstr(err_text, "input:10:1: ") && !strstr(err_text, "input:11:") &&
		    strstr(err_text, "fwctl: standard input: too many errors, the rest is not shown\n"),
		    "too many errors are cut");
	ktap_result(load_says(RULES, &stage, 1,
			      "fwctl: standard input:4:36: kernel refused: no (attribute dport): Invalid argument\n"),
		    "a refusal while staging leads to line and column");
	ktap_result(load_says(RULES, &commit, 1,
			      "fwctl: standard input:5:3: kernel refused: duplicate: File exists\n"),
		    "a refusal at commit leads to the line");
	ktap_result(load_says(RULES, &twice, 1,
			      "fwctl: standard input:5:3: kernel refused: duplicate (see line 4): File exists\n"),
		    "and to the other line that it is about");
	ktap_result(load_says(RULES, &stale, 1,
			      "fwctl: ruleset load: kernel refused: full: No space left on device\n"),
		    "a refusal of the whole is told without a line");
	ktap_result(load_says(RULES, &lost, 1,
			      "fwctl: standard input:4:1: kernel refused: no: Invalid argument\n"),
		    "a refusal without attribute leads to the statement");
}

/* Many statements: batches are bounded, and all arrive in order. */
static void test_load_big(void)
{
	enum { RULES_COUNT = 3000 };
	char *text = malloc(RULES_COUNT * 64), *end = text;
	struct fault fault = { .cmd = BRFW_CMD_RULE_ADD, .error = EINVAL };
	unsigned int i, wrong = 0;

	for (i = 0; i < RULES_COUNT; i++)
		end += sprintf(end, "rule add proto tcp dport %u accept\n", i);
	kernel_reset();
	run("ruleset load -", text, end - text);
	for (i = 0; i < RULES_COUNT; i++)
		wrong += kernel.live[i].change_id != i + 1;
	ktap_note("%u batches, largest %u bytes, most %u requests, %u ACKs", kernel.batches,
		  kernel.largest, kernel.most, kernel.acks);
	ktap_result(!err_text[0] && kernel.live_count == RULES_COUNT && !wrong &&
		    kernel.largest <= 32768 && kernel.most <= NLSOCK_BATCH_COUNT && kernel.batches == kernel.acks &&
		    kernel.batches < RULES_COUNT / 50, "a big file goes in batches");
	kernel.fault = fault;
	ktap_result(run("ruleset load -", text, end - text) == 1 &&
		    strstr(err_text, "fwctl: standard input:10:1: kernel refused") &&
		    !strstr(err_text, "input:11:") && strstr(err_text, "too many errors") &&
		    kernel.live_count == RULES_COUNT, "refusals of a whole batch are cut");
	free(text);
}

/* Input that can't be read twice, and input that is no text. */
static void test_load_inputs(void)
{
	static char long_line[8192];
	int fds[2], old;

	kernel_reset();
	if (pipe(fds) || write(fds[1], RULES, strlen(RULES)) < 0)
		abort();
	close(fds[1]);
	/* run() gives a memory file; a path leads to the pipe beside it. */
	old = fds[0];
	snprintf(long_line, sizeof(long_line), "ruleset load /dev/fd/%d", old);
	ktap_result(says(long_line, "", 0, "", "") && kernel.live_count == 5,
		    "a pipe is loaded");
	close(old);
	ktap_result(says("ruleset load /dev/zero", "", 2, "",
			 "fwctl: /dev/zero:1:1: a NUL byte: this is not a text file\n"),
		    "an endless file that is no text ends soon");
	memset(long_line, 'a', 5000);
	strcpy(long_line + 5000, "\nx\n");
	ktap_result(says("ruleset load -", long_line, 2, "",
			 "fwctl: standard input:1:4097: the line is longer than 4096 bytes\n"),
		    "a long line is told");
	memset(long_line, ' ', 4096);
	strcpy(long_line + 4096, "\n" "rule add drop\n");
	ktap_result(says("ruleset load -", long_line, 0, "", "") && kernel.live_count == 1,
		    "the longest line is read");
	ktap_result(says("ruleset load -", "rule add drop\r\n", 2, "",
			 "fwctl: standard input:1:14: the line ends with a carriage return (want LF line ends, not CR LF)\n"),
		    "CR LF is told");
	ktap_result(says("ruleset load -", "# none\n", 0, "", "") && !kernel.live_count,
		    "a comment is an empty ruleset");
}

/* What failed and wrote nothing must not delete all rules. */
static void test_load_nothing(void)
{
	static const char *const commands[] = {
		"ruleset load -", "-j ruleset load -", "ruleset check -", "ruleset diff -",
	};
	static const char want[] =
		"\"standard input\" is empty (want statements, or at least a comment; try \"fwctl ruleset flush\")\n";
	unsigned int i, bad = 0;

	kernel_reset();
	run("ruleset load -", RULES, strlen(RULES));
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		bad += run(commands[i], i % 2 ? "" : " \n\n", i % 2 ? 0 : 3) != 2 ||
		       !strstr(err_text, want);
	ktap_result(!bad && kernel.live_count == 5, "a file without anything is refused");
	ktap_result(run("-batch -", "ruleset load -\n", 15) == 2 && strstr(err_text, want) &&
		    kernel.live_count == 5, "a batch has read what its load would read");
}

/* More white space than is read at a time. */
static void test_load_blank(void)
{
	static char text[200000];
	const size_t blanks = sizeof(text) - 100;

	memset(text, '\n', blanks);
	kernel_reset();
	strcpy(text + blanks, "rule add accept\n");
	ktap_result(says("ruleset load -", text, 0, "", "") && kernel.live_count == 1 &&
		    kernel.live[0].change_id == blanks + 1, "a rule behind many blank lines");
	strcpy(text + blanks, "  rule add foo\n");
	ktap_result(says("ruleset load -", text, 2, "",
			 "fwctl: standard input:199901:12: \"foo\" is unknown, try \"fwctl rule help\"\n"),
		    "a wrong rule behind many blank lines");
	strcpy(text + blanks, "{\"rules\":[{\"verdict\":\"drop\"}]}");
	ktap_result(says("ruleset load -", text, 0, "", "") && kernel.live_count == 1,
		    "JSON behind many blank lines");
	strcpy(text + blanks, "{,");
	ktap_result(run("ruleset load -", text, strlen(text)) == 2 &&
		    strstr(err_text, "fwctl: standard input:199901:2: this is not JSON: "),
		    "what is no JSON behind many blank lines");
	text[blanks] = '\0';
	ktap_result(run("ruleset load -", text, strlen(text)) == 2 &&
		    strstr(err_text, "is empty"), "nothing but blank lines");
	memset(text, ' ', blanks);
	ktap_result(says("ruleset load -", text, 2, "",
			 "fwctl: standard input:1:4097: the line is longer than 4096 bytes\n") &&
		    kernel.live_count == 1, "nothing but one blank line");
}

/* Standard output is full. */
static void test_output_full(void)
{
	static const char *const commands[] = {
		"rule show", "-j rule show", "-j ruleset save", "ruleset save", "-jp policy show",
		"ruleset diff -", "-j ruleset diff -",
	};
	char *text = malloc(3000 * 64), *end = text;
	unsigned int i, bad = 0;

	kernel_reset();
	for (i = 0; i < 3000; i++)
		end += sprintf(end, "rule add proto tcp dport %u accept\n", i);
	run("ruleset load -", text, end - text);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		bool is_diff = strstr(commands[i], "diff");
		const char *part;

		out_name = "/dev/full";
		bad += run(commands[i], "#", 1) != (is_diff ? 2 : 1);
		out_name = NULL;
		part = strstr(err_text, "can't write standard output: No space left on device\n");
		if (!part || strchr(err_text, '\n')[1])
			ktap_note("%s: %s", commands[i], err_text);
		bad += !part || strchr(err_text, '\n')[1];
	}
	ktap_result(!bad, "what can't be written is told");
	free(text);
}

/* A save replaces a file as a whole or leaves it alone. */
static void test_save_file(void)
{
	char dir[] = "/tmp/fwctl-test-XXXXXX", file[64], link_name[64], command[128];
	struct stat st;
	bool good;
	int fd;

	if (!mkdtemp(dir))
		abort();
	snprintf(file, sizeof(file), "%s/rules", dir);
	snprintf(link_name, sizeof(link_name), "%s/link", dir);
	snprintf(command, sizeof(command), "ruleset save %s", link_name);
	if (symlink("rules", link_name))
		abort();
	fd = open(file, O_CREAT | O_WRONLY, 0644);
	close(fd);
	kernel_reset();
	run("ruleset load -", RULES, strlen(RULES));
	good = says(command, "", 0, "", "") && !stat(file, &st) &&
	       (st.st_mode & 07777) == 0600 && st.st_size == (off_t)strlen(SAVED);
	good = good && !lstat(link_name, &st) && S_ISLNK(st.st_mode);
	unlink(file);
	unlink(link_name);
	/* Fails when a temporary file was left. */
	ktap_result(!rmdir(dir) && good, "a saved file is whole, private and alone");
}

static bool is_link(const char *name)
{
	struct stat st;

	return !lstat(name, &st) && S_ISLNK(st.st_mode);
}

/* Links that lead to a file that isn't there yet, or to themselves. */
static void test_save_links(void)
{
	char dir[] = "/tmp/fwctl-test-XXXXXX", home[4096];
	struct stat st;
	bool good;

	kernel_reset();
	run("ruleset load -", RULES, strlen(RULES));
	if (!mkdtemp(dir) || !getcwd(home, sizeof(home)) || chdir(dir) || mkdir("a", 0700) ||
	    symlink("a/second", "first") || symlink("../third", "a/second") ||
	    symlink("loop", "loop") || symlink("nowhere/file", "lost"))
		abort();
	good = says("ruleset save first", "", 0, "", "") && is_link("first") &&
	       is_link("a/second") && !lstat("third", &st) && S_ISREG(st.st_mode) &&
	       st.st_size == (off_t)strlen(SAVED);
	ktap_result(good, "a link to nothing stays, and what it points at is written");
	good = says("ruleset save loop", "", 1, "",
		    "fwctl: ruleset save: can't write loop: Too many levels of symbolic links\n") &&
	       is_link("loop");
	ktap_result(good, "a link to itself is told");
	good = says("ruleset save lost", "", 1, "",
		    "fwctl: ruleset save: can't write lost: No such file or directory\n") &&
	       is_link("lost");
	ktap_result(good, "a link to a directory that isn't there is told");
	unlink("first");
	unlink("a/second");
	unlink("third");
	unlink("loop");
	unlink("lost");
	rmdir("a");
	if (chdir(home) || rmdir(dir))
		abort();
}

static void test_lost_answers(void)
{
	kernel_reset();
	kernel.fault = (struct fault){
		.cmd = BRFW_CMD_RULE_ADD, .error = EINVAL, .text = "no",
	};
	ktap_result(says("rule add accept", "", 1, "",
			 "fwctl: rule add: kernel refused: no: Invalid argument\n"),
		    "a refusal is told");
	kernel_reset();
	kernel.fault.overrun = true;
	ktap_result(says("rule show", "", 1, "",
			 "fwctl: rule show: answers of the kernel were lost: the socket's receive buffer is too small\n"),
		    "lost answers are told");
}

/* Who isn't the kernel is not believed, whatever numbers he knows. */
static void test_forged_answers(void)
{
	static const struct fault forge = { .forge = true };
	bool good;

	kernel_reset();
	kernel.fault = forge;
	run("ruleset load -", RULES, strlen(RULES));
	good = same("stderr", err_text, "");
	ktap_result(good && kernel.forged > 3 && kernel.is_connected,
		    "a load believes only the kernel");
	kernel.forged = 0;
	good = says("ruleset save", "", 0, SAVED, "");
	ktap_result(good && kernel.forged > 3 && kernel.is_connected,
		    "a save believes only the kernel");
}

/* Answers with wrong bytes: each run ends, with a status that is defined. */
static void test_mutated_answers(void)
{
	static const char *const commands[] = {
		"rule show", "-j rule show", "-s policy show", "info show", "-jp info show",
		"rule add accept", "ruleset save", "ruleset load -", "rule show handle 1",
		"rule delete handle 1",
	};
	unsigned int i, good = 0, bad = 0, other = 0;

	for (i = 0; i < 3000; i++) {
		int status;

		kernel_reset();
		run("ruleset load -", RULES, strlen(RULES));
		kernel.fault.mutate = true;
		status = run(commands[i % 10], RULES, strlen(RULES));
		good += status == 0;
		bad += status == 1 && err_text[0];
		other += status < 0 || status > 1 || (status && !err_text[0]);
	}
	ktap_note("%u done, %u refused", good, bad);
	ktap_result(good && bad && !other, "mutated answers do no harm");
}

int main(void)
{
	ktap_begin();
	test_usage();
	test_refusals();
	test_show();
	test_load();
	test_load_errors();
	test_load_twice();
	test_load_big();
	test_load_inputs();
	test_load_nothing();
	test_load_blank();
	test_output_full();
	test_save_file();
	test_save_links();
	test_lost_answers();
	test_forged_answers();
	test_mutated_answers();
	kernel_reset();
	return ktap_end();
}

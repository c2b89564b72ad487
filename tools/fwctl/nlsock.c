// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talks to the kernel through libmnl. Requests are numbered by a counter that
 * begins anywhere, and answers are taken only if they come from the kernel and
 * carry a number that is waited for. Nothing here knows what a rule is; wire.c
 * makes and reads the attributes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "nlsock.h"

/* The kernel answers dumps in at most 32 KiB at a time. */
#define RECEIVE_LEN	65536

/* Times that a dump is read again when changes come in between. */
#define DUMP_TRIES	16

/* Room for the refusals of a whole batch; the kernel grants what it allows. */
#define RECEIVE_BUFFER	(1 << 20)

/* Network namespace */

static int netns_enter(const char *name, struct fwctl_err *err)
{
	static const char dir[] = "/run/netns/";
	char path[sizeof(dir) + 255];
	size_t len = strlen(name);
	int fd, ret = 0;

	if (!len || len > 255 || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return err_netns_name(err, name);
	memcpy(path, dir, sizeof(dir) - 1);
	memcpy(path + sizeof(dir) - 1, name, len + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_netns(err, name, errno);
	if (setns(fd, CLONE_NEWNET))
		ret = err_netns(err, name, errno);
	close(fd);
	return ret;
}

/* Answers */

/* Takes what is known of the attributes behind an error. */
static void refusal_attr(struct nlsock_refusal *refusal, const struct nlattr *attr)
{
	const void *payload = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		len = strnlen(payload, len);
		if (len >= sizeof(refusal->text))
			len = sizeof(refusal->text) - 1;
		memcpy(refusal->text, payload, len);
		refusal->text[len] = '\0';
		break;
	case NLMSGERR_ATTR_OFFS:
		if (len != sizeof(refusal->offset))
			break;
		memcpy(&refusal->offset, payload, len);
		refusal->has_offset = true;
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		if (len != sizeof(refusal->miss_type))
			break;
		memcpy(&refusal->miss_type, payload, len);
		refusal->has_miss_type = true;
		break;
	case NLMSGERR_ATTR_MISS_NEST:
		if (len == sizeof(refusal->miss_nest))
			memcpy(&refusal->miss_nest, payload, len);
		break;
	}
}

static void refusal_attrs(struct nlsock_refusal *refusal, const struct nlmsghdr *nlh,
			  size_t head)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || head > nlh->nlmsg_len)
		return;
	attr = (const struct nlattr *)((const char *)nlh + head);
	while ((const char *)attr < end && mnl_attr_ok(attr, end - (const char *)attr)) {
		refusal_attr(refusal, attr);
		attr = mnl_attr_next(attr);
	}
}

/* Reads an error or ACK. False when it is too short to be one. */
static bool refusal_read(struct nlsock_refusal *refusal, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t head = MNL_NLMSG_HDRLEN + sizeof(*error);

	memset(refusal, 0, sizeof(*refusal));
	if (nlh->nlmsg_len < head)
		return false;
	/* A positive number would be a success for callers of libc. */
	refusal->error = error->error < 0 ? -error->error : error->error;
	refusal->seq = nlh->nlmsg_seq;
	/* Without NLM_F_CAPPED the request is repeated, attributes and all. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    error->msg.nlmsg_len > sizeof(error->msg) &&
	    error->msg.nlmsg_len <= nlh->nlmsg_len)
		head += MNL_ALIGN(error->msg.nlmsg_len - sizeof(error->msg));
	refusal_attrs(refusal, nlh, head);
	return true;
}

/* The end of a dump carries an error too, but no copy of the request. */
static void refusal_read_done(struct nlsock_refusal *refusal, const struct nlmsghdr *nlh)
{
	int error = 0;

	memset(refusal, 0, sizeof(*refusal));
	if (nlh->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	refusal->error = error < 0 ? -error : error;
	refusal->seq = nlh->nlmsg_seq;
	refusal_attrs(refusal, nlh, MNL_NLMSG_HDRLEN + sizeof(error));
}

/** struct receiver - what is waited for, and who is told */
struct receiver {
	/** @first: first sequence number that is waited for */
	uint32_t first;
	/** @last: the answer to this one ends the wait */
	uint32_t last;
	/** @interrupted: a change came in between */
	bool interrupted;
	/** @done: the end was seen */
	bool done;
	/** @refusals: how many requests were refused */
	unsigned int refusals;
	/** @culprit: behind the refusal of request @culprit_seq, which comes next */
	struct nlsock_culprit culprit;
	/** @culprit_seq: sequence number of a request */
	uint32_t culprit_seq;
	/** @answer: called for each message with data, may be NULL */
	nlsock_answer_fn answer;
	/** @refused: called for each refusal */
	void (*refused)(const struct nlsock_refusal *refusal, void *data);
	void *answer_data;
	void *refused_data;
};

static void receive_refusal(struct receiver *receiver, const struct nlsock_refusal *refusal)
{
	if (refusal->error) {
		receiver->refusals++;
		receiver->refused(refusal, receiver->refused_data);
	}
	if (refusal->seq == receiver->last)
		receiver->done = true;
}

static bool is_culprit(const struct nlsock *sock, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return sock->family && nlh->nlmsg_type == sock->family &&
	       mnl_nlmsg_get_payload_len(nlh) >= sizeof(*genl) && genl->cmd == BRFW_CMD_CULPRIT;
}

static void receive_culprit(struct receiver *receiver, const struct nlmsghdr *nlh)
{
	struct nlsock_culprit *culprit = &receiver->culprit;
	const struct nlattr *attr;

	memset(culprit, 0, sizeof(*culprit));
	receiver->culprit_seq = nlh->nlmsg_seq;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		size_t len = mnl_attr_get_payload_len(attr);
		unsigned int type = mnl_attr_get_type(attr);

		if (type == BRFW_A_CHANGE_ID && len == sizeof(culprit->change_id))
			culprit->change_id = mnl_attr_get_u32(attr);
		else if (type == BRFW_A_RULE_CHANGE && len == sizeof(culprit->other_change_id))
			culprit->other_change_id = mnl_attr_get_u32(attr);
		else if (type == BRFW_A_HANDLE && len == sizeof(culprit->handle))
			culprit->handle = mnl_attr_get_u64(attr);
	}
	wire_get_culprit(nlh, culprit->set, &culprit->has_element, &culprit->element);
}

static int receive_message(struct nlsock *sock, struct receiver *receiver,
			   const struct nlmsghdr *nlh, struct fwctl_err *err)
{
	struct nlsock_refusal refusal;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		receiver->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return 0;
	case NLMSG_ERROR:
		if (!refusal_read(&refusal, nlh))
			return err_malformed(err);
		if (receiver->culprit_seq == refusal.seq)
			refusal.culprit = receiver->culprit;
		receive_refusal(receiver, &refusal);
		return 0;
	case NLMSG_DONE:
		refusal_read_done(&refusal, nlh);
		receive_refusal(receiver, &refusal);
		return 0;
	}
	if (is_culprit(sock, nlh)) {
		receive_culprit(receiver, nlh);
		return 0;
	}
	return receiver->answer ? receiver->answer(nlh, receiver->answer_data, err) : 0;
}

/* Messages side by side. libmnl's loop compares lengths as signed numbers. */
static int receive_bytes(struct nlsock *sock, struct receiver *receiver, const char *bytes,
			 size_t len, struct fwctl_err *err)
{
	size_t pos = 0;

	while (pos < len) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(bytes + pos);

		if (len - pos < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) ||
		    nlh->nlmsg_len > len - pos)
			return err_malformed(err);
		pos += MNL_ALIGN(nlh->nlmsg_len);
		if (nlh->nlmsg_pid != sock->portid ||
		    nlh->nlmsg_seq - receiver->first > receiver->last - receiver->first)
			continue;
		if (receive_message(sock, receiver, nlh, err))
			return -1;
	}
	return 0;
}

/*
 * Receives from the kernel; what others send is passed over, whatever it says.
 * That takes CAP_NET_ADMIN in the namespace, which may be that of a container.
 */
static ssize_t receive(struct nlsock *sock, char *bytes, size_t size, int flags)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = bytes, .iov_len = size };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t len;

	do {
		msg.msg_namelen = sizeof(from);
		len = recvmsg(mnl_socket_get_fd(sock->nl), &msg, flags);
	} while ((len < 0 && errno == EINTR) ||
		 (len > 0 && (msg.msg_namelen != sizeof(from) ||
			      from.nl_family != AF_NETLINK || from.nl_pid)));
	if (len > 0 && msg.msg_flags & MSG_TRUNC) {
		errno = ENOSPC;
		return -1;
	}
	return len;
}

/*
 * Waits until all is answered. When answers were lost and a refusal is among
 * those that were not, that is what there is to tell.
 */
static int receive_all(struct nlsock *sock, struct receiver *receiver, struct fwctl_err *err)
{
	static char bytes[RECEIVE_LEN] __attribute__((aligned(8)));
	ssize_t len;

	while (!receiver->done) {
		len = receive(sock, bytes, sizeof(bytes), 0);
		if (len < 0 && errno == ENOBUFS)
			return receiver->refusals ? 0 : err_overrun(err);
		if (len < 0 && errno == ENOSPC)
			return err_malformed(err);
		if (len < 0)
			return err_system(err, "receive from", "the kernel", errno);
		if (!len)
			return err_no_answer(err);
		if (receive_bytes(sock, receiver, bytes, len, err))
			return -1;
	}
	return 0;
}

/* Requests */

/* At @bytes, which must be zeros: libmnl leaves the padding of attributes as it is. */
static struct nlmsghdr *request_begin(void *bytes, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(bytes);
	struct genlmsghdr *genl;

	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = BRFW_GENL_VERSION;
	return nlh;
}

struct nlmsghdr *nlsock_begin(union nlsock_request *request, uint8_t cmd)
{
	memset(request, 0, sizeof(*request));
	return request_begin(request, cmd);
}

static int send_bytes(struct nlsock *sock, const void *bytes, size_t len,
		      struct fwctl_err *err)
{
	ssize_t sent;

	do {
		sent = mnl_socket_sendto(sock->nl, bytes, len);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? err_system(err, "send to", "the kernel", errno) : 0;
}

static void keep_refusal(const struct nlsock_refusal *refusal, void *data)
{
	*(struct nlsock_refusal *)data = *refusal;
}

const char *nlsock_refusal_attr(const struct nlmsghdr *request,
				const struct nlsock_refusal *refusal)
{
	if (refusal->has_miss_type)
		return wire_missing_name(request, refusal->miss_nest, refusal->miss_type);
	return refusal->has_offset ? wire_attr_name(request, refusal->offset) : NULL;
}

/* Sends one request of any family and takes its answers. */
static int transact(struct nlsock *sock, struct nlmsghdr *nlh, uint16_t family,
		    struct receiver *receiver, struct nlsock_refusal *refusal,
		    struct fwctl_err *err)
{
	nlh->nlmsg_type = family;
	nlh->nlmsg_seq = ++sock->seq;
	receiver->first = sock->seq;
	receiver->last = sock->seq;
	receiver->refused = keep_refusal;
	receiver->refused_data = refusal;
	memset(refusal, 0, sizeof(*refusal));
	if (send_bytes(sock, nlh, nlh->nlmsg_len, err))
		return -1;
	return receive_all(sock, receiver, err);
}

int nlsock_send(struct nlsock *sock, union nlsock_request *request, nlsock_answer_fn answer,
		void *data, struct nlsock_refusal *refusal, struct fwctl_err *err)
{
	struct receiver receiver = { .answer = answer, .answer_data = data };
	struct nlsock_refusal local;

	if (!refusal)
		refusal = &local;
	request->nlh.nlmsg_flags |= NLM_F_ACK;
	if (transact(sock, &request->nlh, sock->family, &receiver, refusal, err))
		return -1;
	if (!refusal->error)
		return 0;
	return err_refused(err, refusal, nlsock_refusal_attr(&request->nlh, refusal));
}

/* Open and close */

/* The group in one entry of the list of groups, if it is the one. */
static void family_group(struct nlsock *sock, const struct nlattr *entry)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, entry) {
		size_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID && len == sizeof(id))
			id = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    len == sizeof(BRFW_MCGRP_COMMITS))
			name = mnl_attr_get_payload(attr);
	}
	if (name && !memcmp(name, BRFW_MCGRP_COMMITS, sizeof(BRFW_MCGRP_COMMITS)))
		sock->group = id;
}

static int family_answer(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct nlsock *sock = data;
	const struct nlattr *attr, *entry;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint16_t))
			sock->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(entry, attr)
			family_group(sock, entry);
	}
	return sock->family ? 0 : err_malformed(err);
}

static int family_find(struct nlsock *sock, struct fwctl_err *err)
{
	struct receiver receiver = { .answer = family_answer, .answer_data = sock };
	struct nlsock_refusal refusal;
	union nlsock_request request;
	struct nlmsghdr *nlh = nlsock_begin(&request, CTRL_CMD_GETFAMILY);

	nlh->nlmsg_flags |= NLM_F_ACK;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, BRFW_GENL_NAME);
	if (transact(sock, nlh, GENL_ID_CTRL, &receiver, &refusal, err))
		return -1;
	if (refusal.error == ENOENT)
		return err_no_family(err);
	if (refusal.error)
		return err_refused(err, &refusal, NULL);
	return sock->family ? 0 : err_malformed(err);
}

/*
 * Connected to the kernel, the socket takes messages to it from nobody else, so
 * that nobody can fill its buffer either. What came before that is no answer.
 */
static int socket_connect(struct nlsock *sock, struct fwctl_err *err)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char bytes[1];

	if (connect(mnl_socket_get_fd(sock->nl), (const struct sockaddr *)&kernel,
		    sizeof(kernel)) < 0)
		return err_system(err, "connect", "the netlink socket", errno);
	while (recv(mnl_socket_get_fd(sock->nl), bytes, sizeof(bytes), MSG_DONTWAIT) >= 0)
		;
	return 0;
}

static int socket_set_up(struct nlsock *sock, struct fwctl_err *err)
{
	int one = 1, size = RECEIVE_BUFFER;

	/* So that nobody knows the numbers beforehand. */
	if (getrandom(&sock->seq, sizeof(sock->seq), 0) != sizeof(sock->seq))
		return err_system(err, "get", "a random number", errno);
	if (mnl_socket_bind(sock->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_system(err, "bind", "the netlink socket", errno);
	if (socket_connect(sock, err))
		return -1;
	sock->portid = mnl_socket_get_portid(sock->nl);
	/* Texts with errors; and no copies of requests, which we still have. */
	if (mnl_socket_setsockopt(sock->nl, NETLINK_EXT_ACK, &one, sizeof(one)) < 0 ||
	    mnl_socket_setsockopt(sock->nl, NETLINK_CAP_ACK, &one, sizeof(one)) < 0)
		return err_system(err, "set options of", "the netlink socket", errno);
	/* What is granted is enough in any case, more saves waiting. */
	setsockopt(mnl_socket_get_fd(sock->nl), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

int nlsock_open(struct nlsock *sock, const char *netns, struct fwctl_err *err)
{
	memset(sock, 0, sizeof(*sock));
	if (netns && netns_enter(netns, err))
		return -1;
	sock->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock->nl)
		return err_system(err, "open", "a netlink socket", errno);
	if (socket_set_up(sock, err) || family_find(sock, err)) {
		nlsock_close(sock);
		return -1;
	}
	return 0;
}

void nlsock_close(struct nlsock *sock)
{
	mnl_socket_close(sock->nl);
	sock->nl = NULL;
}

/* Dumps */

static int dump_append(const struct nlmsghdr *nlh, void *data, struct fwctl_err *err)
{
	struct nlsock_dump *dump = data;
	size_t len = MNL_ALIGN(nlh->nlmsg_len);

	if (dump->len + len > dump->size) {
		size_t size = dump->size ? dump->size * 2 : RECEIVE_LEN;
		char *bytes;

		while (size < dump->len + len)
			size *= 2;
		bytes = realloc(dump->bytes, size);
		if (!bytes)
			return err_memory(err);
		dump->bytes = bytes;
		dump->size = size;
	}
	memset(dump->bytes + dump->len + len - MNL_ALIGNTO, 0, MNL_ALIGNTO);
	memcpy(dump->bytes + dump->len, nlh, nlh->nlmsg_len);
	dump->len += len;
	return 0;
}

int nlsock_dump(struct nlsock *sock, union nlsock_request *request,
		struct nlsock_dump *dump, struct fwctl_err *err)
{
	const struct genlmsghdr *genl;
	struct nlsock_refusal refusal;
	int tries;

	memset(dump, 0, sizeof(*dump));
	request->nlh.nlmsg_flags |= NLM_F_DUMP;
	for (tries = 0; tries < DUMP_TRIES; tries++) {
		struct receiver receiver = {
			.answer = dump_append, .answer_data = dump,
		};

		dump->len = 0;
		if (transact(sock, &request->nlh, sock->family, &receiver, &refusal, err))
			return -1;
		if (refusal.error)
			return err_refused(err, &refusal,
					   nlsock_refusal_attr(&request->nlh, &refusal));
		if (!receiver.interrupted)
			return 0;
	}
	genl = mnl_nlmsg_get_payload(&request->nlh);
	return err_changing(err, genl->cmd == BRFW_CMD_ELEMENT_GET ? "elements of sets" : "rules");
}

int nlsock_get(struct nlsock *sock, union nlsock_request *request,
	       struct nlsock_dump *dump, struct fwctl_err *err)
{
	memset(dump, 0, sizeof(*dump));
	if (nlsock_send(sock, request, dump_append, dump, NULL, err))
		return -1;
	return dump->len ? 0 : err_no_answer(err);
}

int nlsock_dump_each(const struct nlsock_dump *dump, nlsock_answer_fn answer, void *data,
		     struct fwctl_err *err)
{
	size_t pos = 0;

	while (pos < dump->len) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(dump->bytes + pos);

		if (answer(nlh, data, err))
			return -1;
		pos += MNL_ALIGN(nlh->nlmsg_len);
	}
	return 0;
}

void nlsock_dump_free(struct nlsock_dump *dump)
{
	free(dump->bytes);
	memset(dump, 0, sizeof(*dump));
}

/* Notices */

static int join(struct nlsock *sock, uint32_t group, struct fwctl_err *err)
{
	if (mnl_socket_setsockopt(sock->nl, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return err_join(err, errno);
	return 0;
}

int nlsock_join(struct nlsock *sock, struct fwctl_err *err)
{
	if (!sock->group)
		return err_no_group(err);
	/* The group of generic netlink itself tells when the module goes. */
	return join(sock, sock->group, err) || join(sock, GENL_ID_CTRL, err) ? -1 : 0;
}

/* Does generic netlink say that our family is gone? */
static bool is_farewell(const struct nlsock *sock, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != GENL_ID_CTRL || genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint16_t))
			return mnl_attr_get_u16(attr) == sock->family;
	}
	return false;
}

static int listen_message(struct nlsock *sock, const struct nlmsghdr *nlh,
			  nlsock_answer_fn notice, void *data, struct fwctl_err *err)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*genl))
		return err_malformed(err);
	if (is_farewell(sock, nlh))
		return err_family_gone(err);
	if (nlh->nlmsg_type != sock->family || genl->cmd != BRFW_CMD_COMMITTED)
		return 0;
	return notice(nlh, data, err);
}

int nlsock_listen(struct nlsock *sock, nlsock_answer_fn notice, nlsock_lost_fn lost,
		  void *data, struct fwctl_err *err)
{
	static char bytes[RECEIVE_LEN] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)bytes;
	ssize_t len;

	for (;;) {
		len = receive(sock, bytes, sizeof(bytes), 0);
		if (len < 0 && errno == ENOBUFS) {
			if (lost(data, err))
				return -1;
			continue;
		}
		if (len < 0)
			return err_system(err, "receive from", "the kernel", errno);
		/* Notices come one at a time. */
		if ((size_t)len < sizeof(*nlh) || nlh->nlmsg_len > (size_t)len)
			return err_malformed(err);
		if (listen_message(sock, nlh, notice, data, err))
			return -1;
	}
}

/* Batches */

bool nlsock_batch_full(const struct nlsock_batch *batch)
{
	return batch->count == NLSOCK_BATCH_COUNT ||
	       batch->len + WIRE_MESSAGE_MAX > NLSOCK_BATCH_LEN;
}

struct nlsock_batch *nlsock_batch_alloc(void)
{
	struct nlsock_batch *batch;

	/* Zeros that cost nothing where no request comes to lie. */
	batch = mmap(NULL, sizeof(*batch), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return batch == MAP_FAILED ? NULL : batch;
}

void nlsock_batch_free(struct nlsock_batch *batch)
{
	munmap(batch, sizeof(*batch));
}

struct nlmsghdr *nlsock_batch_begin(struct nlsock_batch *batch, uint8_t cmd)
{
	return request_begin(batch->bytes + batch->len, cmd);
}

void nlsock_batch_end(struct nlsock_batch *batch, const struct nlmsghdr *nlh)
{
	batch->last = batch->len;
	batch->len += MNL_ALIGN(nlh->nlmsg_len);
	batch->count++;
}

struct nlmsghdr *nlsock_batch_reopen(struct nlsock_batch *batch)
{
	batch->len = batch->last;
	batch->count--;
	return (struct nlmsghdr *)(batch->bytes + batch->last);
}

/** struct batch_refused - brings the batch along to the caller's function */
struct batch_refused {
	const struct nlsock_batch *batch;
	nlsock_refused_fn refused;
	void *data;
};

static void batch_refused(const struct nlsock_refusal *refusal, void *data)
{
	struct batch_refused *to = data;

	to->refused(to->batch, refusal, to->data);
}

/* What requests can be told only when there is a socket. */
static void batch_number(struct nlsock *sock, struct nlsock_batch *batch)
{
	size_t pos = 0;

	batch->first = sock->seq + 1;
	while (pos < batch->len) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)(batch->bytes + pos);

		nlh->nlmsg_type = sock->family;
		nlh->nlmsg_seq = ++sock->seq;
		pos += MNL_ALIGN(nlh->nlmsg_len);
	}
}

int nlsock_batch_send(struct nlsock *sock, struct nlsock_batch *batch,
		      nlsock_refused_fn refused, void *data, struct fwctl_err *err)
{
	struct batch_refused to = { .batch = batch, .refused = refused, .data = data };
	struct receiver receiver = { .refused = batch_refused, .refused_data = &to };

	batch_number(sock, batch);
	receiver.first = batch->first;
	receiver.last = sock->seq;
	/* Refusals come anyway; one ACK tells that all before it was seen. */
	((struct nlmsghdr *)(batch->bytes + batch->last))->nlmsg_flags |= NLM_F_ACK;
	if (send_bytes(sock, batch->bytes, batch->len, err))
		return -1;
	return receive_all(sock, &receiver, err);
}

const struct nlmsghdr *nlsock_batch_find(const struct nlsock_batch *batch, uint32_t seq)
{
	size_t pos = 0;

	while (pos < batch->len) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(batch->bytes + pos);

		if (nlh->nlmsg_seq == seq)
			return nlh;
		pos += MNL_ALIGN(nlh->nlmsg_len);
	}
	return NULL;
}

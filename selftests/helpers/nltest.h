/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The netlink side of the test programs: requests to the family brfw built by
 * hand, so that the kernel is tested without the parser and checks of fwctl.
 */
#ifndef _BRFW_NLTEST_H
#define _BRFW_NLTEST_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/brfw.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

#define NLT_BUF		65536

/** struct nlt - a generic netlink socket bound to the family */
struct nlt {
	struct mnl_socket *sock;
	uint16_t family;
	uint32_t seq;
	/** @group: the multicast group of the family */
	uint32_t group;
};

/** struct nlt_culprit - what BRFW_CMD_CULPRIT told; 0 is nothing */
struct nlt_culprit {
	uint32_t change_id;
	uint32_t other_change_id;
	uint64_t handle;
};

/** struct nlt_reply - what the kernel said to a request */
struct nlt_reply {
	/** @error: 0 or a positive errno */
	int error;
	/** @text: text of the extended ACK, empty when there was none */
	char text[256];
	/** @bad_offset: offset of the offending attribute in the request or 0 */
	uint32_t bad_offset;
	/** @miss_type: type of the attribute that was missing, or -1 */
	int miss_type;
	/** @culprit: all 0 when there was none */
	struct nlt_culprit culprit;
	/** @has_culprit: a message told it */
	bool has_culprit;
	/** @interrupted: NLM_F_DUMP_INTR was seen */
	bool interrupted;
	/** @messages: data messages received */
	unsigned int messages;
};

/* Called for each data message. */
typedef void (*nlt_message_fn)(const struct nlmsghdr *nlh, void *arg);

static inline struct nlmsghdr *nlt_start(struct nlt *nl, void *buf,
					 uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = BRFW_GENL_VERSION;
	return nlh;
}

static inline void nlt_read_tlvs(const struct nlmsghdr *nlh, size_t offset,
				 struct nlt_reply *r)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, offset) {
		uint16_t len = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(r->text, sizeof(r->text), "%.*s", len,
				 mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			r->bad_offset = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			r->miss_type = mnl_attr_get_u32(attr);
			break;
		}
	}
}

static inline void nlt_read_error(const struct nlmsghdr *nlh,
				  struct nlt_reply *r)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*err);

	r->error = -err->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += mnl_nlmsg_get_payload_len(nlh) < err->msg.nlmsg_len ?
			  0 : err->msg.nlmsg_len - sizeof(err->msg);
	nlt_read_tlvs(nlh, offset, r);
}

static inline void nlt_read_done(const struct nlmsghdr *nlh,
				 struct nlt_reply *r)
{
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		return;
	r->error = -*(int *)mnl_nlmsg_get_payload(nlh);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		nlt_read_tlvs(nlh, sizeof(int), r);
}

static inline void nlt_read_culprit(const struct nlmsghdr *nlh,
				    struct nlt_reply *r)
{
	const struct nlattr *attr;

	r->has_culprit = true;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case BRFW_A_CHANGE_ID:
			r->culprit.change_id = mnl_attr_get_u32(attr);
			break;
		case BRFW_A_RULE_CHANGE:
			r->culprit.other_change_id = mnl_attr_get_u32(attr);
			break;
		case BRFW_A_HANDLE:
			r->culprit.handle = mnl_attr_get_u64(attr);
			break;
		}
	}
}

static inline bool nlt_is_culprit(const struct nlt *nl,
				  const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return nl->family != GENL_ID_CTRL && nlh->nlmsg_type == nl->family &&
	       genl->cmd == BRFW_CMD_CULPRIT;
}

/* Take one message of the answer to the request @seq. Return: whether it was
 * the last one.
 */
static inline bool nlt_take(const struct nlt *nl, const struct nlmsghdr *nlh,
			    uint32_t seq, struct nlt_reply *r,
			    nlt_message_fn fn, void *arg)
{
	if (nlh->nlmsg_seq != seq)
		return false;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		r->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		nlt_read_error(nlh, r);
		return true;
	}
	if (nlh->nlmsg_type == NLMSG_DONE) {
		nlt_read_done(nlh, r);
		return true;
	}
	if (nlt_is_culprit(nl, nlh)) {
		nlt_read_culprit(nlh, r);
		return false;
	}
	r->messages++;
	if (fn)
		fn(nlh, arg);
	return false;
}

/* Receive once. Return: 1 at the end of the answer, 0 when more follows, -1 on
 * a socket error (in r->error).
 */
static inline int nlt_receive_once(struct nlt *nl, uint32_t seq,
				   struct nlt_reply *r, nlt_message_fn fn,
				   void *arg)
{
	static char buf[NLT_BUF];
	const struct nlmsghdr *nlh = (void *)buf;
	int len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));

	if (len <= 0) {
		r->error = len ? errno : EPIPE;
		return -1;
	}
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlt_take(nl, nlh, seq, r, fn, arg))
			return 1;
	return 0;
}

static inline void nlt_reply_init(struct nlt_reply *r)
{
	memset(r, 0, sizeof(*r));
	r->miss_type = -1;
}

static inline int nlt_receive(struct nlt *nl, uint32_t seq,
			      struct nlt_reply *r, nlt_message_fn fn, void *arg)
{
	int ret;

	nlt_reply_init(r);
	do {
		ret = nlt_receive_once(nl, seq, r, fn, arg);
	} while (!ret);
	return r->error;
}

/* Send a request that is answered by an ACK, an error or a dump. */
static inline int nlt_request(struct nlt *nl, struct nlmsghdr *nlh,
			      struct nlt_reply *r, nlt_message_fn fn, void *arg)
{
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0) {
		nlt_reply_init(r);
		r->error = errno;
		return r->error;
	}
	return nlt_receive(nl, nlh->nlmsg_seq, r, fn, arg);
}

static inline void nlt_family_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr, *entry, *field;
	struct nlt *nl = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			nl->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(entry, attr)
			mnl_attr_for_each_nested(field, entry)
				if (mnl_attr_get_type(field) ==
				    CTRL_ATTR_MCAST_GRP_ID)
					nl->group = mnl_attr_get_u32(field);
	}
}

static inline int nlt_find_family(struct nlt *nl)
{
	char buf[256];
	struct nlt_reply r;
	struct nlmsghdr *nlh;

	nl->family = GENL_ID_CTRL;
	nlh = nlt_start(nl, buf, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, BRFW_GENL_NAME);
	return nlt_request(nl, nlh, &r, nlt_family_message, nl);
}

/* Open a socket in the current network namespace. Return: 0 or an errno */
static inline int nlt_open(struct nlt *nl)
{
	int one = 1, size = 4 << 20;

	nl->seq = 0;
	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock)
		return errno;
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUFFORCE,
		   &size, sizeof(size));
	setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_SNDBUFFORCE,
		   &size, sizeof(size));
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return errno;
	return nlt_find_family(nl);
}

/* Open a socket in the namespace that ip-netns(8) calls @ns. */
static inline int nlt_open_in(struct nlt *nl, const char *ns)
{
	int home = netns_enter(ns), ret;

	if (home < 0)
		return errno;
	ret = nlt_open(nl);
	return netns_leave(home) ? errno : ret;
}

static inline void nlt_close(struct nlt *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

/* Find an attribute by its path of types, which ends with 0. */
static inline const struct nlattr *nlt_find(const struct nlmsghdr *nlh,
					    const int *path)
{
	const struct nlattr *attr, *found = NULL;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == path[0])
			found = attr;
	while (found && *++path) {
		const struct nlattr *parent = found;

		found = NULL;
		mnl_attr_for_each_nested(attr, parent)
			if (mnl_attr_get_type(attr) == path[0])
				found = attr;
	}
	return found;
}

#define NLT_FIND(nlh, ...) nlt_find(nlh, (const int[]){ __VA_ARGS__, 0 })

static inline uint64_t nlt_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

/* What went wrong, as a comment of KTAP. Return: 1, to hand on. */
static inline int __attribute__((format(printf, 1, 2))) diag(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	return 1;
}

/* Conditions of rules, in BRFW_RULE_A_MATCH. */
static inline void put_cond_u8(struct nlmsghdr *nlh, uint16_t field, uint8_t value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, field);

	mnl_attr_put_u8(nlh, BRFW_COND_A_VALUE, value);
	mnl_attr_nest_end(nlh, nest);
}

static inline void put_cond_u16(struct nlmsghdr *nlh, uint16_t field, uint16_t value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, field);

	mnl_attr_put_u16(nlh, BRFW_COND_A_VALUE, value);
	mnl_attr_nest_end(nlh, nest);
}

static inline void put_cond_str(struct nlmsghdr *nlh, uint16_t field, const char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, field);

	mnl_attr_put_strz(nlh, BRFW_COND_A_VALUE, value);
	mnl_attr_nest_end(nlh, nest);
}

#endif /* _BRFW_NLTEST_H */

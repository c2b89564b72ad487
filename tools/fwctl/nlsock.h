/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink socket: finding the family, requests and their answers,
 * batches of requests, dumps, notices.
 */
#ifndef _FWCTL_NLSOCK_H
#define _FWCTL_NLSOCK_H

#include <libmnl/libmnl.h>

#include "err.h"
#include "model.h"
#include "wire.h"

/** struct nlsock - one open socket; a draft of the module belongs to it */
struct nlsock {
	struct mnl_socket *nl;
	/** @portid: ours, as the kernel gave it */
	uint32_t portid;
	/** @seq: sequence number of the last request */
	uint32_t seq;
	/** @family: of the module */
	uint16_t family;
	/** @group: multicast group of its notices; 0: it has none */
	uint32_t group;
};

/** union nlsock_request - a single request */
union nlsock_request {
	struct nlmsghdr nlh;
	char bytes[WIRE_MESSAGE_MAX];
};

/** struct nlsock_culprit - change and rule behind a refusal; all 0 when not told */
struct nlsock_culprit {
	/** @change_id: of the refused change */
	uint32_t change_id;
	/** @other_change_id: of another change that is concerned */
	uint32_t other_change_id;
	/** @handle: of another rule that is concerned */
	uint64_t handle;
	/** @set: name of the set that is concerned, or empty */
	char set[BRFW_SET_NAME_LEN];
	/** @has_element: @element is there */
	bool has_element;
	/** @element: of that set, in the way */
	struct fwctl_element element;
};

/** struct nlsock_refusal - what the kernel says about a request it refused */
struct nlsock_refusal {
	/** @seq: of the request */
	uint32_t seq;
	/** @error: errno */
	int error;
	/** @has_offset: @offset is there */
	bool has_offset;
	/** @has_miss_type: @miss_type is there */
	bool has_miss_type;
	/** @offset: of the offending attribute in the request */
	uint32_t offset;
	/** @miss_type: attribute that is missing */
	uint32_t miss_type;
	/** @miss_nest: offset of the nest that it is missing in, 0: message */
	uint32_t miss_nest;
	/** @culprit: change and rule concerned */
	struct nlsock_culprit culprit;
	/** @text: the kernel's sentence, may be empty */
	char text[160];
};

/** struct nlsock_dump - the answers to a dump, one message behind the other */
struct nlsock_dump {
	char *bytes;
	size_t len;
	size_t size;
};

/** NLSOCK_BATCH_LEN - most bytes of a batch */
#define NLSOCK_BATCH_LEN	32768

/**
 * NLSOCK_BATCH_COUNT - most requests of a batch. If each is refused, the
 * answers still fit into a receive buffer of the usual size.
 */
#define NLSOCK_BATCH_COUNT	96

/** struct nlsock_batch - requests that are sent together */
struct nlsock_batch {
	/** @next: for the caller */
	struct nlsock_batch *next;
	/** @first: sequence number of the first request, once they are sent */
	uint32_t first;
	/** @count: requests in it */
	unsigned int count;
	/** @len: their bytes */
	size_t len;
	/** @last: where the last request begins */
	size_t last;
	/** @bytes: the requests, then zeros; aligned for struct nlmsghdr */
	char bytes[NLSOCK_BATCH_LEN] __attribute__((aligned(8)));
};

/* Called for each answer; 0 to go on, -1 with @err filled. */
typedef int (*nlsock_answer_fn)(const struct nlmsghdr *nlh, void *data,
				struct fwctl_err *err);
/* Called for each refused request of a batch. */
typedef void (*nlsock_refused_fn)(const struct nlsock_batch *batch,
				  const struct nlsock_refusal *refusal, void *data);

/* All return 0, or -1 with @err filled. */

/* Opens the socket, in network namespace @netns if not NULL. */
int nlsock_open(struct nlsock *sock, const char *netns, struct fwctl_err *err);
void nlsock_close(struct nlsock *sock);

/* Starts a request; the caller adds attributes. */
struct nlmsghdr *nlsock_begin(union nlsock_request *request, uint8_t cmd);

/* @answer may be NULL. @refusal may be NULL; its error is 0 if not refused. */
int nlsock_send(struct nlsock *sock, union nlsock_request *request, nlsock_answer_fn answer,
		void *data, struct nlsock_refusal *refusal, struct fwctl_err *err);

/* Reads a whole dump, again when a change came in between. */
int nlsock_dump(struct nlsock *sock, union nlsock_request *request,
		struct nlsock_dump *dump, struct fwctl_err *err);
/* The same for a request with a single answer. */
int nlsock_get(struct nlsock *sock, union nlsock_request *request,
	       struct nlsock_dump *dump, struct fwctl_err *err);
int nlsock_dump_each(const struct nlsock_dump *dump, nlsock_answer_fn answer, void *data,
		     struct fwctl_err *err);
void nlsock_dump_free(struct nlsock_dump *dump);

/* Called when notices were lost; 0 to go on, -1 with @err filled. */
typedef int (*nlsock_lost_fn)(void *data, struct fwctl_err *err);

/* Lets notices of commits come; then reads them until something fails. */
int nlsock_join(struct nlsock *sock, struct fwctl_err *err);
int nlsock_listen(struct nlsock *sock, nlsock_answer_fn notice, nlsock_lost_fn lost,
		  void *data, struct fwctl_err *err);

/*
 * Batches begin as zeros and may be filled before there is a socket: while
 * nlsock_batch_full() is false, the next request may be added.
 * nlsock_batch_send() is done when the kernel has answered the last of them;
 * it returns 0 too when some were refused.
 */
struct nlsock_batch *nlsock_batch_alloc(void);
void nlsock_batch_free(struct nlsock_batch *batch);
bool nlsock_batch_full(const struct nlsock_batch *batch);
struct nlmsghdr *nlsock_batch_begin(struct nlsock_batch *batch, uint8_t cmd);
void nlsock_batch_end(struct nlsock_batch *batch, const struct nlmsghdr *nlh);
/* The last request again, to add to it; nlsock_batch_end() must follow. */
struct nlmsghdr *nlsock_batch_reopen(struct nlsock_batch *batch);
int nlsock_batch_send(struct nlsock *sock, struct nlsock_batch *batch,
		      nlsock_refused_fn refused, void *data, struct fwctl_err *err);
/* The request with this sequence number, or NULL. */
const struct nlmsghdr *nlsock_batch_find(const struct nlsock_batch *batch, uint32_t seq);

/* The argument of the request that a refusal is about, or NULL. */
const char *nlsock_refusal_attr(const struct nlmsghdr *request,
				const struct nlsock_refusal *refusal);

#endif /* _FWCTL_NLSOCK_H */

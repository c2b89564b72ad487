// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue: a program that listens at an NFQUEUE of its network namespace and
 * decides about frames of bridges.
 *
 * usage: queue NUMBER accept|drop|hold [CPU]
 *
 * Prints "ready" when it listens. "hold" decides nothing until SIGUSR1 comes,
 * and then accepts what has been held. On SIGUSR1 it prints "got N", the number
 * of frames that came. With CPU it stays on that processor, and so does what
 * the kernel does with frames that it lets go.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_HELD	256

enum mode { MODE_ACCEPT, MODE_DROP, MODE_HOLD };

/** struct listener - the queue and what came from it */
struct listener {
	struct mnl_socket *nl;
	uint16_t queue;
	enum mode mode;
	unsigned long got;
	uint32_t held[MAX_HELD];	/* ids, in network byte order */
	int n_held;
};

static volatile sig_atomic_t wants_report;

static void on_signal(int number)
{
	(void)number;
	wants_report = 1;
}

static struct nlmsghdr *begin(char *buf, uint16_t queue, int type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->version = NFNETLINK_V0;
	nfg->res_id = htons(queue);
	return nlh;
}

static int listen_at(struct listener *l)
{
	struct nfqnl_msg_config_params params = {
		.copy_range = htonl(64),
		.copy_mode = NFQNL_COPY_PACKET,
	};
	struct nfqnl_msg_config_cmd cmd = {
		.command = NFQNL_CFG_CMD_BIND,
		.pf = htons(NFPROTO_BRIDGE),
	};
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *nlh;
	ssize_t n;

	nlh = begin(buf, l->queue, NFQNL_MSG_CONFIG);
	nlh->nlmsg_flags |= NLM_F_ACK;
	mnl_attr_put(nlh, NFQA_CFG_CMD, sizeof(cmd), &cmd);
	mnl_attr_put(nlh, NFQA_CFG_PARAMS, sizeof(params), &params);
	if (mnl_socket_sendto(l->nl, nlh, nlh->nlmsg_len) < 0)
		return -1;
	n = mnl_socket_recvfrom(l->nl, buf, sizeof(buf));
	return n < 0 ? -1 : mnl_cb_run(buf, n, 0, mnl_socket_get_portid(l->nl),
				       NULL, NULL);
}

static void decide(struct listener *l, uint32_t id, int verdict)
{
	struct nfqnl_msg_verdict_hdr hdr = {
		.verdict = htonl(verdict),
		.id = id,
	};
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *nlh = begin(buf, l->queue, NFQNL_MSG_VERDICT);

	mnl_attr_put(nlh, NFQA_VERDICT_HDR, sizeof(hdr), &hdr);
	if (mnl_socket_sendto(l->nl, nlh, nlh->nlmsg_len) < 0)
		perror("verdict");
}

static int on_frame(const struct nlmsghdr *nlh, void *data)
{
	const struct nfqnl_msg_packet_hdr *hdr;
	struct listener *l = data;
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFQA_PACKET_HDR)
			continue;
		hdr = mnl_attr_get_payload(attr);
		l->got++;
		if (l->mode != MODE_HOLD)
			decide(l, hdr->packet_id, l->mode == MODE_ACCEPT ?
			       NF_ACCEPT : NF_DROP);
		else if (l->n_held < MAX_HELD)
			l->held[l->n_held++] = hdr->packet_id;
	}
	return MNL_CB_OK;
}

static void report(struct listener *l)
{
	int i;

	for (i = 0; i < l->n_held; i++)
		decide(l, l->held[i], NF_ACCEPT);
	l->n_held = 0;
	printf("got %lu\n", l->got);
	fflush(stdout);
}

/* Signals come only while it waits. */
static int serve(struct listener *l, const sigset_t *unblocked)
{
	struct pollfd p = { .fd = mnl_socket_get_fd(l->nl), .events = POLLIN };
	char buf[MNL_SOCKET_BUFFER_SIZE];
	ssize_t n;

	for (;;) {
		n = ppoll(&p, 1, NULL, unblocked);
		if (wants_report) {
			wants_report = 0;
			report(l);
		}
		if (n <= 0)
			continue;
		n = mnl_socket_recvfrom(l->nl, buf, sizeof(buf));
		if (n < 0 || mnl_cb_run(buf, n, 0, 0, on_frame, l) < 0)
			return -1;
	}
}

static int parse(struct listener *l, int argc, char **argv)
{
	cpu_set_t set;

	if (argc < 3)
		return -1;
	l->queue = atoi(argv[1]);
	l->mode = argv[2][0] == 'a' ? MODE_ACCEPT :
		  argv[2][0] == 'd' ? MODE_DROP : MODE_HOLD;
	if (argc < 4)
		return 0;
	CPU_ZERO(&set);
	CPU_SET(atoi(argv[3]), &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct listener l = { 0 };
	sigset_t blocked, unblocked;

	if (parse(&l, argc, argv)) {
		fprintf(stderr, "usage: queue NUMBER accept|drop|hold [CPU]\n");
		return 2;
	}
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	sigaction(SIGUSR1, &action, NULL);
	l.nl = mnl_socket_open(NETLINK_NETFILTER);
	if (!l.nl || mnl_socket_bind(l.nl, 0, MNL_SOCKET_AUTOPID) ||
	    listen_at(&l) < 0) {
		printf("failed: %s\n", strerror(errno));
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	serve(&l, &unblocked);
	perror("queue");
	return 1;
}

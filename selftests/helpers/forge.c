// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends netlink messages that look like the kernel's:
 *
 *   forge answers COMMAND...   to COMMAND as long as it runs: answers to its first
 *                              requests, each of which tells of a zone 4242
 *   forge notices N            to who listens: N notices of a commit 4242
 *
 * The last line says how many messages were sent, and what the last that was not
 * failed with. Exits with the status of COMMAND.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>

#include "nltest.h"

#define FORGED		4242

/* Answers are forged to the requests 2 to this; 1 finds the family. */
#define REQUESTS	8

static unsigned int sent;
static int refused;

static void forge_send(struct nlt *nl, const void *msg, size_t len, uint32_t portid,
		       uint32_t groups)
{
	const struct sockaddr_nl to = {
		.nl_family = AF_NETLINK, .nl_pid = portid, .nl_groups = groups,
	};

	if (sendto(mnl_socket_get_fd(nl->sock), msg, len, MSG_DONTWAIT,
		   (const struct sockaddr *)&to, sizeof(to)) < 0)
		refused = errno;
	else
		sent++;
}

/* A zone, then the end of the dump, as if @portid had asked for it. */
static void forge_answer(struct nlt *nl, uint32_t portid, uint32_t seq)
{
	char buf[512] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nlt_start(nl, buf, BRFW_CMD_ZONE_GET, 0), *done;
	struct nlattr *nest;

	nlh->nlmsg_flags = NLM_F_MULTI;
	nlh->nlmsg_pid = portid;
	nlh->nlmsg_seq = seq;
	mnl_attr_put_u64(nlh, BRFW_A_GENERATION, FORGED);
	nest = mnl_attr_nest_start(nlh, BRFW_A_ZONE);
	mnl_attr_put_strz(nlh, BRFW_ZONE_A_BRIDGE, "forged");
	mnl_attr_put_u16(nlh, BRFW_ZONE_A_ID, FORGED);
	mnl_attr_nest_end(nlh, nest);
	done = mnl_nlmsg_put_header(buf + nlh->nlmsg_len);
	done->nlmsg_type = NLMSG_DONE;
	done->nlmsg_flags = NLM_F_MULTI;
	done->nlmsg_pid = portid;
	done->nlmsg_seq = seq;
	*(int *)mnl_nlmsg_put_extra_header(done, sizeof(int)) = 0;
	forge_send(nl, buf, nlh->nlmsg_len + done->nlmsg_len, portid, 0);
}

/* The first socket of a process has its number; that of a child is known. */
static int forge_answers(struct nlt *nl, char *argv[])
{
	pid_t child = fork();
	unsigned int i;
	int status;

	if (child < 0)
		return 1;
	if (!child) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (!waitpid(child, &status, WNOHANG))
		for (i = 2; i <= REQUESTS; i++) {
			forge_answer(nl, child, i);
			sched_yield();
		}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void forge_notice(struct nlt *nl)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nlt_start(nl, buf, BRFW_CMD_COMMITTED, 0);
	struct nlattr *nest;

	nlh->nlmsg_flags = 0;
	nlh->nlmsg_seq = 0;
	mnl_attr_put_u64(nlh, BRFW_A_GENERATION, FORGED);
	nest = mnl_attr_nest_start(nlh, BRFW_A_COMMIT);
	mnl_attr_nest_end(nlh, nest);
	forge_send(nl, buf, nlh->nlmsg_len, 0, 1U << (nl->group - 1));
}

int main(int argc, char *argv[])
{
	struct nlt nl;
	int ret = 0;
	unsigned long n;

	if (argc < 3)
		return 2;
	if (nlt_open(&nl))
		return 1;
	if (!strcmp(argv[1], "answers"))
		ret = forge_answers(&nl, argv + 2);
	else
		for (n = strtoul(argv[2], NULL, 0); n; n--)
			forge_notice(&nl);
	fprintf(stderr, "forge: %u sent, %s\n", sent, refused ? strerror(refused) : "none refused");
	nlt_close(&nl);
	return ret;
}

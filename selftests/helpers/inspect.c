// SPDX-License-Identifier: GPL-2.0-only
/*
 * inspect: a transparent inspector of layer 2. Reads frames from its only port
 * and sends them back out of it unchanged, but for those that hold a forbidden
 * text.
 *
 * usage: inspect DEVICE TEXT
 *
 * Prints "ready" when it listens. On SIGUSR1 or SIGTERM it prints
 * "passed N stopped N"; the latter ends it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t wants_report, wants_end;

static void on_signal(int number)
{
	wants_report = 1;
	wants_end |= number == SIGTERM;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

static int open_port(const char *device)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	struct timeval wait = { .tv_usec = 100000 };
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -1;
	return fd;
}

/* Frames to the inspector's own port are none of its business. In front of each
 * is what the kernel says of checksums and segments, which goes back as it came.
 */
static ssize_t next_frame(int fd, uint8_t *data, size_t size)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, data, size, 0, (struct sockaddr *)&from, &len);

	return n > 0 && from.sll_pkttype != PACKET_OTHERHOST ? 0 : n;
}

int main(int argc, char **argv)
{
	static uint8_t data[70000];
	unsigned long passed = 0, stopped = 0;
	ssize_t len;
	int fd;

	if (argc != 3)
		return 2;
	catch_signals();
	fd = open_port(argv[1]);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	while (!wants_end) {
		len = next_frame(fd, data, sizeof(data));
		if (wants_report) {
			printf("passed %lu stopped %lu\n", passed, stopped);
			fflush(stdout);
			wants_report = 0;
		}
		if (len <= 0)
			continue;
		if (memmem(data, len, argv[2], strlen(argv[2]))) {
			stopped++;
			continue;
		}
		if (send(fd, data, len, 0) == len)
			passed++;
	}
	return 0;
}

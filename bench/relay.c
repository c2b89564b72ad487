// SPDX-License-Identifier: GPL-2.0-only
/*
 * relay: a bridge in user space: gives what comes in by one device to the
 * other, in both directions, until it is killed.
 *
 *   relay DEVICE DEVICE
 *
 * The checksums that the hosts left to their devices stay open (PACKET_VNET_HDR),
 * as they do on the bridge that this is compared with.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ruleset.h"

/* More than a frame of the largest size that a device has by default. */
#define FRAME_SIZE	(sizeof(struct virtio_net_hdr) + 65536 + 64)

static int open_device(const char *name)
{
	struct packet_mreq mreq = { .mr_type = PACKET_MR_PROMISC };
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int fd, one = 1, size = 4 << 20;

	address.sll_ifindex = if_nametoindex(name);
	mreq.mr_ifindex = address.sll_ifindex;
	if (!address.sll_ifindex)
		b_die("no device %s", name);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq, sizeof(mreq)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		b_die("%s: %s", name, strerror(errno));

	return fd;
}

/* Everything that waits. What doesn't fit is dropped, as on a bridge. */
static void relay(int from, int to)
{
	static char frame[FRAME_SIZE];
	ssize_t size;

	while ((size = read(from, frame, sizeof(frame))) > 0)
		if (write(to, frame, size) < 0 && errno != ENOBUFS && errno != EAGAIN)
			b_die("write: %s", strerror(errno));
	if (errno != EAGAIN)
		b_die("read: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int i;

	if (argc != 3)
		b_die("usage: relay DEVICE DEVICE");
	for (i = 0; i < 2; i++)
		fds[i].fd = open_device(argv[1 + i]);
	puts("ready");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0)
		for (i = 0; i < 2; i++)
			if (fds[i].revents)
				relay(fds[i].fd, fds[!i].fd);

	return 1;
}

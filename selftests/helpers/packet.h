/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet sockets (packet(7)), for programs that send frames and look what comes
 * out. What fails returns -1 and sets errno.
 */
#ifndef _BRFW_PACKET_H
#define _BRFW_PACKET_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Frames that one processor sends stay in order. */
static inline void packet_stay_on_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Return: a socket that sends by a device, and receives what is of @protocol */
static inline int packet_socket(int protocol, unsigned int ifindex)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = ifindex,
	};
	int sock;

	if (!ifindex) {
		errno = ENODEV;
		return -1;
	}
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sock >= 0 && bind(sock, (struct sockaddr *)&addr, sizeof(addr))) {
		close(sock);
		return -1;
	}
	return sock;
}

/* Return: a socket with all that comes in at a device, for packet_receive() */
static inline int packet_receiver(unsigned int ifindex)
{
	int sock = packet_socket(ETH_P_ALL, ifindex), one = 1, size = 8 << 20;

	if (sock >= 0 &&
	    (setsockopt(sock, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	     setsockopt(sock, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	     setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))) {
		close(sock);
		return -1;
	}
	return sock;
}

/*
 * The next frame. The kernel has taken the outermost tag out of it: it is put back
 * in its place if there is room for it. @status gets TP_STATUS_ flags, if wanted.
 *
 * Return: length, or -1: EAGAIN when none is there.
 */
static inline ssize_t packet_receive(int sock, uint8_t *data, size_t size, uint32_t *status)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec iov = { .iov_base = data, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(sock, &msg, MSG_DONTWAIT);
	struct tpacket_auxdata aux;
	struct cmsghdr *c;
	uint16_t tag[2];

	for (c = len < 0 ? NULL : CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (status)
			*status = aux.tp_status;
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID) || len < 2 * ETH_ALEN ||
		    len + sizeof(tag) > size)
			break;
		tag[0] = htons(aux.tp_vlan_tpid);
		tag[1] = htons(aux.tp_vlan_tci);
		memmove(data + 2 * ETH_ALEN + sizeof(tag), data + 2 * ETH_ALEN, len - 2 * ETH_ALEN);
		memcpy(data + 2 * ETH_ALEN, tag, sizeof(tag));
		return len + sizeof(tag);
	}
	return len;
}

#define PACKET_SLOT	2048
#define PACKET_SLOTS	128
#define PACKET_SLOT_DATA	(TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))
/* Bytes that go into a slot */
#define PACKET_SLOT_MAX	(PACKET_SLOT - PACKET_SLOT_DATA)

/**
 * struct packet_ring - frames that are sent together, from pages
 * @sock: the socket
 * @slots: memory that the kernel reads
 * @next: slot for the next frame
 *
 * Of such a frame only the first bytes come into the linear part.
 */
struct packet_ring {
	int sock;
	uint8_t *slots;
	unsigned int next;
};

static inline void packet_ring_close(struct packet_ring *ring)
{
	if (ring->slots)
		munmap(ring->slots, PACKET_SLOT * PACKET_SLOTS);
	close(ring->sock);
}

/* With @has_header there is a struct virtio_net_hdr in front of each frame. */
static inline int packet_ring_open(struct packet_ring *ring, unsigned int ifindex, bool has_header)
{
	struct tpacket_req req = {
		.tp_block_size = 65536,
		.tp_block_nr = PACKET_SLOT * PACKET_SLOTS / 65536,
		.tp_frame_size = PACKET_SLOT,
		.tp_frame_nr = PACKET_SLOTS,
	};
	int header = has_header, version = TPACKET_V2;

	ring->slots = NULL;
	ring->next = 0;
	ring->sock = packet_socket(0, ifindex);
	if (ring->sock < 0)
		return -1;
	if (setsockopt(ring->sock, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(ring->sock, SOL_PACKET, PACKET_VNET_HDR, &header, sizeof(header)) ||
	    setsockopt(ring->sock, SOL_PACKET, PACKET_TX_RING, &req, sizeof(req)))
		return -1;
	ring->slots = mmap(NULL, PACKET_SLOT * PACKET_SLOTS, PROT_READ | PROT_WRITE, MAP_SHARED,
			   ring->sock, 0);
	if (ring->slots == MAP_FAILED) {
		ring->slots = NULL;
		return -1;
	}
	return 0;
}

/*
 * A header of @header_len bytes and a frame, PACKET_SLOT_MAX bytes at most, are
 * made ready. EBUSY: the kernel has not sent what was there.
 */
static inline int packet_ring_put(struct packet_ring *ring, const void *header, size_t header_len,
				  const void *data, size_t len)
{
	uint8_t *slot = ring->slots + (size_t)ring->next * PACKET_SLOT;
	struct tpacket2_hdr *h = (struct tpacket2_hdr *)slot;

	if (__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE) {
		errno = EBUSY;
		return -1;
	}
	if (header_len)
		memcpy(slot + PACKET_SLOT_DATA, header, header_len);
	memcpy(slot + PACKET_SLOT_DATA + header_len, data, len);
	h->tp_len = header_len + len;
	__atomic_store_n(&h->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
	ring->next = (ring->next + 1) % PACKET_SLOTS;
	return 0;
}

/* Send what was put there. */
static inline int packet_ring_send(struct packet_ring *ring)
{
	return send(ring->sock, NULL, 0, 0) < 0 ? -1 : 0;
}

#endif /* _BRFW_PACKET_H */

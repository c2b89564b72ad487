// SPDX-License-Identifier: GPL-2.0-only
/*
 * pingpong: how long a small UDP request and its answer take.
 *
 *   pingpong serve PORT
 *   pingpong ask ADDRESS PORT COUNT    prints mean, median and 99th percentile
 *                                      in nanoseconds
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ruleset.h"

#define WARM_UP		100

static int serve(int fd)
{
	struct sockaddr_in from;
	char data[64];
	ssize_t size;

	for (;;) {
		socklen_t len = sizeof(from);

		size = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &len);
		if (size < 0 || sendto(fd, data, size, 0, (struct sockaddr *)&from, len) < 0)
			b_die("serve: %s", strerror(errno));
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return t.tv_sec * 1e9 + t.tv_nsec;
}

static double ask_once(int fd, int number)
{
	double begin = now();
	int answer;

	if (send(fd, &number, sizeof(number), 0) != sizeof(number) ||
	    recv(fd, &answer, sizeof(answer), 0) != sizeof(answer))
		b_die("ask: %s", strerror(errno));
	if (answer != number)
		b_die("ask: an answer came to another question");

	return now() - begin;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int ask(int fd, int count)
{
	struct timeval timeout = { .tv_sec = 10 };
	double *times = calloc(count, sizeof(*times)), sum = 0;
	int i;

	if (count < 1 || !times)
		b_die("no memory for %d times", count);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	for (i = -WARM_UP; i < count; i++)
		times[i < 0 ? 0 : i] = ask_once(fd, i);
	for (i = 0; i < count; i++)
		sum += times[i];
	qsort(times, count, sizeof(*times), compare);
	printf("%.0f %.0f %.0f\n", sum / count, times[count / 2], times[count * 99L / 100]);

	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	bool serving = argc == 3 && !strcmp(argv[1], "serve");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (!serving && (argc != 5 || strcmp(argv[1], "ask")))
		b_die("usage: pingpong serve PORT | pingpong ask ADDRESS PORT COUNT");
	address.sin_port = htons(atoi(argv[serving ? 2 : 3]));
	if (!serving && inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		b_die("no address '%s'", argv[2]);
	if (fd < 0 || (serving ? bind : connect)(fd, (struct sockaddr *)&address, sizeof(address)))
		b_die("%s", strerror(errno));

	return serving ? serve(fd) : ask(fd, atoi(argv[4]));
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The n-th allocation of this task fails, in kernels with fault injection
 * (/proc/thread-self/fail-nth).
 */
#ifndef _BRFW_FAILING_H
#define _BRFW_FAILING_H

#include <fcntl.h>

#include "nltest.h"

#define KSFT_SKIP	4
/* Nothing needs as many allocations. */
#define FAIL_TRIES_MAX	5000

static int fail_fd = -1;
/* Which allocation; 0 for none */
static unsigned int fail_n;
static bool fail_seen;

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/*
 * Allocations that may wait fail too, and quietly: the log is watched.
 *
 * Return: whether there is such a thing; if not, the plan says so.
 */
static inline bool fail_set_up(void)
{
#define DEBUGFS "/sys/kernel/debug/"
	bool good;

	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	good = !geteuid() && fail_fd >= 0 &&
	       write_file(DEBUGFS "failslab/ignore-gfp-wait", "N") &&
	       write_file(DEBUGFS "failslab/verbose", "0") &&
	       write_file(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N") &&
	       write_file(DEBUGFS "fail_page_alloc/min-order", "0") &&
	       write_file(DEBUGFS "fail_page_alloc/verbose", "0");
	if (!good)
		printf("1..0 # SKIP needs root and a kernel with fault injection (/proc/self/fail-nth): make check-sanitize has one\n");
	return good;
}

static inline void fail_arm(void)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", fail_n);

	if (fail_n && pwrite(fail_fd, text, len, 0) != len)
		diag("can't arm: %s", strerror(errno));
}

/* Opening and reading a file allocates, too; what is left tells the truth only
 * if that didn't take part, so the file is open already and a read needs none.
 */
static inline void fail_disarm(void)
{
	char text[16] = "";

	if (!fail_n)
		return;
	fail_seen = pread(fail_fd, text, sizeof(text) - 1, 0) > 0 &&
		    !atoi(text);
	if (pwrite(fail_fd, "0", 1, 0) != 1)
		diag("can't disarm: %s", strerror(errno));
}

#endif /* _BRFW_FAILING_H */

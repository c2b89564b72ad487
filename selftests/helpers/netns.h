/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Into a network namespace and back, for programs that open something there.
 */
#ifndef _BRFW_NETNS_H
#define _BRFW_NETNS_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/*
 * Enter the namespace that ip-netns(8) calls @ns.
 *
 * Return: what netns_leave() wants, or -1 and errno.
 */
static inline int netns_enter(const char *ns)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd, error = 0;
	char path[128];

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (home < 0 || fd < 0 || setns(fd, CLONE_NEWNET))
		error = errno;
	close(fd);
	if (!error)
		return home;
	close(home);
	errno = error;
	return -1;
}

/* Return: 0, or -1 and errno */
static inline int netns_leave(int home)
{
	int ret = setns(home, CLONE_NEWNET);

	close(home);
	return ret;
}

#endif /* _BRFW_NETNS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_RANDOM_H
#define _KSHIM_LINUX_RANDOM_H

#include <string.h>

#include <linux/types.h>

/* Known bytes, each time others, so that a run can be repeated. At most 8 of them. */
static inline void get_random_bytes(void *p, size_t len)
{
	uint64_t word = kshim_random_next();

	memcpy(p, &word, len);
}

#endif /* _KSHIM_LINUX_RANDOM_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_RANDOM_H
#define _KSHIM_LINUX_RANDOM_H

#include <string.h>

#include <linux/types.h>

/* Known bytes, so that a run can be repeated. At most 8 of them. */
static inline void get_random_bytes(void *p, size_t len)
{
	memcpy(p, &kshim_random, len);
}

#endif /* _KSHIM_LINUX_RANDOM_H */

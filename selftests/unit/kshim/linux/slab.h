/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_SLAB_H
#define _KSHIM_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0

#define kzalloc(size, gfp)	kshim_alloc(size, true)
#define kcalloc(n, size, gfp)	kshim_alloc((size_t)(n) * (size), true)
#define kfree(p)		kshim_free(p, true)

#endif /* _KSHIM_LINUX_SLAB_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_MM_H
#define _KSHIM_LINUX_MM_H

#include <linux/slab.h>

#define kvzalloc(size, gfp)	kshim_alloc(size, false)
#define kvzalloc_node(size, gfp, node)	((void)(node), kvzalloc(size, gfp))
#define kvcalloc(n, size, gfp)	kshim_alloc((size_t)(n) * (size), false)
#define kvfree(p)		kshim_free(p, false)

#endif /* _KSHIM_LINUX_MM_H */

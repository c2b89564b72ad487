/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_FAULT_H
#define _BRFW_FAULT_H

/*
 * Failure points for tests, in front of all other headers where the kernel has
 * fault injection (see Kbuild). The kernel's own can't make these fail:
 * per-CPU memory comes from what is there already, and kvmalloc() has vmalloc()
 * to turn to. A task makes them fail by /proc/self/fail-nth.
 */
#include <linux/fault-inject.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

/* Quiet: the log is watched for reports. */
static struct fault_attr brfw_fault __maybe_unused = {
	.times = ATOMIC_INIT(-1),
};

static inline void *brfw_fault_kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return should_fail(&brfw_fault, 1) ? NULL : kvcalloc(n, size, gfp);
}

static inline void *brfw_fault_kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return should_fail(&brfw_fault, 1) ? NULL :
					     kvmalloc_array(n, size, gfp);
}

static inline void *brfw_fault_kvzalloc(size_t size, gfp_t gfp)
{
	return should_fail(&brfw_fault, 1) ? NULL : kvzalloc(size, gfp);
}

static inline void __percpu *brfw_fault_alloc_percpu(size_t size, size_t align,
						     gfp_t gfp)
{
	return should_fail(&brfw_fault, 1) ? NULL :
					     __alloc_percpu_gfp(size, align,
								gfp);
}

#undef kvcalloc
#define kvcalloc brfw_fault_kvcalloc
#undef kvmalloc_array
#define kvmalloc_array brfw_fault_kvmalloc_array
#undef kvzalloc
#define kvzalloc brfw_fault_kvzalloc
#undef __alloc_percpu_gfp
#define __alloc_percpu_gfp brfw_fault_alloc_percpu

#endif /* _BRFW_FAULT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* For what runs for every frame. */
#ifndef _BRFW_HOT_H
#define _BRFW_HOT_H

#include <linux/compiler.h>

/*
 * A variable that is filled in before it is read. Kernels that clear all
 * variables on the stack (CONFIG_INIT_STACK_ALL_ZERO) need not clear this one.
 */
#if __has_attribute(__uninitialized__)
#define BRFW_UNINITIALIZED	__attribute__((__uninitialized__))
#else
#define BRFW_UNINITIALIZED
#endif

#endif /* _BRFW_HOT_H */

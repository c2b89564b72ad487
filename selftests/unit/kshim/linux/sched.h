/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_SCHED_H
#define _KSHIM_LINUX_SCHED_H

#define cond_resched()	do { } while (0)

#endif /* _KSHIM_LINUX_SCHED_H */

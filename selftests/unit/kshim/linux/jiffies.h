/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_JIFFIES_H
#define _KSHIM_LINUX_JIFFIES_H

#include <linux/types.h>

/* Only tests move the time on. */
extern uint64_t kshim_jiffies;

#define get_jiffies_64()	READ_ONCE(kshim_jiffies)

#endif /* _KSHIM_LINUX_JIFFIES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_SWAB_H
#define _KSHIM_LINUX_SWAB_H

#include_next <linux/swab.h>

#define swab64(x)	__builtin_bswap64(x)

#endif /* _KSHIM_LINUX_SWAB_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_BITOPS_H
#define _KSHIM_LINUX_BITOPS_H

#define BIT(n)		(1UL << (n))
#define hweight16(w)	((unsigned int)__builtin_popcount((u16)(w)))
#define __ffs(w)	((unsigned long)__builtin_ctzl(w))

#endif /* _KSHIM_LINUX_BITOPS_H */

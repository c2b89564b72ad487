/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_BITOPS_H
#define _KSHIM_LINUX_BITOPS_H

#define BIT(n)		(1UL << (n))
#define hweight16(w)	((unsigned int)__builtin_popcount((u16)(w)))
#define hweight64(w)	((unsigned int)__builtin_popcountll(w))
#define __ffs64(w)	((unsigned long)__builtin_ctzll(w))
#define fls(w)		((w) ? 32 - __builtin_clz(w) : 0)
#define fls64(w)	((w) ? 64 - __builtin_clzll(w) : 0)
#define __ffs(w)	((unsigned long)__builtin_ctzl(w))
#define ror32(w, n)	((w) >> (n) | (w) << (32 - (n)))

#endif /* _KSHIM_LINUX_BITOPS_H */

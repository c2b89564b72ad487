/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_KERNEL_H
#define _KSHIM_LINUX_KERNEL_H

#include <errno.h>

#include <linux/types.h>

#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)

/* Whether a macro is defined as 1: only then KSHIM_0_IF_1 has a comma. */
#define KSHIM_0_IF_1			0,
#define KSHIM_SECOND(a, b, ...)		b
#define KSHIM_IS_SET(comma_or_junk)	KSHIM_SECOND(comma_or_junk 1, 0)
#define KSHIM_IS_ENABLED(value)		KSHIM_IS_SET(KSHIM_0_IF_##value)
#define IS_ENABLED(option)		KSHIM_IS_ENABLED(option)

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#define min(a, b) ({				\
	__typeof__(a) _min_a = (a);		\
	__typeof__(b) _min_b = (b);		\
	(void)(&_min_a == &_min_b);		\
	_min_a < _min_b ? _min_a : _min_b; })

#define max(a, b) ({				\
	__typeof__(a) _max_a = (a);		\
	__typeof__(b) _max_b = (b);		\
	(void)(&_max_a == &_max_b);		\
	_max_a > _max_b ? _max_a : _max_b; })

#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define offsetofend(type, member) \
	(offsetof(type, member) + sizeof(((type *)0)->member))

#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

#define struct_size(p, member, n) \
	(sizeof(*(p)) + (size_t)(n) * sizeof((p)->member[0]))

#define round_up(n, d)		(DIV_ROUND_UP(n, d) * (d))

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	unsigned long r = 1;

	while (r < n)
		r <<= 1;

	return r;
}

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif /* _KSHIM_LINUX_KERNEL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_RCUPDATE_H
#define _KSHIM_LINUX_RCUPDATE_H

#include <linux/kernel.h>

/* Acquire stands for the dependency that a compiler doesn't promise. */
#define rcu_dereference(p) \
	(kshim_rcu_check(), __atomic_load_n(&(p), __ATOMIC_ACQUIRE))
#define rcu_dereference_protected(p, cond)	((void)(cond), (p))
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_assign_pointer(p, v) do {		\
	kshim_publish(v);			\
	smp_store_release(&(p), v);		\
	if (kshim_on_publish)			\
		kshim_on_publish();		\
} while (0)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)

#define kfree_rcu(p, head)	kshim_rcu_defer(&(p)->head, p)
#define kvfree_rcu(p, head)	kshim_rcu_defer(&(p)->head, p)
#define call_rcu(head, func)	kshim_rcu_call(head, func)

#endif /* _KSHIM_LINUX_RCUPDATE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel gives to the core, for user space: the headers in linux/ and
 * net/ here are as thin as the core allows and lead to this one.
 *
 * Allocations are counted, can be made to fail, and know whether kfree() may
 * free them and whether readers may have got to see them. Deferred frees wait
 * for kshim_rcu_quiesce(), so that a sanitizer sees who uses memory a grace
 * period later. A failed check ends the program.
 */
#ifndef _KSHIM_H
#define _KSHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * kshim_fail_at - number of allocations until one fails; 0 for never
 *
 * It counts down, so 1 lets the next allocation fail and then none.
 */
extern unsigned int kshim_fail_at;

/* Allocated and not yet freed; deferred frees count as not freed. */
extern unsigned int kshim_nlive;

/* Bytes of them. */
extern unsigned long kshim_nbytes;

/* Frees that did not wait although readers may have seen the memory. */
extern unsigned int kshim_nfrees;

/* Allocations so far, failed ones included. */
extern unsigned long kshim_nallocs;

/**
 * kshim_on_publish - called after each rcu_assign_pointer(), when set
 *
 * It stands where a reader may run beside the writer, and may look up.
 */
extern void (*kshim_on_publish)(void);

/* What an allocation points to counts as seen, too, when it is published. */
void kshim_publish(const void *p);

/* Calls of rcu_dereference() by this thread. */
extern __thread unsigned long kshim_nderefs;

/* Where the random numbers begin that get_random_bytes() hands out next. */
extern uint64_t kshim_random;

uint64_t kshim_random_next(void);

void *kshim_alloc(size_t size, bool is_kmalloc);
void kshim_free(const void *p, bool is_kfree);

/**
 * struct rcu_head - a deferred free
 * @next: the one before
 * @func: frees it
 * @offset: or, less than KSHIM_RCU_OFFSETS, where it is in what is to be freed
 *
 * It is as large as in the kernel, since sizes are computed from that.
 */
struct rcu_head {
	struct rcu_head *next;
	union {
		void (*func)(struct rcu_head *head);
		uintptr_t offset;
	};
};

#define KSHIM_RCU_OFFSETS	4096

void kshim_rcu_defer(struct rcu_head *head, void *object);
void kshim_rcu_call(struct rcu_head *head, void (*func)(struct rcu_head *));
void kshim_rcu_check(void);

/* Wait until all read sections of today have ended and free what waits. */
void kshim_rcu_quiesce(void);

void rcu_read_lock(void);
void rcu_read_unlock(void);

#endif /* _KSHIM_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's allocator and RCU as the tests of the core need them; kshim.h
 * tells what they promise.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <sanitizer/asan_interface.h>

#include "kshim.h"

#define KSHIM_MAX_READERS	16

unsigned int kshim_fail_at;
unsigned int kshim_nlive;
unsigned int kshim_nfrees;
void (*kshim_on_publish)(void);
__thread unsigned long kshim_nderefs;
uint64_t kshim_random = 1;

static void __attribute__((noreturn)) kshim_bug(const char *text)
{
	fprintf(stderr, "kshim: %s\n", text);
	abort();
}

/* ---- memory ---- */

/**
 * struct kshim_block - in front of each allocation, hidden from everybody else
 * @is_kmalloc: kfree() may free it
 * @data: what was asked for; aligned as by malloc()
 */
struct kshim_block {
	bool is_kmalloc;
	_Alignas(16) char data[];
};

void *kshim_alloc(size_t size, bool is_kmalloc)
{
	struct kshim_block *b;

	if (kshim_fail_at && !--kshim_fail_at)
		return NULL;

	b = calloc(1, sizeof(*b) + size);
	if (!b)
		kshim_bug("no memory");
	b->is_kmalloc = is_kmalloc;
	ASAN_POISON_MEMORY_REGION(b, sizeof(*b));
	kshim_nlive++;

	return b->data;
}

static void kshim_block_free(const void *p, bool is_kfree, bool is_deferred)
{
	struct kshim_block *b;

	b = (struct kshim_block *)((char *)p - offsetof(struct kshim_block, data));
	ASAN_UNPOISON_MEMORY_REGION(b, sizeof(*b));
	if (is_kfree && !b->is_kmalloc)
		kshim_bug("kfree() of memory from kvmalloc()");
	if (!is_deferred)
		kshim_nfrees += !b->is_kmalloc;
	kshim_nlive--;
	free(b);
}

void kshim_free(const void *p, bool is_kfree)
{
	if (p)
		kshim_block_free(p, is_kfree, false);
}

/* ---- RCU ---- */

/**
 * struct kshim_reader - a thread that was in a read section
 * @count: odd while it is in one
 */
struct kshim_reader {
	unsigned long count;
};

static struct kshim_reader kshim_readers[KSHIM_MAX_READERS];
static unsigned int kshim_nreaders;
static struct rcu_head *kshim_deferred;
static __thread struct kshim_reader *kshim_self;
static __thread unsigned int kshim_nesting;

void rcu_read_lock(void)
{
	unsigned int i;

	if (!kshim_self) {
		i = __atomic_fetch_add(&kshim_nreaders, 1, __ATOMIC_SEQ_CST);
		if (i >= KSHIM_MAX_READERS)
			kshim_bug("too many readers");
		kshim_self = &kshim_readers[i];
	}
	if (!kshim_nesting++)
		__atomic_fetch_add(&kshim_self->count, 1, __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	if (!kshim_nesting)
		kshim_bug("rcu_read_unlock() without rcu_read_lock()");
	if (!--kshim_nesting)
		__atomic_fetch_add(&kshim_self->count, 1, __ATOMIC_SEQ_CST);
}

void kshim_rcu_check(void)
{
	kshim_nderefs++;
	if (!kshim_nesting)
		kshim_bug("rcu_dereference() outside of a read section");
}

static void kshim_reader_wait(struct kshim_reader *reader)
{
	unsigned long count = __atomic_load_n(&reader->count, __ATOMIC_SEQ_CST);

	while (count % 2 &&
	       __atomic_load_n(&reader->count, __ATOMIC_SEQ_CST) == count)
		sched_yield();
}

void kshim_rcu_defer(struct rcu_head *head, void *object)
{
	head->object = object;
	head->next = kshim_deferred;
	kshim_deferred = head;
}

void kshim_rcu_quiesce(void)
{
	struct rcu_head *head = kshim_deferred;
	unsigned int i;

	if (kshim_nesting)
		kshim_bug("a reader waits for itself");

	/* What was marked or unlinked before must be seen by later readers. */
	__atomic_fetch_add(&kshim_nreaders, 0, __ATOMIC_SEQ_CST);
	for (i = 0; i < KSHIM_MAX_READERS; i++)
		kshim_reader_wait(&kshim_readers[i]);

	kshim_deferred = NULL;
	while (head) {
		void *object = head->object;

		head = head->next;
		kshim_block_free(object, false, true);
	}
}

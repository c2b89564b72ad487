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
#define KSHIM_CHAINS		(1U << 16)

/* For what looks behind the poison. */
#define KSHIM_UNCHECKED		__attribute__((no_sanitize("address")))

unsigned int kshim_fail_at;
unsigned int kshim_nlive;
unsigned long kshim_nbytes;
unsigned int kshim_nfrees;
unsigned long kshim_nallocs;
void (*kshim_on_publish)(void);
__thread unsigned long kshim_nderefs;
uint64_t kshim_random = 1;
uint64_t kshim_jiffies = 1;

/* xorshift64* */
uint64_t kshim_random_next(void)
{
	kshim_random ^= kshim_random >> 12;
	kshim_random ^= kshim_random << 25;
	kshim_random ^= kshim_random >> 27;

	return kshim_random * 0x2545f4914f6cdd1dULL;
}

static void __attribute__((noreturn)) kshim_bug(const char *text)
{
	fprintf(stderr, "kshim: %s\n", text);
	abort();
}

/* ---- memory ---- */

/**
 * struct kshim_block - in front of each allocation, hidden from everybody else
 * @next: another one in the same chain
 * @size: of @data
 * @is_kmalloc: kfree() may free it
 * @is_seen: readers may have got a pointer to it
 * @data: what was asked for; aligned as by malloc()
 *
 * Only writers allocate and free, and they exclude each other.
 */
struct kshim_block {
	struct kshim_block *next;
	size_t size;
	bool is_kmalloc;
	bool is_seen;
	_Alignas(16) char data[];
};

static struct kshim_block *kshim_blocks[KSHIM_CHAINS];

/* Where they have ever been, since most words are no pointers there. */
static uintptr_t kshim_lowest = UINTPTR_MAX;
static uintptr_t kshim_highest;

static struct kshim_block **kshim_chain(const void *data)
{
	return &kshim_blocks[((uintptr_t)data >> 4) * 0x9e3779b1U % KSHIM_CHAINS];
}

static KSHIM_UNCHECKED struct kshim_block *kshim_find(const void *data)
{
	struct kshim_block *b = *kshim_chain(data);

	while (b && b->data != data)
		b = b->next;

	return b;
}

static KSHIM_UNCHECKED void kshim_unchain(struct kshim_block *b)
{
	struct kshim_block **p = kshim_chain(b->data);

	while (*p != b)
		p = &(*p)->next;
	*p = b->next;
}

void *kshim_alloc(size_t size, bool is_kmalloc)
{
	struct kshim_block **chain, *b;

	kshim_nallocs++;
	if (kshim_fail_at && !--kshim_fail_at)
		return NULL;

	b = calloc(1, sizeof(*b) + size);
	if (!b)
		kshim_bug("no memory");
	if ((uintptr_t)b < kshim_lowest)
		kshim_lowest = (uintptr_t)b;
	if ((uintptr_t)b->data > kshim_highest)
		kshim_highest = (uintptr_t)b->data;
	chain = kshim_chain(b->data);
	b->next = *chain;
	*chain = b;
	b->size = size;
	b->is_kmalloc = is_kmalloc;
	ASAN_POISON_MEMORY_REGION(b, sizeof(*b));
	kshim_nlive++;
	kshim_nbytes += size;

	return b->data;
}

static void kshim_block_free(const void *p, bool is_kfree, bool is_deferred)
{
	struct kshim_block *b = kshim_find(p);

	if (!b)
		kshim_bug("free of what was not allocated");
	kshim_unchain(b);
	ASAN_UNPOISON_MEMORY_REGION(b, sizeof(*b));
	if (is_kfree && !b->is_kmalloc)
		kshim_bug("kfree() of memory from kvmalloc()");
	if (!is_deferred)
		kshim_nfrees += b->is_seen;
	kshim_nlive--;
	kshim_nbytes -= b->size;
	free(b);
}

/* A function that was given to call_rcu() runs. */
static bool kshim_in_callback;

void kshim_free(const void *p, bool is_kfree)
{
	if (p)
		kshim_block_free(p, is_kfree, kshim_in_callback);
}

/* Some pointers have a flag in bit 0. */
KSHIM_UNCHECKED void kshim_publish(const void *p)
{
	struct kshim_block *b;
	size_t i;

	if ((uintptr_t)p < kshim_lowest || (uintptr_t)p > kshim_highest + 1)
		return;
	b = kshim_find((void *)((uintptr_t)p & ~1UL));
	if (!b || b->is_seen)
		return;
	b->is_seen = true;
	for (i = 0; i + sizeof(p) <= b->size; i += sizeof(p))
		kshim_publish(*(void **)(b->data + i));
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

void kshim_rcu_call(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	head->func = func;
	head->next = kshim_deferred;
	kshim_deferred = head;
}

void kshim_rcu_defer(struct rcu_head *head, void *object)
{
	kshim_rcu_call(head, NULL);
	head->offset = (uintptr_t)head - (uintptr_t)object;
	if (head->offset >= KSHIM_RCU_OFFSETS)
		kshim_bug("struct rcu_head far behind the start of an object");
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
		struct rcu_head *next = head->next;

		kshim_in_callback = true;
		if (head->offset < KSHIM_RCU_OFFSETS)
			kshim_free((char *)head - head->offset, false);
		else
			head->func(head);
		kshim_in_callback = false;
		head = next;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are the same for the same seed, for programs that make up
 * what they send.
 */
#ifndef _BRFW_RANDOM_H
#define _BRFW_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static uint64_t random_state;

/* To be called before the others. */
static inline void random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

/* From 0 to @n - 1; xorshift64* */
static inline unsigned int below(unsigned int n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dULL >> 32) % n;
}

static inline bool one_in(unsigned int n)
{
	return !below(n);
}

#endif /* _BRFW_RANDOM_H */

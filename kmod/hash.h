/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hash of all that packets look up: keyed, of a universal family.
 *
 * A value is a fixed number of characters of 32 bits, c[0], c[1], ... A table
 * has a secret of 64 random bits for each, s[0], s[1], ..., and one more, b. The
 * hash is q(h) with
 *
 *	h = ((b + s[0] * c[0] + s[1] * c[1] + ...) mod 2^64) div 2^32
 *	q(h) = h * (2 * h + 1) mod 2^32
 *
 * The family of h is known as multilinear, or vector multiply-shift (Dietzfelbinger
 * 1996; Lemire and Kaser, "Strongly universal string hashing is fast", 2014). It is
 * strongly universal: over the choice of the secrets, the hashes of two different
 * values are independent and uniform. So they are equal with a probability of 2^-32,
 * and begin in the same of n slots with one of 1 / n, whatever the values are, also
 * when they are chosen with knowledge of all but the secrets. For let the values
 * differ in character j, by d, and let 2^k be the largest power of two in d, so that
 * k < 32. Then s[j] * d is uniform among the multiples of 2^k, and b is uniform and
 * independent of it; so, given the first sum, the bits of the second one from k on,
 * hence its upper 32, are uniform.
 *
 * It takes that the number of characters is the same for all values of a table, that
 * each character has a secret of its own, and that nobody knows them.
 *
 * q is a bijection, which changes nothing of this. It breaks up what pairwise
 * independence leaves: the h of a counter are spread evenly or in a few heaps, since
 * they are linear in the character. Its upper bits are the best ones.
 *
 * The code compiles in user space too.
 */
#ifndef _BRFW_HASH_H
#define _BRFW_HASH_H

#include <linux/random.h>
#include <linux/types.h>

/** BRFW_HASH_BITS - bits of a hash */
#define BRFW_HASH_BITS	32

/**
 * brfw_hash_make_secrets() - choose secrets
 * @secrets: to be filled
 * @n: how many
 */
static inline void brfw_hash_make_secrets(u64 *secrets, unsigned int n)
{
	while (n--)
		get_random_bytes(&secrets[n], sizeof(secrets[n]));
}

/**
 * brfw_hash_add() - add a character to a sum
 * @sum: of the characters before; at first the secret b
 * @secret: of this character
 * @character: it
 *
 * Return: the sum.
 */
static inline u64 brfw_hash_add(u64 sum, u64 secret, u32 character)
{
	return sum + secret * character;
}

/**
 * brfw_hash_add_word() - add two characters to a sum
 * @sum: as for brfw_hash_add()
 * @secrets: of both
 * @word: they
 *
 * Return: the sum.
 */
static inline u64 brfw_hash_add_word(u64 sum, const u64 *secrets, u64 word)
{
	sum = brfw_hash_add(sum, secrets[0], word);

	return brfw_hash_add(sum, secrets[1], word >> 32);
}

/**
 * brfw_hash_end() - the hash
 * @sum: of all characters
 *
 * Return: the hash; who needs fewer bits takes the upper ones.
 */
static inline u32 brfw_hash_end(u64 sum)
{
	u32 h = sum >> 32;

	return h * (2 * h + 1);
}

#endif /* _BRFW_HASH_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What looking up in leaves and building them share.
 */
#ifndef _BRFW_LEAF_PARTS_H
#define _BRFW_LEAF_PARTS_H

#include <linux/kernel.h>

#include "leaf.h"

/*
 * What steps cost, in units of an instruction: comparing a rule, coming to a
 * leaf with selectors, a look at one of four bits, of a number, and at each
 * doubling of its classes.
 */
#define BRFW_COST_COMPARE	18
#define BRFW_COST_LEAF		30
#define BRFW_COST_NIBBLE	7
#define BRFW_COST_NUMBER	10
#define BRFW_COST_BISECT	5

/* Where the data of a leaf begin. */
static inline const u64 *brfw_leaf_data(const struct brfw_leaf *leaf)
{
	return (const u64 *)leaf +
	       DIV_ROUND_UP(struct_size(leaf, rules, leaf->nrules),
			    sizeof(u64));
}

/* Where its selectors of sets are. */
static inline const struct brfw_leaf_set *
brfw_leaf_sets(const struct brfw_leaf *leaf, const u64 *data)
{
	return (const struct brfw_leaf_set *)(data + leaf->sets);
}

/* Class of a number: how many classes begin at it or below. */
static inline unsigned int
brfw_leaf_class(const u16 *bounds, unsigned int n, u16 number)
{
	const u16 *base = bounds;
	unsigned int half;

	while (n > 1) {
		half = n / 2;
		base += base[half - 1] <= number ? half : 0;
		n -= half;
	}

	return base - bounds + (n && *base <= number);
}

#endif /* _BRFW_LEAF_PARTS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shape: how much of each field a rule compares exactly, in a few steps.
 *
 * Rules that compare different bits of the key can stand in one hash table if
 * the table hashes no more than all of them compare. Shapes tell that by one
 * subtraction: each of up to 16 fields of the key has a level of 0 to 7, which
 * says how many of its leading bytes are compared. Lengths between two levels
 * count as the lower one, and what is not a prefix as level 0.
 */
#ifndef _BRFW_SHAPE_H
#define _BRFW_SHAPE_H

#include "match.h"

/**
 * typedef brfw_shape_t - levels of 16 fields, four bits each; the upper one is 0
 */
typedef u64 brfw_shape_t;

#define BRFW_SHAPE_UPPER_BITS	0x8888888888888888ULL

/**
 * brfw_shape_covers() - can rules of one shape stand in a table of another?
 * @table: shape of the table
 * @rule: shape of a rule
 *
 * Return: whether no level of @table is above that of @rule.
 */
static inline bool brfw_shape_covers(brfw_shape_t table, brfw_shape_t rule)
{
	return (((rule | BRFW_SHAPE_UPPER_BITS) - table) &
		BRFW_SHAPE_UPPER_BITS) == BRFW_SHAPE_UPPER_BITS;
}

brfw_shape_t brfw_shape_of_rule(const struct brfw_cls_rule *r, u8 family);
brfw_shape_t brfw_shape_meet(brfw_shape_t a, brfw_shape_t b);
void brfw_shape_get_mask(brfw_shape_t shape, u8 family, struct brfw_key *mask);

#endif /* _BRFW_SHAPE_H */

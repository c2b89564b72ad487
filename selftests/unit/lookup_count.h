/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included in front of sources of the core: counts the rules that look-ups
 * compare, to see whether the bound is kept.
 */
#ifndef _BRFW_LOOKUP_COUNT_H
#define _BRFW_LOOKUP_COUNT_H

#include "match.h"

void ref_count(const struct brfw_cls_rule *r);

#define brfw_cls_rule_fits(r, key) \
	(ref_count(r), brfw_cls_rule_fits(r, key))
#define brfw_cls_rule_matches(r, key, gen) \
	(ref_count(r), brfw_cls_rule_matches(r, key, gen))

#endif /* _BRFW_LOOKUP_COUNT_H */

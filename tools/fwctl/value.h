/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One word to one value: of a condition, a rate, a mark, a number.
 */
#ifndef _FWCTL_VALUE_H
#define _FWCTL_VALUE_H

#include "model.h"

/** VALUE_WANT_LEN - room for what would be right, with its NUL byte */
#define VALUE_WANT_LEN	160

/*
 * All take a whole word and return 0, or -1 with what would be right in @want,
 * which has room for VALUE_WANT_LEN bytes. All of @cond is set.
 */
int value_read(const struct fwctl_field *field, const char *text, struct fwctl_cond *cond,
	       char *want);
int value_read_rate(const char *text, struct fwctl_limit *limit, char *want);
int value_read_burst(const char *text, struct fwctl_limit *limit, char *want);
int value_read_mark(const char *text, struct fwctl_mark *mark, char *want);

/* Seconds of a time such as 1d12h or 30s, from 1. */
int value_read_time(const char *text, uint32_t *seconds, char *want);
/* A member, from 0, of an element, whose form is set. */
int value_read_member(struct fwctl_element *element, unsigned int member, const char *text,
		      char *want);

/* Does the word look like a value of this field, not of one that shares its keyword? */
bool value_fits(const struct fwctl_field *field, const char *text);

/* A decimal number up to @max. */
bool value_read_number(const char *text, uint64_t max, uint64_t *number);

#endif /* _FWCTL_VALUE_H */

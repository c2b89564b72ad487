/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What elements of each set look like: the grammar needs it to read an element,
 * and to tell which of the fields that share a keyword a condition is about.
 */
#ifndef _FWCTL_SETFORMS_H
#define _FWCTL_SETFORMS_H

#include "err.h"
#include "model.h"

#define SETFORMS_BUCKETS	1024

struct setforms_entry;

/** struct setforms - sets by name */
struct setforms {
	/** @buckets: those that are known */
	struct setforms_entry *buckets[SETFORMS_BUCKETS];
	/**
	 * @lookup: asks for one that isn't known: 1 with @form filled, 0 when
	 * there is none, -1 with @err filled. NULL: there are no others
	 */
	int (*lookup)(void *data, const char *name, struct fwctl_set_form *form,
		      struct fwctl_err *err);
	/** @data: for @lookup */
	void *data;
};

/* 0, or -1 with @err filled. A set that is known gets another form. */
int setforms_add(struct setforms *forms, const char *name, const struct fwctl_set_form *form,
		 struct fwctl_err *err);
/* As @lookup; knows nothing when @forms is NULL. */
int setforms_find(struct setforms *forms, const char *name, struct fwctl_set_form *form,
		  struct fwctl_err *err);
void setforms_free(struct setforms *forms);

#endif /* _FWCTL_SETFORMS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hash table of the forms of sets, since a file may have thousands of them.
 */
#include <stdlib.h>
#include <string.h>

#include "setforms.h"

/** struct setforms_entry - a set */
struct setforms_entry {
	struct setforms_entry *next;
	struct fwctl_set_form form;
	char name[BRFW_SET_NAME_LEN];
};

static struct setforms_entry **setforms_bucket(struct setforms *forms, const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return &forms->buckets[hash % SETFORMS_BUCKETS];
}

static struct setforms_entry *setforms_entry(struct setforms *forms, const char *name)
{
	struct setforms_entry *entry = *setforms_bucket(forms, name);

	while (entry && strcmp(entry->name, name))
		entry = entry->next;
	return entry;
}

int setforms_add(struct setforms *forms, const char *name, const struct fwctl_set_form *form,
		 struct fwctl_err *err)
{
	struct setforms_entry **bucket = setforms_bucket(forms, name);
	struct setforms_entry *entry = setforms_entry(forms, name);

	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return err_memory(err);
		strcpy(entry->name, name);
		entry->next = *bucket;
		*bucket = entry;
	}
	entry->form = *form;
	return 0;
}

int setforms_find(struct setforms *forms, const char *name, struct fwctl_set_form *form,
		  struct fwctl_err *err)
{
	const struct setforms_entry *entry = forms ? setforms_entry(forms, name) : NULL;
	int ret;

	if (entry) {
		*form = entry->form;
		return 1;
	}
	if (!forms || !forms->lookup)
		return 0;
	ret = forms->lookup(forms->data, name, form, err);
	if (ret == 1 && setforms_add(forms, name, form, err))
		return -1;
	return ret;
}

void setforms_free(struct setforms *forms)
{
	struct setforms_entry *entry, *next;
	size_t i;

	for (i = 0; i < SETFORMS_BUCKETS; i++) {
		for (entry = forms->buckets[i]; entry; entry = next) {
			next = entry->next;
			free(entry);
		}
		forms->buckets[i] = NULL;
	}
}

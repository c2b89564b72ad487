/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs to text that the parser reads back, and to JSON.
 */
#ifndef _FWCTL_PRINT_H
#define _FWCTL_PRINT_H

#include <stdio.h>

#include <jansson.h>

#include "model.h"

/** PRINT_ELEMENT_LEN - room for the values of any element with its NUL byte */
#define PRINT_ELEMENT_LEN	512

/** PRINT_TIME_LEN - room for any time with its NUL byte */
#define PRINT_TIME_LEN	48

/** PRINT_VALUE_LEN - room for the value of any condition with its NUL byte */
#define PRINT_VALUE_LEN	256

/** struct print_style - how to print */
struct print_style {
	/** @stats: counters too (text; in JSON they are always there) */
	bool stats;
	/** @numeric: numbers, not names, for values that have both */
	bool numeric;
	/** @handle: handle and problem too (text; in JSON they are always there) */
	bool handle;
	/** @pretty: JSON over many lines */
	bool pretty;
};

/** struct print_list - JSON array that is written element by element */
struct print_list {
	FILE *out;
	bool pretty;
	/** @count: elements so far */
	size_t count;
};

/* The value of one condition as the parser reads it, without "not". */
void print_value(const struct fwctl_rule *rule, const struct fwctl_field *field,
		 bool numeric, char *text);
/* The values of an element, @text has PRINT_ELEMENT_LEN bytes. */
void print_element_value(const struct fwctl_element *element, char *text);

void print_rule(FILE *out, const struct fwctl_rule *rule, const struct print_style *style);
void print_policy(FILE *out, const struct fwctl_policy *policy,
		  const struct print_style *style);
void print_zone(FILE *out, const struct fwctl_zone *zone);
void print_set(FILE *out, const struct fwctl_set *set, const struct print_style *style);
void print_element(FILE *out, const struct fwctl_element *element,
		   const struct print_style *style);
void print_info(FILE *out, const struct fwctl_info *info);
/* A notice, then each of the changes that it tells. */
void print_commit(FILE *out, const struct fwctl_commit *commit);
void print_change(FILE *out, const struct fwctl_change *change,
		  const struct print_style *style);

/* New references; NULL when there is no memory. */
json_t *print_rule_json(const struct fwctl_rule *rule, const struct print_style *style);
json_t *print_policy_json(const struct fwctl_policy *policy);
json_t *print_zone_json(const struct fwctl_zone *zone);
json_t *print_set_json(const struct fwctl_set *set);
json_t *print_element_json(const struct fwctl_element *element);
json_t *print_info_json(const struct fwctl_info *info);
/* With an empty array of changes, when it tells them. */
json_t *print_commit_json(const struct fwctl_commit *commit);
json_t *print_change_json(const struct fwctl_change *change,
			  const struct print_style *style);

/* Arrays are streamed, so that a big ruleset isn't held as JSON objects. */
void print_list_begin(struct print_list *list, FILE *out, bool pretty);
/*
 * Takes the reference to @element; -1 when there is no memory, which is what NULL
 * says, too. What can't be written is noticed at the end, as with text.
 */
int print_list_add(struct print_list *list, json_t *element);
void print_list_end(struct print_list *list);
/* The same without the end of the line. */
void print_list_close(struct print_list *list);

/* Are all names and comments text, so that nothing is lost when they are written? */
bool print_rule_is_text(const struct fwctl_rule *rule);
bool print_element_is_text(const struct fwctl_element *element);
/* Do all numbers fit into those of JSON? */
bool print_rule_fits_json(const struct fwctl_rule *rule);

#endif /* _FWCTL_PRINT_H */

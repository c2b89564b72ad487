// SPDX-License-Identifier: GPL-2.0-only
/*
 * What fwctl prints as JSON, read again. A statement becomes the words that it
 * would be as text, and each word remembers the key that it comes from. So
 * values are checked by the parser, and its errors lead back to the key. What
 * is checked here is the form: keys and types.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

/** struct builder - a statement on its way to words */
struct builder {
	struct json_file *file;
	struct parse_words *words;
	struct fwctl_err *err;
	/** @used: bytes of words->text that hold words made here */
	size_t used;
};

/** struct json_row - a key of an object */
struct json_row {
	/** @key: NULL ends a table */
	const char *key;
	/** @read: adds its words; NULL: it is in answers only, and is skipped */
	int (*read)(struct builder *b, const json_t *object, const char *key, json_t *value);
};

/** struct json_section - an array of the file */
struct json_section {
	const char *name;
	/** @start: the words that begin its statements */
	const char *start[2];
	/** @read: adds the rest of them */
	int (*read)(struct builder *b, json_t *object);
};

/* Where */

static void locate(const struct json_file *file, const char *nest, const char *key,
		   struct fwctl_err *err);

static const char *type_name(const json_t *value)
{
	static const char *const types[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string", [JSON_INTEGER] = "an integer",
		[JSON_REAL] = "a number with a fraction", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false", [JSON_NULL] = "null",
	};

	return types[json_typeof(value)];
}

static int fail_type(struct builder *b, const char *nest, const char *key, const char *want,
		     const json_t *value)
{
	err_json_type(b->err, want, type_name(value));
	locate(b->file, nest, key, b->err);
	return -1;
}

static int fail_unknown(struct builder *b, const char *nest, const char *key)
{
	err_json_key(b->err, key);
	locate(b->file, nest, key, b->err);
	return -1;
}

static int fail_missing(struct builder *b, const char *nest, const char *key)
{
	err_required(b->err, 0, key);
	locate(b->file, NULL, nest, b->err);
	return -1;
}

/* Words */

/* @text lives as long as the file or b->words. */
static int add_word(struct builder *b, const char *text, const char *nest, const char *key)
{
	struct parse_words *words = b->words;
	unsigned int n = words->count;

	if (n == PARSE_WORDS_MAX) {
		err_words(b->err, 0, PARSE_WORDS_MAX);
		locate(b->file, NULL, NULL, b->err);
		return -1;
	}
	words->word[n] = (struct parse_word){ .text = text, .column = n + 1 };
	b->file->words[n] = (struct json_word){ .nest = nest, .key = key };
	words->count = ++b->file->count;
	return 0;
}

/* One that is not more than it says, as in quotes. */
static int add_text(struct builder *b, const char *text, const char *nest, const char *key)
{
	if (add_word(b, text, nest, key))
		return -1;
	b->words->word[b->words->count - 1].is_quoted = true;
	return 0;
}

/* A word that is a number with what stands behind it. */
static int add_made(struct builder *b, json_int_t number, const char *unit, const char *per,
		    const char *nest, const char *key)
{
	char *text = b->words->text + b->used;
	size_t room = sizeof(b->words->text) - b->used;
	size_t len = snprintf(text, room, "%" JSON_INTEGER_FORMAT "%s%s%s", number, unit,
			      per ? "/" : "", per ? per : "");

	if (len >= room)
		return err_line_long(b->err, PARSE_LINE_MAX);
	b->used += len + 1;
	return add_word(b, text, nest, key);
}

/* The value of a key: a string or an integer. */
static int add_value(struct builder *b, const json_t *value, const char *nest, const char *key)
{
	if (json_is_string(value))
		return add_text(b, json_string_value(value), nest, key);
	if (json_is_integer(value))
		return add_made(b, json_integer_value(value), "", NULL, nest, key);
	return fail_type(b, nest, key, "a string or an integer", value);
}

static int add_string(struct builder *b, const json_t *value, const char *nest,
		      const char *key)
{
	if (!json_is_string(value))
		return fail_type(b, nest, key, "a string", value);
	return add_text(b, json_string_value(value), nest, key);
}

static int check_boolean(struct builder *b, const json_t *value, const char *nest,
			 const char *key)
{
	return json_is_boolean(value) ? 0 : fail_type(b, nest, key, "true or false", value);
}

static int add_integer(struct builder *b, const json_t *value, const char *nest,
		       const char *key)
{
	if (!json_is_integer(value))
		return fail_type(b, nest, key, "an integer", value);
	return add_made(b, json_integer_value(value), "", NULL, nest, key);
}

/* Keys */

static const struct json_row *row_find(const struct json_row *rows, const char *key)
{
	for (; rows->key; rows++) {
		if (!strcmp(rows->key, key))
			return rows;
	}
	return NULL;
}

static int read_keys(struct builder *b, json_t *object, const char *nest,
		     const struct json_row *rows)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		const struct json_row *row = row_find(rows, key);

		if (!row)
			return fail_unknown(b, nest, key);
		if (row->read && row->read(b, object, row->key, value))
			return -1;
	}
	return 0;
}

/* The keyword of a clause is the key. */
static int read_string(struct builder *b, const json_t *object, const char *key,
		       json_t *value)
{
	(void)object;
	return add_word(b, key, NULL, key) || add_string(b, value, NULL, key) ? -1 : 0;
}

static int read_integer(struct builder *b, const json_t *object, const char *key,
			json_t *value)
{
	(void)object;
	return add_word(b, key, NULL, key) || add_integer(b, value, NULL, key) ? -1 : 0;
}

static int read_either(struct builder *b, const json_t *object, const char *key,
		       json_t *value)
{
	(void)object;
	return add_word(b, key, NULL, key) || add_value(b, value, NULL, key) ? -1 : 0;
}

/* Rules */

static bool is_field(const char *key)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (!strcmp(model_fields[i].keyword, key))
			return true;
	}
	return false;
}

static int read_condition(struct builder *b, const char *key, const json_t *value)
{
	const json_t *not = json_object_get(value, "not");

	if (!is_field(key))
		return fail_unknown(b, "match", key);
	if (not && json_object_size(value) == 1) {
		if (add_word(b, "not", "match", key))
			return -1;
		value = not;
	}
	if (add_word(b, key, "match", key))
		return -1;
	if (json_is_object(value))
		return fail_type(b, "match", key,
				 "a string, an integer, or an object with the key \"not\"",
				 value);
	return add_value(b, value, "match", key);
}

static int read_match(struct builder *b, const json_t *object, const char *key, json_t *value)
{
	const char *field;
	json_t *cond;

	(void)object;
	if (!json_is_object(value))
		return fail_type(b, NULL, key, "an object", value);
	json_object_foreach(value, field, cond) {
		if (read_condition(b, field, cond))
			return -1;
	}
	return 0;
}

/* Fields with dots between them, and the set. */
static int read_in_set(struct builder *b, const json_t *in)
{
	const json_t *fields = json_object_get(in, "fields");
	const char *name = json_string_value(json_object_get(in, "set"));
	char *text = b->words->text + b->used;
	size_t i;

	if (!json_array_size(fields) || !name || strlen(name) >= BRFW_SET_NAME_LEN ||
	    b->used + strlen(name) + 2 > sizeof(b->words->text))
		return fail_type(b, NULL, "sets",
				 "objects with the array \"fields\" and the name \"set\"", in);
	b->used += sprintf(text, "@%s", name) + 1;
	if (json_is_true(json_object_get(in, "not")) && add_word(b, "not", NULL, "sets"))
		return -1;
	for (i = 0; i < json_array_size(fields); i++) {
		const json_t *field = json_array_get(fields, i);

		if (!json_is_string(field))
			return fail_type(b, "sets", "fields", "a string", field);
		if (!is_field(json_string_value(field)))
			return fail_unknown(b, "sets", json_string_value(field));
		if ((i && add_word(b, ".", NULL, "sets")) ||
		    add_word(b, json_string_value(field), "sets", "fields"))
			return -1;
	}
	return add_word(b, text, "sets", "set");
}

static int read_in_set_not(struct builder *b, const json_t *object, const char *key,
			   json_t *value)
{
	(void)object;
	return check_boolean(b, value, "sets", key);
}

static const struct json_row in_set_rows[] = {
	{ "fields", NULL },
	{ "set", NULL },
	{ "not", read_in_set_not },
	{ NULL, NULL },
};

static int read_sets(struct builder *b, const json_t *object, const char *key, json_t *value)
{
	size_t i;

	(void)object;
	if (!json_is_array(value))
		return fail_type(b, NULL, key, "an array", value);
	for (i = 0; i < json_array_size(value); i++) {
		json_t *in = json_array_get(value, i);

		if (!json_is_object(in))
			return fail_type(b, NULL, key, "an array of objects", in);
		if (read_keys(b, in, key, in_set_rows) || read_in_set(b, in))
			return -1;
	}
	return 0;
}

static const struct json_row limit_rows[] = {
	{ "rate", NULL },
	{ "unit", NULL },
	{ "per", NULL },
	{ "burst", NULL },
	{ NULL, NULL },
};

/* One of a few words in the object of a limit. */
static const char *limit_word(struct builder *b, const json_t *limit, const char *key,
			      const char *want)
{
	const json_t *value = json_object_get(limit, key);

	if (!value)
		return fail_missing(b, "limit", key), NULL;
	if (!json_is_string(value))
		return fail_type(b, "limit", key, want, value), NULL;
	return json_string_value(value);
}

static int limit_amount(struct builder *b, const json_t *limit, const char *key,
			const char *unit, const char *per)
{
	const json_t *value = json_object_get(limit, key);

	if (!value)
		return fail_missing(b, "limit", key);
	if (!json_is_integer(value))
		return fail_type(b, "limit", key, "an integer", value);
	return add_made(b, json_integer_value(value), unit, per, "limit", key);
}

static int read_limit(struct builder *b, const json_t *object, const char *key, json_t *value)
{
	const char *unit, *per;

	(void)object;
	if (!json_is_object(value))
		return fail_type(b, NULL, key, "an object", value);
	if (read_keys(b, value, key, limit_rows))
		return -1;
	unit = limit_word(b, value, "unit", "\"packets\" or \"bytes\"");
	per = unit ? limit_word(b, value, "per", "the name of a time") : NULL;
	if (!per)
		return -1;
	if (strcmp(unit, "packets") && strcmp(unit, "bytes")) {
		err_wrong(b->err, 0, "unit", unit, "packets or bytes");
		locate(b->file, "limit", "unit", b->err);
		return -1;
	}
	unit = strcmp(unit, "bytes") ? "" : "bytes";
	if (add_word(b, key, NULL, key) || limit_amount(b, value, "rate", unit, per))
		return -1;
	if (!json_object_get(value, "burst"))
		return 0;
	return add_word(b, "burst", "limit", "burst") ||
	       limit_amount(b, value, "burst", unit, NULL) ? -1 : 0;
}

static int read_log_group(struct builder *b, const json_t *object, const char *key,
			  json_t *value)
{
	(void)object;
	return add_word(b, key, "log", key) || add_integer(b, value, "log", key) ? -1 : 0;
}

static int read_log_prefix(struct builder *b, const json_t *object, const char *key,
			   json_t *value)
{
	(void)object;
	return add_word(b, key, "log", key) || add_string(b, value, "log", key) ? -1 : 0;
}

static const struct json_row log_rows[] = {
	{ "group", read_log_group },
	{ "prefix", read_log_prefix },
	{ NULL, NULL },
};

static int read_log(struct builder *b, const json_t *object, const char *key, json_t *value)
{
	(void)object;
	if (!json_is_object(value))
		return fail_type(b, NULL, key, "an object", value);
	return add_word(b, key, NULL, key) || read_keys(b, value, key, log_rows) ? -1 : 0;
}

/* What belongs to a verdict stands beside it under a key of its own. */

static int verdict_target(struct builder *b, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return fail_missing(b, NULL, key);
	return add_string(b, value, NULL, key);
}

static int verdict_reject(struct builder *b, const json_t *object)
{
	const json_t *value = json_object_get(object, "reject");

	if (!value)
		return 0;
	return add_word(b, "with", NULL, "reject") || add_string(b, value, NULL, "reject") ?
	       -1 : 0;
}

static int read_queue_number(struct builder *b, const json_t *object, const char *key,
			     json_t *value)
{
	(void)object;
	return add_integer(b, value, "queue", key);
}

static int read_queue_bypass(struct builder *b, const json_t *object, const char *key,
			     json_t *value)
{
	(void)object;
	return check_boolean(b, value, "queue", key);
}

static const struct json_row queue_rows[] = {
	{ "number", read_queue_number },
	{ "bypass", read_queue_bypass },
	{ NULL, NULL },
};

static int verdict_queue(struct builder *b, const json_t *object)
{
	json_t *queue = json_object_get(object, "queue");

	if (!queue)
		return fail_missing(b, NULL, "queue");
	if (!json_is_object(queue))
		return fail_type(b, NULL, "queue", "an object", queue);
	if (!json_object_get(queue, "number"))
		return fail_missing(b, "queue", "number");
	if (read_keys(b, queue, "queue", queue_rows))
		return -1;
	if (!json_is_true(json_object_get(queue, "bypass")))
		return 0;
	return add_word(b, "bypass", "queue", "bypass");
}

static int read_verdict(struct builder *b, const json_t *object, const char *key,
			json_t *value)
{
	uint32_t verdict;

	if (!json_is_string(value))
		return fail_type(b, NULL, key, "a string", value);
	if (!model_value_of(model_verdicts, json_string_value(value), &verdict)) {
		err_wrong(b->err, 0, key, json_string_value(value),
			  "accept, drop, reject, redirect or queue");
		locate(b->file, NULL, key, b->err);
		return -1;
	}
	if (add_word(b, json_string_value(value), NULL, key))
		return -1;
	switch ((enum brfw_verdict)verdict) {
	case BRFW_VERDICT_REJECT:
		return verdict_reject(b, object);
	case BRFW_VERDICT_REDIRECT:
		return verdict_target(b, object, "redirect");
	case BRFW_VERDICT_QUEUE:
		return verdict_queue(b, object);
	default:
		return 0;
	}
}

/* The verdict has read this. */
static int read_belonging(struct builder *b, const json_t *object, const char *key,
			  json_t *value)
{
	const char *verdict = json_string_value(json_object_get(object, "verdict"));

	(void)value;
	if (verdict && !strcmp(verdict, key))
		return 0;
	err_json_verdict(b->err, key);
	locate(b->file, NULL, key, b->err);
	return -1;
}

static const struct json_row rule_rows[] = {
	{ "handle", NULL },
	{ "hook", read_string },
	{ "bridge", read_string },
	{ "prio", read_integer },
	{ "match", read_match },
	{ "sets", read_sets },
	{ "limit", read_limit },
	{ "log", read_log },
	{ "set-mark", read_either },
	{ "mirror", read_string },
	{ "verdict", read_verdict },
	{ "reject", read_belonging },
	{ "redirect", read_belonging },
	{ "queue", read_belonging },
	{ "comment", read_string },
	{ "packets", NULL },
	{ "bytes", NULL },
	{ "last-used", NULL },
	{ "problem", NULL },
	{ NULL, NULL },
};

static int read_rule(struct builder *b, json_t *object)
{
	return read_keys(b, object, NULL, rule_rows);
}

/* Policies and zones: what has no keyword has its place. */

static const struct json_row policy_rows[] = {
	{ "bridge", read_string },
	{ "hook", NULL },
	{ "verdict", NULL },
	{ "packets", NULL },
	{ "bytes", NULL },
	{ NULL, NULL },
};

static int read_placed(struct builder *b, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return fail_missing(b, NULL, key);
	return add_string(b, value, NULL, key);
}

static int read_policy(struct builder *b, json_t *object)
{
	if (read_keys(b, object, NULL, policy_rows) || read_placed(b, object, "hook"))
		return -1;
	return read_placed(b, object, "verdict");
}

static const struct json_row zone_rows[] = {
	{ "bridge", read_string },
	{ "zone", NULL },
	{ NULL, NULL },
};

static int read_zone(struct builder *b, json_t *object)
{
	const json_t *zone = json_object_get(object, "zone");

	if (read_keys(b, object, NULL, zone_rows))
		return -1;
	if (!zone)
		return fail_missing(b, NULL, "zone");
	return add_integer(b, zone, NULL, "zone");
}

/* Sets and their elements */

static int read_type(struct builder *b, const json_t *type)
{
	size_t i;

	if (!type)
		return fail_missing(b, NULL, "type");
	if (!json_array_size(type))
		return fail_type(b, NULL, "type", "an array of members", type);
	if (add_word(b, "type", NULL, "type"))
		return -1;
	for (i = 0; i < json_array_size(type); i++) {
		if ((i && add_word(b, ".", NULL, "type")) ||
		    add_string(b, json_array_get(type, i), NULL, "type"))
			return -1;
	}
	return 0;
}

static int read_flag(struct builder *b, const json_t *object, const char *key, json_t *value)
{
	(void)object;
	if (check_boolean(b, value, NULL, key))
		return -1;
	return json_is_true(value) ? add_word(b, key, NULL, key) : 0;
}

static const struct json_row set_rows[] = {
	{ "set", NULL },
	{ "type", NULL },
	{ "interval", read_integer },
	{ "timeout", read_string },
	{ "counters", read_flag },
	{ "keep", read_flag },
	{ "comment", read_string },
	{ "elements", NULL },
	{ "rules", NULL },
	{ NULL, NULL },
};

static int read_set(struct builder *b, json_t *object)
{
	if (read_placed(b, object, "set") || read_type(b, json_object_get(object, "type")))
		return -1;
	return read_keys(b, object, NULL, set_rows);
}

static const struct json_row element_rows[] = {
	{ "set", NULL },
	{ "element", NULL },
	{ "timeout", read_string },
	{ "comment", read_string },
	{ "packets", NULL },
	{ "bytes", NULL },
	{ "last-used", NULL },
	{ NULL, NULL },
};

/* Its value is text as in a file, of several words when it has several members. */
static int read_element(struct builder *b, json_t *object)
{
	const json_t *value = json_object_get(object, "element");
	struct parse_words *element = &b->file->element;
	unsigned int i;

	if (read_placed(b, object, "set"))
		return -1;
	if (!value)
		return fail_missing(b, NULL, "element");
	if (!json_is_string(value))
		return fail_type(b, NULL, "element", "a string", value);
	if (parse_line(element, json_string_value(value), json_string_length(value), b->err)) {
		locate(b->file, NULL, "element", b->err);
		return -1;
	}
	for (i = 0; i < element->count; i++) {
		if (add_word(b, element->word[i].text, NULL, "element"))
			return -1;
		b->words->word[b->words->count - 1].is_quoted = element->word[i].is_quoted;
	}
	return read_keys(b, object, NULL, element_rows);
}

/* Files */

static const struct json_section sections[JSON_SECTIONS] = {
	{ "sets", { "set", "add" }, read_set },
	{ "elements", { "set", "add-element" }, read_element },
	{ "policies", { "policy", "set" }, read_policy },
	{ "zones", { "zone", "set" }, read_zone },
	{ "rules", { "rule", "add" }, read_rule },
};

static void locate(const struct json_file *file, const char *nest, const char *key,
		   struct fwctl_err *err)
{
	err_json_path(err, sections[file->where].name, file->index, nest, key);
}

void json_locate(const struct json_file *file, unsigned int column, struct fwctl_err *err)
{
	struct json_word word = { NULL, NULL };

	if (column && column <= file->count)
		word = file->words[column - 1];
	locate(file, word.nest, word.key, err);
}

/** struct input - the reader, and what went wrong with it */
struct input {
	struct reader *reader;
	struct fwctl_err *err;
	bool failed;
};

static size_t input_read(void *buffer, size_t size, void *data)
{
	struct input *input = data;
	ssize_t got = reader_read(input->reader, buffer, size, input->err);

	input->failed = got < 0;
	return got;
}

static int check_sections(struct json_file *file, struct fwctl_err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(file->root, key, value) {
		unsigned int i = 0;

		while (i < JSON_SECTIONS && strcmp(sections[i].name, key))
			i++;
		if (i == JSON_SECTIONS) {
			err_json_key(err, key);
			err_json_path(err, key, SIZE_MAX, NULL, NULL);
			return -1;
		}
		if (!json_is_array(value)) {
			err_json_type(err, "an array", type_name(value));
			err_json_path(err, key, SIZE_MAX, NULL, NULL);
			return -1;
		}
		file->section[i] = value;
	}
	return 0;
}

int json_open(struct json_file *file, struct reader *reader, unsigned long *line,
	      struct fwctl_err *err)
{
	struct input input = { .reader = reader, .err = err };
	json_error_t error;

	memset(file, 0, offsetof(struct json_file, words));
	*line = 0;
	file->root = json_load_callback(input_read, &input, JSON_REJECT_DUPLICATES, &error);
	if (!file->root && input.failed)
		return -1;
	if (!file->root && json_error_code(&error) == json_error_out_of_memory)
		return err_memory(err);
	if (!file->root) {
		*line = error.line > 0 ? error.line : 1;
		return err_json_syntax(err, error.column > 0 ? error.column : 1, error.text);
	}
	if (!json_is_object(file->root)) {
		*line = 1;
		return err_json_root(err);
	}
	return check_sections(file, err);
}

void json_close(struct json_file *file)
{
	json_decref(file->root);
	file->root = NULL;
}

/* Goes to a statement. False: there is none with this number. */
static bool json_seek(struct json_file *file, unsigned long number)
{
	number--;
	for (file->where = 0; file->where < JSON_SECTIONS; file->where++) {
		size_t size = json_array_size(file->section[file->where]);

		if (number < size)
			break;
		number -= size;
	}
	file->index = number;
	return file->where < JSON_SECTIONS;
}

void json_place(struct json_file *file, unsigned long number, struct fwctl_err *err)
{
	unsigned int where = file->where;
	size_t index = file->index;

	if (json_seek(file, number))
		locate(file, NULL, NULL, err);
	file->where = where;
	file->index = index;
}

int json_statement(struct json_file *file, unsigned long number, struct parse_words *words,
		   struct fwctl_err *err)
{
	struct builder b = { .file = file, .words = words, .err = err };
	const struct json_section *section;
	json_t *object = NULL;

	if (!json_seek(file, number))
		return 0;
	number = file->index;
	file->count = 0;
	words->count = 0;
	words->next = 0;
	section = &sections[file->where];
	object = json_array_get(file->section[file->where], number);
	if (!json_is_object(object))
		return fail_type(&b, NULL, NULL, "an object", object);
	if (add_word(&b, section->start[0], NULL, NULL) ||
	    add_word(&b, section->start[1], NULL, NULL) || section->read(&b, object))
		return -1;
	return 1;
}

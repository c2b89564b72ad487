// SPDX-License-Identifier: GPL-2.0-only
/*
 * One way to read both forms of rule files. The form is told by the first byte:
 * no statement begins with a brace or bracket.
 */
#include <stdio.h>
#include <string.h>

#include "source.h"

static int open_json(struct source *source, struct fwctl_err *err)
{
	unsigned long line;

	unsigned long before = source->reader.line_number;

	if (!json_open(&source->json, &source->reader, &line, err))
		return 0;
	if (line)
		line += before;
	if (line || err->path[0]) {
		source_print(source, line, err);
		err->text[0] = '\0';
	}
	json_close(&source->json);
	return -1;
}

int source_open(struct source *source, const char *name, struct fwctl_err *err)
{
	char first = '\0';
	int ret;

	if (reader_open(&source->reader, name, err))
		return -1;
	source->words.forms = &source->forms;
	source->number = 0;
	source->is_json = false;
	ret = reader_first(&source->reader, &first, err);
	/* What wrote it failed, more likely than that nothing is to be left. */
	if (!ret)
		err_empty(err, source->reader.name);
	if (ret <= 0) {
		reader_close(&source->reader);
		return -1;
	}
	source->is_json = first == '{' || first == '[';
	if (!source->is_json) {
		source->number = source->reader.line_number;
		return 0;
	}
	if (!open_json(source, err))
		return 0;
	reader_close(&source->reader);
	return -1;
}

void source_close(struct source *source)
{
	if (source->is_json)
		json_close(&source->json);
	reader_close(&source->reader);
	setforms_free(&source->forms);
}

static enum source_result parse(struct source *source, struct fwctl_err *err)
{
	if (!parse_statement(&source->words, &source->statement, err))
		return SOURCE_STATEMENT;
	if (source->is_json)
		json_locate(&source->json, err->column, err);
	return SOURCE_WRONG;
}

enum source_result source_next(struct source *source, struct fwctl_err *err)
{
	struct reader_line line;
	int ret;

	source->number++;
	if (source->is_json) {
		ret = json_statement(&source->json, source->number, &source->words, err);
		if (ret <= 0)
			return ret ? SOURCE_WRONG : SOURCE_END;
		return parse(source, err);
	}
	ret = reader_next(&source->reader, &line, err);
	if (ret <= 0)
		return ret ? SOURCE_TROUBLE : SOURCE_END;
	if (parse_line(&source->words, line.text, line.len, err))
		return SOURCE_WRONG;
	return parse(source, err);
}

void source_locate(struct source *source, unsigned long number, const char *attr,
		   struct fwctl_err *err)
{
	struct fwctl_err ignored;
	struct reader_line line;

	err->column = 1;
	if (source->is_json) {
		if (json_statement(&source->json, number, &source->words, &ignored) == 1)
			json_locate(&source->json, parse_column(&source->words, attr), err);
		return;
	}
	if (reader_find(&source->reader, number, &line, &ignored) == 1 &&
	    !parse_line(&source->words, line.text, line.len, &ignored))
		err->column = parse_column(&source->words, attr);
}

void source_point(const struct source *source, struct fwctl_err *err)
{
	err->column = source->words.word[0].column;
	if (source->is_json)
		json_locate(&source->json, err->column, err);
}

void source_place(struct source *source, unsigned long number, char *place)
{
	struct fwctl_err at = { .path = "" };

	if (source->is_json)
		json_place(&source->json, number, &at);
	if (at.path[0])
		memcpy(place, at.path, sizeof(at.path));
	else
		snprintf(place, SOURCE_PLACE_LEN, "line %lu", number);
}

void source_print(const struct source *source, unsigned long number,
		  const struct fwctl_err *err)
{
	err_print_line(source->reader.name, number, err);
}

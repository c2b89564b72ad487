/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the lines of a file of any size, and again from the start, in memory
 * that doesn't grow with the file.
 */
#ifndef _FWCTL_READER_H
#define _FWCTL_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

/** struct reader - an open file; about 64 KiB */
struct reader {
	/** @name: for error texts */
	const char *name;
	/** @fd: the file, or from the first rewind on the copy of a pipe */
	int fd;
	/** @copy: copy of what can't be read twice, or -1 */
	int copy;
	/** @start: where the file was when it was opened */
	off_t start;
	/** @line_number: of the last line given, from 1 */
	unsigned long line_number;
	/** @pos: first byte of @bytes that has not been given */
	size_t pos;
	/** @len: bytes in @bytes */
	size_t len;
	/** @is_cut: the last line given was too long, nothing follows */
	bool is_cut;
	/** @at_end: nothing left to read */
	bool at_end;
	char bytes[65536];
};

/** struct reader_line - one line, valid until the next is read */
struct reader_line {
	const char *text;
	/** @len: without the newline; of a line that is too long its start */
	size_t len;
};

/**
 * reader_first() - the first byte that is no white space
 *
 * Lines before it may have been left behind, and are counted in @line_number. Of a
 * line that is far too long it may be a blank.
 *
 * Return: 1, 0 when there is none, or -1 with @err filled.
 */
int reader_first(struct reader *reader, char *first, struct fwctl_err *err);
/* Bytes instead of lines: how many there are, 0 at the end, or -1. */
ssize_t reader_read(struct reader *reader, char *bytes, size_t size, struct fwctl_err *err);

/* All return 0, or -1 with @err filled; @name "-" is the standard input. */
int reader_open(struct reader *reader, const char *name, struct fwctl_err *err);
int reader_rewind(struct reader *reader, struct fwctl_err *err);
/* 1: a line, 0: no more lines, -1: trouble. */
int reader_next(struct reader *reader, struct reader_line *line, struct fwctl_err *err);
/* Finds a line by its number; as reader_next(). */
int reader_find(struct reader *reader, unsigned long number, struct reader_line *line,
		struct fwctl_err *err);
void reader_close(struct reader *reader);

#endif /* _FWCTL_READER_H */

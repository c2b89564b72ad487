// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of a file. A load reads lines again that the kernel refused, so what
 * can't be read twice (a pipe, a terminal) is copied to memory outside of the
 * heap while it is read. A line that is too long is given cut, one byte longer
 * than parse_line() takes, and is the last: what follows it may have no end.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parse.h"
#include "reader.h"

#define LINE_GIVEN_MAX	(PARSE_LINE_MAX + 1)

static int reader_trouble(const struct reader *reader, const char *what, struct fwctl_err *err)
{
	return err_system(err, what, reader->name, errno);
}

static int check_kind(struct reader *reader, struct fwctl_err *err)
{
	struct stat st;

	if (fstat(reader->fd, &st))
		return reader_trouble(reader, "open", err);
	if (S_ISDIR(st.st_mode))
		return err_file_kind(err, reader->name, "directory");
	if (S_ISBLK(st.st_mode))
		return err_file_kind(err, reader->name, "block device");
	reader->start = S_ISREG(st.st_mode) ? lseek(reader->fd, 0, SEEK_CUR) : -1;
	if (reader->start >= 0)
		return 0;
	reader->start = 0;
	reader->copy = memfd_create("fwctl", MFD_CLOEXEC);
	return reader->copy < 0 ? reader_trouble(reader, "copy", err) : 0;
}

int reader_open(struct reader *reader, const char *name, struct fwctl_err *err)
{
	bool is_stdin = !strcmp(name, "-");

	memset(reader, 0, offsetof(struct reader, bytes));
	reader->name = is_stdin ? "standard input" : name;
	reader->copy = -1;
	reader->fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) :
				open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (reader->fd < 0)
		return reader_trouble(reader, "open", err);
	if (check_kind(reader, err)) {
		reader_close(reader);
		return -1;
	}
	return 0;
}

void reader_close(struct reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	if (reader->copy >= 0)
		close(reader->copy);
	reader->fd = -1;
	reader->copy = -1;
}

static int copy_bytes(struct reader *reader, const char *bytes, size_t len,
		      struct fwctl_err *err)
{
	while (len) {
		ssize_t written = write(reader->copy, bytes, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return reader_trouble(reader, "copy", err);
		bytes += written;
		len -= written;
	}
	return 0;
}

/* Moves what is left to the front and reads more behind it. */
static int reader_fill(struct reader *reader, struct fwctl_err *err)
{
	ssize_t got;

	memmove(reader->bytes, reader->bytes + reader->pos, reader->len - reader->pos);
	reader->len -= reader->pos;
	reader->pos = 0;
	do {
		got = read(reader->fd, reader->bytes + reader->len,
			   sizeof(reader->bytes) - reader->len);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return reader_trouble(reader, "read", err);
	reader->at_end = !got;
	if (reader->copy >= 0 && copy_bytes(reader, reader->bytes + reader->len, got, err))
		return -1;
	reader->len += got;
	return 0;
}

int reader_rewind(struct reader *reader, struct fwctl_err *err)
{
	if (reader->copy >= 0) {
		/* Only what was read is copied: get the rest first. */
		while (!reader->at_end) {
			reader->pos = reader->len;
			if (reader_fill(reader, err))
				return -1;
		}
		close(reader->fd);
		reader->fd = reader->copy;
		reader->copy = -1;
	}
	if (lseek(reader->fd, reader->start, SEEK_SET) < 0)
		return reader_trouble(reader, "read", err);
	reader->pos = 0;
	reader->len = 0;
	reader->line_number = 0;
	reader->is_cut = false;
	reader->at_end = false;
	return 0;
}

int reader_next(struct reader *reader, struct reader_line *line, struct fwctl_err *err)
{
	if (reader->is_cut)
		return 0;
	for (;;) {
		char *start = reader->bytes + reader->pos;
		size_t left = reader->len - reader->pos;
		char *end = memchr(start, '\n', left);
		size_t len = end ? (size_t)(end - start) : left;

		if (!end && !reader->at_end && left <= LINE_GIVEN_MAX) {
			if (reader_fill(reader, err))
				return -1;
			continue;
		}
		if (!end && !left)
			return 0;
		reader->line_number++;
		line->text = start;
		line->len = len;
		if (len >= LINE_GIVEN_MAX) {
			line->len = LINE_GIVEN_MAX;
			reader->is_cut = true;
		}
		reader->pos += end ? len + 1 : len;
		return 1;
	}
}

/* Leaves the lines that are whole behind. */
static void skip_lines(struct reader *reader)
{
	size_t i;

	for (i = reader->pos; i < reader->len; i++) {
		if (reader->bytes[i] == '\n') {
			reader->line_number++;
			reader->pos = i + 1;
		}
	}
}

/* There may be more white space than fits into the buffer, if not in one line. */
int reader_first(struct reader *reader, char *first, struct fwctl_err *err)
{
	size_t i;

	for (i = reader->pos; ; i++) {
		if (i == reader->len) {
			skip_lines(reader);
			i -= reader->pos;
			if (i == sizeof(reader->bytes))
				return 1;
			if (reader_fill(reader, err))
				return -1;
			if (i == reader->len)
				return 0;
		}
		*first = reader->bytes[i];
		if (!*first || !strchr(" \t\r\n", *first))
			return 1;
	}
}

ssize_t reader_read(struct reader *reader, char *bytes, size_t size, struct fwctl_err *err)
{
	size_t left = reader->len - reader->pos;

	if (!left && !reader->at_end && reader_fill(reader, err))
		return -1;
	left = reader->len - reader->pos;
	if (size > left)
		size = left;
	memcpy(bytes, reader->bytes + reader->pos, size);
	reader->pos += size;
	return size;
}

int reader_find(struct reader *reader, unsigned long number, struct reader_line *line,
		struct fwctl_err *err)
{
	int ret = reader_rewind(reader, err) ? -1 : 1;

	while (ret == 1 && reader->line_number < number)
		ret = reader_next(reader, line, err);
	return ret;
}

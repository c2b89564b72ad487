// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a file next to the one that it replaces and renames it, so that a
 * full disk or a crash never leaves half a ruleset behind. The mode is 0600:
 * rules tell about a network. Pipes and devices are written to directly.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "save.h"

static int save_trouble(const struct save *save, struct fwctl_err *err)
{
	return err_system(err, "write", save->name, errno);
}

void save_abort(struct save *save)
{
	if (save->out && save->out != stdout)
		fclose(save->out);
	if (save->temp)
		unlink(save->temp);
	free(save->temp);
	free(save->path);
	memset(save, 0, sizeof(*save));
}

static int save_fail(struct save *save, struct fwctl_err *err)
{
	int error = errno;
	const char *name = save->name;

	save_abort(save);
	return err_system(err, "write", name, error);
}

/* As many as the kernel follows. */
#define LINKS_MAX	40

/* What a link says, as a path from where @path is from. NULL with errno. */
static char *link_target(const char *path)
{
	char target[PATH_MAX], *whole;
	const char *slash = strrchr(path, '/');
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	int dir = slash ? slash + 1 - path : 0;

	if (len < 0)
		return NULL;
	target[len] = '\0';
	if (asprintf(&whole, "%.*s%s", target[0] == '/' ? 0 : dir, path, target) < 0)
		return NULL;
	return whole;
}

/*
 * Rename would replace a link, not what it points at, which need not be there yet.
 * NULL with errno.
 */
static char *follow_links(const char *name)
{
	char *path = strdup(name), *next;
	struct stat st;
	int links = 0;

	while (path && !lstat(path, &st) && S_ISLNK(st.st_mode)) {
		next = links++ < LINKS_MAX ? link_target(path) : NULL;
		if (links > LINKS_MAX)
			errno = ELOOP;
		free(path);
		path = next;
	}
	return path;
}

static int open_temp(struct save *save, struct fwctl_err *err)
{
	int fd;

	save->path = follow_links(save->name);
	if (!save->path)
		return save_fail(save, err);
	if (asprintf(&save->temp, "%s.XXXXXX", save->path) < 0) {
		save->temp = NULL;
		save_abort(save);
		return err_memory(err);
	}
	fd = mkostemp(save->temp, O_CLOEXEC);
	if (fd < 0) {
		free(save->temp);
		save->temp = NULL;
		return save_fail(save, err);
	}
	save->out = fdopen(fd, "w");
	if (save->out)
		return 0;
	close(fd);
	return save_fail(save, err);
}

int save_open(struct save *save, const char *name, struct fwctl_err *err)
{
	struct stat st;

	memset(save, 0, sizeof(*save));
	save->name = name;
	if (!strcmp(name, "-")) {
		save->name = "standard output";
		save->out = stdout;
		return 0;
	}
	if (stat(name, &st) || S_ISREG(st.st_mode))
		return open_temp(save, err);
	if (S_ISDIR(st.st_mode))
		return err_file_kind(err, name, "directory");
	if (S_ISBLK(st.st_mode))
		return err_file_kind(err, name, "block device");
	save->out = fopen(name, "we");
	return save->out ? 0 : save_trouble(save, err);
}

int save_commit(struct save *save, struct fwctl_err *err)
{
	FILE *out = save->out;

	if (fflush(out) || ferror(out))
		return save_fail(save, err);
	if (!save->temp) {
		save_abort(save);
		return 0;
	}
	if (fsync(fileno(out)))
		return save_fail(save, err);
	save->out = NULL;
	if (fclose(out) || rename(save->temp, save->path))
		return save_fail(save, err);
	free(save->temp);
	save->temp = NULL;
	save_abort(save);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_load: allocations of loading the module fail.
 *
 * Caches that go wait for grace periods, a second in all, and there are hundreds of
 * allocations. So only each STEP-th (16) is tried, the first being another one each
 * time: FIRST. The module is loaded until loading needs no n-th allocation any more. A
 * try that failed must say so with ENOMEM and leave neither module nor family;
 * one that succeeded all the same must have made both, and the module must go again.
 * What leaks is found by the harness.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/syscall.h>

#include "failing.h"

#define STEP		16
#define PARAMETERS	"verdict_cache=64"

static void *image;
static off_t image_len;

static bool read_image(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	off_t len = 0;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st))
		return false;
	image = malloc(st.st_size);
	while (image && len < st.st_size &&
	       (n = read(fd, (char *)image + len, st.st_size - len)) > 0)
		len += n;
	close(fd);
	image_len = len;
	return image && len == st.st_size;
}

static int load(const char *parameters)
{
	int ret;

	fail_arm();
	ret = syscall(SYS_init_module, image, image_len, parameters) ? errno : 0;
	fail_disarm();
	return ret;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "brfw", O_NONBLOCK) ? errno : 0;
}

static bool is_there(void)
{
	return !access("/sys/module/brfw", F_OK);
}

static bool answers(void)
{
	struct nlt nl = { 0 };
	int ret = nlt_open(&nl);

	nlt_close(&nl);
	return !ret;
}

/* Return: 1 when it was the last try, 0, or -1 when something is wrong. */
static int try(unsigned int *refused, unsigned int *done)
{
	int error = load(PARAMETERS), bad = 0;

	if (error && !fail_seen)
		return diag("failed with %s by itself", strerror(error)) - 2;
	if (error && error != ENOMEM)
		bad = diag("failed with %s", strerror(error));
	if (is_there() != !error)
		bad = diag(error ? "refused, but it is there" : "loaded, but it isn't there");
	if (answers() != !error)
		bad = diag(error ? "refused, but it answers" : "loaded, but it doesn't answer");
	if (!error && unload())
		bad = diag("it can't be unloaded: %s", strerror(errno));
	*(error ? refused : done) += fail_seen;
	if (bad)
		diag("when allocation %u fails", fail_n);
	return bad ? -1 : !fail_seen;
}

static bool run(unsigned int first, unsigned int step)
{
	unsigned int refused = 0, done = 0, n;
	int ret = 0;

	diag("STEP=%u FIRST=%u", step, first);
	for (n = first; !ret && n < FAIL_TRIES_MAX; n += step) {
		fail_n = n;
		ret = try(&refused, &done);
	}
	diag("%u failed allocations were refused, %u did no harm", refused, done);
	if (!ret)
		diag("no end after %u tries", n);
	if (!refused)
		return !diag("no failure was noticed");
	return ret == 1;
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);
	int n = text ? atoi(text) : 0;

	return n > 0 ? (unsigned int)n : otherwise;
}

int main(void)
{
	const char *path = getenv("BRFW_KO");
	unsigned int step = number("STEP", STEP);
	bool good;

	printf("KTAP version 1\n");
	if (!path) {
		printf("1..0 # SKIP BRFW_KO is not set: the module is not ours to unload\n");
		return KSFT_SKIP;
	}
	if (!fail_set_up())
		return KSFT_SKIP;
	if (!read_image(path) || unload()) {
		printf("Bail out! no module, or it can't be unloaded: %s\n", strerror(errno));
		return 1;
	}
	printf("1..1\n");
	good = run(number("FIRST", 1 + getpid() % step), step);
	fail_n = 0;
	if (!is_there() && load(""))
		good = !diag("it isn't loaded again: %s", strerror(errno));
	printf("%sok 1 loading the module\n", good ? "" : "not ");
	return !good;
}

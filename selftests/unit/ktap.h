/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KTAP output for unit tests.
 */
#ifndef _BRFW_KTAP_H
#define _BRFW_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned int ktap_count;
static unsigned int ktap_failed;

/* One result line. What was seen goes in front of a failure, as a comment. */
static inline void ktap_result(bool good, const char *name)
{
	printf("%sok %u %s\n", good ? "" : "not ", ++ktap_count, name);
	ktap_failed += !good;
}

static inline void __attribute__((format(printf, 1, 2))) ktap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static inline void ktap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
}

/* The plan, where all tests are known to have run, and the exit status. */
static inline int ktap_end(void)
{
	printf("1..%u\n", ktap_count);
	return ktap_failed || !ktap_count;
}

#endif /* _BRFW_KTAP_H */

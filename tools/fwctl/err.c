// SPDX-License-Identifier: GPL-2.0-only
/*
 * Error sentences, all in one place so that they keep one voice and one test
 * can ask for each. Words from outside (files, arguments, the kernel) are
 * shown without control characters and cut when they are long.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "nlsock.h"
#include "print.h"

#define SHOWN_LEN	256

/** struct shown - text from outside, made fit to be printed */
struct shown {
	char text[SHOWN_LEN];
};

static const char *show(struct shown *shown, const char *text)
{
	size_t i = 0;

	while (*text && i < sizeof(shown->text) - MODEL_SHOWN_LEN - sizeof("..."))
		i += model_next_shown(&text, shown->text + i);
	strcpy(shown->text + i, *text ? "..." : "");
	return shown->text;
}

static int __attribute__((format(printf, 4, 5)))
err_set(struct fwctl_err *err, int exit, unsigned int column, const char *format, ...)
{
	va_list args;

	err->exit = exit;
	err->column = column;
	err->path[0] = '\0';
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -1;
}

#define err_usage(err, column, ...) err_set(err, FWCTL_EXIT_USAGE, column, __VA_ARGS__)
#define err_refuse(err, ...) err_set(err, FWCTL_EXIT_REFUSED, 0, __VA_ARGS__)

int err_required(struct fwctl_err *err, unsigned int column, const char *what)
{
	return err_usage(err, column, "argument \"%s\" is required", what);
}

int err_value_missing(struct fwctl_err *err, unsigned int column, const char *keyword,
		      const char *want)
{
	return err_usage(err, column, "argument \"%s\" needs a value (want %s)", keyword, want);
}

int err_wrong(struct fwctl_err *err, unsigned int column, const char *keyword,
	      const char *value, const char *want)
{
	struct shown shown;

	return err_usage(err, column, "\"%s\" is wrong: \"%s\" (want %s)", keyword,
			 show(&shown, value), want);
}

int err_duplicate(struct fwctl_err *err, unsigned int column, const char *keyword,
		  const char *value)
{
	struct shown shown;

	return err_usage(err, column, "duplicate \"%s\": \"%s\" is the second value", keyword,
			 show(&shown, value));
}

int err_again(struct fwctl_err *err, unsigned int column, const char *keyword)
{
	return err_usage(err, column, "\"%s\" is there twice", keyword);
}

int err_negate(struct fwctl_err *err, unsigned int column, const char *keyword,
	       const char *want)
{
	return err_usage(err, column, "\"not\" can't stand before \"%s\" (want %s)", keyword,
			 want);
}

int err_conflict(struct fwctl_err *err, unsigned int column, const char *keyword,
		 const char *other)
{
	return err_usage(err, column, "\"%s\" and \"%s\" exclude each other", keyword, other);
}

int err_unknown(struct fwctl_err *err, unsigned int column, const char *word,
		const char *object)
{
	struct shown shown;

	return err_usage(err, column, "\"%s\" is unknown, try \"fwctl %s%shelp\"",
			 show(&shown, word), object ? object : "", object ? " " : "");
}

int err_command_missing(struct fwctl_err *err, const char *object)
{
	return err_usage(err, 0, "%s is required, try \"fwctl %s%shelp\"",
			 object ? "a command" : "an object", object ? object : "",
			 object ? " " : "");
}

int err_option(struct fwctl_err *err, const char *option)
{
	struct shown shown;

	return err_usage(err, 0, "option \"%s\" is unknown, try \"fwctl help\"",
			 show(&shown, option));
}

int err_batch(struct fwctl_err *err)
{
	return err_set(err, err->exit, 0, "the command failed");
}

int err_option_value(struct fwctl_err *err, const char *option)
{
	struct shown shown;

	return err_usage(err, 0, "option \"%s\" needs a value, try \"fwctl help\"",
			 show(&shown, option));
}

int err_netns_name(struct fwctl_err *err, const char *name)
{
	return err_wrong(err, 0, "-n", name,
			 "the name of a network namespace as \"ip netns\" shows it");
}

int err_statement(struct fwctl_err *err, unsigned int column, const char *object,
		  const char *verb)
{
	struct shown o, v;

	return err_usage(err, column,
			 "\"%s%s%s\" can't stand in a rule file (want \"rule add\", \"policy set\", \"zone set\", \"set add\" or \"set add-element\")",
			 show(&o, object), verb ? " " : "", verb ? show(&v, verb) : "");
}

int err_no_set(struct fwctl_err *err, unsigned int column, const char *name)
{
	struct shown shown;

	return err_usage(err, column, "there is no set \"%s\" (want the name of one that was added before)",
			 show(&shown, name));
}

/* "ether_addr . ipv4_addr" */
static const char *show_form(struct shown *shown, const struct fwctl_set_form *form)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < form->count; i++)
		len += snprintf(shown->text + len, sizeof(shown->text) - len, "%s%s",
				i ? " . " : "", model_word_of(model_members, form->members[i]));
	return shown->text;
}

int err_set_members(struct fwctl_err *err, unsigned int column, const char *name,
		    const struct fwctl_set_form *form)
{
	struct shown members;

	return err_usage(err, column, "these fields can't be in the set \"%s\" (want fields for %s)",
			 name, show_form(&members, form));
}

int err_element_members(struct fwctl_err *err, unsigned int column, const char *name,
			const struct fwctl_set_form *form)
{
	struct shown members;

	return err_usage(err, column, "an element of the set \"%s\" looks otherwise (want %s)",
			 name, show_form(&members, form));
}

int err_said(struct fwctl_err *err, unsigned int column, const char *object,
	     const char *place)
{
	return err_usage(err, column, "this %s is set already (see %s)", object, place);
}

int err_place_in_file(struct fwctl_err *err, unsigned int column, const char *keyword)
{
	return err_usage(err, column,
			 "\"%s\" can't stand in a rule file, which replaces all rules (put the lines in order)",
			 keyword);
}

int err_place_kept(struct fwctl_err *err, const char *keyword)
{
	return err_usage(err, 0,
			 "\"%s\" can't stand in \"rule replace\", which keeps the place (try \"rule move\")",
			 keyword);
}

int err_quote_open(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "the quoted string has no end (want \" before the end of the line)");
}

int err_quote_end(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "a word begins directly behind a quoted string (want a space)");
}

int err_escape(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "the escape is unknown (want \\\" or \\\\ in a quoted string)");
}

int err_quote_inside(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "a quote stands inside a word (want it around the whole word)");
}

int err_words(struct fwctl_err *err, unsigned int column, unsigned int max)
{
	return err_usage(err, column, "there are more than %u words", max);
}

int err_set_conditions(struct fwctl_err *err, unsigned int column, unsigned int max)
{
	return err_usage(err, column, "there are more than %u conditions on sets", max);
}

int err_line_long(struct fwctl_err *err, unsigned int max)
{
	return err_usage(err, max + 1, "the line is longer than %u bytes", max);
}

int err_nul(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "a NUL byte: this is not a text file");
}

int err_cr(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "the line ends with a carriage return (want LF line ends, not CR LF)");
}

int err_control(struct fwctl_err *err, unsigned int column)
{
	return err_usage(err, column, "a control character (want printable text, spaces and tabs)");
}

int err_bom(struct fwctl_err *err)
{
	return err_usage(err, 1, "a byte order mark (want UTF-8 without one)");
}

int err_empty(struct fwctl_err *err, const char *name)
{
	struct shown shown;

	return err_usage(err, 0, "\"%s\" is empty (want statements, or at least a comment; try \"fwctl ruleset flush\")",
			 show(&shown, name));
}

int err_json_root(struct fwctl_err *err)
{
	return err_usage(err, 1, "a rule file in JSON is an object with arrays, as \"fwctl -j ruleset save\" prints it");
}

int err_json_syntax(struct fwctl_err *err, unsigned int column, const char *text)
{
	struct shown shown;

	return err_usage(err, column, "this is not JSON: %s", show(&shown, text));
}

int err_json_type(struct fwctl_err *err, const char *want, const char *type)
{
	return err_usage(err, 0, "the value is %s (want %s)", type, want);
}

int err_json_key(struct fwctl_err *err, const char *key)
{
	struct shown shown;

	return err_usage(err, 0, "the key \"%s\" is unknown here", show(&shown, key));
}

int err_json_verdict(struct fwctl_err *err, const char *key)
{
	return err_usage(err, 0, "\"%s\" goes with \"verdict\": \"%s\"", key, key);
}

int err_not_text(struct fwctl_err *err, uint64_t handle)
{
	static const char why[] = "is not UTF-8 without control characters, so that no file can hold it";

	if (!handle)
		return err_refuse(err, "a name or comment %s", why);
	return err_refuse(err, "a name or comment of rule handle %llu %s",
			  (unsigned long long)handle, why);
}

int err_json_number(struct fwctl_err *err, uint64_t handle)
{
	return err_refuse(err, "rule handle %llu has a number that is too large for JSON (save it as text)",
			  (unsigned long long)handle);
}

void err_json_path(struct fwctl_err *err, const char *section, size_t index,
		   const char *nest, const char *key)
{
	struct shown s, n, k;
	char number[32] = "";

	if (index != SIZE_MAX)
		snprintf(number, sizeof(number), "[%zu]", index);
	/* A path is never empty: that would be no path. */
	snprintf(err->path, sizeof(err->path), "%.40s%s%s%.40s%s%.40s",
		 *section ? show(&s, section) : "\"\"", number,
		 nest ? "." : "", nest ? show(&n, nest) : "", key ? "." : "",
		 key ? show(&k, key) : "");
}

int err_too_many(struct fwctl_err *err)
{
	return err_set(err, err->exit, 0, "too many errors, the rest is not shown");
}

int err_system(struct fwctl_err *err, const char *what, const char *name, int error)
{
	struct shown shown;

	return err_refuse(err, "can't %s %s: %s", what, show(&shown, name), strerror(error));
}

int err_file_kind(struct fwctl_err *err, const char *name, const char *kind)
{
	struct shown shown;

	return err_usage(err, 0, "\"%s\" is a %s (want a file)", show(&shown, name), kind);
}

int err_netns(struct fwctl_err *err, const char *name, int error)
{
	struct shown shown;

	if (error == ENOENT)
		return err_refuse(err, "there is no network namespace \"%s\", try \"ip netns\"",
				  show(&shown, name));
	return err_refuse(err, "can't enter network namespace \"%s\": %s%s", show(&shown, name),
			  strerror(error),
			  error == EPERM || error == EACCES ? " (this needs root)" : "");
}

int err_memory(struct fwctl_err *err)
{
	return err_refuse(err, "out of memory");
}

int err_no_family(struct fwctl_err *err)
{
	return err_refuse(err, "kernel family \"brfw\" not found; is the brfw module loaded? (load it with \"modprobe brfw\" or \"insmod brfw.ko\")");
}

/* What to do about it, for errors where the errno tells. */
static const char *refused_hint(int error)
{
	if (error == EPERM)
		return " (this needs CAP_NET_ADMIN: to change rules on the host, or in the namespace when the module parameter userns is 1; to read them in the namespace)";
	return "";
}

/* " (see set s, element 192.0.2.1, line 3)": what else it is about. */
static void culprit_see(const struct nlsock_culprit *culprit, const char *place, char *text,
			size_t size)
{
	char element[PRINT_ELEMENT_LEN], handle[32];
	const char *const see[] = {
		"rule handle ", culprit->handle ? handle : NULL,
		"set ", culprit->set[0] ? culprit->set : NULL,
		"element ", culprit->has_element ? element : NULL,
		"", place,
	};
	const char *sep = " (see ";
	size_t i, len = 0;

	snprintf(handle, sizeof(handle), "%llu", (unsigned long long)culprit->handle);
	if (culprit->has_element)
		print_element_value(&culprit->element, element);
	for (i = 0; i < sizeof(see) / sizeof(see[0]); i += 2) {
		if (!see[i + 1])
			continue;
		len += snprintf(text + len, size - len, "%s%s%s", sep, see[i], see[i + 1]);
		sep = ", ";
	}
	if (len)
		strcpy(text + len, ")");
}

int err_refused_beside(struct fwctl_err *err, const struct nlsock_refusal *refusal,
		       const char *attr, const char *place)
{
	char where[64] = "", other[PRINT_ELEMENT_LEN + sizeof(err->path) + 128] = "";
	struct shown text;

	if (attr)
		snprintf(where, sizeof(where), " (%sattribute %s)",
			 refusal->has_miss_type ? "missing " : "", attr);
	culprit_see(&refusal->culprit, place, other, sizeof(other));
	return err_refuse(err, "kernel refused%s%s%s%s: %s%s", refusal->text[0] ? ": " : "",
			  show(&text, refusal->text), where, other, strerror(refusal->error),
			  refused_hint(refusal->error));
}

int err_refused(struct fwctl_err *err, const struct nlsock_refusal *refusal,
		const char *attr)
{
	return err_refused_beside(err, refusal, attr, NULL);
}

int err_malformed(struct fwctl_err *err)
{
	return err_refuse(err, "the kernel's answer is malformed; do fwctl and the brfw module belong together?");
}

int err_newer(struct fwctl_err *err, uint64_t handle)
{
	if (!handle)
		return err_refuse(err, "the brfw module is newer than fwctl: a policy uses what this fwctl doesn't know");
	return err_refuse(err, "the brfw module is newer than fwctl: rule handle %llu uses what this fwctl doesn't know",
			  (unsigned long long)handle);
}

int err_changing(struct fwctl_err *err, const char *what)
{
	return err_refuse(err, "the %s kept changing meanwhile, try again (\"fwctl monitor\" tells who changes them)",
			  what);
}

int err_overrun(struct fwctl_err *err)
{
	return err_refuse(err, "answers of the kernel were lost: the socket's receive buffer is too small");
}

int err_no_answer(struct fwctl_err *err)
{
	return err_refuse(err, "the kernel sent no answer");
}

int err_no_group(struct fwctl_err *err)
{
	return err_refuse(err, "the brfw module is older than fwctl: it tells of no commits");
}

int err_family_gone(struct fwctl_err *err)
{
	return err_refuse(err, "the brfw module was unloaded");
}

int err_join(struct fwctl_err *err, int error)
{
	return err_refuse(err, "can't listen to the kernel: %s%s", strerror(error),
			  error == EPERM ? " (this needs CAP_NET_ADMIN in the namespace)" : "");
}

/* Not the end: the reader goes on with what comes next. */
void err_print_lost(void)
{
	fflush(stdout);
	fputs("fwctl: monitor: events were lost: they came faster than they were read\n", stderr);
}

void err_print(const char *object, const char *verb, const struct fwctl_err *err)
{
	if (!err->text[0])
		return;
	/* Keep the order of what was said before, also in one log file. */
	fflush(stdout);
	if (object)
		fprintf(stderr, "fwctl: %s%s%s: %s\n", object, verb ? " " : "",
			verb ? verb : "", err->text);
	else
		fprintf(stderr, "fwctl: %s\n", err->text);
}

void err_print_line(const char *file, unsigned long line, const struct fwctl_err *err)
{
	struct shown shown;

	fflush(stdout);
	if (err->path[0])
		fprintf(stderr, "fwctl: %s: %s: %s\n", show(&shown, file), err->path,
			err->text);
	else if (line && err->column)
		fprintf(stderr, "fwctl: %s:%lu:%u: %s\n", show(&shown, file), line,
			err->column, err->text);
	else if (line)
		fprintf(stderr, "fwctl: %s:%lu: %s\n", show(&shown, file), line, err->text);
	else
		fprintf(stderr, "fwctl: %s: %s\n", show(&shown, file), err->text);
}

void err_print_warnings(const char *object, const char *verb, uint32_t warnings)
{
	fflush(stdout);
	if (warnings & BRFW_WARN_FRAG)
		fprintf(stderr, "fwctl: %s %s: warning: conditions on \"frag\" find whole packets, since those on \"state\" have fragments put together first\n",
			object, verb);
	if (warnings & ~BRFW_WARN_FRAG)
		fprintf(stderr, "fwctl: %s %s: warning: the kernel module warns of what this tool doesn't know (0x%x)\n",
			object, verb, warnings & ~BRFW_WARN_FRAG);
}

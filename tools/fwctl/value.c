// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values as they are typed. What a field takes is said by its row in
 * model_fields[]; here is one reader for each kind of field, and those for
 * the values of actions.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

/* Longer lists have too many entries, however they merge. */
#define LIST_MAX	256

/*
 * What may burst without a word about it, or as much as comes in a second if
 * that is more. It must hold the largest packet that the kernel joins as a
 * rule: 65535 bytes and its headers, or as many packets as that makes at an MTU
 * of 1100.
 */
#define BURST_BYTES_MIN		128000
#define BURST_PACKETS_MIN	64

/* But it must come back in a year, or the kernel refuses it. */
#define BURST_SECONDS_MAX	(365 * 86400)

#define WANT_IFNAME	"an interface name of 1 to 15 bytes"
#define WANT_TIME	"a time such as 30s, 90m, 12h or 7d12h"
#define WANT_RATE	"a rate from 1 such as 10/second, 100/minute, 9/hour, 1/day or 5mbytes/second"
#define WANT_MARK	"a number of 32 bits such as 0x10 or 16, or NUMBER/MASK"

/* Numbers */

bool value_read_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = *text - '0';

		if (digit > 9 || n > (max - digit) / 10 || digit > max)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number with "0x" in front and up to @digits digits. */
static bool hex_read(const char *text, size_t digits, uint64_t *number)
{
	uint64_t n = 0;
	size_t i;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X') || !text[2])
		return false;
	for (i = 2; text[i]; i++) {
		if (i - 2 == digits || hex_digit(text[i]) < 0)
			return false;
		n = n * 16 + hex_digit(text[i]);
	}
	*number = n;
	return true;
}

static bool field_number(const struct fwctl_field *field, const char *text, uint32_t *value)
{
	uint64_t number;

	if (field->is_hex ? !hex_read(text, 4, &number) :
			    !value_read_number(text, field->max, &number))
		return false;
	if (number < field->min || number > field->max)
		return false;
	*value = number;
	return true;
}

/* Cuts @text at the first @sep into @head; gives what is behind it, or NULL. */
static const char *text_cut(const char *text, char sep, char *head, size_t size)
{
	const char *end = strchrnul(text, sep);
	size_t len = end - text;

	/* Too long to be right; an empty head is wrong everywhere. */
	if (len >= size)
		len = 0;
	memcpy(head, text, len);
	head[len] = '\0';
	return *end ? end + 1 : NULL;
}

/* What would be right */

/* The words of a list, with @last in front of the last one. */
static void want_words(const struct fwctl_name *names, const char *last, char *want)
{
	size_t len = 0;

	want[0] = '\0';
	for (; names->word && len < VALUE_WANT_LEN; names++)
		len += snprintf(want + len, VALUE_WANT_LEN - len, "%s%s",
				!len ? "" : names[1].word ? ", " : last, names->word);
}

/* The words of a BOOL that shares the keyword. */
static const struct fwctl_name *shared_words(const struct fwctl_field *field)
{
	size_t i;

	for (i = 0; i < model_fields_count; i++) {
		if (model_fields[i].kind == FWCTL_KIND_BOOL &&
		    !strcmp(model_fields[i].keyword, field->keyword))
			return model_fields[i].names;
	}
	return NULL;
}

static void want_number(const struct fwctl_field *field, char *want)
{
	const struct fwctl_name *words = shared_words(field);
	char others[VALUE_WANT_LEN / 2] = "";

	if (words)
		snprintf(others, sizeof(others), "%s, %s or ", words[0].word, words[1].word);
	else if (field->names)
		strcpy(others, "a name or ");
	snprintf(want, VALUE_WANT_LEN, field->is_hex ? "%s0x%04x-0x%04x" : "%s%u-%u", others,
		 field->min, field->max);
}

/* Values of fields, by kind */

static int read_name(const struct fwctl_field *field, const char *text,
		     struct fwctl_cond *cond, char *want)
{
	(void)field;
	if (!model_ifname_valid(text)) {
		snprintf(want, VALUE_WANT_LEN, WANT_IFNAME);
		return -1;
	}
	strcpy(cond->value.name, text);
	return 0;
}

static bool mac_read(const char *text, uint8_t *mac)
{
	int i;

	for (i = 0; i < 6; i++) {
		if (hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0)
			return false;
		mac[i] = hex_digit(text[0]) << 4 | hex_digit(text[1]);
		if (text[2] != (i < 5 ? ':' : '\0'))
			return false;
		text += 3;
	}
	return true;
}

static int read_mac(const struct fwctl_field *field, const char *text,
		    struct fwctl_cond *cond, char *want)
{
	uint8_t *mac = cond->value.bytes, *mask = cond->mask.bytes;
	const char *tail;
	char head[18];
	int i, any = 0, outside = 0;

	(void)field;
	tail = text_cut(text, '/', head, sizeof(head));
	memset(mask, 0xff, 6);
	if (!mac_read(head, mac) || (tail && !mac_read(tail, mask))) {
		snprintf(want, VALUE_WANT_LEN, "a MAC address such as 02:00:00:00:00:01, or MAC/MASK");
		return -1;
	}
	for (i = 0; i < 6; i++) {
		any |= mask[i];
		outside |= mac[i] & ~mask[i];
	}
	if (!any)
		snprintf(want, VALUE_WANT_LEN, "a mask with a bit set; leave it out to match any address");
	else if (outside)
		snprintf(want, VALUE_WANT_LEN, "no bits in the address outside of the mask");
	return any && !outside ? 0 : -1;
}

/* Single numbers may be hexadecimal, as many standards write theirs. */
static int read_number(const struct fwctl_field *field, const char *text,
		       struct fwctl_cond *cond, char *want)
{
	uint64_t number;

	/* No name is a number. */
	if (field_number(field, text, &cond->value.number) ||
	    model_value_of(field->names, text, &cond->value.number))
		return 0;
	if (!hex_read(text, 8, &number) || number < field->min || number > field->max) {
		want_number(field, want);
		return -1;
	}
	cond->value.number = number;
	return 0;
}

static int read_word(const struct fwctl_field *field, const char *text,
		     struct fwctl_cond *cond, char *want)
{
	if (model_value_of(field->names, text, &cond->value.number))
		return 0;
	want_words(field->names, " or ", want);
	return -1;
}

/* One entry of a list: a number, or two with a hyphen between them. */
static int range_read(const struct fwctl_field *field, const char *text,
		      struct brfw_range16 *range, char *want)
{
	uint32_t first, last;
	char head[8];
	const char *tail = text_cut(text, '-', head, sizeof(head));

	if (!field_number(field, head, &first) ||
	    !field_number(field, tail ? tail : head, &last)) {
		want_number(field, want);
		return -1;
	}
	if (last < first) {
		snprintf(want, VALUE_WANT_LEN, "the smaller number first: %s-%s", tail, head);
		return -1;
	}
	range->first = first;
	range->last = last;
	return 0;
}

static int range_compare(const void *a, const void *b)
{
	const struct brfw_range16 *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sorts entries and joins neighbours. Gives how many are left; 0 for overlaps. */
static unsigned int ranges_merge(struct brfw_range16 *list, unsigned int count, char *want)
{
	unsigned int i, last = 0;

	qsort(list, count, sizeof(*list), range_compare);
	for (i = 1; i < count; i++) {
		if (list[i].first <= list[last].last) {
			snprintf(want, VALUE_WANT_LEN, "each number once: %u is there twice",
				 list[i].first);
			return 0;
		}
		if (list[i].first == list[last].last + 1)
			list[last].last = list[i].last;
		else
			list[++last] = list[i];
	}
	return last + 1;
}

static int read_ranges(const struct fwctl_field *field, const char *text,
		       struct fwctl_cond *cond, char *want)
{
	struct brfw_range16 list[LIST_MAX];
	unsigned int count = 0;
	char entry[16];

	do {
		text = text_cut(text, ',', entry, sizeof(entry));
		if (range_read(field, entry, &list[count++], want))
			return -1;
	} while (text && count < LIST_MAX);
	if (!text)
		count = ranges_merge(list, count, want);
	if (!count)
		return -1;
	if (count > BRFW_RANGES_MAX) {
		snprintf(want, VALUE_WANT_LEN, "a list of up to %u numbers and ranges",
			 BRFW_RANGES_MAX);
		return -1;
	}
	memcpy(cond->ranges, list, count * sizeof(*list));
	cond->count = count;
	return 0;
}

static bool mark_number(const char *text, uint32_t *value)
{
	uint64_t number;

	if (!hex_read(text, 8, &number) && !value_read_number(text, UINT32_MAX, &number))
		return false;
	*value = number;
	return true;
}

int value_read_mark(const char *text, struct fwctl_mark *mark, char *want)
{
	char head[12];
	const char *tail = text_cut(text, '/', head, sizeof(head));

	mark->mask = UINT32_MAX;
	if (!mark_number(head, &mark->value) || (tail && !mark_number(tail, &mark->mask))) {
		snprintf(want, VALUE_WANT_LEN, WANT_MARK);
		return -1;
	}
	if (!mark->mask) {
		snprintf(want, VALUE_WANT_LEN, "a mask with a bit set");
		return -1;
	}
	if (mark->value & ~mark->mask) {
		snprintf(want, VALUE_WANT_LEN, "no bits in the number outside of the mask");
		return -1;
	}
	return 0;
}

static int read_masked(const struct fwctl_field *field, const char *text,
		       struct fwctl_cond *cond, char *want)
{
	struct fwctl_mark mark;

	(void)field;
	if (value_read_mark(text, &mark, want))
		return -1;
	cond->value.number = mark.value;
	cond->mask.number = mark.mask;
	return 0;
}

/* Zeroes the bits behind the prefix; tells whether any was set. */
static bool prefix_cut(uint8_t *addr, unsigned int size, unsigned int prefix)
{
	bool cut = false;
	unsigned int i;

	for (i = 0; i < size; i++) {
		unsigned int bits = prefix > i * 8 ? prefix - i * 8 : 0;
		uint8_t mask = bits >= 8 ? 0xff : 0xff00 >> bits;

		cut |= addr[i] & ~mask;
		addr[i] &= mask;
	}
	return cut;
}

static void want_addr(const struct fwctl_field *field, char *want)
{
	const char *family = field->kind == FWCTL_KIND_IP4 ? "IPv4" : "IPv6";

	if (model_field_is_shared(field))
		family = "IPv4 or IPv6";
	snprintf(want, VALUE_WANT_LEN, "an %s address, or ADDR/LEN with a length of 1-%u",
		 family, field->size * 8);
}

static int read_addr(const struct fwctl_field *field, const char *text,
		     struct fwctl_cond *cond, char *want)
{
	int family = field->kind == FWCTL_KIND_IP4 ? AF_INET : AF_INET6;
	unsigned int bits = field->size * 8;
	char head[INET6_ADDRSTRLEN];
	uint64_t prefix = bits;
	const char *tail;

	tail = text_cut(text, '/', head, sizeof(head));
	if (inet_pton(family, head, cond->value.bytes) != 1 ||
	    (tail && !value_read_number(tail, bits, &prefix))) {
		want_addr(field, want);
		return -1;
	}
	if (!prefix) {
		snprintf(want, VALUE_WANT_LEN, "1-%u behind the slash; leave \"%s\" out to match any address",
			 bits, field->keyword);
		return -1;
	}
	cond->prefix = prefix;
	if (prefix == bits || !prefix_cut(cond->value.bytes, field->size, prefix))
		return 0;
	inet_ntop(family, cond->value.bytes, head, sizeof(head));
	snprintf(want, VALUE_WANT_LEN, "%s/%u, without bits behind the prefix", head,
		 (unsigned int)prefix);
	return -1;
}

/* Words with commas between them, each once. */
static bool bits_read(const struct fwctl_field *field, const char *text, uint32_t *bits)
{
	char word[16];
	uint32_t bit;

	*bits = 0;
	do {
		text = text_cut(text, ',', word, sizeof(word));
		if (!model_value_of(field->names, word, &bit) || (*bits & bit))
			return false;
		*bits |= bit;
	} while (text);
	return true;
}

static int read_bits(const struct fwctl_field *field, const char *text,
		     struct fwctl_cond *cond, char *want)
{
	if (bits_read(field, text, &cond->value.number))
		return 0;
	want_words(field->names, " or ", want);
	return -1;
}

/* As bits, but there may be none too. */
static bool flags_read(const struct fwctl_field *field, const char *text, uint32_t *flags)
{
	*flags = 0;
	return !strcmp(text, "none") || bits_read(field, text, flags);
}

static int read_flags(const struct fwctl_field *field, const char *text,
		      struct fwctl_cond *cond, char *want)
{
	uint32_t *value = &cond->value.number, *mask = &cond->mask.number;
	const char *tail;
	char head[40];

	tail = text_cut(text, '/', head, sizeof(head));
	if (!flags_read(field, head, value) ||
	    !flags_read(field, tail ? tail : head, mask)) {
		snprintf(want, VALUE_WANT_LEN, "flags such as syn or syn/syn,ack, of fin,syn,rst,psh,ack,urg,ece,cwr, or none");
		return -1;
	}
	if (!*mask) {
		snprintf(want, VALUE_WANT_LEN, "the flags to look at behind a slash, such as none/syn,ack");
		return -1;
	}
	if (*value & ~*mask) {
		snprintf(want, VALUE_WANT_LEN, "each flag before the slash behind it too");
		return -1;
	}
	return 0;
}

static int (*const readers[FWCTL_KINDS])(const struct fwctl_field *field, const char *text,
					 struct fwctl_cond *cond, char *want) = {
	[FWCTL_KIND_NAME] = read_name,
	[FWCTL_KIND_MAC] = read_mac,
	[FWCTL_KIND_NUMBER] = read_number,
	[FWCTL_KIND_WORD] = read_word,
	[FWCTL_KIND_BOOL] = read_word,
	[FWCTL_KIND_RANGES] = read_ranges,
	[FWCTL_KIND_MASKED] = read_masked,
	[FWCTL_KIND_IP4] = read_addr,
	[FWCTL_KIND_IP6] = read_addr,
	[FWCTL_KIND_FLAGS] = read_flags,
	[FWCTL_KIND_BITS] = read_bits,
};

int value_read(const struct fwctl_field *field, const char *text, struct fwctl_cond *cond,
	       char *want)
{
	memset(cond, 0, sizeof(*cond));
	return readers[field->kind](field, text, cond, want);
}

bool value_fits(const struct fwctl_field *field, const char *text)
{
	uint32_t value;

	if (field->kind == FWCTL_KIND_IP4)
		return !strchr(text, ':');
	return field->kind != FWCTL_KIND_BOOL || model_value_of(field->names, text, &value);
}

/* Rates */

static const struct fwctl_name units[] = {
	{ "", 1 },
	{ "bytes", 1 },
	{ "kbytes", 1000 },
	{ "mbytes", 1000000 },
	{ "gbytes", 1000000000 },
	{ NULL, 0 },
};

/* Packets without a unit, or bytes with one; from 1. */
static bool amount_read(const char *text, uint64_t *amount, bool *is_bytes)
{
	size_t len = strspn(text, "0123456789");
	char digits[24];
	uint32_t unit;

	if (len >= sizeof(digits) || !model_value_of(units, text + len, &unit))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (!value_read_number(digits, INT64_MAX / unit, amount) || !*amount)
		return false;
	*amount *= unit;
	*is_bytes = text[len];
	return true;
}

int value_read_rate(const char *text, struct fwctl_limit *limit, char *want)
{
	uint64_t least, second, year;
	char head[32];
	const char *tail = text_cut(text, '/', head, sizeof(head));

	if (!tail || !amount_read(head, &limit->rate, &limit->is_bytes) ||
	    !model_value_of(model_periods, tail, &limit->seconds)) {
		snprintf(want, VALUE_WANT_LEN, WANT_RATE);
		return -1;
	}
	least = limit->is_bytes ? BURST_BYTES_MIN : BURST_PACKETS_MIN;
	second = limit->rate / limit->seconds;
	year = BURST_SECONDS_MAX / limit->seconds;
	if (limit->rate <= least / year)
		least = limit->rate * year;
	limit->burst = second > least ? second : least;
	return 0;
}

int value_read_burst(const char *text, struct fwctl_limit *limit, char *want)
{
	bool is_bytes;

	if (amount_read(text, &limit->burst, &is_bytes) && is_bytes == limit->is_bytes)
		return 0;
	if (limit->is_bytes)
		snprintf(want, VALUE_WANT_LEN, "bytes from 1 such as 64kbytes, as the rate is in bytes");
	else
		snprintf(want, VALUE_WANT_LEN, "packets from 1 such as 10, as the rate is in packets");
	return -1;
}

/* Times */

static const struct fwctl_name time_units[] = {
	{ "d", 86400 },
	{ "h", 3600 },
	{ "m", 60 },
	{ "s", 1 },
	{ NULL, 0 },
};

/* The units in order, each once. */
static bool time_read(const char *text, uint64_t *seconds)
{
	uint32_t last = UINT32_MAX, unit;
	uint64_t number;

	*seconds = 0;
	do {
		size_t len = strspn(text, "0123456789");
		char digits[12] = "", letter[2] = "";

		if (!len || len >= sizeof(digits))
			return false;
		memcpy(digits, text, len);
		letter[0] = text[len];
		if (!value_read_number(digits, UINT32_MAX, &number) ||
		    !model_value_of(time_units, letter, &unit) || unit >= last)
			return false;
		*seconds += number * unit;
		last = unit;
		text += len + 1;
	} while (*text);
	return true;
}

int value_read_time(const char *text, uint32_t *seconds, char *want)
{
	uint64_t sum;

	if (!time_read(text, &sum) || !sum || sum >= FWCTL_TIMEOUT_NONE) {
		snprintf(want, VALUE_WANT_LEN, WANT_TIME);
		return -1;
	}
	*seconds = sum;
	return 0;
}

/* Elements of sets */

/* The last address of a prefix. */
static void prefix_fill(uint8_t *addr, unsigned int size, unsigned int prefix)
{
	unsigned int i;

	for (i = prefix; i < size * 8; i++)
		addr[i / 8] |= 0x80 >> i % 8;
}

/* ADDR, ADDR/LEN or ADDR-ADDR. */
static bool member_read_addr(const char *text, int family, unsigned int size,
			     union fwctl_value *first, union fwctl_value *last)
{
	char head[INET6_ADDRSTRLEN];
	const char *tail = text_cut(text, '-', head, sizeof(head));
	uint64_t prefix;

	if (tail)
		return inet_pton(family, head, first->bytes) == 1 &&
		       inet_pton(family, tail, last->bytes) == 1;
	tail = text_cut(text, '/', head, sizeof(head));
	if (inet_pton(family, head, first->bytes) != 1)
		return false;
	*last = *first;
	if (!tail)
		return true;
	if (!value_read_number(tail, size * 8, &prefix) ||
	    prefix_cut(first->bytes, size, prefix))
		return false;
	prefix_fill(last->bytes, size, prefix);
	return true;
}

static bool member_read_port(const char *text, union fwctl_value *first,
			     union fwctl_value *last)
{
	char head[8];
	const char *tail = text_cut(text, '-', head, sizeof(head));
	uint64_t a, b;

	if (!value_read_number(head, UINT16_MAX, &a) ||
	    !value_read_number(tail ? tail : head, UINT16_MAX, &b))
		return false;
	first->number = a;
	last->number = b;
	return true;
}

/* Tells whether it is right, and of ranges which end is larger in @order. */
static bool member_read(unsigned int member, const char *text, union fwctl_value *first,
			union fwctl_value *last, int *order)
{
	switch ((enum brfw_set_member)member) {
	case BRFW_SET_IPV4_ADDR:
		if (!member_read_addr(text, AF_INET, 4, first, last))
			return false;
		*order = memcmp(last->bytes, first->bytes, 4);
		return true;
	case BRFW_SET_IPV6_ADDR:
		if (!member_read_addr(text, AF_INET6, 16, first, last))
			return false;
		*order = memcmp(last->bytes, first->bytes, 16);
		return true;
	case BRFW_SET_INET_PORT:
		if (!member_read_port(text, first, last))
			return false;
		*order = (last->number > first->number) - (last->number < first->number);
		return true;
	case BRFW_SET_ETHER_ADDR:
		return mac_read(text, first->bytes);
	default:
		if (!model_ifname_valid(text))
			return false;
		strcpy(first->name, text);
		return true;
	}
}

static void want_member(const struct fwctl_set_form *form, unsigned int member, char *want)
{
	static const struct {
		const char *single;
		const char *more;
	} wants[] = {
		[BRFW_SET_ETHER_ADDR] = { "a MAC address such as 02:00:00:00:00:01", "" },
		[BRFW_SET_IPV4_ADDR] = {
			"an IPv4 address", ", ADDR/LEN without bits behind the prefix, or ADDR-ADDR",
		},
		[BRFW_SET_IPV6_ADDR] = {
			"an IPv6 address", ", ADDR/LEN without bits behind the prefix, or ADDR-ADDR",
		},
		[BRFW_SET_INET_PORT] = { "a port, 0-65535", ", or PORT-PORT" },
		[BRFW_SET_IFNAME] = { WANT_IFNAME, "" },
	};
	unsigned int i = form->members[member];

	snprintf(want, VALUE_WANT_LEN, "%s%s", wants[i].single,
		 model_member_may_be_range(form, member) ? wants[i].more : "");
}

int value_read_member(struct fwctl_element *element, unsigned int member, const char *text,
		      char *want)
{
	union fwctl_value *first = &element->first[member];
	union fwctl_value last;
	int order = 0;

	memset(first, 0, sizeof(*first));
	memset(&last, 0, sizeof(last));
	want_member(&element->form, member, want);
	if (!member_read(element->form.members[member], text, first, &last, &order))
		return -1;
	if (order < 0) {
		snprintf(want, VALUE_WANT_LEN, "the smaller one first");
		return -1;
	}
	if (!order)
		return 0;
	if (!model_member_may_be_range(&element->form, member))
		return -1;
	element->range = member;
	element->last = last;
	return 0;
}

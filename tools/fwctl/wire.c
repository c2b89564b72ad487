// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire format of uapi/linux/brfw.h. Requests are made from structs that
 * the parser filled. Answers are checked as if they came from anywhere: a rule
 * shown without one of its conditions would be a lie, so whatever is unknown
 * in a rule or policy is an error, not skipped.
 */
#include <string.h>

#include <linux/genetlink.h>

#include "wire.h"

/* Requests */

static void put_number(struct nlmsghdr *nlh, const struct fwctl_field *field,
		       uint16_t type, uint32_t number)
{
	if (field->size == 1)
		mnl_attr_put_u8(nlh, type, number);
	else if (field->size == 2)
		mnl_attr_put_u16(nlh, type, number);
	else
		mnl_attr_put_u32(nlh, type, number);
}

static uint32_t number_all(const struct fwctl_field *field)
{
	return UINT32_MAX >> (32 - 8 * field->size);
}

static bool bytes_are(const uint8_t *bytes, size_t len, uint8_t byte)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] != byte)
			return false;
	}
	return true;
}

/* One range is a value with an end that differs, more are a list. */
static void put_ranges(struct nlmsghdr *nlh, const struct fwctl_field *field,
		       const struct fwctl_cond *cond)
{
	if (cond->count > 1) {
		mnl_attr_put(nlh, BRFW_COND_A_RANGES, cond->count * sizeof(cond->ranges[0]),
			     cond->ranges);
		return;
	}
	put_number(nlh, field, BRFW_COND_A_VALUE, cond->ranges[0].first);
	if (cond->ranges[0].last != cond->ranges[0].first)
		put_number(nlh, field, BRFW_COND_A_RANGE_END, cond->ranges[0].last);
}

static void put_value(struct nlmsghdr *nlh, const struct fwctl_field *field,
		      const struct fwctl_cond *cond)
{
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_NAME:
		mnl_attr_put_strz(nlh, BRFW_COND_A_VALUE, cond->value.name);
		break;
	case FWCTL_KIND_NUMBER:
	case FWCTL_KIND_WORD:
	case FWCTL_KIND_BOOL:
	case FWCTL_KIND_MASKED:
	case FWCTL_KIND_FLAGS:
	case FWCTL_KIND_BITS:
		put_number(nlh, field, BRFW_COND_A_VALUE, cond->value.number);
		break;
	case FWCTL_KIND_RANGES:
		put_ranges(nlh, field, cond);
		break;
	case FWCTL_KIND_MAC:
	case FWCTL_KIND_IP4:
	case FWCTL_KIND_IP6:
		mnl_attr_put(nlh, BRFW_COND_A_VALUE, field->size, cond->value.bytes);
		break;
	case FWCTL_KINDS:
		break;
	}
}

/* Mask or prefix, where there is one that says something. */
static void put_extent(struct nlmsghdr *nlh, const struct fwctl_field *field,
		       const struct fwctl_cond *cond)
{
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_MAC:
		if (!bytes_are(cond->mask.bytes, field->size, 0xff))
			mnl_attr_put(nlh, BRFW_COND_A_MASK, field->size, cond->mask.bytes);
		break;
	case FWCTL_KIND_MASKED:
	case FWCTL_KIND_FLAGS:
		if (cond->mask.number != number_all(field))
			put_number(nlh, field, BRFW_COND_A_MASK, cond->mask.number);
		break;
	case FWCTL_KIND_IP4:
	case FWCTL_KIND_IP6:
		if (cond->prefix != field->size * 8)
			mnl_attr_put_u8(nlh, BRFW_COND_A_PREFIX_LEN, cond->prefix);
		break;
	default:
		break;
	}
}

static void put_match(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	struct nlattr *match, *cond;
	uint64_t left;

	if (!rule->set)
		return;
	match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	for (left = rule->set; left; left &= left - 1) {
		const struct fwctl_field *field = model_field_by_attr(__builtin_ctzll(left));

		cond = mnl_attr_nest_start(nlh, field->attr);
		put_value(nlh, field, &rule->cond[field->attr]);
		put_extent(nlh, field, &rule->cond[field->attr]);
		if (rule->cond[field->attr].is_negated)
			mnl_attr_put(nlh, BRFW_COND_A_NEGATE, 0, NULL);
		mnl_attr_nest_end(nlh, cond);
	}
	mnl_attr_nest_end(nlh, match);
}

static void put_in_sets(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	struct nlattr *list, *item;
	unsigned int i;

	if (!rule->set_count)
		return;
	list = mnl_attr_nest_start(nlh, BRFW_RULE_A_SETS);
	for (i = 0; i < rule->set_count; i++) {
		const struct fwctl_in_set *in = &rule->sets[i];

		item = mnl_attr_nest_start(nlh, BRFW_LIST_A_ITEM);
		mnl_attr_put_strz(nlh, BRFW_IN_SET_A_NAME, in->name);
		mnl_attr_put(nlh, BRFW_IN_SET_A_FIELDS, in->count, in->fields);
		if (in->is_negated)
			mnl_attr_put(nlh, BRFW_IN_SET_A_NEGATE, 0, NULL);
		mnl_attr_nest_end(nlh, item);
	}
	mnl_attr_nest_end(nlh, list);
}

static void put_limit(struct nlmsghdr *nlh, const struct fwctl_limit *limit)
{
	struct nlattr *nest;

	if (!limit->seconds)
		return;
	nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_LIMIT);
	mnl_attr_put_u64(nlh, BRFW_LIMIT_A_RATE, limit->rate);
	mnl_attr_put_u32(nlh, BRFW_LIMIT_A_SECONDS, limit->seconds);
	mnl_attr_put_u64(nlh, BRFW_LIMIT_A_BURST, limit->burst);
	if (limit->is_bytes)
		mnl_attr_put(nlh, BRFW_LIMIT_A_BYTES, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static void put_log(struct nlmsghdr *nlh, const struct fwctl_log *log)
{
	struct nlattr *nest;

	if (!log->is_set)
		return;
	nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_LOG);
	if (log->has_group)
		mnl_attr_put_u16(nlh, BRFW_LOG_A_GROUP, log->group);
	if (log->prefix[0])
		mnl_attr_put_strz(nlh, BRFW_LOG_A_PREFIX, log->prefix);
	mnl_attr_nest_end(nlh, nest);
}

static void put_mark(struct nlmsghdr *nlh, const struct fwctl_mark *mark)
{
	struct nlattr *nest;

	if (!mark->mask)
		return;
	nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_MARK);
	mnl_attr_put_u32(nlh, BRFW_MARK_A_VALUE, mark->value);
	if (mark->mask != UINT32_MAX)
		mnl_attr_put_u32(nlh, BRFW_MARK_A_MASK, mark->mask);
	mnl_attr_nest_end(nlh, nest);
}

static void put_queue(struct nlmsghdr *nlh, const struct fwctl_queue *queue)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_RULE_A_QUEUE);

	mnl_attr_put_u16(nlh, BRFW_QUEUE_A_NUM, queue->number);
	if (queue->bypass)
		mnl_attr_put(nlh, BRFW_QUEUE_A_BYPASS, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static void put_actions(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	put_limit(nlh, &rule->limit);
	put_log(nlh, &rule->log);
	put_mark(nlh, &rule->mark);
	if (rule->mirror[0])
		mnl_attr_put_strz(nlh, BRFW_RULE_A_MIRROR, rule->mirror);
}

static void put_verdict(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	if (!rule->has_verdict)
		return;
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, rule->verdict);
	if (rule->verdict == BRFW_VERDICT_REJECT)
		mnl_attr_put_u8(nlh, BRFW_RULE_A_REJECT, rule->reject);
	if (rule->verdict == BRFW_VERDICT_REDIRECT)
		mnl_attr_put_strz(nlh, BRFW_RULE_A_REDIRECT, rule->redirect);
	if (rule->verdict == BRFW_VERDICT_QUEUE)
		put_queue(nlh, &rule->queue);
}

static void put_place(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	if (rule->has_prio)
		mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, rule->prio);
	if (rule->place == FWCTL_PLACE_BEFORE)
		mnl_attr_put_u64(nlh, BRFW_RULE_A_BEFORE, rule->place_handle);
	else if (rule->place == FWCTL_PLACE_AFTER)
		mnl_attr_put_u64(nlh, BRFW_RULE_A_AFTER, rule->place_handle);
}

void wire_put_place(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_RULE);

	put_place(nlh, rule);
	mnl_attr_nest_end(nlh, nest);
}

void wire_put_target(struct nlmsghdr *nlh, uint64_t handle)
{
	mnl_attr_put_u64(nlh, BRFW_A_HANDLE, handle);
}

void wire_put_rule(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_RULE);

	mnl_attr_put_u8(nlh, BRFW_RULE_A_HOOK, rule->hook);
	if (rule->bridge[0])
		mnl_attr_put_strz(nlh, BRFW_RULE_A_BRIDGE, rule->bridge);
	put_place(nlh, rule);
	put_match(nlh, rule);
	put_in_sets(nlh, rule);
	put_actions(nlh, rule);
	put_verdict(nlh, rule);
	if (rule->comment[0])
		mnl_attr_put_strz(nlh, BRFW_RULE_A_COMMENT, rule->comment);
	mnl_attr_nest_end(nlh, nest);
}

void wire_put_policy(struct nlmsghdr *nlh, const struct fwctl_policy *policy,
		     bool has_verdict)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_POLICY);

	mnl_attr_put_u8(nlh, BRFW_POLICY_A_HOOK, policy->hook);
	if (policy->bridge[0])
		mnl_attr_put_strz(nlh, BRFW_POLICY_A_BRIDGE, policy->bridge);
	if (has_verdict)
		mnl_attr_put_u8(nlh, BRFW_POLICY_A_VERDICT, policy->verdict);
	mnl_attr_nest_end(nlh, nest);
}

void wire_put_zone(struct nlmsghdr *nlh, const struct fwctl_zone *zone)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_ZONE);

	mnl_attr_put_strz(nlh, BRFW_ZONE_A_BRIDGE, zone->bridge);
	if (zone->id)
		mnl_attr_put_u16(nlh, BRFW_ZONE_A_ID, zone->id);
	mnl_attr_nest_end(nlh, nest);
}

static void put_form(struct nlmsghdr *nlh, const char *name,
		     const struct fwctl_set_form *form)
{
	mnl_attr_put_strz(nlh, BRFW_SET_A_NAME, name);
	mnl_attr_put(nlh, BRFW_SET_A_MEMBERS, form->count, form->members);
	if (form->interval)
		mnl_attr_put_u8(nlh, BRFW_SET_A_INTERVAL, form->interval);
}

void wire_put_set(struct nlmsghdr *nlh, const struct fwctl_set *set)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_SET);
	uint32_t flags = (set->counters ? BRFW_SET_F_COUNTERS : 0) |
			 (set->keep ? BRFW_SET_F_KEEP : 0);

	put_form(nlh, set->name, &set->form);
	if (set->timeout)
		mnl_attr_put_u32(nlh, BRFW_SET_A_TIMEOUT, set->timeout);
	if (flags)
		mnl_attr_put_u32(nlh, BRFW_SET_A_FLAGS, flags);
	if (set->comment[0])
		mnl_attr_put_strz(nlh, BRFW_SET_A_COMMENT, set->comment);
	mnl_attr_nest_end(nlh, nest);
}

void wire_put_set_name(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_SET);

	mnl_attr_put_strz(nlh, BRFW_SET_A_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}

struct nlattr *wire_put_elements(struct nlmsghdr *nlh, const struct fwctl_element *element)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_SET), *list;

	put_form(nlh, element->set, &element->form);
	mnl_attr_nest_end(nlh, nest);
	list = mnl_attr_nest_start(nlh, BRFW_A_ELEMENTS);
	mnl_attr_nest_end(nlh, list);
	return list;
}

/* Values of all members side by side; with @is_last those that a range ends with. */
static size_t element_bytes(const struct fwctl_element *element, bool is_last, uint8_t *bytes)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < element->form.count; i++) {
		const union fwctl_value *value = &element->first[i];
		unsigned int member = element->form.members[i];
		uint16_t port;

		if (is_last && (int)i == element->range)
			value = &element->last;
		port = value->number;
		memcpy(bytes + len, member == BRFW_SET_INET_PORT ? (const void *)&port : value,
		       model_member_size(member));
		len += model_member_size(member);
	}
	return len;
}

void wire_put_element(struct nlmsghdr *nlh, struct nlattr *list,
		      const struct fwctl_element *element, uint32_t change_id)
{
	uint8_t bytes[BRFW_SET_MEMBERS_MAX * BRFW_IFNAME_LEN];
	struct nlattr *item = mnl_attr_nest_start(nlh, BRFW_LIST_A_ITEM);
	size_t len;

	len = element_bytes(element, false, bytes);
	mnl_attr_put(nlh, BRFW_ELEMENT_A_VALUE, len, bytes);
	if (element->range >= 0) {
		element_bytes(element, true, bytes);
		mnl_attr_put(nlh, BRFW_ELEMENT_A_LAST, len, bytes);
	}
	if (element->timeout != FWCTL_TIMEOUT_NONE)
		mnl_attr_put_u32(nlh, BRFW_ELEMENT_A_TIMEOUT, element->timeout);
	if (element->comment[0])
		mnl_attr_put_strz(nlh, BRFW_ELEMENT_A_COMMENT, element->comment);
	if (change_id)
		mnl_attr_put_u32(nlh, BRFW_ELEMENT_A_CHANGE_ID, change_id);
	mnl_attr_nest_end(nlh, item);
	mnl_attr_nest_end(nlh, list);
}

void wire_put_filter(struct nlmsghdr *nlh, const struct fwctl_filter *filter)
{
	if (filter->handle)
		mnl_attr_put_u64(nlh, BRFW_A_HANDLE, filter->handle);
	if (filter->has_hook)
		mnl_attr_put_u8(nlh, BRFW_A_HOOK, filter->hook);
	if (filter->bridge[0])
		mnl_attr_put_strz(nlh, BRFW_A_BRIDGE, filter->bridge);
}

void wire_put_statement(struct nlmsghdr *nlh, const struct fwctl_statement *statement)
{
	if (statement->cmd == BRFW_CMD_RULE_ADD)
		wire_put_rule(nlh, &statement->rule);
	else if (statement->cmd == BRFW_CMD_ZONE_SET)
		wire_put_zone(nlh, &statement->zone);
	else if (statement->cmd == BRFW_CMD_SET_ADD)
		wire_put_set(nlh, &statement->set);
	else if (statement->cmd == BRFW_CMD_ELEMENT_ADD)
		wire_put_element(nlh, wire_put_elements(nlh, &statement->element),
				 &statement->element, 0);
	else
		wire_put_policy(nlh, &statement->policy, true);
}

/* Answers */

/** struct span - attributes side by side */
struct span {
	const char *pos;
	size_t len;
};

/* Takes the next attribute; NULL at the end, or with @bad set where it breaks. */
static const struct nlattr *span_next(struct span *span, bool *bad)
{
	const struct nlattr *attr = (const struct nlattr *)span->pos;
	size_t step;

	if (!span->len)
		return NULL;
	if (span->len < sizeof(*attr) || attr->nla_len < sizeof(*attr) ||
	    attr->nla_len > span->len) {
		*bad = true;
		return NULL;
	}
	step = MNL_ALIGN(attr->nla_len);
	if (step > span->len)
		step = span->len;
	span->pos += step;
	span->len -= step;
	return attr;
}

/*
 * Sorts attributes into @tb by type. Types above @max are counted in @unknown;
 * the first of two of a type wins.
 */
static bool span_read(struct span span, const struct nlattr **tb, unsigned int max,
		      unsigned int *unknown)
{
	const struct nlattr *attr;
	bool bad = false;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	*unknown = 0;
	while ((attr = span_next(&span, &bad))) {
		unsigned int type = mnl_attr_get_type(attr);

		if (!type || type > max)
			(*unknown)++;
		else if (!tb[type])
			tb[type] = attr;
	}
	return !bad;
}

static struct span span_of_nest(const struct nlattr *attr)
{
	return (struct span){ mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr) };
}

static bool read_message(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	size_t head = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct genlmsghdr));
	unsigned int unknown;

	if (nlh->nlmsg_len < head)
		return false;
	return span_read((struct span){ (const char *)nlh + head, nlh->nlmsg_len - head },
			 tb, BRFW_A_MAX, &unknown);
}

/* Numbers of exactly this size. */
static bool get_bytes(const struct nlattr *attr, void *bytes, size_t size)
{
	if (!attr || mnl_attr_get_payload_len(attr) != size)
		return false;
	memcpy(bytes, mnl_attr_get_payload(attr), size);
	return true;
}

static bool get_text(const struct nlattr *attr, char *text, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (!len || len > size || memchr(mnl_attr_get_payload(attr), '\0', len) !=
				  (const char *)mnl_attr_get_payload(attr) + len - 1)
		return false;
	memcpy(text, mnl_attr_get_payload(attr), len);
	return true;
}

static bool get_set_name(const struct nlattr *attr, char *name)
{
	return get_text(attr, name, BRFW_SET_NAME_LEN) && model_set_name_valid(name);
}

static bool get_number(const struct fwctl_field *field, const struct nlattr *attr,
		       uint32_t *number)
{
	uint8_t byte;
	uint16_t word;

	if (field->size == 4) {
		if (!get_bytes(attr, number, sizeof(*number)))
			return false;
	} else if (field->size == 2) {
		if (!get_bytes(attr, &word, sizeof(word)))
			return false;
		*number = word;
	} else {
		if (!get_bytes(attr, &byte, sizeof(byte)))
			return false;
		*number = byte;
	}
	return *number >= field->min && *number <= field->max;
}

static bool get_name(const struct fwctl_field *field, const struct nlattr **tb,
		     struct fwctl_cond *cond)
{
	(void)field;
	return get_text(tb[BRFW_COND_A_VALUE], cond->value.name, sizeof(cond->value.name)) &&
	       cond->value.name[0];
}

static bool get_mac(const struct fwctl_field *field, const struct nlattr **tb,
		    struct fwctl_cond *cond)
{
	const struct nlattr *mask = tb[BRFW_COND_A_MASK];

	memset(cond->mask.bytes, 0xff, field->size);
	return get_bytes(tb[BRFW_COND_A_VALUE], cond->value.bytes, field->size) &&
	       (!mask || get_bytes(mask, cond->mask.bytes, field->size)) &&
	       !bytes_are(cond->mask.bytes, field->size, 0);
}

static bool get_plain_number(const struct fwctl_field *field, const struct nlattr **tb,
			     struct fwctl_cond *cond)
{
	return get_number(field, tb[BRFW_COND_A_VALUE], &cond->value.number);
}

/* One that has only words must have one that is known here. */
static bool get_word(const struct fwctl_field *field, const struct nlattr **tb,
		     struct fwctl_cond *cond)
{
	return get_plain_number(field, tb, cond) &&
	       model_word_of(field->names, cond->value.number);
}

static bool get_bits(const struct fwctl_field *field, const struct nlattr **tb,
		     struct fwctl_cond *cond)
{
	return get_plain_number(field, tb, cond) && cond->value.number;
}

static bool get_list(const struct fwctl_field *field, const struct nlattr *attr,
		     struct fwctl_cond *cond)
{
	size_t len = mnl_attr_get_payload_len(attr), i;

	cond->count = len / sizeof(cond->ranges[0]);
	if (len % sizeof(cond->ranges[0]) || len > sizeof(cond->ranges) || cond->count < 2)
		return false;
	memcpy(cond->ranges, mnl_attr_get_payload(attr), len);
	for (i = 0; i < cond->count; i++) {
		const struct brfw_range16 *range = &cond->ranges[i];

		if (range->last < range->first || range->last > field->max ||
		    (i && range->first <= range[-1].last + 1))
			return false;
	}
	return true;
}

static bool get_ranges(const struct fwctl_field *field, const struct nlattr **tb,
		       struct fwctl_cond *cond)
{
	uint32_t first, last;

	if (tb[BRFW_COND_A_RANGES])
		return !tb[BRFW_COND_A_VALUE] && !tb[BRFW_COND_A_RANGE_END] &&
		       get_list(field, tb[BRFW_COND_A_RANGES], cond);
	if (!get_number(field, tb[BRFW_COND_A_VALUE], &first))
		return false;
	last = first;
	if (tb[BRFW_COND_A_RANGE_END] &&
	    (!get_number(field, tb[BRFW_COND_A_RANGE_END], &last) || last < first))
		return false;
	cond->count = 1;
	cond->ranges[0].first = first;
	cond->ranges[0].last = last;
	return true;
}

static bool get_addr(const struct fwctl_field *field, const struct nlattr **tb,
		     struct fwctl_cond *cond)
{
	const struct nlattr *prefix = tb[BRFW_COND_A_PREFIX_LEN];

	cond->prefix = field->size * 8;
	return get_bytes(tb[BRFW_COND_A_VALUE], cond->value.bytes, field->size) &&
	       (!prefix || get_bytes(prefix, &cond->prefix, sizeof(cond->prefix))) &&
	       cond->prefix && cond->prefix <= field->size * 8;
}

static bool get_masked(const struct fwctl_field *field, const struct nlattr **tb,
		      struct fwctl_cond *cond)
{
	cond->mask.number = number_all(field);
	return get_number(field, tb[BRFW_COND_A_VALUE], &cond->value.number) &&
	       (!tb[BRFW_COND_A_MASK] ||
		get_number(field, tb[BRFW_COND_A_MASK], &cond->mask.number)) &&
	       cond->mask.number;
}

#define COND_BIT(attr)	(1U << BRFW_COND_A_##attr)

/** struct cond_reader - how conditions of one kind are read */
struct cond_reader {
	bool (*read)(const struct fwctl_field *field, const struct nlattr **tb,
		     struct fwctl_cond *cond);
	/** @known: 1 << enum brfw_cond_attr that there may be */
	unsigned int known;
};

static const struct cond_reader cond_readers[FWCTL_KINDS] = {
	[FWCTL_KIND_NAME] = { get_name, COND_BIT(VALUE) },
	[FWCTL_KIND_MAC] = { get_mac, COND_BIT(VALUE) | COND_BIT(MASK) },
	[FWCTL_KIND_NUMBER] = { get_plain_number, COND_BIT(VALUE) },
	[FWCTL_KIND_WORD] = { get_word, COND_BIT(VALUE) },
	[FWCTL_KIND_BOOL] = { get_word, COND_BIT(VALUE) },
	[FWCTL_KIND_RANGES] = {
		get_ranges, COND_BIT(VALUE) | COND_BIT(RANGE_END) | COND_BIT(RANGES),
	},
	[FWCTL_KIND_MASKED] = { get_masked, COND_BIT(VALUE) | COND_BIT(MASK) },
	[FWCTL_KIND_IP4] = { get_addr, COND_BIT(VALUE) | COND_BIT(PREFIX_LEN) },
	[FWCTL_KIND_IP6] = { get_addr, COND_BIT(VALUE) | COND_BIT(PREFIX_LEN) },
	[FWCTL_KIND_FLAGS] = { get_masked, COND_BIT(VALUE) | COND_BIT(MASK) },
	[FWCTL_KIND_BITS] = { get_bits, COND_BIT(VALUE) },
};

static enum wire_result get_cond(const struct fwctl_field *field, const struct nlattr *attr,
				 struct fwctl_rule *rule)
{
	const struct cond_reader *reader = &cond_readers[field->kind];
	struct fwctl_cond *cond = &rule->cond[field->attr];
	const struct nlattr *tb[BRFW_COND_A_MAX + 1];
	unsigned int known = reader->known, unknown, type;

	if (!span_read(span_of_nest(attr), tb, BRFW_COND_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (model_field_can_negate(field))
		known |= COND_BIT(NEGATE);
	for (type = 1; type <= BRFW_COND_A_MAX; type++) {
		if (tb[type] && !(known & (1U << type)))
			unknown++;
	}
	if (unknown)
		return WIRE_NEWER;
	memset(cond, 0, sizeof(*cond));
	if (!reader->read(field, tb, cond))
		return WIRE_MALFORMED;
	cond->is_negated = tb[BRFW_COND_A_NEGATE];
	rule->set |= MODEL_BIT(field->attr);
	return WIRE_OK;
}

/*
 * That there is a tag goes without saying where its VLAN is asked for, and both
 * would need the same keyword.
 */
static void match_simplify(struct fwctl_rule *rule, unsigned int present, unsigned int id)
{
	if ((rule->set & MODEL_BIT(id)) && rule->cond[present].value.number)
		rule->set &= ~MODEL_BIT(present);
}

static enum wire_result get_match(const struct nlattr *nest, struct fwctl_rule *rule)
{
	const struct nlattr *tb[BRFW_MATCH_A_MAX + 1];
	enum wire_result result = WIRE_OK;
	unsigned int unknown;
	size_t i;

	if (!nest)
		return WIRE_OK;
	if (!span_read(span_of_nest(nest), tb, BRFW_MATCH_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (unknown)
		return WIRE_NEWER;
	for (i = 0; i < model_fields_count && result == WIRE_OK; i++) {
		if (tb[model_fields[i].attr])
			result = get_cond(&model_fields[i], tb[model_fields[i].attr], rule);
	}
	match_simplify(rule, BRFW_MATCH_A_VLAN_PRESENT, BRFW_MATCH_A_VLAN_ID);
	match_simplify(rule, BRFW_MATCH_A_INNER_VLAN_PRESENT, BRFW_MATCH_A_INNER_VLAN_ID);
	return result;
}

static bool get_stats(const struct nlattr *nest, bool *has_stats, struct fwctl_stats *stats)
{
	const struct nlattr *tb[BRFW_STATS_A_MAX + 1];
	unsigned int unknown;

	if (!nest)
		return true;
	*has_stats = true;
	if (!span_read(span_of_nest(nest), tb, BRFW_STATS_A_MAX, &unknown))
		return false;
	stats->was_used = tb[BRFW_STATS_A_LAST_USED];
	return get_bytes(tb[BRFW_STATS_A_PACKETS], &stats->packets, sizeof(stats->packets)) &&
	       get_bytes(tb[BRFW_STATS_A_BYTES], &stats->bytes, sizeof(stats->bytes)) &&
	       (!stats->was_used ||
		get_bytes(tb[BRFW_STATS_A_LAST_USED], &stats->last_used,
			  sizeof(stats->last_used)));
}

/* A hook or verdict without a word here is one of a later ABI. */
static enum wire_result get_named(const struct nlattr *attr, const struct fwctl_name *names,
				  uint8_t *value)
{
	if (!get_bytes(attr, value, sizeof(*value)))
		return WIRE_MALFORMED;
	return model_word_of(names, *value) ? WIRE_OK : WIRE_NEWER;
}

static bool get_optional_text(const struct nlattr *attr, char *text, size_t size)
{
	return !attr || get_text(attr, text, size);
}

/* For people only, so it may be longer than what there is room for. */
static bool get_problem(const struct nlattr *attr, char *text, size_t size)
{
	size_t len;

	if (!attr)
		return true;
	len = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	if (len == mnl_attr_get_payload_len(attr))
		return false;
	if (len >= size)
		len = size - 1;
	memcpy(text, mnl_attr_get_payload(attr), len);
	text[len] = '\0';
	return true;
}

static bool get_rule_plain(const struct nlattr **tb, struct fwctl_rule *rule)
{
	rule->has_prio = true;
	return get_bytes(tb[BRFW_RULE_A_PRIORITY], &rule->prio, sizeof(rule->prio)) &&
	       get_optional_text(tb[BRFW_RULE_A_BRIDGE], rule->bridge,
				 sizeof(rule->bridge)) &&
	       get_optional_text(tb[BRFW_RULE_A_COMMENT], rule->comment,
				 sizeof(rule->comment)) &&
	       get_problem(tb[BRFW_RULE_A_PROBLEM], rule->problem,
			   sizeof(rule->problem)) &&
	       get_stats(tb[BRFW_RULE_A_STATS], &rule->has_stats, &rule->stats);
}

/* Sorts a nest in which nothing may be skipped. */
static enum wire_result get_nest(const struct nlattr *nest, const struct nlattr **tb,
				 unsigned int max)
{
	unsigned int unknown;

	if (!span_read(span_of_nest(nest), tb, max, &unknown))
		return WIRE_MALFORMED;
	return unknown ? WIRE_NEWER : WIRE_OK;
}

static enum wire_result get_limit(const struct nlattr *nest, struct fwctl_limit *limit)
{
	const struct nlattr *tb[BRFW_LIMIT_A_MAX + 1];
	enum wire_result result;

	if (!nest)
		return WIRE_OK;
	result = get_nest(nest, tb, BRFW_LIMIT_A_MAX);
	if (result != WIRE_OK)
		return result;
	limit->is_bytes = tb[BRFW_LIMIT_A_BYTES];
	if (!get_bytes(tb[BRFW_LIMIT_A_RATE], &limit->rate, sizeof(limit->rate)) ||
	    !get_bytes(tb[BRFW_LIMIT_A_BURST], &limit->burst, sizeof(limit->burst)) ||
	    !get_bytes(tb[BRFW_LIMIT_A_SECONDS], &limit->seconds, sizeof(limit->seconds)))
		return WIRE_MALFORMED;
	return model_word_of(model_periods, limit->seconds) ? WIRE_OK : WIRE_NEWER;
}

static enum wire_result get_log(const struct nlattr *nest, struct fwctl_log *log)
{
	const struct nlattr *tb[BRFW_LOG_A_MAX + 1];
	enum wire_result result;

	if (!nest)
		return WIRE_OK;
	result = get_nest(nest, tb, BRFW_LOG_A_MAX);
	if (result != WIRE_OK)
		return result;
	log->is_set = true;
	log->has_group = tb[BRFW_LOG_A_GROUP];
	if ((log->has_group &&
	     !get_bytes(tb[BRFW_LOG_A_GROUP], &log->group, sizeof(log->group))) ||
	    !get_optional_text(tb[BRFW_LOG_A_PREFIX], log->prefix, sizeof(log->prefix)))
		return WIRE_MALFORMED;
	return WIRE_OK;
}

static enum wire_result get_mark(const struct nlattr *nest, struct fwctl_mark *mark)
{
	const struct nlattr *tb[BRFW_MARK_A_MAX + 1];
	enum wire_result result;

	if (!nest)
		return WIRE_OK;
	result = get_nest(nest, tb, BRFW_MARK_A_MAX);
	if (result != WIRE_OK)
		return result;
	mark->mask = UINT32_MAX;
	if (!get_bytes(tb[BRFW_MARK_A_VALUE], &mark->value, sizeof(mark->value)) ||
	    (tb[BRFW_MARK_A_MASK] &&
	     !get_bytes(tb[BRFW_MARK_A_MASK], &mark->mask, sizeof(mark->mask))) ||
	    !mark->mask)
		return WIRE_MALFORMED;
	return WIRE_OK;
}

static enum wire_result get_queue(const struct nlattr *nest, struct fwctl_queue *queue)
{
	const struct nlattr *tb[BRFW_QUEUE_A_MAX + 1];
	enum wire_result result;

	if (!nest)
		return WIRE_MALFORMED;
	result = get_nest(nest, tb, BRFW_QUEUE_A_MAX);
	if (result != WIRE_OK)
		return result;
	queue->bypass = tb[BRFW_QUEUE_A_BYPASS];
	return get_bytes(tb[BRFW_QUEUE_A_NUM], &queue->number, sizeof(queue->number)) ?
	       WIRE_OK : WIRE_MALFORMED;
}

static enum wire_result get_actions(const struct nlattr **tb, struct fwctl_rule *rule)
{
	enum wire_result result = get_limit(tb[BRFW_RULE_A_LIMIT], &rule->limit);

	if (result == WIRE_OK)
		result = get_log(tb[BRFW_RULE_A_LOG], &rule->log);
	if (result == WIRE_OK)
		result = get_mark(tb[BRFW_RULE_A_MARK], &rule->mark);
	if (result == WIRE_OK && !get_optional_text(tb[BRFW_RULE_A_MIRROR], rule->mirror,
						    sizeof(rule->mirror)))
		result = WIRE_MALFORMED;
	return result;
}

/* What belongs to the verdict; admin-prohibited is the default. */
static enum wire_result get_verdict_value(const struct nlattr **tb, struct fwctl_rule *rule)
{
	switch ((enum brfw_verdict)rule->verdict) {
	case BRFW_VERDICT_REJECT:
		if (!tb[BRFW_RULE_A_REJECT])
			return WIRE_OK;
		return get_named(tb[BRFW_RULE_A_REJECT], model_rejects, &rule->reject);
	case BRFW_VERDICT_REDIRECT:
		return get_text(tb[BRFW_RULE_A_REDIRECT], rule->redirect,
				sizeof(rule->redirect)) ? WIRE_OK : WIRE_MALFORMED;
	case BRFW_VERDICT_QUEUE:
		return get_queue(tb[BRFW_RULE_A_QUEUE], &rule->queue);
	default:
		return WIRE_OK;
	}
}

static enum wire_result get_verdict(const struct nlattr **tb, struct fwctl_rule *rule)
{
	enum wire_result result;

	if (!tb[BRFW_RULE_A_VERDICT])
		return model_rule_does(rule) ? WIRE_OK : WIRE_MALFORMED;
	rule->has_verdict = true;
	result = get_named(tb[BRFW_RULE_A_VERDICT], model_verdicts, &rule->verdict);
	return result == WIRE_OK ? get_verdict_value(tb, rule) : result;
}

static enum wire_result get_in_set(const struct nlattr *nest, struct fwctl_in_set *in)
{
	const struct nlattr *tb[BRFW_IN_SET_A_MAX + 1];
	enum wire_result result = get_nest(nest, tb, BRFW_IN_SET_A_MAX);
	unsigned int i;
	size_t len;

	if (result != WIRE_OK)
		return result;
	len = tb[BRFW_IN_SET_A_FIELDS] ? mnl_attr_get_payload_len(tb[BRFW_IN_SET_A_FIELDS]) : 0;
	if (!len || len > sizeof(in->fields) ||
	    !get_bytes(tb[BRFW_IN_SET_A_FIELDS], in->fields, len) ||
	    !get_set_name(tb[BRFW_IN_SET_A_NAME], in->name))
		return WIRE_MALFORMED;
	in->count = len;
	in->is_negated = tb[BRFW_IN_SET_A_NEGATE];
	for (i = 0; i < len; i++) {
		const struct fwctl_field *field = model_field_by_attr(in->fields[i]);

		if (!field || model_field_member(field) < 0)
			return WIRE_NEWER;
	}
	return WIRE_OK;
}

static enum wire_result get_in_sets(const struct nlattr *list, struct fwctl_rule *rule)
{
	const struct nlattr *item;
	enum wire_result result;
	bool bad = false;
	struct span span;

	if (!list)
		return WIRE_OK;
	span = span_of_nest(list);
	while ((item = span_next(&span, &bad))) {
		if (mnl_attr_get_type(item) != BRFW_LIST_A_ITEM ||
		    rule->set_count == FWCTL_RULE_SETS)
			return WIRE_NEWER;
		result = get_in_set(item, &rule->sets[rule->set_count]);
		if (result != WIRE_OK)
			return result;
		rule->set_count++;
	}
	return bad ? WIRE_MALFORMED : WIRE_OK;
}

/* The nest of @type in a message. */
static const struct nlattr *find_nest(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *msg[BRFW_A_MAX + 1];

	return read_message(nlh, msg) ? msg[type] : NULL;
}

/* All of these take BRFW_A_RULE and so on, or NULL. */

static enum wire_result get_rule(const struct nlattr *nest, struct fwctl_rule *rule)
{
	const struct nlattr *tb[BRFW_RULE_A_MAX + 1];
	enum wire_result result;
	unsigned int unknown;

	model_rule_init(rule);
	if (!nest || !span_read(span_of_nest(nest), tb, BRFW_RULE_A_MAX, &unknown) ||
	    !get_bytes(tb[BRFW_RULE_A_HANDLE], &rule->handle, sizeof(rule->handle)))
		return WIRE_MALFORMED;
	if (unknown)
		return WIRE_NEWER;
	if (!get_rule_plain(tb, rule))
		return WIRE_MALFORMED;
	result = get_named(tb[BRFW_RULE_A_HOOK], model_hooks, &rule->hook);
	if (result == WIRE_OK)
		result = get_actions(tb, rule);
	if (result == WIRE_OK)
		result = get_verdict(tb, rule);
	if (result == WIRE_OK)
		result = get_in_sets(tb[BRFW_RULE_A_SETS], rule);
	return result == WIRE_OK ? get_match(tb[BRFW_RULE_A_MATCH], rule) : result;
}

static enum wire_result get_policy(const struct nlattr *nest, struct fwctl_policy *policy)
{
	const struct nlattr *tb[BRFW_POLICY_A_MAX + 1];
	enum wire_result result;
	unsigned int unknown;

	memset(policy, 0, sizeof(*policy));
	if (!nest || !span_read(span_of_nest(nest), tb, BRFW_POLICY_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (unknown)
		return WIRE_NEWER;
	if (!get_optional_text(tb[BRFW_POLICY_A_BRIDGE], policy->bridge,
			       sizeof(policy->bridge)) ||
	    !get_stats(tb[BRFW_POLICY_A_STATS], &policy->has_stats, &policy->stats))
		return WIRE_MALFORMED;
	result = get_named(tb[BRFW_POLICY_A_HOOK], model_hooks, &policy->hook);
	if (result == WIRE_OK)
		result = get_named(tb[BRFW_POLICY_A_VERDICT], model_policy_verdicts,
				   &policy->verdict);
	return result;
}

static enum wire_result get_zone(const struct nlattr *nest, struct fwctl_zone *zone)
{
	const struct nlattr *tb[BRFW_ZONE_A_MAX + 1];
	unsigned int unknown;

	memset(zone, 0, sizeof(*zone));
	if (!nest || !span_read(span_of_nest(nest), tb, BRFW_ZONE_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (unknown)
		return WIRE_NEWER;
	if (!get_text(tb[BRFW_ZONE_A_BRIDGE], zone->bridge, sizeof(zone->bridge)) ||
	    !get_bytes(tb[BRFW_ZONE_A_ID], &zone->id, sizeof(zone->id)))
		return WIRE_MALFORMED;
	return WIRE_OK;
}

enum wire_result wire_get_rule(const struct nlmsghdr *nlh, struct fwctl_rule *rule)
{
	return get_rule(find_nest(nlh, BRFW_A_RULE), rule);
}

enum wire_result wire_get_policy(const struct nlmsghdr *nlh, struct fwctl_policy *policy)
{
	return get_policy(find_nest(nlh, BRFW_A_POLICY), policy);
}

enum wire_result wire_get_zone(const struct nlmsghdr *nlh, struct fwctl_zone *zone)
{
	return get_zone(find_nest(nlh, BRFW_A_ZONE), zone);
}

/* Numbers of changes; kinds of a later ABI are not counted. */
static bool get_counts(const struct nlattr *nest, uint32_t *counts)
{
	const struct nlattr *tb[BRFW_CHANGE_A_MAX + 1];
	unsigned int unknown, kind;

	if (!nest || !span_read(span_of_nest(nest), tb, BRFW_CHANGE_A_MAX, &unknown))
		return false;
	for (kind = 1; kind <= BRFW_CHANGE_A_MAX; kind++) {
		if (tb[kind] && !get_bytes(tb[kind], &counts[kind], sizeof(counts[kind])))
			return false;
	}
	return true;
}

enum wire_result wire_get_commit(const struct nlmsghdr *nlh, struct fwctl_commit *commit)
{
	static const uint8_t subjects[FWCTL_SUBJECTS] = {
		[FWCTL_SUBJECT_RULE] = BRFW_COMMIT_A_RULES,
		[FWCTL_SUBJECT_POLICY] = BRFW_COMMIT_A_POLICIES,
		[FWCTL_SUBJECT_ZONE] = BRFW_COMMIT_A_ZONES,
		[FWCTL_SUBJECT_SET] = BRFW_COMMIT_A_SETS,
		[FWCTL_SUBJECT_ELEMENT] = BRFW_COMMIT_A_ELEMENTS,
	};
	const struct nlattr *nest = find_nest(nlh, BRFW_A_COMMIT);
	const struct nlattr *tb[BRFW_COMMIT_A_MAX + 1];
	unsigned int unknown, i;

	memset(commit, 0, sizeof(*commit));
	if (!nest || !span_read(span_of_nest(nest), tb, BRFW_COMMIT_A_MAX, &unknown) ||
	    wire_get_generation(nlh, &commit->generation) != WIRE_OK ||
	    !get_bytes(tb[BRFW_COMMIT_A_TIME], &commit->time, sizeof(commit->time)) ||
	    !get_bytes(tb[BRFW_COMMIT_A_PORTID], &commit->portid, sizeof(commit->portid)) ||
	    !get_bytes(tb[BRFW_COMMIT_A_PID], &commit->pid, sizeof(commit->pid)) ||
	    !get_text(tb[BRFW_COMMIT_A_COMM], commit->comm, sizeof(commit->comm)))
		return WIRE_MALFORMED;
	for (i = 0; i < FWCTL_SUBJECTS; i++) {
		if (!get_counts(tb[subjects[i]], commit->counts[i]))
			return WIRE_MALFORMED;
	}
	commit->is_replace = tb[BRFW_COMMIT_A_REPLACE];
	commit->has_changes = tb[BRFW_COMMIT_A_CHANGES];
	return WIRE_OK;
}

static enum wire_result get_form(const struct nlattr **tb, char *name,
				 struct fwctl_set_form *form)
{
	const struct nlattr *members = tb[BRFW_SET_A_MEMBERS];
	const struct nlattr *interval = tb[BRFW_SET_A_INTERVAL];
	size_t len = members ? mnl_attr_get_payload_len(members) : 0;
	unsigned int i;

	memset(form, 0, sizeof(*form));
	if (!len || len > sizeof(form->members) || !get_bytes(members, form->members, len) ||
	    !get_set_name(tb[BRFW_SET_A_NAME], name) ||
	    (interval && !get_bytes(interval, &form->interval, sizeof(form->interval))) ||
	    form->interval > len)
		return WIRE_MALFORMED;
	form->count = len;
	for (i = 0; i < len; i++) {
		if (form->members[i] > BRFW_SET_MEMBER_MAX)
			return WIRE_NEWER;
	}
	return WIRE_OK;
}

static enum wire_result get_set(const struct nlattr *nest, struct fwctl_set *set)
{
	const uint32_t known = BRFW_SET_F_COUNTERS | BRFW_SET_F_KEEP;
	const struct nlattr *tb[BRFW_SET_A_MAX + 1];
	enum wire_result result;
	uint32_t flags = 0;

	memset(set, 0, sizeof(*set));
	if (!nest)
		return WIRE_MALFORMED;
	result = get_nest(nest, tb, BRFW_SET_A_MAX);
	if (result == WIRE_OK)
		result = get_form(tb, set->name, &set->form);
	if (result != WIRE_OK)
		return result;
	if ((tb[BRFW_SET_A_TIMEOUT] && !get_bytes(tb[BRFW_SET_A_TIMEOUT], &set->timeout, 4)) ||
	    (tb[BRFW_SET_A_FLAGS] && !get_bytes(tb[BRFW_SET_A_FLAGS], &flags, 4)) ||
	    !get_optional_text(tb[BRFW_SET_A_COMMENT], set->comment, sizeof(set->comment)) ||
	    !get_bytes(tb[BRFW_SET_A_ELEMENTS], &set->elements, 4) ||
	    !get_bytes(tb[BRFW_SET_A_RULES], &set->rules, 4))
		return WIRE_MALFORMED;
	set->counters = flags & BRFW_SET_F_COUNTERS;
	set->keep = flags & BRFW_SET_F_KEEP;
	return flags & ~known ? WIRE_NEWER : WIRE_OK;
}

enum wire_result wire_get_set(const struct nlmsghdr *nlh, struct fwctl_set *set)
{
	return get_set(find_nest(nlh, BRFW_A_SET), set);
}

static bool get_values(const struct nlattr *attr, const struct fwctl_set_form *form,
		       union fwctl_value *values)
{
	uint8_t bytes[BRFW_SET_MEMBERS_MAX * BRFW_IFNAME_LEN];
	size_t len = 0, pos = 0;
	unsigned int i;

	for (i = 0; i < form->count; i++)
		len += model_member_size(form->members[i]);
	if (!get_bytes(attr, bytes, len))
		return false;
	memset(values, 0, BRFW_SET_MEMBERS_MAX * sizeof(*values));
	for (i = 0; i < form->count; i++) {
		size_t size = model_member_size(form->members[i]);
		uint16_t port;

		memcpy(&values[i], bytes + pos, size);
		if (form->members[i] == BRFW_SET_INET_PORT) {
			memcpy(&port, bytes + pos, sizeof(port));
			values[i].number = port;
		}
		if (form->members[i] == BRFW_SET_IFNAME &&
		    (!values[i].name[0] || values[i].name[BRFW_IFNAME_LEN - 1]))
			return false;
		pos += size;
	}
	return true;
}

/* The member in which both ends differ, which must be one. */
static bool get_last(const struct nlattr *attr, struct fwctl_element *element)
{
	union fwctl_value last[BRFW_SET_MEMBERS_MAX];
	unsigned int i;

	if (!get_values(attr, &element->form, last))
		return false;
	for (i = 0; i < element->form.count; i++) {
		if (!memcmp(&last[i], &element->first[i], sizeof(last[i])))
			continue;
		if (element->range >= 0 || !model_member_may_be_range(&element->form, i))
			return false;
		element->range = i;
		element->last = last[i];
	}
	return element->range >= 0;
}

static enum wire_result get_element(const struct nlattr *nest, struct fwctl_element *element)
{
	const struct nlattr *tb[BRFW_ELEMENT_A_MAX + 1];
	enum wire_result result = get_nest(nest, tb, BRFW_ELEMENT_A_MAX);

	if (result != WIRE_OK)
		return result;
	memset(&element->last, 0, sizeof(element->last));
	element->range = -1;
	element->timeout = FWCTL_TIMEOUT_NONE;
	element->has_stats = false;
	element->comment[0] = '\0';
	if (!get_values(tb[BRFW_ELEMENT_A_VALUE], &element->form, element->first) ||
	    (tb[BRFW_ELEMENT_A_LAST] && !get_last(tb[BRFW_ELEMENT_A_LAST], element)) ||
	    (tb[BRFW_ELEMENT_A_TIMEOUT] &&
	     !get_bytes(tb[BRFW_ELEMENT_A_TIMEOUT], &element->timeout, 4)) ||
	    !get_optional_text(tb[BRFW_ELEMENT_A_COMMENT], element->comment,
			       sizeof(element->comment)) ||
	    !get_stats(tb[BRFW_ELEMENT_A_STATS], &element->has_stats, &element->stats))
		return WIRE_MALFORMED;
	return WIRE_OK;
}

/* The form of the elements of a message; where the set has a time, 0 means none. */
static enum wire_result get_elements_form(const struct nlattr *nest, struct fwctl_element *element,
					  uint32_t *timeout)
{
	const struct nlattr *tb[BRFW_SET_A_MAX + 1];
	enum wire_result result = get_nest(nest, tb, BRFW_SET_A_MAX);

	*timeout = 0;
	if (result == WIRE_OK)
		result = get_form(tb, element->set, &element->form);
	if (result == WIRE_OK && tb[BRFW_SET_A_TIMEOUT] &&
	    !get_bytes(tb[BRFW_SET_A_TIMEOUT], timeout, sizeof(*timeout)))
		result = WIRE_MALFORMED;
	return result;
}

/* The element behind @pos in the list of a set. */
static enum wire_result get_next_element(const struct nlattr *set, const struct nlattr *list,
					 const struct nlattr **pos,
					 struct fwctl_element *element)
{
	enum wire_result result;
	bool bad = false;
	struct span span;
	uint32_t timeout;

	if (!set || !list)
		return WIRE_MALFORMED;
	result = get_elements_form(set, element, &timeout);
	if (result != WIRE_OK)
		return result;
	span = span_of_nest(list);
	if (*pos) {
		span.len -= (const char *)*pos - span.pos;
		span.pos = (const char *)*pos;
		span_next(&span, &bad);
	}
	*pos = span_next(&span, &bad);
	if (bad)
		return WIRE_MALFORMED;
	if (!*pos)
		return WIRE_OK;
	if (mnl_attr_get_type(*pos) != BRFW_LIST_A_ITEM)
		return WIRE_NEWER;
	result = get_element(*pos, element);
	if (timeout && element->timeout == FWCTL_TIMEOUT_NONE)
		element->timeout = 0;
	return result;
}

enum wire_result wire_get_element(const struct nlmsghdr *nlh, const struct nlattr **pos,
				  struct fwctl_element *element)
{
	return get_next_element(find_nest(nlh, BRFW_A_SET), find_nest(nlh, BRFW_A_ELEMENTS), pos,
				element);
}

void wire_get_culprit(const struct nlmsghdr *nlh, char *set, bool *has_element,
		      struct fwctl_element *element)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *tb[BRFW_SET_A_MAX + 1];
	const struct nlattr *pos = NULL;

	if (!read_message(nlh, msg) || !msg[BRFW_A_SET] ||
	    get_nest(msg[BRFW_A_SET], tb, BRFW_SET_A_MAX) != WIRE_OK ||
	    !get_set_name(tb[BRFW_SET_A_NAME], set)) {
		set[0] = '\0';
		return;
	}
	*has_element = msg[BRFW_A_ELEMENTS] &&
		       wire_get_element(nlh, &pos, element) == WIRE_OK && pos;
}

static enum wire_result get_change(const struct nlattr *nest, struct fwctl_change *change)
{
	const struct nlattr *tb[BRFW_A_MAX + 1], *pos = NULL;
	enum wire_result result = WIRE_NEWER;
	unsigned int unknown;

	if (!span_read(span_of_nest(nest), tb, BRFW_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (tb[BRFW_A_RULE]) {
		change->subject = FWCTL_SUBJECT_RULE;
		result = get_rule(tb[BRFW_A_RULE], &change->rule);
	} else if (tb[BRFW_A_POLICY]) {
		change->subject = FWCTL_SUBJECT_POLICY;
		result = get_policy(tb[BRFW_A_POLICY], &change->policy);
	} else if (tb[BRFW_A_ZONE]) {
		change->subject = FWCTL_SUBJECT_ZONE;
		result = get_zone(tb[BRFW_A_ZONE], &change->zone);
	} else if (tb[BRFW_A_ELEMENTS]) {
		change->subject = FWCTL_SUBJECT_ELEMENT;
		result = get_next_element(tb[BRFW_A_SET], tb[BRFW_A_ELEMENTS], &pos,
					  &change->element);
		if (result == WIRE_OK && !pos)
			result = WIRE_MALFORMED;
	} else if (tb[BRFW_A_SET]) {
		change->subject = FWCTL_SUBJECT_SET;
		result = get_set(tb[BRFW_A_SET], &change->set);
	}
	if (result == WIRE_NEWER)
		change->subject = FWCTL_SUBJECTS;
	return result;
}

enum wire_result wire_each_change(const struct nlmsghdr *nlh, wire_change_fn fn, void *data)
{
	const struct nlattr *nest = find_nest(nlh, BRFW_A_COMMIT);
	const struct nlattr *tb[BRFW_COMMIT_A_MAX + 1], *attr;
	struct fwctl_change change;
	unsigned int unknown;
	struct span span;
	bool bad = false;

	if (!nest || !span_read(span_of_nest(nest), tb, BRFW_COMMIT_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (!tb[BRFW_COMMIT_A_CHANGES])
		return WIRE_OK;
	span = span_of_nest(tb[BRFW_COMMIT_A_CHANGES]);
	while ((attr = span_next(&span, &bad))) {
		change.kind = mnl_attr_get_type(attr);
		if (get_change(attr, &change) == WIRE_MALFORMED)
			return WIRE_MALFORMED;
		if (!model_word_of(model_changes, change.kind))
			return WIRE_NEWER;
		if (fn(&change, data))
			return WIRE_OK;
	}
	return bad ? WIRE_MALFORMED : WIRE_OK;
}

/* A bitmap in words. Fields that are not known here can't be shown. */
static bool get_matches(const struct nlattr *attr, uint64_t *matches)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;
	const char *words;
	uint32_t word;
	size_t i;

	if (!len || len % sizeof(word))
		return false;
	words = mnl_attr_get_payload(attr);
	for (i = 0; i < len / sizeof(word) && i < 2; i++) {
		memcpy(&word, words + i * sizeof(word), sizeof(word));
		*matches |= (uint64_t)word << (32 * i);
	}
	return true;
}

static bool get_costs(const struct nlattr *attr, struct fwctl_info *info)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len % sizeof(info->costs[0]) || len > sizeof(info->costs))
		return false;
	if (len)
		memcpy(info->costs, mnl_attr_get_payload(attr), len);
	info->costs_count = len / sizeof(info->costs[0]);
	return true;
}

enum wire_result wire_get_info(const struct nlmsghdr *nlh, struct fwctl_info *info)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *tb[BRFW_INFO_A_MAX + 1];
	unsigned int unknown, i;
	const struct {
		unsigned int attr;
		void *value;
		size_t size;
	} numbers[] = {
		{ BRFW_INFO_A_ABI_VERSION, &info->abi_version, 4 },
		{ BRFW_INFO_A_HOOKS, &info->hooks, 4 },
		{ BRFW_INFO_A_VERDICTS, &info->verdicts, 4 },
		{ BRFW_INFO_A_RULES, &info->rules, 4 },
		{ BRFW_INFO_A_SETS, &info->sets, 4 },
		{ BRFW_INFO_A_MAX_SETS, &info->max_sets, 4 },
		{ BRFW_INFO_A_ELEMENTS, &info->elements, 4 },
		{ BRFW_INFO_A_MAX_ELEMENTS, &info->max_elements, 4 },
		{ BRFW_INFO_A_WARNINGS, &info->warnings, 4 },
		{ BRFW_INFO_A_MAX_RULES, &info->max_rules, 4 },
		{ BRFW_INFO_A_DRAFTS, &info->drafts, 4 },
		{ BRFW_INFO_A_MAX_DRAFTS, &info->max_drafts, 4 },
		{ BRFW_INFO_A_ACTIVE_HOOKS, &info->active_hooks, 4 },
		{ BRFW_INFO_A_OVERRUNS, &info->overruns, 8 },
		{ BRFW_INFO_A_NO_TARGET, &info->no_target, 8 },
		{ BRFW_INFO_A_VLAN_UNKNOWN, &info->vlan_unknown, 8 },
		{ BRFW_INFO_A_LIMITED, &info->limited, 8 },
		{ BRFW_INFO_A_MAX_COST, &info->max_cost, 4 },
	};

	memset(info, 0, sizeof(*info));
	if (!read_message(nlh, msg) || !msg[BRFW_A_INFO] ||
	    !get_bytes(msg[BRFW_A_GENERATION], &info->generation, sizeof(info->generation)) ||
	    !span_read(span_of_nest(msg[BRFW_A_INFO]), tb, BRFW_INFO_A_MAX, &unknown) ||
	    !get_optional_text(tb[BRFW_INFO_A_MODULE_VERSION], info->module_version,
			       sizeof(info->module_version)) ||
	    !get_matches(tb[BRFW_INFO_A_MATCHES], &info->matches) ||
	    !get_costs(tb[BRFW_INFO_A_COSTS], info))
		return WIRE_MALFORMED;
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!get_bytes(tb[numbers[i].attr], numbers[i].value, numbers[i].size))
			return WIRE_MALFORMED;
	}
	return WIRE_OK;
}

enum wire_result wire_get_done(const struct nlmsghdr *nlh, struct fwctl_done *done)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *tb[BRFW_RULE_A_MAX + 1];
	unsigned int unknown;

	memset(done, 0, sizeof(*done));
	if (!read_message(nlh, msg) ||
	    (msg[BRFW_A_WARNINGS] && !get_bytes(msg[BRFW_A_WARNINGS], &done->warnings,
						sizeof(done->warnings))))
		return WIRE_MALFORMED;
	if (!msg[BRFW_A_RULE])
		return WIRE_OK;
	if (!span_read(span_of_nest(msg[BRFW_A_RULE]), tb, BRFW_RULE_A_MAX, &unknown) ||
	    !get_bytes(tb[BRFW_RULE_A_HANDLE], &done->handle, sizeof(done->handle)))
		return WIRE_MALFORMED;
	return WIRE_OK;
}

enum wire_result wire_get_generation(const struct nlmsghdr *nlh, uint64_t *generation)
{
	const struct nlattr *msg[BRFW_A_MAX + 1];

	if (!read_message(nlh, msg) ||
	    !get_bytes(msg[BRFW_A_GENERATION], generation, sizeof(*generation)))
		return WIRE_MALFORMED;
	return WIRE_OK;
}

enum wire_result wire_get_rules_generation(const struct nlmsghdr *nlh, uint64_t *generation)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *attr;

	if (!read_message(nlh, msg) || !msg[BRFW_A_INFO])
		return WIRE_MALFORMED;
	mnl_attr_for_each_nested(attr, msg[BRFW_A_INFO]) {
		if (mnl_attr_get_type(attr) == BRFW_INFO_A_RULES_GENERATION)
			return get_bytes(attr, generation, sizeof(*generation)) ?
			       WIRE_OK : WIRE_MALFORMED;
	}
	return wire_get_generation(nlh, generation);
}

/* Names of attributes, for error texts */

static const struct fwctl_name msg_names[] = {
	{ "handle", BRFW_A_HANDLE },
	{ "hook", BRFW_A_HOOK },
	{ "bridge", BRFW_A_BRIDGE },
	{ "change-id", BRFW_A_CHANGE_ID },
	{ "txn-flags", BRFW_A_TXN_FLAGS },
	{ "rule", BRFW_A_RULE },
	{ "policy", BRFW_A_POLICY },
	{ "zone", BRFW_A_ZONE },
	{ "set", BRFW_A_SET },
	{ "element", BRFW_A_ELEMENTS },
	{ NULL, 0 },
};

static const struct fwctl_name rule_names[] = {
	{ "hook", BRFW_RULE_A_HOOK },
	{ "bridge", BRFW_RULE_A_BRIDGE },
	{ "prio", BRFW_RULE_A_PRIORITY },
	{ "before", BRFW_RULE_A_BEFORE },
	{ "after", BRFW_RULE_A_AFTER },
	{ "match", BRFW_RULE_A_MATCH },
	{ "verdict", BRFW_RULE_A_VERDICT },
	{ "comment", BRFW_RULE_A_COMMENT },
	{ "limit", BRFW_RULE_A_LIMIT },
	{ "log", BRFW_RULE_A_LOG },
	{ "set-mark", BRFW_RULE_A_MARK },
	{ "mirror", BRFW_RULE_A_MIRROR },
	{ "with", BRFW_RULE_A_REJECT },
	{ "redirect", BRFW_RULE_A_REDIRECT },
	{ "queue", BRFW_RULE_A_QUEUE },
	{ "set", BRFW_RULE_A_SETS },
	{ NULL, 0 },
};

static const struct fwctl_name limit_names[] = {
	{ "limit", BRFW_LIMIT_A_RATE },
	{ "limit", BRFW_LIMIT_A_SECONDS },
	{ "burst", BRFW_LIMIT_A_BURST },
	{ NULL, 0 },
};

static const struct fwctl_name log_names[] = {
	{ "group", BRFW_LOG_A_GROUP },
	{ "prefix", BRFW_LOG_A_PREFIX },
	{ NULL, 0 },
};

static const struct fwctl_name queue_names[] = {
	{ "queue", BRFW_QUEUE_A_NUM },
	{ "bypass", BRFW_QUEUE_A_BYPASS },
	{ NULL, 0 },
};

static const struct fwctl_name policy_names[] = {
	{ "hook", BRFW_POLICY_A_HOOK },
	{ "bridge", BRFW_POLICY_A_BRIDGE },
	{ "verdict", BRFW_POLICY_A_VERDICT },
	{ NULL, 0 },
};

static const struct fwctl_name zone_names[] = {
	{ "bridge", BRFW_ZONE_A_BRIDGE },
	{ "zone", BRFW_ZONE_A_ID },
	{ NULL, 0 },
};

static const struct fwctl_name set_names[] = {
	{ "set", BRFW_SET_A_NAME },
	{ "type", BRFW_SET_A_MEMBERS },
	{ "interval", BRFW_SET_A_INTERVAL },
	{ "timeout", BRFW_SET_A_TIMEOUT },
	{ "comment", BRFW_SET_A_COMMENT },
	{ NULL, 0 },
};

static const struct fwctl_name element_names[] = {
	{ "element", BRFW_ELEMENT_A_VALUE },
	{ "element", BRFW_ELEMENT_A_LAST },
	{ "timeout", BRFW_ELEMENT_A_TIMEOUT },
	{ "comment", BRFW_ELEMENT_A_COMMENT },
	{ NULL, 0 },
};

/** enum level - a nest; LEVEL_OTHER has no names below */
enum level {
	LEVEL_MSG,
	LEVEL_RULE,
	LEVEL_POLICY,
	LEVEL_ZONE,
	LEVEL_SET,
	LEVEL_ELEMENTS,
	LEVEL_ELEMENT,
	LEVEL_MATCH,
	LEVEL_LIMIT,
	LEVEL_LOG,
	LEVEL_QUEUE,
	LEVEL_OTHER,
};

static const struct fwctl_name *const level_names[] = {
	[LEVEL_MSG] = msg_names,
	[LEVEL_RULE] = rule_names,
	[LEVEL_POLICY] = policy_names,
	[LEVEL_ZONE] = zone_names,
	[LEVEL_SET] = set_names,
	[LEVEL_ELEMENTS] = NULL,
	[LEVEL_ELEMENT] = element_names,
	[LEVEL_MATCH] = NULL,
	[LEVEL_LIMIT] = limit_names,
	[LEVEL_LOG] = log_names,
	[LEVEL_QUEUE] = queue_names,
	[LEVEL_OTHER] = NULL,
};

static const char *level_name(enum level level, unsigned int type)
{
	const struct fwctl_field *field;

	if (level != LEVEL_MATCH)
		return model_word_of(level_names[level], type);
	field = model_field_by_attr(type);
	return field ? field->keyword : NULL;
}

/* The level inside of a nest. */
static enum level level_below(enum level level, unsigned int type)
{
	static const struct { enum level level; unsigned int type; enum level below; } nests[] = {
		{ LEVEL_MSG, BRFW_A_RULE, LEVEL_RULE },
		{ LEVEL_MSG, BRFW_A_POLICY, LEVEL_POLICY },
		{ LEVEL_MSG, BRFW_A_ZONE, LEVEL_ZONE },
		{ LEVEL_MSG, BRFW_A_SET, LEVEL_SET },
		{ LEVEL_MSG, BRFW_A_ELEMENTS, LEVEL_ELEMENTS },
		{ LEVEL_ELEMENTS, BRFW_LIST_A_ITEM, LEVEL_ELEMENT },
		{ LEVEL_RULE, BRFW_RULE_A_MATCH, LEVEL_MATCH },
		{ LEVEL_RULE, BRFW_RULE_A_LIMIT, LEVEL_LIMIT },
		{ LEVEL_RULE, BRFW_RULE_A_LOG, LEVEL_LOG },
		{ LEVEL_RULE, BRFW_RULE_A_QUEUE, LEVEL_QUEUE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nests); i++) {
		if (nests[i].level == level && nests[i].type == type)
			return nests[i].below;
	}
	return LEVEL_OTHER;
}

/*
 * Walks down to the attribute that holds @offset. Gives the last name on the
 * way, so that a mask is called by its field, and the level inside.
 */
static const char *name_at(const struct nlmsghdr *nlh, uint32_t offset, enum level *level)
{
	size_t head = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct genlmsghdr));
	struct span span = { (const char *)nlh + head, nlh->nlmsg_len - head };
	const char *target = (const char *)nlh + offset;
	const struct nlattr *attr;
	const char *name = NULL;
	bool bad = false;

	*level = LEVEL_MSG;
	while (*level != LEVEL_OTHER && (attr = span_next(&span, &bad))) {
		unsigned int type = mnl_attr_get_type(attr);

		if (target < (const char *)attr || target >= span.pos)
			continue;
		if (level_name(*level, type))
			name = level_name(*level, type);
		*level = level_below(*level, type);
		span = span_of_nest(attr);
	}
	return name;
}

const char *wire_attr_name(const struct nlmsghdr *nlh, uint32_t offset)
{
	enum level level;

	return name_at(nlh, offset, &level);
}

uint32_t wire_element_change(const struct nlmsghdr *nlh, uint32_t offset)
{
	size_t head = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct genlmsghdr));
	struct span span = { (const char *)nlh + head, nlh->nlmsg_len - head };
	const char *target = (const char *)nlh + offset;
	const struct nlattr *attr;
	bool bad = false;
	int depth = 0;

	while ((attr = span_next(&span, &bad))) {
		if (depth == 2 && mnl_attr_get_type(attr) == BRFW_ELEMENT_A_CHANGE_ID)
			return mnl_attr_get_u32(attr);
		if (depth == 2 || target < (const char *)attr || target >= span.pos)
			continue;
		if (!depth && mnl_attr_get_type(attr) != BRFW_A_ELEMENTS)
			return 0;
		depth++;
		span = span_of_nest(attr);
	}
	return 0;
}

const char *wire_missing_name(const struct nlmsghdr *nlh, uint32_t offset, uint32_t type)
{
	enum level level = LEVEL_MSG;
	const char *name = offset ? name_at(nlh, offset, &level) : NULL;

	/* A condition without value: the field is what the user knows. */
	return level == LEVEL_OTHER ? name : level_name(level, type);
}

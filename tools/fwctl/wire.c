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
		       uint16_t type, uint16_t number)
{
	if (field->size == 1)
		mnl_attr_put_u8(nlh, type, number);
	else
		mnl_attr_put_u16(nlh, type, number);
}

static uint16_t number_all(const struct fwctl_field *field)
{
	return field->size == 1 ? 0xff : 0xffff;
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

static void put_value(struct nlmsghdr *nlh, const struct fwctl_field *field,
		      const struct fwctl_cond *cond)
{
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_NAME:
		mnl_attr_put_strz(nlh, BRFW_COND_A_VALUE, cond->value.name);
		break;
	case FWCTL_KIND_NUMBER:
	case FWCTL_KIND_RANGE:
	case FWCTL_KIND_FLAGS:
		put_number(nlh, field, BRFW_COND_A_VALUE, cond->value.number);
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

/* Mask, prefix or range end, where there is one that says something. */
static void put_extent(struct nlmsghdr *nlh, const struct fwctl_field *field,
		       const struct fwctl_cond *cond)
{
	switch ((enum fwctl_kind)field->kind) {
	case FWCTL_KIND_MAC:
		if (!bytes_are(cond->mask.bytes, field->size, 0xff))
			mnl_attr_put(nlh, BRFW_COND_A_MASK, field->size, cond->mask.bytes);
		break;
	case FWCTL_KIND_FLAGS:
		if (cond->mask.number != number_all(field))
			put_number(nlh, field, BRFW_COND_A_MASK, cond->mask.number);
		break;
	case FWCTL_KIND_IP4:
	case FWCTL_KIND_IP6:
		if (cond->prefix != field->size * 8)
			mnl_attr_put_u8(nlh, BRFW_COND_A_PREFIX_LEN, cond->prefix);
		break;
	case FWCTL_KIND_RANGE:
		if (cond->end != cond->value.number)
			put_number(nlh, field, BRFW_COND_A_RANGE_END, cond->end);
		break;
	case FWCTL_KIND_NAME:
	case FWCTL_KIND_NUMBER:
	case FWCTL_KINDS:
		break;
	}
}

static void put_match(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	struct nlattr *match, *cond;
	size_t i;

	if (!rule->set)
		return;
	match = mnl_attr_nest_start(nlh, BRFW_RULE_A_MATCH);
	for (i = 0; i < model_fields_count; i++) {
		const struct fwctl_field *field = &model_fields[i];

		if (!model_rule_has(rule, field))
			continue;
		cond = mnl_attr_nest_start(nlh, field->attr);
		put_value(nlh, field, &rule->cond[field->attr]);
		put_extent(nlh, field, &rule->cond[field->attr]);
		mnl_attr_nest_end(nlh, cond);
	}
	mnl_attr_nest_end(nlh, match);
}

void wire_put_rule(struct nlmsghdr *nlh, const struct fwctl_rule *rule)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, BRFW_A_RULE);

	mnl_attr_put_u8(nlh, BRFW_RULE_A_HOOK, rule->hook);
	if (rule->bridge[0])
		mnl_attr_put_strz(nlh, BRFW_RULE_A_BRIDGE, rule->bridge);
	if (rule->has_prio)
		mnl_attr_put_u32(nlh, BRFW_RULE_A_PRIORITY, rule->prio);
	if (rule->place == FWCTL_PLACE_BEFORE)
		mnl_attr_put_u64(nlh, BRFW_RULE_A_BEFORE, rule->place_handle);
	else if (rule->place == FWCTL_PLACE_AFTER)
		mnl_attr_put_u64(nlh, BRFW_RULE_A_AFTER, rule->place_handle);
	put_match(nlh, rule);
	mnl_attr_put_u8(nlh, BRFW_RULE_A_VERDICT, rule->verdict);
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
	size_t len = mnl_attr_get_payload_len(attr);

	if (!len || len > size || memchr(mnl_attr_get_payload(attr), '\0', len) !=
				  (const char *)mnl_attr_get_payload(attr) + len - 1)
		return false;
	memcpy(text, mnl_attr_get_payload(attr), len);
	return true;
}

static bool get_number(const struct fwctl_field *field, const struct nlattr *attr,
		       uint16_t *number)
{
	uint8_t byte;

	if (field->size == 1) {
		if (!get_bytes(attr, &byte, sizeof(byte)))
			return false;
		*number = byte;
	} else if (!get_bytes(attr, number, sizeof(*number))) {
		return false;
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

static bool get_range(const struct fwctl_field *field, const struct nlattr **tb,
		      struct fwctl_cond *cond)
{
	if (!get_number(field, tb[BRFW_COND_A_VALUE], &cond->value.number))
		return false;
	cond->end = cond->value.number;
	return !tb[BRFW_COND_A_RANGE_END] ||
	       (get_number(field, tb[BRFW_COND_A_RANGE_END], &cond->end) &&
		cond->end >= cond->value.number);
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

static bool get_flags(const struct fwctl_field *field, const struct nlattr **tb,
		      struct fwctl_cond *cond)
{
	cond->mask.number = number_all(field);
	return get_number(field, tb[BRFW_COND_A_VALUE], &cond->value.number) &&
	       (!tb[BRFW_COND_A_MASK] ||
		get_number(field, tb[BRFW_COND_A_MASK], &cond->mask.number)) &&
	       cond->mask.number;
}

/** struct cond_reader - how conditions of one kind are read */
struct cond_reader {
	bool (*read)(const struct fwctl_field *field, const struct nlattr **tb,
		     struct fwctl_cond *cond);
	/** @extent: enum brfw_cond_attr beside the value, or 0 */
	unsigned int extent;
};

static const struct cond_reader cond_readers[FWCTL_KINDS] = {
	[FWCTL_KIND_NAME] = { get_name, 0 },
	[FWCTL_KIND_MAC] = { get_mac, BRFW_COND_A_MASK },
	[FWCTL_KIND_NUMBER] = { get_plain_number, 0 },
	[FWCTL_KIND_RANGE] = { get_range, BRFW_COND_A_RANGE_END },
	[FWCTL_KIND_IP4] = { get_addr, BRFW_COND_A_PREFIX_LEN },
	[FWCTL_KIND_IP6] = { get_addr, BRFW_COND_A_PREFIX_LEN },
	[FWCTL_KIND_FLAGS] = { get_flags, BRFW_COND_A_MASK },
};

static enum wire_result get_cond(const struct fwctl_field *field, const struct nlattr *attr,
				 struct fwctl_rule *rule)
{
	const struct cond_reader *reader = &cond_readers[field->kind];
	const struct nlattr *tb[BRFW_COND_A_MAX + 1];
	unsigned int unknown, type;

	if (!span_read(span_of_nest(attr), tb, BRFW_COND_A_MAX, &unknown) ||
	    !tb[BRFW_COND_A_VALUE])
		return WIRE_MALFORMED;
	for (type = BRFW_COND_A_VALUE + 1; type <= BRFW_COND_A_MAX; type++) {
		if (tb[type] && type != reader->extent)
			unknown++;
	}
	if (unknown)
		return WIRE_NEWER;
	if (!reader->read(field, tb, &rule->cond[field->attr]))
		return WIRE_MALFORMED;
	rule->set |= 1U << field->attr;
	return WIRE_OK;
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
	return result;
}

static bool get_stats(const struct nlattr *nest, bool *has_stats, struct fwctl_stats *stats)
{
	const struct nlattr *tb[BRFW_STATS_A_MAX + 1];
	unsigned int unknown;

	if (!nest)
		return true;
	*has_stats = true;
	return span_read(span_of_nest(nest), tb, BRFW_STATS_A_MAX, &unknown) &&
	       get_bytes(tb[BRFW_STATS_A_PACKETS], &stats->packets, sizeof(stats->packets)) &&
	       get_bytes(tb[BRFW_STATS_A_BYTES], &stats->bytes, sizeof(stats->bytes));
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

static bool get_rule_plain(const struct nlattr **tb, struct fwctl_rule *rule)
{
	rule->has_prio = true;
	return get_bytes(tb[BRFW_RULE_A_PRIORITY], &rule->prio, sizeof(rule->prio)) &&
	       get_optional_text(tb[BRFW_RULE_A_BRIDGE], rule->bridge,
				 sizeof(rule->bridge)) &&
	       get_optional_text(tb[BRFW_RULE_A_COMMENT], rule->comment,
				 sizeof(rule->comment)) &&
	       get_stats(tb[BRFW_RULE_A_STATS], &rule->has_stats, &rule->stats);
}

enum wire_result wire_get_rule(const struct nlmsghdr *nlh, struct fwctl_rule *rule)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *tb[BRFW_RULE_A_MAX + 1];
	enum wire_result result;
	unsigned int unknown;

	model_rule_init(rule);
	if (!read_message(nlh, msg) || !msg[BRFW_A_RULE] ||
	    !span_read(span_of_nest(msg[BRFW_A_RULE]), tb, BRFW_RULE_A_MAX, &unknown) ||
	    !get_bytes(tb[BRFW_RULE_A_HANDLE], &rule->handle, sizeof(rule->handle)))
		return WIRE_MALFORMED;
	if (unknown)
		return WIRE_NEWER;
	if (!get_rule_plain(tb, rule))
		return WIRE_MALFORMED;
	result = get_named(tb[BRFW_RULE_A_HOOK], model_hooks, &rule->hook);
	if (result == WIRE_OK)
		result = get_named(tb[BRFW_RULE_A_VERDICT], model_verdicts, &rule->verdict);
	return result == WIRE_OK ? get_match(tb[BRFW_RULE_A_MATCH], rule) : result;
}

enum wire_result wire_get_policy(const struct nlmsghdr *nlh, struct fwctl_policy *policy)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *tb[BRFW_POLICY_A_MAX + 1];
	enum wire_result result;
	unsigned int unknown;

	memset(policy, 0, sizeof(*policy));
	if (!read_message(nlh, msg) || !msg[BRFW_A_POLICY] ||
	    !span_read(span_of_nest(msg[BRFW_A_POLICY]), tb, BRFW_POLICY_A_MAX, &unknown))
		return WIRE_MALFORMED;
	if (unknown)
		return WIRE_NEWER;
	if (!get_optional_text(tb[BRFW_POLICY_A_BRIDGE], policy->bridge,
			       sizeof(policy->bridge)) ||
	    !get_stats(tb[BRFW_POLICY_A_STATS], &policy->has_stats, &policy->stats))
		return WIRE_MALFORMED;
	result = get_named(tb[BRFW_POLICY_A_HOOK], model_hooks, &policy->hook);
	if (result == WIRE_OK)
		result = get_named(tb[BRFW_POLICY_A_VERDICT], model_verdicts,
				   &policy->verdict);
	return result;
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
		{ BRFW_INFO_A_MATCHES, &info->matches, 8 },
		{ BRFW_INFO_A_VERDICTS, &info->verdicts, 4 },
		{ BRFW_INFO_A_RULES, &info->rules, 4 },
		{ BRFW_INFO_A_MAX_RULES, &info->max_rules, 4 },
		{ BRFW_INFO_A_DRAFTS, &info->drafts, 4 },
		{ BRFW_INFO_A_MAX_DRAFTS, &info->max_drafts, 4 },
		{ BRFW_INFO_A_ACTIVE_HOOKS, &info->active_hooks, 4 },
	};

	memset(info, 0, sizeof(*info));
	if (!read_message(nlh, msg) || !msg[BRFW_A_INFO] ||
	    !get_bytes(msg[BRFW_A_GENERATION], &info->generation, sizeof(info->generation)) ||
	    !span_read(span_of_nest(msg[BRFW_A_INFO]), tb, BRFW_INFO_A_MAX, &unknown) ||
	    !get_optional_text(tb[BRFW_INFO_A_MODULE_VERSION], info->module_version,
			       sizeof(info->module_version)))
		return WIRE_MALFORMED;
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!get_bytes(tb[numbers[i].attr], numbers[i].value, numbers[i].size))
			return WIRE_MALFORMED;
	}
	return WIRE_OK;
}

enum wire_result wire_get_handle(const struct nlmsghdr *nlh, uint64_t *handle)
{
	const struct nlattr *msg[BRFW_A_MAX + 1], *tb[BRFW_RULE_A_MAX + 1];
	unsigned int unknown;

	if (!read_message(nlh, msg) || !msg[BRFW_A_RULE] ||
	    !span_read(span_of_nest(msg[BRFW_A_RULE]), tb, BRFW_RULE_A_MAX, &unknown) ||
	    !get_bytes(tb[BRFW_RULE_A_HANDLE], handle, sizeof(*handle)))
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

/* Names of attributes, for error texts */

static const struct fwctl_name msg_names[] = {
	{ "handle", BRFW_A_HANDLE },
	{ "hook", BRFW_A_HOOK },
	{ "bridge", BRFW_A_BRIDGE },
	{ "change-id", BRFW_A_CHANGE_ID },
	{ "txn-flags", BRFW_A_TXN_FLAGS },
	{ "rule", BRFW_A_RULE },
	{ "policy", BRFW_A_POLICY },
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
	{ NULL, 0 },
};

static const struct fwctl_name policy_names[] = {
	{ "hook", BRFW_POLICY_A_HOOK },
	{ "bridge", BRFW_POLICY_A_BRIDGE },
	{ "verdict", BRFW_POLICY_A_VERDICT },
	{ NULL, 0 },
};

enum level { LEVEL_MSG, LEVEL_RULE, LEVEL_POLICY, LEVEL_MATCH, LEVEL_COND };

static const char *level_name(enum level level, unsigned int type)
{
	const struct fwctl_field *field;

	switch (level) {
	case LEVEL_MSG:
		return model_word_of(msg_names, type);
	case LEVEL_RULE:
		return model_word_of(rule_names, type);
	case LEVEL_POLICY:
		return model_word_of(policy_names, type);
	case LEVEL_MATCH:
		field = model_field_by_attr(type);
		return field ? field->keyword : NULL;
	case LEVEL_COND:
		break;
	}
	return NULL;
}

/* The level inside of a nest; LEVEL_COND for what has no names below. */
static enum level level_below(enum level level, unsigned int type)
{
	if (level == LEVEL_MSG && type == BRFW_A_RULE)
		return LEVEL_RULE;
	if (level == LEVEL_MSG && type == BRFW_A_POLICY)
		return LEVEL_POLICY;
	if (level == LEVEL_RULE && type == BRFW_RULE_A_MATCH)
		return LEVEL_MATCH;
	return LEVEL_COND;
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
	while (*level != LEVEL_COND && (attr = span_next(&span, &bad))) {
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

const char *wire_missing_name(const struct nlmsghdr *nlh, uint32_t offset, uint32_t type)
{
	enum level level = LEVEL_MSG;
	const char *name = offset ? name_at(nlh, offset, &level) : NULL;

	/* A condition without value: the field is what the user knows. */
	return level == LEVEL_COND ? name : level_name(level, type);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between netlink attributes and sets and their elements, in both directions.
 */
#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "commit.h"
#include "nlattr_parts.h"
#include "ruleset.h"
#include "sets.h"

/* Bytes of the values of an element in an attribute. */
#define BRFW_SET_VALUE_LEN	(BRFW_IFNAME_LEN * BRFW_SET_MEMBERS_MAX)

#define BRFW_SET_NAME_POLICY						\
	{ .type = NLA_NUL_STRING, .len = BRFW_SET_NAME_LEN - 1 }
#define BRFW_SET_MEMBERS_POLICY						\
	{ .type = NLA_BINARY, .len = BRFW_SET_MEMBERS_MAX }
#define BRFW_SET_INTERVAL_POLICY					\
	NLA_POLICY_RANGE(NLA_U8, 1, BRFW_SET_MEMBERS_MAX)
#define BRFW_SET_VALUE_POLICY						\
	{ .type = NLA_BINARY, .len = BRFW_SET_VALUE_LEN }

/* A set to be added. */
const struct nla_policy brfw_set_policy[BRFW_SET_A_MAX + 1] = {
	[BRFW_SET_A_NAME] = BRFW_SET_NAME_POLICY,
	[BRFW_SET_A_MEMBERS] = BRFW_SET_MEMBERS_POLICY,
	[BRFW_SET_A_INTERVAL] = BRFW_SET_INTERVAL_POLICY,
	[BRFW_SET_A_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 1),
	[BRFW_SET_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, BRFW_SET_F_COUNTERS |
						      BRFW_SET_F_KEEP),
	[BRFW_SET_A_COMMENT] = { .type = NLA_NUL_STRING,
				 .len = BRFW_COMMENT_LEN - 1 },
};

/* A set that is there. */
const struct nla_policy brfw_set_name_policy[BRFW_SET_A_MAX + 1] = {
	[BRFW_SET_A_NAME] = BRFW_SET_NAME_POLICY,
};

/* A set that elements are of. */
const struct nla_policy brfw_set_form_policy[BRFW_SET_A_MAX + 1] = {
	[BRFW_SET_A_NAME] = BRFW_SET_NAME_POLICY,
	[BRFW_SET_A_MEMBERS] = BRFW_SET_MEMBERS_POLICY,
	[BRFW_SET_A_INTERVAL] = BRFW_SET_INTERVAL_POLICY,
};

static const struct nla_policy brfw_element_policy[BRFW_ELEMENT_A_MAX + 1] = {
	[BRFW_ELEMENT_A_VALUE] = BRFW_SET_VALUE_POLICY,
	[BRFW_ELEMENT_A_LAST] = BRFW_SET_VALUE_POLICY,
	[BRFW_ELEMENT_A_TIMEOUT] = { .type = NLA_U32 },
	[BRFW_ELEMENT_A_COMMENT] = { .type = NLA_NUL_STRING,
				     .len = BRFW_COMMENT_LEN - 1 },
	[BRFW_ELEMENT_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy brfw_element_key_policy[BRFW_ELEMENT_A_MAX + 1] = {
	[BRFW_ELEMENT_A_VALUE] = BRFW_SET_VALUE_POLICY,
	[BRFW_ELEMENT_A_LAST] = BRFW_SET_VALUE_POLICY,
	[BRFW_ELEMENT_A_CHANGE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Elements to be added or replaced. */
const struct nla_policy brfw_elements_policy[BRFW_LIST_A_MAX + 1] = {
	[BRFW_LIST_A_ITEM] = NLA_POLICY_NESTED(brfw_element_policy),
};

/* Elements to be deleted. */
const struct nla_policy brfw_element_keys_policy[BRFW_LIST_A_MAX + 1] = {
	[BRFW_LIST_A_ITEM] = NLA_POLICY_NESTED(brfw_element_key_policy),
};

/* ---- from attributes: sets ---- */

/**
 * brfw_nlattr_get_set_name() - check the name of a set
 * @attr: the name
 * @extack: for the client
 *
 * Return: 0 or -EINVAL.
 */
int brfw_nlattr_get_set_name(const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	const char *p = nla_data(attr);

	if (isascii(*p) && isalpha(*p))
		while (isascii(*p) && (isalnum(*p) || (*p && strchr("_-.", *p))))
			p++;
	if (p != nla_data(attr) && !*p)
		return 0;

	return brfw_nlattr_fail(extack, attr, -EINVAL,
				"the name of a set is a letter, then letters, digits, '_', '-' and '.'");
}

/**
 * brfw_nlattr_get_set_name_of() - read the name of a set
 * @nest: BRFW_A_SET with a name and nothing else, or NULL
 * @name: to be filled; NULL without @nest
 * @extack: for the client
 *
 * Return: 0 or -EINVAL.
 */
int brfw_nlattr_get_set_name_of(const struct nlattr *nest, const char **name,
				struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_SET_A_MAX + 1] = {};
	int err;

	*name = NULL;
	if (!nest)
		return 0;
	err = brfw_nlattr_parse(tb, BRFW_SET_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_SET_A_NAME])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the set has no name");

	*name = nla_data(tb[BRFW_SET_A_NAME]);
	return 0;
}

static bool brfw_member_may_be_range(u8 member)
{
	return member == BRFW_SET_IPV4_ADDR || member == BRFW_SET_IPV6_ADDR ||
	       member == BRFW_SET_INET_PORT;
}

static int brfw_nlattr_get_layout(struct nlattr **tb, const struct nlattr *nest,
				  struct brfw_set_layout *layout,
				  struct netlink_ext_ack *extack)
{
	const struct nlattr *members = tb[BRFW_SET_A_MEMBERS];
	const struct nlattr *interval = tb[BRFW_SET_A_INTERVAL];
	struct brfw_set_type *type = &layout->type;
	unsigned int i;

	if (!members || !nla_len(members))
		return brfw_nlattr_fail(extack, members ? : nest, -EINVAL,
					"a set has one to four members");
	type->n = nla_len(members);
	memcpy(type->members, nla_data(members), type->n);
	for (i = 0; i < type->n; i++)
		if (type->members[i] > BRFW_SET_MEMBER_MAX)
			return brfw_nlattr_fail(extack, members, -EINVAL,
						"there is no such member of sets");

	layout->range = -1;
	if (type->n == 1) {
		if (interval)
			return brfw_nlattr_fail(extack, interval, -EINVAL,
						"which member may be a range is said where there are several");
		if (brfw_member_may_be_range(type->members[0]))
			layout->range = 0;
		return 0;
	}
	if (!interval)
		return 0;

	layout->range = nla_get_u8(interval) - 1;
	if (layout->range >= type->n ||
	    !brfw_member_may_be_range(type->members[layout->range]))
		return brfw_nlattr_fail(extack, interval, -EINVAL,
					"there is no such member, or it can't be a range");

	return 0;
}

static int brfw_nlattr_get_conf(struct nlattr **tb, struct brfw_set_conf *conf,
				struct netlink_ext_ack *extack)
{
	const char *comment;
	int err;

	err = brfw_nlattr_get_comment(tb[BRFW_SET_A_COMMENT], &comment, extack);
	if (err)
		return err;
	if (tb[BRFW_SET_A_TIMEOUT])
		conf->timeout = nla_get_u32(tb[BRFW_SET_A_TIMEOUT]);
	if (conf->timeout == BRFW_TIMEOUT_NONE)
		return brfw_nlattr_fail(extack, tb[BRFW_SET_A_TIMEOUT], -ERANGE,
					"the timeout is too long");
	if (tb[BRFW_SET_A_FLAGS])
		conf->flags = nla_get_u32(tb[BRFW_SET_A_FLAGS]);
	if (!comment)
		return 0;

	conf->comment = kstrdup(comment, GFP_KERNEL_ACCOUNT);
	return conf->comment ? 0 : -ENOMEM;
}

/* The set that a change is about; room for @n elements. */
static int brfw_nlattr_get_set_change(struct brfw_ruleset *rs,
				      struct brfw_change *change,
				      struct nlattr **tb,
				      const struct nlattr *nest, unsigned int n,
				      struct netlink_ext_ack *extack)
{
	int err;

	err = brfw_nlattr_parse(tb, BRFW_SET_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_SET_A_NAME])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the set has no name");
	err = brfw_nlattr_get_set_name(tb[BRFW_SET_A_NAME], extack);
	if (err)
		return err;

	change->set = kvzalloc(struct_size(change->set, elements, n),
			       GFP_KERNEL_ACCOUNT);
	if (!change->set)
		return -ENOMEM;
	err = brfw_set_name_get(rs, nla_data(tb[BRFW_SET_A_NAME]),
				&change->set->number);
	if (err == -ENOSPC)
		return brfw_nlattr_fail(extack, tb[BRFW_SET_A_NAME], err,
					"too many names of sets in use");

	return err;
}

/**
 * brfw_nlattr_get_set() - read a set that is to be added, deleted or flushed
 * @rs: the ruleset
 * @change: gets the set
 * @attr: BRFW_A_SET
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_set(struct brfw_ruleset *rs, struct brfw_change *change,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_SET_A_MAX + 1] = {};
	int err;

	err = brfw_nlattr_get_set_change(rs, change, tb, attr, 0, extack);
	if (err || change->type != BRFW_CHANGE_SET_ADD)
		return err;

	err = brfw_nlattr_get_layout(tb, attr, &change->set->layout, extack);
	if (err)
		return err;

	return brfw_nlattr_get_conf(tb, &change->set->conf, extack);
}

/* ---- from attributes: elements ---- */

/* Bytes of a member in an attribute. */
static unsigned int brfw_member_attr_len(u8 member)
{
	return member == BRFW_SET_IFNAME ? BRFW_IFNAME_LEN :
					   brfw_set_member_size(member);
}

static unsigned int brfw_type_attr_len(const struct brfw_set_type *type)
{
	unsigned int i, len = 0;

	for (i = 0; i < type->n; i++)
		len += brfw_member_attr_len(type->members[i]);

	return len;
}

static int brfw_port_compare(const u8 *a, const u8 *b)
{
	u16 x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));

	return x - y;
}

/* The end of a range, in which only the member that is a range may differ. */
static int brfw_element_get_last(const struct brfw_set_layout *layout,
				 const struct nlattr *first,
				 const struct nlattr *last,
				 struct brfw_elem_value *value,
				 struct netlink_ext_ack *extack)
{
	const u8 *a = nla_data(first), *b = nla_data(last);
	const u8 *members = layout->type.members;
	unsigned int size;
	int i, diff;

	for (i = 0; i < layout->type.n; i++, a += size, b += size) {
		size = brfw_member_attr_len(members[i]);
		if (!memcmp(a, b, size))
			continue;
		if (i != layout->range)
			return brfw_nlattr_fail(extack, last, -EINVAL,
						"this member of the set can't be a range");
		diff = members[i] == BRFW_SET_INET_PORT ?
		       brfw_port_compare(b, a) : memcmp(b, a, size);
		if (diff < 0)
			return brfw_nlattr_fail(extack, last, -EINVAL,
						"a range must end above its start");
		value->range = i;
		memcpy(value->last, b, size);
	}
	if (value->range < 0)
		return brfw_nlattr_fail(extack, last, -EINVAL,
					"a range must end above its start");

	return 0;
}

static int brfw_element_get_ifname(struct brfw_ruleset *rs,
				   const struct nlattr *attr, const u8 *bytes,
				   u8 *value, struct netlink_ext_ack *extack)
{
	char name[BRFW_IFNAME_LEN];
	int err;

	memcpy(name, bytes, sizeof(name));
	if (name[sizeof(name) - 1] ||
	    memchr_inv(name + strlen(name), 0, sizeof(name) - strlen(name)))
		return brfw_nlattr_fail(extack, attr, -EINVAL,
					"not a valid interface name");
	err = brfw_nlattr_check_name(attr, name, extack);
	if (err)
		return err;

	err = brfw_iface_get(&rs->ifaces, name, (u16 *)value);
	if (err == -ENOSPC)
		return brfw_nlattr_fail(extack, attr, err,
					"too many interface names in use");

	return err;
}

static void brfw_element_put_value(struct brfw_ruleset *rs,
				   const struct brfw_set_type *type,
				   const struct brfw_elem_value *value)
{
	unsigned int i;

	for (i = 0; i < type->n; i++)
		if (type->members[i] == BRFW_SET_IFNAME)
			brfw_iface_put(&rs->ifaces, *(u16 *)value->first[i]);
}

/* Takes references to interface names, also when this fails. */
static int brfw_element_get_values(struct brfw_ruleset *rs,
				   const struct brfw_set_layout *layout,
				   struct nlattr **tb,
				   struct brfw_elem_value *value,
				   struct netlink_ext_ack *extack)
{
	const struct nlattr *first = tb[BRFW_ELEMENT_A_VALUE];
	const struct nlattr *last = tb[BRFW_ELEMENT_A_LAST];
	const struct brfw_set_type *type = &layout->type;
	const u8 *bytes = nla_data(first);
	unsigned int i, len;
	int err;

	if (nla_len(first) != brfw_type_attr_len(type) ||
	    (last && nla_len(last) != nla_len(first)))
		return brfw_nlattr_fail(extack, nla_len(first) == brfw_type_attr_len(type) ?
					last : first, -EINVAL,
					"not as long as the members of the set are");

	for (i = 0; i < type->n; i++, bytes += len) {
		len = brfw_member_attr_len(type->members[i]);
		if (type->members[i] != BRFW_SET_IFNAME) {
			memcpy(value->first[i], bytes, len);
			continue;
		}
		err = brfw_element_get_ifname(rs, first, bytes, value->first[i],
					      extack);
		if (err)
			return err;
	}

	return last ? brfw_element_get_last(layout, first, last, value,
					    extack) : 0;
}

/* What of an element isn't its value. */
static int brfw_element_get_rest(struct brfw_element *e, struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	const char *comment;
	int err;

	err = brfw_nlattr_get_comment(tb[BRFW_ELEMENT_A_COMMENT], &comment,
				      extack);
	if (err)
		return err;
	if (tb[BRFW_ELEMENT_A_CHANGE_ID])
		e->change_id = nla_get_u32(tb[BRFW_ELEMENT_A_CHANGE_ID]);
	if (tb[BRFW_ELEMENT_A_TIMEOUT]) {
		e->timeout = nla_get_u32(tb[BRFW_ELEMENT_A_TIMEOUT]);
		if (e->timeout == BRFW_TIMEOUT_NONE)
			return brfw_nlattr_fail(extack,
						tb[BRFW_ELEMENT_A_TIMEOUT],
						-ERANGE,
						"the timeout is too long");
	}
	if (!comment)
		return 0;
	if (!brfw_element_add_extra(e))
		return -ENOMEM;

	e->extra->comment = kstrdup(comment, GFP_KERNEL_ACCOUNT);
	return e->extra->comment ? 0 : -ENOMEM;
}

static int brfw_nlattr_get_element(struct brfw_ruleset *rs,
				   struct brfw_change *change,
				   const struct nlattr *nest,
				   struct netlink_ext_ack *extack)
{
	bool is_delete = change->type == BRFW_CHANGE_ELEMENT_DELETE;
	struct nlattr *tb[BRFW_ELEMENT_A_MAX + 1] = {};
	struct brfw_set_change *sc = change->set;
	struct brfw_elem_value value = { .range = -1 };
	struct brfw_element *e;
	int err;

	err = brfw_nlattr_parse(tb, BRFW_ELEMENT_A_MAX, nest, extack);
	if (err)
		return err;
	if (!tb[BRFW_ELEMENT_A_VALUE])
		return brfw_nlattr_fail(extack, nest, -EINVAL,
					"the element has no value");

	err = brfw_element_get_values(rs, &sc->layout, tb, &value, extack);
	if (err)
		goto err_value;
	e = brfw_element_alloc(&sc->layout, &value, is_delete);
	if (!e) {
		err = -ENOMEM;
		goto err_value;
	}
	sc->elements[sc->nelements++] = e;
	sc->nprefixes += is_delete ? 1 : e->elem.nentries;

	return brfw_element_get_rest(e, tb, extack);

err_value:
	brfw_element_put_value(rs, &sc->layout.type, &value);
	return err;
}

/**
 * brfw_nlattr_get_elements() - read elements
 * @rs: the ruleset
 * @change: gets the set and the elements
 * @set: BRFW_A_SET
 * @elements: BRFW_A_ELEMENTS
 * @extack: for the client
 *
 * Return: 0 or an error.
 */
int brfw_nlattr_get_elements(struct brfw_ruleset *rs,
			     struct brfw_change *change,
			     const struct nlattr *set,
			     const struct nlattr *elements,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[BRFW_SET_A_MAX + 1] = {};
	const struct nlattr *pos;
	unsigned int n = 0;
	int rem, err;

	nla_for_each_nested(pos, elements, rem)
		n++;
	if (!n)
		return brfw_nlattr_fail(extack, elements, -EINVAL,
					"the list is empty");

	err = brfw_nlattr_get_set_change(rs, change, tb, set, n, extack);
	if (!err)
		err = brfw_nlattr_get_layout(tb, set, &change->set->layout,
					     extack);
	if (err)
		return err;

	nla_for_each_nested(pos, elements, rem) {
		err = brfw_nlattr_get_element(rs, change, pos, extack);
		if (err)
			return err;
		cond_resched();
	}

	return 0;
}

/* ---- to attributes ---- */

static int brfw_nlattr_put_form(struct sk_buff *skb, const struct brfw_set *set)
{
	const struct brfw_set_layout *layout = &set->layout;

	if (nla_put_string(skb, BRFW_SET_A_NAME, set->name->name) ||
	    nla_put(skb, BRFW_SET_A_MEMBERS, layout->type.n,
		    layout->type.members) ||
	    (layout->type.n > 1 && layout->range >= 0 &&
	     nla_put_u8(skb, BRFW_SET_A_INTERVAL, layout->range + 1)) ||
	    (set->next_conf.timeout &&
	     nla_put_u32(skb, BRFW_SET_A_TIMEOUT, set->next_conf.timeout)))
		return -EMSGSIZE;

	return 0;
}

/**
 * brfw_nlattr_put_set_form() - write what it takes to read the elements of a set
 * @skb: message
 * @set: the set
 *
 * Return: 0, or -EMSGSIZE and the message is to be trimmed.
 */
int brfw_nlattr_put_set_form(struct sk_buff *skb, const struct brfw_set *set)
{
	struct nlattr *nest = nla_nest_start(skb, BRFW_A_SET);

	if (!nest || brfw_nlattr_put_form(skb, set))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/**
 * brfw_nlattr_put_set() - write a set without its elements
 * @skb: message
 * @set: the set
 *
 * Return: 0, or -EMSGSIZE and the message is to be trimmed.
 */
int brfw_nlattr_put_set(struct sk_buff *skb, const struct brfw_set *set)
{
	const struct brfw_set_conf *conf = &set->next_conf;
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_A_SET);
	if (!nest || brfw_nlattr_put_form(skb, set) ||
	    (conf->flags && nla_put_u32(skb, BRFW_SET_A_FLAGS, conf->flags)) ||
	    (conf->comment &&
	     nla_put_string(skb, BRFW_SET_A_COMMENT, conf->comment)) ||
	    nla_put_u32(skb, BRFW_SET_A_ELEMENTS, set->nelements) ||
	    nla_put_u32(skb, BRFW_SET_A_RULES, set->name->nrules))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static void brfw_element_put_attr(struct brfw_ruleset *rs,
				  const struct brfw_set_type *type,
				  const struct brfw_elem_value *value,
				  bool is_last, u8 *to)
{
	const u8 *from;
	unsigned int i;

	for (i = 0; i < type->n; i++) {
		from = is_last && (int)i == value->range ? value->last :
							   value->first[i];
		if (type->members[i] == BRFW_SET_IFNAME)
			brfw_iface_name(&rs->ifaces, *(const u16 *)from,
					(char *)to);
		else
			memcpy(to, from, brfw_set_member_size(type->members[i]));
		to += brfw_member_attr_len(type->members[i]);
	}
}

static int brfw_nlattr_put_values(struct sk_buff *skb, struct brfw_ruleset *rs,
				  const struct brfw_element *e)
{
	const struct brfw_set_layout *layout = &e->set->layout;
	unsigned int len = brfw_type_attr_len(&layout->type);
	struct brfw_elem_value value;
	struct nlattr *attr;

	brfw_element_get_value(layout, e, &value);
	attr = nla_reserve(skb, BRFW_ELEMENT_A_VALUE, len);
	if (!attr)
		return -EMSGSIZE;
	brfw_element_put_attr(rs, &layout->type, &value, false, nla_data(attr));
	if (value.range < 0)
		return 0;

	attr = nla_reserve(skb, BRFW_ELEMENT_A_LAST, len);
	if (!attr)
		return -EMSGSIZE;
	brfw_element_put_attr(rs, &layout->type, &value, true, nla_data(attr));

	return 0;
}

/* Seconds until an element expires, which are never 0. */
static u32 brfw_element_time_left(const struct brfw_element *e)
{
	u64 now = get_jiffies_64();

	if (e->elem.expires <= now)
		return 1;

	return div_u64(e->elem.expires - now + HZ - 1, HZ);
}

/**
 * brfw_nlattr_put_element() - write an element
 * @skb: message, in BRFW_A_ELEMENTS
 * @rs: the ruleset
 * @e: the element
 * @is_key_only: only what tells it apart
 *
 * Return: 0, or -EMSGSIZE and nothing is written.
 */
int brfw_nlattr_put_element(struct sk_buff *skb, struct brfw_ruleset *rs,
			    const struct brfw_element *e, bool is_key_only)
{
	const struct brfw_element_extra *extra = e->extra;
	struct nlattr *nest;

	nest = nla_nest_start(skb, BRFW_LIST_A_ITEM);
	if (!nest)
		return -EMSGSIZE;
	if (brfw_nlattr_put_values(skb, rs, e))
		goto err_nest;
	if (!is_key_only &&
	    ((e->elem.expires &&
	      nla_put_u32(skb, BRFW_ELEMENT_A_TIMEOUT,
			  brfw_element_time_left(e))) ||
	     (extra && extra->comment &&
	      nla_put_string(skb, BRFW_ELEMENT_A_COMMENT, extra->comment)) ||
	     (extra && extra->stats &&
	      e->set->next_conf.flags & BRFW_SET_F_COUNTERS &&
	      brfw_nlattr_put_stats(skb, BRFW_ELEMENT_A_STATS,
				    extra->stats))))
		goto err_nest;
	nla_nest_end(skb, nest);

	return 0;

err_nest:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

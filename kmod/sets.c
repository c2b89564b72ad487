// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of a ruleset: their names and numbers, domains, elements, and the time
 * when elements expire. What a commit does to them is in sets_commit.c.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "netns.h"
#include "ruleset.h"
#include "sets.h"

/* Types of sets that a namespace may use at a time. */
#define BRFW_MAX_DOMAINS	64

/* Elements that are removed in one go when they have expired. */
#define BRFW_EXPIRY_BATCH	8192

/* Elements that expire within this many jiffies are removed together. */
#define BRFW_EXPIRY_STEP	(HZ / 10 + 1)

/**
 * struct brfw_set_domain - a domain in use
 * @list: in brfw_sets.domains
 * @type: of its elements
 * @refs: rules and sets that use it
 * @domain: the domain
 */
struct brfw_set_domain {
	struct list_head list;
	struct brfw_set_type type;
	unsigned int refs;
	struct brfw_domain *domain;
};

/* ---- names ---- */

/* Salted, so that clients can't choose names for one chain. */
static u32 brfw_set_name_hash(const struct brfw_sets *sets, const char *name)
{
	return full_name_hash(sets, name, strlen(name));
}

static struct brfw_set_name *brfw_set_name_lookup(struct brfw_sets *sets,
						  const char *name)
{
	struct brfw_set_name *n;

	lockdep_assert_held(&sets->lock);

	hash_for_each_possible(sets->by_name, n, node,
			       brfw_set_name_hash(sets, name))
		if (!strcmp(n->name, name))
			return n;

	return NULL;
}

static struct brfw_set_name *brfw_set_name_add(struct brfw_sets *sets,
					       const char *name)
{
	struct brfw_set_name *n;
	u32 number;
	int err;

	n = kzalloc(sizeof(*n), GFP_KERNEL_ACCOUNT);
	if (!n)
		return ERR_PTR(-ENOMEM);

	strscpy(n->name, name, sizeof(n->name));
	err = xa_alloc(&sets->by_number, &number, n, XA_LIMIT(1, U16_MAX),
		       GFP_KERNEL);
	if (err) {
		kfree(n);
		return ERR_PTR(err == -EBUSY ? -ENOSPC : err);
	}
	n->number = number;
	hash_add(sets->by_name, &n->node, brfw_set_name_hash(sets, name));

	return n;
}

/**
 * brfw_set_name_get() - use the name of a set
 * @rs: the ruleset
 * @name: a valid name
 * @number: to be filled with its number, which is not 0
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC when no number is left.
 */
int brfw_set_name_get(struct brfw_ruleset *rs, const char *name, u16 *number)
{
	struct brfw_sets *sets = &rs->sets;
	struct brfw_set_name *n;
	int err = 0;

	mutex_lock(&sets->lock);
	n = brfw_set_name_lookup(sets, name);
	if (!n)
		n = brfw_set_name_add(sets, name);
	if (IS_ERR(n)) {
		err = PTR_ERR(n);
	} else {
		n->refs++;
		*number = n->number;
	}
	mutex_unlock(&sets->lock);

	return err;
}

static void brfw_set_name_ref(struct brfw_ruleset *rs, u16 number)
{
	mutex_lock(&rs->sets.lock);
	brfw_set_name_of(rs, number)->refs++;
	mutex_unlock(&rs->sets.lock);
}

/**
 * brfw_set_name_put() - use the name of a set no longer
 * @rs: the ruleset
 * @number: from brfw_set_name_get(); 0 is ignored
 *
 * Context: may sleep; no packet can meet a rule or element with this reference
 * any more.
 */
void brfw_set_name_put(struct brfw_ruleset *rs, u16 number)
{
	struct brfw_set_name *n;

	if (!number)
		return;

	mutex_lock(&rs->sets.lock);
	n = brfw_set_name_of(rs, number);
	if (!--n->refs) {
		hash_del(&n->node);
		xa_erase(&rs->sets.by_number, number);
		kfree(n);
	}
	mutex_unlock(&rs->sets.lock);
}

/**
 * brfw_set_name_of() - the name behind a number
 * @rs: the ruleset
 * @number: one that the caller knows to be in use
 *
 * Return: the name, without a reference.
 */
struct brfw_set_name *brfw_set_name_of(struct brfw_ruleset *rs, u16 number)
{
	return xa_load(&rs->sets.by_number, number);
}

/* ---- domains ---- */

static struct brfw_set_domain *
brfw_set_domain_add(struct brfw_sets *sets, const struct brfw_set_type *type)
{
	struct brfw_set_domain *d;

	if (sets->ndomains >= BRFW_MAX_DOMAINS)
		return ERR_PTR(-ENOSPC);

	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return ERR_PTR(-ENOMEM);
	d->domain = brfw_domain_alloc(type);
	if (!d->domain) {
		kfree(d);
		return ERR_PTR(-ENOMEM);
	}
	d->type = *type;
	list_add_tail(&d->list, &sets->domains);
	sets->ndomains++;

	return d;
}

/**
 * brfw_set_domain_get() - use the domain for sets of a type
 * @rs: the ruleset
 * @type: the type
 * @domain: to be filled
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC when there are too many types.
 */
int brfw_set_domain_get(struct brfw_ruleset *rs,
			const struct brfw_set_type *type,
			struct brfw_domain **domain)
{
	struct brfw_sets *sets = &rs->sets;
	struct brfw_set_domain *d, *found = NULL;
	int err = 0;

	mutex_lock(&sets->lock);
	list_for_each_entry(d, &sets->domains, list)
		if (d->type.n == type->n &&
		    !memcmp(d->type.members, type->members, type->n))
			found = d;
	if (!found)
		found = brfw_set_domain_add(sets, type);
	if (IS_ERR(found)) {
		err = PTR_ERR(found);
	} else {
		found->refs++;
		*domain = found->domain;
	}
	mutex_unlock(&sets->lock);

	return err;
}

static struct brfw_set_domain *
brfw_set_domain_lookup(struct brfw_sets *sets, const struct brfw_domain *domain)
{
	struct brfw_set_domain *d;

	lockdep_assert_held(&sets->lock);

	list_for_each_entry(d, &sets->domains, list)
		if (d->domain == domain)
			return d;

	return NULL;
}

static void brfw_set_domain_ref(struct brfw_ruleset *rs,
				const struct brfw_domain *domain)
{
	mutex_lock(&rs->sets.lock);
	brfw_set_domain_lookup(&rs->sets, domain)->refs++;
	mutex_unlock(&rs->sets.lock);
}

/**
 * brfw_set_domain_put() - use a domain no longer
 * @rs: the ruleset
 * @domain: from brfw_set_domain_get()
 *
 * Context: may sleep; no packet can meet a rule with this reference any more,
 * and the domain has no elements of a set with this reference.
 */
void brfw_set_domain_put(struct brfw_ruleset *rs, struct brfw_domain *domain)
{
	struct brfw_set_domain *d;

	mutex_lock(&rs->sets.lock);
	d = brfw_set_domain_lookup(&rs->sets, domain);
	if (!--d->refs) {
		list_del(&d->list);
		rs->sets.ndomains--;
		brfw_domain_put(d->domain);
		kfree(d);
	}
	mutex_unlock(&rs->sets.lock);
}

/* ---- references of rules ---- */

/**
 * brfw_match_ref_sets() - use the sets of a rule once more
 * @rs: the ruleset
 * @m: conditions of a rule that has references to them
 */
void brfw_match_ref_sets(struct brfw_ruleset *rs, const struct brfw_match *m)
{
	unsigned int i;

	for (i = 0; i < m->ntests; i++) {
		if (m->tests[i].kind != BRFW_TEST_SET)
			continue;
		brfw_set_name_ref(rs, m->tests[i].set);
		brfw_set_domain_ref(rs, m->tests[i].domain);
	}
}

/**
 * brfw_match_put_sets() - the reverse of brfw_match_ref_sets()
 * @rs: the ruleset
 * @m: the conditions
 */
void brfw_match_put_sets(struct brfw_ruleset *rs, const struct brfw_match *m)
{
	unsigned int i;

	for (i = 0; i < m->ntests; i++) {
		if (m->tests[i].kind != BRFW_TEST_SET)
			continue;
		brfw_set_name_put(rs, m->tests[i].set);
		brfw_set_domain_put(rs, m->tests[i].domain);
	}
}

/* ---- keys of elements ---- */

/**
 * brfw_element_key_size() - size of what tells elements apart
 * @layout: of the set
 *
 * Return: bytes of a key, at most BRFW_ELEMENT_KEY_LEN.
 */
unsigned int brfw_element_key_size(const struct brfw_set_layout *layout)
{
	unsigned int i, size = 0;

	for (i = 0; i < layout->type.n; i++)
		size += brfw_set_member_size(layout->type.members[i]);

	return size;
}

/* Bytes of the member that may be a range. */
static unsigned int brfw_layout_range_size(const struct brfw_set_layout *layout)
{
	return layout->range < 0 ? 0 :
	       brfw_set_member_size(layout->type.members[layout->range]);
}

/**
 * brfw_element_key() - what tells an element from others of its set
 * @e: the element
 *
 * Return: its key, see struct brfw_element.
 */
const u8 *brfw_element_key(const struct brfw_element *e)
{
	return (const u8 *)&e->elem + e->key;
}

/* Put a value where it can be compared byte by byte. */
static u8 *brfw_key_put(u8 *key, u8 member, const u8 *value)
{
	unsigned int size = brfw_set_member_size(member);
	__be16 number;

	if (size == sizeof(number)) {
		number = htons(*(const u16 *)value);
		value = (const u8 *)&number;
	}
	memcpy(key, value, size);

	return key + size;
}

/* The reverse. */
static const u8 *brfw_key_take(const u8 *key, u8 member, u8 *value)
{
	unsigned int size = brfw_set_member_size(member);
	__be16 number;

	if (size == sizeof(number)) {
		memcpy(&number, key, size);
		*(u16 *)value = ntohs(number);
	} else {
		memcpy(value, key, size);
	}

	return key + size;
}

static void brfw_element_put_key(const struct brfw_set_layout *layout,
				 const struct brfw_elem_value *value, u8 *key)
{
	const u8 *members = layout->type.members;
	int i;

	for (i = 0; i < layout->type.n; i++)
		if (i != layout->range)
			key = brfw_key_put(key, members[i], value->first[i]);
	if (layout->range < 0)
		return;

	i = layout->range;
	key = brfw_key_put(key, members[i], value->first[i]);
	brfw_key_put(key, members[i],
		     value->range < 0 ? value->first[i] : value->last);
}

/**
 * brfw_element_get_value() - values of an element
 * @layout: of its set
 * @e: the element
 * @value: to be filled
 */
void brfw_element_get_value(const struct brfw_set_layout *layout,
			    const struct brfw_element *e,
			    struct brfw_elem_value *value)
{
	const u8 *members = layout->type.members;
	const u8 *key = brfw_element_key(e);
	unsigned int size;
	int i;

	memset(value, 0, sizeof(*value));
	value->range = -1;
	for (i = 0; i < layout->type.n; i++)
		if (i != layout->range)
			key = brfw_key_take(key, members[i], value->first[i]);
	if (layout->range < 0)
		return;

	i = layout->range;
	size = brfw_set_member_size(members[i]);
	if (memcmp(key, key + size, size)) {
		value->range = i;
		brfw_key_take(key + size, members[i], value->last);
	}
	brfw_key_take(key, members[i], value->first[i]);
}

/* ---- elements ---- */

/**
 * brfw_element_alloc() - make an element of a draft
 * @layout: of its set
 * @value: its values; references to interface names pass to the element
 * @is_key_only: it only names an element
 *
 * Context: may sleep.
 * Return: the element or NULL.
 */
struct brfw_element *
brfw_element_alloc(const struct brfw_set_layout *layout,
		   const struct brfw_elem_value *value, bool is_key_only)
{
	size_t size = sizeof(struct brfw_elem);
	struct brfw_element *e;

	if (!is_key_only)
		size = brfw_elem_size(&layout->type, value);
	e = kzalloc(offsetof(struct brfw_element, elem) + size +
		    brfw_element_key_size(layout) +
		    brfw_layout_range_size(layout), GFP_KERNEL_ACCOUNT);
	if (!e)
		return NULL;

	e->status = BRFW_RULE_DRAFT;
	e->timeout = BRFW_TIMEOUT_NONE;
	e->key = size;
	if (!is_key_only)
		brfw_elem_init(&e->elem, &layout->type, value);
	e->elem.gen_add = BRFW_GEN_NEVER;
	e->elem.gen_del = BRFW_GEN_NEVER;
	brfw_element_put_key(layout, value, (u8 *)&e->elem + size);

	return e;
}

/**
 * brfw_element_add_extra() - make room for what not all elements have
 * @e: the element; packets may see it
 *
 * Context: may sleep.
 * Return: the room, which the element may have had before, or NULL.
 */
struct brfw_element_extra *brfw_element_add_extra(struct brfw_element *e)
{
	struct brfw_element_extra *extra;

	if (e->extra)
		return e->extra;

	extra = kzalloc(sizeof(*extra), GFP_KERNEL_ACCOUNT);
	if (!extra)
		return NULL;
	extra->element = e;
	/* Pairs with READ_ONCE() in brfw_judge_count_elements(). */
	smp_store_release(&e->extra, extra);

	return extra;
}

static void brfw_element_put_ifaces(struct brfw_ruleset *rs,
				    const struct brfw_set_layout *layout,
				    const struct brfw_element *e)
{
	struct brfw_elem_value value;
	unsigned int i;

	if (!memchr(layout->type.members, BRFW_SET_IFNAME, layout->type.n))
		return;

	brfw_element_get_value(layout, e, &value);
	for (i = 0; i < layout->type.n; i++)
		if (layout->type.members[i] == BRFW_SET_IFNAME)
			brfw_iface_put(&rs->ifaces, *(u16 *)value.first[i]);
}

static void brfw_element_destroy(struct brfw_ruleset *rs,
				 const struct brfw_set_layout *layout,
				 struct brfw_element *e)
{
	struct brfw_element_extra *extra = e->extra;

	brfw_element_put_ifaces(rs, layout, e);
	if (extra) {
		if (extra->stats && e->is_owner)
			brfw_stats_free(&rs->stats, extra->stats);
		kfree(extra->comment);
		kfree(extra);
	}
	kfree(e);
}

/**
 * brfw_set_change_free() - free a change of a set with what it refers to
 * @rs: the ruleset
 * @change: the change, or NULL
 */
void brfw_set_change_free(struct brfw_ruleset *rs,
			  struct brfw_set_change *change)
{
	unsigned int i;

	if (!change)
		return;

	for (i = 0; i < change->nelements; i++) {
		if (change->elements[i])
			brfw_element_destroy(rs, &change->layout,
					     change->elements[i]);
		cond_resched();
	}
	kfree(change->conf.comment);
	brfw_set_name_put(rs, change->number);
	kvfree(change);
}

/**
 * brfw_element_is_expired() - is the time of an element over?
 * @e: the element
 * @now: get_jiffies_64()
 *
 * Return: whether it is.
 */
bool brfw_element_is_expired(const struct brfw_element *e, u64 now)
{
	return e->elem.expires && now >= e->elem.expires;
}

/**
 * brfw_element_next() - walk the elements of a set in the order of keys
 * @set: the set
 * @after: key to start behind, or NULL for the first element
 *
 * Return: the next element or NULL.
 */
struct brfw_element *brfw_element_next(struct brfw_set *set, const u8 *after)
{
	unsigned int size = brfw_element_key_size(&set->layout);
	struct rb_node *node = set->elements.rb_node;
	struct brfw_element *e, *found = NULL;

	while (node) {
		e = rb_entry(node, struct brfw_element, node);
		if (!after || memcmp(brfw_element_key(e), after, size) > 0) {
			found = e;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	return found;
}

/* The last element whose key isn't larger, or NULL. */
static struct brfw_element *brfw_elements_floor(const struct rb_root *root,
						const u8 *key,
						unsigned int size)
{
	struct brfw_element *e, *found = NULL;
	struct rb_node *node = root->rb_node;

	while (node) {
		e = rb_entry(node, struct brfw_element, node);
		if (memcmp(brfw_element_key(e), key, size) <= 0) {
			found = e;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}

	return found;
}

/**
 * brfw_elements_find() - find an element with the same values
 * @layout: of the set
 * @root: elements of the set
 * @e: what to compare with
 *
 * Return: the element or NULL.
 */
struct brfw_element *brfw_elements_find(const struct brfw_set_layout *layout,
					const struct rb_root *root,
					const struct brfw_element *e)
{
	unsigned int size = brfw_element_key_size(layout);
	struct brfw_element *other;

	other = brfw_elements_floor(root, brfw_element_key(e), size);
	if (!other || memcmp(brfw_element_key(other), brfw_element_key(e),
			     size + brfw_layout_range_size(layout)))
		return NULL;

	return other;
}

/* Does the range of @a end before that of @b begins? Else they overlap. */
static bool brfw_element_is_before(const struct brfw_set_layout *layout,
				   const struct brfw_element *a,
				   const struct brfw_element *b)
{
	unsigned int size = brfw_element_key_size(layout);
	unsigned int range_size = brfw_layout_range_size(layout);
	const u8 *ka = brfw_element_key(a), *kb = brfw_element_key(b);
	unsigned int exact = size - range_size;

	if (memcmp(ka, kb, exact))
		return true;

	return range_size && memcmp(ka + size, kb + exact, range_size) < 0;
}

/**
 * brfw_elements_find_overlap() - find an element that has values in common
 * @layout: of the set
 * @root: elements of the set
 * @e: what to compare with
 *
 * Return: the element or NULL.
 */
struct brfw_element *
brfw_elements_find_overlap(const struct brfw_set_layout *layout,
			   const struct rb_root *root,
			   const struct brfw_element *e)
{
	struct brfw_element *other;
	struct rb_node *next;

	other = brfw_elements_floor(root, brfw_element_key(e),
				    brfw_element_key_size(layout));
	if (other && !brfw_element_is_before(layout, other, e))
		return other;

	next = other ? rb_next(&other->node) : rb_first(root);
	other = rb_entry_safe(next, struct brfw_element, node);
	if (other && !brfw_element_is_before(layout, e, other))
		return other;

	return NULL;
}

/**
 * brfw_elements_insert() - put an element among others
 * @layout: of the set
 * @root: elements of the set, of which none overlaps
 * @e: the element
 */
void brfw_elements_insert(const struct brfw_set_layout *layout,
			  struct rb_root *root, struct brfw_element *e)
{
	unsigned int size = brfw_element_key_size(layout);
	struct rb_node **link = &root->rb_node, *parent = NULL;
	const struct brfw_element *other;

	while (*link) {
		parent = *link;
		other = rb_entry(parent, struct brfw_element, node);
		link = memcmp(brfw_element_key(e), brfw_element_key(other),
			      size) < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&e->node, parent, link);
	rb_insert_color(&e->node, root);
}

/**
 * brfw_element_free() - free an element
 * @rs: the ruleset
 * @e: in no tree and in no domain; no packet sees it any more
 *
 * Context: may sleep; config lock held.
 */
void brfw_element_free(struct brfw_ruleset *rs, struct brfw_element *e)
{
	struct brfw_set *set = e->set;

	brfw_element_destroy(rs, &set->layout, e);
	set->nbodies--;
	brfw_set_free_unused(rs, set);
}

/* ---- sets ---- */

/**
 * brfw_set_free_unused() - free a set if nothing needs it any more
 * @rs: the ruleset
 * @set: the set
 */
void brfw_set_free_unused(struct brfw_ruleset *rs, struct brfw_set *set)
{
	if (set->status != BRFW_RULE_DEAD || set->nbodies ||
	    !list_empty(&set->touched))
		return;

	if (set->conf.comment != set->next_conf.comment)
		kfree(set->next_conf.comment);
	kfree(set->conf.comment);
	brfw_set_domain_put(rs, set->domain);
	brfw_set_name_put(rs, set->name->number);
	kfree(set);
}

/**
 * brfw_set_find() - find a set by its name
 * @rs: the ruleset
 * @name: the name
 *
 * Return: the live or new set, or NULL.
 */
struct brfw_set *brfw_set_find(struct brfw_ruleset *rs, const char *name)
{
	struct brfw_set_name *n;
	struct brfw_set *set;

	mutex_lock(&rs->sets.lock);
	n = brfw_set_name_lookup(&rs->sets, name);
	set = n ? n->set : NULL;
	mutex_unlock(&rs->sets.lock);

	return set;
}

/**
 * brfw_set_next() - walk the sets in the order of names
 * @rs: the ruleset
 * @after: name to start behind, "" for the first set
 *
 * Return: the next live or new set, or NULL.
 */
struct brfw_set *brfw_set_next(struct brfw_ruleset *rs, const char *after)
{
	struct rb_node *node = rs->sets.sets.rb_node;
	struct brfw_set *set, *found = NULL;

	while (node) {
		set = rb_entry(node, struct brfw_set, node);
		if (strcmp(set->name->name, after) > 0) {
			found = set;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	return found;
}

/* ---- expiry ---- */

static bool brfw_element_expires_before(struct rb_node *a,
					const struct rb_node *b)
{
	struct brfw_element_extra *x, *y;

	x = rb_entry(a, struct brfw_element_extra, node);
	y = rb_entry(b, struct brfw_element_extra, node);

	return x->element->elem.expires < y->element->elem.expires;
}

/**
 * brfw_element_watch() - remove an element when its time is over
 * @rs: the ruleset
 * @e: a live element
 *
 * To be followed by brfw_sets_schedule().
 */
void brfw_element_watch(struct brfw_ruleset *rs, struct brfw_element *e)
{
	if (!e->elem.expires)
		return;

	rb_add_cached(&e->extra->node, &rs->sets.expiry,
		      brfw_element_expires_before);
	e->is_expiring = true;
}

/**
 * brfw_element_unwatch() - the reverse of brfw_element_watch()
 * @rs: the ruleset
 * @e: an element, watched or not
 */
void brfw_element_unwatch(struct brfw_ruleset *rs, struct brfw_element *e)
{
	if (!e->is_expiring)
		return;

	rb_erase_cached(&e->extra->node, &rs->sets.expiry);
	e->is_expiring = false;
}

/**
 * brfw_element_remove() - take an element out of the domain
 * @rs: the ruleset
 * @e: the element, which no packet can match any more
 */
void brfw_element_remove(struct brfw_ruleset *rs, struct brfw_element *e)
{
	if (!e->is_inserted)
		return;

	brfw_domain_remove(e->set->domain, &e->elem);
	e->is_inserted = false;
}

/**
 * brfw_element_expire() - remove a live element whose time is over
 * @rs: the ruleset
 * @e: the element
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_element_expire(struct brfw_ruleset *rs, struct brfw_element *e)
{
	brfw_element_unwatch(rs, e);
	rb_erase(&e->node, &e->set->elements);
	e->set->nelements--;
	rs->sets.nprefixes -= e->elem.nentries;
	e->status = BRFW_RULE_DEAD;
	/* Nobody sees it, of whatever generation. */
	brfw_element_remove(rs, e);
	brfw_gc_add_element(rs, e);
}

/**
 * brfw_sets_schedule() - see to it that elements are removed in time
 * @rs: the ruleset
 */
void brfw_sets_schedule(struct brfw_ruleset *rs)
{
	struct rb_node *node = rb_first_cached(&rs->sets.expiry);
	u64 now = get_jiffies_64(), expires, delay;

	if (!node)
		return;

	expires = rb_entry(node, struct brfw_element_extra,
			   node)->element->elem.expires;
	delay = expires > now ? expires - now : 0;
	delay = clamp_t(u64, delay, BRFW_EXPIRY_STEP, MAX_JIFFY_OFFSET / 2);
	mod_delayed_work(brfw_wq, &rs->sets.work, delay);
}

static void brfw_sets_work(struct work_struct *work)
{
	struct brfw_ruleset *rs = container_of(to_delayed_work(work),
					       struct brfw_ruleset, sets.work);
	struct brfw_element *e;
	struct rb_node *node;
	unsigned int i;

	mutex_lock(&rs->bn->config_lock);
	for (i = 0; i < BRFW_EXPIRY_BATCH; i++) {
		node = rb_first_cached(&rs->sets.expiry);
		if (!node)
			break;
		e = rb_entry(node, struct brfw_element_extra, node)->element;
		if (!brfw_element_is_expired(e, get_jiffies_64()))
			break;
		brfw_element_expire(rs, e);
		cond_resched();
	}
	brfw_gc_queue(rs);
	brfw_sets_schedule(rs);
	mutex_unlock(&rs->bn->config_lock);
}

/* ---- life cycle ---- */

/**
 * brfw_sets_init() - make an empty collection of sets
 * @sets: to be filled
 */
void brfw_sets_init(struct brfw_sets *sets)
{
	mutex_init(&sets->lock);
	hash_init(sets->by_name);
	xa_init_flags(&sets->by_number, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	INIT_LIST_HEAD(&sets->domains);
	sets->sets = RB_ROOT;
	INIT_LIST_HEAD(&sets->touched);
	sets->expiry = RB_ROOT_CACHED;
	INIT_DELAYED_WORK(&sets->work, brfw_sets_work);
}

/**
 * brfw_sets_stop() - remove no more elements
 * @sets: the sets
 *
 * Context: may sleep; config lock not held; no writers.
 */
void brfw_sets_stop(struct brfw_sets *sets)
{
	cancel_delayed_work_sync(&sets->work);
}

/**
 * brfw_sets_destroy() - free all sets with their elements
 * @rs: the ruleset; its rules and garbage are gone
 *
 * Context: may sleep; no packets, no writers.
 */
void brfw_sets_destroy(struct brfw_ruleset *rs)
{
	struct brfw_element *e, *tmp;
	struct brfw_set *set;
	struct rb_node *node;

	while ((node = rb_first(&rs->sets.sets))) {
		set = rb_entry(node, struct brfw_set, node);
		rb_erase(node, &rs->sets.sets);
		set->name->set = NULL;
		set->status = BRFW_RULE_DEAD;
		/* So that it stays until all of them are gone. */
		list_add(&set->touched, &rs->sets.touched);
		rbtree_postorder_for_each_entry_safe(e, tmp, &set->elements,
						     node) {
			brfw_element_remove(rs, e);
			brfw_element_free(rs, e);
			cond_resched();
		}
		list_del_init(&set->touched);
		brfw_set_free_unused(rs, set);
		cond_resched();
	}
	xa_destroy(&rs->sets.by_number);
	mutex_destroy(&rs->sets.lock);
}

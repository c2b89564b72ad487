/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of a ruleset as clients see them: names, elements, time that is left.
 *
 * The elements as packets see them are in domains (set.h), one for each type,
 * in which sets are told apart by number.
 *
 * A number stands for a name, as a slot does for that of an interface: rules
 * refer to it whether or not there is such a set, so that it can be checked
 * when they are committed, and stay the same rules when a set goes and another
 * one of that name comes. It is used again only when no rule, set or element
 * that packets may see has it any more.
 */
#ifndef _BRFW_SETS_H
#define _BRFW_SETS_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/brfw.h>

#include "set.h"

struct brfw_change;
struct brfw_stats;
struct brfw_draft;
struct brfw_error;
struct brfw_match;
struct brfw_ruleset;

/** BRFW_ELEMENT_KEY_LEN - most bytes of what tells elements of a set apart */
#define BRFW_ELEMENT_KEY_LEN	(16 * BRFW_SET_MEMBERS_MAX)

/**
 * BRFW_TIMEOUT_NONE - in place of seconds: the client named none. 0 is for ever.
 */
#define BRFW_TIMEOUT_NONE	U32_MAX

/**
 * struct brfw_set_layout - form of the elements of a set
 * @type: members
 * @range: member that may be a range, or -1
 */
struct brfw_set_layout {
	struct brfw_set_type type;
	s8 range;
};

/**
 * struct brfw_set_conf - what of a set may change when a file is loaded
 * @timeout: seconds that elements live which don't say, 0 for ever
 * @flags: BRFW_SET_F_*
 * @comment: or NULL
 */
struct brfw_set_conf {
	u32 timeout;
	u32 flags;
	char *comment;
};

/**
 * struct brfw_set_name - a name in use
 * @node: in brfw_sets.by_name
 * @refs: rules, sets, elements' sets and changes that use it
 * @nrules: conditions of live and new rules
 * @number: what stands for it
 * @set: live or new set of that name, or NULL
 * @name: the name
 *
 * @nrules and @set are protected by the config lock.
 */
struct brfw_set_name {
	struct hlist_node node;
	unsigned int refs;
	unsigned int nrules;
	u16 number;
	struct brfw_set *set;
	char name[BRFW_SET_NAME_LEN];
};

/**
 * struct brfw_element_extra - what not all elements have
 * @node: in brfw_sets.expiry, of live elements that expire
 * @element: what it belongs to
 * @comment: or NULL
 * @stats: or NULL; packets'
 * @from: while the commit is under way that added it: element that @stats
 *	were taken from, or NULL
 */
struct brfw_element_extra {
	struct rb_node node;
	struct brfw_element *element;
	char *comment;
	struct brfw_stats *stats;
	struct brfw_element *from;
};

/**
 * struct brfw_element - an element of a set
 * @node: in brfw_set.elements if it is live or new, in brfw_set.dead if it was
 *	live before the commit under way
 * @list: of the garbage
 * @set: what it is part of; NULL in a draft
 * @extra: or NULL; packets may look while it is set
 * @timeout: of a draft: seconds, or BRFW_TIMEOUT_NONE
 * @change_id: of a draft: what the client calls it, or 0
 * @key: where its key begins behind @elem: values of all members, the one that
 *	may be a range last, numbers in network byte order, without gaps; then, if
 *	there is such a member, the last value of that
 * @status: enum brfw_rule_status
 * @is_owner: counters are freed with it
 * @is_inserted: the domain knows it
 * @is_expiring: in brfw_sets.expiry
 * @elem: as packets see it
 */
struct brfw_element {
	union {
		struct rb_node node;
		struct list_head list;
	};
	struct brfw_set *set;
	struct brfw_element_extra *extra;
	u32 timeout;
	u32 change_id;
	u16 key;
	u8 status;
	u8 is_owner:1;
	u8 is_inserted:1;
	u8 is_expiring:1;
	struct brfw_elem elem; /* ends in an array */
};

/**
 * struct brfw_set - a set
 * @node: in brfw_sets.sets, if it is live or new
 * @touched: in brfw_sets.touched, or empty
 * @name: its name
 * @layout: form of its elements
 * @domain: where packets look for them
 * @conf: as committed
 * @next_conf: as the commit under way leaves it, else the same
 * @elements: live and new ones, by key
 * @dead: those that the commit under way deletes, by key
 * @nelements: number of entries in @elements
 * @nbodies: elements that refer to it
 * @change_id: of the change that added or deleted it last
 * @status: enum brfw_rule_status
 * @was_live: before the commit under way
 */
struct brfw_set {
	struct rb_node node;
	struct list_head touched;
	struct brfw_set_name *name;
	struct brfw_set_layout layout;
	struct brfw_domain *domain;
	struct brfw_set_conf conf;
	struct brfw_set_conf next_conf;
	struct rb_root elements;
	struct rb_root dead;
	unsigned int nelements;
	unsigned int nbodies;
	u32 change_id;
	u8 status;
	bool was_live;
};

/**
 * struct brfw_sets - all sets of a ruleset
 * @lock: protects the next four against other writers; taken inside the config
 *	lock
 * @by_name: struct brfw_set_name
 * @by_number: the same
 * @domains: struct brfw_set_domain
 * @ndomains: number of them
 * @sets: live and new ones, by name
 * @touched: those that the commit under way changes or deletes
 * @nsets: number of entries in @sets
 * @ncounting: of these, those with counters
 * @nprefixes: what the elements of @sets are in the tables: one each, and a range one
 *	for each prefix that it is cut into
 * @nstaged: the same of those in drafts
 * @expiry: elements that expire, by time
 * @work: removes those that have
 *
 * What isn't protected by @lock is by the config lock.
 */
struct brfw_sets {
	struct mutex lock;
	DECLARE_HASHTABLE(by_name, 9);
	struct xarray by_number;
	struct list_head domains;
	unsigned int ndomains;
	struct rb_root sets;
	struct list_head touched;
	unsigned int nsets;
	unsigned int ncounting;
	unsigned int nprefixes;
	unsigned int nstaged;
	struct rb_root_cached expiry;
	struct delayed_work work;
};

/**
 * struct brfw_set_change - what a change is about that concerns a set
 * @number: reference to the number of its name
 * @layout: of a set to be added, or of its elements
 * @conf: of a set to be added
 * @nprefixes: what the elements come to in the tables, see struct brfw_sets
 * @nelements: number of entries in @elements
 * @elements: to be added, replaced or deleted; those that a commit took over are
 *	NULL
 */
struct brfw_set_change {
	u16 number;
	struct brfw_set_layout layout;
	struct brfw_set_conf conf;
	unsigned int nprefixes;
	unsigned int nelements;
	struct brfw_element *elements[];
};

/* Names and domains: may sleep, no lock needed. */

int brfw_set_name_get(struct brfw_ruleset *rs, const char *name, u16 *number);
void brfw_set_name_put(struct brfw_ruleset *rs, u16 number);
struct brfw_set_name *brfw_set_name_of(struct brfw_ruleset *rs, u16 number);
int brfw_set_domain_get(struct brfw_ruleset *rs,
			const struct brfw_set_type *type,
			struct brfw_domain **domain);
void brfw_set_domain_put(struct brfw_ruleset *rs, struct brfw_domain *domain);
void brfw_match_ref_sets(struct brfw_ruleset *rs, const struct brfw_match *m);
void brfw_match_put_sets(struct brfw_ruleset *rs, const struct brfw_match *m);

/* Elements of drafts: may sleep, no lock needed. */

struct brfw_element *
brfw_element_alloc(const struct brfw_set_layout *layout,
		   const struct brfw_elem_value *value, bool is_key_only);
struct brfw_element_extra *brfw_element_add_extra(struct brfw_element *e);
void brfw_element_get_value(const struct brfw_set_layout *layout,
			    const struct brfw_element *e,
			    struct brfw_elem_value *value);
void brfw_set_change_free(struct brfw_ruleset *rs,
			  struct brfw_set_change *change);

/* Config lock held. */

struct brfw_set *brfw_set_find(struct brfw_ruleset *rs, const char *name);
struct brfw_set *brfw_set_next(struct brfw_ruleset *rs, const char *after);
struct brfw_element *brfw_element_next(struct brfw_set *set, const u8 *after);
const u8 *brfw_element_key(const struct brfw_element *e);
unsigned int brfw_element_key_size(const struct brfw_set_layout *layout);
bool brfw_element_is_expired(const struct brfw_element *e, u64 now);
void brfw_element_free(struct brfw_ruleset *rs, struct brfw_element *e);

struct brfw_element *brfw_elements_find(const struct brfw_set_layout *layout,
					const struct rb_root *root,
					const struct brfw_element *e);
struct brfw_element *
brfw_elements_find_overlap(const struct brfw_set_layout *layout,
			   const struct rb_root *root,
			   const struct brfw_element *e);
void brfw_elements_insert(const struct brfw_set_layout *layout,
			  struct rb_root *root, struct brfw_element *e);
void brfw_element_watch(struct brfw_ruleset *rs, struct brfw_element *e);
void brfw_element_unwatch(struct brfw_ruleset *rs, struct brfw_element *e);
void brfw_element_remove(struct brfw_ruleset *rs, struct brfw_element *e);
void brfw_element_expire(struct brfw_ruleset *rs, struct brfw_element *e);
void brfw_set_free_unused(struct brfw_ruleset *rs, struct brfw_set *set);
void brfw_sets_schedule(struct brfw_ruleset *rs);

/* The steps of a commit: config lock held, may sleep. */

int brfw_commit_set_add(struct brfw_ruleset *rs, const struct brfw_draft *draft,
			struct brfw_change *change, struct brfw_error *error);
int brfw_commit_set_delete(struct brfw_ruleset *rs,
			   const struct brfw_change *change, u64 generation,
			   struct brfw_error *error);
int brfw_commit_set_flush(struct brfw_ruleset *rs,
			  const struct brfw_change *change, u64 generation,
			  struct brfw_error *error);
int brfw_commit_elements(struct brfw_ruleset *rs,
			 const struct brfw_draft *draft,
			 struct brfw_change *change, u64 generation,
			 struct brfw_error *error);
void brfw_commit_clear_sets(struct brfw_ruleset *rs, u64 generation);
int brfw_commit_check_sets(struct brfw_ruleset *rs,
			   const struct brfw_draft *draft,
			   struct brfw_error *error);
int brfw_commit_prepare_sets(struct brfw_ruleset *rs,
			     const struct brfw_draft *draft,
			     struct brfw_error *error);
void brfw_commit_tell_sets(struct brfw_ruleset *rs,
			   const struct brfw_draft *draft);
void brfw_commit_finish_sets(struct brfw_ruleset *rs,
			     const struct brfw_draft *draft);
void brfw_commit_undo_sets(struct brfw_ruleset *rs,
			   const struct brfw_draft *draft);

/* Life cycle. */

void brfw_sets_init(struct brfw_sets *sets);
void brfw_sets_stop(struct brfw_sets *sets);
void brfw_sets_destroy(struct brfw_ruleset *rs);

#endif /* _BRFW_SETS_H */

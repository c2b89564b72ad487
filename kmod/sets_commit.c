// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Sets in a commit
 *
 * Sets and elements live as rules do (DOC: Commit in commit.c): new ones are
 * made when the changes are applied, dead ones stay in the domain with the
 * generation at which they disappear, and undoing needs no memory.
 *
 * A new element belongs to the change that brought it until the commit is
 * through. A dead one stands in a second tree of its set, so that a draft that
 * replaces the ruleset finds it there: it is revived if it is said again as it
 * is, gives its counters and, if none is named, its time to a new body if not,
 * and is revived at the end in a set that keeps its elements.
 *
 * A set that is said again with the same members is revived too. All else about
 * it has a next value, which takes the place of the present one at the end.
 *
 * Whether the sets exist that rules name is looked at when all changes are
 * applied, so that their order doesn't matter.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "commit.h"
#include "netns.h"
#include "notice.h"
#include "ruleset.h"
#include "sets.h"

static int brfw_sets_fail(struct brfw_error *error, int err, const char *text)
{
	error->text = text;
	return err;
}

static int brfw_sets_no_memory(struct brfw_error *error)
{
	return brfw_sets_fail(error, -ENOMEM, "out of memory");
}

/* Tell which set is meant. */
static void brfw_sets_tell(struct brfw_error *error,
			   const struct brfw_set_name *name)
{
	strscpy(error->set_name, name->name, sizeof(error->set_name));
}

static bool brfw_text_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool brfw_layout_same(const struct brfw_set_layout *a,
			     const struct brfw_set_layout *b)
{
	return a->range == b->range && a->type.n == b->type.n &&
	       !memcmp(a->type.members, b->type.members, a->type.n);
}

/* ---- sets ---- */

static bool brfw_set_node_less(struct rb_node *a, const struct rb_node *b)
{
	return strcmp(rb_entry(a, struct brfw_set, node)->name->name,
		      rb_entry(b, struct brfw_set, node)->name->name) < 0;
}

static void brfw_set_touch(struct brfw_ruleset *rs, struct brfw_set *set)
{
	if (list_empty(&set->touched))
		list_add_tail(&set->touched, &rs->sets.touched);
}

static void brfw_set_link(struct brfw_ruleset *rs, struct brfw_set *set)
{
	rb_add(&set->node, &rs->sets.sets, brfw_set_node_less);
	set->name->set = set;
	rs->sets.nsets++;
	rs->sets.ncounting += set->next_conf.flags & BRFW_SET_F_COUNTERS;
}

static void brfw_set_unlink(struct brfw_ruleset *rs, struct brfw_set *set)
{
	rb_erase(&set->node, &rs->sets.sets);
	set->name->set = NULL;
	rs->sets.nsets--;
	rs->sets.ncounting -= set->next_conf.flags & BRFW_SET_F_COUNTERS;
}

static void brfw_set_plan(struct brfw_set *set,
			  const struct brfw_set_conf *conf)
{
	if (set->next_conf.comment != set->conf.comment)
		kfree(set->next_conf.comment);
	set->next_conf = *conf;
}

/* The set that the draft replaces by one of the same form, or NULL. */
static struct brfw_set *brfw_set_find_dead(struct brfw_ruleset *rs,
					   const struct brfw_set_change *sc)
{
	struct brfw_set *set;

	list_for_each_entry(set, &rs->sets.touched, touched)
		if (set->status == BRFW_RULE_DEAD && set->was_live &&
		    set->name->number == sc->number &&
		    brfw_layout_same(&set->layout, &sc->layout))
			return set;

	return NULL;
}

static struct brfw_set *brfw_set_alloc(struct brfw_ruleset *rs,
				       struct brfw_set_change *sc,
				       struct brfw_error *error)
{
	struct brfw_set *set;
	int err;

	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set) {
		brfw_sets_no_memory(error);
		return ERR_PTR(-ENOMEM);
	}
	err = brfw_set_domain_get(rs, &sc->layout.type, &set->domain);
	if (err) {
		kfree(set);
		brfw_sets_fail(error, err, err == -ENOSPC ?
			       "the sets of this namespace have too many different types" :
			       "out of memory");
		return ERR_PTR(err);
	}

	set->name = brfw_set_name_of(rs, sc->number);
	sc->number = 0;
	set->layout = sc->layout;
	set->elements = RB_ROOT;
	set->dead = RB_ROOT;
	set->status = BRFW_RULE_NEW;
	INIT_LIST_HEAD(&set->touched);

	return set;
}

/**
 * brfw_commit_set_add() - add a set
 * @rs: the ruleset
 * @draft: what is committed
 * @change: the change
 * @error: filled in on failure
 *
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int brfw_commit_set_add(struct brfw_ruleset *rs, const struct brfw_draft *draft,
			struct brfw_change *change, struct brfw_error *error)
{
	struct brfw_set_change *sc = change->set;
	struct brfw_set *set = brfw_set_name_of(rs, sc->number)->set;

	brfw_sets_tell(error, brfw_set_name_of(rs, sc->number));
	if (set) {
		/* In place of all sets: this one was said in the same draft. */
		if (!set->was_live || draft->is_replace)
			error->other_change_id = set->change_id;
		return brfw_sets_fail(error, -EEXIST, "there is a set of this name already");
	}
	if (rs->sets.nsets >= brfw_max_sets(rs->bn->net))
		return brfw_sets_fail(error, -ENOSPC, "there are as many sets as this namespace may hold");

	if (draft->is_replace)
		set = brfw_set_find_dead(rs, sc);
	if (set) {
		set->status = BRFW_RULE_LIVE;
	} else {
		set = brfw_set_alloc(rs, sc, error);
		if (IS_ERR(set))
			return PTR_ERR(set);
	}
	set->change_id = change->id;
	brfw_set_plan(set, &sc->conf);
	sc->conf.comment = NULL;
	brfw_set_link(rs, set);
	brfw_set_touch(rs, set);

	return 0;
}

/* ---- life and death of elements ---- */

/*
 * Let counters be those of the element again that they were taken from in this
 * commit, the first of a row. Who has passed them on has none to give.
 */
static void brfw_element_give_back(struct brfw_element *e)
{
	struct brfw_element *from;

	while (e->is_owner && e->extra->from) {
		from = e->extra->from;
		from->is_owner = true;
		e->extra->from = NULL;
		e->is_owner = false;
		e = from;
	}
}

static void brfw_element_unlink(struct brfw_ruleset *rs, struct brfw_element *e)
{
	rb_erase(&e->node, &e->set->elements);
	e->set->nelements--;
	rs->sets.nprefixes -= e->elem.nentries;
}

static void brfw_element_link(struct brfw_ruleset *rs, struct brfw_element *e)
{
	brfw_elements_insert(&e->set->layout, &e->set->elements, e);
	e->set->nelements++;
	rs->sets.nprefixes += e->elem.nentries;
}

static void brfw_element_kill(struct brfw_ruleset *rs, struct brfw_element *e,
			      u64 generation)
{
	bool is_live = e->status == BRFW_RULE_LIVE;

	brfw_element_unlink(rs, e);
	e->status = BRFW_RULE_DEAD;
	if (!is_live) {
		brfw_element_give_back(e);
		return;
	}

	WRITE_ONCE(e->elem.gen_del, generation);
	brfw_elements_insert(&e->set->layout, &e->set->dead, e);
	brfw_set_touch(rs, e->set);
}

static void brfw_element_revive(struct brfw_ruleset *rs, struct brfw_element *e)
{
	rb_erase(&e->node, &e->set->dead);
	e->status = BRFW_RULE_LIVE;
	WRITE_ONCE(e->elem.gen_del, BRFW_GEN_NEVER);
	brfw_element_link(rs, e);
}

static int brfw_element_count(struct brfw_ruleset *rs, struct brfw_element *e,
			      struct brfw_element *old)
{
	struct brfw_element_extra *extra = brfw_element_add_extra(e);
	struct brfw_stats *stats;

	if (!extra)
		return -ENOMEM;
	if (extra->stats)
		return 0;

	if (old && old->is_owner) {
		extra->stats = old->extra->stats;
		extra->from = old;
		old->is_owner = false;
	} else {
		stats = brfw_stats_alloc(&rs->stats);
		if (!stats)
			return -ENOMEM;
		/* Packets may see an element that gets counters later. */
		smp_store_release(&extra->stats, stats);
	}
	e->is_owner = true;

	return 0;
}

/*
 * Make an element of a draft a new element, in place of an old one or of none.
 */
static int brfw_element_birth(struct brfw_ruleset *rs, struct brfw_set *set,
			      struct brfw_element *e, struct brfw_element *old,
			      u64 generation)
{
	u32 timeout = e->timeout;

	if (timeout == BRFW_TIMEOUT_NONE)
		timeout = set->next_conf.timeout;
	if (timeout)
		e->elem.expires = get_jiffies_64() + (u64)timeout * HZ;
	if (e->elem.expires && !brfw_element_add_extra(e))
		return -ENOMEM;
	if (set->next_conf.flags & BRFW_SET_F_COUNTERS &&
	    brfw_element_count(rs, e, old))
		return -ENOMEM;

	e->set = set;
	e->elem.set = set->name->number;
	e->elem.gen_add = generation;
	e->status = BRFW_RULE_NEW;
	set->nbodies++;
	brfw_element_link(rs, e);

	return 0;
}

static const char *brfw_element_comment(const struct brfw_element *e)
{
	return e->extra ? e->extra->comment : NULL;
}

/* An element of the set with values in common that has time left, or NULL. */
static struct brfw_element *
brfw_set_find_overlap(struct brfw_ruleset *rs, struct brfw_set *set,
		      const struct brfw_element *e)
{
	struct brfw_element *other;

	for (;;) {
		other = brfw_elements_find_overlap(&set->layout,
						   &set->elements, e);
		if (!other || other->status != BRFW_RULE_LIVE ||
		    !brfw_element_is_expired(other, get_jiffies_64()))
			return other;
		brfw_element_expire(rs, other);
		/* A range may overlap with all there are. */
		cond_resched();
	}
}

/* The same as @e in a tree, if it has time left, or NULL. */
static struct brfw_element *brfw_set_find_same(struct brfw_set *set,
					       const struct rb_root *root,
					       const struct brfw_element *e)
{
	struct brfw_element *other;

	other = brfw_elements_find(&set->layout, root, e);
	if (other && other->status != BRFW_RULE_NEW &&
	    brfw_element_is_expired(other, get_jiffies_64()))
		return NULL;

	return other;
}

/* ---- changes of elements ---- */

static int brfw_commit_check_room(const struct brfw_ruleset *rs,
				  const struct brfw_element *e,
				  struct brfw_error *error)
{
	if ((u64)rs->sets.nprefixes + e->elem.nentries <=
	    brfw_max_elements(rs->bn->net))
		return 0;

	return brfw_sets_fail(error, -ENOSPC, "the sets have as many elements as this namespace may hold; a range is one for each prefix that it is cut into");
}

static int brfw_commit_element_add(struct brfw_ruleset *rs,
				   const struct brfw_draft *draft,
				   struct brfw_set *set, struct brfw_element *e,
				   u64 generation, struct brfw_error *error)
{
	struct brfw_element *other, *old = NULL;
	int err;

	err = brfw_commit_check_room(rs, e, error);
	if (err)
		return err;
	other = brfw_set_find_overlap(rs, set, e);
	if (other) {
		if (other->status == BRFW_RULE_NEW || draft->is_replace)
			error->other_change_id = other->change_id;
		error->element = other;
		return brfw_sets_fail(error, -EEXIST,
				      brfw_elements_find(&set->layout, &set->elements, e) ?
				      "the element is in the set already" :
				      "the element overlaps with one that is in the set");
	}

	if (draft->is_replace)
		old = brfw_set_find_same(set, &set->dead, e);
	if (old && e->timeout == BRFW_TIMEOUT_NONE) {
		if (brfw_text_same(brfw_element_comment(e),
				   brfw_element_comment(old))) {
			brfw_element_revive(rs, old);
			old->change_id = e->change_id;
			return 0;
		}
		e->timeout = 0;
		e->elem.expires = old->elem.expires;
	}
	if (brfw_element_birth(rs, set, e, old, generation))
		return brfw_sets_no_memory(error);

	return 0;
}

static int brfw_commit_no_element(struct brfw_error *error)
{
	return brfw_sets_fail(error, -ENOENT, "there is no such element in the set");
}

static int brfw_commit_element_replace(struct brfw_ruleset *rs,
				       struct brfw_set *set,
				       struct brfw_element *e, u64 generation,
				       struct brfw_error *error)
{
	struct brfw_element *old;

	old = brfw_set_find_same(set, &set->elements, e);
	if (!old)
		return brfw_commit_no_element(error);
	if (brfw_element_birth(rs, set, e, old, generation))
		return brfw_sets_no_memory(error);

	brfw_element_kill(rs, old, generation);
	return 0;
}

static int brfw_commit_element_delete(struct brfw_ruleset *rs,
				      struct brfw_set *set,
				      const struct brfw_element *e,
				      u64 generation, struct brfw_error *error)
{
	struct brfw_element *old;

	old = brfw_set_find_same(set, &set->elements, e);
	if (!old)
		return brfw_commit_no_element(error);

	brfw_element_kill(rs, old, generation);
	return 0;
}

static struct brfw_set *brfw_commit_find_set(struct brfw_ruleset *rs,
					     const struct brfw_change *change,
					     struct brfw_error *error)
{
	struct brfw_set *set = brfw_set_name_of(rs, change->set->number)->set;

	brfw_sets_tell(error, brfw_set_name_of(rs, change->set->number));
	if (!set)
		brfw_sets_fail(error, -ENOENT, "there is no set of this name");

	return set;
}

/**
 * brfw_commit_elements() - add, replace or delete elements
 * @rs: the ruleset
 * @draft: what is committed
 * @change: the change
 * @generation: that the commit leads to
 * @error: filled in on failure
 *
 * Return: 0, -ENOENT, -EINVAL, -EEXIST, -ENOSPC or -ENOMEM.
 */
int brfw_commit_elements(struct brfw_ruleset *rs,
			 const struct brfw_draft *draft,
			 struct brfw_change *change, u64 generation,
			 struct brfw_error *error)
{
	struct brfw_set *set = brfw_commit_find_set(rs, change, error);
	struct brfw_set_change *sc = change->set;
	struct brfw_element *e;
	unsigned int i;
	int err = 0;

	if (!set)
		return -ENOENT;
	if (!brfw_layout_same(&set->layout, &sc->layout))
		return brfw_sets_fail(error, -EINVAL, "the set has other members, or another one of them may be a range");

	for (i = 0; i < sc->nelements && !err; i++) {
		e = sc->elements[i];
		if (change->type == BRFW_CHANGE_ELEMENT_ADD)
			err = brfw_commit_element_add(rs, draft, set, e,
						      generation, error);
		else if (change->type == BRFW_CHANGE_ELEMENT_REPLACE)
			err = brfw_commit_element_replace(rs, set, e,
							  generation, error);
		else
			err = brfw_commit_element_delete(rs, set, e,
							 generation, error);
		if (err && e->change_id)
			error->change_id = e->change_id;
		cond_resched();
	}

	return err;
}

/* ---- changes of sets ---- */

static void brfw_set_kill_elements(struct brfw_ruleset *rs,
				   struct brfw_set *set, u64 generation)
{
	struct rb_node *node;

	while ((node = rb_first(&set->elements))) {
		brfw_element_kill(rs, rb_entry(node, struct brfw_element, node),
				  generation);
		cond_resched();
	}
}

static void brfw_set_kill(struct brfw_ruleset *rs, struct brfw_set *set,
			  u64 generation)
{
	brfw_set_kill_elements(rs, set, generation);
	brfw_set_unlink(rs, set);
	set->status = BRFW_RULE_DEAD;
	brfw_set_touch(rs, set);
}

/**
 * brfw_commit_set_delete() - delete a set with its elements
 * @rs: the ruleset
 * @change: the change
 * @generation: that the commit leads to
 * @error: filled in on failure
 *
 * Return: 0 or -ENOENT.
 */
int brfw_commit_set_delete(struct brfw_ruleset *rs,
			   const struct brfw_change *change, u64 generation,
			   struct brfw_error *error)
{
	struct brfw_set *set = brfw_commit_find_set(rs, change, error);

	if (!set)
		return -ENOENT;

	set->change_id = change->id;
	brfw_set_kill(rs, set, generation);

	return 0;
}

/**
 * brfw_commit_set_flush() - delete the elements of a set
 * @rs: the ruleset
 * @change: the change
 * @generation: that the commit leads to
 * @error: filled in on failure
 *
 * Return: 0 or -ENOENT.
 */
int brfw_commit_set_flush(struct brfw_ruleset *rs,
			  const struct brfw_change *change, u64 generation,
			  struct brfw_error *error)
{
	struct brfw_set *set = brfw_commit_find_set(rs, change, error);

	if (!set)
		return -ENOENT;

	brfw_set_kill_elements(rs, set, generation);
	return 0;
}

/**
 * brfw_commit_clear_sets() - start without sets
 * @rs: the ruleset
 * @generation: that the commit leads to
 */
void brfw_commit_clear_sets(struct brfw_ruleset *rs, u64 generation)
{
	struct rb_node *node;

	while ((node = rb_first(&rs->sets.sets))) {
		brfw_set_kill(rs, rb_entry(node, struct brfw_set, node),
			      generation);
		cond_resched();
	}
}

/* ---- when all changes are applied ---- */

/* Those that the draft doesn't mention, and that don't get in its way. */
static int brfw_set_keep_elements(struct brfw_ruleset *rs, struct brfw_set *set,
				  struct brfw_error *error)
{
	struct brfw_element *e;
	struct rb_node *node, *next;
	int err;

	for (node = rb_first(&set->dead); node; node = next) {
		cond_resched();
		next = rb_next(node);
		e = rb_entry(node, struct brfw_element, node);
		if (brfw_element_is_expired(e, get_jiffies_64()) ||
		    brfw_elements_find_overlap(&set->layout, &set->elements, e))
			continue;
		err = brfw_commit_check_room(rs, e, error);
		if (err)
			return err;
		brfw_element_revive(rs, e);
	}

	return 0;
}

static int brfw_commit_keep_elements(struct brfw_ruleset *rs,
				     const struct brfw_draft *draft,
				     struct brfw_error *error)
{
	struct brfw_set *set;
	int err = 0;

	if (!draft->is_replace)
		return 0;

	list_for_each_entry(set, &rs->sets.touched, touched) {
		if (set->status != BRFW_RULE_LIVE ||
		    !(set->next_conf.flags & BRFW_SET_F_KEEP))
			continue;
		err = brfw_set_keep_elements(rs, set, error);
		if (err) {
			error->change_id = set->change_id;
			brfw_sets_tell(error, set->name);
			break;
		}
	}

	return err;
}

/* Do the sets exist that a rule names, with the right members? */
static int brfw_rule_check_sets(struct brfw_ruleset *rs,
				const struct brfw_rule *rule,
				struct brfw_error *error)
{
	const struct brfw_set *set;
	struct brfw_match m;
	unsigned int i;

	if (!rule->has_sets)
		return 0;

	brfw_cls_rule_get_match(&rule->cls, &m);
	for (i = 0; i < m.ntests; i++) {
		if (m.tests[i].kind != BRFW_TEST_SET)
			continue;
		set = brfw_set_name_of(rs, m.tests[i].set)->set;
		if (set && set->domain == m.tests[i].domain)
			continue;
		brfw_sets_tell(error, brfw_set_name_of(rs, m.tests[i].set));
		if (!set)
			return brfw_sets_fail(error, -ENOENT, "the rule names a set that does not exist");
		/* Of the set, if no change of the rule is told instead. */
		error->change_id = set->change_id;
		return brfw_sets_fail(error, -EINVAL, "the set that the rule names has other members than these fields");
	}

	return 0;
}

static int brfw_commit_check_rules(struct brfw_ruleset *rs,
				   const struct brfw_draft *draft,
				   struct brfw_error *error)
{
	const struct brfw_change *change;
	const struct brfw_rule *rule;
	int err;

	list_for_each_entry(change, &draft->changes, list) {
		cond_resched();
		if (!change->handle)
			continue;
		rule = brfw_ruleset_find(rs, change->handle);
		err = rule ? brfw_rule_check_sets(rs, rule, error) : 0;
		if (err) {
			error->change_id = change->id;
			return err;
		}
	}

	return 0;
}

/* A set took the place of another one that rules may name. */
static int brfw_commit_check_all_rules(struct brfw_ruleset *rs,
				       struct brfw_error *error)
{
	struct brfw_rule *rule;
	int hook, err;
	u64 order;

	for (hook = 0; hook < BRFW_HOOKS; hook++) {
		order = 0;
		while ((rule = brfw_ruleset_next(rs, hook, order))) {
			order = rule->cls.order;
			err = brfw_rule_check_sets(rs, rule, error);
			if (err) {
				error->handle = rule->handle;
				return err;
			}
			cond_resched();
		}
	}

	return 0;
}

/*
 * Sets that rules name and that are gone, or other sets now. The rules are looked
 * at once, however many sets there are.
 */
static int brfw_commit_check_dead_sets(struct brfw_ruleset *rs,
				       struct brfw_error *error)
{
	const struct brfw_set *set, *other;
	bool is_other = false;

	list_for_each_entry(set, &rs->sets.touched, touched) {
		other = set->name->set;
		if (set->status != BRFW_RULE_DEAD || !set->was_live ||
		    !set->name->nrules)
			continue;
		if (!other) {
			error->change_id = set->change_id;
			brfw_sets_tell(error, set->name);
			return brfw_sets_fail(error, -EBUSY, "rules name this set");
		}
		is_other |= other->domain != set->domain;
	}

	return is_other ? brfw_commit_check_all_rules(rs, error) : 0;
}

/**
 * brfw_commit_check_sets() - does what all changes lead to make sense?
 * @rs: the ruleset
 * @draft: what is committed
 * @error: filled in on failure
 *
 * Return: 0, -ENOENT, -EINVAL, -EBUSY or -ENOSPC.
 */
int brfw_commit_check_sets(struct brfw_ruleset *rs,
			   const struct brfw_draft *draft,
			   struct brfw_error *error)
{
	int err;

	err = brfw_commit_keep_elements(rs, draft, error);
	if (err || !rs->nneeding[BRFW_NEED_SET])
		return err;

	err = brfw_commit_check_rules(rs, draft, error);
	if (err)
		return err;

	return brfw_commit_check_dead_sets(rs, error);
}

/* ---- what can still fail ---- */

static int brfw_commit_insert_fail(struct brfw_error *error, int err)
{
	if (err == -ENOSPC)
		return brfw_sets_fail(error, err, "the elements of all sets of this type have too many different prefix lengths");
	if (err == -EMLINK)
		return brfw_sets_fail(error, -ENOSPC, "too many sets of this type have the value of this element");
	if (err == -EOVERFLOW)
		return brfw_sets_fail(error, -ENOSPC, "the elements of all sets of this type can't be found fast enough with this one");

	return brfw_sets_no_memory(error);
}

static int brfw_commit_insert_elements(struct brfw_set_change *sc,
				       struct brfw_error *error)
{
	struct brfw_element *e;
	unsigned int i;
	int err;

	for (i = 0; i < sc->nelements; i++) {
		e = sc->elements[i];
		if (e->status != BRFW_RULE_NEW)
			continue;
		err = brfw_domain_insert(e->set->domain, &e->elem);
		if (err) {
			error->change_id = e->change_id;
			brfw_sets_tell(error, e->set->name);
			return brfw_commit_insert_fail(error, err);
		}
		e->is_inserted = true;
		cond_resched();
	}

	return 0;
}

/* Elements that were there before get counters when the set begins to count. */
static int brfw_set_count_elements(struct brfw_ruleset *rs,
				   struct brfw_set *set)
{
	struct rb_node *node;

	if (!(set->next_conf.flags & ~set->conf.flags & BRFW_SET_F_COUNTERS))
		return 0;

	for (node = rb_first(&set->elements); node; node = rb_next(node)) {
		if (brfw_element_count(rs, rb_entry(node, struct brfw_element,
						    node), NULL))
			return -ENOMEM;
		cond_resched();
	}

	return 0;
}

/**
 * brfw_commit_prepare_sets() - let domains know new elements
 * @rs: the ruleset
 * @draft: what is committed
 * @error: filled in on failure
 *
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int brfw_commit_prepare_sets(struct brfw_ruleset *rs,
			     const struct brfw_draft *draft,
			     struct brfw_error *error)
{
	const struct brfw_change *change;
	struct brfw_set *set;
	int err;

	list_for_each_entry(change, &draft->changes, list) {
		cond_resched();
		if (!change->set)
			continue;
		err = brfw_commit_insert_elements(change->set, error);
		if (err) {
			error->change_id = error->change_id ? : change->id;
			return err;
		}
	}
	list_for_each_entry(set, &rs->sets.touched, touched)
		if (set->status == BRFW_RULE_LIVE &&
		    brfw_set_count_elements(rs, set))
			return brfw_sets_no_memory(error);

	return 0;
}

/* ---- notices ---- */

static bool brfw_set_conf_same(const struct brfw_set_conf *a,
			       const struct brfw_set_conf *b)
{
	return a->timeout == b->timeout && a->flags == b->flags &&
	       brfw_text_same(a->comment, b->comment);
}

static void brfw_commit_tell_set(struct brfw_notice *notice,
				 const struct brfw_set *set)
{
	if (set->status == BRFW_RULE_DEAD && set->was_live)
		brfw_notice_set(notice, BRFW_CHANGE_A_DELETED, set);
	else if (set->status == BRFW_RULE_NEW)
		brfw_notice_set(notice, BRFW_CHANGE_A_ADDED, set);
	else if (set->status == BRFW_RULE_LIVE &&
		 !brfw_set_conf_same(&set->conf, &set->next_conf))
		brfw_notice_set(notice, BRFW_CHANGE_A_REPLACED, set);
}

/* Those in whose place there is none. */
static void brfw_commit_tell_dead_elements(struct brfw_ruleset *rs,
					   struct brfw_notice *notice,
					   const struct brfw_set *set)
{
	const struct brfw_element *e;
	struct rb_node *node;

	if (set->status == BRFW_RULE_DEAD)
		return;

	for (node = rb_first(&set->dead); node; node = rb_next(node)) {
		e = rb_entry(node, struct brfw_element, node);
		if (!brfw_elements_find(&set->layout, &set->elements, e))
			brfw_notice_element(notice, rs, BRFW_CHANGE_A_DELETED,
					    e);
		cond_resched();
	}
}

static void brfw_commit_tell_elements(struct brfw_ruleset *rs,
				      struct brfw_notice *notice,
				      const struct brfw_set_change *sc)
{
	const struct brfw_element *e;
	unsigned int i;

	for (i = 0; i < sc->nelements; i++) {
		e = sc->elements[i];
		if (e->status != BRFW_RULE_NEW)
			continue;
		brfw_notice_element(notice, rs,
				    brfw_elements_find(&e->set->layout,
						       &e->set->dead, e) ?
				    BRFW_CHANGE_A_REPLACED :
				    BRFW_CHANGE_A_ADDED, e);
		cond_resched();
	}
}

/**
 * brfw_commit_tell_sets() - tell of sets and elements in the notice of a commit
 * @rs: the ruleset
 * @draft: what is committed; has a notice
 */
void brfw_commit_tell_sets(struct brfw_ruleset *rs,
			   const struct brfw_draft *draft)
{
	const struct brfw_change *change;
	const struct brfw_set *set;

	list_for_each_entry(set, &rs->sets.touched, touched) {
		brfw_commit_tell_set(draft->notice, set);
		cond_resched();
	}
	list_for_each_entry(set, &rs->sets.touched, touched) {
		brfw_commit_tell_dead_elements(rs, draft->notice, set);
		cond_resched();
	}
	list_for_each_entry(change, &draft->changes, list) {
		if (change->set)
			brfw_commit_tell_elements(rs, draft->notice,
						  change->set);
		cond_resched();
	}
}

/* ---- the end, or the way back ---- */

static void brfw_commit_finish_elements(struct brfw_ruleset *rs,
					struct brfw_set_change *sc)
{
	struct brfw_element *e;
	unsigned int i;

	for (i = 0; i < sc->nelements; i++) {
		e = sc->elements[i];
		if (e->status == BRFW_RULE_DRAFT)
			continue;
		sc->elements[i] = NULL;
		if (e->status == BRFW_RULE_DEAD) {
			brfw_element_free(rs, e);
			continue;
		}
		e->status = BRFW_RULE_LIVE;
		if (e->extra)
			e->extra->from = NULL;
		brfw_element_watch(rs, e);
		cond_resched();
	}
}

static void brfw_set_finish(struct brfw_ruleset *rs, struct brfw_set *set)
{
	struct brfw_element *e, *tmp;

	rbtree_postorder_for_each_entry_safe(e, tmp, &set->dead, node) {
		brfw_element_unwatch(rs, e);
		brfw_gc_add_element(rs, e);
		cond_resched();
	}
	set->dead = RB_ROOT;
	list_del_init(&set->touched);
	if (set->status == BRFW_RULE_DEAD) {
		brfw_set_free_unused(rs, set);
		return;
	}

	set->status = BRFW_RULE_LIVE;
	set->was_live = true;
	if (set->conf.comment != set->next_conf.comment)
		kfree(set->conf.comment);
	set->conf = set->next_conf;
}

/**
 * brfw_commit_finish_sets() - after the view was published
 * @rs: the ruleset
 * @draft: what was committed
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_commit_finish_sets(struct brfw_ruleset *rs,
			     const struct brfw_draft *draft)
{
	const struct brfw_change *change;
	struct brfw_set *set, *tmp;

	list_for_each_entry(change, &draft->changes, list) {
		if (change->set)
			brfw_commit_finish_elements(rs, change->set);
		cond_resched();
	}
	list_for_each_entry_safe(set, tmp, &rs->sets.touched, touched) {
		brfw_set_finish(rs, set);
		cond_resched();
	}
	brfw_sets_schedule(rs);
}

/*
 * In reverse, since counters go back from each body to the one that it had them
 * from.
 */
static void brfw_commit_undo_elements(struct brfw_ruleset *rs,
				      struct brfw_set_change *sc)
{
	struct brfw_element *e;
	unsigned int i;

	for (i = sc->nelements; i--;) {
		e = sc->elements[i];
		if (e->status == BRFW_RULE_DRAFT)
			continue;
		sc->elements[i] = NULL;
		if (e->status == BRFW_RULE_NEW) {
			brfw_element_kill(rs, e, 0);
			/* Packets may have met it, though not seen it. */
			brfw_element_remove(rs, e);
			brfw_gc_add_element(rs, e);
		} else {
			brfw_element_give_back(e);
			brfw_element_free(rs, e);
		}
		cond_resched();
	}
}

/* A set as it was before the commit. */
static void brfw_set_undo(struct brfw_ruleset *rs, struct brfw_set *set)
{
	struct rb_node *node;

	if (set->status == BRFW_RULE_LIVE)
		brfw_set_unlink(rs, set);
	brfw_set_plan(set, &set->conf);
	set->status = BRFW_RULE_LIVE;
	brfw_set_link(rs, set);
	while ((node = rb_first(&set->dead))) {
		brfw_element_revive(rs, rb_entry(node, struct brfw_element,
						 node));
		cond_resched();
	}
}

/**
 * brfw_commit_undo_sets() - back to what was committed
 * @rs: the ruleset
 * @draft: what was not
 *
 * To be followed by brfw_gc_queue().
 */
void brfw_commit_undo_sets(struct brfw_ruleset *rs,
			   const struct brfw_draft *draft)
{
	const struct brfw_change *change;
	struct brfw_set *set, *tmp;

	list_for_each_entry_reverse(change, &draft->changes, list) {
		if (change->set)
			brfw_commit_undo_elements(rs, change->set);
		cond_resched();
	}

	/* Their names first, which those that were there before had. */
	list_for_each_entry(set, &rs->sets.touched, touched)
		if (!set->was_live && set->status == BRFW_RULE_NEW) {
			brfw_set_unlink(rs, set);
			set->status = BRFW_RULE_DEAD;
		}
	list_for_each_entry_safe(set, tmp, &rs->sets.touched, touched) {
		if (set->was_live)
			brfw_set_undo(rs, set);
		list_del_init(&set->touched);
		brfw_set_free_unused(rs, set);
		cond_resched();
	}
	brfw_sets_schedule(rs);
}

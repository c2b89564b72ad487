/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs to netlink attributes and back. No socket here.
 */
#ifndef _FWCTL_WIRE_H
#define _FWCTL_WIRE_H

#include <libmnl/libmnl.h>

#include "model.h"

/** WIRE_MESSAGE_MAX - more than the longest request takes */
#define WIRE_MESSAGE_MAX	4096

/* Requests. The message has room for WIRE_MESSAGE_MAX bytes. */
void wire_put_rule(struct nlmsghdr *nlh, const struct fwctl_rule *rule);
/* Names the rule that a request is about. */
void wire_put_target(struct nlmsghdr *nlh, uint64_t handle);
/* Only where a rule is to be put. */
void wire_put_place(struct nlmsghdr *nlh, const struct fwctl_rule *rule);
void wire_put_policy(struct nlmsghdr *nlh, const struct fwctl_policy *policy,
		     bool has_verdict);
void wire_put_zone(struct nlmsghdr *nlh, const struct fwctl_zone *zone);
void wire_put_set(struct nlmsghdr *nlh, const struct fwctl_set *set);
void wire_put_set_name(struct nlmsghdr *nlh, const char *name);
/* Elements of one set: the list is the end of the message. */
struct nlattr *wire_put_elements(struct nlmsghdr *nlh, const struct fwctl_element *element);
void wire_put_element(struct nlmsghdr *nlh, struct nlattr *list,
		      const struct fwctl_element *element, uint32_t change_id);
void wire_put_filter(struct nlmsghdr *nlh, const struct fwctl_filter *filter);
void wire_put_statement(struct nlmsghdr *nlh, const struct fwctl_statement *statement);

/**
 * enum wire_result - what a message held
 * @WIRE_OK: what was asked for
 * @WIRE_MALFORMED: not what the ABI says
 * @WIRE_NEWER: something of a later ABI that must not be left out
 */
enum wire_result {
	WIRE_OK,
	WIRE_MALFORMED,
	WIRE_NEWER,
};

/*
 * Answers. They never read past the message, whatever is in it, and take only
 * what print can show. A rule that is WIRE_NEWER has its handle.
 */
enum wire_result wire_get_rule(const struct nlmsghdr *nlh, struct fwctl_rule *rule);
enum wire_result wire_get_policy(const struct nlmsghdr *nlh, struct fwctl_policy *policy);
enum wire_result wire_get_zone(const struct nlmsghdr *nlh, struct fwctl_zone *zone);
enum wire_result wire_get_set(const struct nlmsghdr *nlh, struct fwctl_set *set);
/*
 * The elements of a message one after the other: @pos is NULL at first.
 * WIRE_OK with @element filled; with *@pos NULL there are no more.
 */
enum wire_result wire_get_element(const struct nlmsghdr *nlh, const struct nlattr **pos,
				  struct fwctl_element *element);
/* The set and element of BRFW_CMD_CULPRIT, as far as it has any. */
void wire_get_culprit(const struct nlmsghdr *nlh, char *set, bool *has_element,
		      struct fwctl_element *element);
enum wire_result wire_get_info(const struct nlmsghdr *nlh, struct fwctl_info *info);
enum wire_result wire_get_done(const struct nlmsghdr *nlh, struct fwctl_done *done);
enum wire_result wire_get_commit(const struct nlmsghdr *nlh, struct fwctl_commit *commit);
/* Of the last commit that changed more than elements of sets. */
enum wire_result wire_get_rules_generation(const struct nlmsghdr *nlh, uint64_t *generation);
enum wire_result wire_get_generation(const struct nlmsghdr *nlh, uint64_t *generation);

/* Called for each change; 0 to go on. */
typedef int (*wire_change_fn)(const struct fwctl_change *change, void *data);

/* The changes that a notice tells. What isn't known is FWCTL_SUBJECTS. */
enum wire_result wire_each_change(const struct nlmsghdr *nlh, wire_change_fn fn, void *data);

/*
 * The argument that the attribute at @offset of a request came from, or that
 * the attribute @type missing in the nest at @offset (0: the message) would
 * come from; NULL when it has none.
 */
const char *wire_attr_name(const struct nlmsghdr *nlh, uint32_t offset);
/* BRFW_ELEMENT_A_CHANGE_ID of the element that holds @offset, or 0. */
uint32_t wire_element_change(const struct nlmsghdr *nlh, uint32_t offset);
const char *wire_missing_name(const struct nlmsghdr *nlh, uint32_t offset, uint32_t type);

#endif /* _FWCTL_WIRE_H */

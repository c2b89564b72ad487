/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of nlattr share.
 */
#ifndef _BRFW_NLATTR_PARTS_H
#define _BRFW_NLATTR_PARTS_H

#include "nlattr.h"

struct brfw_stats;
struct brfw_match;

/* nlattr_match.c */

extern const struct nla_policy brfw_match_policy[BRFW_MATCH_A_MAX + 1];

extern const struct nla_policy brfw_in_sets_policy[BRFW_LIST_A_MAX + 1];

int brfw_nlattr_get_match(struct brfw_ruleset *rs, struct brfw_match *m,
			  const struct nlattr *nest, const struct nlattr *sets,
			  u8 hook, u8 *families,
			  struct netlink_ext_ack *extack);
int brfw_nlattr_put_in_sets(struct sk_buff *skb, struct brfw_ruleset *rs,
			    const struct brfw_match *m, u8 families);
int brfw_nlattr_put_match(struct sk_buff *skb, struct brfw_ruleset *rs,
			  const struct brfw_match *m, u8 families);

/* nlattr_actions.c */

extern const struct nla_policy brfw_limit_policy[BRFW_LIMIT_A_MAX + 1];
extern const struct nla_policy brfw_log_policy[BRFW_LOG_A_MAX + 1];
extern const struct nla_policy brfw_mark_policy[BRFW_MARK_A_MAX + 1];
extern const struct nla_policy brfw_queue_policy[BRFW_QUEUE_A_MAX + 1];

int brfw_nlattr_get_actions(struct brfw_ruleset *rs, struct brfw_rule *rule,
			    const struct nlattr *nest, struct nlattr **tb,
			    struct netlink_ext_ack *extack);
int brfw_nlattr_put_actions(struct sk_buff *skb, struct brfw_ruleset *rs,
			    const struct brfw_rule *rule);

/* nlattr.c */

int brfw_nlattr_parse(struct nlattr **tb, int max, const struct nlattr *nest,
		      struct netlink_ext_ack *extack);
bool brfw_is_text(const char *text);
int brfw_nlattr_check_name(const struct nlattr *attr, const char *name,
			   struct netlink_ext_ack *extack);
int brfw_nlattr_get_comment(const struct nlattr *attr, const char **comment,
			    struct netlink_ext_ack *extack);
int brfw_nlattr_put_stats(struct sk_buff *skb, int attr,
			  struct brfw_stats *stats);
int brfw_nlattr_get_ifname(struct brfw_ruleset *rs, const struct nlattr *attr,
			   u16 *slot, struct netlink_ext_ack *extack);
int brfw_nlattr_put_ifname(struct sk_buff *skb, struct brfw_ruleset *rs,
			   int attr, u16 slot);

/* nlattr_set.c */

int brfw_nlattr_get_set_name(const struct nlattr *attr,
			     struct netlink_ext_ack *extack);

#endif /* _BRFW_NLATTR_PARTS_H */

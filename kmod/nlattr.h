/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between netlink attributes and rules.
 */
#ifndef _BRFW_NLATTR_H
#define _BRFW_NLATTR_H

#include <net/netlink.h>

#include <linux/brfw.h>

struct brfw_change;
struct brfw_element;
struct brfw_policy;
struct brfw_rule;
struct brfw_ruleset;
struct brfw_set;
struct brfw_stats;
struct brfw_zone;

extern const struct nla_policy brfw_rule_policy[BRFW_RULE_A_MAX + 1];
extern const struct nla_policy brfw_place_policy[BRFW_RULE_A_AFTER_CHANGE + 1];
extern const struct nla_policy brfw_policy_policy[BRFW_POLICY_A_MAX + 1];
extern const struct nla_policy brfw_zone_policy[BRFW_ZONE_A_MAX + 1];
extern const struct nla_policy brfw_set_policy[BRFW_SET_A_MAX + 1];
extern const struct nla_policy brfw_set_name_policy[BRFW_SET_A_MAX + 1];
extern const struct nla_policy brfw_set_form_policy[BRFW_SET_A_MAX + 1];
extern const struct nla_policy brfw_elements_policy[BRFW_LIST_A_MAX + 1];
extern const struct nla_policy brfw_element_keys_policy[BRFW_LIST_A_MAX + 1];

/* May sleep; no lock needed. */

int brfw_nlattr_fail(struct netlink_ext_ack *extack, const struct nlattr *attr,
		     int err, const char *text);
int brfw_nlattr_check_once(const struct nlattr *head, int len,
			   struct netlink_ext_ack *extack);
int brfw_nlattr_check_ifname(const struct nlattr *attr,
			     struct netlink_ext_ack *extack);
int brfw_nlattr_get_bridge(struct brfw_ruleset *rs, const struct nlattr *attr,
			   u16 *slot, struct netlink_ext_ack *extack);
int brfw_nlattr_get_rule(struct brfw_ruleset *rs, struct brfw_change *change,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack);
int brfw_nlattr_get_move(struct brfw_change *change, const struct nlattr *attr,
			 struct netlink_ext_ack *extack);
int brfw_nlattr_get_policy(struct brfw_ruleset *rs, struct brfw_change *change,
			   const struct nlattr *attr,
			   struct netlink_ext_ack *extack);
int brfw_nlattr_get_zone(struct brfw_ruleset *rs, struct brfw_change *change,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack);

int brfw_nlattr_get_set_name_of(const struct nlattr *nest, const char **name,
				struct netlink_ext_ack *extack);
int brfw_nlattr_get_set(struct brfw_ruleset *rs, struct brfw_change *change,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack);
int brfw_nlattr_get_elements(struct brfw_ruleset *rs,
			     struct brfw_change *change,
			     const struct nlattr *set,
			     const struct nlattr *elements,
			     struct netlink_ext_ack *extack);

/* Config lock held; may sleep. Return: 0 or -EMSGSIZE. */

int brfw_nlattr_put_rule(struct sk_buff *skb, struct brfw_ruleset *rs,
			 const struct brfw_rule *rule);
int brfw_nlattr_put_matches(struct sk_buff *skb);
int brfw_nlattr_put_policy(struct sk_buff *skb, struct brfw_ruleset *rs,
			   const struct brfw_policy *policy);
int brfw_nlattr_put_zone(struct sk_buff *skb, struct brfw_ruleset *rs,
			 const struct brfw_zone *zone);
int brfw_nlattr_put_set(struct sk_buff *skb, const struct brfw_set *set);
int brfw_nlattr_put_set_form(struct sk_buff *skb, const struct brfw_set *set);
int brfw_nlattr_put_element(struct sk_buff *skb, struct brfw_ruleset *rs,
			    const struct brfw_element *e, bool is_key_only);

#endif /* _BRFW_NLATTR_H */

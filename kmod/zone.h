/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Conntrack zones of bridges. zone.c tells how they work.
 */
#ifndef _BRFW_ZONE_H
#define _BRFW_ZONE_H

#include <linux/list.h>
#include <linux/types.h>

struct brfw_ruleset;
struct net;
struct nf_conn;

/**
 * struct brfw_zone - the zone of a bridge
 * @list: in brfw_ruleset.zones, or the garbage
 * @templates: one for each CPU
 * @bridge: slot of the bridge's name
 * @id: number of the zone, not 0
 * @status: as of a rule
 *
 * Never changed: another number is another zone. Protected by the config lock;
 * packets see the templates in struct brfw_view.
 */
struct brfw_zone {
	struct list_head list;
	struct nf_conn * __percpu *templates;
	u16 bridge;
	u16 id;
	u8 status;
};

/* Config lock held, may sleep. */

struct brfw_zone *brfw_zone_alloc(struct brfw_ruleset *rs, u16 bridge, u16 id);
void brfw_zone_free(struct brfw_ruleset *rs, struct brfw_zone *zone);
struct brfw_zone *brfw_zone_find(struct brfw_ruleset *rs, u16 bridge,
				 bool is_dead);

/* May sleep. */

int brfw_zone_hooks_register(struct net *net);
void brfw_zone_hooks_unregister(struct net *net);
void brfw_zone_hooks_stop(struct net *net);
void brfw_zone_hooks_finish(struct net *net);

#endif /* _BRFW_ZONE_H */

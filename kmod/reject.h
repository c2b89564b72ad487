/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_REJECT_H
#define _BRFW_REJECT_H

#include <linux/brfw.h>

#include "key.h"

struct nf_hook_state;
struct sk_buff;

bool brfw_reject_may_answer(const struct brfw_key *key);
void brfw_reject_answer(const struct sk_buff *skb,
			const struct nf_hook_state *state,
			const struct brfw_key *key,
			const struct brfw_layout *layout,
			const struct brfw_vlan *vlan, enum brfw_reject how);

#endif /* _BRFW_REJECT_H */

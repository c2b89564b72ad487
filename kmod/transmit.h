/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_TRANSMIT_H
#define _BRFW_TRANSMIT_H

#include <linux/types.h>

#include "key.h"

struct net_device;
struct nf_hook_state;
struct sk_buff;

/* RCU read section. */

const char *brfw_transmit_unsuitable(const struct net_device *dev);
const char *brfw_transmit_problem(const struct net_device *dev);
const char *brfw_transmit_output_problem(const struct net_device *dev,
					 const struct net_device *from);

/* Softirqs off, RCU read section. */

void brfw_transmit_copy(const struct sk_buff *skb,
			const struct nf_hook_state *state,
			struct net_device *dev, const struct brfw_vlan *vlan);
void brfw_transmit_answer(struct sk_buff *answer, const struct sk_buff *skb,
			  const struct nf_hook_state *state);
bool brfw_transmit_is_ours(const struct sk_buff *skb);

#endif /* _BRFW_TRANSMIT_H */

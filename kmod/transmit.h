/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_TRANSMIT_H
#define _BRFW_TRANSMIT_H

#include <linux/percpu.h>
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

DECLARE_PER_CPU(const struct sk_buff *, brfw_transmit_skb);

/**
 * brfw_transmit_is_ours() - does brfw send this frame?
 * @skb: frame at a hook
 *
 * Return: whether it does; then it must not be judged.
 */
static inline bool brfw_transmit_is_ours(const struct sk_buff *skb)
{
	return this_cpu_read(brfw_transmit_skb) == skb;
}

#endif /* _BRFW_TRANSMIT_H */

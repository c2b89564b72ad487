/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of a frame from one judgement to the next.
 */
#ifndef _BRFW_FRAME_H
#define _BRFW_FRAME_H

#include <linux/types.h>

#include "key.h"

struct brfw_frame_note;
struct net_device;
struct nf_hook_state;
struct sk_buff;

int brfw_frame_init(void);
void brfw_frame_exit(void);

/* RCU read section. */

bool brfw_frame_has_moved(const struct sk_buff *skb,
			  const struct nf_hook_state *state);
void brfw_frame_receive(struct sk_buff *skb, const struct nf_hook_state *state);

/* All of these: softirqs off, RCU read section. */

void brfw_frame_get_vlan(const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 const struct net_device *bridge,
			 struct brfw_vlan *vlan);
struct brfw_frame_note *brfw_frame_begin(const struct sk_buff *skb,
					 const struct nf_hook_state *state,
					 const struct net_device *bridge);
bool brfw_frame_recall(const struct brfw_frame_note *note, u64 handle,
		       bool *result);
void brfw_frame_remember(struct brfw_frame_note *note, u64 handle,
			 bool result);

#endif /* _BRFW_FRAME_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_IF_VLAN_H
#define _KSHIM_LINUX_IF_VLAN_H

#include <linux/etherdevice.h>

#define VLAN_CFI_MASK	0x1000

struct vlan_hdr {
	__be16 h_vlan_TCI;
	__be16 h_vlan_encapsulated_proto;
};

#define skb_vlan_tag_present(skb)	((skb)->has_tag)
#define skb_vlan_tag_get(skb)		((skb)->vlan_tci)

static inline bool eth_type_vlan(__be16 type)
{
	return type == htons(ETH_P_8021Q) || type == htons(ETH_P_8021AD);
}

#endif /* _KSHIM_LINUX_IF_VLAN_H */

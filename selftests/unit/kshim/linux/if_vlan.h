/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_IF_VLAN_H
#define _KSHIM_LINUX_IF_VLAN_H

#include <linux/etherdevice.h>

/* IEEE 802.1Q clause 9.6 */
#define VLAN_PRIO_SHIFT	13
#define VLAN_PRIO_MASK	0xe000
#define VLAN_VID_MASK	0x0fff

struct vlan_hdr {
	__be16 h_vlan_TCI;
	__be16 h_vlan_encapsulated_proto;
};

static inline bool eth_type_vlan(__be16 type)
{
	return type == htons(ETH_P_8021Q) || type == htons(ETH_P_8021AD);
}

#endif /* _KSHIM_LINUX_IF_VLAN_H */

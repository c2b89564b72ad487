/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_ETHERDEVICE_H
#define _KSHIM_LINUX_ETHERDEVICE_H

#include <linux/if_ether.h>
#include <linux/skbuff.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ntohs(x)	__builtin_bswap16(x)
#define ntohl(x)	__builtin_bswap32(x)
#else
#define ntohs(x)	(x)
#define ntohl(x)	(x)
#endif
#define htons(x)	ntohs(x)

#define eth_hdr(skb)	((const struct ethhdr *)skb_mac_header(skb))

/* Smaller is the length of an IEEE 802.3 frame. */
static inline bool eth_proto_is_802_3(__be16 type)
{
	return ntohs(type) >= ETH_P_802_3_MIN;
}

/* IEEE 802: the first bit of an address tells a group. */
static inline bool is_multicast_ether_addr(const u8 *addr)
{
	return addr[0] & 1;
}

static inline bool is_broadcast_ether_addr(const u8 *addr)
{
	return !memcmp(addr, "\xff\xff\xff\xff\xff\xff", ETH_ALEN);
}

#endif /* _KSHIM_LINUX_ETHERDEVICE_H */

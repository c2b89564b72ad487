/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_NET_IPV6_H
#define _KSHIM_NET_IPV6_H

#include <linux/ipv6.h>
#include <linux/types.h>

/* "Assigned Internet Protocol Numbers" of IANA */
#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_AUTH		51
#define NEXTHDR_DEST		60

/* RFC 8200 section 4.5 */
#define IP6_MF		0x0001
#define IP6_OFFSET	0xfff8

struct frag_hdr {
	u8 nexthdr;
	u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

#endif /* _KSHIM_NET_IPV6_H */

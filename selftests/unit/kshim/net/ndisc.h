/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_NET_NDISC_H
#define _KSHIM_NET_NDISC_H

#include <linux/types.h>

/* RFC 4861 sections 4.1 to 4.5 */
#define NDISC_ROUTER_SOLICITATION	133
#define NDISC_ROUTER_ADVERTISEMENT	134
#define NDISC_NEIGHBOUR_SOLICITATION	135
#define NDISC_NEIGHBOUR_ADVERTISEMENT	136
#define NDISC_REDIRECT			137

/* RFC 4861 section 4.6 */
#define ND_OPT_SOURCE_LL_ADDR	1
#define ND_OPT_TARGET_LL_ADDR	2

struct nd_opt_hdr {
	u8 nd_opt_type;
	u8 nd_opt_len;
};

#endif /* _KSHIM_NET_NDISC_H */

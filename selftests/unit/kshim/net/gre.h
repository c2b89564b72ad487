/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_NET_GRE_H
#define _KSHIM_NET_GRE_H

#include <linux/types.h>

/* RFC 2784 section 2 */
struct gre_base_hdr {
	__be16 flags;
	__be16 protocol;
};

#endif /* _KSHIM_NET_GRE_H */

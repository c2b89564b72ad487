/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_NET_DSFIELD_H
#define _KSHIM_NET_DSFIELD_H

#include <linux/types.h>

/* RFC 8200 section 3: eight bits across the first two bytes */
#define ipv6_get_dsfield(ih) \
	((u8)(((const u8 *)(ih))[0] << 4 | ((const u8 *)(ih))[1] >> 4))

#endif /* _KSHIM_NET_DSFIELD_H */

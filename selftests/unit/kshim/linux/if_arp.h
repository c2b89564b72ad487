/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_IF_ARP_H
#define _KSHIM_LINUX_IF_ARP_H

#include <linux/types.h>

/* RFC 826 */
struct arphdr {
	__be16 ar_hrd;
	__be16 ar_pro;
	u8 ar_hln;
	u8 ar_pln;
	__be16 ar_op;
};

#endif /* _KSHIM_LINUX_IF_ARP_H */

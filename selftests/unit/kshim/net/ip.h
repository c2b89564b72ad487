/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_NET_IP_H
#define _KSHIM_NET_IP_H

#include <linux/in.h>
#include <linux/ip.h>

/* RFC 791, figure 4: flags and fragment offset */
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

#endif /* _KSHIM_NET_IP_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_NET_TCP_H
#define _KSHIM_NET_TCP_H

#include <linux/tcp.h>
#include <linux/types.h>

/* RFC 9293 section 3.1: CWR to FIN */
#define tcp_flag_byte(th)	(((const u8 *)(th))[13])

#endif /* _KSHIM_NET_TCP_H */

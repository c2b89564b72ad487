/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_LINUX_SCTP_H
#define _KSHIM_LINUX_SCTP_H

#include <linux/types.h>

/* RFC 9260 section 3.1 */
struct sctphdr {
	__be16 source;
	__be16 dest;
	__be32 vtag;
	__le32 checksum;
};

#endif /* _KSHIM_LINUX_SCTP_H */

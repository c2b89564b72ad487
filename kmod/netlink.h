/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_NETLINK_H
#define _BRFW_NETLINK_H

struct brfw_net;

int brfw_nl_init(void);
void brfw_nl_exit(void);
void brfw_nl_net_init(struct brfw_net *bn);
void brfw_nl_abort_all(struct brfw_net *bn);

#endif /* _BRFW_NETLINK_H */

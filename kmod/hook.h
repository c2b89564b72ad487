/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_HOOK_H
#define _BRFW_HOOK_H

#include <linux/types.h>

struct net;

int brfw_hooks_register(struct net *net, u32 hooks);
void brfw_hooks_unregister(struct net *net, u32 hooks);

#endif /* _BRFW_HOOK_H */

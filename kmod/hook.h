/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BRFW_HOOK_H
#define _BRFW_HOOK_H

#include <linux/types.h>

struct brfw_net;

int brfw_hook_caches_init(unsigned int nentries);
void brfw_hook_caches_exit(void);

void brfw_hooks_init(struct brfw_net *bn);
int brfw_hooks_register(struct brfw_net *bn, u32 hooks);
void brfw_hooks_unregister(struct brfw_net *bn, u32 hooks);

#endif /* _BRFW_HOOK_H */

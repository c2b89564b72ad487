/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KSHIM_ASM_BYTEORDER_H
#define _KSHIM_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>

#define be64_to_cpu(x)	__be64_to_cpu(x)

#endif /* _KSHIM_ASM_BYTEORDER_H */

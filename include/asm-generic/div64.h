/* SPDX-License-Identifier: GPL-2.0-only */
/* Division of 64 by 32 bits: the quotient replaces the dividend, the value is the rest. */
#ifndef _ASM_GENERIC_DIV64_H
#define _ASM_GENERIC_DIV64_H

#include <linux/types.h>
#define do_div(n, base)                                                                                               \
	({                                                                                                                \
		u32 __base = (base);                                                                                          \
		u32 __rem = ((u64)(n)) % __base;                                                                              \
		(n) = ((u64)(n)) / __base;                                                                                    \
		__rem;                                                                                                        \
	})

#endif

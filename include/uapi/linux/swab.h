/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes and half words in the other order. */
#ifndef _UAPI_LINUX_SWAB_H
#define _UAPI_LINUX_SWAB_H

#include <linux/types.h>
#define ___constant_swahw32(x) ((__u32)((((__u32)(x) & 0x0000ffffUL) << 16) | (((__u32)(x) & 0xffff0000UL) >> 16)))
#define __swab16(x) ((__u16)__builtin_bswap16((__u16)(x)))
#define __swab32(x) ((__u32)__builtin_bswap32((__u32)(x)))
#define __swab64(x) ((__u64)__builtin_bswap64((__u64)(x)))
#define __swab(y) __swab64(y)
#define __swahw32(x) ___constant_swahw32(x)
#define __swahb32(x) ((__u32)((((__u32)(x) & 0x00ff00ffUL) << 8) | (((__u32)(x) & 0xff00ff00UL) >> 8)))

#endif

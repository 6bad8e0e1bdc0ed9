/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits in the other order. */
#ifndef _LINUX_BITREV_H
#define _LINUX_BITREV_H

#include <linux/types.h>
#define bitrev32(x) ((u32)__builtin_bitreverse32((u32)(x)))
#define bitrev16(x) ((u16)__builtin_bitreverse16((u16)(x)))
#define bitrev8(x) ((u8)__builtin_bitreverse8((u8)(x)))
#define bitrev8x4(x) __builtin_bswap32(__builtin_bitreverse32((u32)(x)))
#define __bitrev32 bitrev32
#define __bitrev16 bitrev16
#define __bitrev8 bitrev8

#endif

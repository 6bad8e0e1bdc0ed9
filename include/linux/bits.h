/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits and ranges of bits. */
#ifndef _LINUX_BITS_H
#define _LINUX_BITS_H

#include <linux/const.h>
#include <vdso/bits.h>
#include <asm/bitsperlong.h>
#define BIT_MASK(nr) (UL(1) << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (ULL(1) << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)
#define BITS_PER_BYTE 8
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#ifndef __ASSEMBLY__
#include <linux/build_bug.h>
/* Only where both are constants can the compiler see that they are in order. */
#define GENMASK_INPUT_CHECK(h, l)                                                                                     \
	(BUILD_BUG_ON_ZERO(__builtin_choose_expr(__is_constexpr((l) > (h)), (l) > (h), 0)))
#else
#define GENMASK_INPUT_CHECK(h, l) 0
#endif
#define __GENMASK(h, l) ((~UL(0) - (UL(1) << (l)) + 1) & (~UL(0) >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK(h, l) (GENMASK_INPUT_CHECK(h, l) + __GENMASK(h, l))
#define __GENMASK_ULL(h, l) ((~ULL(0) - (ULL(1) << (l)) + 1) & (~ULL(0) >> (BITS_PER_LONG_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) (GENMASK_INPUT_CHECK(h, l) + __GENMASK_ULL(h, l))
#define GENMASK_U128(h, l) (((~(unsigned __int128)0) << (l)) & ((~(unsigned __int128)0) >> (127 - (h))))
#define __GENMASK_T(t, h, l) ((t)(GENMASK_INPUT_CHECK(h, l) + __GENMASK_ULL(h, l)))
#define GENMASK_U8(h, l) __GENMASK_T(u8, h, l)
#define GENMASK_U16(h, l) __GENMASK_T(u16, h, l)
#define GENMASK_U32(h, l) __GENMASK_T(u32, h, l)
#define GENMASK_U64(h, l) __GENMASK_T(u64, h, l)
#define BIT_U8(nr) ((u8)BIT(nr))
#define BIT_U16(nr) ((u16)BIT(nr))
#define BIT_U32(nr) ((u32)BIT(nr))
#define BIT_U64(nr) ((u64)BIT_ULL(nr))

#endif

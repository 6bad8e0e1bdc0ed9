/* SPDX-License-Identifier: GPL-2.0-only */
/* Integers of fixed size; 64 bits are long long, as on every architecture of Linux. */
#ifndef _ASM_GENERIC_INT_LL64_H
#define _ASM_GENERIC_INT_LL64_H

#include <uapi/asm-generic/int-ll64.h>
#ifndef __ASSEMBLY__
typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
#define S8_C(x) x
#define U8_C(x) x##U
#define S16_C(x) x
#define U16_C(x) x##U
#define S32_C(x) x
#define U32_C(x) x##U
#define S64_C(x) x##LL
#define U64_C(x) x##ULL
#else
#define S8_C(x) x
#define U8_C(x) x
#define S16_C(x) x
#define U16_C(x) x
#define S32_C(x) x
#define U32_C(x) x
#define S64_C(x) x
#define U64_C(x) x
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits of words and of arrays of words: set_bit and the like are atomic, their __ forms are not. */
#ifndef _ASM_BITOPS_H
#define _ASM_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/atomic.h>

static __always_inline void set_bit(unsigned int nr, volatile unsigned long *p)
{
	__atomic_fetch_or(p + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}
static __always_inline void clear_bit(unsigned int nr, volatile unsigned long *p)
{
	__atomic_fetch_and(p + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELAXED);
}
static __always_inline void change_bit(unsigned int nr, volatile unsigned long *p)
{
	__atomic_fetch_xor(p + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}
static __always_inline bool test_and_set_bit(unsigned int nr, volatile unsigned long *p)
{
	return __fv_full(__atomic_fetch_or, p + BIT_WORD(nr), BIT_MASK(nr)) & BIT_MASK(nr);
}
static __always_inline bool test_and_clear_bit(unsigned int nr, volatile unsigned long *p)
{
	return __fv_full(__atomic_fetch_and, p + BIT_WORD(nr), ~BIT_MASK(nr)) & BIT_MASK(nr);
}
static __always_inline bool test_and_change_bit(unsigned int nr, volatile unsigned long *p)
{
	return __fv_full(__atomic_fetch_xor, p + BIT_WORD(nr), BIT_MASK(nr)) & BIT_MASK(nr);
}
static __always_inline bool test_and_set_bit_lock(unsigned int nr, volatile unsigned long *p)
{
	return __atomic_fetch_or(p + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_ACQUIRE) & BIT_MASK(nr);
}
static __always_inline void clear_bit_unlock(unsigned int nr, volatile unsigned long *p)
{
	__atomic_fetch_and(p + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELEASE);
}
static __always_inline void __clear_bit_unlock(unsigned int nr, volatile unsigned long *p)
{
	clear_bit_unlock(nr, p);
}
static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *p)
{
	return (p[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;
}
static __always_inline bool test_bit_acquire(unsigned long nr, const volatile unsigned long *p)
{
	return (smp_load_acquire(p + BIT_WORD(nr)) >> (nr % BITS_PER_LONG)) & 1;
}
static __always_inline void __set_bit(unsigned long nr, volatile unsigned long *p)
{
	p[BIT_WORD(nr)] |= BIT_MASK(nr);
}
static __always_inline void __clear_bit(unsigned long nr, volatile unsigned long *p)
{
	p[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}
static __always_inline void __change_bit(unsigned long nr, volatile unsigned long *p)
{
	p[BIT_WORD(nr)] ^= BIT_MASK(nr);
}
static __always_inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *p)
{
	bool was = test_bit(nr, p);

	__set_bit(nr, p);
	return was;
}
static __always_inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *p)
{
	bool was = test_bit(nr, p);

	__clear_bit(nr, p);
	return was;
}
static __always_inline bool __test_and_change_bit(unsigned long nr, volatile unsigned long *p)
{
	bool was = test_bit(nr, p);

	__change_bit(nr, p);
	return was;
}
/* Numbers of bits: from 0 with two underscores (no bit: undefined), from 1 without (no bit: 0). */
static __always_inline __attribute_const__ unsigned int __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}
static __always_inline __attribute_const__ unsigned int __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(word);
}
static __always_inline __attribute_const__ int ffs(int x)
{
	return __builtin_ffs(x);
}
static __always_inline __attribute_const__ int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}
static __always_inline __attribute_const__ int fls64(__u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}
#define ffz(x) __ffs(~(x))

/* Known at compile time where the argument is. */
#define __const_hweight8(w)                                                                                           \
	((unsigned int)((!!((w) & (1ULL << 0))) + (!!((w) & (1ULL << 1))) + (!!((w) & (1ULL << 2))) +                     \
			(!!((w) & (1ULL << 3))) + (!!((w) & (1ULL << 4))) + (!!((w) & (1ULL << 5))) +                             \
			(!!((w) & (1ULL << 6))) + (!!((w) & (1ULL << 7)))))
#define __const_hweight16(w) (__const_hweight8(w) + __const_hweight8((w) >> 8))
#define __const_hweight32(w) (__const_hweight16(w) + __const_hweight16((w) >> 16))
#define __const_hweight64(w) (__const_hweight32(w) + __const_hweight32((w) >> 32))
/* Without vector registers the compiler would call a function of its own library. */
static __always_inline __attribute_const__ unsigned int __fv_hweight64(__u64 w)
{
	w -= (w >> 1) & 0x5555555555555555ULL;
	w = (w & 0x3333333333333333ULL) + ((w >> 2) & 0x3333333333333333ULL);
	w = (w + (w >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (w * 0x0101010101010101ULL) >> 56;
}
#define hweight8(w) (__builtin_constant_p(w) ? __const_hweight8(w) : __fv_hweight64((u8)(w)))
#define hweight16(w) (__builtin_constant_p(w) ? __const_hweight16(w) : __fv_hweight64((u16)(w)))
#define hweight32(w) (__builtin_constant_p(w) ? __const_hweight32(w) : __fv_hweight64((u32)(w)))
#define hweight64(w) (__builtin_constant_p(w) ? __const_hweight64(w) : __fv_hweight64(w))
#define HWEIGHT8(w) (BUILD_BUG_ON_ZERO(!__builtin_constant_p(w)) + __const_hweight8(w))
#define HWEIGHT16(w) (BUILD_BUG_ON_ZERO(!__builtin_constant_p(w)) + __const_hweight16(w))
#define HWEIGHT32(w) (BUILD_BUG_ON_ZERO(!__builtin_constant_p(w)) + __const_hweight32(w))
#define HWEIGHT64(w) (BUILD_BUG_ON_ZERO(!__builtin_constant_p(w)) + __const_hweight64(w))
#define set_bit_le(nr, addr) set_bit(nr, (unsigned long *)(addr))
#define clear_bit_le(nr, addr) clear_bit(nr, (unsigned long *)(addr))
#define test_bit_le(nr, addr) test_bit(nr, (const unsigned long *)(addr))
#define __set_bit_le(nr, addr) __set_bit(nr, (unsigned long *)(addr))
#define __clear_bit_le(nr, addr) __clear_bit(nr, (unsigned long *)(addr))

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What follows from operations on single bits: rotations, orders, masks, loops over bits. */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/typecheck.h>
#include <linux/types.h>
#include <linux/math.h>
#include <linux/atomic.h>
#include <asm/bitops.h>
#include <asm/byteorder.h>
#define BITS_TO_LONGS(nr) __KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(long))
#define BITS_TO_U64(nr) __KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(u64))
#define BITS_TO_U32(nr) __KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(u32))
#define BITS_TO_BYTES(nr) __KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(char))
#define BYTES_TO_BITS(nb) (((BITS_PER_LONG * (nb)) / sizeof(long)))

#define assign_bit(nr, addr, value) ((value) ? set_bit((nr), (addr)) : clear_bit((nr), (addr)))
#define __assign_bit(nr, addr, value) ((value) ? __set_bit((nr), (addr)) : __clear_bit((nr), (addr)))
#define __ptr_set_bit(nr, addr) ({ typecheck_pointer(*(addr)); __set_bit(nr, (unsigned long *)(addr)); })
#define __ptr_clear_bit(nr, addr) ({ typecheck_pointer(*(addr)); __clear_bit(nr, (unsigned long *)(addr)); })
#define __ptr_test_bit(nr, addr) ({ typecheck_pointer(*(addr)); test_bit(nr, (unsigned long *)(addr)); })

static inline unsigned int fls_long(unsigned long l)
{
	return fls64(l);
}
static inline unsigned int __ffs64(u64 word)
{
	return __ffs(word);
}
static inline unsigned long fns(unsigned long word, unsigned int n)
{
	while (word && n--)
		word &= word - 1;
	return word ? __ffs(word) : BITS_PER_LONG;
}

static __always_inline unsigned long hweight_long(unsigned long w)
{
	return __fv_hweight64(w);
}
static inline __attribute_const__ int parity8(u8 val)
{
	return __fv_hweight64(val) & 1;
}

#define __FV_ROTATE(bits)                                                                                             \
	static inline __u##bits rol##bits(__u##bits word, unsigned int shift)                                             \
	{                                                                                                                 \
		return (word << (shift & (bits - 1))) | (word >> ((-shift) & (bits - 1)));                                    \
	}                                                                                                                 \
	static inline __u##bits ror##bits(__u##bits word, unsigned int shift)                                             \
	{                                                                                                                 \
		return (word >> (shift & (bits - 1))) | (word << ((-shift) & (bits - 1)));                                    \
	}
__FV_ROTATE(8)
__FV_ROTATE(16)
__FV_ROTATE(32)
__FV_ROTATE(64)
#undef __FV_ROTATE
static __always_inline __s32 sign_extend32(__u32 value, int index)
{
	__u8 shift = 31 - index;

	return (__s32)(value << shift) >> shift;
}
static __always_inline __s64 sign_extend64(__u64 value, int index)
{
	__u8 shift = 63 - index;

	return (__s64)(value << shift) >> shift;
}
static inline int get_bitmask_order(unsigned int count)
{
	return fls(count);
}
static inline int get_count_order(unsigned int count)
{
	return count == 0 ? -1 : fls(--count);
}
static inline int get_count_order_long(unsigned long l)
{
	return l == 0UL ? -1 : (int)fls_long(--l);
}
#define set_mask_bits(ptr, mask, bits)                                                                                \
	({                                                                                                                \
		const typeof(*(ptr)) mask__ = (mask), bits__ = (bits);                                                        \
		typeof(*(ptr)) old__ = READ_ONCE(*(ptr)), new__;                                                              \
		do                                                                                                            \
			new__ = (old__ & ~mask__) | bits__;                                                                       \
		while (!try_cmpxchg(ptr, &old__, new__));                                                                     \
		old__;                                                                                                        \
	})
#define bit_clear_unless(ptr, clear, test)                                                                            \
	({                                                                                                                \
		const typeof(*(ptr)) clear__ = (clear), test__ = (test);                                                      \
		typeof(*(ptr)) old__ = READ_ONCE(*(ptr)), new__;                                                              \
		do {                                                                                                          \
			if (old__ & test__)                                                                                       \
				break;                                                                                                \
			new__ = old__ & ~clear__;                                                                                 \
		} while (!try_cmpxchg(ptr, &old__, new__));                                                                   \
		!(old__ & test__);                                                                                            \
	})
#define for_each_set_bit(bit, addr, size)                                                                             \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#include <linux/find.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Rounding and division of whole numbers. */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>
#include <asm/div64.h>
#include <linux/const.h>
#define __round_mask(x, y) ((__typeof__(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))
#define DIV_ROUND_UP_POW2(n, d) ((n) / (d) + !!((n) & ((d) - 1)))
#define DIV_ROUND_UP(n, d) __KERNEL_DIV_ROUND_UP(n, d)
#define DIV_ROUND_DOWN_ULL(ll, d) ({ unsigned long long _tmp = (ll); do_div(_tmp, d); _tmp; })
#define DIV_ROUND_UP_ULL(ll, d) DIV_ROUND_DOWN_ULL((unsigned long long)(ll) + (d) - 1, (d))
#define DIV_ROUND_UP_SECTOR_T(ll, d) DIV_ROUND_UP_ULL(ll, d)
#define roundup(x, y)                                                                                                 \
	({                                                                                                                \
		typeof(y) __y = y;                                                                                            \
		(((x) + (__y - 1)) / __y) * __y;                                                                              \
	})
#define rounddown(x, y)                                                                                               \
	({                                                                                                                \
		typeof(x) __x = (x);                                                                                          \
		__x - (__x % (y));                                                                                            \
	})
#define DIV_ROUND_CLOSEST(x, divisor)                                                                                 \
	({                                                                                                                \
		typeof(x) __x = x;                                                                                            \
		typeof(divisor) __d = divisor;                                                                                \
		(((typeof(x))-1) > 0 || ((typeof(divisor))-1) > 0 || (((__x) > 0) == ((__d) > 0)))                            \
			? (((__x) + ((__d) / 2)) / (__d))                                                                         \
			: (((__x) - ((__d) / 2)) / (__d));                                                                        \
	})
#define DIV_ROUND_CLOSEST_ULL(x, divisor)                                                                             \
	({                                                                                                                \
		typeof(divisor) __d = divisor;                                                                                \
		unsigned long long _tmp = (x) + (__d) / 2;                                                                    \
		do_div(_tmp, __d);                                                                                            \
		_tmp;                                                                                                         \
	})
#define mult_frac(x, n, d)                                                                                            \
	({                                                                                                                \
		typeof(x) x_ = (x);                                                                                           \
		typeof(n) n_ = (n);                                                                                           \
		typeof(d) d_ = (d);                                                                                           \
		typeof(x_) q = x_ / d_;                                                                                       \
		typeof(x_) r = x_ % d_;                                                                                       \
		q * n_ + r * n_ / d_;                                                                                         \
	})
#define sector_div(a, b) do_div(a, b)
#define __abs_case(x, type, other)                                                                                    \
	__builtin_choose_expr(__same_type(x, signed type) || __same_type(x, unsigned type),                               \
		({ signed type __v = (x); __v < 0 ? -__v : __v; }), other)
#define abs(x)                                                                                                        \
	__abs_case(x, long long, __abs_case(x, long, __abs_case(x, int, __abs_case(x, short, __abs_case(x, char,          \
		__builtin_choose_expr(__same_type(x, char), (char)({ signed char __v = (x); __v < 0 ? -__v : __v; }), ((void)0)))))))
#define abs_diff(a, b)                                                                                                \
	({                                                                                                                \
		typeof(a) __a = (a);                                                                                          \
		typeof(b) __b = (b);                                                                                          \
		__a > __b ? (__a - __b) : (__b - __a);                                                                        \
	})
/* The multiple of b that is nearest below or above a. */
static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}
#define __STRUCT_FRACT(type) struct type##_fract { __##type numerator; __##type denominator; };
__STRUCT_FRACT(s8)
__STRUCT_FRACT(u8)
__STRUCT_FRACT(s16)
__STRUCT_FRACT(u16)
__STRUCT_FRACT(s32)
__STRUCT_FRACT(u32)
#undef __STRUCT_FRACT
u64 int_pow(u64 base, unsigned int exp);
unsigned long int_sqrt(unsigned long x);
static inline u32 int_sqrt64(u64 x)
{
	return (u32)int_sqrt(x);
}

#endif

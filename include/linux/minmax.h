/* SPDX-License-Identifier: GPL-2.0-only */
/* The smaller and the larger, each argument taken once. */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/types.h>
/* Signed and unsigned may be mixed only where the signed one is a constant that is not negative, or narrow. */
#define __minmax_signed(x) is_signed_type(typeof((x) + 0))
#define __minmax_ok(x, y)                                                                                             \
	(__minmax_signed(x) == __minmax_signed(y) || (__builtin_constant_p((x) >= 0) && (x) >= 0 && __is_constexpr(x)) || \
	 (__builtin_constant_p((y) >= 0) && (y) >= 0 && __is_constexpr(y)))
#define __cmp_op_min <
#define __cmp_op_max >
#define __cmp(op, x, y) ((x)__cmp_op_##op(y) ? (x) : (y))
#define __careful_cmp_once(op, x, y, ux, uy)                                                                          \
	({                                                                                                                \
		__auto_type ux = (x);                                                                                         \
		__auto_type uy = (y);                                                                                         \
		__cmp(op, ux, uy);                                                                                            \
	})
#define __careful_cmp_id(op, x, y, n) __careful_cmp_once(op, x, y, __PASTE(__ux_, n), __PASTE(__uy_, n))
#define __careful_cmp(op, x, y) __careful_cmp_id(op, x, y, __COUNTER__)
#define min(x, y) __careful_cmp(min, x, y)
#define max(x, y) __careful_cmp(max, x, y)
#define umin(x, y) __careful_cmp(min, (x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define umax(x, y) __careful_cmp(max, (x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define min3(x, y, z) min(min(x, y), z)
#define max3(x, y, z) max(max(x, y), z)
#define min_t(type, x, y) __careful_cmp(min, (type)(x), (type)(y))
#define max_t(type, x, y) __careful_cmp(max, (type)(x), (type)(y))
#define min_not_zero(x, y)                                                                                            \
	({                                                                                                                \
		typeof(x) __x = (x);                                                                                          \
		typeof(y) __y = (y);                                                                                          \
		__x == 0 ? __y : ((__y == 0) ? __x : min(__x, __y));                                                          \
	})
#define clamp(val, lo, hi)                                                                                            \
	({                                                                                                                \
		__auto_type __cv = (val);                                                                                     \
		__auto_type __cl = (lo);                                                                                      \
		__auto_type __ch = (hi);                                                                                      \
		__cv >= __ch ? (typeof(__cv))__ch : (__cv <= __cl ? (typeof(__cv))__cl : __cv);                               \
	})
#define clamp_t(type, val, lo, hi) clamp((type)(val), (type)(lo), (type)(hi))
#define clamp_val(val, lo, hi) clamp_t(typeof(val), val, lo, hi)
static inline bool in_range64(u64 val, u64 start, u64 len)
{
	return (val - start) < len;
}
static inline bool in_range32(u32 val, u32 start, u32 len)
{
	return (val - start) < len;
}
#define in_range(val, start, len)                                                                                     \
	((sizeof(start) | sizeof(len) | sizeof(val)) <= sizeof(u32) ? in_range32(val, start, len) : in_range64(val, start, len))
#define swap(a, b)                                                                                                    \
	do {                                                                                                              \
		typeof(a) __tmp = (a);                                                                                        \
		(a) = (b);                                                                                                    \
		(b) = __tmp;                                                                                                  \
	} while (0)
#define MIN(a, b) __cmp(min, a, b)
#define MAX(a, b) __cmp(max, a, b)
#define MIN_T(type, a, b) __cmp(min, (type)(a), (type)(b))
#define MAX_T(type, a, b) __cmp(max, (type)(a), (type)(b))
#define __min_array_body(op, array, len)                                                                              \
	({                                                                                                                \
		typeof(&(array)[0]) __array = (array);                                                                        \
		typeof(len) __len = (len);                                                                                    \
		__unqual_scalar_typeof(__array[0]) __element = __array[--__len];                                              \
		while (__len--)                                                                                               \
			__element = op(__element, __array[__len]);                                                                \
		__element;                                                                                                    \
	})
#define min_array(array, len) __min_array_body(min, array, len)
#define max_array(array, len) __min_array_body(max, array, len)

/* Whether two expressions are of one type; where they are not, it does not compile. */
#define __typecheck(x, y) (!!sizeof(char[__builtin_types_compatible_p(typeof(x), typeof(y)) ? 1 : -1]))

#endif

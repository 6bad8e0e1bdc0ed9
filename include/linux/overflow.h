/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic that notices overflow, and sizes that saturate. */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/const.h>
#define __type_half_max(type) ((type)1 << (8 * sizeof(type) - 1 - is_signed_type(type)))
#define type_max(T) ((T)((__type_half_max(T) - 1) + __type_half_max(T)))
#define type_min(T) ((T)((T)-type_max(T) - (T)1))
#define is_non_negative(a) ((a) > 0 || (a) == 0)
#define is_negative(a) (!(is_non_negative(a)))
static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}
#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))
#define wrapping_add(type, a, b) ({ type __val; __builtin_add_overflow(a, b, &__val); __val; })
#define wrapping_sub(type, a, b) ({ type __val; __builtin_sub_overflow(a, b, &__val); __val; })
#define wrapping_mul(type, a, b) ({ type __val; __builtin_mul_overflow(a, b, &__val); __val; })
#define wrapping_assign_add(var, offset) ({ typeof(var) *__ptr = &(var); *__ptr = wrapping_add(typeof(var), *__ptr, offset); })
#define wrapping_assign_sub(var, offset) ({ typeof(var) *__ptr = &(var); *__ptr = wrapping_sub(typeof(var), *__ptr, offset); })
#define check_shl_overflow(a, s, d)                                                                                   \
	__must_check_overflow(({                                                                                          \
		typeof(a) _a = a;                                                                                             \
		typeof(s) _s = s;                                                                                             \
		typeof(d) _d = d;                                                                                             \
		unsigned long long _a_full = _a;                                                                              \
		unsigned int _to_shift = is_non_negative(_s) && _s < 8 * sizeof(*d) ? _s : 0;                                 \
		*_d = (_a_full << _to_shift);                                                                                 \
		(_to_shift != _s || is_negative(*_d) || is_negative(_a) || (*_d >> _to_shift) != _a);                         \
	}))
#define __overflows_type_constexpr(x, T)                                                                              \
	(is_unsigned_type(typeof(x)) ? (x) > type_max(T)                                                                  \
	 : is_unsigned_type(typeof(T)) ? (x) < 0 || (x) > type_max(T) : (x) < type_min(T) || (x) > type_max(T))
#define overflows_type(n, T) ({ typeof(T) __v = 0; __builtin_add_overflow((n), __v, &__v); })
#define castable_to_type(n, T) (!overflows_type(n, T))
static inline size_t __must_check size_mul(size_t factor1, size_t factor2)
{
	size_t bytes;

	return check_mul_overflow(factor1, factor2, &bytes) ? SIZE_MAX : bytes;
}
static inline size_t __must_check size_add(size_t addend1, size_t addend2)
{
	size_t bytes;

	return check_add_overflow(addend1, addend2, &bytes) ? SIZE_MAX : bytes;
}
static inline size_t __must_check size_sub(size_t minuend, size_t subtrahend)
{
	size_t bytes;

	if (minuend == SIZE_MAX || subtrahend == SIZE_MAX || check_sub_overflow(minuend, subtrahend, &bytes))
		return SIZE_MAX;
	return bytes;
}
#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count)                                                                             \
	__builtin_choose_expr(__is_constexpr(count), (count) * sizeof(*(p)->member) + __must_be_array((p)->member),       \
			      size_mul(count, sizeof(*(p)->member) + __must_be_array((p)->member)))
#define struct_size(p, member, count)                                                                                 \
	__builtin_choose_expr(__is_constexpr(count), sizeof(*(p)) + flex_array_size(p, member, count),                    \
			      size_add(sizeof(*(p)), flex_array_size(p, member, count)))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)
#define struct_offset(p, member) (offsetof(typeof(*(p)), member))
#define _DEFINE_FLEX(type, name, member, count, initializer...)                                                       \
	_Static_assert(__builtin_constant_p(count), "onstack flex array members require compile-time const count");       \
	union {                                                                                                           \
		u8 bytes[struct_size_t(type, member, count)];                                                                 \
		type obj;                                                                                                     \
	} name##_u initializer;                                                                                           \
	type *name = (type *)&name##_u
#define DEFINE_RAW_FLEX(type, name, member, count) _DEFINE_FLEX(type, name, member, count, = { })
#define DEFINE_FLEX(type, name, member, counter, count) _DEFINE_FLEX(type, name, member, count, = { .obj.counter = count, })

#endif

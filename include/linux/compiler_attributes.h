/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for the compiler's attributes. */
#ifndef _LINUX_COMPILER_ATTRIBUTES_H
#define _LINUX_COMPILER_ATTRIBUTES_H

#define __alias(symbol) __attribute__((__alias__(#symbol)))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __aligned_largest __attribute__((__aligned__))
#define __alloc_size__(x, ...) __attribute__((__alloc_size__(x, ##__VA_ARGS__)))
#define __always_inline inline __attribute__((__always_inline__))
#define __assume_aligned(a, ...) __attribute__((__assume_aligned__(a, ##__VA_ARGS__)))
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define __cold __attribute__((__cold__))
#define __attribute_const__ __attribute__((__const__))
#define __copy(symbol)
#define __counted_by(member)
#define __counted_by_le(member)
#define __counted_by_be(member)
#define __diagnose_as(builtin...)
#define __deprecated
#define __designated_init
#define __compiletime_error(msg) __attribute__((__error__(msg)))
#define __compiletime_warning(msg) __attribute__((__warning__(msg)))
#define __flatten __attribute__((flatten))
#define __gnu_inline __attribute__((__gnu_inline__))
#define __malloc __attribute__((__malloc__))
#define __mode(x) __attribute__((__mode__(x)))
#define __no_caller_saved_registers
#define __noclone
#define fallthrough __attribute__((__fallthrough__))
#define noinline __attribute__((__noinline__))
#define __nonstring
#define __noreturn __attribute__((__noreturn__))
#define __no_stack_protector __attribute__((__no_stack_protector__))
#define __packed __attribute__((__packed__))
#define __pass_dynamic_object_size(type)
#define __pass_object_size(type)
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __scanf(a, b) __attribute__((__format__(scanf, a, b)))
#define __pure __attribute__((__pure__))
#define __section(section) __attribute__((__section__(section)))
#define __signed__ signed
#define __strub
#define __assume(expr) __builtin_assume(expr)
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __must_check __attribute__((__warn_unused_result__))
#define __visible
#define __uninitialized __attribute__((uninitialized))
#define __weak __attribute__((__weak__))
#define __fix_address noinline

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Hints to the compiler, barriers against it, and single accesses. */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/compiler_types.h>

#ifndef __ASSEMBLY__

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely_notrace(x) likely(x)
#define unlikely_notrace(x) unlikely(x)

#define barrier() __asm__ __volatile__("" : : : "memory")
#define barrier_data(ptr) __asm__ __volatile__("" : : "r"(ptr) : "memory")
#define barrier_before_unreachable() do { } while (0)
#define unreachable() __builtin_unreachable()
#define annotate_unreachable()
#define workaround_for_gcc_asm_goto()

/* Hides from the compiler where a value came from. */
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define RELOC_HIDE(ptr, off)                                                                                          \
	({                                                                                                                \
		unsigned long __ptr = (unsigned long)(ptr);                                                                   \
		OPTIMIZER_HIDE_VAR(__ptr);                                                                                    \
		(typeof(ptr))(__ptr + (off));                                                                                 \
	})
#define absolute_pointer(val) RELOC_HIDE((void *)(val), 0)
#define data_race(expr) ({ typeof(expr) __v = (expr); __v; })
#define ASSERT_EXCLUSIVE_WRITER(var) do { } while (0)
#define ASSERT_EXCLUSIVE_ACCESS(var) do { } while (0)

#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#define ___ADDRESSABLE(sym, attrs)                                                                                    \
	static void *__used attrs __UNIQUE_ID(__PASTE(__addressable_, sym)) = (void *)(uintptr_t)&sym
#define __ADDRESSABLE(sym) ___ADDRESSABLE(sym, __section(".discard.addressable"))

#define __BUILD_BUG_ON_ZERO_MSG(e, msg, ...) ((int)sizeof(struct { _Static_assert(!(e), msg); }))
#define __is_array(a) (!__same_type((a), &(a)[0]))
#define __must_be_array(a) __BUILD_BUG_ON_ZERO_MSG(!__is_array(a), "must be array")
#define __must_be_cstr(p) 0
#define __must_be_byte_array(a) __BUILD_BUG_ON_ZERO_MSG(!(sizeof((a)[0]) == 1), "must be byte array")

#define is_signed_type(type) (((type)(-1)) < (__force type)1)
#define is_unsigned_type(type) (!is_signed_type(type))
#define statically_true(x) (__builtin_constant_p(x) && (x))
#define const_true(x) __builtin_choose_expr(__is_constexpr(x), x, false)
#define prevent_tail_call_optimization() mb()

#include <asm/rwonce.h>

static inline void *offset_to_ptr(const int *off)
{
	return (void *)((unsigned long)off + *off);
}

#endif

#endif

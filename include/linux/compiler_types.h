/* SPDX-License-Identifier: GPL-2.0-only */
/* What every file may use without including anything. */
#ifndef _LINUX_COMPILER_TYPES_H
#define _LINUX_COMPILER_TYPES_H

#include <linux/compiler_attributes.h>

#ifndef __ASSEMBLY__

/* Address spaces and lock annotations are for sparse; the compiler has no use for them. */
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __safe
#define __private
#define ACCESS_PRIVATE(p, member) ((p)->member)
#define __chk_user_ptr(x) ((void)0)
#define __chk_io_ptr(x) ((void)0)
#define BTF_TYPE_TAG(value)
#define __bpf_kfunc_start_defs()
#define __bpf_kfunc_end_defs()

#define __must_hold(x)
#define __must_hold_shared(x)
#define __acquires(x)
#define __acquires_shared(x)
#define __cond_acquires(x)
#define __cond_acquires_shared(x)
#define __releases(x)
#define __releases_shared(x)
#define __acquire(x) ((void)0)
#define __acquire_shared(x) ((void)0)
#define __release(x) ((void)0)
#define __release_shared(x) ((void)0)
#define __cond_lock(x, c) (c)

#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)

#define inline inline __attribute__((__unused__))
#define __inline inline
#define __inline__ inline
#define noinline_for_stack noinline
#define asm_inline asm
#define asm_goto_output(x...) asm volatile goto(x)
#define asm_volatile_goto(x...) asm volatile goto(x)

#define notrace
#define noinstr
#define __no_kcsan
#define __no_sanitize_address
#define __no_sanitize_thread
#define __no_sanitize_memory
#define __no_sanitize_undefined
#define __no_sanitize_or_inline __always_inline
#define __no_kasan_or_inline __always_inline
#define __no_profile
#define __no_kmsan_checks
#define __nocfi
#define __cficanonical
#define __latent_entropy
#define __randomize_layout
#define __no_randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __noscs
#define __ro_after_init
#define __read_mostly
#define __mocked_context

#define __alloc_size(x, ...) __alloc_size__(x, ##__VA_ARGS__)
#define __realloc_size(x, ...) __alloc_size__(x, ##__VA_ARGS__)

#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
#define __is_constexpr(x) (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))
#define __diag_push()
#define __diag_pop()
#define __diag_ignore(compiler, version, option, comment)
#define __diag_ignore_all(option, comment)

/* The type of an expression without its qualifiers, if it is a scalar. */
#define __scalar_type_to_expr_cases(type) unsigned type : (unsigned type)0, signed type : (signed type)0
#define __unqual_scalar_typeof(x)                                                                                     \
	typeof(_Generic((x), char : (char)0, __scalar_type_to_expr_cases(char), __scalar_type_to_expr_cases(short),       \
			__scalar_type_to_expr_cases(int), __scalar_type_to_expr_cases(long),                                      \
			__scalar_type_to_expr_cases(long long), default : (x)))
#define __native_word(t)                                                                                              \
	(sizeof(t) == sizeof(char) || sizeof(t) == sizeof(short) || sizeof(t) == sizeof(int) || sizeof(t) == sizeof(long))

#define __compiletime_assert(condition, msg, prefix, suffix)                                                          \
	do {                                                                                                              \
		__noreturn extern void prefix##suffix(void) __compiletime_error(msg);                                         \
		if (!(condition))                                                                                             \
			prefix##suffix();                                                                                         \
	} while (0)
#define _compiletime_assert(condition, msg, prefix, suffix) __compiletime_assert(condition, msg, prefix, suffix)
#define compiletime_assert(condition, msg) _compiletime_assert(condition, msg, __compiletime_assert_, __COUNTER__)
#define compiletime_assert_atomic_type(t)                                                                             \
	compiletime_assert(__native_word(t), "Need native word sized stores/loads for atomicity.")

#define __struct_size(p) __builtin_object_size(p, 0)
#define __member_size(p) __builtin_object_size(p, 1)

struct ftrace_branch_data;
struct ftrace_likely_data;

#endif

#endif

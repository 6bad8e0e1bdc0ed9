/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomic operations on 32 and 64 bits, by what the compiler has for them. Those that give a value are full barriers, unless
 * named otherwise. */
#ifndef _ASM_ATOMIC_H
#define _ASM_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

#define __ATOMIC_OP(pre, T, V, name, builtin, sign)                                                                   \
	static __always_inline void pre##_##name(V i, T *v)                                                               \
	{                                                                                                                 \
		builtin(&v->counter, sign i, __ATOMIC_RELAXED);                                                               \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_##name(V i, T *v)                                                            \
	{                                                                                                                 \
		return __fv_full(builtin, &v->counter, sign i);                                                               \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_##name##_relaxed(V i, T *v)                                                  \
	{                                                                                                                 \
		return builtin(&v->counter, sign i, __ATOMIC_RELAXED);                                                        \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_##name##_acquire(V i, T *v)                                                  \
	{                                                                                                                 \
		return builtin(&v->counter, sign i, __ATOMIC_ACQUIRE);                                                        \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_##name##_release(V i, T *v)                                                  \
	{                                                                                                                 \
		return builtin(&v->counter, sign i, __ATOMIC_RELEASE);                                                        \
	}
#define __ATOMIC_RET(pre, T, V, name, builtin)                                                                        \
	static __always_inline V pre##_##name##_return(V i, T *v)                                                         \
	{                                                                                                                 \
		return __fv_full(builtin, &v->counter, i);                                                                    \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return_relaxed(V i, T *v)                                                 \
	{                                                                                                                 \
		return builtin(&v->counter, i, __ATOMIC_RELAXED);                                                             \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return_acquire(V i, T *v)                                                 \
	{                                                                                                                 \
		return builtin(&v->counter, i, __ATOMIC_ACQUIRE);                                                             \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return_release(V i, T *v)                                                 \
	{                                                                                                                 \
		return builtin(&v->counter, i, __ATOMIC_RELEASE);                                                             \
	}
#define __ATOMIC_STEP(pre, T, V, name, as)                                                                            \
	static __always_inline void pre##_##name(T *v)                                                                    \
	{                                                                                                                 \
		pre##_##as(1, v);                                                                                             \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return(T *v)                                                              \
	{                                                                                                                 \
		return pre##_##as##_return(1, v);                                                                             \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return_relaxed(T *v)                                                      \
	{                                                                                                                 \
		return pre##_##as##_return_relaxed(1, v);                                                                     \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return_acquire(T *v)                                                      \
	{                                                                                                                 \
		return pre##_##as##_return_acquire(1, v);                                                                     \
	}                                                                                                                 \
	static __always_inline V pre##_##name##_return_release(T *v)                                                      \
	{                                                                                                                 \
		return pre##_##as##_return_release(1, v);                                                                     \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_##name(T *v)                                                                 \
	{                                                                                                                 \
		return pre##_fetch_##as(1, v);                                                                                \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_##name##_relaxed(T *v)                                                       \
	{                                                                                                                 \
		return pre##_fetch_##as##_relaxed(1, v);                                                                      \
	}                                                                                                                 \
	static __always_inline bool pre##_##name##_and_test(T *v)                                                         \
	{                                                                                                                 \
		return pre##_##name##_return(v) == 0;                                                                         \
	}
#define __ATOMIC_XCHG(pre, T, V, suffix, order)                                                                       \
	static __always_inline V pre##_xchg##suffix(T *v, V n)                                                            \
	{                                                                                                                 \
		return __atomic_exchange_n(&v->counter, n, order);                                                            \
	}                                                                                                                 \
	static __always_inline bool pre##_try_cmpxchg##suffix(T *v, V *old, V n)                                          \
	{                                                                                                                 \
		return __atomic_compare_exchange_n(&v->counter, (typeof(v->counter) *)old, n, false, order, __ATOMIC_RELAXED);                      \
	}                                                                                                                 \
	static __always_inline V pre##_cmpxchg##suffix(T *v, V old, V n)                                                  \
	{                                                                                                                 \
		pre##_try_cmpxchg##suffix(v, &old, n);                                                                        \
		return old;                                                                                                   \
	}
#define __ATOMIC_OPS(pre, T, V)                                                                                       \
	static __always_inline V pre##_read(const T *v)                                                                   \
	{                                                                                                                 \
		return READ_ONCE(v->counter);                                                                                 \
	}                                                                                                                 \
	static __always_inline V pre##_read_acquire(const T *v)                                                           \
	{                                                                                                                 \
		return smp_load_acquire(&v->counter);                                                                         \
	}                                                                                                                 \
	static __always_inline void pre##_set(T *v, V i)                                                                  \
	{                                                                                                                 \
		WRITE_ONCE(v->counter, i);                                                                                    \
	}                                                                                                                 \
	static __always_inline void pre##_set_release(T *v, V i)                                                          \
	{                                                                                                                 \
		smp_store_release(&v->counter, i);                                                                            \
	}                                                                                                                 \
	__ATOMIC_OP(pre, T, V, add, __atomic_fetch_add, )                                                                 \
	__ATOMIC_OP(pre, T, V, sub, __atomic_fetch_sub, )                                                                 \
	__ATOMIC_OP(pre, T, V, and, __atomic_fetch_and, )                                                                 \
	__ATOMIC_OP(pre, T, V, andnot, __atomic_fetch_and, ~)                                                             \
	__ATOMIC_OP(pre, T, V, or, __atomic_fetch_or, )                                                                   \
	__ATOMIC_OP(pre, T, V, xor, __atomic_fetch_xor, )                                                                 \
	__ATOMIC_RET(pre, T, V, add, __atomic_add_fetch)                                                                  \
	__ATOMIC_RET(pre, T, V, sub, __atomic_sub_fetch)                                                                  \
	__ATOMIC_STEP(pre, T, V, inc, add)                                                                                \
	__ATOMIC_STEP(pre, T, V, dec, sub)                                                                                \
	__ATOMIC_XCHG(pre, T, V, _relaxed, __ATOMIC_RELAXED)                                                              \
	__ATOMIC_XCHG(pre, T, V, _acquire, __ATOMIC_ACQUIRE)                                                              \
	__ATOMIC_XCHG(pre, T, V, _release, __ATOMIC_RELEASE)                                                              \
	static __always_inline V pre##_xchg(T *v, V n)                                                                    \
	{                                                                                                                 \
		return __fv_full(__atomic_exchange_n, &v->counter, n);                                                        \
	}                                                                                                                 \
	static __always_inline bool pre##_try_cmpxchg(T *v, V *old, V n)                                                  \
	{                                                                                                                 \
		bool __done = pre##_try_cmpxchg_release(v, old, n);                                                           \
		if (__done)                                                                                                   \
			smp_mb();                                                                                                 \
		return __done;                                                                                                \
	}                                                                                                                 \
	static __always_inline V pre##_cmpxchg(T *v, V old, V n)                                                          \
	{                                                                                                                 \
		pre##_try_cmpxchg(v, &old, n);                                                                                \
		return old;                                                                                                   \
	}                                                                                                                 \
	static __always_inline bool pre##_sub_and_test(V i, T *v)                                                         \
	{                                                                                                                 \
		return pre##_sub_return(i, v) == 0;                                                                           \
	}                                                                                                                 \
	static __always_inline bool pre##_add_negative(V i, T *v)                                                         \
	{                                                                                                                 \
		return pre##_add_return(i, v) < 0;                                                                            \
	}                                                                                                                 \
	static __always_inline V pre##_fetch_add_unless(T *v, V a, V u)                                                   \
	{                                                                                                                 \
		V c = pre##_read(v);                                                                                          \
		do                                                                                                            \
			if (c == u)                                                                                               \
				break;                                                                                                \
		while (!pre##_try_cmpxchg(v, &c, c + a));                                                                     \
		return c;                                                                                                     \
	}                                                                                                                 \
	static __always_inline bool pre##_add_unless(T *v, V a, V u)                                                      \
	{                                                                                                                 \
		return pre##_fetch_add_unless(v, a, u) != u;                                                                  \
	}                                                                                                                 \
	static __always_inline bool pre##_inc_not_zero(T *v)                                                              \
	{                                                                                                                 \
		return pre##_add_unless(v, 1, 0);                                                                             \
	}                                                                                                                 \
	static __always_inline bool pre##_inc_unless_negative(T *v)                                                       \
	{                                                                                                                 \
		V c = pre##_read(v);                                                                                          \
		do                                                                                                            \
			if (c < 0)                                                                                                \
				return false;                                                                                         \
		while (!pre##_try_cmpxchg(v, &c, c + 1));                                                                     \
		return true;                                                                                                  \
	}                                                                                                                 \
	static __always_inline V pre##_dec_if_positive(T *v)                                                              \
	{                                                                                                                 \
		V c = pre##_read(v);                                                                                          \
		do                                                                                                            \
			if (c < 1)                                                                                                \
				break;                                                                                                \
		while (!pre##_try_cmpxchg(v, &c, c - 1));                                                                     \
		return c - 1;                                                                                                 \
	}

__ATOMIC_OPS(atomic, atomic_t, int)
__ATOMIC_OPS(atomic64, atomic64_t, s64)

#define ATOMIC64_INIT(i) { (i) }

#endif

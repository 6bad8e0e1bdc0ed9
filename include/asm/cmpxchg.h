/* SPDX-License-Identifier: GPL-2.0-only */
/* Exchange of values in memory, at once. Those without a suffix are full barriers where they exchange. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

/* Like the full ordering of Linux: nothing passes the operation in either direction. */
#define __fv_full(op, ptr, val)                                                                                       \
	({                                                                                                                \
		typeof(op(ptr, val, __ATOMIC_RELEASE)) __fv_r = op(ptr, val, __ATOMIC_RELEASE);                               \
		smp_mb();                                                                                                     \
		__fv_r;                                                                                                       \
	})

#define xchg(ptr, x)                                                                                                  \
	({                                                                                                                \
		typeof(*(ptr)) __fv_n = (x);                                                                                  \
		typeof(*(ptr)) __fv_o;                                                                                        \
		__atomic_exchange((ptr), &__fv_n, &__fv_o, __ATOMIC_RELEASE);                                                 \
		smp_mb();                                                                                                     \
		__fv_o;                                                                                                       \
	})
#define xchg_relaxed(ptr, x) __atomic_exchange_n(ptr, x, __ATOMIC_RELAXED)
#define xchg_acquire(ptr, x) __atomic_exchange_n(ptr, x, __ATOMIC_ACQUIRE)
#define xchg_release(ptr, x) __atomic_exchange_n(ptr, x, __ATOMIC_RELEASE)
#define __fv_cmpxchg(ptr, old, n, order, barrier)                                                                     \
	({                                                                                                                \
		typeof(*(ptr)) __fv_o = (old);                                                                                \
		typeof(*(ptr)) __fv_n = (n);                                                                                  \
		if (__atomic_compare_exchange((ptr), &__fv_o, &__fv_n, false, order, __ATOMIC_RELAXED))                       \
			barrier;                                                                                                  \
		__fv_o;                                                                                                       \
	})
#define cmpxchg(ptr, old, n) __fv_cmpxchg(ptr, old, n, __ATOMIC_RELEASE, smp_mb())
#define cmpxchg_relaxed(ptr, old, n) __fv_cmpxchg(ptr, old, n, __ATOMIC_RELAXED, (void)0)
#define cmpxchg_acquire(ptr, old, n) __fv_cmpxchg(ptr, old, n, __ATOMIC_ACQUIRE, (void)0)
#define cmpxchg_release(ptr, old, n) __fv_cmpxchg(ptr, old, n, __ATOMIC_RELEASE, (void)0)
#define cmpxchg64(ptr, old, n) cmpxchg(ptr, old, n)
#define cmpxchg_local(ptr, old, n) cmpxchg_relaxed(ptr, old, n)
#define try_cmpxchg(ptr, oldp, n)                                                                                     \
	({                                                                                                                \
		typeof(*(ptr)) __fv_n = (n);                                                                                  \
		bool __fv_done =                                                                                              \
			__atomic_compare_exchange((ptr), (oldp), &__fv_n, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);             \
		if (__fv_done)                                                                                                \
			smp_mb();                                                                                                 \
		__fv_done;                                                                                                    \
	})
#define try_cmpxchg_acquire(ptr, oldp, n)                                                                             \
	({                                                                                                                \
		typeof(*(ptr)) __fv_n = (n);                                                                                  \
		__atomic_compare_exchange((ptr), (oldp), &__fv_n, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);                 \
	})

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory barriers of AArch64. */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#ifndef __ASSEMBLY__
#ifdef FV_HOST
/* The driver bench runs one thread at a time. */
void fv_cpu_relax(void);
#define sev() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define wfe() fv_cpu_relax()
#define wfi() fv_cpu_relax()
#define isb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define dmb(opt) __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define dsb(opt) __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define __fv_yield() fv_cpu_relax()
#else
#define sev() asm volatile("sev" : : : "memory")
#define wfe() asm volatile("wfe" : : : "memory")
#define wfi() asm volatile("wfi" : : : "memory")
#define isb() asm volatile("isb" : : : "memory")
#define dmb(opt) asm volatile("dmb " #opt : : : "memory")
#define dsb(opt) asm volatile("dsb " #opt : : : "memory")
#define __fv_yield() asm volatile("yield" : : : "memory")
#endif
#define mb() dsb(sy)
#define rmb() dsb(ld)
#define wmb() dsb(st)
#define dma_mb() dmb(osh)
#define dma_rmb() dmb(oshld)
#define dma_wmb() dmb(oshst)
#define smp_mb() dmb(ish)
#define smp_rmb() dmb(ishld)
#define smp_wmb() dmb(ishst)
#define smp_mb__after_spinlock() smp_mb()
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_cond_load_relaxed(ptr, cond_expr)                                                                         \
	({                                                                                                                \
		typeof(ptr) __PTR = (ptr);                                                                                    \
		__unqual_scalar_typeof(*ptr) VAL;                                                                             \
		for (;;) {                                                                                                    \
			VAL = READ_ONCE(*__PTR);                                                                                  \
			if (cond_expr)                                                                                            \
				break;                                                                                                \
			__fv_yield();                                                                                             \
		}                                                                                                             \
		(typeof(*ptr))VAL;                                                                                            \
	})
#include <asm-generic/barrier.h>
#endif

#endif

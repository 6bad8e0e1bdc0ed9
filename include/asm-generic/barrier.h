/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory barriers that follow from others, where the architecture has nothing better; asm/barrier.h includes it. */
#ifndef _ASM_GENERIC_BARRIER_H
#define _ASM_GENERIC_BARRIER_H

#ifndef __ASSEMBLY__
#include <asm/barrier.h>
#ifndef mb
#define mb() barrier()
#endif
#ifndef rmb
#define rmb() mb()
#endif
#ifndef wmb
#define wmb() mb()
#endif
#ifndef dma_mb
#define dma_mb() mb()
#endif
#ifndef dma_rmb
#define dma_rmb() rmb()
#endif
#ifndef dma_wmb
#define dma_wmb() wmb()
#endif
#ifndef smp_mb
#define smp_mb() mb()
#endif
#ifndef smp_rmb
#define smp_rmb() rmb()
#endif
#ifndef smp_wmb
#define smp_wmb() wmb()
#endif
#ifndef smp_store_mb
#define smp_store_mb(var, value) do { WRITE_ONCE(var, value); smp_mb(); } while (0)
#endif
#ifndef smp_mb__before_atomic
#define smp_mb__before_atomic() smp_mb()
#endif
#ifndef smp_mb__after_atomic
#define smp_mb__after_atomic() smp_mb()
#endif
#ifndef smp_acquire__after_ctrl_dep
#define smp_acquire__after_ctrl_dep() smp_rmb()
#endif
#ifndef smp_cond_load_acquire
#define smp_cond_load_acquire(ptr, cond_expr)                                                                         \
	({                                                                                                                \
		__unqual_scalar_typeof(*ptr) _val = smp_cond_load_relaxed(ptr, cond_expr);                                    \
		smp_acquire__after_ctrl_dep();                                                                                \
		(typeof(*ptr))_val;                                                                                           \
	})
#endif
#ifndef pmem_wmb
#define pmem_wmb() wmb()
#endif
/* Writes are combined by nobody that could be told to stop. */
#ifndef io_stop_wc
#define io_stop_wc() do { } while (0)
#endif
#include <linux/compiler.h>
#endif

/* The other side is a device that software makes: as between CPUs. */
#define virt_mb() smp_mb()
#define virt_rmb() smp_rmb()
#define virt_wmb() smp_wmb()
#define virt_store_mb(var, value) smp_store_mb(var, value)
#define virt_store_release(p, v) smp_store_release(p, v)
#define virt_load_acquire(p) smp_load_acquire(p)

#endif

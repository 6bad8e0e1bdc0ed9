/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables that each CPU has for itself: at one offset for each CPU from where the linker put them. */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <linux/preempt.h>
#include <linux/threads.h>
#include <linux/cache.h>
#include <asm/percpu.h>
#define DECLARE_PER_CPU(type, name) extern __section("fv_percpu") __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __section("fv_percpu") __typeof__(type) name
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name) ____cacheline_aligned
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) ____cacheline_aligned
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(var)
#define EXPORT_PER_CPU_SYMBOL_GPL(var)
#define per_cpu_ptr(ptr, cpu) ((typeof(*(ptr)) *)((unsigned long)(ptr) + per_cpu_offset(cpu)))
#define raw_cpu_ptr(ptr) per_cpu_ptr(ptr, fv_smp_processor_id())
#define this_cpu_ptr(ptr) raw_cpu_ptr(ptr)
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))
#define get_cpu_var(var) (*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var) do { (void)&(var); preempt_enable(); } while (0)
#define get_cpu_ptr(var) ({ preempt_disable(); this_cpu_ptr(var); })
#define put_cpu_ptr(var) do { (void)(var); preempt_enable(); } while (0)
/* The caller stays on its CPU. */
#define __this_cpu_read(pcp) (*this_cpu_ptr(&(pcp)))
#define __this_cpu_write(pcp, val) (*this_cpu_ptr(&(pcp)) = (val))
#define __this_cpu_add(pcp, val) (*this_cpu_ptr(&(pcp)) += (val))
#define __this_cpu_and(pcp, val) (*this_cpu_ptr(&(pcp)) &= (val))
#define __this_cpu_or(pcp, val) (*this_cpu_ptr(&(pcp)) |= (val))
#define __this_cpu_sub(pcp, val) __this_cpu_add(pcp, -(val))
#define __this_cpu_inc(pcp) __this_cpu_add(pcp, 1)
#define __this_cpu_dec(pcp) __this_cpu_sub(pcp, 1)
#define raw_cpu_read(pcp) __this_cpu_read(pcp)
#define raw_cpu_write(pcp, val) __this_cpu_write(pcp, val)

#endif

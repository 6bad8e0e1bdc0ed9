/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs. */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/list.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/preempt.h>
#include <asm/smp.h>
typedef void (*smp_call_func_t)(void *info);
/* Runs func on CPUs, in tasks bound to each with preemption disabled. May sleep, even without `wait`. */
int smp_call_function_single(int cpuid, smp_call_func_t func, void *info, int wait);
void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait);
static inline void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	on_each_cpu_mask(cpu_online_mask, func, info, wait);
}
unsigned int fv_smp_processor_id(void);
#define smp_processor_id() fv_smp_processor_id()
#define raw_smp_processor_id() fv_smp_processor_id()
#define __smp_processor_id() fv_smp_processor_id()
#define get_cpu() ({ preempt_disable(); smp_processor_id(); })
#define put_cpu() preempt_enable()

#endif

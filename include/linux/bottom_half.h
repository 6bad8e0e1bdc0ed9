/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping softirq work (tasklets, timers) off this CPU. */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <linux/preempt.h>
/* Softirq work runs in a vCPU of its own with preemption disabled: to disable preemption keeps it away. */
static inline void local_bh_disable(void)
{
	preempt_disable();
}
static inline void local_bh_enable(void)
{
	preempt_enable();
}
#define _local_bh_enable() local_bh_enable()

#endif

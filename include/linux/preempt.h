/* SPDX-License-Identifier: GPL-2.0-only */
/* Staying on this CPU. */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/types.h>
#include <linux/cleanup.h>
/* Nest. Context: any. */
void preempt_disable(void);
void preempt_enable(void);
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define preempt_check_resched() do { } while (0)
int preempt_count(void);
/* Not 0 in hard interrupt handlers; in tasklets and timers; in either. */
unsigned long in_hardirq(void);
unsigned long in_softirq(void);
#define in_irq() in_hardirq()
#define in_serving_softirq() in_softirq()
#define in_interrupt() (in_hardirq() || in_softirq())
#define in_nmi() 0
#define in_task() (!in_interrupt())
/* Whether sleeping is forbidden. */
bool fv_in_atomic(void);
#define in_atomic() fv_in_atomic()
#define preemptible() (!fv_in_atomic())
#define migrate_disable() preempt_disable()
#define migrate_enable() preempt_enable()
DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())
DEFINE_LOCK_GUARD_0(migrate, migrate_disable(), migrate_enable())

#endif

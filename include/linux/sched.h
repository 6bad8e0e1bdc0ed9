/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks: vCPUs of the hypervisor's own that run driver code. */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/linkage.h>
#include <asm/processor.h>
#include <linux/types.h>
#include <linux/list.h>
#include <linux/spinlock_types.h>
#include <linux/preempt.h>
#include <linux/jiffies.h>
#include <linux/sched/prio.h>
#include <asm/current.h>
#define TASK_RUNNING 0x00000000
#define TASK_INTERRUPTIBLE 0x00000001
#define TASK_UNINTERRUPTIBLE 0x00000002
#define TASK_PARKED 0x00000040
#define TASK_DEAD 0x00000080
#define TASK_WAKEKILL 0x00000100
#define TASK_NOLOAD 0x00000400
#define TASK_FREEZABLE 0x00002000
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
#include <linux/limits.h>
#define TASK_COMM_LEN 16
#define PF_KTHREAD 0x00200000
#define PF_WQ_WORKER 0x00000020
#define PF_MEMALLOC 0x00000800
#define PF_EXITING 0x00000004
#define PF_NOFREEZE 0x00008000
struct task_struct {
	unsigned int __state;
	unsigned int flags;
	int prio;
	int pid;
	char comm[TASK_COMM_LEN];
	void *fv;
};
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)
#define __set_current_state(state_value) WRITE_ONCE(current->__state, (state_value))
#define set_current_state(state_value) smp_store_mb(current->__state, (state_value))
#define get_current_state() READ_ONCE(current->__state)
/* Runs others; returns when this task is woken, unless its state is TASK_RUNNING. May sleep. */
void schedule(void);
/* The same for at most `timeout` jiffies; what is left of them. The state has to be set before. May sleep. */
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_idle(long timeout);
/* The same in nanoseconds. */
long fv_schedule_timeout_ns(long timeout);
#define io_schedule() schedule()
#define io_schedule_timeout(timeout) schedule_timeout(timeout)
/* 1: it slept. Context: any. */
int wake_up_process(struct task_struct *tsk);
int wake_up_state(struct task_struct *tsk, unsigned int state);
void fv_yield(void);
#define yield() fv_yield()
/* Lets others run if that is due; debug builds check that it may sleep. */
int fv_cond_resched(void);
#define cond_resched() fv_cond_resched()
void fv_might_sleep(const char *file, int line);
#define might_sleep() fv_might_sleep(__FILE__, __LINE__)
#define might_sleep_if(cond) do { if (cond) might_sleep(); } while (0)
#define cant_sleep() do { } while (0)
bool need_resched(void);
#define cond_resched_lock(lock)                                                                                       \
	({                                                                                                                \
		int __resched = need_resched();                                                                               \
		if (__resched) {                                                                                              \
			spin_unlock(lock);                                                                                        \
			cond_resched();                                                                                           \
			spin_lock(lock);                                                                                          \
		}                                                                                                             \
		__resched;                                                                                                    \
	})
static inline pid_t task_pid_nr(struct task_struct *tsk)
{
	return tsk->pid;
}
#define get_task_comm(buf, tsk) ({ strscpy_pad(buf, (tsk)->comm, sizeof(buf)); buf; })
void sched_set_fifo(struct task_struct *p);
void sched_set_fifo_low(struct task_struct *p);
void sched_set_normal(struct task_struct *p, int nice);
void set_user_nice(struct task_struct *p, long nice);
/* There are no signals. */
static inline int signal_pending(struct task_struct *p)
{
	return 0;
}
static inline int fatal_signal_pending(struct task_struct *p)
{
	return 0;
}
static inline int signal_pending_state(unsigned int state, struct task_struct *p)
{
	return 0;
}
struct cpumask;
int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *new_mask);

#endif

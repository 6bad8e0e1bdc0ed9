/* SPDX-License-Identifier: GPL-2.0-only */
/* Queues of those that wait for a condition. */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/list.h>
#include <linux/stddef.h>
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <linux/jiffies.h>
#include <uapi/linux/wait.h>
typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);
int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);
#define WQ_FLAG_EXCLUSIVE 0x01
#define WQ_FLAG_WOKEN 0x02
#define WQ_FLAG_CUSTOM 0x04
#define WQ_FLAG_DONE 0x08
#define WQ_FLAG_PRIORITY 0x10
struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head entry;
};
struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;
struct task_struct;
#define __WAITQUEUE_INITIALIZER(name, tsk)                                                                            \
	{ .private = tsk, .func = default_wake_function, .entry = { NULL, NULL } }
#define DECLARE_WAITQUEUE(name, tsk) struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, tsk)
#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                                           \
	{ .lock = __SPIN_LOCK_UNLOCKED(name.lock), .head = LIST_HEAD_INIT(name.head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
static inline void init_waitqueue_head(struct wait_queue_head *wq_head)
{
	spin_lock_init(&wq_head->lock);
	INIT_LIST_HEAD(&wq_head->head);
}
static inline void init_waitqueue_entry(struct wait_queue_entry *wq_entry, struct task_struct *p)
{
	wq_entry->flags = 0;
	wq_entry->private = p;
	wq_entry->func = default_wake_function;
}
static inline void init_waitqueue_func_entry(struct wait_queue_entry *wq_entry, wait_queue_func_t func)
{
	wq_entry->flags = 0;
	wq_entry->private = NULL;
	wq_entry->func = func;
}
static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return !list_empty(&wq_head->head);
}
static inline bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	smp_mb();
	return waitqueue_active(wq_head);
}
void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
static inline void __add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	list_add(&wq_entry->entry, &wq_head->head);
}
static inline void __add_wait_queue_entry_tail(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	list_add_tail(&wq_entry->entry, &wq_head->head);
}
static inline void __remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	list_del(&wq_entry->entry);
}
/* Wakes those whose state is in `mode`, of the exclusive ones at most `nr` (0: all). Context: any. */
int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key);
void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr);
#define wake_up(x) __wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_nr(x, nr) __wake_up(x, TASK_NORMAL, nr, NULL)
#define wake_up_all(x) __wake_up(x, TASK_NORMAL, 0, NULL)
#define wake_up_locked(x) __wake_up_locked((x), TASK_NORMAL, 1)
#define wake_up_all_locked(x) __wake_up_locked((x), TASK_NORMAL, 0)
#define wake_up_sync(x) __wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_interruptible(x) __wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(x, nr) __wake_up(x, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(x) __wake_up(x, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(x) __wake_up((x), TASK_INTERRUPTIBLE, 1, NULL)
#define poll_to_key(m) ((void *)(uintptr_t)(__poll_t)(m))
#define wake_up_poll(x, m) __wake_up(x, TASK_NORMAL, 1, poll_to_key(m))
#define wake_up_interruptible_poll(x, m) __wake_up(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m))

void init_wait_entry(struct wait_queue_entry *wq_entry, int flags);
void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
/* 0: nothing interrupts a wait, there are no signals. */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout);
int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);
int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);
#define DEFINE_WAIT_FUNC(name, function)                                                                              \
	struct wait_queue_entry name = { .private = current, .func = function, .entry = LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define init_wait(wait) init_wait_entry(wait, 0)

/* `ret` is evaluated next to a `__ret` of this block's own, so it must not be called that. */
#define ___wait_event(wq_head, condition, state, exclusive, ret, cmd)                                                 \
	({                                                                                                                \
		struct wait_queue_entry __wq_entry;                                                                           \
		long __ret = ret;                                                                                             \
		init_wait_entry(&__wq_entry, exclusive ? WQ_FLAG_EXCLUSIVE : 0);                                              \
		for (;;) {                                                                                                    \
			prepare_to_wait_event(&wq_head, &__wq_entry, state);                                                      \
			if (condition)                                                                                            \
				break;                                                                                                \
			cmd;                                                                                                      \
		}                                                                                                             \
		finish_wait(&wq_head, &__wq_entry);                                                                           \
		__ret;                                                                                                        \
	})
/* True at the end of a time-out, too; then the rest of the time is 1 if the condition holds, 0 if not. */
#define ___wait_cond_timeout(condition)                                                                               \
	({                                                                                                                \
		bool __cond = (condition);                                                                                    \
		if (__cond && !__ret)                                                                                         \
			__ret = 1;                                                                                                \
		__cond || !__ret;                                                                                             \
	})
#define __fv_wait(wq_head, condition, state, exclusive)                                                               \
	({                                                                                                                \
		might_sleep();                                                                                                \
		if (!(condition))                                                                                             \
			(void)___wait_event(wq_head, condition, state, exclusive, 0, schedule());                                 \
	})
#define __fv_wait_timeout(wq_head, condition, state, exclusive, timeout, sleep)                                       \
	({                                                                                                                \
		const long __time = timeout;                                                                                  \
		long __ret = __time;                                                                                          \
		might_sleep();                                                                                                \
		if (!___wait_cond_timeout(condition))                                                                         \
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition), state, exclusive, __time,                 \
					      __ret = sleep(__ret));                                                                          \
		__ret;                                                                                                        \
	})
#define wait_event(wq_head, condition) __fv_wait(wq_head, condition, TASK_UNINTERRUPTIBLE, 0)
#define io_wait_event(wq_head, condition) wait_event(wq_head, condition)
#define wait_event_idle(wq_head, condition) __fv_wait(wq_head, condition, TASK_IDLE, 0)
#define wait_event_exclusive_cmd(wq_head, condition, cmd1, cmd2)                                                      \
	({                                                                                                                \
		if (!(condition))                                                                                             \
			(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 1, 0, cmd1; schedule(); cmd2);              \
	})
#define wait_event_cmd(wq_head, condition, cmd1, cmd2)                                                                \
	({                                                                                                                \
		if (!(condition))                                                                                             \
			(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, cmd1; schedule(); cmd2);              \
	})
#define wait_event_interruptible(wq_head, condition) ({ __fv_wait(wq_head, condition, TASK_INTERRUPTIBLE, 0); 0; })
#define wait_event_interruptible_exclusive(wq, condition) ({ __fv_wait(wq, condition, TASK_INTERRUPTIBLE, 1); 0; })
#define wait_event_killable(wq_head, condition) ({ __fv_wait(wq_head, condition, TASK_KILLABLE, 0); 0; })
#define wait_event_killable_exclusive(wq, condition) ({ __fv_wait(wq, condition, TASK_KILLABLE, 1); 0; })
#define wait_event_freezable(wq_head, condition) wait_event_interruptible(wq_head, condition)
#define wait_event_timeout(wq_head, condition, timeout)                                                               \
	__fv_wait_timeout(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, timeout, schedule_timeout)
#define wait_event_idle_timeout(wq_head, condition, timeout)                                                          \
	__fv_wait_timeout(wq_head, condition, TASK_IDLE, 0, timeout, schedule_timeout)
#define wait_event_interruptible_timeout(wq_head, condition, timeout)                                                 \
	__fv_wait_timeout(wq_head, condition, TASK_INTERRUPTIBLE, 0, timeout, schedule_timeout)
#define wait_event_freezable_timeout(wq_head, condition, timeout)                                                     \
	wait_event_interruptible_timeout(wq_head, condition, timeout)
#define wait_event_killable_timeout(wq_head, condition, timeout)                                                      \
	__fv_wait_timeout(wq_head, condition, TASK_KILLABLE, 0, timeout, schedule_timeout)
/* 0, or -ETIME when `timeout` (a ktime_t) was over first. */
#define __fv_wait_hrtimeout(wq_head, condition, timeout, state)                                                       \
	({                                                                                                                \
		long __left = __fv_wait_timeout(wq_head, condition, state, 0, (long)(timeout), fv_schedule_timeout_ns);       \
		__left ? 0 : -ETIME;                                                                                          \
	})
#define wait_event_hrtimeout(wq_head, condition, timeout)                                                             \
	__fv_wait_hrtimeout(wq_head, condition, timeout, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_hrtimeout(wq, condition, timeout)                                                    \
	__fv_wait_hrtimeout(wq, condition, timeout, TASK_INTERRUPTIBLE)
#define wait_event_lock_irq_cmd(wq_head, condition, lock, cmd)                                                        \
	({                                                                                                                \
		if (!(condition))                                                                                             \
			(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, spin_unlock_irq(&lock); cmd;          \
					    schedule(); spin_lock_irq(&lock));                                                                \
	})
#define wait_event_lock_irq(wq_head, condition, lock) wait_event_lock_irq_cmd(wq_head, condition, lock, )
#define wait_event_interruptible_lock_irq(wq_head, condition, lock)                                                   \
	({ wait_event_lock_irq(wq_head, condition, lock); 0; })
#define wait_event_lock_irq_timeout(wq_head, condition, lock, timeout)                                                \
	({                                                                                                                \
		const long __time = timeout;                                                                                  \
		long __ret = __time;                                                                                          \
		if (!___wait_cond_timeout(condition))                                                                         \
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition), TASK_UNINTERRUPTIBLE, 0, __time,          \
					      spin_unlock_irq(&lock); __ret = schedule_timeout(__ret); spin_lock_irq(&lock));                 \
		__ret;                                                                                                        \
	})

#endif

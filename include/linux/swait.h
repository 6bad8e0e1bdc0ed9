/* SPDX-License-Identifier: GPL-2.0-only */
/* Queues of those that wait, the simple kind. */
#ifndef _LINUX_SWAIT_H
#define _LINUX_SWAIT_H

#include <linux/wait.h>
struct swait_queue_head {
	wait_queue_head_t wq;
};
#define __SWAIT_QUEUE_HEAD_INITIALIZER(name) { .wq = __WAIT_QUEUE_HEAD_INITIALIZER(name.wq) }
#define DECLARE_SWAIT_QUEUE_HEAD(name) struct swait_queue_head name = __SWAIT_QUEUE_HEAD_INITIALIZER(name)
static inline void init_swait_queue_head(struct swait_queue_head *q)
{
	init_waitqueue_head(&q->wq);
}
#define swait_active(q) waitqueue_active(&(q)->wq)
#define swake_up_one(q) wake_up(&(q)->wq)
#define swake_up_all(q) wake_up_all(&(q)->wq)
#define swait_event_exclusive(q, condition) __fv_wait((q).wq, condition, TASK_UNINTERRUPTIBLE, 1)
#define swait_event_timeout_exclusive(q, condition, timeout)                                                          \
	__fv_wait_timeout((q).wq, condition, TASK_UNINTERRUPTIBLE, 1, timeout, schedule_timeout)

#endif

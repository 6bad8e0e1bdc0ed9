/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping tasks. */
#ifndef _LINUX_SCHED_TASK_H
#define _LINUX_SCHED_TASK_H

#include <linux/sched.h>
/* Keeps what describes a kthread after its end. */
struct task_struct *get_task_struct(struct task_struct *t);
void put_task_struct(struct task_struct *t);

#endif

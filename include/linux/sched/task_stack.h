/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks of tasks. */
#ifndef _LINUX_SCHED_TASK_STACK_H
#define _LINUX_SCHED_TASK_STACK_H

#include <linux/sched.h>

/* Whether something is in the part of the running task's stack that is in use. */
static inline int object_is_on_stack(const void *obj)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	return (unsigned long)obj - here < 16384;
}

#endif

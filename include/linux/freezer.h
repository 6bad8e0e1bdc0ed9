/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing is frozen. */
#ifndef _LINUX_FREEZER_H
#define _LINUX_FREEZER_H

#include <linux/sched.h>
#include <linux/wait.h>
static inline bool try_to_freeze(void) { return false; }
static inline void set_freezable(void) { }
static inline bool freezing(struct task_struct *p) { return false; }

#endif

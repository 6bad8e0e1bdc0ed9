/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no signals. */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>
#include <linux/signal_types.h>
static inline void flush_signals(struct task_struct *t) { }
static inline void allow_signal(int sig) { }
static inline void disallow_signal(int sig) { }

#endif

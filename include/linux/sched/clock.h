/* SPDX-License-Identifier: GPL-2.0-only */
/* A clock for measuring. */
#ifndef _LINUX_SCHED_CLOCK_H
#define _LINUX_SCHED_CLOCK_H

#include <linux/types.h>
/* Nanoseconds since the counter started. Context: any. */
u64 sched_clock(void);
#define local_clock() sched_clock()
#define cpu_clock(cpu) sched_clock()
#define local_clock_noinstr() sched_clock()

#endif

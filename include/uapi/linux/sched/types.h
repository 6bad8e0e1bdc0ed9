/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling policies. */
#ifndef _UAPI_LINUX_SCHED_TYPES_H
#define _UAPI_LINUX_SCHED_TYPES_H

#include <linux/types.h>
#define SCHED_NORMAL 0
#define SCHED_FIFO 1
#define SCHED_RR 2
struct sched_param {
	int sched_priority;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutexes as they lie in memory. */
#ifndef _LINUX_MUTEX_TYPES_H
#define _LINUX_MUTEX_TYPES_H

#include <linux/wait.h>
#include <linux/atomic.h>
struct mutex {
	/* The task that holds it, or 0. */
	atomic_long_t owner;
	wait_queue_head_t wait;
};

#endif

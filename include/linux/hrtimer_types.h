/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers of nanoseconds as they lie in memory. */
#ifndef _LINUX_HRTIMER_TYPES_H
#define _LINUX_HRTIMER_TYPES_H

#include <linux/types.h>
#include <linux/timerqueue_types.h>
enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};
struct hrtimer_clock_base;
struct hrtimer {
	struct list_head entry;
	ktime_t expires;
	enum hrtimer_restart (*function)(struct hrtimer *);
	int clock;
	bool queued;
	bool is_rel;
};

#endif

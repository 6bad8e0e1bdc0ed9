/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers as they lie in memory. */
#ifndef _LINUX_TIMER_TYPES_H
#define _LINUX_TIMER_TYPES_H

#include <linux/types.h>
struct timer_list {
	/* In the queue of armed timers; `next` is NULL when it is not. */
	struct list_head entry;
	unsigned long expires;
	void (*function)(struct timer_list *);
	u32 flags;
};

#endif

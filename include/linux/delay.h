/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a while: spinning (ndelay, udelay, mdelay) or sleeping. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/math.h>
#include <linux/sched.h>
#include <linux/jiffies.h>
#include <asm/delay.h>
extern unsigned long loops_per_jiffy;
#define MAX_UDELAY_MS 5
/* Spins. Context: any. */
#ifndef mdelay
#define mdelay(n) __fv_mdelay(n)
#endif
/* Sleeps at least so long. May sleep. */
void msleep(unsigned int msecs);
/* What is left, in ms: always 0, as there are no signals. */
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state);
static inline void usleep_range(unsigned long min, unsigned long max)
{
	usleep_range_state(min, max, TASK_UNINTERRUPTIBLE);
}
static inline void usleep_range_idle(unsigned long min, unsigned long max)
{
	usleep_range_state(min, max, TASK_IDLE);
}
static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}
static inline void fsleep(unsigned long usecs)
{
	if (usecs <= 10)
		udelay(usecs);
	else
		usleep_range(usecs, usecs + (usecs >> 2));
}

#endif

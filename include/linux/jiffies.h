/* SPDX-License-Identifier: GPL-2.0-only */
/* Time in ticks of HZ. There is no tick: the counter of the CPU is divided. */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/cache.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/time.h>
#include <linux/timex.h>
#include <asm/param.h>
#define TICK_NSEC ((NSEC_PER_SEC + HZ / 2) / HZ)
#define TICK_USEC ((USEC_PER_SEC + HZ / 2) / HZ)
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)
#define INITIAL_JIFFIES 0UL
/* Context: any. */
u64 get_jiffies_64(void);
#define __jiffies ((unsigned long)get_jiffies_64())
/*
 * A source that has a `jiffies` of its own says so in its driver.toml: for it there is a variable, as in Linux, which
 * nobody defines, so that reading it does not link.
 */
#ifdef FV_OWN_JIFFIES
extern unsigned long jiffies;
#else
#define jiffies __jiffies
#endif
#define jiffies_64 get_jiffies_64()
#define time_after(a, b) (typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) (typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((a) - (b)) >= 0))
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c) (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b) (typecheck(__u64, a) && typecheck(__u64, b) && ((__s64)((b) - (a)) < 0))
#define time_before64(a, b) time_after64(b, a)
#define time_after_eq64(a, b) (typecheck(__u64, a) && typecheck(__u64, b) && ((__s64)((a) - (b)) >= 0))
#define time_before_eq64(a, b) time_after_eq64(b, a)
#define time_is_before_jiffies(a) time_after(__jiffies, a)
#define time_is_before_jiffies64(a) time_after64(get_jiffies_64(), a)
#define time_is_after_jiffies(a) time_before(__jiffies, a)
#define time_is_after_jiffies64(a) time_before64(get_jiffies_64(), a)
#define time_is_before_eq_jiffies(a) time_after_eq(__jiffies, a)
#define time_is_after_eq_jiffies(a) time_before_eq(__jiffies, a)
/* Rounded up: a delay is never shorter than asked. */
static __always_inline unsigned long msecs_to_jiffies(const unsigned int m)
{
	if ((int)m < 0)
		return MAX_JIFFY_OFFSET;
	return ((u64)m * HZ + MSEC_PER_SEC - 1) / MSEC_PER_SEC;
}
static __always_inline unsigned long usecs_to_jiffies(const unsigned int u)
{
	return ((u64)u * HZ + USEC_PER_SEC - 1) / USEC_PER_SEC;
}
#define secs_to_jiffies(_secs) ((unsigned long)((_secs) * HZ))
static inline u64 nsecs_to_jiffies64(u64 n)
{
	return div_u64(n, NSEC_PER_SEC / HZ);
}
static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return nsecs_to_jiffies64(n);
}
static inline unsigned int jiffies_to_msecs(const unsigned long j)
{
	return j * (MSEC_PER_SEC / HZ);
}
static inline unsigned int jiffies_to_usecs(const unsigned long j)
{
	return j * (USEC_PER_SEC / HZ);
}
static inline u64 jiffies_to_nsecs(const unsigned long j)
{
	return (u64)j * (NSEC_PER_SEC / HZ);
}
static inline u64 jiffies64_to_nsecs(u64 j)
{
	return j * (NSEC_PER_SEC / HZ);
}
static inline u64 jiffies64_to_msecs(const u64 j)
{
	return j * (MSEC_PER_SEC / HZ);
}
static inline unsigned long jiffies_delta_to_msecs(long delta)
{
	return jiffies_to_msecs(max(0L, delta));
}
static inline clock_t jiffies_to_clock_t(unsigned long x)
{
	return x / (HZ / USER_HZ);
}
static inline unsigned long clock_t_to_jiffies(unsigned long x)
{
	return x * (HZ / USER_HZ);
}
static inline unsigned long timespec64_to_jiffies(const struct timespec64 *value)
{
	return value->tv_sec * HZ + (value->tv_nsec + TICK_NSEC - 1) / TICK_NSEC;
}

#endif

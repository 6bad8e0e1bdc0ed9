/* SPDX-License-Identifier: GPL-2.0-only */
/* Dates and times. */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#include <linux/cache.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <uapi/linux/time.h>
time64_t mktime64(const unsigned int year, const unsigned int mon, const unsigned int day, const unsigned int hour,
		  const unsigned int min, const unsigned int sec);
struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;
	int tm_mon;
	long tm_year;
	int tm_wday;
	int tm_yday;
};
void time64_to_tm(time64_t totalsecs, int offset, struct tm *result);
#define time_between32(t, l, h) ((u32)(h) - (u32)(l) >= (u32)(t) - (u32)(l))
#include <linux/timekeeping.h>
#include <linux/time32.h>

#endif

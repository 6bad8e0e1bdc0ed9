/* SPDX-License-Identifier: GPL-2.0-only */
/* The counter as a measure of time. */
#ifndef _ASM_TIMEX_H
#define _ASM_TIMEX_H

#include <linux/types.h>
typedef unsigned long cycles_t;
#ifdef FV_HOST
unsigned long fv_cycles(void);
#define get_cycles() fv_cycles()
#else
static inline cycles_t get_cycles(void)
{
	unsigned long count;

	asm volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(count) : : "memory");
	return count;
}
#endif

#endif

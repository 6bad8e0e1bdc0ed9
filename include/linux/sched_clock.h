/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks that drivers offer: the CPU's own counter is better than any (docs/ignored.md). */
#ifndef _LINUX_SCHED_CLOCK_SOURCE_H
#define _LINUX_SCHED_CLOCK_SOURCE_H

#include <linux/types.h>
/* Checked, and not used. */
static inline void sched_clock_register(u64 (*read)(void), int bits, unsigned long rate) { }
static inline void generic_sched_clock_init(void) { }

#endif

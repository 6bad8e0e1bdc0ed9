/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the code runs: Linux's counters of it are the core's own. */
#ifndef _ASM_HARDIRQ_H
#define _ASM_HARDIRQ_H

#include <linux/preempt.h>

#endif

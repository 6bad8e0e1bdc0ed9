/* SPDX-License-Identifier: GPL-2.0-only */
/* What drivers of Atmel's devices ask the SoC's power management. */
#ifndef _LINUX_PLATFORM_DATA_ATMEL_H
#define _LINUX_PLATFORM_DATA_ATMEL_H

/* It never stops the main clock. */
static inline int at91_suspend_entering_slow_clock(void)
{
	return 0;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Watchdogs over CPUs. That over drivers counts for itself. */
#ifndef LINUX_NMI_H
#define LINUX_NMI_H

#include <linux/sched.h>

static inline void touch_softlockup_watchdog(void)
{
}

static inline void touch_nmi_watchdog(void)
{
	touch_softlockup_watchdog();
}

#endif

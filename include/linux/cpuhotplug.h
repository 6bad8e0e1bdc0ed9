/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs coming and going: set-up functions run once on each CPU that is there. */
#ifndef _LINUX_CPUHOTPLUG_H
#define _LINUX_CPUHOTPLUG_H

#include <linux/types.h>
enum cpuhp_state {
	CPUHP_INVALID = -1,
	CPUHP_OFFLINE = 0,
	CPUHP_AP_IRQ_GIC_STARTING = 10,
	CPUHP_AP_ARM_ARCH_TIMER_STARTING,
	CPUHP_AP_DUMMY_TIMER_STARTING,
	CPUHP_AP_ONLINE_DYN = 100,
	CPUHP_AP_ONLINE_DYN_END = 140,
	CPUHP_ONLINE,
};

#endif

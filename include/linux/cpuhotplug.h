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

#define CPUHP_VIRT_NET_DEAD 5
struct hlist_node;
/* CPUs neither come nor go after drivers have started: instances of drivers hear of none. */
static inline int cpuhp_setup_state_multi(enum cpuhp_state state, const char *name,
					  int (*startup)(unsigned int cpu, struct hlist_node *node),
					  int (*teardown)(unsigned int cpu, struct hlist_node *node))
{
	return state == CPUHP_AP_ONLINE_DYN ? (int)state : 0;
}
static inline void cpuhp_remove_multi_state(enum cpuhp_state state) { }
static inline int cpuhp_state_add_instance_nocalls(enum cpuhp_state state, struct hlist_node *node) { return 0; }
static inline int cpuhp_state_remove_instance_nocalls(enum cpuhp_state state, struct hlist_node *node) { return 0; }

#endif

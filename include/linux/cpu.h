/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs coming and going: they stay as they are at boot. */
#ifndef _LINUX_CPU_H
#define _LINUX_CPU_H

#include <linux/cpumask.h>
#include <linux/cpuhotplug.h>
#include <linux/errno.h>
struct device;
struct device_node;
static inline void cpus_read_lock(void) { }
static inline void cpus_read_unlock(void) { }
struct device *get_cpu_device(unsigned int cpu);

#endif

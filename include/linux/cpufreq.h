/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of the CPUs' clock: there are none, so nobody is told of any, as without CONFIG_CPU_FREQ. */
#ifndef _LINUX_CPUFREQ_H
#define _LINUX_CPUFREQ_H

#include <linux/clk.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/spinlock.h>

struct cpufreq_policy;

struct cpufreq_freqs {
	struct cpufreq_policy *policy;
	unsigned int old;
	unsigned int new;
	u8 flags;
};

#define CPUFREQ_TRANSITION_NOTIFIER	0
#define CPUFREQ_POLICY_NOTIFIER		1
#define CPUFREQ_PRECHANGE		0
#define CPUFREQ_POSTCHANGE		1

static inline int cpufreq_register_notifier(struct notifier_block *nb, unsigned int list)
{
	return 0;
}

static inline int cpufreq_unregister_notifier(struct notifier_block *nb, unsigned int list)
{
	return 0;
}

/* In kilohertz; 0 for one that is not known. */
static inline unsigned int cpufreq_get(unsigned int cpu)
{
	return 0;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operating points: pairs of frequency and voltage. There is no core for them (CONFIG_PM_OPP is off): what asks
 * for one is refused, as in Linux then. What would take one as its argument is not here: none can exist.
 */
#ifndef _LINUX_PM_OPP_H
#define _LINUX_PM_OPP_H

#include <linux/err.h>
#include <linux/notifier.h>
#include <linux/types.h>

struct clk;
struct cpufreq_frequency_table;
struct regulator;
struct dev_pm_opp;
struct device;
struct device_node;
struct opp_table;

static inline int dev_pm_opp_get_opp_count(struct device *dev)
{
	return -EOPNOTSUPP;
}

static inline struct dev_pm_opp *dev_pm_opp_find_freq_exact(struct device *dev, unsigned long freq, bool available)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline struct dev_pm_opp *dev_pm_opp_find_freq_floor(struct device *dev, unsigned long *freq)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline struct dev_pm_opp *dev_pm_opp_find_freq_ceil(struct device *dev, unsigned long *freq)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void dev_pm_opp_put(struct dev_pm_opp *opp)
{
}

static inline int dev_pm_opp_set_rate(struct device *dev, unsigned long target_freq)
{
	return -EOPNOTSUPP;
}

static inline int dev_pm_opp_set_opp(struct device *dev, struct dev_pm_opp *opp)
{
	return -EOPNOTSUPP;
}

static inline int devm_pm_opp_set_clkname(struct device *dev, const char *name)
{
	return -EOPNOTSUPP;
}

static inline int dev_pm_opp_of_add_table(struct device *dev)
{
	return -EOPNOTSUPP;
}

static inline int devm_pm_opp_of_add_table(struct device *dev)
{
	return -EOPNOTSUPP;
}

static inline void dev_pm_opp_of_remove_table(struct device *dev)
{
}

static inline int of_get_required_opp_performance_state(struct device_node *np, int index)
{
	return -EOPNOTSUPP;
}

#endif

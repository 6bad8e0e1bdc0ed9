/* SPDX-License-Identifier: GPL-2.0-only */
/* Power domains. There are none: a device that names one cannot be attached. */
#ifndef _LINUX_PM_DOMAIN_H
#define _LINUX_PM_DOMAIN_H

#include <linux/device.h>
#include <linux/pm.h>
#include <linux/err.h>
#include <linux/of.h>
#include <linux/notifier.h>

int dev_pm_domain_attach(struct device *dev, bool power_on);
void dev_pm_domain_detach(struct device *dev, bool power_off);
struct device *dev_pm_domain_attach_by_id(struct device *dev, unsigned int index);
struct device *dev_pm_domain_attach_by_name(struct device *dev, const char *name);
int dev_pm_domain_start(struct device *dev);
void dev_pm_domain_set(struct device *dev, struct dev_pm_domain *pd);

/* As in Linux without CONFIG_PM_GENERIC_DOMAINS. */
static inline int dev_pm_genpd_set_performance_state(struct device *dev, unsigned int state)
{
	return -EOPNOTSUPP;
}

#endif

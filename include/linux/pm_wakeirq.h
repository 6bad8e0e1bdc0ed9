/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts that wake the system. */
#ifndef _LINUX_PM_WAKEIRQ_H
#define _LINUX_PM_WAKEIRQ_H

struct device;

int dev_pm_set_wake_irq(struct device *dev, int irq);
int dev_pm_set_dedicated_wake_irq(struct device *dev, int irq);
int dev_pm_set_dedicated_wake_irq_reverse(struct device *dev, int irq);
void dev_pm_clear_wake_irq(struct device *dev);
int devm_pm_set_wake_irq(struct device *dev, int irq);

#endif

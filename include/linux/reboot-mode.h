/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told to the loader before a restart; Linux's own helper, drivers/power/reset/reboot-mode.c. */
#ifndef _LINUX_REBOOT_MODE_H
#define _LINUX_REBOOT_MODE_H

#include <linux/list.h>
#include <linux/notifier.h>

struct device;

struct reboot_mode_driver {
	struct device *dev;
	struct list_head head;
	int (*write)(struct reboot_mode_driver *reboot, unsigned int magic);
	struct notifier_block reboot_notifier;
};

int reboot_mode_register(struct reboot_mode_driver *reboot);
int reboot_mode_unregister(struct reboot_mode_driver *reboot);
int devm_reboot_mode_register(struct device *dev, struct reboot_mode_driver *reboot);
void devm_reboot_mode_unregister(struct device *dev, struct reboot_mode_driver *reboot);

#endif

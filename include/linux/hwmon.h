/* SPDX-License-Identifier: GPL-2.0-only */
/* Hardware monitoring. Nothing here reads sensors: registering one is refused with -EOPNOTSUPP, and CONFIG_HWMON is off,
 * so that drivers of clocks and the like leave their sensor out. */
#ifndef _LINUX_HWMON_H
#define _LINUX_HWMON_H

#include <linux/bitops.h>
#include <linux/types.h>

struct device;
struct attribute_group;
struct hwmon_chip_info;

struct device *hwmon_device_register_with_groups(struct device *dev, const char *name, void *drvdata,
						 const struct attribute_group **groups);
struct device *devm_hwmon_device_register_with_groups(struct device *dev, const char *name,
						      void *drvdata,
						      const struct attribute_group **groups);
struct device *hwmon_device_register_with_info(struct device *dev, const char *name, void *drvdata,
					       const struct hwmon_chip_info *info,
					       const struct attribute_group **extra_groups);
struct device *devm_hwmon_device_register_with_info(struct device *dev, const char *name, void *drvdata,
						    const struct hwmon_chip_info *info,
						    const struct attribute_group **extra_groups);
void hwmon_device_unregister(struct device *dev);

#endif

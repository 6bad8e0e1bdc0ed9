/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of sensors: there is no sysfs to show them. */
#ifndef _LINUX_HWMON_SYSFS_H
#define _LINUX_HWMON_SYSFS_H

#include <linux/device.h>
#include <linux/kstrtox.h>

struct sensor_device_attribute {
	struct device_attribute dev_attr;
	int index;
};

#define to_sensor_dev_attr(_dev_attr)	container_of(_dev_attr, struct sensor_device_attribute, dev_attr)
#define SENSOR_ATTR(_name, _mode, _show, _store, _index) \
	{ .dev_attr = __ATTR(_name, _mode, _show, _store), .index = _index }
#define SENSOR_DEVICE_ATTR(_name, _mode, _show, _store, _index) \
	struct sensor_device_attribute sensor_dev_attr_##_name = \
		SENSOR_ATTR(_name, _mode, _show, _store, _index)
#define SENSOR_DEVICE_ATTR_RO(_name, _func, _index) \
	SENSOR_DEVICE_ATTR(_name, 0444, _func##_show, NULL, _index)
#define SENSOR_DEVICE_ATTR_RW(_name, _func, _index) \
	SENSOR_DEVICE_ATTR(_name, 0644, _func##_show, _func##_store, _index)

#endif

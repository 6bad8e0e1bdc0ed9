/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers as the device core sees them. */
#ifndef _LINUX_DEVICE_DRIVER_H
#define _LINUX_DEVICE_DRIVER_H

#include <linux/kobject.h>
#include <linux/pm.h>
#include <linux/device/bus.h>
#include <linux/module.h>

struct of_device_id;
struct acpi_device_id;
struct driver_private;

enum probe_type {
	PROBE_DEFAULT_STRATEGY,
	PROBE_PREFER_ASYNCHRONOUS,
	PROBE_FORCE_SYNCHRONOUS,
};

struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	enum probe_type probe_type;
	const struct of_device_id *of_match_table;
	const struct acpi_device_id *acpi_match_table;
	int (*probe)(struct device *dev);
	void (*sync_state)(struct device *dev);
	int (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	int (*suspend)(struct device *dev, pm_message_t state);
	int (*resume)(struct device *dev);
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	const struct dev_pm_ops *pm;
	void (*coredump)(struct device *dev);
	struct driver_private *p;
};

int __must_check driver_register(struct device_driver *drv);
void driver_unregister(struct device_driver *drv);
struct device_driver *driver_find(const char *name, const struct bus_type *bus);
int __must_check driver_for_each_device(struct device_driver *drv, struct device *start, void *data,
					int (*fn)(struct device *dev, void *data));
struct device *driver_find_device(const struct device_driver *drv, struct device *start,
				  const void *data, device_match_t match);
void wait_for_device_probe(void);
int driver_deferred_probe_check_state(struct device *dev);

#define module_driver(__driver, __register, __unregister, ...) \
	static int __init __driver##_init(void) \
	{ \
		return __register(&(__driver), ##__VA_ARGS__); \
	} \
	module_init(__driver##_init); \
	static void __exit __driver##_exit(void) \
	{ \
		__unregister(&(__driver), ##__VA_ARGS__); \
	} \
	module_exit(__driver##_exit);

#define builtin_driver(__driver, __register, ...) \
	static int __init __driver##_init(void) \
	{ \
		return __register(&(__driver), ##__VA_ARGS__); \
	} \
	device_initcall(__driver##_init);

#endif

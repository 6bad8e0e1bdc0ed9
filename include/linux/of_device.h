/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that the device tree describes. */
#ifndef _LINUX_OF_DEVICE_H
#define _LINUX_OF_DEVICE_H

#include <linux/device/driver.h>
#include <linux/errno.h>

struct device;
struct device_node;
struct of_device_id;

const struct of_device_id *of_match_device(const struct of_device_id *matches, const struct device *dev);

static inline int of_driver_match_device(struct device *dev, const struct device_driver *drv)
{
	return of_match_device(drv->of_match_table, dev) != NULL;
}

struct kobj_uevent_env;

/* Nobody listens for events: there is nothing to be told. */
static inline int of_device_uevent_modalias(const struct device *dev, struct kobj_uevent_env *env)
{
	return -ENODEV;
}

int of_dma_configure_id(struct device *dev, struct device_node *np, bool force_dma, const u32 *id);

static inline int of_dma_configure(struct device *dev, struct device_node *np, bool force_dma)
{
	return of_dma_configure_id(dev, np, force_dma, NULL);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that can wake the system. It does not sleep here: what is said of it is kept, and nothing waits for it. */
#ifndef _LINUX_PM_WAKEUP_H
#define _LINUX_PM_WAKEUP_H

#include <linux/device.h>
#include <linux/types.h>

struct wakeup_source;

static inline bool device_can_wakeup(struct device *dev)
{
	return dev->power.can_wakeup;
}

static inline void device_set_wakeup_capable(struct device *dev, bool capable)
{
	dev->power.can_wakeup = capable;
}

static inline bool device_may_wakeup(struct device *dev)
{
	return dev->power.can_wakeup && dev->power.should_wakeup;
}

static inline int device_set_wakeup_enable(struct device *dev, bool enable)
{
	dev->power.should_wakeup = enable;
	return 0;
}

static inline int device_wakeup_enable(struct device *dev)
{
	return device_set_wakeup_enable(dev, true);
}

static inline void device_wakeup_disable(struct device *dev)
{
	device_set_wakeup_enable(dev, false);
}

static inline bool device_wakeup_path(struct device *dev)
{
	return false;
}

static inline void device_set_wakeup_path(struct device *dev) { }

static inline int device_init_wakeup(struct device *dev, bool enable)
{
	device_set_wakeup_capable(dev, enable);
	return device_set_wakeup_enable(dev, enable);
}

static inline struct wakeup_source *wakeup_source_register(struct device *dev, const char *name)
{
	return NULL;
}

static inline void wakeup_source_unregister(struct wakeup_source *ws) { }
static inline void __pm_stay_awake(struct wakeup_source *ws) { }
static inline void pm_stay_awake(struct device *dev) { }
static inline void __pm_relax(struct wakeup_source *ws) { }
static inline void pm_relax(struct device *dev) { }
static inline void __pm_wakeup_event(struct wakeup_source *ws, unsigned int msec) { }
static inline void pm_wakeup_dev_event(struct device *dev, unsigned int msec, bool hard) { }
static inline void pm_wakeup_event(struct device *dev, unsigned int msec) { }
static inline void pm_wakeup_hard_event(struct device *dev) { }

static inline void pm_system_wakeup(void)
{
}

#endif

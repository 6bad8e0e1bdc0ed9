/* SPDX-License-Identifier: GPL-2.0-only */
/* Thermal zones and what cools them. Temperatures are in thousandths of a degree Celsius. */
#ifndef _LINUX_THERMAL_H
#define _LINUX_THERMAL_H

#include <linux/device.h>
#include <linux/idr.h>
#include <linux/of.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>
#include <uapi/linux/thermal.h>

#define THERMAL_CSTATE_INVALID	(-1UL)
#define THERMAL_NO_LIMIT	((u32)~0)
#define THERMAL_WEIGHT_DEFAULT	0
#define THERMAL_TEMP_INVALID	(-274000)

struct thermal_zone_device;

enum thermal_trend {
	THERMAL_TREND_STABLE,
	THERMAL_TREND_RAISING,
	THERMAL_TREND_DROPPING,
};

enum thermal_notify_event {
	THERMAL_EVENT_UNSPECIFIED,
	THERMAL_EVENT_TEMP_SAMPLE,
	THERMAL_TRIP_VIOLATED,
	THERMAL_TRIP_CHANGED,
	THERMAL_DEVICE_DOWN,
	THERMAL_DEVICE_UP,
	THERMAL_DEVICE_POWER_CAPABILITY_CHANGED,
	THERMAL_TABLE_CHANGED,
	THERMAL_EVENT_KEEP_ALIVE,
	THERMAL_TZ_BIND_CDEV,
	THERMAL_TZ_UNBIND_CDEV,
	THERMAL_INSTANCE_WEIGHT_CHANGED,
	THERMAL_TZ_RESUME,
};

#define THERMAL_TRIP_FLAG_RW_TEMP	BIT(0)
#define THERMAL_TRIP_FLAG_RW_HYST	BIT(1)
#define THERMAL_TRIP_FLAG_RW		(THERMAL_TRIP_FLAG_RW_TEMP | THERMAL_TRIP_FLAG_RW_HYST)

struct thermal_trip {
	int temperature;
	int hysteresis;
	enum thermal_trip_type type;
	u8 flags;
	void *priv;
};

#define THERMAL_TRIP_PRIV_TO_INT(_val_)	(uintptr_t)(_val_)
#define THERMAL_INT_TO_TRIP_PRIV(_val_)	(void *)(uintptr_t)(_val_)

struct thermal_cooling_device;

struct cooling_spec {
	unsigned long upper;
	unsigned long lower;
	unsigned int weight;
};

struct thermal_zone_device_ops {
	bool (*should_bind)(struct thermal_zone_device *tz, const struct thermal_trip *trip,
		struct thermal_cooling_device *cdev, struct cooling_spec *spec);
	int (*get_temp)(struct thermal_zone_device *tz, int *temp);
	int (*set_trips)(struct thermal_zone_device *tz, int low, int high);
	int (*change_mode)(struct thermal_zone_device *tz, enum thermal_device_mode mode);
	int (*set_trip_temp)(struct thermal_zone_device *tz, const struct thermal_trip *trip, int temp);
	int (*get_crit_temp)(struct thermal_zone_device *tz, int *temp);
	int (*set_emul_temp)(struct thermal_zone_device *tz, int temp);
	int (*get_trend)(struct thermal_zone_device *tz, const struct thermal_trip *trip, enum thermal_trend *trend);
	void (*hot)(struct thermal_zone_device *tz);
	void (*critical)(struct thermal_zone_device *tz);
};

struct thermal_zone_params {
	const char *governor_name;
	bool no_hwmon;
	u32 sustainable_power;
	s32 k_po;
	s32 k_pu;
	s32 k_i;
	s32 k_d;
	s32 integral_cutoff;
	int slope;
	int offset;
};

struct thermal_zone_device *devm_thermal_of_zone_register(struct device *dev, int id, void *data,
	const struct thermal_zone_device_ops *ops);
void devm_thermal_of_zone_unregister(struct device *dev, struct thermal_zone_device *tz);
struct thermal_zone_device *thermal_zone_device_register_with_trips(const char *type, const struct thermal_trip *trips,
	int num_trips, void *devdata, const struct thermal_zone_device_ops *ops, const struct thermal_zone_params *tzp,
	unsigned int passive_delay, unsigned int polling_delay);
struct thermal_zone_device *thermal_tripless_zone_device_register(const char *type, void *devdata,
	const struct thermal_zone_device_ops *ops, const struct thermal_zone_params *tzp);
void thermal_zone_device_unregister(struct thermal_zone_device *tz);

void *thermal_zone_device_priv(struct thermal_zone_device *tzd);
const char *thermal_zone_device_type(struct thermal_zone_device *tzd);
int thermal_zone_device_id(struct thermal_zone_device *tzd);
struct device *thermal_zone_device(struct thermal_zone_device *tzd);
struct thermal_zone_device *thermal_zone_get_zone_by_name(const char *name);

void thermal_zone_device_update(struct thermal_zone_device *tz, enum thermal_notify_event event);
int thermal_zone_device_enable(struct thermal_zone_device *tz);
int thermal_zone_device_disable(struct thermal_zone_device *tz);
void thermal_zone_device_critical(struct thermal_zone_device *tz);
int thermal_zone_get_temp(struct thermal_zone_device *tz, int *temp);
int thermal_zone_get_crit_temp(struct thermal_zone_device *tz, int *temp);
int thermal_zone_get_slope(struct thermal_zone_device *tz);
int thermal_zone_get_offset(struct thermal_zone_device *tz);

/* Called with each trip point, until one call returns something else than 0. */
int for_each_thermal_trip(struct thermal_zone_device *tz, int (*cb)(struct thermal_trip *trip, void *data), void *data);
int thermal_zone_for_each_trip(struct thermal_zone_device *tz, int (*cb)(struct thermal_trip *trip, void *data),
	void *data);

#endif

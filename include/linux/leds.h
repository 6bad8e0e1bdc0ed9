/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * There is no LED class (CONFIG_LEDS_CLASS is off): drivers for which LEDs are an extra leave them out. The types are
 * there for what such drivers compile nevertheless.
 */
#ifndef _LINUX_LEDS_H
#define _LINUX_LEDS_H

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct fwnode_handle;
struct led_trigger;

enum led_brightness {
	LED_OFF = 0,
	LED_ON = 1,
	LED_HALF = 127,
	LED_FULL = 255,
};

enum led_default_state {
	LEDS_DEFSTATE_OFF,
	LEDS_DEFSTATE_ON,
	LEDS_DEFSTATE_KEEP,
};

enum led_trigger_netdev_modes {
	TRIGGER_NETDEV_LINK,
	TRIGGER_NETDEV_LINK_10,
	TRIGGER_NETDEV_LINK_100,
	TRIGGER_NETDEV_LINK_1000,
	TRIGGER_NETDEV_LINK_2500,
	TRIGGER_NETDEV_LINK_5000,
	TRIGGER_NETDEV_LINK_10000,
	TRIGGER_NETDEV_HALF_DUPLEX,
	TRIGGER_NETDEV_FULL_DUPLEX,
	TRIGGER_NETDEV_TX,
	TRIGGER_NETDEV_RX,
	TRIGGER_NETDEV_TX_ERR,
	TRIGGER_NETDEV_RX_ERR,
	__TRIGGER_NETDEV_MAX,
};

struct led_init_data {
	struct fwnode_handle *fwnode;
	const char *default_label;
	const char *devicename;
	bool devname_mandatory;
};

struct led_classdev {
	const char *name;
	unsigned int brightness;
	unsigned int max_brightness;
	unsigned int color;
	int flags;
	void (*brightness_set)(struct led_classdev *led_cdev, enum led_brightness brightness);
	int (*brightness_set_blocking)(struct led_classdev *led_cdev, enum led_brightness brightness);
	enum led_brightness (*brightness_get)(struct led_classdev *led_cdev);
	int (*blink_set)(struct led_classdev *led_cdev, unsigned long *delay_on, unsigned long *delay_off);
	struct device *dev;
	const struct attribute_group **groups;
	const char *default_trigger;
};

/* Nobody defines these: a driver that needs LEDs does not link. */
int led_classdev_register_ext(struct device *parent, struct led_classdev *led_cdev, struct led_init_data *init_data);
void led_classdev_unregister(struct led_classdev *led_cdev);

#endif

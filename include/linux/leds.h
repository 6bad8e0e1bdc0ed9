/* SPDX-License-Identifier: GPL-2.0-only */
/* There is no LED class (CONFIG_LEDS_CLASS is off): drivers for which LEDs are an extra leave them out. */
#ifndef _LINUX_LEDS_H
#define _LINUX_LEDS_H

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct led_classdev;
struct led_trigger;

enum led_brightness {
	LED_OFF = 0,
	LED_ON = 1,
	LED_HALF = 127,
	LED_FULL = 255,
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The pin states that the device core puts in force around a probe. */
#ifndef _LINUX_PINCTRL_DEVINFO_H
#define _LINUX_PINCTRL_DEVINFO_H

#include <linux/device.h>
#include <linux/pinctrl/consumer.h>

struct dev_pin_info {
	struct pinctrl *p;
	struct pinctrl_state *default_state;
	struct pinctrl_state *init_state;
	struct pinctrl_state *sleep_state;
	struct pinctrl_state *idle_state;
};

/* Before a probe: 'init', else 'default'. After it: 'default', if 'init' is still in force. */
int pinctrl_bind_pins(struct device *dev);
int pinctrl_init_done(struct device *dev);

static inline struct pinctrl *dev_pinctrl(struct device *dev)
{
	return dev->pins ? dev->pins->p : NULL;
}

#endif

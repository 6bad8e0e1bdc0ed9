/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the private header of Linux's pin control core: what drivers of controllers use of it. */
#ifndef _DRIVERS_PINCTRL_CORE_H
#define _DRIVERS_PINCTRL_CORE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/radix-tree.h>
#include <linux/types.h>
#include <linux/pinctrl/machine.h>
#include <linux/pinctrl/pinctrl.h>

struct device;
struct device_node;
struct module;
struct pinctrl;
struct pinctrl_state;

struct pinctrl_dev {
	struct pinctrl_desc *desc;
	struct device *dev;
	struct module *owner;
	void *driver_data;
	unsigned int num_groups;
	unsigned int num_functions;
	/* Ours: the controller behind it. */
	void *p;
};

int pin_get_from_name(struct pinctrl_dev *pctldev, const char *name);
const char *pin_get_name(struct pinctrl_dev *pctldev, const unsigned int pin);
int pinctrl_get_group_selector(struct pinctrl_dev *pctldev, const char *pin_group);

#endif

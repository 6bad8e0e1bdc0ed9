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
	struct radix_tree_root pin_group_tree;
	struct radix_tree_root pin_function_tree;
	/* Ours: the controller behind it. */
	void *p;
};

/* A group that a driver has made known by pinctrl_generic_add_group(). */
struct group_desc {
	struct pingroup grp;
	void *data;
};

#define PINCTRL_GROUP_DESC(_name, _pins, _num_pins, _data) \
	(struct group_desc) { .grp = PINCTRL_PINGROUP(_name, _pins, _num_pins), .data = _data, }

int pinctrl_generic_get_group_count(struct pinctrl_dev *pctldev);
const char *pinctrl_generic_get_group_name(struct pinctrl_dev *pctldev, unsigned int group_selector);
int pinctrl_generic_get_group_pins(struct pinctrl_dev *pctldev, unsigned int group_selector,
				   const unsigned int **pins, unsigned int *npins);
struct group_desc *pinctrl_generic_get_group(struct pinctrl_dev *pctldev, unsigned int group_selector);
int pinctrl_generic_add_group(struct pinctrl_dev *pctldev, const char *name, const unsigned int *pins,
			      int num_pins, void *data);
int pinctrl_generic_remove_group(struct pinctrl_dev *pctldev, unsigned int group_selector);

/* Put the states that the controller has for its own pins in force. */
int pinctrl_force_sleep(struct pinctrl_dev *pctldev);
int pinctrl_force_default(struct pinctrl_dev *pctldev);
struct pinctrl_dev *get_pinctrl_dev_from_of_node(struct device_node *np);

int pin_get_from_name(struct pinctrl_dev *pctldev, const char *name);
const char *pin_get_name(struct pinctrl_dev *pctldev, const unsigned int pin);
int pinctrl_get_group_selector(struct pinctrl_dev *pctldev, const char *pin_group);

#endif

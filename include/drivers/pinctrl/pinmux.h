/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the header of Linux's pin multiplexing core: functions that drivers make known. */
#ifndef _DRIVERS_PINCTRL_PINMUX_H
#define _DRIVERS_PINCTRL_PINMUX_H

#include <linux/pinctrl/pinctrl.h>
#include <linux/types.h>

struct pinctrl_dev;

struct function_desc {
	struct pinfunction func;
	void *data;
};

#define PINCTRL_FUNCTION_DESC(_name, _grps, _num_grps, _data) \
	(struct function_desc) { .func = PINCTRL_PINFUNCTION(_name, _grps, _num_grps), .data = _data, }

int pinmux_generic_get_function_count(struct pinctrl_dev *pctldev);
const char *pinmux_generic_get_function_name(struct pinctrl_dev *pctldev, unsigned int selector);
int pinmux_generic_get_function_groups(struct pinctrl_dev *pctldev, unsigned int selector,
				       const char *const **groups, unsigned int *const ngroups);
struct function_desc *pinmux_generic_get_function(struct pinctrl_dev *pctldev, unsigned int selector);
int pinmux_generic_add_function(struct pinctrl_dev *pctldev, const char *name, const char *const *groups,
				unsigned int const ngroups, void *data);
int pinmux_generic_remove_function(struct pinctrl_dev *pctldev, unsigned int selector);

#endif

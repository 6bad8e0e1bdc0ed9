/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the header of Linux's pin configuration core: what drivers of controllers use of it. */
#ifndef _DRIVERS_PINCTRL_PINCONF_H
#define _DRIVERS_PINCTRL_PINCONF_H

#include <linux/errno.h>

struct device_node;
struct pinctrl_dev;
struct seq_file;

/* The parameters that a node sets, in an array to be freed by kfree(). */
int pinconf_generic_parse_dt_config(struct device_node *np, struct pinctrl_dev *pctldev,
				    unsigned long **configs, unsigned int *nconfigs);

/* What Linux's core prints to files of debugfs: there are none. */
static inline void pinconf_generic_dump_config(struct pinctrl_dev *pctldev, struct seq_file *s, unsigned long config)
{
}

#endif

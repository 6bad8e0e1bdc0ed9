/* SPDX-License-Identifier: GPL-2.0-only */
/* What a pin controller's driver does for parameters of pins. */
#ifndef _LINUX_PINCTRL_PINCONF_H
#define _LINUX_PINCTRL_PINCONF_H

#include <linux/types.h>

struct pinctrl_dev;
struct seq_file;

struct pinconf_ops {
	bool is_generic;
	int (*pin_config_get)(struct pinctrl_dev *pctldev, unsigned int pin, unsigned long *config);
	int (*pin_config_set)(struct pinctrl_dev *pctldev, unsigned int pin, unsigned long *configs,
			      unsigned int num_configs);
	int (*pin_config_group_get)(struct pinctrl_dev *pctldev, unsigned int selector, unsigned long *config);
	int (*pin_config_group_set)(struct pinctrl_dev *pctldev, unsigned int selector,
				    unsigned long *configs, unsigned int num_configs);
	/* Not called: 'pin list' reads parameters by pin_config_get(). */
	void (*pin_config_dbg_show)(struct pinctrl_dev *pctldev, struct seq_file *s, unsigned int offset);
	void (*pin_config_group_dbg_show)(struct pinctrl_dev *pctldev, struct seq_file *s,
					  unsigned int selector);
	void (*pin_config_config_dbg_show)(struct pinctrl_dev *pctldev, struct seq_file *s,
					   unsigned long config);
};

#endif

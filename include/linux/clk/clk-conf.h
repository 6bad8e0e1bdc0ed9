/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks as assigned-clocks of the device tree wants them. */
#ifndef _LINUX_CLK_CLK_CONF_H
#define _LINUX_CLK_CLK_CONF_H

#include <linux/types.h>

struct device_node;

int of_clk_set_defaults(struct device_node *node, bool clk_supplier);

#endif

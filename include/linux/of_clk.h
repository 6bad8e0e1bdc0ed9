/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of device-tree nodes. */
#ifndef _LINUX_OF_CLK_H
#define _LINUX_OF_CLK_H

#include <linux/types.h>

struct device_node;
struct of_device_id;

unsigned int of_clk_get_parent_count(const struct device_node *np);
const char *of_clk_get_parent_name(const struct device_node *np, int index);
void of_clk_init(const struct of_device_id *matches);

#endif

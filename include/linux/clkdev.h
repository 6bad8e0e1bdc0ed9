/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks by the name of the device and of its connection, for machines and drivers without device tree. */
#ifndef _LINUX_CLKDEV_H
#define _LINUX_CLKDEV_H

#include <linux/slab.h>

struct clk;
struct clk_hw;
struct device;

struct clk_lookup {
	struct list_head node;
	const char *dev_id;
	const char *con_id;
	struct clk *clk;
	struct clk_hw *clk_hw;
};

#define CLKDEV_INIT(d, n, c) { .dev_id = d, .con_id = n, .clk = c, }

void clkdev_add(struct clk_lookup *cl);
void clkdev_add_table(struct clk_lookup *cl, size_t num);
void clkdev_drop(struct clk_lookup *cl);
__printf(3, 4) struct clk_lookup *clkdev_create(struct clk *clk, const char *con_id, const char *dev_fmt, ...);
__printf(3, 4) struct clk_lookup *clkdev_hw_create(struct clk_hw *hw, const char *con_id, const char *dev_fmt, ...);
int clk_add_alias(const char *alias, const char *alias_dev_name, const char *con_id, struct device *dev);
int clk_register_clkdev(struct clk *clk, const char *con_id, const char *dev_id);
int clk_hw_register_clkdev(struct clk_hw *hw, const char *con_id, const char *dev_id);
int devm_clk_hw_register_clkdev(struct device *dev, struct clk_hw *hw, const char *con_id, const char *dev_id);

#endif

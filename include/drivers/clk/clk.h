/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the private header of Linux's clock core. */
#ifndef _DRIVERS_CLK_CLK_H
#define _DRIVERS_CLK_CLK_H

struct clk_hw;
struct device_node;

/* The hardware of a clock that a node names, by its place or, with a name, by that. */
struct clk_hw *of_clk_get_hw(struct device_node *np, int index, const char *con_id);

#endif

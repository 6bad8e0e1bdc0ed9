/* SPDX-License-Identifier: GPL-2.0-only */
/* A controller of which each line is a bit of a row of registers; drivers/reset/reset-simple.c has the functions. */
#ifndef _LINUX_RESET_RESET_SIMPLE_H
#define _LINUX_RESET_RESET_SIMPLE_H

#include <linux/io.h>
#include <linux/reset-controller.h>
#include <linux/spinlock.h>

struct reset_simple_data {
	spinlock_t lock;
	void __iomem *membase;
	struct reset_controller_dev rcdev;
	bool active_low;
	bool status_active_low;
	unsigned int reset_us;
};

extern const struct reset_control_ops reset_simple_ops;

#endif

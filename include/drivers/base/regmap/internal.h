/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our own stand-in for the private header of Linux's register maps: what regmap-irq.c reads of a map. Rust keeps the
 * rest behind it.
 */
#ifndef _REGMAP_INTERNAL_H
#define _REGMAP_INTERNAL_H

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/regmap.h>
#include <linux/wait.h>

struct regmap_format {
	size_t val_bytes;
};

struct regmap {
	struct device *dev;
	int reg_stride;
	bool use_single_read;
	struct regmap_format format;
};

#endif

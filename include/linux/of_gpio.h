/* SPDX-License-Identifier: GPL-2.0-only */
/* GPIOs of device-tree nodes by number, for old drivers. */
#ifndef _LINUX_OF_GPIO_H
#define _LINUX_OF_GPIO_H

#include <linux/compiler.h>
#include <linux/gpio/driver.h>
#include <linux/gpio.h>
#include <linux/of.h>

struct device_node;

int of_get_named_gpio(const struct device_node *np, const char *list_name, int index);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the private header of Linux's GPIO core: what drivers use of it. */
#ifndef _DRIVERS_GPIO_GPIOLIB_H
#define _DRIVERS_GPIO_GPIOLIB_H

#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/module.h>

int gpiochip_get_ngpios(struct gpio_chip *gc, struct device *dev);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* For drivers in drivers/gpio that include "gpiolib.h". The GPIO core is in Rust. */
#ifndef _DRIVERS_GPIO_GPIOLIB_H
#define _DRIVERS_GPIO_GPIOLIB_H

#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/types.h>

/* Sets gc->ngpio from the property `ngpios` where the driver has left it 0. */
int gpiochip_get_ngpios(struct gpio_chip *gc, struct device *dev);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* I2C by two lines that software moves; Linux's own helper, drivers/i2c/algos/i2c-algo-bit.c. */
#ifndef _LINUX_I2C_ALGO_BIT_H
#define _LINUX_I2C_ALGO_BIT_H

#include <linux/i2c.h>

struct i2c_algo_bit_data {
	void *data;
	void (*setsda)(void *data, int state);
	void (*setscl)(void *data, int state);
	int (*getsda)(void *data);
	int (*getscl)(void *data);
	int (*pre_xfer)(struct i2c_adapter *adap);
	void (*post_xfer)(struct i2c_adapter *adap);
	/* Half a clock's period, in microseconds, and how long a clock may be held, in jiffies. */
	int udelay;
	int timeout;
	bool can_do_atomic;
};

int i2c_bit_add_bus(struct i2c_adapter *adap);
int i2c_bit_add_numbered_bus(struct i2c_adapter *adap);
extern const struct i2c_algorithm i2c_bit_algo;

#endif

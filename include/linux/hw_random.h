/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources of random numbers: registered, the one of the best quality is used. */
#ifndef LINUX_HWRANDOM_H_
#define LINUX_HWRANDOM_H_

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/types.h>
#include <linux/workqueue_types.h>

struct device;

struct hwrng {
	const char *name;
	/* Called when the source begins and ends to be the one that is used. */
	int (*init)(struct hwrng *rng);
	void (*cleanup)(struct hwrng *rng);
	/* The older way: whether there is data, then up to four bytes of it. */
	int (*data_present)(struct hwrng *rng, int wait);
	int (*data_read)(struct hwrng *rng, u32 *data);
	/* Up to `max` bytes, a multiple of 4; without `wait` only what is there already. */
	int (*read)(struct hwrng *rng, void *data, size_t max, bool wait);
	unsigned long priv;
	/* Bits of entropy in 1024 bits; 0 stands for 1024. */
	unsigned short quality;

	/* The core's. */
	void *core;
};

int hwrng_register(struct hwrng *rng);
int devm_hwrng_register(struct device *dev, struct hwrng *rng);
void hwrng_unregister(struct hwrng *rng);
void devm_hwrng_unregister(struct device *dev, struct hwrng *rng);

/* Sleep in read(): 0, or more than that if the source is being unregistered. */
long hwrng_msleep(struct hwrng *rng, unsigned int msecs);
long hwrng_yield(struct hwrng *rng);

#endif

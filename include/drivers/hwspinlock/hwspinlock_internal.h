/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the private header of Linux's hardware spinlocks: what their drivers fill in. */
#ifndef _DRIVERS_HWSPINLOCK_HWSPINLOCK_INTERNAL_H
#define _DRIVERS_HWSPINLOCK_HWSPINLOCK_INTERNAL_H

#include <linux/device.h>
#include <linux/hwspinlock.h>
#include <linux/spinlock.h>

/* None may sleep. trylock answers other than 0 if the lock is ours now; relax waits between two attempts. */
struct hwspinlock_ops {
	int (*trylock)(struct hwspinlock *lock);
	void (*unlock)(struct hwspinlock *lock);
	int (*bust)(struct hwspinlock *lock, unsigned int id);
	void (*relax)(struct hwspinlock *lock);
};

struct hwspinlock {
	struct hwspinlock_device *bank;
	void *priv;
	/* The shim's, of whoever has requested the lock. */
	void *core;
};

struct hwspinlock_device {
	struct device *dev;
	const struct hwspinlock_ops *ops;
	int base_id;
	int num_locks;
	struct hwspinlock lock[];
};

static inline int hwlock_to_id(struct hwspinlock *hwlock)
{
	return hwlock->bank->base_id + (hwlock - hwlock->bank->lock);
}

#endif

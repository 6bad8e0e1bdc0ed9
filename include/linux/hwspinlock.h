/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks of the hardware, shared with other processors. */
#ifndef __LINUX_HWSPINLOCK_H
#define __LINUX_HWSPINLOCK_H

#include <linux/err.h>
#include <linux/sched.h>

/* What taking a lock does besides: interrupts are masked and their state kept, or masked; nothing at all; nothing, in atomic
 * context. Without any of these, preemption is off. */
#define HWLOCK_IRQSTATE		0x01
#define HWLOCK_IRQ		0x02
#define HWLOCK_RAW		0x03
#define HWLOCK_IN_ATOMIC	0x04

struct device;
struct device_node;
struct hwspinlock;
struct hwspinlock_device;
struct hwspinlock_ops;

struct hwspinlock_pdata {
	int base_id;
};

int hwspin_lock_register(struct hwspinlock_device *bank, struct device *dev, const struct hwspinlock_ops *ops,
			 int base_id, int num_locks);
int hwspin_lock_unregister(struct hwspinlock_device *bank);
struct hwspinlock *hwspin_lock_request(void);
struct hwspinlock *hwspin_lock_request_specific(unsigned int id);
int hwspin_lock_free(struct hwspinlock *hwlock);
int of_hwspin_lock_get_id(struct device_node *np, int index);
int of_hwspin_lock_get_id_byname(struct device_node *np, const char *name);
int hwspin_lock_get_id(struct hwspinlock *hwlock);
int __hwspin_lock_timeout(struct hwspinlock *hwlock, unsigned int timeout, int mode, unsigned long *flags);
int __hwspin_trylock(struct hwspinlock *hwlock, int mode, unsigned long *flags);
void __hwspin_unlock(struct hwspinlock *hwlock, int mode, unsigned long *flags);
int hwspin_lock_bust(struct hwspinlock *hwlock, unsigned int id);
int devm_hwspin_lock_free(struct device *dev, struct hwspinlock *hwlock);
struct hwspinlock *devm_hwspin_lock_request(struct device *dev);
struct hwspinlock *devm_hwspin_lock_request_specific(struct device *dev, unsigned int id);
int devm_hwspin_lock_unregister(struct device *dev, struct hwspinlock_device *bank);
int devm_hwspin_lock_register(struct device *dev, struct hwspinlock_device *bank, const struct hwspinlock_ops *ops,
			      int base_id, int num_locks);

static inline int hwspin_trylock_irqsave(struct hwspinlock *hwlock, unsigned long *flags)
{
	return __hwspin_trylock(hwlock, HWLOCK_IRQSTATE, flags);
}

static inline int hwspin_lock_timeout_irqsave(struct hwspinlock *hwlock, unsigned int to, unsigned long *flags)
{
	return __hwspin_lock_timeout(hwlock, to, HWLOCK_IRQSTATE, flags);
}

static inline void hwspin_unlock_irqrestore(struct hwspinlock *hwlock, unsigned long *flags)
{
	__hwspin_unlock(hwlock, HWLOCK_IRQSTATE, flags);
}

/* The other modes keep nothing. */
#define __HWSPIN_MODE(suffix, mode) \
	static inline int hwspin_trylock##suffix(struct hwspinlock *hwlock) \
	{ \
		return __hwspin_trylock(hwlock, mode, NULL); \
	} \
	static inline int hwspin_lock_timeout##suffix(struct hwspinlock *hwlock, unsigned int to) \
	{ \
		return __hwspin_lock_timeout(hwlock, to, mode, NULL); \
	} \
	static inline void hwspin_unlock##suffix(struct hwspinlock *hwlock) \
	{ \
		__hwspin_unlock(hwlock, mode, NULL); \
	}

__HWSPIN_MODE(, 0)
__HWSPIN_MODE(_irq, HWLOCK_IRQ)
__HWSPIN_MODE(_raw, HWLOCK_RAW)
__HWSPIN_MODE(_in_atomic, HWLOCK_IN_ATOMIC)
#undef __HWSPIN_MODE

#endif

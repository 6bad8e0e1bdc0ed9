/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinlocks as they lie in memory. */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/spinlock_types_raw.h>
typedef struct spinlock {
	union {
		struct raw_spinlock rlock;
	};
} spinlock_t;
#define __SPIN_LOCK_INITIALIZER(lockname) { { .rlock = { 0, 0 } } }
#define __SPIN_LOCK_UNLOCKED(lockname) ((spinlock_t)__SPIN_LOCK_INITIALIZER(lockname))
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#include <linux/rwlock_types.h>

#endif

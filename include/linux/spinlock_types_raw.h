/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinlocks as they lie in memory. */
#ifndef _LINUX_SPINLOCK_TYPES_RAW_H
#define _LINUX_SPINLOCK_TYPES_RAW_H

#include <linux/types.h>
#include <linux/lockdep_types.h>
/* Both words 0: free. `owner` is kept by debug builds: which CPU holds it, plus one. */
typedef struct raw_spinlock {
	unsigned int val;
	unsigned int owner;
} raw_spinlock_t;
#define __RAW_SPIN_LOCK_INITIALIZER(lockname) { 0, 0 }
#define __RAW_SPIN_LOCK_UNLOCKED(lockname) ((raw_spinlock_t)__RAW_SPIN_LOCK_INITIALIZER(lockname))
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = __RAW_SPIN_LOCK_UNLOCKED(x)

#endif

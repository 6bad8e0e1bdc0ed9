/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks of many readers or one writer, as they lie in memory. */
#ifndef _LINUX_RWLOCK_TYPES_H
#define _LINUX_RWLOCK_TYPES_H

#include <linux/types.h>
/* `cnts` counts readers; its top bit is the writer. */
typedef struct {
	unsigned int cnts;
	unsigned int owner;
} rwlock_t;
#define __RW_LOCK_UNLOCKED(lockname) ((rwlock_t){ 0, 0 })
#define DEFINE_RWLOCK(x) rwlock_t x = __RW_LOCK_UNLOCKED(x)

#endif

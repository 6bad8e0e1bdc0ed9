/* SPDX-License-Identifier: GPL-2.0-only */
/* Reference counts as they lie in memory. */
#ifndef _LINUX_REFCOUNT_TYPES_H
#define _LINUX_REFCOUNT_TYPES_H

#include <linux/types.h>
#include <linux/spinlock_types.h>
typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of changes as they lie in memory. */
#ifndef _LINUX_SEQLOCK_TYPES_H
#define _LINUX_SEQLOCK_TYPES_H

#include <linux/lockdep_types.h>
#include <linux/mutex_types.h>
#include <linux/spinlock_types.h>
typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;
typedef struct seqcount_raw_spinlock { seqcount_t seqcount; } seqcount_raw_spinlock_t;
typedef struct seqcount_spinlock { seqcount_t seqcount; } seqcount_spinlock_t;
typedef struct seqcount_rwlock { seqcount_t seqcount; } seqcount_rwlock_t;
typedef struct seqcount_mutex { seqcount_t seqcount; } seqcount_mutex_t;
typedef struct {
	seqcount_spinlock_t seqcount;
	spinlock_t lock;
} seqlock_t;

#endif

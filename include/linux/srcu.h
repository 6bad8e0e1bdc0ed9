/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading without locks by readers that may sleep. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>
struct srcu_struct {
	atomic_t index;
	atomic_t readers[2];
	struct mutex mutex;
	wait_queue_head_t wait;
};
#define __SRCU_STRUCT_INIT(name)                                                                                      \
	{ .mutex = __MUTEX_INITIALIZER(name.mutex), .wait = __WAIT_QUEUE_HEAD_INITIALIZER(name.wait) }
#define DEFINE_SRCU(name) struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name = __SRCU_STRUCT_INIT(name)
int init_srcu_struct(struct srcu_struct *ssp);
void cleanup_srcu_struct(struct srcu_struct *ssp);
int srcu_read_lock(struct srcu_struct *ssp);
void srcu_read_unlock(struct srcu_struct *ssp, int idx);
/* May sleep. */
void synchronize_srcu(struct srcu_struct *ssp);
#define synchronize_srcu_expedited(ssp) synchronize_srcu(ssp)
#define srcu_read_lock_held(ssp) 1
#define srcu_dereference_check(p, ssp, c) smp_load_acquire(&(p))
#define srcu_dereference(p, ssp) srcu_dereference_check((p), (ssp), 0)
DEFINE_LOCK_GUARD_1(srcu, struct srcu_struct, _T->idx = srcu_read_lock(_T->lock), srcu_read_unlock(_T->lock, _T->idx), int idx)

#endif

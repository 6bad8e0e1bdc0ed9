/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks that are waited for by sleeping. */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/list.h>
#include <linux/spinlock_types.h>
#include <linux/lockdep.h>
#include <linux/atomic.h>
#include <asm/processor.h>
#include <linux/cleanup.h>
#include <linux/mutex_types.h>
struct device;
#define __MUTEX_INITIALIZER(lockname)                                                                                 \
	{ .owner = ATOMIC_LONG_INIT(0), .wait = __WAIT_QUEUE_HEAD_INITIALIZER(lockname.wait) }
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)
static inline void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	atomic_long_set(&lock->owner, 0);
	init_waitqueue_head(&lock->wait);
}
#define mutex_init(mutex) __mutex_init((mutex), #mutex, NULL)
#define mutex_init_with_key(mutex, key) __mutex_init((mutex), #mutex, key)
/* Debug builds check that nobody holds it. */
void mutex_destroy(struct mutex *lock);
int __devm_mutex_init(struct device *dev, struct mutex *lock);
#define devm_mutex_init(dev, mutex) ({ typeof(mutex) mutex_ = (mutex); mutex_init(mutex_); __devm_mutex_init(dev, mutex_); })
static inline bool mutex_is_locked(struct mutex *lock)
{
	return atomic_long_read(&lock->owner) != 0;
}
/* May sleep. Debug builds panic where a task takes a mutex that it holds. */
void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
/* 1: taken. Context: anything but interrupt handlers. */
int mutex_trylock(struct mutex *lock);
/* There are no signals: never -EINTR. */
static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}
static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}
#define mutex_lock_io(lock) mutex_lock(lock)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_interruptible_nested(lock, subclass) mutex_lock_interruptible(lock)
#define mutex_lock_killable_nested(lock, subclass) mutex_lock_killable(lock)
#define mutex_lock_nest_lock(lock, nest_lock) mutex_lock(lock)
#define mutex_lock_io_nested(lock, subclass) mutex_lock(lock)
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock);
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)

#endif

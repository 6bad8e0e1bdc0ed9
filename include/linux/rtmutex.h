/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutexes; without priority inheritance. */
#ifndef _LINUX_RTMUTEX_H
#define _LINUX_RTMUTEX_H

#include <linux/mutex.h>
struct rt_mutex {
	struct mutex lock;
};
static inline void rt_mutex_init(struct rt_mutex *lock)
{
	mutex_init(&lock->lock);
}
static inline void rt_mutex_lock(struct rt_mutex *lock)
{
	mutex_lock(&lock->lock);
}
#define rt_mutex_lock_nested(lock, subclass) rt_mutex_lock(lock)
static inline int rt_mutex_trylock(struct rt_mutex *lock)
{
	return mutex_trylock(&lock->lock);
}
static inline void rt_mutex_unlock(struct rt_mutex *lock)
{
	mutex_unlock(&lock->lock);
}
static inline bool rt_mutex_is_locked(struct rt_mutex *lock)
{
	return mutex_is_locked(&lock->lock);
}

#endif

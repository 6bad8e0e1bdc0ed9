/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting semaphores. */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <linux/list.h>
#include <linux/wait.h>
struct semaphore {
	unsigned int count;
	wait_queue_head_t wait;
};
#define __SEMAPHORE_INITIALIZER(name, n) { .count = n, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DEFINE_SEMAPHORE(_name, _n) struct semaphore _name = __SEMAPHORE_INITIALIZER(_name, _n)
static inline void sema_init(struct semaphore *sem, int val)
{
	sem->count = val;
	init_waitqueue_head(&sem->wait);
}
void down(struct semaphore *sem);
static inline int __must_check down_interruptible(struct semaphore *sem)
{
	down(sem);
	return 0;
}
static inline int __must_check down_killable(struct semaphore *sem)
{
	down(sem);
	return 0;
}
/* 0: taken; 1: not. Context: any. */
int __must_check down_trylock(struct semaphore *sem);
/* 0, or -ETIME after `jiffies_timeout`. */
int __must_check down_timeout(struct semaphore *sem, long jiffies_timeout);
void up(struct semaphore *sem);

#endif

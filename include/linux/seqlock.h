/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading again if it was changed meanwhile. */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/seqlock_types.h>
#include <asm/processor.h>
#define SEQCNT_ZERO(name) { .sequence = 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { .seqcount = { 0 } }
#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) { .seqcount = { 0 } }
#define SEQCNT_MUTEX_ZERO(name, lock) { .seqcount = { 0 } }
#define __fv_seqcount(s)                                                                                              \
	_Generic(*(s), seqcount_t : (seqcount_t *)(s), seqcount_raw_spinlock_t : (seqcount_t *)(s),                       \
		 seqcount_spinlock_t : (seqcount_t *)(s), seqcount_rwlock_t : (seqcount_t *)(s),                              \
		 seqcount_mutex_t : (seqcount_t *)(s))
#define seqcount_init(s) ((s)->sequence = 0)
#define seqcount_raw_spinlock_init(s, lock) ((void)(lock), (s)->seqcount.sequence = 0)
#define seqcount_spinlock_init(s, lock) ((void)(lock), (s)->seqcount.sequence = 0)
#define seqcount_rwlock_init(s, lock) ((void)(lock), (s)->seqcount.sequence = 0)
#define seqcount_mutex_init(s, lock) ((void)(lock), (s)->seqcount.sequence = 0)
static inline unsigned int __fv_read_begin(const seqcount_t *s)
{
	unsigned int seq;

	while ((seq = smp_load_acquire(&s->sequence)) & 1)
		cpu_relax();
	return seq;
}
static inline int __fv_read_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != start;
}
static inline void __fv_write_begin(seqcount_t *s)
{
	preempt_disable();
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}
static inline void __fv_write_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
	preempt_enable();
}
#define read_seqcount_begin(s) __fv_read_begin(__fv_seqcount(s))
#define raw_read_seqcount_begin(s) read_seqcount_begin(s)
#define raw_seqcount_begin(s) (smp_load_acquire(&__fv_seqcount(s)->sequence) & ~1u)
#define raw_read_seqcount(s) smp_load_acquire(&__fv_seqcount(s)->sequence)
#define read_seqcount_retry(s, start) __fv_read_retry(__fv_seqcount(s), start)
#define __read_seqcount_retry(s, start) read_seqcount_retry(s, start)
#define write_seqcount_begin(s) __fv_write_begin(__fv_seqcount(s))
#define write_seqcount_end(s) __fv_write_end(__fv_seqcount(s))
#define raw_write_seqcount_begin(s) write_seqcount_begin(s)
#define raw_write_seqcount_end(s) write_seqcount_end(s)
#define write_seqcount_invalidate(s) do { smp_wmb(); __fv_seqcount(s)->sequence += 2; } while (0)
#define __SEQLOCK_UNLOCKED(lockname) { .seqcount = { { 0 } }, .lock = __SPIN_LOCK_UNLOCKED(lockname) }
#define DEFINE_SEQLOCK(sl) seqlock_t sl = __SEQLOCK_UNLOCKED(sl)
#define seqlock_init(sl) do { spin_lock_init(&(sl)->lock); (sl)->seqcount.seqcount.sequence = 0; } while (0)
static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	return __fv_read_begin(&sl->seqcount.seqcount);
}
static inline unsigned int read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return __fv_read_retry(&sl->seqcount.seqcount, start);
}
static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	__fv_write_begin(&sl->seqcount.seqcount);
}
static inline void write_sequnlock(seqlock_t *sl)
{
	__fv_write_end(&sl->seqcount.seqcount);
	spin_unlock(&sl->lock);
}
#define write_seqlock_bh(sl) write_seqlock(sl)
#define write_sequnlock_bh(sl) write_sequnlock(sl)
static inline void write_seqlock_irq(seqlock_t *sl)
{
	spin_lock_irq(&sl->lock);
	__fv_write_begin(&sl->seqcount.seqcount);
}
static inline void write_sequnlock_irq(seqlock_t *sl)
{
	__fv_write_end(&sl->seqcount.seqcount);
	spin_unlock_irq(&sl->lock);
}
#define write_seqlock_irqsave(sl, flags)                                                                              \
	do { spin_lock_irqsave(&(sl)->lock, flags); __fv_write_begin(&(sl)->seqcount.seqcount); } while (0)
static inline void write_sequnlock_irqrestore(seqlock_t *sl, unsigned long flags)
{
	__fv_write_end(&sl->seqcount.seqcount);
	spin_unlock_irqrestore(&sl->lock, flags);
}

#endif

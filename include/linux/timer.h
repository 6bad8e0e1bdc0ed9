/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers of jiffies. Callbacks run as softirq work: preemption disabled, interrupts open, no sleeping. */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/list.h>
#include <linux/ktime.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/timer_types.h>
#include <linux/jiffies.h>
#define TIMER_CPUMASK 0x0003FFFF
#define TIMER_MIGRATING 0x00040000
#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED 0x00100000
#define TIMER_IRQSAFE 0x00200000
#define __TIMER_INITIALIZER(_function, _flags) { .entry = { NULL, NULL }, .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(_name, _function) struct timer_list _name = __TIMER_INITIALIZER(_function, 0)
struct lock_class_key;
void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags, const char *name,
		    struct lock_class_key *key);
#define timer_setup(timer, callback, flags) init_timer_key((timer), (callback), (flags), NULL, NULL)
#define timer_setup_on_stack(timer, callback, flags) timer_setup(timer, callback, flags)
#define __timer_init(timer, fn, flags) timer_setup(timer, fn, flags)
#define destroy_timer_on_stack(timer) ((void)(timer))
#define timer_destroy_on_stack(timer) ((void)(timer))
#define from_timer(var, callback_timer, timer_fieldname) container_of(callback_timer, typeof(*var), timer_fieldname)
#define timer_container_of(var, callback_timer, timer_fieldname) from_timer(var, callback_timer, timer_fieldname)
static inline int timer_pending(const struct timer_list *timer)
{
	return READ_ONCE(timer->entry.next) != NULL;
}
#define NEXT_TIMER_MAX_DELTA ((1UL << 30) - 1)
/* Context: any. mod_timer says whether it was armed. */
void add_timer(struct timer_list *timer);
void add_timer_on(struct timer_list *timer, int cpu);
#define add_timer_local(timer) add_timer(timer)
#define add_timer_global(timer) add_timer(timer)
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
/* 1: it was armed. */
int timer_delete(struct timer_list *timer);
/* -1: its callback runs. */
int try_to_del_timer_sync(struct timer_list *timer);
#define timer_delete_sync_try(timer) try_to_del_timer_sync(timer)
/* Waits for the callback, too. Context: not hard interrupt handlers, not with a lock that the callback takes. */
int timer_delete_sync(struct timer_list *timer);
/* As before; later arming is ignored. */
int timer_shutdown(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define del_singleshot_timer_sync(timer) timer_delete_sync(timer)
unsigned long round_jiffies(unsigned long j);
unsigned long round_jiffies_relative(unsigned long j);
#define __round_jiffies(j, cpu) round_jiffies(j)
#define __round_jiffies_relative(j, cpu) round_jiffies_relative(j)
#define round_jiffies_up(j) round_jiffies((j) + HZ - 1)
#define round_jiffies_up_relative(j) round_jiffies_relative((j) + HZ - 1)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading without locks: readers disable preemption; writers wait until every CPU has scheduled. */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/bottom_half.h>
#include <linux/lockdep.h>
#include <linux/cleanup.h>
static __always_inline void rcu_read_lock(void)
{
	preempt_disable();
}
static inline void rcu_read_unlock(void)
{
	preempt_enable();
}
#define rcu_read_lock_bh() rcu_read_lock()
#define rcu_read_unlock_bh() rcu_read_unlock()
#define rcu_read_lock_sched() rcu_read_lock()
#define rcu_read_unlock_sched() rcu_read_unlock()
#define rcu_read_lock_held() 1
#define rcu_read_lock_bh_held() 1
#define rcu_read_lock_any_held() 1
#define RCU_LOCKDEP_WARN(c, s) do { } while (0)
/* Returns when all readers of before have ended. May sleep. */
void synchronize_rcu(void);
#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_net() synchronize_rcu()
/* Calls func(head) when all readers of before have ended, from a task. Context: any. */
void call_rcu(struct rcu_head *head, rcu_callback_t func);
#define call_rcu_hurry(head, func) call_rcu(head, func)
/* Waits for what call_rcu was given before. May sleep. */
void rcu_barrier(void);
void fv_kfree_rcu(struct rcu_head *head, unsigned long offset);
#define kfree_rcu(ptr, rhf)                                                                                           \
	do {                                                                                                              \
		typeof(ptr) ___p = (ptr);                                                                                     \
		if (___p)                                                                                                     \
			fv_kfree_rcu(&((___p)->rhf), offsetof(typeof(*(ptr)), rhf));                                              \
	} while (0)
#define kvfree_rcu(ptr, rhf) kfree_rcu(ptr, rhf)
#define kfree_rcu_mightsleep(ptr) do { synchronize_rcu(); kfree(ptr); } while (0)
#define rcu_head_init(head) ((void)(head))
#define init_rcu_head(head) ((void)(head))
#define destroy_rcu_head(head) ((void)(head))
#define init_rcu_head_on_stack(head) ((void)(head))
#define destroy_rcu_head_on_stack(head) ((void)(head))
#define RCU_INITIALIZER(v) ((typeof(*(v)) *)(v))
#define rcu_assign_pointer(p, v) smp_store_release(&(p), RCU_INITIALIZER(v))
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, RCU_INITIALIZER(v))
#define RCU_POINTER_INITIALIZER(p, v) .p = RCU_INITIALIZER(v)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_dereference_check(p, c) smp_load_acquire(&(p))
#define rcu_dereference(p) rcu_dereference_check(p, 0)
#define rcu_dereference_bh(p) rcu_dereference_check(p, 0)
#define rcu_dereference_raw(p) rcu_dereference_check(p, 0)
#define rcu_dereference_protected(p, c) (p)
#define rcu_pointer_handoff(p) (p)
#define rcu_replace_pointer(rcu_ptr, ptr, c)                                                                          \
	({                                                                                                                \
		typeof(ptr) __tmp = rcu_dereference_protected((rcu_ptr), (c));                                                \
		rcu_assign_pointer((rcu_ptr), (ptr));                                                                         \
		__tmp;                                                                                                        \
	})
#define unrcu_pointer(p) (p)
#define cond_synchronize_rcu(old) synchronize_rcu()
DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif

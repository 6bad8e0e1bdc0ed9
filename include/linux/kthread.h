/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks of a driver's own. */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <linux/spinlock.h>
/* A task that waits for wake_up_process to begin. May sleep. */
__printf(4, 5) struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
							   const char namefmt[], ...);
struct task_struct *fv_kthread_create(int (*threadfn)(void *data), void *data, char *name);
#define kthread_create(threadfn, data, namefmt, arg...) kthread_create_on_node(threadfn, data, -1, namefmt, ##arg)
#define kthread_run(threadfn, data, namefmt, ...)                                                                     \
	({                                                                                                                \
		struct task_struct *__k = kthread_create(threadfn, data, namefmt, ##__VA_ARGS__);                             \
		if (!IS_ERR(__k))                                                                                             \
			wake_up_process(__k);                                                                                     \
		__k;                                                                                                          \
	})
struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
					  const char *namefmt);
void kthread_bind(struct task_struct *k, unsigned int cpu);
/* Has it return and waits for that; its result, or -EINTR if it never ran. May sleep. */
int kthread_stop(struct task_struct *k);
int kthread_stop_put(struct task_struct *k);
bool kthread_should_stop(void);
bool kthread_should_park(void);
#define kthread_should_stop_or_park() (kthread_should_stop() || kthread_should_park())
static inline bool kthread_freezable_should_stop(bool *was_frozen)
{
	if (was_frozen)
		*was_frozen = false;
	return kthread_should_stop();
}
void *kthread_data(struct task_struct *k);
int kthread_park(struct task_struct *k);
void kthread_unpark(struct task_struct *k);
void kthread_parkme(void);
void kthread_exit(long result) __noreturn;

struct kthread_work;
typedef void (*kthread_work_func_t)(struct kthread_work *work);
enum { KTW_FREEZABLE = 1 << 0 };
struct kthread_worker {
	unsigned int flags;
	raw_spinlock_t lock;
	struct list_head work_list;
	struct list_head delayed_work_list;
	struct task_struct *task;
	struct kthread_work *current_work;
};
struct kthread_work {
	struct list_head node;
	kthread_work_func_t func;
	struct kthread_worker *worker;
	int canceling;
};
struct kthread_delayed_work {
	struct kthread_work work;
	struct timer_list timer;
};
#define KTHREAD_WORK_INIT(work, fn) { .node = LIST_HEAD_INIT((work).node), .func = (fn) }
#define DEFINE_KTHREAD_WORK(work, fn) struct kthread_work work = KTHREAD_WORK_INIT(work, fn)
void kthread_init_worker(struct kthread_worker *worker);
#define kthread_init_work(work, fn)                                                                                   \
	do {                                                                                                              \
		memset((work), 0, sizeof(struct kthread_work));                                                               \
		INIT_LIST_HEAD(&(work)->node);                                                                                \
		(work)->func = (fn);                                                                                          \
	} while (0)
void kthread_delayed_work_timer_fn(struct timer_list *t);
#define kthread_init_delayed_work(dwork, fn)                                                                          \
	do {                                                                                                              \
		kthread_init_work(&(dwork)->work, (fn));                                                                      \
		timer_setup(&(dwork)->timer, kthread_delayed_work_timer_fn, TIMER_IRQSAFE);                                   \
	} while (0)
int kthread_worker_fn(void *worker_ptr);
__printf(2, 3) struct kthread_worker *kthread_create_worker(unsigned int flags, const char namefmt[], ...);
struct kthread_worker *fv_kthread_create_worker(char *name);
#define kthread_run_worker(flags, namefmt, ...) kthread_create_worker(flags, namefmt, ##__VA_ARGS__)
bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work);
bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay);
bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay);
void kthread_flush_work(struct kthread_work *work);
void kthread_flush_worker(struct kthread_worker *worker);
bool kthread_cancel_work_sync(struct kthread_work *work);
bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *work);
void kthread_destroy_worker(struct kthread_worker *worker);
#include <linux/string.h>

#endif

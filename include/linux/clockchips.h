/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timers that drivers offer. They are kept, shut down, and can be tried at the terminal; the timers that the
 * hypervisor itself and its guests run by are the CPUs' own, which are better than any of them.
 */
#ifndef _LINUX_CLOCKCHIPS_H
#define _LINUX_CLOCKCHIPS_H

#include <linux/clocksource.h>
#include <linux/cpumask_types.h>
#include <linux/ktime.h>
#include <linux/notifier.h>

struct clock_event_device;
struct module;

enum clock_event_state {
	CLOCK_EVT_STATE_DETACHED,
	CLOCK_EVT_STATE_SHUTDOWN,
	CLOCK_EVT_STATE_PERIODIC,
	CLOCK_EVT_STATE_ONESHOT,
	CLOCK_EVT_STATE_ONESHOT_STOPPED,
};

#define CLOCK_EVT_FEAT_PERIODIC	0x000001
#define CLOCK_EVT_FEAT_ONESHOT	0x000002
#define CLOCK_EVT_FEAT_KTIME	0x000004
#define CLOCK_EVT_FEAT_C3STOP	0x000008
#define CLOCK_EVT_FEAT_DUMMY	0x000010
#define CLOCK_EVT_FEAT_DYNIRQ	0x000020
#define CLOCK_EVT_FEAT_PERCPU	0x000040
#define CLOCK_EVT_FEAT_HRTIMER	0x000080

struct clock_event_device {
	/* Never null once registered: the driver calls it from its interrupt. */
	void (*event_handler)(struct clock_event_device *dev);
	int (*set_next_event)(unsigned long evt, struct clock_event_device *dev);
	int (*set_next_ktime)(ktime_t expires, struct clock_event_device *dev);
	ktime_t next_event;
	u64 max_delta_ns;
	u64 min_delta_ns;
	/* Ticks are (nanoseconds * mult) >> shift. */
	u32 mult;
	u32 shift;
	enum clock_event_state state_use_accessors;
	unsigned int features;
	unsigned long retries;
	int (*set_state_periodic)(struct clock_event_device *dev);
	int (*set_state_oneshot)(struct clock_event_device *dev);
	int (*set_state_oneshot_stopped)(struct clock_event_device *dev);
	int (*set_state_shutdown)(struct clock_event_device *dev);
	int (*tick_resume)(struct clock_event_device *dev);
	void (*broadcast)(const struct cpumask *mask);
	void (*suspend)(struct clock_event_device *dev);
	void (*resume)(struct clock_event_device *dev);
	unsigned long min_delta_ticks;
	unsigned long max_delta_ticks;
	const char *name;
	int rating;
	int irq;
	int bound_on;
	const struct cpumask *cpumask;
	struct list_head list;
	struct module *owner;
} ____cacheline_aligned;

static inline bool clockevent_state_detached(struct clock_event_device *dev)
{
	return dev->state_use_accessors == CLOCK_EVT_STATE_DETACHED;
}

static inline bool clockevent_state_shutdown(struct clock_event_device *dev)
{
	return dev->state_use_accessors == CLOCK_EVT_STATE_SHUTDOWN;
}

static inline bool clockevent_state_periodic(struct clock_event_device *dev)
{
	return dev->state_use_accessors == CLOCK_EVT_STATE_PERIODIC;
}

static inline bool clockevent_state_oneshot(struct clock_event_device *dev)
{
	return dev->state_use_accessors == CLOCK_EVT_STATE_ONESHOT;
}

static inline bool clockevent_state_oneshot_stopped(struct clock_event_device *dev)
{
	return dev->state_use_accessors == CLOCK_EVT_STATE_ONESHOT_STOPPED;
}

static inline unsigned long div_sc(unsigned long ticks, unsigned long nsec, int shift)
{
	return ((u64)ticks << shift) / nsec;
}

u64 clockevent_delta2ns(unsigned long latch, struct clock_event_device *evt);
void clockevents_register_device(struct clock_event_device *dev);
int clockevents_unbind_device(struct clock_event_device *ced, int cpu);
void clockevents_config_and_register(struct clock_event_device *dev, u32 freq, unsigned long min_delta,
				     unsigned long max_delta);
int clockevents_update_freq(struct clock_event_device *ce, u32 freq);

static inline void clockevents_calc_mult_shift(struct clock_event_device *ce, u32 freq, u32 maxsec)
{
	clocks_calc_mult_shift(&ce->mult, &ce->shift, NSEC_PER_SEC, freq, maxsec);
}

static __always_inline int tick_check_broadcast_expired(void)
{
	return 0;
}

static inline void tick_setup_hrtimer_broadcast(void)
{
}

#endif

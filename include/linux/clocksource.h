/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters that drivers offer. They are kept, and can be read at the terminal; time itself is the CPU's own counter,
 * which is better than any of them.
 */
#ifndef _LINUX_CLOCKSOURCE_H
#define _LINUX_CLOCKSOURCE_H

#include <linux/types.h>
#include <linux/timex.h>
#include <linux/time.h>
#include <linux/list.h>
#include <linux/cache.h>
#include <linux/timer.h>
#include <linux/init.h>
#include <linux/of.h>
#include <linux/clocksource_ids.h>
#include <asm/div64.h>
#include <asm/io.h>

struct clocksource;
struct clocksource_base;
struct module;

enum vdso_clock_mode {
	VDSO_CLOCKMODE_NONE,
	VDSO_CLOCKMODE_ARCHTIMER,
	VDSO_CLOCKMODE_ARCHTIMER_NOCOMPAT,
	VDSO_CLOCKMODE_MAX,
	VDSO_CLOCKMODE_TIMENS = 0x7fffffff,
};

struct clocksource {
	u64 (*read)(struct clocksource *cs);
	u64 mask;
	/* Nanoseconds are (ticks * mult) >> shift. */
	u32 mult;
	u32 shift;
	u64 max_idle_ns;
	u32 maxadj;
	u32 uncertainty_margin;
	u64 max_cycles;
	u64 max_raw_delta;
	const char *name;
	struct list_head list;
	u32 freq_khz;
	int rating;
	enum clocksource_ids id;
	enum vdso_clock_mode vdso_clock_mode;
	unsigned long flags;
	struct clocksource_base *base;
	/* The first and the last reader. */
	int (*enable)(struct clocksource *cs);
	void (*disable)(struct clocksource *cs);
	/* Not called: there is no suspend, and nothing checks it. */
	void (*suspend)(struct clocksource *cs);
	void (*resume)(struct clocksource *cs);
	void (*mark_unstable)(struct clocksource *cs);
	void (*tick_stable)(struct clocksource *cs);
	struct module *owner;
};

#define CLOCK_SOURCE_IS_CONTINUOUS	0x01
#define CLOCK_SOURCE_MUST_VERIFY	0x02
#define CLOCK_SOURCE_WATCHDOG		0x10
#define CLOCK_SOURCE_VALID_FOR_HRES	0x20
#define CLOCK_SOURCE_UNSTABLE		0x40
#define CLOCK_SOURCE_SUSPEND_NONSTOP	0x80
#define CLOCK_SOURCE_RESELECT		0x100
#define CLOCK_SOURCE_VERIFY_PERCPU	0x200

#define CLOCKSOURCE_MASK(bits)	GENMASK_ULL((bits) - 1, 0)

/* The factor for a frequency: `from` nanoseconds hold `freq` ticks. */
static inline u32 clocksource_freq2mult(u32 freq, u32 shift_constant, u64 from)
{
	return (u32)(((from << shift_constant) + freq / 2) / freq);
}

static inline u32 clocksource_khz2mult(u32 khz, u32 shift_constant)
{
	return clocksource_freq2mult(khz, shift_constant, NSEC_PER_MSEC);
}

static inline u32 clocksource_hz2mult(u32 hz, u32 shift_constant)
{
	return clocksource_freq2mult(hz, shift_constant, NSEC_PER_SEC);
}

static inline s64 clocksource_cyc2ns(u64 cycles, u32 mult, u32 shift)
{
	return (cycles * mult) >> shift;
}

int clocksource_unregister(struct clocksource *cs);
void clocksource_change_rating(struct clocksource *cs, int rating);
void clocksource_mark_unstable(struct clocksource *cs);
u64 clocks_calc_max_nsecs(u32 mult, u32 shift, u32 maxadj, u64 mask, u64 *max_cycles);
void clocks_calc_mult_shift(u32 *mult, u32 *shift, u32 from, u32 to, u32 minsec);
int __clocksource_register_scale(struct clocksource *cs, u32 scale, u32 freq);
void __clocksource_update_freq_scale(struct clocksource *cs, u32 scale, u32 freq);

static inline int __clocksource_register(struct clocksource *cs)
{
	return __clocksource_register_scale(cs, 1, 0);
}

static inline int clocksource_register_hz(struct clocksource *cs, u32 hz)
{
	return __clocksource_register_scale(cs, 1, hz);
}

static inline int clocksource_register_khz(struct clocksource *cs, u32 khz)
{
	return __clocksource_register_scale(cs, 1000, khz);
}

static inline void __clocksource_update_freq_hz(struct clocksource *cs, u32 hz)
{
	__clocksource_update_freq_scale(cs, 1, hz);
}

static inline void __clocksource_update_freq_khz(struct clocksource *cs, u32 khz)
{
	__clocksource_update_freq_scale(cs, 1000, khz);
}

/* Of Linux's own drivers/clocksource/mmio.c: `needs = ["clocksource-mmio"]`. */
u64 clocksource_mmio_readl_up(struct clocksource *cs);
u64 clocksource_mmio_readl_down(struct clocksource *cs);
u64 clocksource_mmio_readw_up(struct clocksource *cs);
u64 clocksource_mmio_readw_down(struct clocksource *cs);
int clocksource_mmio_init(void __iomem *base, const char *name, unsigned long hz, int rating, unsigned bits,
			  u64 (*read)(struct clocksource *cs));

/* Begun at boot, after interrupt controllers and clocks. */
#define TIMER_OF_DECLARE(name, compat, fn)	OF_DECLARE_1_RET(timer, name, compat, fn)

void timer_probe(void);

struct clocksource_base {
	enum clocksource_ids id;
	u32 freq_khz;
	u64 offset;
	u32 numerator;
	u32 denominator;
};

#endif

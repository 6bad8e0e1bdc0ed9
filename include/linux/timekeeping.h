/* SPDX-License-Identifier: GPL-2.0-only */
/* What time it is. */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/time64.h>
#include <linux/clocksource_ids.h>
extern int timekeeping_suspended;
/* Since the counter started, in ns. Context: any. */
u64 ktime_get_mono_fast_ns(void);
ktime_t ktime_get(void);
/* Since 1970, as far as a clock of the board has told (see `rtc` in the terminal), else since the counter started. */
ktime_t ktime_get_real(void);
void ktime_get_ts64(struct timespec64 *ts);
void ktime_get_real_ts64(struct timespec64 *ts);
time64_t ktime_get_seconds(void);
time64_t ktime_get_real_seconds(void);
/* Says what ktime_get_real is at this moment. 0, or -EINVAL. */
int do_settimeofday64(const struct timespec64 *ts);
#define ktime_get_raw_ts64(ts) ktime_get_ts64(ts)
#define ktime_get_boottime_ts64(ts) ktime_get_ts64(ts)
#define ktime_get_coarse_ts64(ts) ktime_get_ts64(ts)
#define ktime_get_coarse_real_ts64(ts) ktime_get_real_ts64(ts)
static inline ktime_t ktime_get_boottime(void) { return ktime_get(); }
static inline ktime_t ktime_get_raw(void) { return ktime_get(); }
static inline ktime_t ktime_get_coarse(void) { return ktime_get(); }
static inline ktime_t ktime_get_coarse_boottime(void) { return ktime_get(); }
static inline ktime_t ktime_get_clocktai(void) { return ktime_get_real(); }
static inline u64 ktime_get_ns(void) { return ktime_get(); }
static inline u64 ktime_get_real_ns(void) { return ktime_get_real(); }
static inline u64 ktime_get_boottime_ns(void) { return ktime_get(); }
static inline u64 ktime_get_raw_ns(void) { return ktime_get(); }
static inline u64 ktime_get_raw_fast_ns(void) { return ktime_get(); }
static inline u64 ktime_get_real_fast_ns(void) { return ktime_get_real(); }
static inline time64_t ktime_get_boottime_seconds(void) { return ktime_get_seconds(); }

/* Reading a device's clock and the CPU's at once: no device here can. */
struct system_counterval_t {
	u64 cycles;
	enum clocksource_ids cs_id;
	bool use_nsecs;
};

struct system_device_crosststamp {
	ktime_t device;
	ktime_t sys_realtime;
	ktime_t sys_monoraw;
};

struct system_time_snapshot;

/* -EOPNOTSUPP, always. */
int get_device_system_crosststamp(int (*get_time_fn)(ktime_t *device_time,
						     struct system_counterval_t *system_counterval, void *ctx),
				  void *ctx, struct system_time_snapshot *history,
				  struct system_device_crosststamp *xtstamp);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* How often something may happen. */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <linux/ratelimit_types.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	*rs = (struct ratelimit_state){ .interval = interval, .burst = burst };
	raw_spin_lock_init(&rs->lock);
}
static inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
}
static inline void ratelimit_set_flags(struct ratelimit_state *rs, unsigned long flags)
{
	rs->flags = flags;
}
static inline void ratelimit_state_exit(struct ratelimit_state *rs)
{
	if (rs->missed && (rs->flags & RATELIMIT_MSG_ON_RELEASE))
		_printk(KERN_WARNING "%d output lines suppressed due to ratelimiting\n", rs->missed);
	rs->missed = 0;
}
#define WARN_ON_RATELIMIT(condition, state)                                                                           \
	({                                                                                                                \
		bool __rtn_cond = !!(condition);                                                                              \
		WARN_ON(__rtn_cond && __ratelimit(state));                                                                    \
		__rtn_cond;                                                                                                   \
	})
#define WARN_RATELIMIT(condition, format, ...)                                                                        \
	({                                                                                                                \
		static DEFINE_RATELIMIT_STATE(_rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);                      \
		int rtn = !!(condition);                                                                                      \
		if (unlikely(rtn && __ratelimit(&_rs)))                                                                       \
			WARN(rtn, format, ##__VA_ARGS__);                                                                         \
		rtn;                                                                                                          \
	})

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Polling a register until a condition holds; 0, or -ETIMEDOUT. */
#ifndef _LINUX_IOPOLL_H
#define _LINUX_IOPOLL_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/ktime.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#define __fv_poll(op, val, cond, wait, timeout_us, args...)                                                           \
	({                                                                                                                \
		u64 __timeout_us = (timeout_us);                                                                              \
		ktime_t __timeout = ktime_add_us(ktime_get(), __timeout_us);                                                  \
		bool __met;                                                                                                   \
		for (;;) {                                                                                                    \
			(val) = op(args);                                                                                         \
			__met = !!(cond);                                                                                         \
			if (__met)                                                                                                \
				break;                                                                                                \
			if (__timeout_us && ktime_after(ktime_get(), __timeout)) {                                                \
				(val) = op(args);                                                                                     \
				__met = !!(cond);                                                                                     \
				break;                                                                                                \
			}                                                                                                         \
			wait;                                                                                                     \
			cpu_relax();                                                                                              \
		}                                                                                                             \
		__met ? 0 : -ETIMEDOUT;                                                                                       \
	})
#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before_read, args...)                            \
	({                                                                                                                \
		unsigned long __sleep_us = (sleep_us);                                                                        \
		might_sleep_if((__sleep_us) != 0);                                                                            \
		if (sleep_before_read && __sleep_us)                                                                          \
			usleep_range((__sleep_us >> 2) + 1, __sleep_us);                                                          \
		__fv_poll(op, val, cond, ({ if (__sleep_us) usleep_range((__sleep_us >> 2) + 1, __sleep_us); }), timeout_us,  \
			  args);                                                                                                  \
	})
#define read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, delay_before_read, args...)                     \
	({                                                                                                                \
		unsigned long __delay_us = (delay_us);                                                                        \
		if (delay_before_read && __delay_us)                                                                          \
			udelay(__delay_us);                                                                                       \
		__fv_poll(op, val, cond, ({ if (__delay_us) udelay(__delay_us); }), timeout_us, args);                        \
	})
#define readx_poll_timeout(op, addr, val, cond, sleep_us, timeout_us)                                                 \
	read_poll_timeout(op, val, cond, sleep_us, timeout_us, false, addr)
#define readx_poll_timeout_atomic(op, addr, val, cond, delay_us, timeout_us)                                          \
	read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, false, addr)
#define readb_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readb, addr, val, cond, delay_us, timeout_us)
#define readb_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readb, addr, val, cond, delay_us, timeout_us)
#define readw_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readw, addr, val, cond, delay_us, timeout_us)
#define readw_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readw, addr, val, cond, delay_us, timeout_us)
#define readl_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readl, addr, val, cond, delay_us, timeout_us)
#define readl_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readl, addr, val, cond, delay_us, timeout_us)
#define readq_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readq, addr, val, cond, delay_us, timeout_us)
#define readq_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readq, addr, val, cond, delay_us, timeout_us)
#define readb_relaxed_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readb_relaxed, addr, val, cond, delay_us, timeout_us)
#define readb_relaxed_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readb_relaxed, addr, val, cond, delay_us, timeout_us)
#define readw_relaxed_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readw_relaxed, addr, val, cond, delay_us, timeout_us)
#define readw_relaxed_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readw_relaxed, addr, val, cond, delay_us, timeout_us)
#define readl_relaxed_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readl_relaxed, addr, val, cond, delay_us, timeout_us)
#define readl_relaxed_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readl_relaxed, addr, val, cond, delay_us, timeout_us)
#define readq_relaxed_poll_timeout(addr, val, cond, delay_us, timeout_us) readx_poll_timeout(readq_relaxed, addr, val, cond, delay_us, timeout_us)
#define readq_relaxed_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us) readx_poll_timeout_atomic(readq_relaxed, addr, val, cond, delay_us, timeout_us)

#endif

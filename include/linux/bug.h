/* SPDX-License-Identifier: GPL-2.0-only */
/* What a driver says when its assumptions do not hold. */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <asm/bug.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#define CHECK_DATA_CORRUPTION(condition, addr, fmt, ...)                                                              \
	({                                                                                                                \
		bool corruption = unlikely(condition);                                                                        \
		WARN(corruption, fmt, ##__VA_ARGS__);                                                                         \
		corruption;                                                                                                   \
	})
static inline int is_valid_bugaddr(unsigned long addr)
{
	return 0;
}

#endif

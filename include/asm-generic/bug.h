/* SPDX-License-Identifier: GPL-2.0-only */
/* Broken assumptions: BUG_ON stops the machine with a report, WARN reports and goes on. */
#ifndef _ASM_GENERIC_BUG_H
#define _ASM_GENERIC_BUG_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/panic.h>
#include <asm/bug.h>
#define CUT_HERE "------------[ cut here ]------------\n"
#ifndef __ASSEMBLY__
#include <linux/printk.h>
/* Reports a broken assumption at file:line; `fmt` may be NULL. */
__printf(4, 5) void warn_slowpath_fmt(const char *file, const int line, unsigned int taint, const char *fmt, ...);
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)
#define __WARN() warn_slowpath_fmt(__FILE__, __LINE__, 0, NULL)
#define __WARN_printf(taint, arg...) warn_slowpath_fmt(__FILE__, __LINE__, taint, arg)
#define WARN_ON(condition)                                                                                            \
	({                                                                                                                \
		int __ret_warn_on = !!(condition);                                                                            \
		if (unlikely(__ret_warn_on))                                                                                  \
			__WARN();                                                                                                 \
		unlikely(__ret_warn_on);                                                                                      \
	})
#define WARN(condition, format...)                                                                                    \
	({                                                                                                                \
		int __ret_warn_on = !!(condition);                                                                            \
		if (unlikely(__ret_warn_on))                                                                                  \
			__WARN_printf(0, format);                                                                                 \
		unlikely(__ret_warn_on);                                                                                      \
	})
#define WARN_TAINT(condition, taint, format...) WARN(condition, format)
#include <linux/once_lite.h>
#define WARN_ON_ONCE(condition) DO_ONCE_LITE_IF(condition, WARN_ON, 1)
#define WARN_ONCE(condition, format...) DO_ONCE_LITE_IF(condition, WARN, 1, format)
#define WARN_TAINT_ONCE(condition, taint, format...) WARN_ONCE(condition, format)
#define WARN_ON_SMP(x) WARN_ON(x)
#endif

#endif

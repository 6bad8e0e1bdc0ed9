/* SPDX-License-Identifier: GPL-2.0-only */
/* Sleep of the whole machine. There is none: the types are here for structures that name them. */
#ifndef _LINUX_SUSPEND_H
#define _LINUX_SUSPEND_H

#include <linux/notifier.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/pm.h>
#include <linux/errno.h>

typedef int __bitwise suspend_state_t;

#define PM_SUSPEND_ON		((__force suspend_state_t)0)
#define PM_SUSPEND_TO_IDLE	((__force suspend_state_t)1)
#define PM_SUSPEND_STANDBY	((__force suspend_state_t)2)
#define PM_SUSPEND_MEM		((__force suspend_state_t)3)
#define PM_SUSPEND_MIN		PM_SUSPEND_TO_IDLE
#define PM_SUSPEND_MAX		((__force suspend_state_t)4)

#endif

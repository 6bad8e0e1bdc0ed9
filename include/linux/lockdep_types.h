/* SPDX-License-Identifier: GPL-2.0-only */
/* Lock classes are not tracked: debug builds check each lock by itself. */
#ifndef _LINUX_LOCKDEP_TYPES_H
#define _LINUX_LOCKDEP_TYPES_H

#include <linux/types.h>
#define MAX_LOCKDEP_SUBCLASSES 8UL
struct lock_class_key { };
struct lockdep_map { };
struct pin_cookie { };

#endif

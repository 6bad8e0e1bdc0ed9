/* SPDX-License-Identifier: GPL-2.0-only */
/* The old times of 32-bit seconds are not used. */
#ifndef _LINUX_TIME32_H
#define _LINUX_TIME32_H

#include <linux/time64.h>
typedef s32 old_time32_t;

#endif

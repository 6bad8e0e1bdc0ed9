/* SPDX-License-Identifier: GPL-2.0-only */
/* Ticks in a second. There is no tick: jiffies are computed from the counter. */
#ifndef _ASM_PARAM_H
#define _ASM_PARAM_H

#include <linux/kconfig.h>
#define HZ CONFIG_HZ
#define USER_HZ 100
#define CLOCKS_PER_SEC USER_HZ
#define EXEC_PAGESIZE 65536

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The counter as a measure of time. */
#ifndef _LINUX_TIMEX_H
#define _LINUX_TIMEX_H

#include <linux/types.h>
#include <asm/timex.h>
/* Low bits that nobody can foretell, for those who gather such. */
#ifndef random_get_entropy
#define random_get_entropy() ((unsigned long)get_cycles())
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of CPUs as they lie in memory. */
#ifndef _LINUX_CPUMASK_TYPES_H
#define _LINUX_CPUMASK_TYPES_H

#include <linux/types.h>
#include <linux/threads.h>
typedef struct cpumask { DECLARE_BITMAP(bits, NR_CPUS); } cpumask_t;
#define cpumask_bits(maskp) ((maskp)->bits)
typedef struct cpumask cpumask_var_t[1];

#endif

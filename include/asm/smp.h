/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs by hardware number. */
#ifndef _ASM_SMP_H
#define _ASM_SMP_H

#include <linux/types.h>
/* The affinity fields of MPIDR_EL1. */
u64 cpu_logical_map(unsigned int cpu);

#endif

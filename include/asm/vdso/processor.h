/* SPDX-License-Identifier: GPL-2.0-only */
/* The hint within spin loops. */
#ifndef _ASM_VDSO_PROCESSOR_H
#define _ASM_VDSO_PROCESSOR_H

#ifndef __ASSEMBLY__
#ifdef FV_HOST
/* Where the driver bench takes interrupts in loops that wait for them. */
void fv_cpu_relax(void);
#define cpu_relax() fv_cpu_relax()
#else
static inline void cpu_relax(void)
{
	asm volatile("yield" : : : "memory");
}
#endif
#endif

#endif

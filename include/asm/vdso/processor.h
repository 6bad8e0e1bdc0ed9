/* SPDX-License-Identifier: GPL-2.0-only */
/* The hint within spin loops. */
#ifndef _ASM_VDSO_PROCESSOR_H
#define _ASM_VDSO_PROCESSOR_H

#ifndef __ASSEMBLY__
static inline void cpu_relax(void)
{
	asm volatile("yield" : : : "memory");
}
#endif

#endif

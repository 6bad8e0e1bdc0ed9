/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPU this is. */
#ifndef _ASM_CPUTYPE_H
#define _ASM_CPUTYPE_H

#include <linux/types.h>
#include <linux/bits.h>
#define MPIDR_HWID_BITMASK UL(0xff00ffffff)
#define MPIDR_LEVEL_BITS 8
#define MPIDR_LEVEL_MASK 0xff
#define MPIDR_LEVEL_SHIFT(level) (((1 << (level)) >> 1) << 3)
#define MPIDR_AFFINITY_LEVEL(mpidr, level) (((mpidr) >> MPIDR_LEVEL_SHIFT(level)) & MPIDR_LEVEL_MASK)
#ifdef FV_HOST
/* The one CPU of the driver bench: a Cortex-A53. */
#define read_cpuid_mpidr() ((u64)0x80000000)
#define read_cpuid_id() ((u32)0x410fd034)
#else
static inline u64 read_cpuid_mpidr(void)
{
	u64 value;

	asm("mrs %0, mpidr_el1" : "=r"(value));
	return value;
}
static inline u32 read_cpuid_id(void)
{
	u64 value;

	asm("mrs %0, midr_el1" : "=r"(value));
	return value;
}
#endif

#endif

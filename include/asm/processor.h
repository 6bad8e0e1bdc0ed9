/* SPDX-License-Identifier: GPL-2.0-only */
/* What drivers ask of the CPU. */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <linux/types.h>
#include <linux/cache.h>
#include <asm/barrier.h>
#include <asm/vdso/processor.h>
#define ARCH_HAS_PREFETCH
static inline void prefetch(const void *ptr)
{
	__builtin_prefetch(ptr, 0, 3);
}
#define ARCH_HAS_PREFETCHW
static inline void prefetchw(const void *ptr)
{
	__builtin_prefetch(ptr, 1, 3);
}
#define cpu_have_named_feature(name) 0

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Hints that memory will be used soon. */
#ifndef _LINUX_PREFETCH_H
#define _LINUX_PREFETCH_H

#include <linux/types.h>
#include <asm/processor.h>
#include <asm/cache.h>
#define spin_lock_prefetch(x) prefetchw(x)
#define PREFETCH_STRIDE (4 * L1_CACHE_BYTES)
static inline void prefetch_range(void *addr, size_t len)
{
	for (char *at = addr; at < (char *)addr + len; at += PREFETCH_STRIDE)
		prefetch(at);
}

#endif

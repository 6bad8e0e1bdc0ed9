/* SPDX-License-Identifier: GPL-2.0-only */
/* Data and instruction caches. */
#ifndef _ASM_CACHEFLUSH_H
#define _ASM_CACHEFLUSH_H

#include <linux/kconfig.h>
struct page;
/* Pages are in no other place than in the caches of CPUs, which see each other's. */
static inline void flush_dcache_page(struct page *page) { }
static inline void flush_kernel_vmap_range(void *vaddr, int size) { }
static inline void invalidate_kernel_vmap_range(void *vaddr, int size) { }

#endif

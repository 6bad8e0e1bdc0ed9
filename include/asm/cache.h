/* SPDX-License-Identifier: GPL-2.0-only */
/* Cache lines: the largest that memory for DMA has to respect. */
#ifndef _ASM_CACHE_H
#define _ASM_CACHE_H

#include <linux/types.h>
#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES (1 << L1_CACHE_SHIFT)
#define ARCH_DMA_MINALIGN 64
#define ARCH_KMALLOC_MINALIGN 64
/* The cache writeback granule of this machine, in bytes. */
int cache_line_size(void);
#define dma_get_cache_alignment cache_line_size

#endif

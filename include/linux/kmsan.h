/* SPDX-License-Identifier: GPL-2.0-only */
/* A checker of memory use that Linux can be built with: this is a build without. */
#ifndef _LINUX_KMSAN_H
#define _LINUX_KMSAN_H

#include <linux/dma-direction.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct page;
struct scatterlist;
static inline void kmsan_handle_dma(struct page *page, size_t offset, size_t size, enum dma_data_direction dir) { }
static inline void kmsan_handle_dma_sg(struct scatterlist *sg, int nents, enum dma_data_direction dir) { }
static inline void kmsan_unpoison_memory(const void *address, size_t size) { }

#endif

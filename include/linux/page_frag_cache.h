/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of pages for the data of buffers. */
#ifndef _LINUX_PAGE_FRAG_CACHE_H
#define _LINUX_PAGE_FRAG_CACHE_H

#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/types.h>

#define PAGE_FRAG_CACHE_MAX_SIZE PAGE_SIZE
#define PAGE_FRAG_CACHE_MAX_ORDER 0
struct page_frag_cache {
	void *va;
	__u32 offset;
	__u32 size;
};
static inline void page_frag_cache_init(struct page_frag_cache *nc)
{
	nc->va = NULL;
}
void page_frag_cache_drain(struct page_frag_cache *nc);
/* NULL without memory, and for more than PAGE_FRAG_CACHE_MAX_SIZE. Freed one by one. */
void *page_frag_alloc(struct page_frag_cache *nc, unsigned int fragsz, gfp_t gfp_mask);
void page_frag_free(void *addr);

#endif

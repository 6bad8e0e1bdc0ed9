/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds a page. Whoever got it from the allocator is its first holder; it is free again with its last. */
#ifndef _LINUX_PAGE_REF_H
#define _LINUX_PAGE_REF_H

#include <linux/atomic.h>
#include <linux/mm_types.h>

int page_ref_count(const struct page *page);
void page_ref_add(struct page *page, int nr);
/* Never takes the last one away. */
void page_ref_sub(struct page *page, int nr);
void get_page(struct page *page);
void put_page(struct page *page);
static inline int page_count(const struct page *page)
{
	return page_ref_count(page);
}
static inline void page_ref_inc(struct page *page)
{
	page_ref_add(page, 1);
}
static inline void __page_frag_cache_drain(struct page *page, unsigned int count)
{
	if (count > 1)
		page_ref_sub(page, count - 1);
	put_page(page);
}

#endif

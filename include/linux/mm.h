/* SPDX-License-Identifier: GPL-2.0-only */
/* What drivers need of memory management. */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/overflow.h>
#include <linux/page_ref.h>
#include <linux/pfn.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/vmalloc.h>
#include <linux/slab.h>
#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(addr) ALIGN_DOWN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define offset_in_thp(page, p) offset_in_page(p)
#define nth_page(page, n) ((page) + (n))
#define page_address(page) page_to_virt(page)
#define lowmem_page_address(page) page_to_virt(page)
static inline struct page *virt_to_head_page(const void *x)
{
	return virt_to_page(x);
}
static inline bool page_is_pfmemalloc(const struct page *page)
{
	return false;
}
static inline int page_to_nid(const struct page *page)
{
	return 0;
}
bool is_vmalloc_addr(const void *x);

#endif

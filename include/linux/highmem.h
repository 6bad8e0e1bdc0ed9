/* SPDX-License-Identifier: GPL-2.0-only */
/* All memory is mapped. */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/cacheflush.h>
static inline void *kmap(struct page *page) { return page_address(page); }
static inline void kunmap(struct page *page) { }
static inline void *kmap_local_page(struct page *page) { return page_address(page); }
#define kunmap_local(addr) ((void)(addr))
static inline void *kmap_atomic(struct page *page) { return page_address(page); }
#define kunmap_atomic(addr) ((void)(addr))
static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	__builtin_memcpy(to, (char *)page_address(page) + offset, len);
}
static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	__builtin_memcpy((char *)page_address(page) + offset, from, len);
}
static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	__builtin_memset((char *)page_address(page) + offset, 0, len);
}

#endif

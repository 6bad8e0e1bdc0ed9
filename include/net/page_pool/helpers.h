/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools of pages: what is called for each page. */
#ifndef _NET_PAGE_POOL_HELPERS_H
#define _NET_PAGE_POOL_HELPERS_H

#include <linux/dma-mapping.h>
#include <net/page_pool/types.h>
#include <net/net_debug.h>
#include <net/netmem.h>

dma_addr_t page_pool_get_dma_addr(const struct page *page);
static inline dma_addr_t page_pool_get_dma_addr_netmem(netmem_ref netmem)
{
	return page_pool_get_dma_addr(netmem_to_page(netmem));
}
static inline struct page *page_pool_dev_alloc_pages(struct page_pool *pool)
{
	return page_pool_alloc_pages(pool, GFP_ATOMIC | __GFP_NOWARN);
}
static inline struct page *page_pool_dev_alloc_frag(struct page_pool *pool, unsigned int *offset, unsigned int size)
{
	return page_pool_alloc_frag(pool, offset, size, GFP_ATOMIC | __GFP_NOWARN);
}
static inline struct page *page_pool_alloc(struct page_pool *pool, unsigned int *offset, unsigned int *size, gfp_t gfp)
{
	unsigned int max_size = PAGE_SIZE << pool->p.order;

	if ((*size << 1) > max_size) {
		*size = max_size;
		*offset = 0;
		return page_pool_alloc_pages(pool, gfp);
	}
	return page_pool_alloc_frag(pool, offset, *size, gfp);
}
static inline struct page *page_pool_dev_alloc(struct page_pool *pool, unsigned int *offset, unsigned int *size)
{
	return page_pool_alloc(pool, offset, size, GFP_ATOMIC | __GFP_NOWARN);
}
static inline void *page_pool_alloc_va(struct page_pool *pool, unsigned int *size, gfp_t gfp)
{
	unsigned int offset;
	struct page *page = page_pool_alloc(pool, &offset, size, gfp);

	return page ? page_address(page) + offset : NULL;
}
static inline void *page_pool_dev_alloc_va(struct page_pool *pool, unsigned int *size)
{
	return page_pool_alloc_va(pool, size, GFP_ATOMIC | __GFP_NOWARN);
}
static inline enum dma_data_direction page_pool_get_dma_dir(const struct page_pool *pool) { return pool->p.dma_dir; }
/* Gives one hold back; with the last one the page is the pool's again. */
void page_pool_put_page(struct page_pool *pool, struct page *page, unsigned int dma_sync_size, bool allow_direct);
static inline void page_pool_put_full_page(struct page_pool *pool, struct page *page, bool allow_direct)
{
	page_pool_put_page(pool, page, -1, allow_direct);
}
static inline void page_pool_recycle_direct(struct page_pool *pool, struct page *page)
{
	page_pool_put_full_page(pool, page, true);
}
static inline void page_pool_free_va(struct page_pool *pool, void *va, bool allow_direct)
{
	page_pool_put_page(pool, virt_to_head_page(va), -1, allow_direct);
}
void page_pool_fragment_page(struct page *page, long nr);
static inline void page_pool_dma_sync_for_cpu(const struct page_pool *pool, const struct page *page, u32 offset,
					      u32 dma_sync_size)
{
	dma_sync_single_range_for_cpu(pool->p.dev, page_pool_get_dma_addr(page), offset + pool->p.offset, dma_sync_size,
				      page_pool_get_dma_dir(pool));
}
static inline void page_pool_nid_changed(struct page_pool *pool, int new_nid) { }
/* As in a Linux without CONFIG_PAGE_POOL_STATS. */
struct page_pool_stats { u64 fv_none; };
static inline int page_pool_ethtool_stats_get_count(void) { return 0; }
static inline u8 *page_pool_ethtool_stats_get_strings(u8 *data) { return data; }
static inline u64 *page_pool_ethtool_stats_get(u64 *data, const void *stats) { return data; }
static inline bool page_pool_get_stats(const struct page_pool *pool, struct page_pool_stats *stats) { return false; }

#endif

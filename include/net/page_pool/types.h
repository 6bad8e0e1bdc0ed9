/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools of pages that receivers take from and that come back by themselves. */
#ifndef _NET_PAGE_POOL_TYPES_H
#define _NET_PAGE_POOL_TYPES_H

#include <linux/dma-direction.h>
#include <linux/types.h>
#include <linux/xarray.h>
#include <net/netmem.h>

#define PP_FLAG_DMA_MAP (1 << 0)
#define PP_FLAG_DMA_SYNC_DEV (1 << 1)
#define PP_FLAG_SYSTEM_POOL (1 << 2)
#define PP_FLAG_ALLOW_UNREADABLE_NETMEM (1 << 3)
#define PP_FLAG_ALL (PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV | PP_FLAG_SYSTEM_POOL | PP_FLAG_ALLOW_UNREADABLE_NETMEM)
struct device;
struct net_device;
struct napi_struct;
struct page_pool_params {
	struct_group_tagged(page_pool_params_fast, fast,
		unsigned int order;
		unsigned int pool_size;
		int nid;
		struct device *dev;
		struct napi_struct *napi;
		enum dma_data_direction dma_dir;
		unsigned int max_len;
		unsigned int offset;
	);
	struct_group_tagged(page_pool_params_slow, slow,
		struct net_device *netdev;
		unsigned int queue_idx;
		unsigned int flags;
		void (*init_callback)(netmem_ref netmem, void *arg);
		void *init_arg;
	);
};
struct page_pool {
	struct page_pool_params_fast p;
	int cpuid;
	u32 pages_state_hold_cnt;
	bool has_init_callback;
	bool dma_map;
	bool dma_sync;
	struct page_pool_params_slow slow;
	/* The core's. */
	void *fv;
};
struct page *page_pool_alloc_pages(struct page_pool *pool, gfp_t gfp);
netmem_ref page_pool_alloc_netmem(struct page_pool *pool, gfp_t gfp);
struct page *page_pool_alloc_frag(struct page_pool *pool, unsigned int *offset, unsigned int size, gfp_t gfp);
struct page_pool *page_pool_create(const struct page_pool_params *params);
struct page_pool *page_pool_create_percpu(const struct page_pool_params *params, int cpuid);
struct xdp_mem_info;
/* The pool is gone when its last page has come back. */
void page_pool_destroy(struct page_pool *pool);
void page_pool_disable_direct_recycling(struct page_pool *pool);
void page_pool_put_unrefed_page(struct page_pool *pool, struct page *page, unsigned int dma_sync_size, bool allow_direct);
void page_pool_update_nid(struct page_pool *pool, int new_nid);
static inline bool is_page_pool_compiled_in(void) { return true; }

#endif

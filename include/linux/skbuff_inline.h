/* SPDX-License-Identifier: GPL-2.0-only */
/* What is short of linux/skbuff.h. */
#ifndef _LINUX_SKBUFF_INLINE_H
#define _LINUX_SKBUFF_INLINE_H

#include <linux/skbuff.h>

#define skb_shinfo(SKB) ((struct skb_shared_info *)(skb_end_pointer(SKB)))
static inline unsigned char *skb_end_pointer(const struct sk_buff *skb)
{
	return skb->head + skb->end;
}
static inline unsigned int skb_end_offset(const struct sk_buff *skb)
{
	return skb->end;
}
static inline void skb_set_end_offset(struct sk_buff *skb, unsigned int offset)
{
	skb->end = offset;
}
static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->head + skb->tail;
}
static inline void skb_reset_tail_pointer(struct sk_buff *skb)
{
	skb->tail = skb->data - skb->head;
}
static inline void skb_set_tail_pointer(struct sk_buff *skb, const int offset)
{
	skb_reset_tail_pointer(skb);
	skb->tail += offset;
}

/* Pieces in pages. */
static inline netmem_ref skb_frag_netmem(const skb_frag_t *frag) { return frag->netmem; }
static inline struct page *skb_frag_page(const skb_frag_t *frag) { return netmem_to_page(frag->netmem); }
static inline bool skb_frag_is_net_iov(const skb_frag_t *frag) { return false; }
static inline unsigned int skb_frag_size(const skb_frag_t *frag) { return frag->len; }
static inline void skb_frag_size_set(skb_frag_t *frag, unsigned int size) { frag->len = size; }
static inline void skb_frag_size_add(skb_frag_t *frag, int delta) { frag->len += delta; }
static inline void skb_frag_size_sub(skb_frag_t *frag, int delta) { frag->len -= delta; }
static inline unsigned int skb_frag_off(const skb_frag_t *frag) { return frag->offset; }
static inline void skb_frag_off_set(skb_frag_t *frag, unsigned int offset) { frag->offset = offset; }
static inline void skb_frag_off_add(skb_frag_t *frag, int delta) { frag->offset += delta; }
static inline void skb_frag_off_copy(skb_frag_t *to, const skb_frag_t *from) { to->offset = from->offset; }
static inline void skb_frag_page_copy(skb_frag_t *to, const skb_frag_t *from) { to->netmem = from->netmem; }
static inline bool skb_frag_must_loop(struct page *p) { return false; }
static inline void *skb_frag_address(const skb_frag_t *frag)
{
	return (char *)page_address(skb_frag_page(frag)) + frag->offset;
}
static inline void *skb_frag_address_safe(const skb_frag_t *frag)
{
	return skb_frag_address(frag);
}
static inline void skb_frag_fill_netmem_desc(skb_frag_t *frag, netmem_ref netmem, int off, int size)
{
	frag->netmem = netmem;
	frag->offset = off;
	frag->len = size;
}
static inline void skb_frag_fill_page_desc(skb_frag_t *frag, struct page *page, int off, int size)
{
	skb_frag_fill_netmem_desc(frag, page_to_netmem(page), off, size);
}
static inline void __skb_fill_page_desc_noacc(struct skb_shared_info *shinfo, int i, struct page *page, int off, int size)
{
	skb_frag_fill_page_desc(&shinfo->frags[i], page, off, size);
}
static inline void __skb_fill_page_desc(struct sk_buff *skb, int i, struct page *page, int off, int size)
{
	__skb_fill_page_desc_noacc(skb_shinfo(skb), i, page, off, size);
}
static inline void skb_fill_page_desc(struct sk_buff *skb, int i, struct page *page, int off, int size)
{
	__skb_fill_page_desc(skb, i, page, off, size);
	skb_shinfo(skb)->nr_frags = i + 1;
}
static inline void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int off, int size,
				   unsigned int truesize)
{
	skb_add_rx_frag_netmem(skb, i, page_to_netmem(page), off, size, truesize);
}
static inline bool skb_can_coalesce(struct sk_buff *skb, int i, const struct page *page, int off)
{
	const skb_frag_t *frag;

	if (!i)
		return false;
	frag = &skb_shinfo(skb)->frags[i - 1];
	return page == skb_frag_page(frag) && off == frag->offset + frag->len;
}
static inline dma_addr_t skb_frag_dma_map(struct device *dev, const skb_frag_t *frag, size_t offset, size_t size,
					  enum dma_data_direction dir)
{
	return dma_map_page(dev, skb_frag_page(frag), frag->offset + offset, size, dir);
}
#define SKB_FRAG_ASSERT(skb) BUG_ON(skb_shinfo(skb)->frag_list)

/* Lengths. */
static inline bool skb_is_nonlinear(const struct sk_buff *skb) { return skb->data_len; }
static inline unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len - skb->data_len; }
static inline unsigned int skb_headroom(const struct sk_buff *skb) { return skb->data - skb->head; }
static inline int skb_tailroom(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) ? 0 : skb->end - skb->tail;
}
static inline int skb_availroom(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) ? 0 : skb->end - skb->tail - skb->reserved_tailroom;
}
static inline unsigned int __skb_pagelen(const struct sk_buff *skb)
{
	unsigned int i, len = 0;

	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++)
		len += skb_frag_size(&skb_shinfo(skb)->frags[i]);
	return len;
}
static inline unsigned int skb_pagelen(const struct sk_buff *skb)
{
	return skb_headlen(skb) + __skb_pagelen(skb);
}
static inline void skb_reserve(struct sk_buff *skb, int len)
{
	skb->data += len;
	skb->tail += len;
}
static inline void *__skb_put(struct sk_buff *skb, unsigned int len)
{
	void *at = skb_tail_pointer(skb);

	skb->tail += len;
	skb->len += len;
	return at;
}
static inline void *__skb_put_zero(struct sk_buff *skb, unsigned int len) { return memset(__skb_put(skb, len), 0, len); }
static inline void *__skb_put_data(struct sk_buff *skb, const void *data, unsigned int len)
{
	return memcpy(__skb_put(skb, len), data, len);
}
static inline void __skb_put_u8(struct sk_buff *skb, u8 val) { *(u8 *)__skb_put(skb, 1) = val; }
static inline void *skb_put_zero(struct sk_buff *skb, unsigned int len) { return memset(skb_put(skb, len), 0, len); }
static inline void *skb_put_data(struct sk_buff *skb, const void *data, unsigned int len)
{
	return memcpy(skb_put(skb, len), data, len);
}
static inline void skb_put_u8(struct sk_buff *skb, u8 val) { *(u8 *)skb_put(skb, 1) = val; }
static inline void *__skb_push(struct sk_buff *skb, unsigned int len)
{
	skb->data -= len;
	skb->len += len;
	return skb->data;
}
static inline void *__skb_pull(struct sk_buff *skb, unsigned int len)
{
	skb->len -= len;
	BUG_ON(skb->len < skb->data_len);
	return skb->data += len;
}
static inline void *skb_pull_inline(struct sk_buff *skb, unsigned int len)
{
	return unlikely(len > skb->len) ? NULL : __skb_pull(skb, len);
}
static inline bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	if (likely(len <= skb_headlen(skb)))
		return true;
	return len <= skb->len && __pskb_pull_tail(skb, len - skb_headlen(skb));
}
static inline void *pskb_pull(struct sk_buff *skb, unsigned int len)
{
	return pskb_may_pull(skb, len) ? __skb_pull(skb, len) : NULL;
}
static inline void __skb_set_length(struct sk_buff *skb, unsigned int len)
{
	if (WARN_ON(skb_is_nonlinear(skb)))
		return;
	skb->len = len;
	skb_set_tail_pointer(skb, len);
}
static inline void __skb_trim(struct sk_buff *skb, unsigned int len) { __skb_set_length(skb, len); }
static inline int __pskb_trim(struct sk_buff *skb, unsigned int len)
{
	if (skb->data_len)
		return ___pskb_trim(skb, len);
	__skb_trim(skb, len);
	return 0;
}
static inline int pskb_trim(struct sk_buff *skb, unsigned int len) { return len < skb->len ? __pskb_trim(skb, len) : 0; }
static inline int skb_pad(struct sk_buff *skb, int pad) { return __skb_pad(skb, pad, true); }
static inline int skb_padto(struct sk_buff *skb, unsigned int len)
{
	return likely(skb->len >= len) ? 0 : skb_pad(skb, len - skb->len);
}
static inline int __must_check __skb_put_padto(struct sk_buff *skb, unsigned int len, bool free_on_error)
{
	unsigned int size = skb->len;

	if (unlikely(size < len)) {
		if (__skb_pad(skb, len - size, free_on_error))
			return -ENOMEM;
		__skb_put(skb, len - size);
	}
	return 0;
}
static inline int __must_check skb_put_padto(struct sk_buff *skb, unsigned int len)
{
	return __skb_put_padto(skb, len, true);
}
static inline int __skb_linearize(struct sk_buff *skb) { return __pskb_pull_tail(skb, skb->data_len) ? 0 : -ENOMEM; }
static inline int skb_linearize(struct sk_buff *skb) { return skb_is_nonlinear(skb) ? __skb_linearize(skb) : 0; }

/* Sharing. */
static inline int skb_cloned(const struct sk_buff *skb)
{
	return skb->cloned && (atomic_read(&skb_shinfo(skb)->dataref) & 0xffff) != 1;
}
static inline int skb_header_cloned(const struct sk_buff *skb) { return skb_cloned(skb); }
static inline int skb_shared(const struct sk_buff *skb) { return refcount_read(&skb->users) != 1; }
static inline bool skb_unref(struct sk_buff *skb) { return skb && refcount_dec_and_test(&skb->users); }
static inline struct sk_buff *skb_get(struct sk_buff *skb)
{
	refcount_inc(&skb->users);
	return skb;
}
static inline void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason)
{
	sk_skb_reason_drop(NULL, skb, reason);
}
static inline void kfree_skb(struct sk_buff *skb) { kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED); }
static inline void kfree_skb_list(struct sk_buff *segs) { kfree_skb_list_reason(segs, SKB_DROP_REASON_NOT_SPECIFIED); }
#define dev_kfree_skb(a) consume_skb(a)
static inline int skb_unclone(struct sk_buff *skb, gfp_t pri)
{
	return skb_cloned(skb) ? pskb_expand_head(skb, 0, 0, pri) : 0;
}
static inline struct sk_buff *skb_share_check(struct sk_buff *skb, gfp_t pri)
{
	struct sk_buff *own;

	if (!skb_shared(skb))
		return skb;
	own = skb_clone(skb, pri);
	if (own)
		consume_skb(skb);
	else
		kfree_skb(skb);
	return own;
}
static inline struct sk_buff *skb_unshare(struct sk_buff *skb, gfp_t pri)
{
	struct sk_buff *own;

	if (!skb_cloned(skb))
		return skb;
	own = skb_copy(skb, pri);
	if (own)
		consume_skb(skb);
	else
		kfree_skb(skb);
	return own;
}
static inline int __skb_cow(struct sk_buff *skb, unsigned int headroom, int cloned)
{
	int delta = headroom > skb_headroom(skb) ? headroom - skb_headroom(skb) : 0;

	return delta || cloned ? pskb_expand_head(skb, ALIGN(delta, NET_SKB_PAD), 0, GFP_ATOMIC) : 0;
}
static inline int skb_cow(struct sk_buff *skb, unsigned int headroom) { return __skb_cow(skb, headroom, skb_cloned(skb)); }
static inline int skb_cow_head(struct sk_buff *skb, unsigned int headroom)
{
	return __skb_cow(skb, headroom, skb_header_cloned(skb));
}
static inline int skb_orphan_frags(struct sk_buff *skb, gfp_t gfp_mask) { return 0; }
static inline void skb_orphan(struct sk_buff *skb)
{
	if (skb->destructor) {
		skb->destructor(skb);
		skb->destructor = NULL;
		skb->sk = NULL;
	}
}
static inline struct sk_buff *__pskb_copy(struct sk_buff *skb, int headroom, gfp_t gfp_mask)
{
	return __pskb_copy_fclone(skb, headroom, gfp_mask, false);
}
static inline struct sk_buff *pskb_copy(struct sk_buff *skb, gfp_t gfp_mask)
{
	return __pskb_copy(skb, skb_headroom(skb), gfp_mask);
}
static inline void skb_mark_for_recycle(struct sk_buff *skb) { skb->pp_recycle = 1; }
static inline void skb_propagate_pfmemalloc(const struct page *page, struct sk_buff *skb) { }

/* Making. */
static inline struct sk_buff *alloc_skb(unsigned int size, gfp_t priority) { return __alloc_skb(size, priority, 0, -1); }
static inline struct sk_buff *netdev_alloc_skb(struct net_device *dev, unsigned int length)
{
	return __netdev_alloc_skb(dev, length, GFP_ATOMIC);
}
static inline struct sk_buff *__dev_alloc_skb(unsigned int length, gfp_t gfp_mask)
{
	return __netdev_alloc_skb(NULL, length, gfp_mask);
}
static inline struct sk_buff *dev_alloc_skb(unsigned int length) { return netdev_alloc_skb(NULL, length); }
static inline struct sk_buff *__netdev_alloc_skb_ip_align(struct net_device *dev, unsigned int length, gfp_t gfp)
{
	return __netdev_alloc_skb(dev, length + NET_IP_ALIGN, gfp);
}
static inline struct sk_buff *netdev_alloc_skb_ip_align(struct net_device *dev, unsigned int length)
{
	return __netdev_alloc_skb_ip_align(dev, length, GFP_ATOMIC);
}
static inline void *netdev_alloc_frag(unsigned int fragsz) { return __netdev_alloc_frag_align(fragsz, ~0u); }
static inline void *napi_alloc_frag(unsigned int fragsz) { return __napi_alloc_frag_align(fragsz, ~0u); }
static inline void *napi_alloc_frag_align(unsigned int fragsz, unsigned int align)
{
	return __napi_alloc_frag_align(fragsz, -align);
}
static inline void *netdev_alloc_frag_align(unsigned int fragsz, unsigned int align)
{
	return __netdev_alloc_frag_align(fragsz, -align);
}
static inline void skb_free_frag(void *addr) { page_frag_free(addr); }
#define __dev_alloc_pages(gfp_mask, order) alloc_pages_node(NUMA_NO_NODE, (gfp_mask) | __GFP_COMP | __GFP_MEMALLOC, order)
#define dev_alloc_pages(order) __dev_alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order)
#define __dev_alloc_page(gfp_mask) __dev_alloc_pages(gfp_mask, 0)
#define dev_alloc_page() dev_alloc_pages(0)
static inline bool dev_page_is_reusable(const struct page *page) { return true; }

/* Copies of the linear part. */
static inline void skb_copy_from_linear_data(const struct sk_buff *skb, void *to, const unsigned int len)
{
	memcpy(to, skb->data, len);
}
static inline void skb_copy_from_linear_data_offset(const struct sk_buff *skb, const int offset, void *to,
						    const unsigned int len)
{
	memcpy(to, skb->data + offset, len);
}
static inline void skb_copy_to_linear_data(struct sk_buff *skb, const void *from, const unsigned int len)
{
	memcpy(skb->data, from, len);
}
static inline void skb_copy_to_linear_data_offset(struct sk_buff *skb, const int offset, const void *from,
						  const unsigned int len)
{
	memcpy(skb->data + offset, from, len);
}
static inline void *__skb_header_pointer(const struct sk_buff *skb, int offset, int len, const void *data, int hlen,
					 void *buffer)
{
	if (likely(hlen - offset >= len))
		return (void *)data + offset;
	return !skb || skb_copy_bits(skb, offset, buffer, len) < 0 ? NULL : buffer;
}
static inline void *skb_header_pointer(const struct sk_buff *skb, int offset, int len, void *buffer)
{
	return __skb_header_pointer(skb, offset, len, skb->data, skb_headlen(skb), buffer);
}

#include <linux/skbuff_meta.h>

#endif

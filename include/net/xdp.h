/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames as programs see them before they become buffers. No device ever has such a program. */
#ifndef __LINUX_NET_XDP_H__
#define __LINUX_NET_XDP_H__

#include <linux/bitfield.h>
#include <linux/filter.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

enum xdp_mem_type {
	MEM_TYPE_PAGE_SHARED = 0,
	MEM_TYPE_PAGE_ORDER0,
	MEM_TYPE_PAGE_POOL,
	MEM_TYPE_XSK_BUFF_POOL,
	MEM_TYPE_MAX,
};
#define XDP_XMIT_FLUSH (1U << 0)
#define XDP_XMIT_FLAGS_MASK XDP_XMIT_FLUSH
struct xdp_mem_info {
	u32 type;
	u32 id;
};
struct page_pool;
struct xdp_rxq_info {
	struct net_device *dev;
	u32 queue_index;
	u32 reg_state;
	struct xdp_mem_info mem;
	unsigned int napi_id;
	u32 frag_size;
} ____cacheline_aligned;
struct xdp_txq_info {
	struct net_device *dev;
};
enum xdp_buff_flags {
	XDP_FLAGS_HAS_FRAGS = BIT(0),
	XDP_FLAGS_FRAGS_PF_MEMALLOC = BIT(1),
};
struct xdp_buff {
	void *data;
	void *data_end;
	void *data_meta;
	void *data_hard_start;
	struct xdp_rxq_info *rxq;
	struct xdp_txq_info *txq;
	u32 frame_sz;
	u32 flags;
};
static __always_inline bool xdp_buff_has_frags(const struct xdp_buff *xdp) { return xdp->flags & XDP_FLAGS_HAS_FRAGS; }
static __always_inline void xdp_buff_set_frags_flag(struct xdp_buff *xdp) { xdp->flags |= XDP_FLAGS_HAS_FRAGS; }
static __always_inline void xdp_buff_clear_frags_flag(struct xdp_buff *xdp) { xdp->flags &= ~XDP_FLAGS_HAS_FRAGS; }
static __always_inline bool xdp_buff_is_frag_pfmemalloc(const struct xdp_buff *xdp)
{
	return xdp->flags & XDP_FLAGS_FRAGS_PF_MEMALLOC;
}
static __always_inline void xdp_buff_set_frag_pfmemalloc(struct xdp_buff *xdp) { xdp->flags |= XDP_FLAGS_FRAGS_PF_MEMALLOC; }
static __always_inline void xdp_init_buff(struct xdp_buff *xdp, u32 frame_sz, struct xdp_rxq_info *rxq)
{
	xdp->frame_sz = frame_sz;
	xdp->rxq = rxq;
	xdp->flags = 0;
}
static __always_inline void xdp_prepare_buff(struct xdp_buff *xdp, unsigned char *hard_start, int headroom, int data_len,
					     const bool meta_valid)
{
	unsigned char *data = hard_start + headroom;

	xdp->data_hard_start = hard_start;
	xdp->data = data;
	xdp->data_end = data + data_len;
	xdp->data_meta = meta_valid ? data : data + 1;
}
#define xdp_data_hard_end(xdp) \
	((xdp)->data_hard_start + (xdp)->frame_sz - SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
static inline struct skb_shared_info *xdp_get_shared_info_from_buff(const struct xdp_buff *xdp)
{
	return (struct skb_shared_info *)xdp_data_hard_end(xdp);
}
static __always_inline unsigned int xdp_get_buff_len(const struct xdp_buff *xdp)
{
	unsigned int len = xdp->data_end - xdp->data;

	return len + (xdp_buff_has_frags(xdp) ? xdp_get_shared_info_from_buff(xdp)->xdp_frags_size : 0);
}
struct xdp_frame {
	void *data;
	u32 len;
	u32 headroom;
	u32 metasize;
	u32 frame_sz;
	struct xdp_mem_info mem;
	struct net_device *dev_rx;
	u32 flags;
};
static __always_inline bool xdp_frame_has_frags(const struct xdp_frame *frame) { return frame->flags & XDP_FLAGS_HAS_FRAGS; }
static inline struct skb_shared_info *xdp_get_shared_info_from_frame(const struct xdp_frame *frame)
{
	void *start = frame->data - frame->headroom - sizeof(*frame);

	return (struct skb_shared_info *)(start + frame->frame_sz - SKB_DATA_ALIGN(sizeof(struct skb_shared_info)));
}
static __always_inline unsigned int xdp_get_frame_len(const struct xdp_frame *xdpf)
{
	return xdpf->len + (xdp_frame_has_frags(xdpf) ? xdp_get_shared_info_from_frame(xdpf)->xdp_frags_size : 0);
}
static inline void xdp_update_skb_shared_info(struct sk_buff *skb, u8 nr_frags, unsigned int size, unsigned int truesize,
					      bool pfmemalloc)
{
	skb_shinfo(skb)->nr_frags = nr_frags;
	skb_shinfo(skb)->gso_type = 0;
	skb->len += size;
	skb->data_len += size;
	skb->truesize += truesize;
}
/* NULL: frames come from programs only. */
struct xdp_frame *xdp_convert_buff_to_frame(struct xdp_buff *xdp);
struct sk_buff *xdp_build_skb_from_frame(struct xdp_frame *xdpf, struct net_device *dev);
void xdp_return_frame(struct xdp_frame *xdpf);
void xdp_return_frame_rx_napi(struct xdp_frame *xdpf);
void xdp_return_buff(struct xdp_buff *xdp);
struct xdp_frame_bulk {
	int count;
	void *q[16];
};
static __always_inline void xdp_frame_bulk_init(struct xdp_frame_bulk *bq) { bq->count = 0; }
void xdp_flush_frame_bulk(struct xdp_frame_bulk *bq);
void xdp_return_frame_bulk(struct xdp_frame *xdpf, struct xdp_frame_bulk *bq);
int __xdp_rxq_info_reg(struct xdp_rxq_info *xdp_rxq, struct net_device *dev, u32 queue_index, unsigned int napi_id,
		       u32 frag_size);
static inline int xdp_rxq_info_reg(struct xdp_rxq_info *xdp_rxq, struct net_device *dev, u32 queue_index,
				   unsigned int napi_id)
{
	return __xdp_rxq_info_reg(xdp_rxq, dev, queue_index, napi_id, 0);
}
void xdp_rxq_info_unreg(struct xdp_rxq_info *xdp_rxq);
void xdp_rxq_info_unused(struct xdp_rxq_info *xdp_rxq);
bool xdp_rxq_info_is_reg(struct xdp_rxq_info *xdp_rxq);
int xdp_rxq_info_reg_mem_model(struct xdp_rxq_info *xdp_rxq, enum xdp_mem_type type, void *allocator);
void xdp_rxq_info_unreg_mem_model(struct xdp_rxq_info *xdp_rxq);
static __always_inline void xdp_set_data_meta_invalid(struct xdp_buff *xdp) { xdp->data_meta = xdp->data + 1; }

enum xdp_rss_hash_type {
	XDP_RSS_L3_IPV4 = BIT(0),
	XDP_RSS_L3_IPV6 = BIT(1),
	XDP_RSS_L3_DYNHDR = BIT(2),
	XDP_RSS_L4 = BIT(3),
	XDP_RSS_L4_TCP = BIT(4),
	XDP_RSS_L4_UDP = BIT(5),
	XDP_RSS_L4_SCTP = BIT(6),
	XDP_RSS_L4_IPSEC = BIT(7),
	XDP_RSS_L4_ICMP = BIT(8),
	XDP_RSS_TYPE_NONE = 0,
	XDP_RSS_TYPE_L2 = XDP_RSS_TYPE_NONE,
	XDP_RSS_TYPE_L3_IPV4 = XDP_RSS_L3_IPV4,
	XDP_RSS_TYPE_L3_IPV6 = XDP_RSS_L3_IPV6,
	XDP_RSS_TYPE_L3_IPV4_OPT = XDP_RSS_L3_IPV4 | XDP_RSS_L3_DYNHDR,
	XDP_RSS_TYPE_L3_IPV6_EX = XDP_RSS_L3_IPV6 | XDP_RSS_L3_DYNHDR,
	XDP_RSS_TYPE_L4_ANY = XDP_RSS_L4,
	XDP_RSS_TYPE_L4_IPV4_TCP = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_TCP,
	XDP_RSS_TYPE_L4_IPV4_UDP = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_UDP,
	XDP_RSS_TYPE_L4_IPV4_SCTP = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_SCTP,
	XDP_RSS_TYPE_L4_IPV6_TCP = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_TCP,
	XDP_RSS_TYPE_L4_IPV6_UDP = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_UDP,
	XDP_RSS_TYPE_L4_IPV6_SCTP = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_SCTP,
	XDP_RSS_TYPE_L4_IPV6_TCP_EX = XDP_RSS_TYPE_L4_IPV6_TCP | XDP_RSS_L3_DYNHDR,
	XDP_RSS_TYPE_L4_IPV6_UDP_EX = XDP_RSS_TYPE_L4_IPV6_UDP | XDP_RSS_L3_DYNHDR,
};
struct xdp_metadata_ops {
	int (*xmo_rx_timestamp)(const struct xdp_md *ctx, u64 *timestamp);
	int (*xmo_rx_hash)(const struct xdp_md *ctx, u32 *hash, enum xdp_rss_hash_type *rss_type);
	int (*xmo_rx_vlan_tag)(const struct xdp_md *ctx, __be16 *vlan_proto, u16 *vlan_tci);
};
typedef u32 xdp_features_t;
void xdp_set_features_flag(struct net_device *dev, xdp_features_t val);
void xdp_features_set_redirect_target(struct net_device *dev, bool support_sg);
void xdp_features_clear_redirect_target(struct net_device *dev);
static inline void xdp_clear_features_flag(struct net_device *dev) { xdp_set_features_flag(dev, 0); }
/* Runs a program: there is none to be run. */
u32 bpf_prog_run_xdp(const struct bpf_prog *prog, struct xdp_buff *xdp);
struct xdp_attachment_info {
	struct bpf_prog *prog;
	u32 flags;
};
void xdp_attachment_setup(struct xdp_attachment_info *info, struct netdev_bpf *bpf);

#endif

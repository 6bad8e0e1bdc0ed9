/* SPDX-License-Identifier: GPL-2.0-only */
/* Buffers with frames. */
#ifndef _LINUX_SKBUFF_H
#define _LINUX_SKBUFF_H

#include <linux/kernel.h>
#include <linux/compiler.h>
#include <linux/time.h>
#include <linux/bug.h>
#include <linux/bvec.h>
#include <linux/cache.h>
#include <linux/rbtree.h>
#include <linux/socket.h>
#include <linux/refcount.h>
#include <linux/atomic.h>
#include <asm/types.h>
#include <linux/spinlock.h>
#include <net/checksum.h>
#include <linux/rcupdate.h>
#include <linux/dma-mapping.h>
#include <linux/netdev_features.h>
#include <net/flow_dissector.h>
#include <linux/in6.h>
#include <linux/if_packet.h>
#include <linux/llist.h>
#include <linux/page_frag_cache.h>
#include <linux/page_ref.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <net/dropreason.h>
#include <net/netmem.h>

/* What is known of the checksum. From a device: nothing, good, the sum is `csum`. To a device: done, -, to be done from
 * `csum_start` to `csum_start + csum_offset`. */
#define CHECKSUM_NONE 0
#define CHECKSUM_UNNECESSARY 1
#define CHECKSUM_COMPLETE 2
#define CHECKSUM_PARTIAL 3
#define SKB_MAX_CSUM_LEVEL 3

#define SKB_DATA_ALIGN(X) ALIGN(X, SMP_CACHE_BYTES)
#define SKB_WITH_OVERHEAD(X) ((X) - SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
#define SKB_HEAD_ALIGN(X) (SKB_DATA_ALIGN(X) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
#define SKB_MAX_ORDER(X, ORDER) SKB_WITH_OVERHEAD((PAGE_SIZE << (ORDER)) - (X))
#define SKB_MAX_HEAD(X) (SKB_MAX_ORDER((X), 0))
#define SKB_MAX_ALLOC (SKB_MAX_ORDER(0, 2))
#define SKB_TRUESIZE(X) ((X) + SKB_DATA_ALIGN(sizeof(struct sk_buff)) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
#define MAX_SKB_FRAGS 17
#define GSO_BY_FRAGS 0xFFFF
#define NET_SKB_PAD 64
#ifdef CONFIG_VIRTIO_NET
/* With 0, virtio_net looks for further pages in page->private, which pages have not; 2 is what Linux has by default. */
#define NET_IP_ALIGN 2
#else
#define NET_IP_ALIGN 0
#endif

struct net_device;
struct scatterlist;
struct sk_buff;
struct sock;
struct napi_struct;
struct bpf_prog;

struct sk_buff_head {
	struct_group_tagged(sk_buff_list, list,
		struct sk_buff *next;
		struct sk_buff *prev;
	);
	__u32 qlen;
	spinlock_t lock;
};

typedef struct skb_frag {
	netmem_ref netmem;
	unsigned int len;
	unsigned int offset;
} skb_frag_t;

struct skb_shared_hwtstamps {
	union {
		ktime_t hwtstamp;
		void *netdev_data;
	};
};

enum {
	SKBTX_HW_TSTAMP = 1 << 0,
	SKBTX_SW_TSTAMP = 1 << 1,
	SKBTX_IN_PROGRESS = 1 << 2,
	SKBTX_HW_TSTAMP_USE_CYCLES = 1 << 3,
	SKBTX_WIFI_STATUS = 1 << 4,
	SKBTX_HW_TSTAMP_NETDEV = 1 << 5,
	SKBTX_SCHED_TSTAMP = 1 << 6,
};
#define SKBTX_ANY_SW_TSTAMP (SKBTX_SW_TSTAMP | SKBTX_SCHED_TSTAMP)
#define SKBTX_ANY_TSTAMP (SKBTX_HW_TSTAMP | SKBTX_HW_TSTAMP_USE_CYCLES | SKBTX_ANY_SW_TSTAMP)
enum {
	SKBFL_ZEROCOPY_ENABLE = BIT(0),
	SKBFL_SHARED_FRAG = BIT(1),
	SKBFL_PURE_ZEROCOPY = BIT(2),
	SKBFL_DONT_ORPHAN = BIT(3),
	SKBFL_MANAGED_FRAG_REFS = BIT(4),
};

struct xsk_tx_metadata_compl {
	__u64 *tx_timestamp;
};

struct skb_shared_info {
	__u8 flags;
	__u8 meta_len;
	__u8 nr_frags;
	__u8 tx_flags;
	unsigned short gso_size;
	unsigned short gso_segs;
	struct sk_buff *frag_list;
	union {
		struct skb_shared_hwtstamps hwtstamps;
		struct xsk_tx_metadata_compl xsk_meta;
	};
	unsigned int gso_type;
	u32 tskey;
	/* Buffers that share the data. */
	atomic_t dataref;
	union {
		struct {
			u32 xdp_frags_size;
			u32 xdp_frags_truesize;
		};
		void *destructor_arg;
	};
	skb_frag_t frags[MAX_SKB_FRAGS];
};

enum {
	SKB_FCLONE_UNAVAILABLE,
	SKB_FCLONE_ORIG,
	SKB_FCLONE_CLONE,
};
enum {
	SKB_GSO_TCPV4 = 1 << 0,
	SKB_GSO_DODGY = 1 << 1,
	SKB_GSO_TCP_ECN = 1 << 2,
	SKB_GSO_TCP_FIXEDID = 1 << 3,
	SKB_GSO_TCPV6 = 1 << 4,
	SKB_GSO_FCOE = 1 << 5,
	SKB_GSO_GRE = 1 << 6,
	SKB_GSO_GRE_CSUM = 1 << 7,
	SKB_GSO_IPXIP4 = 1 << 8,
	SKB_GSO_IPXIP6 = 1 << 9,
	SKB_GSO_UDP_TUNNEL = 1 << 10,
	SKB_GSO_UDP_TUNNEL_CSUM = 1 << 11,
	SKB_GSO_PARTIAL = 1 << 12,
	SKB_GSO_TUNNEL_REMCSUM = 1 << 13,
	SKB_GSO_SCTP = 1 << 14,
	SKB_GSO_ESP = 1 << 15,
	SKB_GSO_UDP = 1 << 16,
	SKB_GSO_UDP_L4 = 1 << 17,
	SKB_GSO_FRAGLIST = 1 << 18,
};

typedef unsigned int sk_buff_data_t;
enum skb_tstamp_type {
	SKB_CLOCK_REALTIME,
	SKB_CLOCK_MONOTONIC,
	SKB_CLOCK_TAI,
};

struct sk_buff {
	union {
		struct {
			struct sk_buff *next;
			struct sk_buff *prev;
			union {
				struct net_device *dev;
				unsigned long dev_scratch;
			};
		};
		struct rb_node rbnode;
		struct list_head list;
		struct llist_node ll_node;
	};
	struct sock *sk;
	union {
		ktime_t tstamp;
		u64 skb_mstamp_ns;
	};
	char cb[48] __aligned(8);
	union {
		struct {
			unsigned long _skb_refdst;
			void (*destructor)(struct sk_buff *skb);
		};
		struct list_head tcp_tsorted_anchor;
	};
	unsigned int len;
	unsigned int data_len;
	__u16 mac_len;
	__u16 hdr_len;
	__u16 queue_mapping;
	__u8 cloned:1;
	__u8 nohdr:1;
	__u8 fclone:2;
	__u8 peeked:1;
	__u8 head_frag:1;
	__u8 pfmemalloc:1;
	__u8 pp_recycle:1;
	__u8 active_extensions;
	/* What a copy of the buffer takes along. */
	struct_group(headers,
		__u8 pkt_type:3;
		__u8 ignore_df:1;
		__u8 dst_pending_confirm:1;
		__u8 ip_summed:2;
		__u8 ooo_okay:1;
		__u8 tstamp_type:2;
		__u8 remcsum_offload:1;
		__u8 csum_complete_sw:1;
		__u8 csum_level:2;
		__u8 inner_protocol_type:1;
		__u8 l4_hash:1;
		__u8 sw_hash:1;
		__u8 wifi_acked_valid:1;
		__u8 wifi_acked:1;
		__u8 no_fcs:1;
		__u8 encapsulation:1;
		__u8 encap_hdr_csum:1;
		__u8 csum_valid:1;
		__u8 offload_fwd_mark:1;
		__u8 offload_l3_fwd_mark:1;
		__u8 redirected:1;
		__u8 slow_gro:1;
		__u8 csum_not_inet:1;
		__u8 decrypted:1;
		u16 alloc_cpu;
		union {
			__wsum csum;
			struct {
				__u16 csum_start;
				__u16 csum_offset;
			};
		};
		__u32 priority;
		int skb_iif;
		__u32 hash;
		union {
			u32 vlan_all;
			struct {
				__be16 vlan_proto;
				__u16 vlan_tci;
			};
		};
		union {
			unsigned int napi_id;
			unsigned int sender_cpu;
		};
		union {
			__u32 mark;
			__u32 reserved_tailroom;
		};
		union {
			__be16 inner_protocol;
			__u8 inner_ipproto;
		};
		__u16 inner_transport_header;
		__u16 inner_network_header;
		__u16 inner_mac_header;
		__be16 protocol;
		__u16 transport_header;
		__u16 network_header;
		__u16 mac_header;
	);
	sk_buff_data_t tail;
	sk_buff_data_t end;
	unsigned char *head;
	unsigned char *data;
	unsigned int truesize;
	refcount_t users;
};

/* Making and freeing. NULL without memory. */
struct sk_buff *__alloc_skb(unsigned int size, gfp_t priority, int flags, int node);
struct sk_buff *__build_skb(void *data, unsigned int frag_size);
struct sk_buff *build_skb(void *data, unsigned int frag_size);
struct sk_buff *build_skb_around(struct sk_buff *skb, void *data, unsigned int frag_size);
struct sk_buff *slab_build_skb(void *data);
struct sk_buff *napi_build_skb(void *data, unsigned int frag_size);
struct sk_buff *__netdev_alloc_skb(struct net_device *dev, unsigned int length, gfp_t gfp_mask);
struct sk_buff *napi_alloc_skb(struct napi_struct *napi, unsigned int length);
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t priority);
struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t priority);
struct sk_buff *skb_copy_expand(const struct sk_buff *skb, int newheadroom, int newtailroom, gfp_t priority);
struct sk_buff *__pskb_copy_fclone(struct sk_buff *skb, int headroom, gfp_t gfp_mask, bool fclone);
struct sk_buff *skb_realloc_headroom(struct sk_buff *skb, unsigned int headroom);
struct sk_buff *skb_expand_head(struct sk_buff *skb, unsigned int headroom);
void sk_skb_reason_drop(struct sock *sk, struct sk_buff *skb, enum skb_drop_reason reason);
void kfree_skb_list_reason(struct sk_buff *segs, enum skb_drop_reason reason);
void consume_skb(struct sk_buff *skb);
void __consume_stateless_skb(struct sk_buff *skb);
void napi_consume_skb(struct sk_buff *skb, int budget);
void skb_tx_error(struct sk_buff *skb);
#define __kfree_skb(skb) consume_skb(skb)

/* The data. */
int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t gfp_mask);
void *skb_put(struct sk_buff *skb, unsigned int len);
void *skb_push(struct sk_buff *skb, unsigned int len);
void *skb_pull(struct sk_buff *skb, unsigned int len);
void *skb_pull_data(struct sk_buff *skb, size_t len);
void *pskb_put(struct sk_buff *skb, struct sk_buff *tail, int len);
void *__pskb_pull_tail(struct sk_buff *skb, int delta);
void skb_trim(struct sk_buff *skb, unsigned int len);
int ___pskb_trim(struct sk_buff *skb, unsigned int len);
int __skb_pad(struct sk_buff *skb, int pad, bool free_on_error);
int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len);
int skb_store_bits(struct sk_buff *skb, int offset, const void *from, int len);
__wsum skb_checksum(const struct sk_buff *skb, int offset, int len, __wsum csum);
__wsum skb_copy_and_csum_bits(const struct sk_buff *skb, int offset, u8 *to, int len);
void skb_copy_and_csum_dev(const struct sk_buff *skb, u8 *to);
void skb_add_rx_frag_netmem(struct sk_buff *skb, int i, netmem_ref netmem, int off, int size, unsigned int truesize);
void skb_coalesce_rx_frag(struct sk_buff *skb, int i, int size, unsigned int truesize);
int skb_to_sgvec(struct sk_buff *skb, struct scatterlist *sg, int offset, int len);
int skb_to_sgvec_nomark(struct sk_buff *skb, struct scatterlist *sg, int offset, int len);
int skb_checksum_help(struct sk_buff *skb);
int skb_vlan_pop(struct sk_buff *skb);
int skb_vlan_push(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci);
struct sk_buff *skb_vlan_untag(struct sk_buff *skb);
bool skb_partial_csum_set(struct sk_buff *skb, u16 start, u16 off);
__u32 __skb_get_hash_net(const void *net, struct sk_buff *skb);

/* Pieces of pages, in atomic context too. */
void *__napi_alloc_frag_align(unsigned int fragsz, unsigned int align_mask);
void *__netdev_alloc_frag_align(unsigned int fragsz, unsigned int align_mask);
bool skb_page_frag_refill(unsigned int sz, struct page_frag *pfrag, gfp_t prio);

/* Lists of buffers. */
struct sk_buff *skb_dequeue(struct sk_buff_head *list);
struct sk_buff *skb_dequeue_tail(struct sk_buff_head *list);
void skb_queue_purge_reason(struct sk_buff_head *list, enum skb_drop_reason reason);
void skb_queue_head(struct sk_buff_head *list, struct sk_buff *newsk);
void skb_queue_tail(struct sk_buff_head *list, struct sk_buff *newsk);
void skb_unlink(struct sk_buff *skb, struct sk_buff_head *list);
void skb_append(struct sk_buff *old, struct sk_buff *newsk, struct sk_buff_head *list);

/* Time stamps. Nobody waits for one. */
void skb_clone_tx_timestamp(struct sk_buff *skb);
bool skb_defer_rx_timestamp(struct sk_buff *skb);
void skb_complete_tx_timestamp(struct sk_buff *skb, struct skb_shared_hwtstamps *hwtstamps);
void skb_tstamp_tx(struct sk_buff *orig_skb, struct skb_shared_hwtstamps *hwtstamps);

#include <linux/skbuff_inline.h>

#endif

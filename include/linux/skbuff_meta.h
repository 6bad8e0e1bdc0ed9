/* SPDX-License-Identifier: GPL-2.0-only */
/* What is short of linux/skbuff.h: headers, checksums, lists, time. */
#ifndef _LINUX_SKBUFF_META_H
#define _LINUX_SKBUFF_META_H

#include <linux/skbuff.h>

/* Where the headers are. */
#define FV_SKB_HEADER(name) \
	static inline unsigned char *skb_##name##_header(const struct sk_buff *skb) \
	{ \
		return skb->head + skb->name##_header; \
	} \
	static inline void skb_reset_##name##_header(struct sk_buff *skb) \
	{ \
		skb->name##_header = skb->data - skb->head; \
	} \
	static inline void skb_set_##name##_header(struct sk_buff *skb, const int offset) \
	{ \
		skb_reset_##name##_header(skb); \
		skb->name##_header += offset; \
	}
FV_SKB_HEADER(mac)
FV_SKB_HEADER(network)
FV_SKB_HEADER(transport)
FV_SKB_HEADER(inner_mac)
FV_SKB_HEADER(inner_network)
FV_SKB_HEADER(inner_transport)
static inline bool skb_mac_header_was_set(const struct sk_buff *skb) { return skb->mac_header != (u16)~0U; }
static inline void skb_unset_mac_header(struct sk_buff *skb) { skb->mac_header = (u16)~0U; }
static inline bool skb_transport_header_was_set(const struct sk_buff *skb) { return skb->transport_header != (u16)~0U; }
static inline int skb_mac_offset(const struct sk_buff *skb) { return skb_mac_header(skb) - skb->data; }
static inline u32 skb_mac_header_len(const struct sk_buff *skb) { return skb->network_header - skb->mac_header; }
static inline int skb_network_offset(const struct sk_buff *skb) { return skb_network_header(skb) - skb->data; }
static inline u32 skb_network_header_len(const struct sk_buff *skb) { return skb->transport_header - skb->network_header; }
static inline int skb_transport_offset(const struct sk_buff *skb) { return skb_transport_header(skb) - skb->data; }
static inline int skb_inner_network_offset(const struct sk_buff *skb) { return skb_inner_network_header(skb) - skb->data; }
static inline int skb_inner_transport_offset(const struct sk_buff *skb)
{
	return skb_inner_transport_header(skb) - skb->data;
}
static inline u32 skb_inner_network_header_len(const struct sk_buff *skb)
{
	return skb->inner_transport_header - skb->inner_network_header;
}
static inline void skb_reset_mac_len(struct sk_buff *skb) { skb->mac_len = skb->network_header - skb->mac_header; }
static inline void skb_pop_mac_header(struct sk_buff *skb) { skb->mac_header = skb->network_header; }

/* Checksums. */
static inline int skb_checksum_start_offset(const struct sk_buff *skb) { return skb->csum_start - skb_headroom(skb); }
static inline unsigned char *skb_checksum_start(const struct sk_buff *skb) { return skb->head + skb->csum_start; }
static inline void skb_checksum_none_assert(const struct sk_buff *skb) { }
static inline int skb_csum_unnecessary(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_UNNECESSARY || skb->csum_valid ||
	       (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) >= 0);
}
static inline void __skb_incr_checksum_unnecessary(struct sk_buff *skb)
{
	if (skb->ip_summed != CHECKSUM_UNNECESSARY) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = 0;
	} else if (skb->csum_level < SKB_MAX_CSUM_LEVEL) {
		skb->csum_level++;
	}
}
static inline void skb_postpull_rcsum(struct sk_buff *skb, const void *start, unsigned int len)
{
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_sub(skb->csum, csum_partial(start, len, 0));
}
static inline void skb_postpush_rcsum(struct sk_buff *skb, const void *start, unsigned int len)
{
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_add(skb->csum, csum_partial(start, len, 0));
}

/* Segmentation left to the device. */
static inline bool skb_is_gso(const struct sk_buff *skb) { return skb_shinfo(skb)->gso_size; }
static inline bool skb_is_gso_v6(const struct sk_buff *skb) { return skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6; }
static inline bool skb_is_gso_tcp(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6);
}
static inline bool skb_is_gso_sctp(const struct sk_buff *skb) { return skb_shinfo(skb)->gso_type & SKB_GSO_SCTP; }
static inline void skb_gso_reset(struct sk_buff *skb)
{
	skb_shinfo(skb)->gso_size = 0;
	skb_shinfo(skb)->gso_segs = 0;
	skb_shinfo(skb)->gso_type = 0;
}

/* Queues and hashes. */
enum pkt_hash_types {
	PKT_HASH_TYPE_NONE,
	PKT_HASH_TYPE_L2,
	PKT_HASH_TYPE_L3,
	PKT_HASH_TYPE_L4,
};
static inline void skb_set_hash(struct sk_buff *skb, __u32 hash, enum pkt_hash_types type)
{
	skb->l4_hash = type == PKT_HASH_TYPE_L4;
	skb->sw_hash = 0;
	skb->hash = hash;
}
static inline void skb_clear_hash(struct sk_buff *skb) { skb_set_hash(skb, 0, PKT_HASH_TYPE_NONE); }
static inline __u32 skb_get_hash_raw(const struct sk_buff *skb) { return skb->hash; }
static inline __u32 skb_get_hash(struct sk_buff *skb)
{
	return skb->l4_hash || skb->sw_hash ? skb->hash : __skb_get_hash_net(NULL, skb);
}
static inline void skb_set_queue_mapping(struct sk_buff *skb, u16 queue_mapping) { skb->queue_mapping = queue_mapping; }
static inline u16 skb_get_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }
static inline void skb_copy_queue_mapping(struct sk_buff *to, const struct sk_buff *from)
{
	to->queue_mapping = from->queue_mapping;
}
static inline void skb_record_rx_queue(struct sk_buff *skb, u16 rx_queue) { skb->queue_mapping = rx_queue + 1; }
static inline u16 skb_get_rx_queue(const struct sk_buff *skb) { return skb->queue_mapping - 1; }
static inline bool skb_rx_queue_recorded(const struct sk_buff *skb) { return skb->queue_mapping != 0; }
static inline void skb_mark_napi_id(struct sk_buff *skb, struct napi_struct *napi) { }
static inline void skb_metadata_set(struct sk_buff *skb, u8 meta_len) { skb_shinfo(skb)->meta_len = meta_len; }
static inline u8 skb_metadata_len(const struct sk_buff *skb) { return skb_shinfo(skb)->meta_len; }
static inline void skb_metadata_clear(struct sk_buff *skb) { skb_metadata_set(skb, 0); }
static inline void nf_reset_ct(struct sk_buff *skb) { }
static inline void skb_dst_drop(struct sk_buff *skb) { skb->_skb_refdst = 0; }
static inline bool skb_is_redirected(const struct sk_buff *skb) { return skb->redirected; }
static inline bool skb_zcopy(struct sk_buff *skb) { return false; }

/* Time. */
static inline struct skb_shared_hwtstamps *skb_hwtstamps(struct sk_buff *skb) { return &skb_shinfo(skb)->hwtstamps; }
static inline void __net_timestamp(struct sk_buff *skb) { skb->tstamp = ktime_get_real(); }
static inline void skb_tx_timestamp(struct sk_buff *skb)
{
	skb_clone_tx_timestamp(skb);
	if (skb_shinfo(skb)->tx_flags & SKBTX_SW_TSTAMP)
		skb_tstamp_tx(skb, NULL);
}

/* Lists. */
static inline void __skb_queue_head_init(struct sk_buff_head *list)
{
	list->prev = list->next = (struct sk_buff *)list;
	list->qlen = 0;
}
static inline void skb_queue_head_init(struct sk_buff_head *list)
{
	spin_lock_init(&list->lock);
	__skb_queue_head_init(list);
}
static inline int skb_queue_empty(const struct sk_buff_head *list) { return list->next == (const struct sk_buff *)list; }
static inline bool skb_queue_empty_lockless(const struct sk_buff_head *list)
{
	return READ_ONCE(list->next) == (const struct sk_buff *)list;
}
static inline __u32 skb_queue_len(const struct sk_buff_head *list) { return list->qlen; }
static inline __u32 skb_queue_len_lockless(const struct sk_buff_head *list) { return READ_ONCE(list->qlen); }
static inline bool skb_queue_is_last(const struct sk_buff_head *list, const struct sk_buff *skb)
{
	return skb->next == (const struct sk_buff *)list;
}
static inline bool skb_queue_is_first(const struct sk_buff_head *list, const struct sk_buff *skb)
{
	return skb->prev == (const struct sk_buff *)list;
}
static inline struct sk_buff *skb_queue_next(const struct sk_buff_head *list, const struct sk_buff *skb) { return skb->next; }
static inline struct sk_buff *skb_queue_prev(const struct sk_buff_head *list, const struct sk_buff *skb) { return skb->prev; }
static inline struct sk_buff *skb_peek(const struct sk_buff_head *list)
{
	return skb_queue_empty(list) ? NULL : list->next;
}
static inline struct sk_buff *__skb_peek(const struct sk_buff_head *list) { return list->next; }
static inline struct sk_buff *skb_peek_tail(const struct sk_buff_head *list)
{
	return skb_queue_empty(list) ? NULL : list->prev;
}
static inline void __skb_insert(struct sk_buff *newsk, struct sk_buff *prev, struct sk_buff *next,
				struct sk_buff_head *list)
{
	WRITE_ONCE(newsk->next, next);
	WRITE_ONCE(newsk->prev, prev);
	WRITE_ONCE(((struct sk_buff_list *)next)->prev, newsk);
	WRITE_ONCE(((struct sk_buff_list *)prev)->next, newsk);
	WRITE_ONCE(list->qlen, list->qlen + 1);
}
static inline void __skb_queue_after(struct sk_buff_head *list, struct sk_buff *prev, struct sk_buff *newsk)
{
	__skb_insert(newsk, prev, ((struct sk_buff_list *)prev)->next, list);
}
static inline void __skb_queue_before(struct sk_buff_head *list, struct sk_buff *next, struct sk_buff *newsk)
{
	__skb_insert(newsk, ((struct sk_buff_list *)next)->prev, next, list);
}
static inline void __skb_queue_head(struct sk_buff_head *list, struct sk_buff *newsk)
{
	__skb_queue_after(list, (struct sk_buff *)list, newsk);
}
static inline void __skb_queue_tail(struct sk_buff_head *list, struct sk_buff *newsk)
{
	__skb_queue_before(list, (struct sk_buff *)list, newsk);
}
static inline void __skb_unlink(struct sk_buff *skb, struct sk_buff_head *list)
{
	struct sk_buff *next = skb->next, *prev = skb->prev;

	WRITE_ONCE(list->qlen, list->qlen - 1);
	skb->next = skb->prev = NULL;
	WRITE_ONCE(((struct sk_buff_list *)next)->prev, prev);
	WRITE_ONCE(((struct sk_buff_list *)prev)->next, next);
}
static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *list)
{
	struct sk_buff *skb = skb_peek(list);

	if (skb)
		__skb_unlink(skb, list);
	return skb;
}
static inline struct sk_buff *__skb_dequeue_tail(struct sk_buff_head *list)
{
	struct sk_buff *skb = skb_peek_tail(list);

	if (skb)
		__skb_unlink(skb, list);
	return skb;
}
static inline void __skb_queue_purge(struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)))
		kfree_skb(skb);
}
static inline void skb_queue_purge(struct sk_buff_head *list)
{
	skb_queue_purge_reason(list, SKB_DROP_REASON_NOT_SPECIFIED);
}
static inline void skb_queue_splice_tail(const struct sk_buff_head *list, struct sk_buff_head *head)
{
	if (skb_queue_empty(list))
		return;
	list->next->prev = head->prev;
	((struct sk_buff_list *)head->prev)->next = list->next;
	((struct sk_buff_list *)list->prev)->next = (struct sk_buff *)head;
	head->prev = list->prev;
	head->qlen += list->qlen;
}
static inline void skb_queue_splice_tail_init(struct sk_buff_head *list, struct sk_buff_head *head)
{
	skb_queue_splice_tail(list, head);
	__skb_queue_head_init(list);
}
static inline void skb_queue_splice(const struct sk_buff_head *list, struct sk_buff_head *head)
{
	if (skb_queue_empty(list))
		return;
	((struct sk_buff_list *)head->next)->prev = list->prev;
	((struct sk_buff_list *)list->prev)->next = head->next;
	((struct sk_buff_list *)list->next)->prev = (struct sk_buff *)head;
	head->next = list->next;
	head->qlen += list->qlen;
}
static inline void skb_queue_splice_init(struct sk_buff_head *list, struct sk_buff_head *head)
{
	skb_queue_splice(list, head);
	__skb_queue_head_init(list);
}
static inline void skb_mark_not_on_list(struct sk_buff *skb) { skb->next = NULL; }
static inline void skb_list_del_init(struct sk_buff *skb)
{
	__list_del_entry(&skb->list);
	skb_mark_not_on_list(skb);
}
#define skb_queue_walk(queue, skb) \
	for (skb = (queue)->next; skb != (struct sk_buff *)(queue); skb = skb->next)
#define skb_queue_walk_safe(queue, skb, tmp) \
	for (skb = (queue)->next, tmp = skb->next; skb != (struct sk_buff *)(queue); skb = tmp, tmp = skb->next)
#define skb_queue_reverse_walk(queue, skb) \
	for (skb = (queue)->prev; skb != (struct sk_buff *)(queue); skb = skb->prev)
#define skb_walk_frags(skb, iter) for (iter = skb_shinfo(skb)->frag_list; iter; iter = iter->next)
#define skb_list_walk_safe(first, skb, next_skb) \
	for ((skb) = (first), (next_skb) = (skb) ? (skb)->next : NULL; (skb); \
	     (skb) = (next_skb), (next_skb) = (skb) ? (skb)->next : NULL)

#endif

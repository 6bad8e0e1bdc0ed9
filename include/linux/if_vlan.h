/* SPDX-License-Identifier: GPL-2.0-only */
/* Tags of VLANs. */
#ifndef _LINUX_IF_VLAN_H
#define _LINUX_IF_VLAN_H

#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/bug.h>
#include <uapi/linux/if_vlan.h>
#include <linux/skbuff.h>

#define VLAN_HLEN 4
#define VLAN_ETH_HLEN 18
#define VLAN_ETH_ZLEN 64
#define VLAN_ETH_DATA_LEN 1500
#define VLAN_ETH_FRAME_LEN 1518
#define VLAN_MAX_DEPTH 8
#define VLAN_PRIO_MASK 0xe000
#define VLAN_PRIO_SHIFT 13
#define VLAN_CFI_MASK 0x1000
#define VLAN_VID_MASK 0x0fff
#define VLAN_N_VID 4096
struct vlan_hdr {
	__be16 h_vlan_TCI;
	__be16 h_vlan_encapsulated_proto;
};
struct vlan_ethhdr {
	struct_group(addrs,
		unsigned char h_dest[ETH_ALEN];
		unsigned char h_source[ETH_ALEN];
	);
	__be16 h_vlan_proto;
	__be16 h_vlan_TCI;
	__be16 h_vlan_encapsulated_proto;
};
static inline struct vlan_ethhdr *vlan_eth_hdr(const struct sk_buff *skb)
{
	return (struct vlan_ethhdr *)skb_mac_header(skb);
}
static inline struct vlan_ethhdr *skb_vlan_eth_hdr(const struct sk_buff *skb)
{
	return (struct vlan_ethhdr *)skb->data;
}
static inline bool is_vlan_dev(const struct net_device *dev) { return dev->priv_flags & IFF_802_1Q_VLAN; }
static inline bool eth_type_vlan(__be16 ethertype)
{
	return ethertype == htons(ETH_P_8021Q) || ethertype == htons(ETH_P_8021AD);
}

/* A tag that stands beside the frame. */
#define skb_vlan_tag_present(__skb) (!!(__skb)->vlan_all)
#define skb_vlan_tag_get(__skb) ((__skb)->vlan_tci)
#define skb_vlan_tag_get_id(__skb) ((__skb)->vlan_tci & VLAN_VID_MASK)
#define skb_vlan_tag_get_cfi(__skb) (!!((__skb)->vlan_tci & VLAN_CFI_MASK))
#define skb_vlan_tag_get_prio(__skb) (((__skb)->vlan_tci & VLAN_PRIO_MASK) >> VLAN_PRIO_SHIFT)
static inline void __vlan_hwaccel_clear_tag(struct sk_buff *skb) { skb->vlan_all = 0; }
static inline void __vlan_hwaccel_put_tag(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci)
{
	skb->vlan_proto = vlan_proto;
	skb->vlan_tci = vlan_tci;
}
/* Puts a tag into the frame; frees it without memory. */
struct sk_buff *fv_vlan_insert_tag(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci);
static inline struct sk_buff *vlan_insert_tag(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci)
{
	return fv_vlan_insert_tag(skb, vlan_proto, vlan_tci);
}
static inline struct sk_buff *vlan_insert_tag_set_proto(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci)
{
	skb = vlan_insert_tag(skb, vlan_proto, vlan_tci);
	if (skb)
		skb->protocol = vlan_proto;
	return skb;
}
static inline struct sk_buff *__vlan_hwaccel_push_inside(struct sk_buff *skb)
{
	skb = vlan_insert_tag_set_proto(skb, skb->vlan_proto, skb_vlan_tag_get(skb));
	if (skb)
		__vlan_hwaccel_clear_tag(skb);
	return skb;
}
static inline int __vlan_get_tag(const struct sk_buff *skb, u16 *vlan_tci)
{
	struct vlan_ethhdr *veth = skb_vlan_eth_hdr(skb);

	if (!eth_type_vlan(veth->h_vlan_proto))
		return -ENODATA;
	*vlan_tci = ntohs(veth->h_vlan_TCI);
	return 0;
}
static inline int vlan_get_tag(const struct sk_buff *skb, u16 *vlan_tci)
{
	if (!skb_vlan_tag_present(skb))
		return __vlan_get_tag(skb, vlan_tci);
	*vlan_tci = skb_vlan_tag_get(skb);
	return 0;
}
/* The type behind all tags; 0 if the frame is too short. */
static inline __be16 __vlan_get_protocol_offset(const struct sk_buff *skb, __be16 type, int mac_offset, int *depth)
{
	unsigned int at = mac_offset + ETH_HLEN;

	for (int n = 0; eth_type_vlan(type); n++, at += VLAN_HLEN) {
		struct vlan_hdr buffer, *tag = skb_header_pointer(skb, at, sizeof(buffer), &buffer);

		if (!tag || n == VLAN_MAX_DEPTH)
			return 0;
		type = tag->h_vlan_encapsulated_proto;
	}
	if (depth)
		*depth = at;
	return type;
}
static inline __be16 __vlan_get_protocol(const struct sk_buff *skb, __be16 type, int *depth)
{
	return __vlan_get_protocol_offset(skb, type, 0, depth);
}
static inline __be16 vlan_get_protocol(const struct sk_buff *skb)
{
	return __vlan_get_protocol(skb, skb->protocol, NULL);
}
static inline void vlan_set_encap_proto(struct sk_buff *skb, struct vlan_hdr *vhdr)
{
	skb->protocol = vhdr->h_vlan_encapsulated_proto;
}
static inline bool skb_vlan_tagged(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) || eth_type_vlan(skb->protocol);
}
static inline netdev_features_t vlan_features_check(struct sk_buff *skb, netdev_features_t features) { return features; }
static inline bool vlan_hw_filter_capable(const struct net_device *dev, __be16 proto)
{
	return (proto == htons(ETH_P_8021Q) && dev->features & NETIF_F_HW_VLAN_CTAG_FILTER) ||
	       (proto == htons(ETH_P_8021AD) && dev->features & NETIF_F_HW_VLAN_STAG_FILTER);
}
/* VLANs are the switch's matter: no device lies above another. */
static inline u16 vlan_dev_vlan_id(const struct net_device *dev) { BUG(); return 0; }
static inline struct net_device *vlan_dev_real_dev(const struct net_device *dev) { BUG(); return NULL; }
int vlan_for_each(struct net_device *dev, int (*action)(struct net_device *dev, int vid, void *arg), void *arg);

#endif

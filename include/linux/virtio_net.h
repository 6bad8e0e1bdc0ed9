/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers of virtio's frames, and buffers. */
#ifndef _LINUX_VIRTIO_NET_H
#define _LINUX_VIRTIO_NET_H

#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/tcp.h>
#include <uapi/linux/tcp.h>
#include <uapi/linux/virtio_net.h>
#include <linux/virtio_byteorder.h>

/* Notes in the buffer what the device left to be done; -EINVAL if the header and the frame do not fit. */
int fv_virtio_net_hdr_to_skb(struct sk_buff *skb, const struct virtio_net_hdr *hdr);
static inline int virtio_net_hdr_to_skb(struct sk_buff *skb, const struct virtio_net_hdr *hdr, bool little_endian)
{
	return fv_virtio_net_hdr_to_skb(skb, hdr);
}
/* Tells the device what it has to do; -EINVAL for segmentation that virtio does not know. */
int fv_virtio_net_hdr_from_skb(const struct sk_buff *skb, struct virtio_net_hdr *hdr, bool has_data_valid,
			       int vlan_hlen);
static inline int virtio_net_hdr_from_skb(const struct sk_buff *skb, struct virtio_net_hdr *hdr, bool little_endian,
					  bool has_data_valid, int vlan_hlen)
{
	return fv_virtio_net_hdr_from_skb(skb, hdr, has_data_valid, vlan_hlen);
}

#endif

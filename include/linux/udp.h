/* SPDX-License-Identifier: GPL-2.0-only */
/* The UDP header of a buffer. */
#ifndef _LINUX_UDP_H
#define _LINUX_UDP_H

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <uapi/linux/udp.h>

static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)skb_transport_header(skb);
}
static inline struct udphdr *inner_udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)skb_inner_transport_header(skb);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Network devices. */
#ifndef _LINUX_NETDEVICE_H
#define _LINUX_NETDEVICE_H

#include <linux/uaccess.h>
#include <linux/net.h>
#include <linux/netdevice_types.h>
#include <linux/netdevice_ops.h>
#include <linux/netdevice_inline.h>
#include <linux/netdevice_misc.h>

/* The type that the frame's own header tells; 0 if it tells none. */
static inline __be16 dev_parse_header_protocol(const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;

	return dev->header_ops && dev->header_ops->parse_protocol ? dev->header_ops->parse_protocol(skb) : 0;
}

#endif

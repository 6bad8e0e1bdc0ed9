/* SPDX-License-Identifier: GPL-2.0-only */
/* The header of IPv6 (RFC 8200). */
#ifndef _UAPI_IPV6_H
#define _UAPI_IPV6_H

#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/in6.h>
#include <asm/byteorder.h>

#define IPV6_MIN_MTU 1280
struct ipv6hdr {
	__u8 priority:4,
	     version:4;
	__u8 flow_lbl[3];
	__be16 payload_len;
	__u8 nexthdr;
	__u8 hop_limit;
	__struct_group(/* no tag */, addrs, /* no attributes */,
		struct in6_addr saddr;
		struct in6_addr daddr;
	);
};

#endif

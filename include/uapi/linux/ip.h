/* SPDX-License-Identifier: GPL-2.0-only */
/* The header of IPv4 (RFC 791). */
#ifndef _UAPI_LINUX_IP_H
#define _UAPI_LINUX_IP_H

#include <linux/types.h>
#include <linux/stddef.h>
#include <asm/byteorder.h>

#define IPVERSION 4
#define MAXTTL 255
#define IPTOS_TOS_MASK 0x1E
#define IPTOS_PREC_MASK 0xE0

struct iphdr {
	__u8 ihl:4,
	     version:4;
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	__u8 ttl;
	__u8 protocol;
	__sum16 check;
	__struct_group(/* no tag */, addrs, /* no attributes */,
		__be32 saddr;
		__be32 daddr;
	);
};

#endif

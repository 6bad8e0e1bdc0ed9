/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv6 on its way: only headers are looked at. */
#ifndef _NET_IPV6_H
#define _NET_IPV6_H

#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/in6.h>
#include <net/ip.h>

static inline void ipv6_addr_cpu_to_be32(__be32 *dst, const u32 *src)
{
	for (int i = 0; i < 4; i++)
		dst[i] = cpu_to_be32(src[i]);
}
static inline void ipv6_addr_be32_to_cpu(u32 *dst, const __be32 *src)
{
	for (int i = 0; i < 4; i++)
		dst[i] = be32_to_cpu(src[i]);
}

#endif

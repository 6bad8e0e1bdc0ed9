/* SPDX-License-Identifier: GPL-2.0-only */
/* UDP on its way: only headers are looked at. */
#ifndef _UDP_H
#define _UDP_H

#include <linux/list.h>
#include <linux/bug.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <linux/ipv6.h>

static inline __sum16 udp_v4_check(int len, __be32 saddr, __be32 daddr, __wsum base)
{
	return csum_tcpudp_magic(saddr, daddr, len, IPPROTO_UDP, base);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP on its way: only headers are looked at. */
#ifndef _TCP_H
#define _TCP_H

#include <linux/list.h>
#include <linux/tcp.h>
#include <linux/bug.h>
#include <linux/slab.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <net/checksum.h>
#include <net/ip.h>

static inline __sum16 tcp_v4_check(int len, __be32 saddr, __be32 daddr, __wsum base)
{
	return csum_tcpudp_magic(saddr, daddr, len, IPPROTO_TCP, base);
}

#endif

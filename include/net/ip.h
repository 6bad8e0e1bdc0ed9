/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 on its way: only headers are looked at. */
#ifndef _IP_H
#define _IP_H

#include <linux/types.h>
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/skbuff.h>

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return (iph->frag_off & htons(IP_MF | IP_OFFSET)) != 0;
}

#define IP_MAX_MTU 0xFFFFU

#endif

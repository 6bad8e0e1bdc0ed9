/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the network: pages, of no other kind. */
#ifndef _NET_NETMEM_H
#define _NET_NETMEM_H

#include <linux/mm.h>

typedef unsigned long __bitwise netmem_ref;
static inline bool netmem_is_net_iov(const netmem_ref netmem)
{
	return false;
}
static inline struct page *netmem_to_page(netmem_ref netmem)
{
	return (__force struct page *)netmem;
}
static inline netmem_ref page_to_netmem(struct page *page)
{
	return (__force netmem_ref)page;
}
static inline void *netmem_address(netmem_ref netmem)
{
	return page_address(netmem_to_page(netmem));
}

#endif

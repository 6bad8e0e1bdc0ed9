/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of IPv4 that a device has: none, the guests have them. */
#ifndef _LINUX_INETDEVICE_H
#define _LINUX_INETDEVICE_H

#include <linux/bitmap.h>
#include <linux/if.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>
#include <linux/rtnetlink.h>
#include <linux/refcount.h>

struct in_ifaddr {
	struct in_ifaddr *ifa_next;
	__be32 ifa_local;
	__be32 ifa_address;
	__be32 ifa_mask;
};
struct in_device {
	struct net_device *dev;
	struct in_ifaddr *ifa_list;
};
static inline struct in_device *__in_dev_get_rcu(const struct net_device *dev)
{
	return dev->ip_ptr;
}
static inline struct in_device *__in_dev_get_rtnl(const struct net_device *dev)
{
	return dev->ip_ptr;
}
#define in_dev_for_each_ifa_rcu(ifa, in_dev) for (ifa = (in_dev)->ifa_list; ifa; ifa = ifa->ifa_next)
#define in_dev_for_each_ifa_rtnl(ifa, in_dev) for (ifa = (in_dev)->ifa_list; ifa; ifa = ifa->ifa_next)

#endif

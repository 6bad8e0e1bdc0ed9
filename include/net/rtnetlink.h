/* SPDX-License-Identifier: GPL-2.0-only */
/* Kinds of network device that tools could make: there are none. */
#ifndef __NET_RTNETLINK_H
#define __NET_RTNETLINK_H

#include <linux/rtnetlink.h>
#include <linux/netlink.h>

struct rtnl_link_ops {
	const char *kind;
	size_t priv_size;
};

#endif

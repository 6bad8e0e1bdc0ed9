/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NET_NETLINK_H
#define _NET_NETLINK_H

#include <linux/netlink.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NET_GENETLINK_H
#define _NET_GENETLINK_H

#include <net/netlink.h>

#endif

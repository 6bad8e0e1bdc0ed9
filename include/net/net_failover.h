/* SPDX-License-Identifier: GPL-2.0-only */
/* Pairs of devices of which one stands in for the other: refused. */
#ifndef _NET_FAILOVER_H
#define _NET_FAILOVER_H

#include <net/failover.h>

/* An error pointer: -EOPNOTSUPP. */
struct failover *net_failover_create(struct net_device *standby_dev);
void net_failover_destroy(struct failover *failover);

#endif

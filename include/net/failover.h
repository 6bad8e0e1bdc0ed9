/* SPDX-License-Identifier: GPL-2.0-only */
/* Pairs of devices of which one stands in for the other: refused. */
#ifndef _FAILOVER_H
#define _FAILOVER_H

#include <linux/netdevice.h>

struct failover;

#endif

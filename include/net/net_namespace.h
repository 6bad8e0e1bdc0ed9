/* SPDX-License-Identifier: GPL-2.0-only */
/* Name spaces of networks: there is one. */
#ifndef __NET_NET_NAMESPACE_H
#define __NET_NET_NAMESPACE_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/list.h>
#include <linux/types.h>

struct net { int fv_id; };
extern struct net init_net;
typedef struct { } possible_net_t;
static inline int net_eq(const struct net *net1, const struct net *net2)
{
	return net1 == net2;
}

#endif

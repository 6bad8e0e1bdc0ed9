/* SPDX-License-Identifier: GPL-2.0-only */
/* Disciplines of queues: there is none in front of a device. */
#ifndef __NET_SCH_GENERIC_H
#define __NET_SCH_GENERIC_H

#include <linux/netdevice.h>
#include <linux/types.h>
#include <linux/rcupdate.h>
#include <linux/pkt_sched.h>
#include <linux/pkt_cls.h>
#include <linux/percpu.h>
#include <linux/dynamic_queue_limits.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <net/rtnetlink.h>
#include <net/flow_offload.h>
#include <linux/xarray.h>

struct tcf_proto;
struct gnet_stats_basic_sync;
struct gnet_stats_queue;
struct tc_skb_cb;
/* The class's number as a traffic class of the device, or -EINVAL. */
static inline int tc_classid_to_hwtc(struct net_device *dev, u32 classid)
{
	u32 hwtc = TC_H_MIN(classid) - TC_H_MIN_PRIORITY;

	return hwtc < netdev_get_num_tc(dev) ? (int)hwtc : -EINVAL;
}

#endif

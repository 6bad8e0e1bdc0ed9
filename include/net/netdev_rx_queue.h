/* SPDX-License-Identifier: GPL-2.0-only */
/* Receive queues. */
#ifndef _LINUX_NETDEV_RX_QUEUE_H
#define _LINUX_NETDEV_RX_QUEUE_H

#include <linux/kobject.h>
#include <linux/netdevice.h>
#include <linux/sysfs.h>
#include <net/xdp.h>
#include <net/page_pool/types.h>

struct netdev_rx_queue {
	struct xdp_rxq_info xdp_rxq;
	struct kobject kobj;
	struct net_device *dev;
	struct xsk_buff_pool *pool;
	struct napi_struct *napi;
} ____cacheline_aligned;
/* There is no sysfs: attributes are never called. */
struct rx_queue_attribute {
	struct attribute attr;
	ssize_t (*show)(struct netdev_rx_queue *queue, char *buf);
	ssize_t (*store)(struct netdev_rx_queue *queue, const char *buf, size_t len);
};
static inline struct netdev_rx_queue *__netif_get_rx_queue(struct net_device *dev, unsigned int rxq) { return dev->_rx + rxq; }
static inline unsigned int get_netdev_rx_queue_index(struct netdev_rx_queue *queue) { return queue - queue->dev->_rx; }

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Switches behind a device: there are none. */
#ifndef __LINUX_NET_DSA_H
#define __LINUX_NET_DSA_H

#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <linux/of.h>
#include <linux/netdevice.h>

static inline bool netdev_uses_dsa(const struct net_device *dev) { return false; }
static inline bool dsa_user_dev_check(const struct net_device *dev) { return false; }

#endif

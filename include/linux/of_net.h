/* SPDX-License-Identifier: GPL-2.0-only */
/* Network devices in the device tree. */
#ifndef _LINUX_OF_NET_H
#define _LINUX_OF_NET_H

#include <linux/phy.h>
#include <linux/of.h>

struct net_device;
int of_get_phy_mode(struct device_node *np, phy_interface_t *interface);
int of_get_mac_address(struct device_node *np, u8 *mac);
int of_get_mac_address_nvmem(struct device_node *np, u8 *mac);
int of_get_ethdev_address(struct device_node *np, struct net_device *dev);
struct net_device *of_find_net_device_by_node(struct device_node *np);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Which PHYs a network device is reached through. */
#ifndef _LINUX_PHY_LINK_TOPOLOGY_H
#define _LINUX_PHY_LINK_TOPOLOGY_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/xarray.h>

struct xarray;
struct phy_device;
struct sfp_bus;

struct phy_link_topology {
	struct xarray phys;
	u32 next_phy_index;
};

struct phy_device_node {
	enum phy_upstream upstream_type;
	union {
		struct net_device	*netdev;
		struct phy_device	*phydev;
	} upstream;
	struct sfp_bus *parent_sfp_bus;
	struct phy_device *phy;
};

int phy_link_topo_add_phy(struct net_device *dev, struct phy_device *phy, enum phy_upstream upt,
		void *upstream);

void phy_link_topo_del_phy(struct net_device *dev, struct phy_device *phy);

static inline struct phy_device *phy_link_topo_get_phy(struct net_device *dev, u32 phyindex)
{
	struct phy_device_node *found = dev->link_topo ? xa_load(&dev->link_topo->phys, phyindex) : NULL;

	return found ? found->phy : NULL;
}

#endif

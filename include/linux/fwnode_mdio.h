/* SPDX-License-Identifier: GPL-2.0-only */
/* PHYs by firmware nodes. */
#ifndef _LINUX_FWNODE_MDIO_H
#define _LINUX_FWNODE_MDIO_H

#include <linux/phy.h>

int fwnode_mdiobus_phy_device_register(struct mii_bus *mdio, struct phy_device *phy,
		struct fwnode_handle *child, u32 addr);

int fwnode_mdiobus_register_phy(struct mii_bus *bus, struct fwnode_handle *child, u32 addr);

#endif

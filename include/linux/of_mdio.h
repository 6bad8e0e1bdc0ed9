/* SPDX-License-Identifier: GPL-2.0-only */
/* MDIO buses and PHYs by nodes of the device tree. */
#ifndef _LINUX_OF_MDIO_H
#define _LINUX_OF_MDIO_H

#include <linux/device.h>
#include <linux/phy.h>
#include <linux/of.h>

bool of_mdiobus_child_is_phy(struct device_node *child);
int __of_mdiobus_register(struct mii_bus *mdio, struct device_node *np, struct module *owner);

static inline int of_mdiobus_register(struct mii_bus *mdio, struct device_node *np)
{
	return __of_mdiobus_register(mdio, np, THIS_MODULE);
}

int __devm_of_mdiobus_register(struct device *dev, struct mii_bus *mdio, struct device_node *np,
		struct module *owner);

static inline int devm_of_mdiobus_register(struct device *dev, struct mii_bus *mdio, struct device_node *np)
{
	return __devm_of_mdiobus_register(dev, mdio, np, THIS_MODULE);
}

struct mdio_device *of_mdio_find_device(struct device_node *np);
struct phy_device *of_phy_find_device(struct device_node *phy_np);
struct phy_device * of_phy_connect(struct net_device *dev, struct device_node *phy_np,
		void (*hndlr)(struct net_device *), u32 flags, phy_interface_t iface);
struct phy_device * of_phy_get_and_connect(struct net_device *dev, struct device_node *np,
		void (*hndlr)(struct net_device *));

struct mii_bus *of_mdio_find_bus(struct device_node *mdio_np);
int of_phy_register_fixed_link(struct device_node *np);
void of_phy_deregister_fixed_link(struct device_node *np);
bool of_phy_is_fixed_link(struct device_node *np);
int of_mdiobus_phy_device_register(struct mii_bus *mdio, struct phy_device *phy,
		struct device_node *child, u32 addr);

static inline int of_mdio_parse_addr(struct device *dev, const struct device_node *np)
{
	u32 addr = 0;
	int err = of_property_read_u32(np, "reg", &addr);

	if (err < 0)
		dev_err(dev, "%pOF: no address on its MDIO bus\n", np);
	else if (addr >= PHY_MAX_ADDR)
		dev_err(dev, "%pOF: no MDIO bus has an address %u\n", np, addr);
	else
		return addr;
	return err < 0 ? err : -EINVAL;
}

#endif

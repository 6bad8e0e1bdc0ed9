/* SPDX-License-Identifier: GPL-2.0-only */
/* PHYs that only pretend: a link that is as the tree says. */
#ifndef _LINUX_PHY_FIXED_H
#define _LINUX_PHY_FIXED_H

#include <linux/types.h>

struct phy_device;

struct fixed_phy_status {
	int link;
	int speed;
	int duplex;
	int pause;
	int asym_pause;
};

struct device_node;
struct gpio_desc;
struct net_device;

int fixed_phy_change_carrier(struct net_device *dev, bool new_carrier);
int fixed_phy_add(unsigned int irq, int phy_id, struct fixed_phy_status *status);
struct phy_device *fixed_phy_register(unsigned int irq, struct fixed_phy_status *status,
		struct device_node *np);

struct phy_device * fixed_phy_register_with_gpiod(unsigned int irq, struct fixed_phy_status *status,
		struct gpio_desc *gpiod);

void fixed_phy_unregister(struct phy_device *phydev);
int fixed_phy_set_link_update(struct phy_device *phydev, int (*link_update)(struct net_device *,
		struct fixed_phy_status *));

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a network core without phylib may ask of it. */
#ifndef _LINUX_PHYLIB_STUBS_H
#define _LINUX_PHYLIB_STUBS_H

#include <linux/rtnetlink.h>

struct ethtool_eth_phy_stats;
struct ethtool_link_ext_stats;
struct ethtool_phy_stats;
struct kernel_hwtstamp_config;
struct netlink_ext_ack;
struct phy_device;

extern const struct phylib_stubs *phylib_stubs;

struct phylib_stubs {
	int (*hwtstamp_get)(struct phy_device *phydev,
			    struct kernel_hwtstamp_config *config);
	int (*hwtstamp_set)(struct phy_device *phydev,
			    struct kernel_hwtstamp_config *config,
			    struct netlink_ext_ack *extack);
	void (*get_phy_stats)(struct phy_device *phydev,
			      struct ethtool_eth_phy_stats *phy_stats,
			      struct ethtool_phy_stats *phydev_stats);
	void (*get_link_ext_stats)(struct phy_device *phydev,
				   struct ethtool_link_ext_stats *link_stats);
};

static inline int phy_hwtstamp_get(struct phy_device *phydev, struct kernel_hwtstamp_config *config)
{
	ASSERT_RTNL();
	return phylib_stubs ? phylib_stubs->hwtstamp_get(phydev, config) : -EOPNOTSUPP;
}

static inline int phy_hwtstamp_set(struct phy_device *phydev, struct kernel_hwtstamp_config *config,
				   struct netlink_ext_ack *extack)
{
	ASSERT_RTNL();
	return phylib_stubs ? phylib_stubs->hwtstamp_set(phydev, config, extack) : -EOPNOTSUPP;
}

static inline void phy_ethtool_get_phy_stats(struct phy_device *phydev, struct ethtool_eth_phy_stats *phy_stats,
					     struct ethtool_phy_stats *phydev_stats)
{
	ASSERT_RTNL();
	if (phylib_stubs)
		phylib_stubs->get_phy_stats(phydev, phy_stats, phydev_stats);
}

static inline void phy_ethtool_get_link_ext_stats(struct phy_device *phydev,
						  struct ethtool_link_ext_stats *link_stats)
{
	ASSERT_RTNL();
	if (phylib_stubs)
		phylib_stubs->get_link_ext_stats(phydev, link_stats);
}

#endif

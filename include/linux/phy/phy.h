/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical layers of buses such as USB and MMC. There is no core for them (CONFIG_GENERIC_PHY is off): asking
 * for one is refused, and no phy (NULL) is fine everywhere, as in Linux then.
 */
#ifndef _LINUX_PHY_PHY_H
#define _LINUX_PHY_PHY_H

#include <linux/err.h>
#include <linux/of.h>
#include <linux/device.h>
#include <linux/pm_runtime.h>
#include <linux/regulator/consumer.h>

struct phy;

enum phy_mode {
	PHY_MODE_INVALID,
	PHY_MODE_USB_HOST,
	PHY_MODE_USB_HOST_LS,
	PHY_MODE_USB_HOST_FS,
	PHY_MODE_USB_HOST_HS,
	PHY_MODE_USB_HOST_SS,
	PHY_MODE_USB_DEVICE,
	PHY_MODE_USB_DEVICE_LS,
	PHY_MODE_USB_DEVICE_FS,
	PHY_MODE_USB_DEVICE_HS,
	PHY_MODE_USB_DEVICE_SS,
	PHY_MODE_USB_OTG,
	PHY_MODE_UFS_HS_A,
	PHY_MODE_UFS_HS_B,
	PHY_MODE_PCIE,
	PHY_MODE_ETHERNET,
	PHY_MODE_MIPI_DPHY,
	PHY_MODE_SATA,
	PHY_MODE_LVDS,
	PHY_MODE_DP,
};

/* What Linux answers for a phy that is there while the core is not. */
static inline int __phy_refused(struct phy *phy)
{
	return phy ? -ENOSYS : 0;
}

static inline int phy_init(struct phy *phy)
{
	return __phy_refused(phy);
}

static inline int phy_exit(struct phy *phy)
{
	return __phy_refused(phy);
}

static inline int phy_power_on(struct phy *phy)
{
	return __phy_refused(phy);
}

static inline int phy_power_off(struct phy *phy)
{
	return __phy_refused(phy);
}

static inline int phy_reset(struct phy *phy)
{
	return __phy_refused(phy);
}

static inline int phy_calibrate(struct phy *phy)
{
	return __phy_refused(phy);
}

static inline int phy_set_speed(struct phy *phy, int speed)
{
	return phy ? -ENODEV : 0;
}

static inline int phy_set_mode_ext(struct phy *phy, enum phy_mode mode, int submode)
{
	return __phy_refused(phy);
}

#define phy_set_mode(phy, mode) phy_set_mode_ext(phy, mode, 0)

static inline struct phy *phy_get(struct device *dev, const char *string)
{
	return ERR_PTR(-ENOSYS);
}

static inline struct phy *devm_phy_get(struct device *dev, const char *string)
{
	return ERR_PTR(-ENOSYS);
}

static inline struct phy *devm_phy_optional_get(struct device *dev, const char *string)
{
	return NULL;
}

static inline struct phy *devm_of_phy_get(struct device *dev, struct device_node *np, const char *con_id)
{
	return ERR_PTR(-ENOSYS);
}

static inline struct phy *devm_of_phy_optional_get(struct device *dev, struct device_node *np,
						   const char *con_id)
{
	return NULL;
}

static inline void phy_put(struct device *dev, struct phy *phy)
{
}

#endif

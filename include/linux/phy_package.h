/* SPDX-License-Identifier: GPL-2.0-only */
/* PHYs that share a chip. Ours: Linux has this in phy.h, which includes this. */
#ifndef _LINUX_PHY_PACKAGE_H
#define _LINUX_PHY_PACKAGE_H

#include <linux/phy.h>

/* PHYs that share a chip. */
static inline int phy_package_address(struct phy_device *phydev, unsigned int addr_offset)
{
	unsigned int base = phydev->shared->base_addr;

	return addr_offset < PHY_MAX_ADDR - base ? (int)(base + addr_offset) : -EIO;
}

#define __PHY_PACKAGE_ACCESS(name, op, value...) \
	int addr = phy_package_address(phydev, addr_offset); \
	return addr < 0 ? addr : op(phydev->mdio.bus, addr, regnum, ##value)

static inline int phy_package_read(struct phy_device *phydev, unsigned int addr_offset, u32 regnum)
{
	__PHY_PACKAGE_ACCESS(phy_package_read, mdiobus_read);
}

static inline int __phy_package_read(struct phy_device *phydev, unsigned int addr_offset, u32 regnum)
{
	__PHY_PACKAGE_ACCESS(__phy_package_read, __mdiobus_read);
}

static inline int phy_package_write(struct phy_device *phydev, unsigned int addr_offset, u32 regnum, u16 val)
{
	__PHY_PACKAGE_ACCESS(phy_package_write, mdiobus_write, val);
}

static inline int __phy_package_write(struct phy_device *phydev, unsigned int addr_offset, u32 regnum, u16 val)
{
	__PHY_PACKAGE_ACCESS(__phy_package_write, __mdiobus_write, val);
}

static inline bool __phy_package_set_once(struct phy_device *phydev, unsigned int b)
{
	return phydev->shared && !test_and_set_bit(b, &phydev->shared->flags);
}

static inline bool phy_package_init_once(struct phy_device *phydev)
{
	return __phy_package_set_once(phydev, PHY_SHARED_F_INIT_DONE);
}

static inline bool phy_package_probe_once(struct phy_device *phydev)
{
	return __phy_package_set_once(phydev, PHY_SHARED_F_PROBE_DONE);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Ethernet PHYs by their registers of clause 22, for drivers without phylib, and its conversions. */
#ifndef _LINUX_MII_H
#define _LINUX_MII_H

#include <linux/if.h>
#include <linux/linkmode.h>
#include <uapi/linux/mii.h>

struct ethtool_cmd;

struct mii_if_info {
	int phy_id;
	int advertising;
	int phy_id_mask;
	int reg_num_mask;
	unsigned int full_duplex : 1;
	unsigned int force_media : 1;
	unsigned int supports_gmii : 1;
	struct net_device *dev;
	int (*mdio_read) (struct net_device *dev, int phy_id, int location);
	void (*mdio_write) (struct net_device *dev, int phy_id, int location, int val);
};

int mii_link_ok (struct mii_if_info *mii);
int mii_nway_restart (struct mii_if_info *mii);
void mii_ethtool_gset(struct mii_if_info *mii, struct ethtool_cmd *ecmd);
void mii_ethtool_get_link_ksettings(struct mii_if_info *mii, struct ethtool_link_ksettings *cmd);
int mii_ethtool_sset(struct mii_if_info *mii, struct ethtool_cmd *ecmd);
int mii_ethtool_set_link_ksettings(struct mii_if_info *mii, const struct ethtool_link_ksettings *cmd);
int mii_check_gmii_support(struct mii_if_info *mii);
void mii_check_link (struct mii_if_info *mii);
unsigned int mii_check_media (struct mii_if_info *mii, unsigned int ok_to_print, unsigned int init_media);
int generic_mii_ioctl(struct mii_if_info *mii_if, struct mii_ioctl_data *mii_data, int cmd,
		unsigned int *duplex_changed);

static inline struct mii_ioctl_data *if_mii(struct ifreq *rq)
{
	return (struct mii_ioctl_data *)&rq->ifr_ifru;
}

/* The best of what both sides can, one bit. */
static inline unsigned int mii_nway_result(unsigned int negotiated)
{
	static const unsigned short ranking[] = { LPA_100FULL, LPA_100BASE4, LPA_100HALF, LPA_10FULL };
	unsigned int i;

	for (i = 0; i < sizeof(ranking) / sizeof(ranking[0]); i++)
		if (negotiated & ranking[i])
			return ranking[i];
	return LPA_10HALF;
}

static inline unsigned int mii_duplex(unsigned int duplex_lock, unsigned int negotiated)
{
	return duplex_lock || (mii_nway_result(negotiated) & LPA_DUPLEX);
}

/* Between bits of registers and the older words of ethtool. */
static inline u32 ethtool_adv_to_mii_adv_t(u32 ethadv)
{
	return (ethadv & ADVERTISED_10baseT_Half ? ADVERTISE_10HALF : 0) |
	       (ethadv & ADVERTISED_10baseT_Full ? ADVERTISE_10FULL : 0) |
	       (ethadv & ADVERTISED_100baseT_Half ? ADVERTISE_100HALF : 0) |
	       (ethadv & ADVERTISED_100baseT_Full ? ADVERTISE_100FULL : 0) |
	       (ethadv & ADVERTISED_Pause ? ADVERTISE_PAUSE_CAP : 0) |
	       (ethadv & ADVERTISED_Asym_Pause ? ADVERTISE_PAUSE_ASYM : 0);
}

static inline u32 mii_adv_to_ethtool_adv_t(u32 adv)
{
	return (adv & ADVERTISE_10HALF ? ADVERTISED_10baseT_Half : 0) |
	       (adv & ADVERTISE_10FULL ? ADVERTISED_10baseT_Full : 0) |
	       (adv & ADVERTISE_100HALF ? ADVERTISED_100baseT_Half : 0) |
	       (adv & ADVERTISE_100FULL ? ADVERTISED_100baseT_Full : 0) |
	       (adv & ADVERTISE_PAUSE_CAP ? ADVERTISED_Pause : 0) |
	       (adv & ADVERTISE_PAUSE_ASYM ? ADVERTISED_Asym_Pause : 0);
}

static inline u32 ethtool_adv_to_mii_ctrl1000_t(u32 ethadv)
{
	return (ethadv & ADVERTISED_1000baseT_Half ? ADVERTISE_1000HALF : 0) |
	       (ethadv & ADVERTISED_1000baseT_Full ? ADVERTISE_1000FULL : 0);
}

static inline u32 mii_ctrl1000_to_ethtool_adv_t(u32 adv)
{
	return (adv & ADVERTISE_1000HALF ? ADVERTISED_1000baseT_Half : 0) |
	       (adv & ADVERTISE_1000FULL ? ADVERTISED_1000baseT_Full : 0);
}

static inline u32 mii_stat1000_to_ethtool_lpa_t(u32 lpa)
{
	return (lpa & LPA_1000HALF ? ADVERTISED_1000baseT_Half : 0) |
	       (lpa & LPA_1000FULL ? ADVERTISED_1000baseT_Full : 0);
}

static inline u32 ethtool_adv_to_mii_adv_x(u32 ethadv)
{
	return (ethadv & ADVERTISED_1000baseT_Half ? ADVERTISE_1000XHALF : 0) |
	       (ethadv & ADVERTISED_1000baseT_Full ? ADVERTISE_1000XFULL : 0) |
	       (ethadv & ADVERTISED_Pause ? ADVERTISE_1000XPAUSE : 0) |
	       (ethadv & ADVERTISED_Asym_Pause ? ADVERTISE_1000XPSE_ASYM : 0);
}

static inline u32 mii_adv_to_ethtool_adv_x(u32 adv)
{
	return (adv & ADVERTISE_1000XHALF ? ADVERTISED_1000baseT_Half : 0) |
	       (adv & ADVERTISE_1000XFULL ? ADVERTISED_1000baseT_Full : 0) |
	       (adv & ADVERTISE_1000XPAUSE ? ADVERTISED_Pause : 0) |
	       (adv & ADVERTISE_1000XPSE_ASYM ? ADVERTISED_Asym_Pause : 0);
}

static inline u32 mii_lpa_to_ethtool_lpa_t(u32 lpa)
{
	return mii_adv_to_ethtool_adv_t(lpa) | (lpa & LPA_LPACK ? ADVERTISED_Autoneg : 0);
}

/* Between bits of registers and sets of link modes. */
static inline u32 linkmode_adv_to_mii_adv_t(const unsigned long *advertising)
{
	return (linkmode_test_bit(ETHTOOL_LINK_MODE_10baseT_Half_BIT, advertising) ? ADVERTISE_10HALF : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_10baseT_Full_BIT, advertising) ? ADVERTISE_10FULL : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_100baseT_Half_BIT, advertising) ? ADVERTISE_100HALF : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_100baseT_Full_BIT, advertising) ? ADVERTISE_100FULL : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_Pause_BIT, advertising) ? ADVERTISE_PAUSE_CAP : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, advertising) ? ADVERTISE_PAUSE_ASYM : 0);
}

static inline u32 linkmode_adv_to_mii_ctrl1000_t(const unsigned long *advertising)
{
	return (linkmode_test_bit(ETHTOOL_LINK_MODE_1000baseT_Half_BIT, advertising) ? ADVERTISE_1000HALF : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, advertising) ? ADVERTISE_1000FULL : 0);
}

static inline u32 linkmode_adv_to_lcl_adv_t(const unsigned long *advertising)
{
	return (linkmode_test_bit(ETHTOOL_LINK_MODE_Pause_BIT, advertising) ? ADVERTISE_PAUSE_CAP : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, advertising) ? ADVERTISE_PAUSE_ASYM : 0);
}

static inline u16 linkmode_adv_to_mii_adv_x(const unsigned long *linkmodes, int fd_bit)
{
	return (linkmode_test_bit(fd_bit, linkmodes) ? ADVERTISE_1000XFULL : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_Pause_BIT, linkmodes) ? ADVERTISE_1000XPAUSE : 0) |
	       (linkmode_test_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, linkmodes) ? ADVERTISE_1000XPSE_ASYM : 0);
}

static inline void mii_adv_mod_linkmode_adv_t(unsigned long *advertising, u32 adv)
{
	linkmode_mod_bit(ETHTOOL_LINK_MODE_10baseT_Half_BIT, advertising, adv & ADVERTISE_10HALF);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_10baseT_Full_BIT, advertising, adv & ADVERTISE_10FULL);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_100baseT_Half_BIT, advertising, adv & ADVERTISE_100HALF);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_100baseT_Full_BIT, advertising, adv & ADVERTISE_100FULL);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Pause_BIT, advertising, adv & ADVERTISE_PAUSE_CAP);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, advertising, adv & ADVERTISE_PAUSE_ASYM);
}

static inline void mii_stat1000_mod_linkmode_lpa_t(unsigned long *advertising, u32 lpa)
{
	linkmode_mod_bit(ETHTOOL_LINK_MODE_1000baseT_Half_BIT, advertising, lpa & LPA_1000HALF);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, advertising, lpa & LPA_1000FULL);
}

static inline void mii_ctrl1000_mod_linkmode_adv_t(unsigned long *advertising, u32 ctrl1000)
{
	linkmode_mod_bit(ETHTOOL_LINK_MODE_1000baseT_Half_BIT, advertising, ctrl1000 & ADVERTISE_1000HALF);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, advertising, ctrl1000 & ADVERTISE_1000FULL);
}

static inline void mii_lpa_mod_linkmode_x(unsigned long *linkmodes, u16 lpa, int fd_bit)
{
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, linkmodes, lpa & LPA_LPACK);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Pause_BIT, linkmodes, lpa & LPA_1000XPAUSE);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, linkmodes, lpa & LPA_1000XPAUSE_ASYM);
	linkmode_mod_bit(fd_bit, linkmodes, lpa & LPA_1000XFULL);
}

static inline void mii_adv_to_linkmode_adv_t(unsigned long *advertising, u32 adv)
{
	linkmode_zero(advertising);
	mii_adv_mod_linkmode_adv_t(advertising, adv);
}

static inline void mii_lpa_mod_linkmode_lpa_t(unsigned long *lp_advertising, u32 lpa)
{
	mii_adv_mod_linkmode_adv_t(lp_advertising, lpa);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, lp_advertising, lpa & LPA_LPACK);
}

static inline void mii_lpa_to_linkmode_lpa_t(unsigned long *lp_advertising, u32 lpa)
{
	linkmode_zero(lp_advertising);
	mii_lpa_mod_linkmode_lpa_t(lp_advertising, lpa);
}

/* Flow control. */
static inline u16 mii_advertise_flowctrl(int cap)
{
	u16 both = ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM;

	switch (cap & (FLOW_CTRL_RX | FLOW_CTRL_TX)) {
	case FLOW_CTRL_RX | FLOW_CTRL_TX:
		return ADVERTISE_PAUSE_CAP;
	case FLOW_CTRL_RX:
		return both;
	case FLOW_CTRL_TX:
		return ADVERTISE_PAUSE_ASYM;
	default:
		return 0;
	}
}

static inline u8 mii_resolve_flowctrl_fdx(u16 lcladv, u16 rmtadv)
{
	u16 shared = lcladv & rmtadv;

	if (shared & ADVERTISE_PAUSE_CAP)
		return FLOW_CTRL_TX | FLOW_CTRL_RX;
	if (!(shared & ADVERTISE_PAUSE_ASYM))
		return 0;
	return lcladv & ADVERTISE_PAUSE_CAP ? FLOW_CTRL_RX : rmtadv & ADVERTISE_PAUSE_CAP ? FLOW_CTRL_TX : 0;
}

static inline u16 mii_bmcr_encode_fixed(int speed, int duplex)
{
	u16 full = duplex == DUPLEX_FULL ? BMCR_FULLDPLX : 0;

	if (speed == SPEED_1000 || speed == SPEED_2500)
		return full | BMCR_SPEED1000;
	return full | (speed == SPEED_100 ? BMCR_SPEED100 : BMCR_SPEED10);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a DisplayPort PHY is told by phy_configure(). */
#ifndef __PHY_DP_H_
#define __PHY_DP_H_

#include <linux/types.h>

#define PHY_SUBMODE_DP	0
#define PHY_SUBMODE_EDP	1

struct phy_configure_opts_dp {
	unsigned int link_rate;	/* Mb/s, of each lane */
	unsigned int lanes;	/* 1, 2 or 4 */
	/* Levels of each lane, from 0 to 3. */
	unsigned int voltage[4];
	unsigned int pre[4];
	/* Spread spectrum, and which of the fields above are to be taken. */
	u8 ssc : 1;
	u8 set_rate : 1;
	u8 set_lanes : 1;
	u8 set_voltages : 1;
};

#endif

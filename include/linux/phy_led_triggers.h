/* SPDX-License-Identifier: GPL-2.0-only */
/* LEDs that follow a link: there are none. */
#ifndef _LINUX_PHY_LED_TRIGGERS_H
#define _LINUX_PHY_LED_TRIGGERS_H

struct phy_device;

static inline int phy_led_triggers_register(struct phy_device *phy)
{
	return 0;
}

static inline void phy_led_triggers_unregister(struct phy_device *phy)
{
}

static inline void phy_led_trigger_change_speed(struct phy_device *phy)
{
}

#endif

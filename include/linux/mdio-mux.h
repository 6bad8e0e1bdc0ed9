/* SPDX-License-Identifier: GPL-2.0-only */
/* MDIO buses behind a switch. */
#ifndef _LINUX_MDIO_MUX_H
#define _LINUX_MDIO_MUX_H

#include <linux/device.h>
#include <linux/phy.h>

int mdio_mux_init(struct device *dev, struct device_node *mux_node, int (*switch_fn) (int cur,
		int desired, void *data), void **mux_handle, void *data, struct mii_bus *mux_bus);

void mdio_mux_uninit(void *mux_handle);

#endif

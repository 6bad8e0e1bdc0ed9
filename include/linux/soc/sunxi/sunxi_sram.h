/* SPDX-License-Identifier: GPL-2.0-only */
/* Memories of Allwinner chips that belong to a device or to the CPU. */
#ifndef _LINUX_SOC_SUNXI_SUNXI_SRAM_H
#define _LINUX_SOC_SUNXI_SUNXI_SRAM_H

struct device;

int sunxi_sram_claim(struct device *dev);
void sunxi_sram_release(struct device *dev);

#endif

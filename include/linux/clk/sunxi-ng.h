/* SPDX-License-Identifier: GPL-2.0-only */
/* What Allwinner's clock drivers offer to the drivers of MMC hosts and of the RTC. */
#ifndef _LINUX_CLK_SUNXI_NG_H_
#define _LINUX_CLK_SUNXI_NG_H_

#include <linux/types.h>

struct clk;
struct device;

int sunxi_ccu_set_mmc_timing_mode(struct clk *clk, bool new_mode);
int sunxi_ccu_get_mmc_timing_mode(struct clk *clk);
int sun6i_rtc_ccu_probe(struct device *dev, void __iomem *reg);

#endif

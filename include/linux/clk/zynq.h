/* SPDX-License-Identifier: GPL-2.0-only */
/* Xilinx Zynq's PLLs. */
#ifndef _LINUX_CLK_ZYNQ_H
#define _LINUX_CLK_ZYNQ_H

#include <linux/spinlock.h>

struct clk;

void zynq_clock_init(void);
struct clk *clk_register_zynq_pll(const char *name, const char *parent, void __iomem *pll_ctrl,
		void __iomem *pll_status, u8 lock_index, spinlock_t *lock);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun20i-d1-r, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN20I_D1_R_CCU_H
#define _DT_BINDINGS_CLOCK_SUN20I_D1_R_CCU_H

#define CLK_R_AHB        0
#define CLK_BUS_R_TIMER  2
#define CLK_BUS_R_TWD    3
#define CLK_BUS_R_PPU    4
#define CLK_R_IR_RX      5
#define CLK_BUS_R_IR_RX  6
#define CLK_BUS_R_RTC    7
#define CLK_BUS_R_CPUCFG 8

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun20i-d1-r, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN20I_D1_R_CCU_H
#define _DT_BINDINGS_RESET_SUN20I_D1_R_CCU_H

#define RST_BUS_R_TIMER  0
#define RST_BUS_R_TWD    1
#define RST_BUS_R_PPU    2
#define RST_BUS_R_IR_RX  3
#define RST_BUS_R_RTC    4
#define RST_BUS_R_CPUCFG 5

#endif

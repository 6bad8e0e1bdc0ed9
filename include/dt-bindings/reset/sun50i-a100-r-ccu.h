/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun50i-a100-r, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN50I_A100_R_CCU_H
#define _DT_BINDINGS_RESET_SUN50I_A100_R_CCU_H

#define RST_R_APB1_TIMER   0
#define RST_R_APB1_BUS_PWM 1
#define RST_R_APB1_PPU     2
#define RST_R_APB2_UART    3
#define RST_R_APB2_I2C0    4
#define RST_R_APB2_I2C1    5
#define RST_R_APB1_BUS_IR  6
#define RST_R_AHB_BUS_RTC  7

#endif

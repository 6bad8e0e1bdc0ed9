/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun8i-r, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN8I_R_CCU_H
#define _DT_BINDINGS_CLOCK_SUN8I_R_CCU_H

#define CLK_AR100      0
#define CLK_APB0_PIO   3
#define CLK_APB0_IR    4
#define CLK_APB0_TIMER 5
#define CLK_APB0_RSB   6
#define CLK_APB0_UART  7
#define CLK_APB0_I2C   9
#define CLK_APB0_TWD   10
#define CLK_IR         11

#endif

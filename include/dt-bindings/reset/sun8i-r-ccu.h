/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun8i-r, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN8I_R_CCU_H
#define _DT_BINDINGS_RESET_SUN8I_R_CCU_H

#define RST_APB0_IR    0
#define RST_APB0_TIMER 1
#define RST_APB0_RSB   2
#define RST_APB0_UART  3
#define RST_APB0_I2C   5

#endif

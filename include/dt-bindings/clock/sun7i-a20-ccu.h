/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun7i-a20, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN7I_A20_CCU_H
#define _DT_BINDINGS_CLOCK_SUN7I_A20_CCU_H

#include <dt-bindings/clock/sun4i-a10-ccu.h>

#define CLK_MBUS       166
#define CLK_HDMI1_SLOW 167
#define CLK_HDMI1      168
#define CLK_OUT_A      169
#define CLK_OUT_B      170

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun8i-de2, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN8I_DE2_H
#define _DT_BINDINGS_CLOCK_SUN8I_DE2_H

#define CLK_BUS_MIXER0 0
#define CLK_BUS_MIXER1 1
#define CLK_BUS_WB     2
#define CLK_MIXER0     6
#define CLK_MIXER1     7
#define CLK_WB         8
#define CLK_BUS_ROT    9
#define CLK_ROT        10

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun4i-a10-pll2, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN4I_A10_PLL2_H
#define _DT_BINDINGS_CLOCK_SUN4I_A10_PLL2_H

#define SUN4I_A10_PLL2_1X 0
#define SUN4I_A10_PLL2_2X 1
#define SUN4I_A10_PLL2_4X 2
#define SUN4I_A10_PLL2_8X 3

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun9i-a80-de, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN9I_A80_DE_H
#define _DT_BINDINGS_CLOCK_SUN9I_A80_DE_H

#define CLK_FE0       0
#define CLK_FE1       1
#define CLK_FE2       2
#define CLK_IEP_DEU0  3
#define CLK_IEP_DEU1  4
#define CLK_BE0       5
#define CLK_BE1       6
#define CLK_BE2       7
#define CLK_IEP_DRC0  8
#define CLK_IEP_DRC1  9
#define CLK_MERGE     10
#define CLK_DRAM_FE0  11
#define CLK_DRAM_FE1  12
#define CLK_DRAM_FE2  13
#define CLK_DRAM_DEU0 14
#define CLK_DRAM_DEU1 15
#define CLK_DRAM_BE0  16
#define CLK_DRAM_BE1  17
#define CLK_DRAM_BE2  18
#define CLK_DRAM_DRC0 19
#define CLK_DRAM_DRC1 20
#define CLK_BUS_FE0   21
#define CLK_BUS_FE1   22
#define CLK_BUS_FE2   23
#define CLK_BUS_DEU0  24
#define CLK_BUS_DEU1  25
#define CLK_BUS_BE0   26
#define CLK_BUS_BE1   27
#define CLK_BUS_BE2   28
#define CLK_BUS_DRC0  29
#define CLK_BUS_DRC1  30

#endif

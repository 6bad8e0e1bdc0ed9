/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun8i-v3s, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN8I_V3S_CCU_H
#define _DT_BINDINGS_RESET_SUN8I_V3S_CCU_H

#define RST_USB_PHY0    0
#define RST_MBUS        1
#define RST_BUS_CE      5
#define RST_BUS_DMA     6
#define RST_BUS_MMC0    7
#define RST_BUS_MMC1    8
#define RST_BUS_MMC2    9
#define RST_BUS_DRAM    11
#define RST_BUS_EMAC    12
#define RST_BUS_HSTIMER 14
#define RST_BUS_SPI0    15
#define RST_BUS_OTG     17
#define RST_BUS_EHCI0   18
#define RST_BUS_OHCI0   22
#define RST_BUS_VE      26
#define RST_BUS_TCON0   27
#define RST_BUS_CSI     30
#define RST_BUS_DE      34
#define RST_BUS_DBG     38
#define RST_BUS_EPHY    39
#define RST_BUS_CODEC   40
#define RST_BUS_I2C0    46
#define RST_BUS_I2C1    47
#define RST_BUS_UART0   49
#define RST_BUS_UART1   50
#define RST_BUS_UART2   51
#define RST_BUS_I2S0    52

#endif

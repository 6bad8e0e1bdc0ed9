/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun50i-a64, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN50I_A64_CCU_H
#define _DT_BINDINGS_RESET_SUN50I_A64_CCU_H

#define RST_USB_PHY0        0
#define RST_USB_PHY1        1
#define RST_USB_HSIC        2
#define RST_DRAM            3
#define RST_MBUS            4
#define RST_BUS_MIPI_DSI    5
#define RST_BUS_CE          6
#define RST_BUS_DMA         7
#define RST_BUS_MMC0        8
#define RST_BUS_MMC1        9
#define RST_BUS_MMC2        10
#define RST_BUS_NAND        11
#define RST_BUS_DRAM        12
#define RST_BUS_EMAC        13
#define RST_BUS_TS          14
#define RST_BUS_HSTIMER     15
#define RST_BUS_SPI0        16
#define RST_BUS_SPI1        17
#define RST_BUS_OTG         18
#define RST_BUS_EHCI0       19
#define RST_BUS_EHCI1       20
#define RST_BUS_OHCI0       21
#define RST_BUS_OHCI1       22
#define RST_BUS_VE          23
#define RST_BUS_TCON0       24
#define RST_BUS_TCON1       25
#define RST_BUS_DEINTERLACE 26
#define RST_BUS_CSI         27
#define RST_BUS_HDMI0       28
#define RST_BUS_HDMI1       29
#define RST_BUS_DE          30
#define RST_BUS_GPU         31
#define RST_BUS_MSGBOX      32
#define RST_BUS_SPINLOCK    33
#define RST_BUS_DBG         34
#define RST_BUS_LVDS        35
#define RST_BUS_CODEC       36
#define RST_BUS_SPDIF       37
#define RST_BUS_THS         38
#define RST_BUS_I2S0        39
#define RST_BUS_I2S1        40
#define RST_BUS_I2S2        41
#define RST_BUS_I2C0        42
#define RST_BUS_I2C1        43
#define RST_BUS_I2C2        44
#define RST_BUS_SCR         45
#define RST_BUS_UART0       46
#define RST_BUS_UART1       47
#define RST_BUS_UART2       48
#define RST_BUS_UART3       49
#define RST_BUS_UART4       50

#endif

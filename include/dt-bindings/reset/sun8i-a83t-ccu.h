/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun8i-a83t, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN8I_A83T_CCU_H
#define _DT_BINDINGS_RESET_SUN8I_A83T_CCU_H

#define RST_USB_PHY0     0
#define RST_USB_PHY1     1
#define RST_USB_HSIC     2
#define RST_DRAM         3
#define RST_MBUS         4
#define RST_BUS_MIPI_DSI 5
#define RST_BUS_SS       6
#define RST_BUS_DMA      7
#define RST_BUS_MMC0     8
#define RST_BUS_MMC1     9
#define RST_BUS_MMC2     10
#define RST_BUS_NAND     11
#define RST_BUS_DRAM     12
#define RST_BUS_EMAC     13
#define RST_BUS_HSTIMER  14
#define RST_BUS_SPI0     15
#define RST_BUS_SPI1     16
#define RST_BUS_OTG      17
#define RST_BUS_EHCI0    18
#define RST_BUS_EHCI1    19
#define RST_BUS_OHCI0    20
#define RST_BUS_VE       21
#define RST_BUS_TCON0    22
#define RST_BUS_TCON1    23
#define RST_BUS_CSI      24
#define RST_BUS_HDMI0    25
#define RST_BUS_HDMI1    26
#define RST_BUS_DE       27
#define RST_BUS_GPU      28
#define RST_BUS_MSGBOX   29
#define RST_BUS_SPINLOCK 30
#define RST_BUS_LVDS     31
#define RST_BUS_SPDIF    32
#define RST_BUS_I2S0     33
#define RST_BUS_I2S1     34
#define RST_BUS_I2S2     35
#define RST_BUS_TDM      36
#define RST_BUS_I2C0     37
#define RST_BUS_I2C1     38
#define RST_BUS_I2C2     39
#define RST_BUS_UART0    40
#define RST_BUS_UART1    41
#define RST_BUS_UART2    42
#define RST_BUS_UART3    43
#define RST_BUS_UART4    44

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun8i-a23-a33, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN8I_A23_A33_CCU_H
#define _DT_BINDINGS_RESET_SUN8I_A23_A33_CCU_H

#define RST_USB_PHY0     0
#define RST_USB_PHY1     1
#define RST_USB_HSIC     2
#define RST_MBUS         3
#define RST_BUS_MIPI_DSI 4
#define RST_BUS_SS       5
#define RST_BUS_DMA      6
#define RST_BUS_MMC0     7
#define RST_BUS_MMC1     8
#define RST_BUS_MMC2     9
#define RST_BUS_NAND     10
#define RST_BUS_DRAM     11
#define RST_BUS_HSTIMER  12
#define RST_BUS_SPI0     13
#define RST_BUS_SPI1     14
#define RST_BUS_OTG      15
#define RST_BUS_EHCI     16
#define RST_BUS_OHCI     17
#define RST_BUS_VE       18
#define RST_BUS_LCD      19
#define RST_BUS_CSI      20
#define RST_BUS_DE_BE    21
#define RST_BUS_DE_FE    22
#define RST_BUS_GPU      23
#define RST_BUS_MSGBOX   24
#define RST_BUS_SPINLOCK 25
#define RST_BUS_DRC      26
#define RST_BUS_SAT      27
#define RST_BUS_LVDS     28
#define RST_BUS_CODEC    29
#define RST_BUS_I2S0     30
#define RST_BUS_I2S1     31
#define RST_BUS_I2C0     32
#define RST_BUS_I2C1     33
#define RST_BUS_I2C2     34
#define RST_BUS_UART0    35
#define RST_BUS_UART1    36
#define RST_BUS_UART2    37
#define RST_BUS_UART3    38
#define RST_BUS_UART4    39

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun8i-h3, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN8I_H3_CCU_H
#define _DT_BINDINGS_RESET_SUN8I_H3_CCU_H

#define RST_USB_PHY0        0
#define RST_USB_PHY1        1
#define RST_USB_PHY2        2
#define RST_USB_PHY3        3
#define RST_MBUS            4
#define RST_BUS_CE          5
#define RST_BUS_DMA         6
#define RST_BUS_MMC0        7
#define RST_BUS_MMC1        8
#define RST_BUS_MMC2        9
#define RST_BUS_NAND        10
#define RST_BUS_DRAM        11
#define RST_BUS_EMAC        12
#define RST_BUS_TS          13
#define RST_BUS_HSTIMER     14
#define RST_BUS_SPI0        15
#define RST_BUS_SPI1        16
#define RST_BUS_OTG         17
#define RST_BUS_EHCI0       18
#define RST_BUS_EHCI1       19
#define RST_BUS_EHCI2       20
#define RST_BUS_EHCI3       21
#define RST_BUS_OHCI0       22
#define RST_BUS_OHCI1       23
#define RST_BUS_OHCI2       24
#define RST_BUS_OHCI3       25
#define RST_BUS_VE          26
#define RST_BUS_TCON0       27
#define RST_BUS_TCON1       28
#define RST_BUS_DEINTERLACE 29
#define RST_BUS_CSI         30
#define RST_BUS_TVE         31
#define RST_BUS_HDMI0       32
#define RST_BUS_HDMI1       33
#define RST_BUS_DE          34
#define RST_BUS_GPU         35
#define RST_BUS_MSGBOX      36
#define RST_BUS_SPINLOCK    37
#define RST_BUS_DBG         38
#define RST_BUS_EPHY        39
#define RST_BUS_CODEC       40
#define RST_BUS_SPDIF       41
#define RST_BUS_THS         42
#define RST_BUS_I2S0        43
#define RST_BUS_I2S1        44
#define RST_BUS_I2S2        45
#define RST_BUS_I2C0        46
#define RST_BUS_I2C1        47
#define RST_BUS_I2C2        48
#define RST_BUS_UART0       49
#define RST_BUS_UART1       50
#define RST_BUS_UART2       51
#define RST_BUS_UART3       52
#define RST_BUS_SCR0        53
#define RST_BUS_SCR1        54

#endif

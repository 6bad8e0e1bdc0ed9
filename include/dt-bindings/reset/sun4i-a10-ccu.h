/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun4i-a10, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN4I_A10_CCU_H
#define _DT_BINDINGS_RESET_SUN4I_A10_CCU_H

#define RST_USB_PHY0       1
#define RST_USB_PHY1       2
#define RST_USB_PHY2       3
#define RST_GPS            4
#define RST_DE_BE0         5
#define RST_DE_BE1         6
#define RST_DE_FE0         7
#define RST_DE_FE1         8
#define RST_DE_MP          9
#define RST_TVE0           10
#define RST_TCON0          11
#define RST_TVE1           12
#define RST_TCON1          13
#define RST_CSI0           14
#define RST_CSI1           15
#define RST_VE             16
#define RST_ACE            17
#define RST_LVDS           18
#define RST_GPU            19
#define RST_HDMI_H         20
#define RST_HDMI_SYS       21
#define RST_HDMI_AUDIO_DMA 22

#endif

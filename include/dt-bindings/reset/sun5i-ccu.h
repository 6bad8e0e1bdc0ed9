/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun5i, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN5I_CCU_H
#define _DT_BINDINGS_RESET_SUN5I_CCU_H

#define RST_USB_PHY0 0
#define RST_USB_PHY1 1
#define RST_GPS      2
#define RST_DE_BE    3
#define RST_DE_FE    4
#define RST_TVE      5
#define RST_LCD      6
#define RST_CSI      7
#define RST_VE       8
#define RST_GPU      9
#define RST_IEP      10

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun9i-a80-usb, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN9I_A80_USB_H
#define _DT_BINDINGS_RESET_SUN9I_A80_USB_H

#define RST_USB0_HCI  0
#define RST_USB1_HCI  1
#define RST_USB2_HCI  2
#define RST_USB0_PHY  3
#define RST_USB1_HSIC 4
#define RST_USB1_PHY  5
#define RST_USB2_HSIC 6
#define RST_USB2_PHY  7

#endif

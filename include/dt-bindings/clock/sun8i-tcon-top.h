/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun8i-tcon-top, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN8I_TCON_TOP_H
#define _DT_BINDINGS_CLOCK_SUN8I_TCON_TOP_H

#define CLK_TCON_TOP_TV0 0
#define CLK_TCON_TOP_TV1 1
#define CLK_TCON_TOP_DSI 2

#endif

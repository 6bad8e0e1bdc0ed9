/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun8i-de2, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN8I_DE2_H
#define _DT_BINDINGS_RESET_SUN8I_DE2_H

#define RST_MIXER0 0
#define RST_MIXER1 1
#define RST_WB     2
#define RST_ROT    3

#endif

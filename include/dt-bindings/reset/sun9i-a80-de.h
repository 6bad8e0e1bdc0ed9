/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines of sun9i-a80-de, as device trees number them. */
#ifndef _DT_BINDINGS_RESET_SUN9I_A80_DE_H
#define _DT_BINDINGS_RESET_SUN9I_A80_DE_H

#define RST_FE0   0
#define RST_FE1   1
#define RST_FE2   2
#define RST_DEU0  3
#define RST_DEU1  4
#define RST_BE0   5
#define RST_BE1   6
#define RST_BE2   7
#define RST_DRC0  8
#define RST_DRC1  9
#define RST_MERGE 10

#endif

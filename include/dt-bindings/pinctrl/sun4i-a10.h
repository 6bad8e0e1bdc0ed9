/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins of Allwinner chips: the values of the old binding. */
#ifndef _DT_BINDINGS_PINCTRL_SUN4I_A10_H
#define _DT_BINDINGS_PINCTRL_SUN4I_A10_H

#define SUN4I_PINCTRL_10_MA	0
#define SUN4I_PINCTRL_20_MA	1
#define SUN4I_PINCTRL_30_MA	2
#define SUN4I_PINCTRL_40_MA	3

#define SUN4I_PINCTRL_NO_PULL	0
#define SUN4I_PINCTRL_PULL_UP	1
#define SUN4I_PINCTRL_PULL_DOWN	2

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of sun6i-rtc, as device trees number them. */
#ifndef _DT_BINDINGS_CLOCK_SUN6I_RTC_H
#define _DT_BINDINGS_CLOCK_SUN6I_RTC_H

#define CLK_OSC32K        0
#define CLK_OSC32K_FANOUT 1
#define CLK_IOSC          2

#endif

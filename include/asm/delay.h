/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinning for a while. Linux's build makes a forwarder, too. */
#ifndef _ASM_DELAY_H
#define _ASM_DELAY_H

#include <asm-generic/delay.h>

#endif

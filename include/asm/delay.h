/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinning for a while. */
#ifndef _ASM_DELAY_H
#define _ASM_DELAY_H

#include <asm-generic/delay.h>

#endif

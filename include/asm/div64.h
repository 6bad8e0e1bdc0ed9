/* SPDX-License-Identifier: GPL-2.0-only */
/* Division of 64 by 32 bits. Linux's build makes a forwarder, too. */
#ifndef _ASM_DIV64_H
#define _ASM_DIV64_H

#include <asm-generic/div64.h>

#endif

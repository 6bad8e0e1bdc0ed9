/* SPDX-License-Identifier: GPL-2.0-only */
/* Integers of fixed size. Linux's build makes a forwarder, too. */
#ifndef _ASM_TYPES_H
#define _ASM_TYPES_H

#include <asm-generic/int-ll64.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits of a long. */
#ifndef _UAPI_ASM_BITSPERLONG_H
#define _UAPI_ASM_BITSPERLONG_H

#include <asm/bitsperlong.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Ticks in a second. */
#ifndef _UAPI_ASM_PARAM_H
#define _UAPI_ASM_PARAM_H

#include <asm/param.h>

#endif

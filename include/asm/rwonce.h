/* SPDX-License-Identifier: GPL-2.0-only */
/* Single accesses: Linux's own differ in builds with LTO only. */
#ifndef _ASM_RWONCE_H
#define _ASM_RWONCE_H

#include <asm-generic/rwonce.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* BUG and WARN. */
#ifndef _ASM_BUG_H
#define _ASM_BUG_H

#include <asm-generic/bug.h>

#endif

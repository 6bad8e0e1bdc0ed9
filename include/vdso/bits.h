/* SPDX-License-Identifier: GPL-2.0-only */
/* One bit. */
#ifndef _VDSO_BITS_H
#define _VDSO_BITS_H

#include <vdso/const.h>
#define BIT(nr) (UL(1) << (nr))
#define BIT_ULL(nr) (ULL(1) << (nr))

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Unsigned constants that assembly sees too. */
#ifndef _VDSO_CONST_H
#define _VDSO_CONST_H

#include <uapi/linux/const.h>
#define UL(x) (_UL(x))
#define ULL(x) (_ULL(x))

#endif

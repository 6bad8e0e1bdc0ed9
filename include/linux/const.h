/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the compiler knows a value. */
#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H

#include <vdso/const.h>
#ifndef __is_constexpr
#define __is_constexpr(x) (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))
#endif

#endif

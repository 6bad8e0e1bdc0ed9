/* SPDX-License-Identifier: GPL-2.0-only */
/* Constants that assembly sees too. */
#ifndef _VDSO_CONST_H
#define _VDSO_CONST_H

#include <linux/const.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Ticks in a second. */
#ifndef _LINUX_PARAM_H
#define _LINUX_PARAM_H

#include <asm/param.h>

#endif

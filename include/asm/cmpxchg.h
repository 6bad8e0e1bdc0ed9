/* SPDX-License-Identifier: GPL-2.0-only */
/* Compare and exchange. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/atomic.h>

#endif

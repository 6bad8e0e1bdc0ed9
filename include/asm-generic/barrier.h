/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory barriers. */
#ifndef _ASM_GENERIC_BARRIER_H
#define _ASM_GENERIC_BARRIER_H

#include <asm/barrier.h>

#endif

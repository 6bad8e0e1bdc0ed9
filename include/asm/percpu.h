/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables that each CPU has for itself. */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

#include <linux/percpu-defs.h>

#endif

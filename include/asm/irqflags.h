/* SPDX-License-Identifier: GPL-2.0-only */
/* Masking this CPU's interrupts. */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

#include <linux/irqflags.h>

#endif

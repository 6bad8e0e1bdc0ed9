/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_IRQ_H
#define __ASM_IRQ_H

#include <asm-generic/irq.h>

#endif

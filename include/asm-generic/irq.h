/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_GENERIC_IRQ_H
#define __ASM_GENERIC_IRQ_H

/* For tables with a row for each interrupt; numbers of domains go beyond. */
#ifndef NR_IRQS
#define NR_IRQS 64
#endif

static inline int irq_canonicalize(int irq)
{
	return irq;
}

#endif

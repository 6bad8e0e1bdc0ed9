/* SPDX-License-Identifier: GPL-2.0-only */
/* The space of interrupt numbers for drivers. */
#ifndef _LINUX_IRQNR_H
#define _LINUX_IRQNR_H

struct irq_desc;

/* One more than the largest number that there can be. */
extern int nr_irqs;

struct irq_desc *irq_to_desc(unsigned int irq);
unsigned int irq_get_next_irq(unsigned int offset);

#define for_each_irq_desc(irq, desc) \
	for (irq = 0, desc = irq_to_desc(irq); irq < nr_irqs; irq++, desc = irq_to_desc(irq)) \
		if (!desc) \
			; \
		else

#define for_each_active_irq(irq) \
	for (irq = irq_get_next_irq(0); irq < nr_irqs; irq = irq_get_next_irq(irq + 1))

#define for_each_irq_nr(irq) \
	for (irq = 0; irq < nr_irqs; irq++)

#endif

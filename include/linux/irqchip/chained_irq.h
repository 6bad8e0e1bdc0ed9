/* SPDX-License-Identifier: GPL-2.0-only */
/* What a chained handler tells the chip of its own line, before and after it looks at the lines behind it. */
#ifndef _LINUX_IRQCHIP_CHAINED_IRQ_H
#define _LINUX_IRQCHIP_CHAINED_IRQ_H

#include <linux/irq.h>

static inline void chained_irq_enter(struct irq_chip *chip, struct irq_desc *desc)
{
	struct irq_data *d = &desc->irq_data;

	/* A chip that wants the end told wants nothing now. */
	if (chip->irq_eoi)
		return;
	if (chip->irq_mask_ack) {
		chip->irq_mask_ack(d);
		return;
	}
	chip->irq_mask(d);
	if (chip->irq_ack)
		chip->irq_ack(d);
}

static inline void chained_irq_exit(struct irq_chip *chip, struct irq_desc *desc)
{
	if (chip->irq_eoi)
		chip->irq_eoi(&desc->irq_data);
	else
		chip->irq_unmask(&desc->irq_data);
}

#endif

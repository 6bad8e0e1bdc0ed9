/* SPDX-License-Identifier: GPL-2.0-only */
/* Masking this CPU's interrupts: what the hypervisor has for it. The flags are 1 where they were masked. */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

#include <linux/types.h>
unsigned long fv_irq_save(void);
void fv_irq_restore(unsigned long flags);
void fv_irq_enable(void);
bool fv_irqs_disabled(void);
static inline unsigned long arch_local_irq_save(void)
{
	return fv_irq_save();
}
static inline void arch_local_irq_restore(unsigned long flags)
{
	fv_irq_restore(flags);
}
static inline void arch_local_irq_disable(void)
{
	fv_irq_save();
}
static inline void arch_local_irq_enable(void)
{
	fv_irq_enable();
}
static inline unsigned long arch_local_save_flags(void)
{
	return fv_irqs_disabled();
}
static inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return flags != 0;
}
static inline bool arch_irqs_disabled(void)
{
	return fv_irqs_disabled();
}

#endif

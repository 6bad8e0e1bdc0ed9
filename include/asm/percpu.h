/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables that each CPU has for itself: where this CPU's are, and changes of them that nothing on it comes between. */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

#include <asm/irqflags.h>
unsigned int fv_smp_processor_id(void);
/* What to add to the address of such a variable. The first call makes the copies. */
unsigned long per_cpu_offset(unsigned int cpu);
/* Interrupts are masked meanwhile. */
#define __fv_this_cpu(pcp, op, val)                                                                                   \
	({                                                                                                                \
		unsigned long __irq = arch_local_irq_save();                                                                          \
		typeof(pcp) __value = (*this_cpu_ptr(&(pcp)) op(val));                                                        \
		arch_local_irq_restore(__irq);                                                                                        \
		__value;                                                                                                      \
	})
#define this_cpu_read(pcp) ({ unsigned long __irq = arch_local_irq_save(); typeof(pcp) __v = *this_cpu_ptr(&(pcp)); arch_local_irq_restore(__irq); __v; })
#define this_cpu_write(pcp, val) ((void)__fv_this_cpu(pcp, =, val))
#define this_cpu_add(pcp, val) ((void)__fv_this_cpu(pcp, +=, val))
#define this_cpu_sub(pcp, val) ((void)__fv_this_cpu(pcp, -=, val))
#define this_cpu_and(pcp, val) ((void)__fv_this_cpu(pcp, &=, val))
#define this_cpu_or(pcp, val) ((void)__fv_this_cpu(pcp, |=, val))
#define this_cpu_inc(pcp) this_cpu_add(pcp, 1)
#define this_cpu_dec(pcp) this_cpu_sub(pcp, 1)
#define this_cpu_add_return(pcp, val) __fv_this_cpu(pcp, +=, val)
#define this_cpu_inc_return(pcp) this_cpu_add_return(pcp, 1)

#endif

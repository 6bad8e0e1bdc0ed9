/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the code runs. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/preempt.h>
#include <linux/lockdep.h>
#include <linux/irqflags.h>
void synchronize_irq(unsigned int irq);

#endif

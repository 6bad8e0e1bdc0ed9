/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of exceptions. */
#ifndef _ASM_EXCEPTION_H
#define _ASM_EXCEPTION_H

#include <linux/linkage.h>
#define __exception_irq_entry

#endif

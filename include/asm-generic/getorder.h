/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of pages that hold a size. */
#ifndef _ASM_GENERIC_GETORDER_H
#define _ASM_GENERIC_GETORDER_H

#include <linux/log2.h>
#include <linux/compiler.h>
static inline __attribute_const__ int get_order(unsigned long size)
{
	return size <= 4096 ? 0 : fls64((size - 1) >> 12);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether memory is within other memory. */
#ifndef _ASM_GENERIC_SECTIONS_H
#define _ASM_GENERIC_SECTIONS_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Whether all of `virt` to `virt + size` is between `begin` and `end`. */
static inline bool memory_contains(void *begin, void *end, void *virt, size_t size)
{
	return virt >= begin && virt + size <= end;
}
/* Whether any of it is. */
static inline bool memory_intersects(void *begin, void *end, void *virt, size_t size)
{
	return virt < end && virt + size > begin;
}

#endif

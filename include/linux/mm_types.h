/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of memory management. */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <asm/page.h>
/* Size only: see asm/memory.h. */
struct page { unsigned char fv_no_state[64]; } __aligned(64);
struct mm_struct;
struct vm_area_struct;

#endif

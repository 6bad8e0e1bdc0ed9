/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of memory management. */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <asm/page.h>
/* Size only: see asm/memory.h. What drivers keep in `private` is not kept: to touch it is a fault. */
struct page {
	union {
		unsigned long private;
		unsigned char fv_no_state[64];
	};
} __aligned(64);
/* A page that is handed out in pieces, and what is left of it. */
struct page_frag {
	struct page *page;
	__u32 offset;
	__u32 size;
};
struct mm_struct;
struct vm_area_struct;

#endif

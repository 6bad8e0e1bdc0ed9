/* SPDX-License-Identifier: GPL-2.0-only */
/* The exception level. */
#ifndef _ASM_VIRT_H
#define _ASM_VIRT_H

#include <linux/types.h>
/* Drivers run at EL2. */
static inline bool is_kernel_in_hyp_mode(void) { return true; }
static inline bool is_hyp_mode_available(void) { return true; }

#endif

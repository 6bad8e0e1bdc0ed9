/* SPDX-License-Identifier: GPL-2.0-only */
/* Saved registers are the hypervisor's own affair. */
#ifndef _ASM_PTRACE_H
#define _ASM_PTRACE_H

struct pt_regs;

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* BUG stops the machine with a report: a call, since what the CPU would trap by is the hypervisor's own. */
#ifndef _ASM_BUG_H
#define _ASM_BUG_H

#ifndef __ASSEMBLY__
#include <linux/compiler.h>
void __noreturn fv_bug(const char *file, int line);
#define HAVE_ARCH_BUG
#define BUG() fv_bug(__FILE__, __LINE__)
#endif
#include <asm-generic/bug.h>

#endif

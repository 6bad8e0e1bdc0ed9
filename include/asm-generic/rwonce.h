/* SPDX-License-Identifier: GPL-2.0-only */
/* READ_ONCE and WRITE_ONCE: one access each, neither torn nor repeated nor left out. */
#ifndef _ASM_GENERIC_RWONCE_H
#define _ASM_GENERIC_RWONCE_H

#ifndef __ASSEMBLY__
#include <linux/compiler_types.h>
#define __READ_ONCE(x) (*(const volatile __unqual_scalar_typeof(x) *)&(x))
#define READ_ONCE(x) __READ_ONCE(x)
#define __WRITE_ONCE(x, val) do { *(volatile typeof(x) *)&(x) = (val); } while (0)
#define WRITE_ONCE(x, val) __WRITE_ONCE(x, val)
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)
#endif

#endif

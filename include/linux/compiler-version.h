/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing depends on the compiler's version beyond what __clang_major__ says. */
#ifndef _LINUX_COMPILER_VERSION_H
#define _LINUX_COMPILER_VERSION_H

#include <linux/kconfig.h>

#endif

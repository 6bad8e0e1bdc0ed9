/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomic operations: nothing is instrumented. */
#ifndef _LINUX_ATOMIC_ATOMIC_INSTRUMENTED_H
#define _LINUX_ATOMIC_ATOMIC_INSTRUMENTED_H

#include <linux/atomic.h>

#endif

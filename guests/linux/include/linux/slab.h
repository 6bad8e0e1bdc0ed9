/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's allocator, as far as Dhrystone asks for it. */
#ifndef BENCH_SLAB_H
#define BENCH_SLAB_H

#include <stdlib.h>

#define GFP_ATOMIC 0
#define kzalloc(size, flags) calloc(1, (size))
#define kfree(pointer) free(pointer)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables that each CPU has for itself. */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/percpu-defs.h>
#include <linux/types.h>
#include <linux/smp.h>
#include <linux/slab.h>
#include <linux/cleanup.h>
/* Zeroed; `size` rounded up to `align`, for each CPU. */
void __percpu *__alloc_percpu(size_t size, size_t align);
void free_percpu(void __percpu *ptr);
#define alloc_percpu(type) (typeof(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type))
#define alloc_percpu_gfp(type, gfp) alloc_percpu(type)

#endif

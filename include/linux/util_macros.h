/* SPDX-License-Identifier: GPL-2.0-only */
/* Searches in small tables, and pointers used only if something is configured. */
#ifndef _LINUX_UTIL_MACROS_H
#define _LINUX_UTIL_MACROS_H

#include <linux/compiler_attributes.h>
#include <linux/math.h>
#include <linux/typecheck.h>
#include <linux/stddef.h>
#define __find_closest(x, a, as, op)                                                                                  \
	({                                                                                                                \
		typeof(as) __fc_i, __fc_as = (as)-1;                                                                          \
		long __fc_mid_x, __fc_x = (x);                                                                                \
		long __fc_left, __fc_right;                                                                                   \
		typeof(*a) const *__fc_a = (a);                                                                               \
		for (__fc_i = 0; __fc_i < __fc_as; __fc_i++) {                                                                \
			__fc_mid_x = (__fc_a[__fc_i] + __fc_a[__fc_i + 1]) / 2;                                                   \
			if (__fc_x op __fc_mid_x) {                                                                               \
				__fc_left = __fc_x - __fc_a[__fc_i];                                                                  \
				__fc_right = __fc_a[__fc_i + 1] - __fc_x;                                                             \
				if ((__fc_right < __fc_left) == (0 op 1))                                                             \
					__fc_i++;                                                                                         \
				break;                                                                                                \
			}                                                                                                         \
		}                                                                                                             \
		(__fc_i);                                                                                                     \
	})
#define find_closest(x, a, as) __find_closest(x, a, as, <=)
/* For arrays that descend. */
#define find_closest_descending(x, a, as)                                                                             \
	({                                                                                                                \
		typeof(as) __fc_i, __fc_as = (as)-1;                                                                          \
		long __fc_x = (x);                                                                                            \
		typeof(*a) const *__fc_a = (a);                                                                               \
		for (__fc_i = 0; __fc_i < __fc_as; __fc_i++)                                                                  \
			if (2 * __fc_x >= (long)__fc_a[__fc_i] + (long)__fc_a[__fc_i + 1])                                        \
				break;                                                                                                \
		(__fc_i);                                                                                                     \
	})
#define is_insidevar(ptr, var)                                                                                        \
	((uintptr_t)(ptr) >= (uintptr_t)(var) && (uintptr_t)(ptr) < (uintptr_t)(var) + sizeof(var))
#ifndef PTR_IF
#define PTR_IF(cond, ptr) ((cond) ? (ptr) : NULL)
#endif
#define u64_to_user_ptr(x) ({ typecheck(u64, (x)); (void __user *)(uintptr_t)(x); })

#endif

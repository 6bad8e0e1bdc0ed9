/* SPDX-License-Identifier: GPL-2.0-only */
/* Averages that forget. */
#ifndef _LINUX_AVERAGE_H
#define _LINUX_AVERAGE_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/log2.h>

#define DECLARE_EWMA(name, _precision, _weight_rcp) \
	struct ewma_##name { \
		unsigned long internal; \
	}; \
	static inline void ewma_##name##_init(struct ewma_##name *e) { e->internal = 0; } \
	static inline unsigned long ewma_##name##_read(struct ewma_##name *e) { return e->internal >> (_precision); } \
	static inline void ewma_##name##_add(struct ewma_##name *e, unsigned long val) \
	{ \
		unsigned long before = READ_ONCE(e->internal), scaled = val << (_precision); \
		unsigned long shift = ilog2(_weight_rcp); \
		WRITE_ONCE(e->internal, before ? (((before << shift) - before) + scaled) >> shift : scaled); \
	}

#endif

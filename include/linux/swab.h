/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes and half words in the other order: the kernel's names. */
#ifndef _LINUX_SWAB_H
#define _LINUX_SWAB_H

#include <uapi/linux/swab.h>
#define swab16 __swab16
#define swab32 __swab32
#define swab64 __swab64
#define swab __swab
#define swahw32 __swahw32
#define swahb32 __swahb32
static __always_inline __u16 swab16p(const __u16 *p) { return __swab16(*p); }
static __always_inline __u32 swab32p(const __u32 *p) { return __swab32(*p); }
static __always_inline __u64 swab64p(const __u64 *p) { return __swab64(*p); }
static inline void swab16s(__u16 *p) { *p = __swab16(*p); }
static __always_inline void swab32s(__u32 *p) { *p = __swab32(*p); }
static __always_inline void swab64s(__u64 *p) { *p = __swab64(*p); }
static inline void swahw32s(__u32 *p) { *p = __swahw32(*p); }
static inline void swahb32s(__u32 *p) { *p = __swahb32(*p); }
static inline __u32 swahw32p(const __u32 *p) { return __swahw32(*p); }
static inline void swab16_array(u16 *buf, unsigned int words)
{
	while (words--)
		swab16s(buf++);
}
static inline void swab32_array(u32 *buf, unsigned int words)
{
	while (words--)
		swab32s(buf++);
}
static inline void swab64_array(u64 *buf, unsigned int words)
{
	while (words--)
		swab64s(buf++);
}

#endif

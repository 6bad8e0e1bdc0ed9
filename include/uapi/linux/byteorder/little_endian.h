/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the order of the CPU, which is little-endian, and a given one. */
#ifndef _UAPI_LINUX_BYTEORDER_LITTLE_ENDIAN_H
#define _UAPI_LINUX_BYTEORDER_LITTLE_ENDIAN_H

#include <linux/types.h>
#include <linux/swab.h>
#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN 1234
#endif
#define __LITTLE_ENDIAN_BITFIELD
#define __constant_cpu_to_le16(x) ((__force __le16)(__u16)(x))
#define __constant_le16_to_cpu(x) ((__force __u16)(__le16)(x))
#define __constant_cpu_to_be16(x) ((__force __be16)__swab16((x)))
#define __constant_be16_to_cpu(x) __swab16((__force __u16)(__be16)(x))
#define __cpu_to_le16(x) ((__force __le16)((__u16)(x)))
#define __le16_to_cpu(x) (((__force __u16)(__le16)(x)))
static __always_inline __le16 __cpu_to_le16p(const __u16 *p)
{
	return (__force __le16)(*p);
}
static __always_inline __u16 __le16_to_cpup(const __le16 *p)
{
	return ((__force __u16)*p);
}
static inline void __cpu_to_le16s(__u16 *p)
{
	(void)p;
}
static inline void __le16_to_cpus(__le16 *p)
{
	(void)p;
}
#define __cpu_to_be16(x) ((__force __be16)__swab16((__u16)(x)))
#define __be16_to_cpu(x) (__swab16((__force __u16)(__be16)(x)))
static __always_inline __be16 __cpu_to_be16p(const __u16 *p)
{
	return (__force __be16)__swab16(*p);
}
static __always_inline __u16 __be16_to_cpup(const __be16 *p)
{
	return __swab16((__force __u16)*p);
}
static inline void __cpu_to_be16s(__u16 *p)
{
	*(__u16 *)p = __swab16(*(__u16 *)p);
}
static inline void __be16_to_cpus(__be16 *p)
{
	*(__u16 *)p = __swab16(*(__u16 *)p);
}
#define __constant_cpu_to_le32(x) ((__force __le32)(__u32)(x))
#define __constant_le32_to_cpu(x) ((__force __u32)(__le32)(x))
#define __constant_cpu_to_be32(x) ((__force __be32)__swab32((x)))
#define __constant_be32_to_cpu(x) __swab32((__force __u32)(__be32)(x))
#define __cpu_to_le32(x) ((__force __le32)((__u32)(x)))
#define __le32_to_cpu(x) (((__force __u32)(__le32)(x)))
static __always_inline __le32 __cpu_to_le32p(const __u32 *p)
{
	return (__force __le32)(*p);
}
static __always_inline __u32 __le32_to_cpup(const __le32 *p)
{
	return ((__force __u32)*p);
}
static inline void __cpu_to_le32s(__u32 *p)
{
	(void)p;
}
static inline void __le32_to_cpus(__le32 *p)
{
	(void)p;
}
#define __cpu_to_be32(x) ((__force __be32)__swab32((__u32)(x)))
#define __be32_to_cpu(x) (__swab32((__force __u32)(__be32)(x)))
static __always_inline __be32 __cpu_to_be32p(const __u32 *p)
{
	return (__force __be32)__swab32(*p);
}
static __always_inline __u32 __be32_to_cpup(const __be32 *p)
{
	return __swab32((__force __u32)*p);
}
static inline void __cpu_to_be32s(__u32 *p)
{
	*(__u32 *)p = __swab32(*(__u32 *)p);
}
static inline void __be32_to_cpus(__be32 *p)
{
	*(__u32 *)p = __swab32(*(__u32 *)p);
}
#define __constant_cpu_to_le64(x) ((__force __le64)(__u64)(x))
#define __constant_le64_to_cpu(x) ((__force __u64)(__le64)(x))
#define __constant_cpu_to_be64(x) ((__force __be64)__swab64((x)))
#define __constant_be64_to_cpu(x) __swab64((__force __u64)(__be64)(x))
#define __cpu_to_le64(x) ((__force __le64)((__u64)(x)))
#define __le64_to_cpu(x) (((__force __u64)(__le64)(x)))
static __always_inline __le64 __cpu_to_le64p(const __u64 *p)
{
	return (__force __le64)(*p);
}
static __always_inline __u64 __le64_to_cpup(const __le64 *p)
{
	return ((__force __u64)*p);
}
static inline void __cpu_to_le64s(__u64 *p)
{
	(void)p;
}
static inline void __le64_to_cpus(__le64 *p)
{
	(void)p;
}
#define __cpu_to_be64(x) ((__force __be64)__swab64((__u64)(x)))
#define __be64_to_cpu(x) (__swab64((__force __u64)(__be64)(x)))
static __always_inline __be64 __cpu_to_be64p(const __u64 *p)
{
	return (__force __be64)__swab64(*p);
}
static __always_inline __u64 __be64_to_cpup(const __be64 *p)
{
	return __swab64((__force __u64)*p);
}
static inline void __cpu_to_be64s(__u64 *p)
{
	*(__u64 *)p = __swab64(*(__u64 *)p);
}
static inline void __be64_to_cpus(__be64 *p)
{
	*(__u64 *)p = __swab64(*(__u64 *)p);
}

#endif

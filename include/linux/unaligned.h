/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and stores at any address. */
#ifndef _LINUX_UNALIGNED_H
#define _LINUX_UNALIGNED_H

#include <linux/types.h>
#include <linux/byteorder/generic.h>
#define __get_unaligned_t(type, ptr) ({ const struct { type x; } __packed *__pptr = (typeof(__pptr))(ptr); __pptr->x; })
#define __put_unaligned_t(type, val, ptr) do { struct { type x; } __packed *__pptr = (typeof(__pptr))(ptr); __pptr->x = (val); } while (0)
#define get_unaligned(ptr) __get_unaligned_t(typeof(*(ptr)), (ptr))
#define put_unaligned(val, ptr) __put_unaligned_t(typeof(*(ptr)), (val), (ptr))
static inline u16 get_unaligned_le16(const void *p)
{
	return le16_to_cpu(__get_unaligned_t(__le16, p));
}
static inline void put_unaligned_le16(u16 val, void *p)
{
	__put_unaligned_t(__le16, cpu_to_le16(val), p);
}
static inline u16 get_unaligned_be16(const void *p)
{
	return be16_to_cpu(__get_unaligned_t(__be16, p));
}
static inline void put_unaligned_be16(u16 val, void *p)
{
	__put_unaligned_t(__be16, cpu_to_be16(val), p);
}
static inline u32 get_unaligned_le32(const void *p)
{
	return le32_to_cpu(__get_unaligned_t(__le32, p));
}
static inline void put_unaligned_le32(u32 val, void *p)
{
	__put_unaligned_t(__le32, cpu_to_le32(val), p);
}
static inline u32 get_unaligned_be32(const void *p)
{
	return be32_to_cpu(__get_unaligned_t(__be32, p));
}
static inline void put_unaligned_be32(u32 val, void *p)
{
	__put_unaligned_t(__be32, cpu_to_be32(val), p);
}
static inline u64 get_unaligned_le64(const void *p)
{
	return le64_to_cpu(__get_unaligned_t(__le64, p));
}
static inline void put_unaligned_le64(u64 val, void *p)
{
	__put_unaligned_t(__le64, cpu_to_le64(val), p);
}
static inline u64 get_unaligned_be64(const void *p)
{
	return be64_to_cpu(__get_unaligned_t(__be64, p));
}
static inline void put_unaligned_be64(u64 val, void *p)
{
	__put_unaligned_t(__be64, cpu_to_be64(val), p);
}
static inline u32 get_unaligned_le24(const void *at)
{
	const u8 *p = at;

	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16;
}
static inline void put_unaligned_le24(const u32 val, void *at)
{
	u8 *p = at;

	p[0] = (val >> 0) & 0xff;
	p[1] = (val >> 8) & 0xff;
	p[2] = (val >> 16) & 0xff;
}
static inline u32 get_unaligned_be24(const void *at)
{
	const u8 *p = at;

	return p[2] | (u32)p[1] << 8 | (u32)p[0] << 16;
}
static inline void put_unaligned_be24(const u32 val, void *at)
{
	u8 *p = at;

	p[2] = (val >> 0) & 0xff;
	p[1] = (val >> 8) & 0xff;
	p[0] = (val >> 16) & 0xff;
}
static inline u64 get_unaligned_le48(const void *at)
{
	const u8 *p = at;

	return p[0] | (u64)p[1] << 8 | (u64)p[2] << 16 | (u64)p[3] << 24 | (u64)p[4] << 32 | (u64)p[5] << 40;
}
static inline void put_unaligned_le48(const u64 val, void *at)
{
	u8 *p = at;

	p[0] = (val >> 0) & 0xff;
	p[1] = (val >> 8) & 0xff;
	p[2] = (val >> 16) & 0xff;
	p[3] = (val >> 24) & 0xff;
	p[4] = (val >> 32) & 0xff;
	p[5] = (val >> 40) & 0xff;
}
static inline u64 get_unaligned_be48(const void *at)
{
	const u8 *p = at;

	return p[5] | (u64)p[4] << 8 | (u64)p[3] << 16 | (u64)p[2] << 24 | (u64)p[1] << 32 | (u64)p[0] << 40;
}
static inline void put_unaligned_be48(const u64 val, void *at)
{
	u8 *p = at;

	p[5] = (val >> 0) & 0xff;
	p[4] = (val >> 8) & 0xff;
	p[3] = (val >> 16) & 0xff;
	p[2] = (val >> 24) & 0xff;
	p[1] = (val >> 32) & 0xff;
	p[0] = (val >> 40) & 0xff;
}

#endif

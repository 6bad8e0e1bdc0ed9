/* SPDX-License-Identifier: GPL-2.0-only */
/* Hexadecimal digits. */
#ifndef _LINUX_HEX_H
#define _LINUX_HEX_H

#include <linux/types.h>
extern const char hex_asc[17];
#define hex_asc_lo(x) hex_asc[((x) & 0x0f)]
#define hex_asc_hi(x) hex_asc[((x) & 0xf0) >> 4]
static inline char *hex_byte_pack(char *buf, u8 byte)
{
	*buf++ = hex_asc_hi(byte);
	*buf++ = hex_asc_lo(byte);
	return buf;
}
extern const char hex_asc_upper[17];
static inline char *hex_byte_pack_upper(char *buf, u8 byte)
{
	*buf++ = hex_asc_upper[byte >> 4];
	*buf++ = hex_asc_upper[byte & 0x0f];
	return buf;
}
/* The value of a digit; -1. */
int hex_to_bin(unsigned char ch);
/* 0, or -EINVAL. */
int __must_check hex2bin(u8 *dst, const char *src, size_t count);
char *bin2hex(char *dst, const void *src, size_t count);

#endif

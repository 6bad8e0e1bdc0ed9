/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of ciphers: combined, and compared in a time that does not tell where they differ. */
#ifndef _CRYPTO_UTILS_H
#define _CRYPTO_UTILS_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>
#include <linux/unaligned.h>

static inline void crypto_xor_cpy(u8 *dst, const u8 *src1, const u8 *src2, unsigned int size)
{
	while (size--)
		*dst++ = *src1++ ^ *src2++;
}

static inline void crypto_xor(u8 *dst, const u8 *src, unsigned int size)
{
	crypto_xor_cpy(dst, dst, src, size);
}

/* Other than 0 if they differ. */
static inline int crypto_memneq(const void *a, const void *b, size_t size)
{
	const volatile u8 *x = a, *y = b;
	u8 seen = 0;

	while (size--)
		seen |= *x++ ^ *y++;
	return seen;
}

#endif

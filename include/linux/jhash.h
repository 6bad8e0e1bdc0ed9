/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash of words: Bob Jenkins' lookup3 for three of them. */
#ifndef _LINUX_JHASH_H
#define _LINUX_JHASH_H

#include <linux/bitops.h>
#include <linux/unaligned.h>
#include <linux/types.h>

#define JHASH_INITVAL 0xdeadbeef
static inline u32 __jhash_nwords(u32 a, u32 b, u32 c, u32 initval)
{
	static const u8 turns[] = { 14, 11, 25, 16, 4, 14, 24 };
	u32 w[3] = { a + initval, b + initval, c + initval };

	for (int i = 0; i < 7; i++) {
		u32 *to = &w[(i + 2) % 3], from = w[(i + 1) % 3];

		*to ^= from;
		*to -= rol32(from, turns[i]);
	}
	return w[2];
}
static inline u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval)
{
	return __jhash_nwords(a, b, c, initval + JHASH_INITVAL + (3 << 2));
}
static inline u32 jhash_2words(u32 a, u32 b, u32 initval)
{
	return __jhash_nwords(a, b, 0, initval + JHASH_INITVAL + (2 << 2));
}
static inline u32 jhash_1word(u32 a, u32 initval)
{
	return __jhash_nwords(a, 0, 0, initval + JHASH_INITVAL + (1 << 2));
}

#endif

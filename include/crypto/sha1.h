/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes and the first state of SHA-1. */
#ifndef _CRYPTO_SHA1_H
#define _CRYPTO_SHA1_H

#include <linux/types.h>

#define SHA1_DIGEST_SIZE	20
#define SHA1_BLOCK_SIZE		64
#define SHA1_DIGEST_WORDS	(SHA1_DIGEST_SIZE / 4)

#define SHA1_H0	0x67452301UL
#define SHA1_H1	0xefcdab89UL
#define SHA1_H2	0x98badcfeUL
#define SHA1_H3	0x10325476UL
#define SHA1_H4	0xc3d2e1f0UL

/* The hash of no bytes. */
extern const u8 sha1_zero_message_hash[SHA1_DIGEST_SIZE];

struct sha1_state {
	u32 state[SHA1_DIGEST_SIZE / 4];
	u64 count;
	u8 buffer[SHA1_BLOCK_SIZE];
};

#endif

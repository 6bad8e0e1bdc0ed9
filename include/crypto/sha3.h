/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes of SHA-3: a block is what of the 200 bytes of state is not twice the digest. */
#ifndef __CRYPTO_SHA3_H__
#define __CRYPTO_SHA3_H__

#include <linux/types.h>

#define SHA3_224_DIGEST_SIZE	28
#define SHA3_224_BLOCK_SIZE	144
#define SHA3_256_DIGEST_SIZE	32
#define SHA3_256_BLOCK_SIZE	136
#define SHA3_384_DIGEST_SIZE	48
#define SHA3_384_BLOCK_SIZE	104
#define SHA3_512_DIGEST_SIZE	64
#define SHA3_512_BLOCK_SIZE	72

#endif

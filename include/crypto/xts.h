/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys of XTS, which are two of the cipher below. */
#ifndef _CRYPTO_XTS_H
#define _CRYPTO_XTS_H

#include <crypto/internal/skcipher.h>

#define XTS_BLOCK_SIZE 16

static inline int xts_verify_key(struct crypto_skcipher *tfm, const u8 *key, unsigned int keylen)
{
	if (keylen % 2)
		return -EINVAL;
	if ((crypto_skcipher_get_flags(tfm) & CRYPTO_TFM_REQ_FORBID_WEAK_KEYS) &&
	    !crypto_memneq(key, key + keylen / 2, keylen / 2))
		return -EINVAL;
	return 0;
}

#endif

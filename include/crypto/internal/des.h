/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether keys of DES are good enough for their user, who may forbid weak ones. */
#ifndef __CRYPTO_INTERNAL_DES_H
#define __CRYPTO_INTERNAL_DES_H

#include <linux/crypto.h>
#include <crypto/des.h>
#include <crypto/aead.h>
#include <crypto/skcipher.h>

/* One of the sixteen keys that undo each other. Parity bits do not count. */
bool fv_des_key_is_weak(const u8 *key);

static inline bool __fv_forbids_weak(struct crypto_tfm *tfm)
{
	return crypto_tfm_get_flags(tfm) & CRYPTO_TFM_REQ_FORBID_WEAK_KEYS;
}

static inline int crypto_des_verify_key(struct crypto_tfm *tfm, const u8 *key)
{
	return __fv_forbids_weak(tfm) && fv_des_key_is_weak(key) ? -EINVAL : 0;
}

/* Three keys of which two that follow each other are the same do no more than one. */
static inline int crypto_des3_ede_verify_key(struct crypto_tfm *tfm, const u8 *key)
{
	const u8 *second = key + DES_KEY_SIZE, *third = second + DES_KEY_SIZE;

	if (!__fv_forbids_weak(tfm))
		return 0;
	if (!memcmp(key, second, DES_KEY_SIZE) || !memcmp(second, third, DES_KEY_SIZE))
		return -ENOKEY;
	return 0;
}

static inline int verify_skcipher_des_key(struct crypto_skcipher *tfm, const u8 *key)
{
	return crypto_des_verify_key(crypto_skcipher_tfm(tfm), key);
}

static inline int verify_skcipher_des3_key(struct crypto_skcipher *tfm, const u8 *key)
{
	return crypto_des3_ede_verify_key(crypto_skcipher_tfm(tfm), key);
}

static inline int verify_aead_des_key(struct crypto_aead *tfm, const u8 *key, int keylen)
{
	return keylen == DES_KEY_SIZE ? crypto_des_verify_key(crypto_aead_tfm(tfm), key) : -EINVAL;
}

static inline int verify_aead_des3_key(struct crypto_aead *tfm, const u8 *key, int keylen)
{
	return keylen == DES3_EDE_KEY_SIZE ? crypto_des3_ede_verify_key(crypto_aead_tfm(tfm), key) : -EINVAL;
}

#endif

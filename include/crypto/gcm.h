/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes of GCM, and which tags it and its use in IPsec may have. */
#ifndef _CRYPTO_GCM_H
#define _CRYPTO_GCM_H

#include <linux/errno.h>
#include <crypto/aes.h>

#define GCM_AES_IV_SIZE		12
#define GCM_RFC4106_IV_SIZE	8
#define GCM_RFC4543_IV_SIZE	8

/* 4 and 8 bytes, and 12 to 16. */
static inline int crypto_gcm_check_authsize(unsigned int authsize)
{
	return authsize == 4 || authsize == 8 || (authsize >= 12 && authsize <= 16) ? 0 : -EINVAL;
}

static inline int crypto_rfc4106_check_authsize(unsigned int authsize)
{
	return authsize == 8 || authsize == 12 || authsize == 16 ? 0 : -EINVAL;
}

static inline int crypto_ipsec_check_assoclen(unsigned int assoclen)
{
	return assoclen == 16 || assoclen == 20 ? 0 : -EINVAL;
}

#endif

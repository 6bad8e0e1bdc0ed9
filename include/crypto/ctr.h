/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes of counters as IPsec has them. */
#ifndef _CRYPTO_CTR_H
#define _CRYPTO_CTR_H

#include <crypto/algapi.h>
#include <crypto/internal/skcipher.h>
#include <linux/string.h>
#include <linux/types.h>

#define CTR_RFC3686_NONCE_SIZE	4
#define CTR_RFC3686_IV_SIZE	8
#define CTR_RFC3686_BLOCK_SIZE	16

#endif

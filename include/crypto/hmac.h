/* SPDX-License-Identifier: GPL-2.0-only */
/* What keys of HMAC are combined with, inside and outside. */
#ifndef _CRYPTO_HMAC_H
#define _CRYPTO_HMAC_H

#define HMAC_IPAD_VALUE	0x36
#define HMAC_OPAD_VALUE	0x5c

#endif

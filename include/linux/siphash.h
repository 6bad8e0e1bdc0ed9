/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys of hashes. */
#ifndef _LINUX_SIPHASH_H
#define _LINUX_SIPHASH_H

#include <linux/types.h>
#include <linux/kernel.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

#endif

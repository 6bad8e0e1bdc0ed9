/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits. */
#ifndef _VDSO_BITS_H
#define _VDSO_BITS_H

#include <linux/bits.h>

#endif

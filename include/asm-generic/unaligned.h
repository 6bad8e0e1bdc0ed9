/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and stores at any address. */
#ifndef _ASM_GENERIC_UNALIGNED_H
#define _ASM_GENERIC_UNALIGNED_H

#include <linux/unaligned.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits of a long and of a long long. */
#ifndef _ASM_GENERIC_BITSPERLONG_H
#define _ASM_GENERIC_BITSPERLONG_H

#define BITS_PER_LONG 64
#ifndef BITS_PER_LONG_LONG
#define BITS_PER_LONG_LONG 64
#endif
#define small_const_nbits(nbits) (__builtin_constant_p(nbits) && (nbits) <= BITS_PER_LONG && (nbits) > 0)

#endif

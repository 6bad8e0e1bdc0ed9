/* SPDX-License-Identifier: GPL-2.0-only */
/* Polynomials of CRC-32: Ethernet's in both orders of bits, and Castagnoli's. */
#ifndef _LINUX_CRC32_POLY_H
#define _LINUX_CRC32_POLY_H

#define CRC32_POLY_LE	0xedb88320
#define CRC32_POLY_BE	0x04c11db7
#define CRC32C_POLY_LE	0x82f63b78

#endif

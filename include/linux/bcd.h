/* SPDX-License-Identifier: GPL-2.0-only */
/* Two decimal digits in a byte. */
#ifndef _LINUX_BCD_H
#define _LINUX_BCD_H

#include <linux/compiler.h>
#define bcd2bin(x) ((((unsigned char)(x)) & 0x0f) + (((unsigned char)(x)) >> 4) * 10)
#define bin2bcd(x) ((unsigned char)(((((x) / 10) << 4) + (x) % 10)))
#define bcd_is_valid(x) ({ const unsigned char __x = (x); ((__x & 0x0f) < 10) && ((__x >> 4) < 10); })
#define const_bcd2bin(x) bcd2bin(x)
#define const_bin2bcd(x) bin2bcd(x)
#define const_bcd_is_valid(x) bcd_is_valid(x)

#endif

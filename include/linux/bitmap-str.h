/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of bits as text. */
#ifndef _LINUX_BITMAP_STR_H
#define _LINUX_BITMAP_STR_H

#include <linux/types.h>
/* 0, -EINVAL, -ERANGE, -EOVERFLOW. Hexadecimal groups of 32 bits; ranges such as 0-3,5. */
int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *dst, int nbits);
int bitmap_parselist(const char *buf, unsigned long *maskp, int nmaskbits);
/* Into what is left of the page that `buf` lies in. */
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *maskp, int nmaskbits);

#endif

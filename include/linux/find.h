/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding set and clear bits. Where there is none the answer is the size. */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/bitops.h>
unsigned long _find_next_bit(const unsigned long *addr, unsigned long nbits, unsigned long start);
unsigned long _find_next_zero_bit(const unsigned long *addr, unsigned long nbits, unsigned long start);
unsigned long _find_next_and_bit(const unsigned long *addr1, const unsigned long *addr2, unsigned long nbits,
				 unsigned long start);
unsigned long _find_next_andnot_bit(const unsigned long *addr1, const unsigned long *addr2, unsigned long nbits,
				    unsigned long start);
unsigned long _find_next_or_bit(const unsigned long *addr1, const unsigned long *addr2, unsigned long nbits,
				unsigned long start);
unsigned long _find_last_bit(const unsigned long *addr, unsigned long nbits);
/* The n-th set bit, counted from 0. */
unsigned long __find_nth_bit(const unsigned long *addr, unsigned long nbits, unsigned long n);
unsigned long find_next_clump8(unsigned long *clump, const unsigned long *addr, unsigned long size,
			       unsigned long offset);
static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return _find_next_bit(addr, size, offset);
}
static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return _find_next_zero_bit(addr, size, offset);
}
static inline unsigned long find_next_and_bit(const unsigned long *addr1, const unsigned long *addr2,
					      unsigned long size, unsigned long offset)
{
	return _find_next_and_bit(addr1, addr2, size, offset);
}
static inline unsigned long find_next_andnot_bit(const unsigned long *addr1, const unsigned long *addr2,
						 unsigned long size, unsigned long offset)
{
	return _find_next_andnot_bit(addr1, addr2, size, offset);
}
static inline unsigned long find_next_or_bit(const unsigned long *addr1, const unsigned long *addr2,
					     unsigned long size, unsigned long offset)
{
	return _find_next_or_bit(addr1, addr2, size, offset);
}
static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return _find_next_bit(addr, size, 0);
}
static inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return _find_next_zero_bit(addr, size, 0);
}
static inline unsigned long find_first_and_bit(const unsigned long *addr1, const unsigned long *addr2,
					       unsigned long size)
{
	return _find_next_and_bit(addr1, addr2, size, 0);
}
static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	return _find_last_bit(addr, size);
}
static inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size, unsigned long n)
{
	return n >= size ? size : __find_nth_bit(addr, size, n);
}
static inline unsigned long find_next_bit_wrap(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	unsigned long bit = find_next_bit(addr, size, offset);

	if (bit < size || offset == 0)
		return bit;
	bit = find_first_bit(addr, offset);
	return bit < offset ? bit : size;
}
#define find_first_clump8(clump, bits, size) find_next_clump8((clump), (bits), (size), 0)
#define for_each_and_bit(bit, addr1, addr2, size)                                                                     \
	for ((bit) = 0; (bit) = find_next_and_bit((addr1), (addr2), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_andnot_bit(bit, addr1, addr2, size)                                                                  \
	for ((bit) = 0; (bit) = find_next_andnot_bit((addr1), (addr2), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_or_bit(bit, addr1, addr2, size)                                                                      \
	for ((bit) = 0; (bit) = find_next_or_bit((addr1), (addr2), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size) for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size)                                                                           \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit_from(bit, addr, size)                                                                      \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bitrange(b, e, addr, size)                                                                       \
	for ((b) = 0; (b) = find_next_bit((addr), (size), b),                                                             \
	     (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); (b) = (e) + 1)
#define for_each_clear_bitrange(b, e, addr, size)                                                                     \
	for ((b) = 0; (b) = find_next_zero_bit((addr), (size), b),                                                        \
	     (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); (b) = (e) + 1)
#define for_each_set_clump8(start, clump, bits, size)                                                                 \
	for ((start) = find_first_clump8(&(clump), (bits), (size)); (start) < (size);                                     \
	     (start) = find_next_clump8(&(clump), (bits), (size), (start) + 8))

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of bits. */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/bitmap-str.h>
struct device;
#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits) (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define bitmap_size(nbits) (ALIGN(nbits, BITS_PER_LONG) / BITS_PER_BYTE)
unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags);
unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags);
#define bitmap_alloc_node(nbits, flags, node) bitmap_alloc(nbits, flags)
#define bitmap_zalloc_node(nbits, flags, node) bitmap_zalloc(nbits, flags)
void bitmap_free(const unsigned long *bitmap);
DEFINE_FREE(bitmap, unsigned long *, if (_T) bitmap_free(_T))
unsigned long *devm_bitmap_alloc(struct device *dev, unsigned int nbits, gfp_t flags);
unsigned long *devm_bitmap_zalloc(struct device *dev, unsigned int nbits, gfp_t flags);
bool __bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits);
void __bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift, unsigned int nbits);
void __bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift, unsigned int nbits);
unsigned int __bitmap_weight(const unsigned long *bitmap, unsigned int nbits);
void __bitmap_set(unsigned long *map, unsigned int start, int len);
void __bitmap_clear(unsigned long *map, unsigned int start, int len);
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size, unsigned long start,
					     unsigned int nr, unsigned long align_mask, unsigned long align_offset);
static __always_inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
								unsigned long start, unsigned int nr,
								unsigned long align_mask)
{
	return bitmap_find_next_zero_area_off(map, size, start, nr, align_mask, 0);
}
void bitmap_remap(unsigned long *dst, const unsigned long *src, const unsigned long *old, const unsigned long *fresh,
		  unsigned int nbits);
int bitmap_bitremap(int oldbit, const unsigned long *old, const unsigned long *fresh, int bits);
int bitmap_find_free_region(unsigned long *bitmap, unsigned int bits, int order);
void bitmap_release_region(unsigned long *bitmap, unsigned int pos, int order);
int bitmap_allocate_region(unsigned long *bitmap, unsigned int pos, int order);
void bitmap_from_arr32(unsigned long *bitmap, const u32 *buf, unsigned int nbits);
void bitmap_to_arr32(u32 *buf, const unsigned long *bitmap, unsigned int nbits);
void bitmap_cut(unsigned long *dst, const unsigned long *src, unsigned int first, unsigned int cut, unsigned int nbits);
static __always_inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, bitmap_size(nbits));
}
static __always_inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, bitmap_size(nbits));
}
static __always_inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}
static __always_inline void bitmap_copy_clear_tail(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	bitmap_copy(dst, src, nbits);
	if (nbits % BITS_PER_LONG)
		dst[nbits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(nbits);
}
#define __FV_BITMAP_OP(name, expr)                                                                                    \
	static inline bool name(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)   \
	{                                                                                                                 \
		unsigned long any = 0;                                                                                        \
		for (unsigned int k = 0; k < BITS_TO_LONGS(nbits); k++) {                                                     \
			unsigned long mask = (k + 1) * BITS_PER_LONG > nbits ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL;               \
			dst[k] = (expr);                                                                                          \
			any |= dst[k] & mask;                                                                                     \
		}                                                                                                             \
		return any != 0;                                                                                              \
	}
__FV_BITMAP_OP(bitmap_and, a[k] & b[k] & mask)
__FV_BITMAP_OP(bitmap_or, a[k] | b[k])
__FV_BITMAP_OP(bitmap_xor, a[k] ^ b[k])
__FV_BITMAP_OP(bitmap_andnot, a[k] & ~b[k] & mask)
#undef __FV_BITMAP_OP
static inline void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	for (unsigned int k = 0; k < BITS_TO_LONGS(nbits); k++)
		dst[k] = ~src[k];
}
static inline void bitmap_replace(unsigned long *dst, const unsigned long *old, const unsigned long *fresh,
				  const unsigned long *mask, unsigned int nbits)
{
	for (unsigned int k = 0; k < BITS_TO_LONGS(nbits); k++)
		dst[k] = (old[k] & ~mask[k]) | (fresh[k] & mask[k]);
}
static __always_inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return __bitmap_equal(a, b, nbits);
}
static inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_first_and_bit(a, b, nbits) < nbits;
}
static inline bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_andnot_bit(a, b, nbits, 0) >= nbits;
}
static __always_inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) >= nbits;
}
static __always_inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) >= nbits;
}
static __always_inline unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	return __bitmap_weight(src, nbits);
}
static __always_inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	__bitmap_set(map, start, nbits);
}
static __always_inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	__bitmap_clear(map, start, nbits);
}
static __always_inline void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
					       unsigned int nbits)
{
	__bitmap_shift_right(dst, src, shift, nbits);
}
static __always_inline void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
					      unsigned int nbits)
{
	__bitmap_shift_left(dst, src, shift, nbits);
}
#define bitmap_from_arr64(bitmap, buf, nbits) bitmap_copy_clear_tail((unsigned long *)(bitmap), (const unsigned long *)(buf), (nbits))
#define bitmap_to_arr64(buf, bitmap, nbits) bitmap_copy_clear_tail((unsigned long *)(buf), (const unsigned long *)(bitmap), (nbits))
static __always_inline void bitmap_from_u64(unsigned long *dst, u64 mask)
{
	bitmap_from_arr64(dst, &mask, 64);
}
static __always_inline unsigned long bitmap_read(const unsigned long *map, unsigned long start, unsigned long nbits)
{
	size_t index = BIT_WORD(start);
	unsigned long offset = start % BITS_PER_LONG, low;

	if (!nbits || nbits > BITS_PER_LONG)
		return 0;
	low = map[index] >> offset;
	if (offset && offset + nbits > BITS_PER_LONG)
		low |= map[index + 1] << (BITS_PER_LONG - offset);
	return low & BITMAP_LAST_WORD_MASK(nbits);
}
static __always_inline void bitmap_write(unsigned long *map, unsigned long value, unsigned long start,
					 unsigned long nbits)
{
	size_t index = BIT_WORD(start);
	unsigned long offset = start % BITS_PER_LONG, mask;

	if (!nbits || nbits > BITS_PER_LONG)
		return;
	mask = BITMAP_LAST_WORD_MASK(nbits);
	value &= mask;
	map[index] = (map[index] & ~(mask << offset)) | (value << offset);
	if (offset && offset + nbits > BITS_PER_LONG)
		map[index + 1] = (map[index + 1] & ~(mask >> (BITS_PER_LONG - offset))) | (value >> (BITS_PER_LONG - offset));
}
#define bitmap_get_value8(map, start) bitmap_read(map, start, BITS_PER_BYTE)
#define bitmap_set_value8(map, value, start) bitmap_write(map, value, start, BITS_PER_BYTE)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of sizes, escapes, and cases. */
#ifndef _LINUX_STRING_HELPERS_H
#define _LINUX_STRING_HELPERS_H

#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/string_choices.h>
#include <linux/string.h>
#include <linux/types.h>
struct device;
enum string_size_units {
	STRING_UNITS_10,
	STRING_UNITS_2,
	STRING_UNITS_MASK = BIT(0),
	STRING_UNITS_NO_SPACE = BIT(30),
	STRING_UNITS_NO_BYTES = BIT(31),
};
/* Writes at most len bytes with the zero; the length that the text has. */
int string_get_size(u64 size, u64 blk_size, const enum string_size_units units, char *buf, int len);
static inline void string_upper(char *dst, const char *src)
{
	do
		*dst++ = toupper(*src);
	while (*src++);
}
static inline void string_lower(char *dst, const char *src)
{
	do
		*dst++ = tolower(*src);
	while (*src++);
}
static inline bool string_is_terminated(const char *s, int len)
{
	return memchr(s, '\0', len) ? true : false;
}
char **kasprintf_strarray(gfp_t gfp, const char *prefix, size_t n);
void kfree_strarray(char **array, size_t n);
char **devm_kasprintf_strarray(struct device *dev, const char *prefix, size_t n);

#endif

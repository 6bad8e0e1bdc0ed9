/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings and memory. */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/args.h>
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/stdarg.h>
#include <asm/string.h>
#include <uapi/linux/string.h>
char *strndup_user(const char __user *s, long n);
void *memdup_user(const void __user *s, size_t len);
void *vmemdup_user(const void __user *s, size_t len);
void *memdup_user_nul(const void __user *s, size_t len);
char *strcpy(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
char *strcat(char *dst, const char *src);
char *strncat(char *dst, const char *src, size_t n);
size_t strlcat(char *dst, const char *src, size_t n);
ssize_t sized_strscpy(char *dst, const char *src, size_t size);
/* Copies and ends with a zero byte; the length, or -E2BIG if the text was cut. */
#define __strscpy0(dst, src, ...) sized_strscpy(dst, src, sizeof(dst) + __must_be_array(dst))
#define __strscpy1(dst, src, size) sized_strscpy(dst, src, size)
#define strscpy(dst, src, ...) CONCATENATE(__strscpy, COUNT_ARGS(__VA_ARGS__))(dst, src, __VA_ARGS__)
ssize_t sized_strscpy_pad(char *dst, const char *src, size_t size);
#define __strscpy_pad0(dst, src, ...) sized_strscpy_pad(dst, src, sizeof(dst) + __must_be_array(dst))
#define __strscpy_pad1(dst, src, size) sized_strscpy_pad(dst, src, size)
#define strscpy_pad(dst, src, ...) CONCATENATE(__strscpy_pad, COUNT_ARGS(__VA_ARGS__))(dst, src, __VA_ARGS__)
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchrnul(const char *s, int c);
char *strnchrnul(const char *s, size_t n, int c);
char *strnchr(const char *s, size_t n, int c);
char *__must_check skip_spaces(const char *s);
char *strim(char *s);
static inline __must_check char *strstrip(char *str)
{
	return strim(str);
}
char *strstr(const char *s, const char *what);
char *strnstr(const char *s, const char *what, size_t len);
char *strpbrk(const char *s, const char *any);
char *strsep(char **s, const char *any);
size_t strspn(const char *s, const char *any);
size_t strcspn(const char *s, const char *any);
void *memset16(uint16_t *s, uint16_t v, size_t n);
void *memset32(uint32_t *s, uint32_t v, size_t n);
void *memset64(uint64_t *s, uint64_t v, size_t n);
static inline void *memset_l(unsigned long *p, unsigned long v, size_t n)
{
	return memset64((uint64_t *)p, v, n);
}
static inline void *memset_p(void **p, void *v, size_t n)
{
	return memset64((uint64_t *)p, (uintptr_t)v, n);
}
void *memscan(void *s, int c, size_t n);
int bcmp(const void *a, const void *b, size_t n);
void *memchr_inv(const void *s, int c, size_t n);
char *strreplace(char *s, char old, char fresh);
static inline void memcpy_flushcache(void *dst, const void *src, size_t n)
{
	memcpy(dst, src, n);
}
#define unsafe_memcpy(dst, src, bytes, justification) memcpy(dst, src, bytes)
#define kfree_const(x) kfree_const(x)
void (kfree_const)(const void *x);
char *kstrdup(const char *s, gfp_t gfp);
const char *kstrdup_const(const char *s, gfp_t gfp);
char *kstrndup(const char *s, size_t len, gfp_t gfp);
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp);
void *kmemdup_noprof(const void *src, size_t len, gfp_t gfp);
#define kmemdup(src, len, gfp) kmemdup_noprof(src, len, gfp)
void *kvmemdup(const void *src, size_t len, gfp_t gfp);
void *kmemdup_array(const void *src, size_t count, size_t element_size, gfp_t gfp);
char **argv_split(gfp_t gfp, const char *str, int *argcp);
void argv_free(char **argv);
int get_option(char **str, int *pint);
char *get_options(const char *str, int nints, int *ints);
unsigned long long memparse(const char *ptr, char **retp);
bool parse_option_str(const char *str, const char *option);
char *next_arg(char *args, char **param, char **val);
bool sysfs_streq(const char *s1, const char *s2);
int match_string(const char *const *array, size_t n, const char *string);
int __sysfs_match_string(const char *const *array, size_t n, const char *s);
#define sysfs_match_string(_a, _s) __sysfs_match_string(_a, ARRAY_SIZE(_a), _s)
ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *ppos, const void *from, size_t available);
static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}
size_t memweight(const void *ptr, size_t bytes);
static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	barrier_data(s);
}
static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}
static __always_inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) == 0 ? len : 0;
}
void memcpy_and_pad(void *dest, size_t dest_len, const void *src, size_t count, int pad);
#define memset_after(obj, v, member)                                                                                  \
	({                                                                                                                \
		u8 *__ptr = (u8 *)(obj);                                                                                      \
		typeof(v) __val = (v);                                                                                        \
		memset(__ptr + offsetofend(typeof(*(obj)), member), __val,                                                    \
		       sizeof(*(obj)) - offsetofend(typeof(*(obj)), member));                                                 \
	})
#define memset_startat(obj, v, member)                                                                                \
	({                                                                                                                \
		u8 *__ptr = (u8 *)(obj);                                                                                      \
		typeof(v) __val = (v);                                                                                        \
		memset(__ptr + offsetof(typeof(*(obj)), member), __val, sizeof(*(obj)) - offsetof(typeof(*(obj)), member));   \
	})
#define strtomem(dest, src)                                                                                           \
	do {                                                                                                              \
		const size_t _dest_len = sizeof(dest);                                                                        \
		const size_t _src_len = strlen(src);                                                                          \
		memcpy(dest, src, _src_len < _dest_len ? _src_len : _dest_len);                                               \
	} while (0)
#define strtomem_pad(dest, src, pad)                                                                                  \
	do {                                                                                                              \
		const size_t _src_len = strlen(src);                                                                          \
		memcpy_and_pad(dest, sizeof(dest), src, _src_len < sizeof(dest) ? _src_len : sizeof(dest), pad);              \
	} while (0)
#define memtostr(dest, src)                                                                                           \
	do {                                                                                                              \
		size_t _n = strnlen(src, sizeof(src));                                                                        \
		_n = _n < sizeof(dest) - 1 ? _n : sizeof(dest) - 1;                                                           \
		memcpy(dest, src, _n);                                                                                        \
		(dest)[_n] = '\0';                                                                                            \
	} while (0)

#endif

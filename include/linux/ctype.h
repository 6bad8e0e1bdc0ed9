/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of character; of ISO 8859-1. */
#ifndef _LINUX_CTYPE_H
#define _LINUX_CTYPE_H

#include <linux/compiler.h>
#include <linux/types.h>
static inline int isdigit(int c) { return '0' <= c && c <= '9'; }
static inline int isodigit(const char c) { return c >= '0' && c <= '7'; }
static inline int islower(int ch)
{
	unsigned char c = ch;

	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
}
static inline int isupper(int ch)
{
	unsigned char c = ch;

	return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}
static inline int isalpha(int c) { return islower(c) || isupper(c); }
static inline int isalnum(int c) { return isalpha(c) || isdigit((unsigned char)c); }
static inline int isascii(int c) { return ((unsigned char)c) <= 0x7f; }
#define toascii(c) (((unsigned char)(c)) & 0x7f)
static inline int iscntrl(int ch)
{
	unsigned char c = ch;

	return c < 0x20 || c == 0x7f;
}
static inline int isspace(int ch)
{
	unsigned char c = ch;

	return (c >= 9 && c <= 13) || c == ' ' || c == 0xa0;
}
static inline int isprint(int ch)
{
	unsigned char c = ch;

	return (c >= 0x20 && c < 0x7f) || c >= 0xa0;
}
static inline int isgraph(int ch) { return isprint(ch) && (unsigned char)ch != ' ' && (unsigned char)ch != 0xa0; }
static inline int ispunct(int c) { return isgraph(c) && !isalnum(c); }
static inline int isxdigit(int ch)
{
	unsigned char c = ch;

	return isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static inline unsigned char __tolower(unsigned char c) { return isupper(c) ? c + 32 : c; }
static inline unsigned char __toupper(unsigned char c) { return islower(c) && c != 0xdf && c != 0xff ? c - 32 : c; }
#define tolower(c) __tolower(c)
#define toupper(c) __toupper(c)
static inline char _tolower(const char c) { return c | 0x20; }

#endif

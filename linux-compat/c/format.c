// SPDX-License-Identifier: GPL-2.0-only
/* Text from values: the entry points that take any number of arguments. */
#include "variadic.h"

int N(vsnprintf)(char *buf, size_t size, const char *fmt, va_list args)
{
	struct fv_va va;
	int length;

	va_copy(va.ap, args);
	length = fv_format(buf, size, fmt, &va);
	va_end(va.ap);
	return length;
}

/* The length that was written, without the zero. */
static int cut(int length, size_t size)
{
	if ((size_t)length < size)
		return length;
	return size ? (int)(size - 1) : 0;
}

int N(vscnprintf)(char *buf, size_t size, const char *fmt, va_list args)
{
	return cut(N(vsnprintf)(buf, size, fmt, args), size);
}

int N(vsprintf)(char *buf, const char *fmt, va_list args)
{
	return N(vsnprintf)(buf, 0x7fffffff, fmt, args);
}

int N(snprintf)(char *buf, size_t size, const char *fmt, ...)
{
	int length;

	WITH_ARGS(fmt, length = fv_format(buf, size, fmt, &va));
	return length;
}

int N(scnprintf)(char *buf, size_t size, const char *fmt, ...)
{
	int length;

	WITH_ARGS(fmt, length = fv_format(buf, size, fmt, &va));
	return cut(length, size);
}

int N(sprintf)(char *buf, const char *fmt, ...)
{
	int length;

	WITH_ARGS(fmt, length = fv_format(buf, 0x7fffffff, fmt, &va));
	return length;
}

char *N(kvasprintf)(gfp_t gfp, const char *fmt, va_list args)
{
	struct fv_va va;
	char *text;

	va_copy(va.ap, args);
	text = fv_format_alloc(gfp, fmt, &va);
	va_end(va.ap);
	return text;
}

const char *N(kvasprintf_const)(gfp_t gfp, const char *fmt, va_list args)
{
	return N(kvasprintf)(gfp, fmt, args);
}

char *N(kasprintf)(gfp_t gfp, const char *fmt, ...)
{
	char *text;

	WITH_ARGS(fmt, text = fv_format_alloc(gfp, fmt, &va));
	return text;
}

int N(vsscanf)(const char *buf, const char *fmt, va_list args)
{
	struct fv_va va;
	int count;

	va_copy(va.ap, args);
	count = fv_scan(buf, fmt, &va);
	va_end(va.ap);
	return count;
}

int N(sscanf)(const char *buf, const char *fmt, ...)
{
	int count;

	WITH_ARGS(fmt, count = fv_scan(buf, fmt, &va));
	return count;
}

/* Names of statistics: places of 32 bytes in a list. */
void N(ethtool_sprintf)(unsigned char **data, const char *fmt, ...)
{
	WITH_ARGS(fmt, fv_format((char *)*data, 32, fmt, &va));
	*data += 32;
}

/* Rooms of attributes are a page. */
static int room(const char *buf, int at)
{
	return at < 0 || at >= 4096 || ((unsigned long)buf & 4095) ? 0 : 4096 - at;
}

int N(sysfs_emit)(char *buf, const char *fmt, ...)
{
	int length;

	WITH_ARGS(fmt, length = cut(fv_format(buf, room(buf, 0), fmt, &va), room(buf, 0)));
	return length;
}

int N(sysfs_emit_at)(char *buf, int at, const char *fmt, ...)
{
	int length;

	WITH_ARGS(fmt, length = cut(fv_format(buf + at, room(buf, at), fmt, &va), room(buf, at)));
	return length;
}

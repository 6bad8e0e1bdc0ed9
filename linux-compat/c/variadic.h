/* SPDX-License-Identifier: GPL-2.0-only */
/* What the C files of the shim share: they compile for the image, and for the host, where tests call them. */
#ifndef FERROVISOR_VARIADIC_H
#define FERROVISOR_VARIADIC_H

#ifdef FERROVISOR_HOST
/* The host has functions of these names already. */
#define N(name) fv_host_##name
typedef __SIZE_TYPE__ size_t;
typedef __builtin_va_list va_list;
typedef unsigned int gfp_t;
typedef _Bool bool;
#define va_start(v, l) __builtin_va_start(v, l)
#define va_end(v) __builtin_va_end(v)
#define va_arg(v, T) __builtin_va_arg(v, T)
#define va_copy(d, s) __builtin_va_copy(d, s)
#define NULL ((void *)0)
#define __noreturn __attribute__((__noreturn__))
struct va_format {
	const char *fmt;
	va_list *va;
};
#else
#define N(name) name
#include <linux/types.h>
#include <linux/stdarg.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#endif

struct device;
struct seq_file;
struct kobject;

/* Arguments yet to be drawn. Rust knows its size only: at most 32 bytes. */
struct fv_va {
	va_list ap;
};
_Static_assert(sizeof(struct fv_va) <= 32, "Rust reserves 32 bytes");

/* Formats in Rust; the length that the whole text has. `end` bytes fit, the zero included. */
int fv_format(char *buf, size_t size, const char *fmt, struct fv_va *va);
char *fv_format_alloc(gfp_t gfp, const char *fmt, struct fv_va *va);
int fv_scan(const char *buf, const char *fmt, struct fv_va *va);
int fv_printk(const char *level, const struct device *dev, const char *fmt, struct fv_va *va);

#define WITH_ARGS(last, statement)                                                                                    \
	do {                                                                                                              \
		struct fv_va va;                                                                                              \
		va_start(va.ap, last);                                                                                        \
		statement;                                                                                                    \
		va_end(va.ap);                                                                                                \
	} while (0)

#endif

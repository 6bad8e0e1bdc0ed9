// SPDX-License-Identifier: GPL-2.0-only
/* Rust draws arguments by these: what a va_list is, only the C compiler knows. */
#include "variadic.h"

unsigned int fv_va_u32(struct fv_va *va)
{
	return va_arg(va->ap, unsigned int);
}

unsigned long long fv_va_u64(struct fv_va *va)
{
	return va_arg(va->ap, unsigned long long);
}

void *fv_va_ptr(struct fv_va *va)
{
	return va_arg(va->ap, void *);
}

/* %pV: a format and its arguments by a pointer to both. Ended by fv_va_done. */
const char *fv_va_nested(const struct va_format *format, struct fv_va *va)
{
	va_copy(va->ap, *format->va);
	return format->fmt;
}

void fv_va_copy(struct fv_va *va, struct fv_va *out)
{
	va_copy(out->ap, va->ap);
}

void fv_va_done(struct fv_va *va)
{
	va_end(va->ap);
}

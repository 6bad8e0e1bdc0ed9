/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules that code asks for: there are none to be loaded, as in a Linux without CONFIG_MODULES. */
#ifndef _LINUX_KMOD_H
#define _LINUX_KMOD_H

#include <linux/errno.h>

static inline __printf(1, 2) int request_module(const char *name, ...)
{
	return -ENOSYS;
}

static inline __printf(1, 2) int request_module_nowait(const char *name, ...)
{
	return -ENOSYS;
}

#define try_then_request_module(x, mod...)	(x)

#endif

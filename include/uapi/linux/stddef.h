/* SPDX-License-Identifier: GPL-2.0-only */
/* NULL and fields. */
#ifndef _UAPI_LINUX_STDDEF_H
#define _UAPI_LINUX_STDDEF_H

#include <linux/stddef.h>

#endif

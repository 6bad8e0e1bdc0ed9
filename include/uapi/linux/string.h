/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings and memory. */
#ifndef _UAPI_LINUX_STRING_H
#define _UAPI_LINUX_STRING_H

#include <linux/string.h>

#endif

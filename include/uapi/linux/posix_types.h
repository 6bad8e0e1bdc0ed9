/* SPDX-License-Identifier: GPL-2.0-only */
/* The base types of POSIX. */
#ifndef _UAPI_LINUX_POSIX_TYPES_H
#define _UAPI_LINUX_POSIX_TYPES_H

#include <linux/posix_types.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits. */
#ifndef _UAPI_LINUX_LIMITS_H
#define _UAPI_LINUX_LIMITS_H

#include <linux/limits.h>

#endif

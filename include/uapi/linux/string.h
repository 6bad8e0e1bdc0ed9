/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux's hides the kernel's functions from user programs: there are none here. */
#ifndef _UAPI_LINUX_STRING_H
#define _UAPI_LINUX_STRING_H

#include <linux/string.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* File modes. */
#ifndef _UAPI_LINUX_STAT_H
#define _UAPI_LINUX_STAT_H

#include <linux/stat.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes in the other order. */
#ifndef _UAPI_LINUX_SWAB_H
#define _UAPI_LINUX_SWAB_H

#include <linux/swab.h>

#endif

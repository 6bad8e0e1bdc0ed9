/* SPDX-License-Identifier: GPL-2.0-only */
/* A little-endian CPU. */
#ifndef _LINUX_BYTEORDER_LITTLE_ENDIAN_H
#define _LINUX_BYTEORDER_LITTLE_ENDIAN_H

#include <linux/byteorder/generic.h>

#endif

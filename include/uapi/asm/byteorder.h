/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of bytes of this CPU. */
#ifndef _UAPI_ASM_BYTEORDER_H
#define _UAPI_ASM_BYTEORDER_H

#include <linux/byteorder/little_endian.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* A forwarder in Linux, too: arm64 chooses by the byte order. */
#ifndef _UAPI_ASM_BYTEORDER_H
#define _UAPI_ASM_BYTEORDER_H

#include <linux/byteorder/little_endian.h>

#endif

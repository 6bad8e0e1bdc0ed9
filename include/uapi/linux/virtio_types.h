/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in the byte order of a virtio device. */
#ifndef _UAPI_LINUX_VIRTIO_TYPES_H
#define _UAPI_LINUX_VIRTIO_TYPES_H

#include <linux/types.h>

typedef __u16 __bitwise __virtio16;
typedef __u32 __bitwise __virtio32;
typedef __u64 __bitwise __virtio64;

#endif

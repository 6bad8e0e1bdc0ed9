/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in the byte order of a virtio device: little, or the CPU's, which is the same. */
#ifndef _LINUX_VIRTIO_BYTEORDER_H
#define _LINUX_VIRTIO_BYTEORDER_H

#include <linux/types.h>
#include <uapi/linux/virtio_types.h>

static inline bool virtio_legacy_is_little_endian(void) { return true; }
#define FV_VIRTIO_ORDER(bits) \
	static inline u##bits __virtio##bits##_to_cpu(bool little_endian, __virtio##bits val) \
	{ \
		return (__force u##bits)val; \
	} \
	static inline __virtio##bits __cpu_to_virtio##bits(bool little_endian, u##bits val) \
	{ \
		return (__force __virtio##bits)val; \
	}
FV_VIRTIO_ORDER(16)
FV_VIRTIO_ORDER(32)
FV_VIRTIO_ORDER(64)

#endif

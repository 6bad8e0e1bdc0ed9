/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifiers of 128 bits. */
#ifndef _LINUX_UUID_H
#define _LINUX_UUID_H

#include <linux/string.h>
#include <linux/types.h>
#define UUID_SIZE 16
typedef struct { __u8 b[UUID_SIZE]; } guid_t;
typedef struct { __u8 b[UUID_SIZE]; } uuid_t;
typedef struct { __u8 b[UUID_SIZE]; } uuid_le;
#define UUID_STRING_LEN 36
#define GUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                                            \
	((guid_t){ { (a)&0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff, (b)&0xff, ((b) >> 8) & 0xff,    \
		     (c)&0xff, ((c) >> 8) & 0xff, (d0), (d1), (d2), (d3), (d4), (d5), (d6), (d7) } })
#define UUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                                            \
	((uuid_t){ { ((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a)&0xff, ((b) >> 8) & 0xff, (b)&0xff,    \
		     ((c) >> 8) & 0xff, (c)&0xff, (d0), (d1), (d2), (d3), (d4), (d5), (d6), (d7) } })
static inline bool guid_equal(const guid_t *u1, const guid_t *u2) { return memcmp(u1, u2, sizeof(guid_t)) == 0; }
static inline void guid_copy(guid_t *dst, const guid_t *src) { *dst = *src; }
static inline bool uuid_equal(const uuid_t *u1, const uuid_t *u2) { return memcmp(u1, u2, sizeof(uuid_t)) == 0; }
static inline void uuid_copy(uuid_t *dst, const uuid_t *src) { *dst = *src; }

#endif

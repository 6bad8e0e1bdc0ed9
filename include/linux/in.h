/* SPDX-License-Identifier: GPL-2.0-only */
/* Protocols and addresses of IPv4. */
#ifndef _LINUX_IN_H
#define _LINUX_IN_H

#include <linux/errno.h>
#include <uapi/linux/in.h>
#include <asm/byteorder.h>

static inline bool ipv4_is_multicast(__be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xe0000000);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Families and addresses of sockets. There are no sockets: what stands here is for fields and requests of devices. */
#ifndef _LINUX_SOCKET_H
#define _LINUX_SOCKET_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/uio.h>
#include <linux/sockios.h>
#include <uapi/linux/socket.h>

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_VSOCK 40
#define PF_INET AF_INET
#define PF_INET6 AF_INET6
#define PF_PACKET AF_PACKET

typedef __kernel_sa_family_t sa_family_t;
struct sockaddr {
	sa_family_t sa_family;
	union {
		char sa_data_min[14];
		DECLARE_FLEX_ARRAY(char, sa_data);
	};
};
#define sockaddr_storage __kernel_sockaddr_storage

#endif

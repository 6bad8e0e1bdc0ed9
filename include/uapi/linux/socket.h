/* SPDX-License-Identifier: GPL-2.0-only */
/* Room for an address of any family. */
#ifndef _UAPI_LINUX_SOCKET_H
#define _UAPI_LINUX_SOCKET_H

typedef unsigned short __kernel_sa_family_t;
#define _K_SS_MAXSIZE 128
struct __kernel_sockaddr_storage {
	union {
		struct {
			__kernel_sa_family_t ss_family;
			char __data[_K_SS_MAXSIZE - sizeof(unsigned short)];
		};
		void *__align;
	};
};

#endif

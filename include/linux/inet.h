/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses as text. */
#ifndef _LINUX_INET_H
#define _LINUX_INET_H

#include <linux/types.h>
#include <linux/socket.h>
#include <linux/in.h>

#define INET_ADDRSTRLEN 16
#define INET6_ADDRSTRLEN 48

#endif

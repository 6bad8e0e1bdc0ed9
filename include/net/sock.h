/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NET_SOCK_H
#define _NET_SOCK_H

#include <linux/netdevice.h>

#endif

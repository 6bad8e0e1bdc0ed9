/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of IPv6. */
#ifndef _LINUX_IN6_H
#define _LINUX_IN6_H

#include <uapi/linux/in6.h>

#endif

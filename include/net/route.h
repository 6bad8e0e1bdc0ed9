/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes: there are none. */
#ifndef _ROUTE_H
#define _ROUTE_H

#include <linux/rtnetlink.h>
#include <linux/rcupdate.h>
#include <linux/ip.h>
#include <linux/cache.h>
#include <net/ip.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Bonds of devices: there are none. */
#ifndef _UAPI_LINUX_IF_BONDING_H
#define _UAPI_LINUX_IF_BONDING_H

#include <linux/types.h>
#include <linux/if.h>

#define BOND_MODE_ROUNDROBIN 0
#define BOND_MODE_ACTIVEBACKUP 1
#define BOND_MODE_XOR 2
#define BOND_MODE_BROADCAST 3
#define BOND_MODE_8023AD 4

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Flags of VLANs. */
#ifndef _UAPI_LINUX_IF_VLAN_H
#define _UAPI_LINUX_IF_VLAN_H

#include <linux/types.h>

enum vlan_flags {
	VLAN_FLAG_REORDER_HDR = 0x1,
	VLAN_FLAG_GVRP = 0x2,
	VLAN_FLAG_LOOSE_BINDING = 0x4,
	VLAN_FLAG_MVRP = 0x8,
	VLAN_FLAG_BRIDGE_BINDING = 0x10,
};

#endif

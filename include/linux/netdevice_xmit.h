/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether more frames follow the one that is being sent. */
#ifndef _LINUX_NETDEVICE_XMIT_H
#define _LINUX_NETDEVICE_XMIT_H

#include <linux/types.h>

bool netdev_xmit_more(void);

#endif

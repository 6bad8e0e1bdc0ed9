/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no users whose rights differ. */
#ifndef _LINUX_CAPABILITY_H
#define _LINUX_CAPABILITY_H

#include <linux/types.h>
#define CAP_NET_ADMIN 12
#define CAP_SYS_RAWIO 17
#define CAP_SYS_ADMIN 21
static inline bool capable(int cap) { return true; }

#endif

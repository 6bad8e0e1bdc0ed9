/* SPDX-License-Identifier: GPL-2.0-only */
/* There is no sysfs. */
#ifndef _LINUX_KERNFS_H
#define _LINUX_KERNFS_H

#include <linux/types.h>
struct kernfs_node;

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory is of one node. */
#ifndef _LINUX_NODEMASK_H
#define _LINUX_NODEMASK_H

#include <linux/numa.h>
#include <linux/types.h>
#define num_online_nodes() 1

#endif

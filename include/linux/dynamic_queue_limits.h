/* SPDX-License-Identifier: GPL-2.0-only */
/* How many bytes a transmit queue may hold. There is no software queue behind the device that this would keep short, so
 * there is no limit, as in a Linux without CONFIG_BQL. */
#ifndef _LINUX_DYNAMIC_QUEUE_LIMITS_H
#define _LINUX_DYNAMIC_QUEUE_LIMITS_H

#include <linux/bitops.h>
#include <linux/types.h>

struct dql {
	unsigned int num_queued;
	unsigned int num_completed;
	unsigned int min_limit;
	unsigned int max_limit;
};

#endif

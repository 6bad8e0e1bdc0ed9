/* SPDX-License-Identifier: GPL-2.0-only */
/* Why buffers are dropped. */
#ifndef _LINUX_DROPREASON_H
#define _LINUX_DROPREASON_H

enum skb_drop_reason {
	SKB_NOT_DROPPED_YET = 0,
	SKB_CONSUMED,
	SKB_DROP_REASON_NOT_SPECIFIED,
};

#endif

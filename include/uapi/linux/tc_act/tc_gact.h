/* SPDX-License-Identifier: GPL-2.0-only */
/* Actions that only decide. */
#ifndef __LINUX_TC_GACT_H
#define __LINUX_TC_GACT_H

#include <linux/types.h>
#include <linux/pkt_cls.h>

#endif

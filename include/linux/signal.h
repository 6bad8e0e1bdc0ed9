/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no signals. */
#ifndef _LINUX_SIGNAL_H
#define _LINUX_SIGNAL_H

#include <linux/signal_types.h>
#include <linux/sched/signal.h>

#endif

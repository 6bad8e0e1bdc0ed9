/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no signals; what drivers ask of them is where Linux has it. */
#ifndef _LINUX_SIGNAL_H
#define _LINUX_SIGNAL_H

#include <linux/signal_types.h>
#include <linux/sched/signal.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* News of programs that look at frames. */
#ifndef __LINUX_BPF_TRACE_H__
#define __LINUX_BPF_TRACE_H__

#include <trace/events/xdp.h>

#endif

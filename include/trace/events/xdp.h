/* SPDX-License-Identifier: GPL-2.0-only */
/* News of programs that look at frames: nobody listens. */
#ifndef _TRACE_XDP_H
#define _TRACE_XDP_H

#include <linux/netdevice.h>
#include <linux/filter.h>

static inline void trace_xdp_exception(const struct net_device *dev, const struct bpf_prog *xdp, u32 act) { }

#endif

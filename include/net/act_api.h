/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with packets of a class. */
#ifndef __NET_ACT_API_H
#define __NET_ACT_API_H

#include <linux/refcount.h>
#include <net/flow_offload.h>
#include <net/sch_generic.h>
#include <net/pkt_sched.h>
#include <net/net_namespace.h>

struct tc_action {
	int tcfa_action;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Disciplines of queues that a device could follow: numbers and structures of requests. */
#ifndef __LINUX_PKT_SCHED_H
#define __LINUX_PKT_SCHED_H

#include <linux/const.h>
#include <linux/types.h>

#define TC_PRIO_BESTEFFORT 0
#define TC_PRIO_CONTROL 7
#define TC_PRIO_MAX 15
#define TC_H_MAJ_MASK (0xFFFF0000U)
#define TC_H_MIN_MASK (0x0000FFFFU)
#define TC_H_MAJ(h) ((h) & TC_H_MAJ_MASK)
#define TC_H_MIN(h) ((h) & TC_H_MIN_MASK)
#define TC_H_MAKE(maj, min) (((maj) & TC_H_MAJ_MASK) | ((min) & TC_H_MIN_MASK))
#define TC_H_UNSPEC (0U)
#define TC_H_ROOT (0xFFFFFFFFU)
#define TC_H_INGRESS (0xFFFFFFF1U)
#define TC_H_CLSACT TC_H_INGRESS
#define TC_H_MIN_PRIORITY 0xFFE0U
#define TC_QOPT_BITMASK 15
#define TC_QOPT_MAX_QUEUE 16
enum {
	TC_MQPRIO_HW_OFFLOAD_NONE,
	TC_MQPRIO_HW_OFFLOAD_TCS,
};
enum {
	TC_MQPRIO_MODE_DCB,
	TC_MQPRIO_MODE_CHANNEL,
};
enum {
	TC_FP_EXPRESS = 1,
	TC_FP_PREEMPTIBLE = 2,
};
struct tc_mqprio_qopt {
	__u8 num_tc;
	__u8 prio_tc_map[TC_QOPT_BITMASK + 1];
	__u8 hw;
	__u16 count[TC_QOPT_MAX_QUEUE];
	__u16 offset[TC_QOPT_MAX_QUEUE];
};
enum {
	TC_TAPRIO_CMD_SET_GATES,
	TC_TAPRIO_CMD_SET_AND_HOLD,
	TC_TAPRIO_CMD_SET_AND_RELEASE,
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts of an interface, and what is told of virtual functions. */
#ifndef _UAPI_LINUX_IF_LINK_H
#define _UAPI_LINUX_IF_LINK_H

#include <linux/types.h>

#define RTNL_LINK_STATS_FIELDS(kind) \
	kind rx_packets; \
	kind tx_packets; \
	kind rx_bytes; \
	kind tx_bytes; \
	kind rx_errors; \
	kind tx_errors; \
	kind rx_dropped; \
	kind tx_dropped; \
	kind multicast; \
	kind collisions; \
	kind rx_length_errors; \
	kind rx_over_errors; \
	kind rx_crc_errors; \
	kind rx_frame_errors; \
	kind rx_fifo_errors; \
	kind rx_missed_errors; \
	kind tx_aborted_errors; \
	kind tx_carrier_errors; \
	kind tx_fifo_errors; \
	kind tx_heartbeat_errors; \
	kind tx_window_errors; \
	kind rx_compressed; \
	kind tx_compressed; \
	kind rx_nohandler;
struct rtnl_link_stats {
	RTNL_LINK_STATS_FIELDS(__u32)
};
struct rtnl_link_stats64 {
	RTNL_LINK_STATS_FIELDS(__u64)
	__u64 rx_otherhost_dropped;
};
struct rtnl_hw_stats64 {
	__u64 rx_packets;
	__u64 tx_packets;
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u64 rx_errors;
	__u64 tx_errors;
	__u64 rx_dropped;
	__u64 tx_dropped;
	__u64 multicast;
};
enum {
	IFLA_VF_LINK_STATE_AUTO,
	IFLA_VF_LINK_STATE_ENABLE,
	IFLA_VF_LINK_STATE_DISABLE,
};
#define XDP_FLAGS_UPDATE_IF_NOEXIST (1U << 0)
#define XDP_FLAGS_SKB_MODE (1U << 1)
#define XDP_FLAGS_DRV_MODE (1U << 2)
#define XDP_FLAGS_HW_MODE (1U << 3)

#endif

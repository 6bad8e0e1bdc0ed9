/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts, messages and news of network devices. */
#ifndef _LINUX_NETDEVICE_MISC_H
#define _LINUX_NETDEVICE_MISC_H

#include <linux/netdevice_ops.h>

/* Counts. */
struct rtnl_link_stats64 *dev_get_stats(struct net_device *dev, struct rtnl_link_stats64 *storage);
void netdev_stats_to_stats64(struct rtnl_link_stats64 *stats64, const struct net_device_stats *netdev_stats);
void dev_fetch_sw_netstats(struct rtnl_link_stats64 *s, const struct pcpu_sw_netstats __percpu *netstats);
void dev_get_tstats64(struct net_device *dev, struct rtnl_link_stats64 *s);
void dev_lstats_read(struct net_device *dev, u64 *packets, u64 *bytes);
static inline void dev_sw_netstats_rx_add(struct net_device *dev, unsigned int len)
{
	struct pcpu_sw_netstats *stats = get_cpu_ptr(dev->tstats);

	u64_stats_add(&stats->rx_bytes, len);
	u64_stats_inc(&stats->rx_packets);
	put_cpu_ptr(dev->tstats);
}
static inline void dev_sw_netstats_tx_add(struct net_device *dev, unsigned int packets, unsigned int len)
{
	struct pcpu_sw_netstats *stats = get_cpu_ptr(dev->tstats);

	u64_stats_add(&stats->tx_bytes, len);
	u64_stats_add(&stats->tx_packets, packets);
	put_cpu_ptr(dev->tstats);
}
#define netdev_alloc_pcpu_stats(type) alloc_percpu(type)
void __percpu *fv_devm_alloc_percpu(struct device *dev, size_t size, size_t align);
#define devm_netdev_alloc_pcpu_stats(dev, type) \
	((typeof(type) __percpu *)fv_devm_alloc_percpu(dev, sizeof(type), __alignof__(type)))
void fv_dev_core_stats_inc(struct net_device *dev, int which);
#define FV_DEV_CORE_STATS_INC(FIELD, which) \
	static inline void dev_core_stats_##FIELD##_inc(struct net_device *dev) { fv_dev_core_stats_inc(dev, which); }
FV_DEV_CORE_STATS_INC(rx_dropped, 0)
FV_DEV_CORE_STATS_INC(tx_dropped, 1)
FV_DEV_CORE_STATS_INC(rx_nohandler, 2)
FV_DEV_CORE_STATS_INC(rx_otherhost_dropped, 3)

/* Which messages a driver prints. */
enum {
	NETIF_MSG_DRV_BIT,
	NETIF_MSG_PROBE_BIT,
	NETIF_MSG_LINK_BIT,
	NETIF_MSG_TIMER_BIT,
	NETIF_MSG_IFDOWN_BIT,
	NETIF_MSG_IFUP_BIT,
	NETIF_MSG_RX_ERR_BIT,
	NETIF_MSG_TX_ERR_BIT,
	NETIF_MSG_TX_QUEUED_BIT,
	NETIF_MSG_INTR_BIT,
	NETIF_MSG_TX_DONE_BIT,
	NETIF_MSG_RX_STATUS_BIT,
	NETIF_MSG_PKTDATA_BIT,
	NETIF_MSG_HW_BIT,
	NETIF_MSG_WOL_BIT,
	NETIF_MSG_CLASS_COUNT,
};
#define NETIF_MSG_DRV BIT(NETIF_MSG_DRV_BIT)
#define NETIF_MSG_PROBE BIT(NETIF_MSG_PROBE_BIT)
#define NETIF_MSG_LINK BIT(NETIF_MSG_LINK_BIT)
#define NETIF_MSG_TIMER BIT(NETIF_MSG_TIMER_BIT)
#define NETIF_MSG_IFDOWN BIT(NETIF_MSG_IFDOWN_BIT)
#define NETIF_MSG_IFUP BIT(NETIF_MSG_IFUP_BIT)
#define NETIF_MSG_RX_ERR BIT(NETIF_MSG_RX_ERR_BIT)
#define NETIF_MSG_TX_ERR BIT(NETIF_MSG_TX_ERR_BIT)
#define NETIF_MSG_TX_QUEUED BIT(NETIF_MSG_TX_QUEUED_BIT)
#define NETIF_MSG_INTR BIT(NETIF_MSG_INTR_BIT)
#define NETIF_MSG_TX_DONE BIT(NETIF_MSG_TX_DONE_BIT)
#define NETIF_MSG_RX_STATUS BIT(NETIF_MSG_RX_STATUS_BIT)
#define NETIF_MSG_PKTDATA BIT(NETIF_MSG_PKTDATA_BIT)
#define NETIF_MSG_HW BIT(NETIF_MSG_HW_BIT)
#define NETIF_MSG_WOL BIT(NETIF_MSG_WOL_BIT)
#define netif_msg_drv(p) ((p)->msg_enable & NETIF_MSG_DRV)
#define netif_msg_probe(p) ((p)->msg_enable & NETIF_MSG_PROBE)
#define netif_msg_link(p) ((p)->msg_enable & NETIF_MSG_LINK)
#define netif_msg_timer(p) ((p)->msg_enable & NETIF_MSG_TIMER)
#define netif_msg_ifdown(p) ((p)->msg_enable & NETIF_MSG_IFDOWN)
#define netif_msg_ifup(p) ((p)->msg_enable & NETIF_MSG_IFUP)
#define netif_msg_rx_err(p) ((p)->msg_enable & NETIF_MSG_RX_ERR)
#define netif_msg_tx_err(p) ((p)->msg_enable & NETIF_MSG_TX_ERR)
#define netif_msg_tx_queued(p) ((p)->msg_enable & NETIF_MSG_TX_QUEUED)
#define netif_msg_intr(p) ((p)->msg_enable & NETIF_MSG_INTR)
#define netif_msg_tx_done(p) ((p)->msg_enable & NETIF_MSG_TX_DONE)
#define netif_msg_rx_status(p) ((p)->msg_enable & NETIF_MSG_RX_STATUS)
#define netif_msg_pktdata(p) ((p)->msg_enable & NETIF_MSG_PKTDATA)
#define netif_msg_hw(p) ((p)->msg_enable & NETIF_MSG_HW)
#define netif_msg_wol(p) ((p)->msg_enable & NETIF_MSG_WOL)
static inline u32 netif_msg_init(int debug_value, int default_msg_enable_bits)
{
	if (debug_value < 0 || debug_value >= 32)
		return default_msg_enable_bits;
	return debug_value ? (1U << debug_value) - 1 : 0;
}

/* News of devices. */
enum netdev_cmd {
	NETDEV_UP = 1,
	NETDEV_DOWN,
	NETDEV_REBOOT,
	NETDEV_CHANGE,
	NETDEV_REGISTER,
	NETDEV_UNREGISTER,
	NETDEV_CHANGEMTU,
	NETDEV_CHANGEADDR,
	NETDEV_PRE_CHANGEADDR,
	NETDEV_GOING_DOWN,
	NETDEV_CHANGENAME,
	NETDEV_FEAT_CHANGE,
	NETDEV_BONDING_FAILOVER,
	NETDEV_PRE_UP,
	NETDEV_PRE_TYPE_CHANGE,
	NETDEV_POST_TYPE_CHANGE,
	NETDEV_POST_INIT,
	NETDEV_PRE_UNINIT,
	NETDEV_RELEASE,
	NETDEV_NOTIFY_PEERS,
	NETDEV_JOIN,
	NETDEV_CHANGEUPPER,
	NETDEV_RESEND_IGMP,
	NETDEV_PRECHANGEMTU,
	NETDEV_CHANGEINFODATA,
	NETDEV_BONDING_INFO,
	NETDEV_PRECHANGEUPPER,
	NETDEV_CHANGELOWERSTATE,
};
int register_netdevice_notifier(struct notifier_block *nb);
int unregister_netdevice_notifier(struct notifier_block *nb);
struct netdev_notifier_info {
	struct net_device *dev;
	struct netlink_ext_ack *extack;
};
struct netdev_notifier_changeupper_info {
	struct netdev_notifier_info info;
	struct net_device *upper_dev;
	bool master;
	bool linking;
	void *upper_info;
};
static inline struct net_device *netdev_notifier_info_to_dev(const struct netdev_notifier_info *info) { return info->dev; }
static inline struct netlink_ext_ack *netdev_notifier_info_to_extack(const struct netdev_notifier_info *info)
{
	return info->extack;
}
/* No device lies above or below another. */
#define netdev_for_each_lower_dev(dev, ldev, iter) for ((iter) = NULL, (ldev) = NULL; (ldev); )

static inline netdev_features_t netdev_intersect_features(netdev_features_t f1, netdev_features_t f2) { return f1 & f2; }
static inline bool can_checksum_protocol(netdev_features_t features, __be16 protocol)
{
	if (features & NETIF_F_HW_CSUM)
		return true;
	return (protocol == htons(ETH_P_IP) && features & NETIF_F_IP_CSUM) ||
	       (protocol == htons(ETH_P_IPV6) && features & NETIF_F_IPV6_CSUM);
}
#define MODULE_ALIAS_NETDEV(device) MODULE_ALIAS("netdev-" device)
int skb_crc32c_csum_help(struct sk_buff *skb);
struct sk_buff *skb_gso_segment(struct sk_buff *skb, netdev_features_t features);

#endif

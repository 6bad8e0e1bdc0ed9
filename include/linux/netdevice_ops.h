/* SPDX-License-Identifier: GPL-2.0-only */
/* The network device and its driver's functions. */
#ifndef _LINUX_NETDEVICE_OPS_H
#define _LINUX_NETDEVICE_OPS_H

#include <linux/netdevice_types.h>

/* Those that are called here are open, stop, start_xmit, select_queue, features_check, set_rx_mode, set_mac_address,
 * change_mtu, tx_timeout, get_stats64, get_stats, fix_features, set_features, init, uninit. */
struct net_device_ops {
	int (*ndo_init)(struct net_device *dev);
	void (*ndo_uninit)(struct net_device *dev);
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	netdev_features_t (*ndo_features_check)(struct sk_buff *skb, struct net_device *dev, netdev_features_t features);
	u16 (*ndo_select_queue)(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev);
	void (*ndo_change_rx_flags)(struct net_device *dev, int flags);
	void (*ndo_set_rx_mode)(struct net_device *dev);
	int (*ndo_set_mac_address)(struct net_device *dev, void *addr);
	int (*ndo_validate_addr)(struct net_device *dev);
	int (*ndo_do_ioctl)(struct net_device *dev, struct ifreq *ifr, int cmd);
	int (*ndo_eth_ioctl)(struct net_device *dev, struct ifreq *ifr, int cmd);
	int (*ndo_siocbond)(struct net_device *dev, struct ifreq *ifr, int cmd);
	int (*ndo_siocwandev)(struct net_device *dev, struct if_settings *ifs);
	int (*ndo_siocdevprivate)(struct net_device *dev, struct ifreq *ifr, void __user *data, int cmd);
	int (*ndo_set_config)(struct net_device *dev, struct ifmap *map);
	int (*ndo_change_mtu)(struct net_device *dev, int new_mtu);
	void (*ndo_tx_timeout)(struct net_device *dev, unsigned int txqueue);
	void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *storage);
	bool (*ndo_has_offload_stats)(const struct net_device *dev, int attr_id);
	int (*ndo_get_offload_stats)(int attr_id, const struct net_device *dev, void *attr_data);
	struct net_device_stats *(*ndo_get_stats)(struct net_device *dev);
	int (*ndo_vlan_rx_add_vid)(struct net_device *dev, __be16 proto, u16 vid);
	int (*ndo_vlan_rx_kill_vid)(struct net_device *dev, __be16 proto, u16 vid);
	void (*ndo_poll_controller)(struct net_device *dev);
	int (*ndo_set_vf_mac)(struct net_device *dev, int queue, u8 *mac);
	int (*ndo_set_vf_vlan)(struct net_device *dev, int queue, u16 vlan, u8 qos, __be16 proto);
	int (*ndo_set_vf_rate)(struct net_device *dev, int vf, int min_tx_rate, int max_tx_rate);
	int (*ndo_set_vf_spoofchk)(struct net_device *dev, int vf, bool setting);
	int (*ndo_set_vf_trust)(struct net_device *dev, int vf, bool setting);
	int (*ndo_get_vf_config)(struct net_device *dev, int vf, struct ifla_vf_info *ivf);
	int (*ndo_set_vf_link_state)(struct net_device *dev, int vf, int link_state);
	int (*ndo_get_vf_stats)(struct net_device *dev, int vf, struct ifla_vf_stats *vf_stats);
	int (*ndo_setup_tc)(struct net_device *dev, enum tc_setup_type type, void *type_data);
	int (*ndo_rx_flow_steer)(struct net_device *dev, const struct sk_buff *skb, u16 rxq_index, u32 flow_id);
	netdev_features_t (*ndo_fix_features)(struct net_device *dev, netdev_features_t features);
	int (*ndo_set_features)(struct net_device *dev, netdev_features_t features);
	int (*ndo_fdb_add)(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
			   u16 vid, u16 flags, struct netlink_ext_ack *extack);
	int (*ndo_fdb_del)(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
			   u16 vid, struct netlink_ext_ack *extack);
	int (*ndo_bridge_setlink)(struct net_device *dev, struct nlmsghdr *nlh, u16 flags, struct netlink_ext_ack *extack);
	int (*ndo_bridge_getlink)(struct sk_buff *skb, u32 pid, u32 seq, struct net_device *dev, u32 filter_mask,
				  int nlflags);
	int (*ndo_change_carrier)(struct net_device *dev, bool new_carrier);
	int (*ndo_get_phys_port_id)(struct net_device *dev, struct netdev_phys_item_id *ppid);
	int (*ndo_get_port_parent_id)(struct net_device *dev, struct netdev_phys_item_id *ppid);
	int (*ndo_get_phys_port_name)(struct net_device *dev, char *name, size_t len);
	int (*ndo_set_tx_maxrate)(struct net_device *dev, int queue_index, u32 maxrate);
	int (*ndo_get_iflink)(const struct net_device *dev);
	void (*ndo_set_rx_headroom)(struct net_device *dev, int needed_headroom);
	int (*ndo_bpf)(struct net_device *dev, struct netdev_bpf *bpf);
	int (*ndo_xdp_xmit)(struct net_device *dev, int n, struct xdp_frame **xdp, u32 flags);
	struct net_device *(*ndo_xdp_get_xmit_slave)(struct net_device *dev, struct xdp_buff *xdp);
	int (*ndo_xsk_wakeup)(struct net_device *dev, u32 queue_id, u32 flags);
	struct net_device *(*ndo_get_peer_dev)(struct net_device *dev);
	ktime_t (*ndo_get_tstamp)(struct net_device *dev, const struct skb_shared_hwtstamps *hwtstamps, bool cycles);
	int (*ndo_hwtstamp_get)(struct net_device *dev, struct kernel_hwtstamp_config *kernel_config);
	int (*ndo_hwtstamp_set)(struct net_device *dev, struct kernel_hwtstamp_config *kernel_config,
				struct netlink_ext_ack *extack);
};

enum netdev_priv_flags {
	IFF_802_1Q_VLAN = 1 << 0,
	IFF_EBRIDGE = 1 << 1,
	IFF_BONDING = 1 << 2,
	IFF_ISATAP = 1 << 3,
	IFF_WAN_HDLC = 1 << 4,
	IFF_XMIT_DST_RELEASE = 1 << 5,
	IFF_DONT_BRIDGE = 1 << 6,
	IFF_DISABLE_NETPOLL = 1 << 7,
	IFF_MACVLAN_PORT = 1 << 8,
	IFF_BRIDGE_PORT = 1 << 9,
	IFF_OVS_DATAPATH = 1 << 10,
	IFF_TX_SKB_SHARING = 1 << 11,
	IFF_UNICAST_FLT = 1 << 12,
	IFF_TEAM_PORT = 1 << 13,
	IFF_SUPP_NOFCS = 1 << 14,
	IFF_LIVE_ADDR_CHANGE = 1 << 15,
	IFF_MACVLAN = 1 << 16,
	IFF_XMIT_DST_RELEASE_PERM = 1 << 17,
	IFF_L3MDEV_MASTER = 1 << 18,
	IFF_NO_QUEUE = 1 << 19,
	IFF_OPENVSWITCH = 1 << 20,
	IFF_L3MDEV_SLAVE = 1 << 21,
	IFF_TEAM = 1 << 22,
	IFF_RXFH_CONFIGURED = 1 << 23,
	IFF_PHONY_HEADROOM = 1 << 24,
	IFF_MACSEC = 1 << 25,
	IFF_NO_RX_HANDLER = 1 << 26,
	IFF_FAILOVER = 1 << 27,
	IFF_FAILOVER_SLAVE = 1 << 28,
	IFF_L3MDEV_RX_HANDLER = 1 << 29,
	IFF_NO_ADDRCONF = BIT_ULL(30),
	IFF_TX_SKB_NO_LINEAR = BIT_ULL(31),
};

enum xps_map_type {
	XPS_CPUS = 0,
	XPS_RXQS,
	XPS_MAPS_MAX,
};
enum netdev_reg_state {
	NETREG_UNINITIALIZED = 0,
	NETREG_REGISTERED,
	NETREG_UNREGISTERING,
	NETREG_UNREGISTERED,
	NETREG_RELEASED,
	NETREG_DUMMY,
};

struct net_device {
	unsigned long priv_flags:32;
	unsigned long lltx:1;
	const struct net_device_ops *netdev_ops;
	const struct header_ops *header_ops;
	struct netdev_queue *_tx;
	unsigned int real_num_tx_queues;
	unsigned int gso_max_size;
	unsigned int gso_ipv4_max_size;
	u16 gso_max_segs;
	s16 num_tc;
	unsigned int mtu;
	unsigned short needed_headroom;
	struct netdev_tc_txq tc_to_txq[TC_MAX_QUEUE];
	union {
		struct pcpu_lstats __percpu *lstats;
		struct pcpu_sw_netstats __percpu *tstats;
		struct pcpu_dstats __percpu *dstats;
	};
	unsigned long state;
	unsigned int flags;
	unsigned short hard_header_len;
	netdev_features_t features;
	int ifindex;
	unsigned int real_num_rx_queues;
	struct netdev_rx_queue *_rx;
	char name[IFNAMSIZ];
	unsigned long mem_end;
	unsigned long mem_start;
	unsigned long base_addr;
	struct list_head dev_list;
	struct list_head napi_list;
	u32 xdp_features;
	const struct xdp_metadata_ops *xdp_metadata_ops;
	const struct xsk_tx_metadata_ops *xsk_tx_metadata_ops;
	unsigned short gflags;
	unsigned short needed_tailroom;
	netdev_features_t hw_features;
	netdev_features_t wanted_features;
	netdev_features_t vlan_features;
	netdev_features_t hw_enc_features;
	netdev_features_t mpls_features;
	netdev_features_t gso_partial_features;
	unsigned int min_mtu;
	unsigned int max_mtu;
	unsigned short type;
	unsigned char min_header_len;
	unsigned char name_assign_type;
	int group;
	struct net_device_stats stats;
	atomic_t carrier_up_count;
	atomic_t carrier_down_count;
	const struct ethtool_ops *ethtool_ops;
	unsigned int operstate;
	unsigned char link_mode;
	unsigned char if_port;
	unsigned char dma;
	unsigned char perm_addr[MAX_ADDR_LEN];
	unsigned char addr_assign_type;
	unsigned char addr_len;
	unsigned char upper_level;
	unsigned char lower_level;
	unsigned short neigh_priv_len;
	unsigned short dev_id;
	unsigned short dev_port;
	int irq;
	u32 priv_len;
	spinlock_t addr_list_lock;
	struct netdev_hw_addr_list uc;
	struct netdev_hw_addr_list mc;
	struct netdev_hw_addr_list dev_addrs;
	unsigned int promiscuity;
	unsigned int allmulti;
	bool uc_promisc;
	struct in_device *ip_ptr;
	struct vlan_info *vlan_info;
	struct dsa_port *dsa_ptr;
	/* Its station address; written by dev_addr_set and its kin. */
	const unsigned char *dev_addr;
	unsigned int num_rx_queues;
	unsigned int xdp_zc_max_segs;
	unsigned char broadcast[MAX_ADDR_LEN];
	struct cpu_rmap *rx_cpu_rmap;
	unsigned int num_tx_queues;
	struct Qdisc *qdisc;
	unsigned int tx_queue_len;
	spinlock_t tx_global_lock;
	struct timer_list watchdog_timer;
	int watchdog_timeo;
	u32 proto_down_reason;
	struct list_head todo_list;
	refcount_t dev_refcnt;
	u8 reg_state;
	bool dismantle;
	bool needs_free_netdev;
	void (*priv_destructor)(struct net_device *dev);
	void *ml_priv;
	enum netdev_stat_type pcpu_stat_type:8;
	struct device dev;
	const struct attribute_group *sysfs_groups[4];
	const struct attribute_group *sysfs_rx_queue_group;
	const struct rtnl_link_ops *rtnl_link_ops;
	const struct netdev_stat_ops *stat_ops;
	const struct netdev_queue_mgmt_ops *queue_mgmt_ops;
	unsigned int tso_max_size;
	u16 tso_max_segs;
	const struct dcbnl_rtnl_ops *dcbnl_ops;
	u8 prio_tc_map[TC_BITMASK + 1];
	struct phy_link_topology *link_topo;
	struct phy_device *phydev;
	struct sfp_bus *sfp_bus;
	bool proto_down;
	bool threaded;
	unsigned long see_all_hwtstamp_requests:1;
	unsigned long change_proto_down:1;
	unsigned long netns_local:1;
	unsigned long fcoe_mtu:1;
	struct list_head net_notifier_list;
	const struct macsec_ops *macsec_ops;
	const struct udp_tunnel_nic_info *udp_tunnel_nic_info;
	struct udp_tunnel_nic *udp_tunnel_nic;
	struct ethtool_netdev_state *ethtool;
	u8 dev_addr_shadow[MAX_ADDR_LEN];
	struct devlink_port *devlink_port;
	unsigned long gro_flush_timeout;
	u32 napi_defer_hard_irqs;
	/* The core's. */
	void *fv;
	u8 priv[] ____cacheline_aligned;
};
#define to_net_dev(d) container_of(d, struct net_device, dev)
#define SET_NETDEV_DEV(net, pdev) ((net)->dev.parent = (pdev))
#define SET_NETDEV_DEVTYPE(net, devtype) ((net)->dev.type = (devtype))

#endif

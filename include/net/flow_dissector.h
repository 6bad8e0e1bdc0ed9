/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a packet's headers is compared. */
#ifndef _NET_FLOW_DISSECTOR_H
#define _NET_FLOW_DISSECTOR_H

#include <linux/types.h>
#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <linux/bits.h>
#include <uapi/linux/if_ether.h>
#include <uapi/linux/pkt_cls.h>

struct bpf_prog;
struct net;
struct sk_buff;
enum flow_dissector_key_id {
	FLOW_DISSECTOR_KEY_CONTROL,
	FLOW_DISSECTOR_KEY_BASIC,
	FLOW_DISSECTOR_KEY_IPV4_ADDRS,
	FLOW_DISSECTOR_KEY_IPV6_ADDRS,
	FLOW_DISSECTOR_KEY_PORTS,
	FLOW_DISSECTOR_KEY_PORTS_RANGE,
	FLOW_DISSECTOR_KEY_ICMP,
	FLOW_DISSECTOR_KEY_ETH_ADDRS,
	FLOW_DISSECTOR_KEY_TIPC,
	FLOW_DISSECTOR_KEY_ARP,
	FLOW_DISSECTOR_KEY_VLAN,
	FLOW_DISSECTOR_KEY_FLOW_LABEL,
	FLOW_DISSECTOR_KEY_GRE_KEYID,
	FLOW_DISSECTOR_KEY_MPLS_ENTROPY,
	FLOW_DISSECTOR_KEY_ENC_KEYID,
	FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS,
	FLOW_DISSECTOR_KEY_ENC_IPV6_ADDRS,
	FLOW_DISSECTOR_KEY_ENC_CONTROL,
	FLOW_DISSECTOR_KEY_ENC_PORTS,
	FLOW_DISSECTOR_KEY_MPLS,
	FLOW_DISSECTOR_KEY_TCP,
	FLOW_DISSECTOR_KEY_IP,
	FLOW_DISSECTOR_KEY_CVLAN,
	FLOW_DISSECTOR_KEY_ENC_IP,
	FLOW_DISSECTOR_KEY_ENC_OPTS,
	FLOW_DISSECTOR_KEY_META,
	FLOW_DISSECTOR_KEY_CT,
	FLOW_DISSECTOR_KEY_HASH,
	FLOW_DISSECTOR_KEY_NUM_OF_VLANS,
	FLOW_DISSECTOR_KEY_PPPOE,
	FLOW_DISSECTOR_KEY_L2TPV3,
	FLOW_DISSECTOR_KEY_CFM,
	FLOW_DISSECTOR_KEY_IPSEC,
	FLOW_DISSECTOR_KEY_MAX,
};
#define FLOW_DIS_IS_FRAGMENT BIT(0)
#define FLOW_DIS_FIRST_FRAG BIT(1)
#define FLOW_DIS_ENCAPSULATION BIT(2)
struct flow_dissector_key_control {
	u16 thoff;
	u16 addr_type;
	u32 flags;
};
struct flow_dissector_key_basic {
	__be16 n_proto;
	u8 ip_proto;
	u8 padding;
};
struct flow_dissector_key_vlan {
	union {
		struct {
			u16 vlan_id:12,
			    vlan_dei:1,
			    vlan_priority:3;
		};
		__be16 vlan_tci;
	};
	__be16 vlan_tpid;
	__be16 vlan_eth_type;
	u16 padding;
};
struct flow_dissector_key_ipv4_addrs {
	__be32 src;
	__be32 dst;
};
struct flow_dissector_key_ipv6_addrs {
	struct in6_addr src;
	struct in6_addr dst;
};
struct flow_dissector_key_ports {
	union {
		__be32 ports;
		struct {
			__be16 src;
			__be16 dst;
		};
	};
};
struct flow_dissector_key_eth_addrs {
	unsigned char dst[ETH_ALEN];
	unsigned char src[ETH_ALEN];
};
struct flow_dissector_key_ip {
	__u8 tos;
	__u8 ttl;
};
struct flow_dissector_key_tcp {
	__be16 flags;
};
struct flow_dissector_key_meta {
	int ingress_ifindex;
	u16 ingress_iftype;
	u8 l2_miss;
};
struct flow_dissector {
	unsigned long long used_keys;
	unsigned short int offset[FLOW_DISSECTOR_KEY_MAX];
};
static inline bool dissector_uses_key(const struct flow_dissector *flow_dissector, enum flow_dissector_key_id key_id)
{
	return flow_dissector->used_keys & (1ULL << key_id);
}
static inline void *skb_flow_dissector_target(struct flow_dissector *flow_dissector, enum flow_dissector_key_id key_id,
					      void *target_container)
{
	return (char *)target_container + flow_dissector->offset[key_id];
}
struct flow_keys_basic {
	struct flow_dissector_key_control control;
	struct flow_dissector_key_basic basic;
};
struct flow_keys {
	struct flow_dissector_key_control control;
	struct flow_dissector_key_basic basic __aligned(8);
	struct flow_dissector_key_vlan vlan;
	struct flow_dissector_key_ports ports;
	union {
		struct flow_dissector_key_ipv4_addrs v4addrs;
		struct flow_dissector_key_ipv6_addrs v6addrs;
	} addrs;
};
bool skb_flow_dissect_flow_keys(const struct sk_buff *skb, struct flow_keys *flow, unsigned int flags);

#endif

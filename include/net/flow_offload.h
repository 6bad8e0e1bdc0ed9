/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules that a device could follow. Nobody asks for any. */
#ifndef _NET_FLOW_OFFLOAD_H
#define _NET_FLOW_OFFLOAD_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/netlink.h>
#include <net/flow_dissector.h>

struct net_device;
struct Qdisc;
struct flow_match {
	struct flow_dissector *dissector;
	void *mask;
	void *key;
};
#define FV_FLOW_MATCH(name, type) \
	struct flow_match_##name { \
		struct type *key, *mask; \
	};
FV_FLOW_MATCH(meta, flow_dissector_key_meta)
FV_FLOW_MATCH(basic, flow_dissector_key_basic)
FV_FLOW_MATCH(control, flow_dissector_key_control)
FV_FLOW_MATCH(eth_addrs, flow_dissector_key_eth_addrs)
FV_FLOW_MATCH(vlan, flow_dissector_key_vlan)
FV_FLOW_MATCH(ipv4_addrs, flow_dissector_key_ipv4_addrs)
FV_FLOW_MATCH(ipv6_addrs, flow_dissector_key_ipv6_addrs)
FV_FLOW_MATCH(ip, flow_dissector_key_ip)
FV_FLOW_MATCH(ports, flow_dissector_key_ports)
FV_FLOW_MATCH(tcp, flow_dissector_key_tcp)

enum flow_action_id {
	FLOW_ACTION_ACCEPT = 0,
	FLOW_ACTION_DROP,
	FLOW_ACTION_TRAP,
	FLOW_ACTION_GOTO,
	FLOW_ACTION_REDIRECT,
	FLOW_ACTION_MIRRED,
	FLOW_ACTION_REDIRECT_INGRESS,
	FLOW_ACTION_MIRRED_INGRESS,
	FLOW_ACTION_VLAN_PUSH,
	FLOW_ACTION_VLAN_POP,
	FLOW_ACTION_VLAN_MANGLE,
	FLOW_ACTION_PRIORITY = 19,
	FLOW_ACTION_RX_QUEUE_MAPPING = 20,
	FLOW_ACTION_POLICE = 25,
	FLOW_ACTION_GATE = 30,
};
enum flow_action_hw_stats {
	FLOW_ACTION_HW_STATS_IMMEDIATE = BIT(0),
	FLOW_ACTION_HW_STATS_DELAYED = BIT(1),
	FLOW_ACTION_HW_STATS_ANY = BIT(0) | BIT(1),
	FLOW_ACTION_HW_STATS_DISABLED = BIT(2),
	FLOW_ACTION_HW_STATS_DONT_CARE = BIT(3) - 1,
};
struct flow_action_entry {
	enum flow_action_id id;
	u32 hw_index;
	unsigned long cookie;
	enum flow_action_hw_stats hw_stats;
	union {
		u32 chain_index;
		struct net_device *dev;
		u32 priority;
		u16 rx_queue;
		struct {
			u16 vid;
			__be16 proto;
			u8 prio;
		} vlan;
	};
};
struct flow_action {
	unsigned int num_entries;
	struct flow_action_entry entries[];
};
static inline bool flow_action_has_entries(const struct flow_action *action) { return action->num_entries; }
static inline bool flow_offload_has_one_action(const struct flow_action *action) { return action->num_entries == 1; }
static inline bool flow_action_is_last_entry(const struct flow_action *action, const struct flow_action_entry *entry)
{
	return entry == &action->entries[action->num_entries - 1];
}
#define flow_action_for_each(__i, __act, __actions) \
	for (__i = 0, __act = &(__actions)->entries[0]; __i < (__actions)->num_entries; __act = &(__actions)->entries[++__i])
static inline bool flow_action_hw_stats_check(const struct flow_action *action, struct netlink_ext_ack *extack,
					      enum flow_action_hw_stats allow)
{
	for (unsigned int i = 0; i < action->num_entries; i++) {
		enum flow_action_hw_stats wanted = action->entries[i].hw_stats;

		if (wanted != FLOW_ACTION_HW_STATS_DONT_CARE && !(wanted & allow)) {
			NL_SET_ERR_MSG(extack, "no such statistics");
			return false;
		}
	}
	return true;
}
static inline bool flow_action_basic_hw_stats_check(const struct flow_action *action, struct netlink_ext_ack *extack)
{
	return flow_action_hw_stats_check(action, extack, FLOW_ACTION_HW_STATS_ANY);
}
struct flow_rule {
	struct flow_match match;
	struct flow_action action;
};
static inline bool flow_rule_match_key(const struct flow_rule *rule, enum flow_dissector_key_id key)
{
	return dissector_uses_key(rule->match.dissector, key);
}
#define FV_FLOW_RULE_MATCH(name, id) \
	static inline void flow_rule_match_##name(const struct flow_rule *rule, struct flow_match_##name *out) \
	{ \
		out->key = skb_flow_dissector_target(rule->match.dissector, id, rule->match.key); \
		out->mask = skb_flow_dissector_target(rule->match.dissector, id, rule->match.mask); \
	}
FV_FLOW_RULE_MATCH(meta, FLOW_DISSECTOR_KEY_META)
FV_FLOW_RULE_MATCH(basic, FLOW_DISSECTOR_KEY_BASIC)
FV_FLOW_RULE_MATCH(control, FLOW_DISSECTOR_KEY_CONTROL)
FV_FLOW_RULE_MATCH(eth_addrs, FLOW_DISSECTOR_KEY_ETH_ADDRS)
FV_FLOW_RULE_MATCH(vlan, FLOW_DISSECTOR_KEY_VLAN)
FV_FLOW_RULE_MATCH(ipv4_addrs, FLOW_DISSECTOR_KEY_IPV4_ADDRS)
FV_FLOW_RULE_MATCH(ipv6_addrs, FLOW_DISSECTOR_KEY_IPV6_ADDRS)
FV_FLOW_RULE_MATCH(ip, FLOW_DISSECTOR_KEY_IP)
FV_FLOW_RULE_MATCH(ports, FLOW_DISSECTOR_KEY_PORTS)
FV_FLOW_RULE_MATCH(tcp, FLOW_DISSECTOR_KEY_TCP)

struct flow_stats {
	u64 pkts;
	u64 bytes;
	u64 drops;
	u64 lastused;
	enum flow_action_hw_stats used_hw_stats;
	bool used_hw_stats_valid;
};
enum flow_block_command {
	FLOW_BLOCK_BIND,
	FLOW_BLOCK_UNBIND,
};
enum flow_block_binder_type {
	FLOW_BLOCK_BINDER_TYPE_UNSPEC,
	FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS,
	FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS,
};
struct flow_block {
	struct list_head cb_list;
};
struct flow_block_offload {
	enum flow_block_command command;
	enum flow_block_binder_type binder_type;
	bool block_shared;
	bool unlocked_driver_cb;
	struct net *net;
	struct flow_block *block;
	struct list_head cb_list;
	struct list_head *driver_block_list;
	struct netlink_ext_ack *extack;
};
enum tc_setup_type;
typedef int flow_setup_cb_t(enum tc_setup_type type, void *type_data, void *cb_priv);
int flow_block_cb_setup_simple(struct flow_block_offload *f, struct list_head *driver_list, flow_setup_cb_t *cb,
			       void *cb_ident, void *cb_priv, bool ingress_only);
enum flow_cls_command {
	FLOW_CLS_REPLACE,
	FLOW_CLS_DESTROY,
	FLOW_CLS_STATS,
	FLOW_CLS_TMPLT_CREATE,
	FLOW_CLS_TMPLT_DESTROY,
};
struct flow_cls_common_offload {
	u32 chain_index;
	__be16 protocol;
	u32 prio;
	bool skip_sw;
	struct netlink_ext_ack *extack;
};
struct flow_cls_offload {
	struct flow_cls_common_offload common;
	enum flow_cls_command command;
	bool use_act_stats;
	unsigned long cookie;
	struct flow_rule *rule;
	struct flow_stats stats;
	u32 classid;
};
static inline struct flow_rule *flow_cls_offload_flow_rule(struct flow_cls_offload *flow_cmd) { return flow_cmd->rule; }

#endif

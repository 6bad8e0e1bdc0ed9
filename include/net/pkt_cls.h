/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to sort packets. */
#ifndef __NET_PKT_CLS_H
#define __NET_PKT_CLS_H

#include <linux/in.h>
#include <linux/pkt_cls.h>
#include <linux/workqueue.h>
#include <net/sch_generic.h>
#include <net/act_api.h>
#include <net/net_namespace.h>

struct tcf_exts {
	int nr_actions;
	struct tc_action **actions;
};
struct tcf_result {
	unsigned long class;
	u32 classid;
};
static inline bool tcf_exts_has_actions(struct tcf_exts *exts) { return exts->nr_actions; }
#define tcf_exts_for_each_action(i, a, exts) \
	for ((i) = 0; (i) < (exts)->nr_actions && ((a) = (exts)->actions[i]); (i)++)
enum tc_clsu32_command {
	TC_CLSU32_NEW_KNODE,
	TC_CLSU32_REPLACE_KNODE,
	TC_CLSU32_DELETE_KNODE,
	TC_CLSU32_NEW_HNODE,
	TC_CLSU32_REPLACE_HNODE,
	TC_CLSU32_DELETE_HNODE,
};
struct tc_cls_u32_knode {
	struct tcf_exts *exts;
	struct tcf_result *res;
	struct tc_u32_sel *sel;
	u32 handle;
	u32 val;
	u32 mask;
	u32 link_handle;
	u8 fshift;
};
struct tc_cls_u32_hnode {
	u32 handle;
	u32 prio;
	unsigned int divisor;
};
struct tc_cls_u32_offload {
	struct flow_cls_common_offload common;
	enum tc_clsu32_command command;
	union {
		struct tc_cls_u32_knode knode;
		struct tc_cls_u32_hnode hnode;
	};
};
enum tc_matchall_command {
	TC_CLSMATCHALL_REPLACE,
	TC_CLSMATCHALL_DESTROY,
	TC_CLSMATCHALL_STATS,
};
struct tc_cls_matchall_offload {
	struct flow_cls_common_offload common;
	enum tc_matchall_command command;
	struct flow_rule *rule;
	struct flow_stats stats;
	bool use_act_stats;
	unsigned long cookie;
};
static inline bool tc_can_offload(const struct net_device *dev) { return dev->features & NETIF_F_HW_TC; }
static inline bool tc_can_offload_extack(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	bool can = tc_can_offload(dev);

	if (!can)
		NL_SET_ERR_MSG(extack, "TC offload is disabled on net device");
	return can;
}
static inline bool tc_cls_can_offload_and_chain0(const struct net_device *dev, struct flow_cls_common_offload *common)
{
	if (!tc_can_offload_extack(dev, common->extack))
		return false;
	if (common->chain_index)
		NL_SET_ERR_MSG(common->extack, "Driver supports only offload of chain 0");
	return !common->chain_index;
}

#endif

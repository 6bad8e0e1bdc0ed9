/* SPDX-License-Identifier: GPL-2.0-only */
/* What network devices' drivers call. */
#ifndef _LINUX_NETDEVICE_INLINE_H
#define _LINUX_NETDEVICE_INLINE_H

#include <linux/netdevice_ops.h>

/* Making, registering, freeing. */
void ether_setup(struct net_device *dev);
struct net_device *alloc_netdev_mqs(int sizeof_priv, const char *name, unsigned char name_assign_type,
				    void (*setup)(struct net_device *), unsigned int txqs, unsigned int rxqs);
struct net_device *alloc_netdev_dummy(int sizeof_priv);
#define alloc_netdev(sizeof_priv, name, name_assign_type, setup) \
	alloc_netdev_mqs(sizeof_priv, name, name_assign_type, setup, 1, 1)
#define alloc_netdev_mq(sizeof_priv, name, name_assign_type, setup, count) \
	alloc_netdev_mqs(sizeof_priv, name, name_assign_type, setup, count, count)
void free_netdev(struct net_device *dev);
int register_netdev(struct net_device *dev);
int register_netdevice(struct net_device *dev);
void unregister_netdev(struct net_device *dev);
void unregister_netdevice_queue(struct net_device *dev, struct list_head *head);
static inline void unregister_netdevice(struct net_device *dev) { unregister_netdevice_queue(dev, NULL); }
int devm_register_netdev(struct device *dev, struct net_device *ndev);
/* Under rtnl_lock. */
int dev_open(struct net_device *dev, struct netlink_ext_ack *extack);
void dev_close(struct net_device *dev);
void dev_close_many(struct list_head *head, bool unlink);
static inline void *netdev_priv(const struct net_device *dev) { return (void *)dev->priv; }
int netdev_refcnt_read(const struct net_device *dev);
static inline void dev_hold(struct net_device *dev) { if (dev) refcount_inc(&dev->dev_refcnt); }
static inline void dev_put(struct net_device *dev) { if (dev) refcount_dec(&dev->dev_refcnt); }
static inline void netdev_hold(struct net_device *dev, netdevice_tracker *tracker, gfp_t gfp) { dev_hold(dev); }
static inline void netdev_put(struct net_device *dev, netdevice_tracker *tracker) { dev_put(dev); }
struct net_device *dev_get_by_name(struct net *net, const char *name);
struct net_device *__dev_get_by_index(struct net *net, int ifindex);
static inline struct net *dev_net(const struct net_device *dev) { return &init_net; }
static inline void dev_net_set(struct net_device *dev, struct net *net) { }

/* What the device does. */
void netdev_update_features(struct net_device *dev);
void netdev_features_change(struct net_device *dev);
void netdev_change_features(struct net_device *dev);
netdev_features_t netdev_increment_features(netdev_features_t all, netdev_features_t one, netdev_features_t mask);
netdev_features_t passthru_features_check(struct sk_buff *skb, struct net_device *dev, netdev_features_t features);
int dev_set_mtu(struct net_device *dev, int new_mtu);
int dev_set_mac_address(struct net_device *dev, struct sockaddr *sa, struct netlink_ext_ack *extack);
int dev_set_promiscuity(struct net_device *dev, int inc);
int dev_set_allmulti(struct net_device *dev, int inc);
int dev_set_threaded(struct net_device *dev, bool threaded);
void netif_set_tso_max_size(struct net_device *dev, unsigned int size);
void netif_set_tso_max_segs(struct net_device *dev, unsigned int segs);
static inline void netif_set_gso_max_size(struct net_device *dev, unsigned int size) { dev->gso_max_size = size; }
int netif_get_num_default_rss_queues(void);
void netdev_rss_key_fill(void *buffer, size_t len);
void netdev_sw_irq_coalesce_default_on(struct net_device *dev);
int netif_set_real_num_tx_queues(struct net_device *dev, unsigned int txq);
int netif_set_real_num_rx_queues(struct net_device *dev, unsigned int rxq);
int netif_set_real_num_queues(struct net_device *dev, unsigned int txq, unsigned int rxq);
int netif_set_xps_queue(struct net_device *dev, const struct cpumask *mask, u16 index);
static inline int __netif_set_xps_queue(struct net_device *dev, const unsigned long *mask, u16 index, int type)
{
	return netif_set_xps_queue(dev, NULL, index);
}
void netdev_reset_tc(struct net_device *dev);
int netdev_set_tc_queue(struct net_device *dev, u8 tc, u16 count, u16 offset);
int netdev_set_num_tc(struct net_device *dev, u8 num_tc);
int netdev_txq_to_tc(struct net_device *dev, unsigned int txq);
static inline int netdev_get_num_tc(struct net_device *dev) { return dev->num_tc; }
static inline int netdev_get_prio_tc_map(const struct net_device *dev, u32 prio)
{
	return dev->prio_tc_map[prio & TC_BITMASK];
}
static inline int netdev_set_prio_tc_map(struct net_device *dev, u8 prio, u8 tc)
{
	if (tc >= dev->num_tc)
		return -EINVAL;
	dev->prio_tc_map[prio & TC_BITMASK] = tc & TC_BITMASK;
	return 0;
}
static inline bool netif_is_multiqueue(const struct net_device *dev) { return dev->num_tx_queues > 1; }
static inline bool netif_is_rxfh_configured(const struct net_device *dev) { return dev->priv_flags & IFF_RXFH_CONFIGURED; }
static inline bool netif_is_bridge_master(const struct net_device *dev) { return dev->priv_flags & IFF_EBRIDGE; }
static inline bool netif_is_bridge_port(const struct net_device *dev) { return dev->priv_flags & IFF_BRIDGE_PORT; }
static inline bool netif_is_bond_master(const struct net_device *dev) { return false; }
static inline bool netif_is_lag_master(const struct net_device *dev) { return false; }
static inline bool netif_is_lag_port(const struct net_device *dev) { return false; }
static inline bool netif_is_macvlan(const struct net_device *dev) { return dev->priv_flags & IFF_MACVLAN; }

/* Addresses. */
void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr, size_t len);
static inline void __dev_addr_set(struct net_device *dev, const void *addr, size_t len) { dev_addr_mod(dev, 0, addr, len); }
static inline void dev_addr_set(struct net_device *dev, const u8 *addr) { __dev_addr_set(dev, addr, dev->addr_len); }
int dev_mc_add(struct net_device *dev, const unsigned char *addr);
int dev_mc_del(struct net_device *dev, const unsigned char *addr);
int dev_uc_add(struct net_device *dev, const unsigned char *addr);
int dev_uc_del(struct net_device *dev, const unsigned char *addr);
void dev_mc_flush(struct net_device *dev);
void dev_uc_flush(struct net_device *dev);
int __hw_addr_sync_dev(struct netdev_hw_addr_list *list, struct net_device *dev,
		       int (*sync)(struct net_device *, const unsigned char *),
		       int (*unsync)(struct net_device *, const unsigned char *));
void __hw_addr_unsync_dev(struct netdev_hw_addr_list *list, struct net_device *dev,
			  int (*unsync)(struct net_device *, const unsigned char *));
static inline int __dev_mc_sync(struct net_device *dev, int (*sync)(struct net_device *, const unsigned char *),
				int (*unsync)(struct net_device *, const unsigned char *))
{
	return __hw_addr_sync_dev(&dev->mc, dev, sync, unsync);
}
static inline void __dev_mc_unsync(struct net_device *dev, int (*unsync)(struct net_device *, const unsigned char *))
{
	__hw_addr_unsync_dev(&dev->mc, dev, unsync);
}
static inline int __dev_uc_sync(struct net_device *dev, int (*sync)(struct net_device *, const unsigned char *),
				int (*unsync)(struct net_device *, const unsigned char *))
{
	return __hw_addr_sync_dev(&dev->uc, dev, sync, unsync);
}
static inline void __dev_uc_unsync(struct net_device *dev, int (*unsync)(struct net_device *, const unsigned char *))
{
	__hw_addr_unsync_dev(&dev->uc, dev, unsync);
}
#define netdev_hw_addr_list_count(l) ((l)->count)
#define netdev_hw_addr_list_empty(l) (netdev_hw_addr_list_count(l) == 0)
#define netdev_hw_addr_list_for_each(ha, l) list_for_each_entry(ha, &(l)->list, list)
#define netdev_uc_count(dev) netdev_hw_addr_list_count(&(dev)->uc)
#define netdev_uc_empty(dev) netdev_hw_addr_list_empty(&(dev)->uc)
#define netdev_for_each_uc_addr(ha, dev) netdev_hw_addr_list_for_each(ha, &(dev)->uc)
#define netdev_mc_count(dev) netdev_hw_addr_list_count(&(dev)->mc)
#define netdev_mc_empty(dev) netdev_hw_addr_list_empty(&(dev)->mc)
#define netdev_for_each_mc_addr(ha, dev) netdev_hw_addr_list_for_each(ha, &(dev)->mc)
static inline void netif_addr_lock(struct net_device *dev) { spin_lock(&dev->addr_list_lock); }
static inline void netif_addr_unlock(struct net_device *dev) { spin_unlock(&dev->addr_list_lock); }
static inline void netif_addr_lock_bh(struct net_device *dev) { spin_lock_bh(&dev->addr_list_lock); }
static inline void netif_addr_unlock_bh(struct net_device *dev) { spin_unlock_bh(&dev->addr_list_lock); }

/* State. */
void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);
void netif_carrier_event(struct net_device *dev);
void netif_device_detach(struct net_device *dev);
void netif_device_attach(struct net_device *dev);
void netdev_state_change(struct net_device *dev);
void netdev_notify_peers(struct net_device *dev);
void linkwatch_fire_event(struct net_device *dev);
static inline bool netif_running(const struct net_device *dev) { return test_bit(__LINK_STATE_START, &dev->state); }
static inline bool netif_carrier_ok(const struct net_device *dev) { return !test_bit(__LINK_STATE_NOCARRIER, &dev->state); }
static inline bool netif_device_present(const struct net_device *dev) { return test_bit(__LINK_STATE_PRESENT, &dev->state); }
static inline void netif_testing_on(struct net_device *dev) { set_bit(__LINK_STATE_TESTING, &dev->state); }
static inline void netif_testing_off(struct net_device *dev) { clear_bit(__LINK_STATE_TESTING, &dev->state); }
static inline bool netif_testing(const struct net_device *dev) { return test_bit(__LINK_STATE_TESTING, &dev->state); }
static inline void netif_dormant_on(struct net_device *dev) { set_bit(__LINK_STATE_DORMANT, &dev->state); }
static inline void netif_dormant_off(struct net_device *dev) { clear_bit(__LINK_STATE_DORMANT, &dev->state); }
static inline bool netif_dormant(const struct net_device *dev) { return test_bit(__LINK_STATE_DORMANT, &dev->state); }
static inline bool netif_oper_up(const struct net_device *dev) { return netif_running(dev) && netif_carrier_ok(dev); }
static inline bool dev_nit_active(struct net_device *dev) { return false; }

/* Transmit queues. */
static inline struct netdev_queue *netdev_get_tx_queue(const struct net_device *dev, unsigned int index)
{
	return &dev->_tx[index];
}
static inline struct netdev_queue *skb_get_tx_queue(const struct net_device *dev, const struct sk_buff *skb)
{
	return netdev_get_tx_queue(dev, skb_get_queue_mapping(skb));
}
void netif_tx_wake_queue(struct netdev_queue *dev_queue);
void netif_tx_stop_all_queues(struct net_device *dev);
void netif_schedule_queue(struct netdev_queue *txq);
static inline void netif_tx_start_queue(struct netdev_queue *q) { clear_bit(__QUEUE_STATE_DRV_XOFF, &q->state); }
static inline void netif_tx_stop_queue(struct netdev_queue *q) { set_bit(__QUEUE_STATE_DRV_XOFF, &q->state); }
static inline bool netif_tx_queue_stopped(const struct netdev_queue *q) { return test_bit(__QUEUE_STATE_DRV_XOFF, &q->state); }
static inline bool netif_xmit_stopped(const struct netdev_queue *q) { return q->state & QUEUE_STATE_ANY_XOFF; }
static inline bool netif_xmit_frozen_or_stopped(const struct netdev_queue *q)
{
	return q->state & (QUEUE_STATE_ANY_XOFF | QUEUE_STATE_FROZEN);
}
static inline void netif_start_queue(struct net_device *dev) { netif_tx_start_queue(netdev_get_tx_queue(dev, 0)); }
static inline void netif_stop_queue(struct net_device *dev) { netif_tx_stop_queue(netdev_get_tx_queue(dev, 0)); }
static inline void netif_wake_queue(struct net_device *dev) { netif_tx_wake_queue(netdev_get_tx_queue(dev, 0)); }
static inline bool netif_queue_stopped(const struct net_device *dev)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(dev, 0));
}
static inline void netif_start_subqueue(struct net_device *dev, u16 queue)
{
	netif_tx_start_queue(netdev_get_tx_queue(dev, queue));
}
static inline void netif_stop_subqueue(struct net_device *dev, u16 queue)
{
	netif_tx_stop_queue(netdev_get_tx_queue(dev, queue));
}
static inline void netif_wake_subqueue(struct net_device *dev, u16 queue)
{
	netif_tx_wake_queue(netdev_get_tx_queue(dev, queue));
}
static inline bool __netif_subqueue_stopped(const struct net_device *dev, u16 queue)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(dev, queue));
}
static inline bool netif_subqueue_stopped(const struct net_device *dev, struct sk_buff *skb)
{
	return __netif_subqueue_stopped(dev, skb_get_queue_mapping(skb));
}
static inline void netif_tx_start_all_queues(struct net_device *dev)
{
	for (unsigned int i = 0; i < dev->num_tx_queues; i++)
		netif_tx_start_queue(netdev_get_tx_queue(dev, i));
}
static inline void netif_tx_wake_all_queues(struct net_device *dev)
{
	for (unsigned int i = 0; i < dev->num_tx_queues; i++)
		netif_tx_wake_queue(netdev_get_tx_queue(dev, i));
}
void netif_tx_lock(struct net_device *dev);
void netif_tx_unlock(struct net_device *dev);
static inline void netif_tx_lock_bh(struct net_device *dev)
{
	local_bh_disable();
	netif_tx_lock(dev);
}
static inline void netif_tx_unlock_bh(struct net_device *dev)
{
	netif_tx_unlock(dev);
	local_bh_enable();
}
static inline void __netif_tx_lock(struct netdev_queue *txq, int cpu)
{
	spin_lock(&txq->_xmit_lock);
	WRITE_ONCE(txq->xmit_lock_owner, cpu);
}
static inline bool __netif_tx_trylock(struct netdev_queue *txq)
{
	bool ok = spin_trylock(&txq->_xmit_lock);

	if (ok)
		WRITE_ONCE(txq->xmit_lock_owner, smp_processor_id());
	return ok;
}
static inline void __netif_tx_unlock(struct netdev_queue *txq)
{
	WRITE_ONCE(txq->xmit_lock_owner, -1);
	spin_unlock(&txq->_xmit_lock);
}
static inline void __netif_tx_lock_bh(struct netdev_queue *txq)
{
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
}
static inline void __netif_tx_unlock_bh(struct netdev_queue *txq)
{
	__netif_tx_unlock(txq);
	local_bh_enable();
}
/* Notes for lockdep, as in Linux. */
static inline bool __netif_tx_acquire(struct netdev_queue *txq) { return true; }
static inline void __netif_tx_release(struct netdev_queue *txq) { }
static inline void netif_tx_disable(struct net_device *dev)
{
	local_bh_disable();
	for (unsigned int i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = netdev_get_tx_queue(dev, i);

		__netif_tx_lock(txq, smp_processor_id());
		netif_tx_stop_queue(txq);
		__netif_tx_unlock(txq);
	}
	local_bh_enable();
}
static inline void txq_trans_update(struct netdev_queue *txq) { WRITE_ONCE(txq->trans_start, jiffies); }
static inline void txq_trans_cond_update(struct netdev_queue *txq)
{
	if (READ_ONCE(txq->trans_start) != jiffies)
		txq_trans_update(txq);
}
static inline void netif_trans_update(struct net_device *dev) { txq_trans_cond_update(netdev_get_tx_queue(dev, 0)); }
unsigned long dev_trans_start(struct net_device *dev);
u16 netdev_pick_tx(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev);
int dev_queue_xmit(struct sk_buff *skb);
static inline bool netdev_tx_sent_is_full(const struct netdev_queue *q) { return q->state & BIT(__QUEUE_STATE_STACK_XOFF); }
/* Bytes in flight have no limit: see linux/dynamic_queue_limits.h. */
static inline int netdev_queue_dql_avail(const struct netdev_queue *txq) { return 0; }
static inline void netdev_queue_set_dql_min_limit(struct netdev_queue *q, unsigned int min_limit) { }
static inline void netdev_tx_sent_queue(struct netdev_queue *q, unsigned int bytes) { }
static inline bool __netdev_tx_sent_queue(struct netdev_queue *q, unsigned int bytes, bool xmit_more)
{
	return xmit_more ? netif_tx_queue_stopped(q) : true;
}
static inline void netdev_sent_queue(struct net_device *dev, unsigned int bytes) { }
static inline bool __netdev_sent_queue(struct net_device *dev, unsigned int bytes, bool xmit_more)
{
	return __netdev_tx_sent_queue(netdev_get_tx_queue(dev, 0), bytes, xmit_more);
}
static inline void netdev_tx_completed_queue(struct netdev_queue *q, unsigned int pkts, unsigned int bytes) { }
static inline void netdev_completed_queue(struct net_device *dev, unsigned int pkts, unsigned int bytes) { }
static inline void netdev_tx_reset_queue(struct netdev_queue *q) { }
static inline void netdev_tx_reset_subqueue(const struct net_device *dev, u32 qid) { }
static inline void netdev_reset_queue(struct net_device *dev) { }
static inline void netdev_txq_bql_enqueue_prefetchw(struct netdev_queue *q) { }
static inline void netdev_txq_bql_complete_prefetchw(struct netdev_queue *q) { }

/* Receiving. */
int netif_rx(struct sk_buff *skb);
int __netif_rx(struct sk_buff *skb);
int netif_receive_skb(struct sk_buff *skb);
int netif_receive_skb_core(struct sk_buff *skb);
void netif_receive_skb_list(struct list_head *head);
gro_result_t napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);
gro_result_t napi_gro_frags(struct napi_struct *napi);
struct sk_buff *napi_get_frags(struct napi_struct *napi);
void napi_free_frags(struct napi_struct *napi);
void napi_gro_flush(struct napi_struct *napi, bool flush_old);
int netdev_rx_handler_register(struct net_device *dev, rx_handler_func_t *rx_handler, void *rx_handler_data);
void netdev_rx_handler_unregister(struct net_device *dev);
void dev_kfree_skb_irq_reason(struct sk_buff *skb, enum skb_drop_reason reason);
void dev_kfree_skb_any_reason(struct sk_buff *skb, enum skb_drop_reason reason);
static inline void dev_kfree_skb_irq(struct sk_buff *skb)
{
	dev_kfree_skb_irq_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
}
static inline void dev_consume_skb_irq(struct sk_buff *skb) { dev_kfree_skb_irq_reason(skb, SKB_CONSUMED); }
static inline void dev_kfree_skb_any(struct sk_buff *skb)
{
	dev_kfree_skb_any_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
}
static inline void dev_consume_skb_any(struct sk_buff *skb) { dev_kfree_skb_any_reason(skb, SKB_CONSUMED); }

/* Polling. */
void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi, int (*poll)(struct napi_struct *, int),
			   int weight);
static inline void netif_napi_add(struct net_device *dev, struct napi_struct *napi, int (*poll)(struct napi_struct *, int))
{
	netif_napi_add_weight(dev, napi, poll, NAPI_POLL_WEIGHT);
}
static inline void netif_napi_add_tx_weight(struct net_device *dev, struct napi_struct *napi,
					    int (*poll)(struct napi_struct *, int), int weight)
{
	set_bit(NAPI_STATE_NO_BUSY_POLL, &napi->state);
	netif_napi_add_weight(dev, napi, poll, weight);
}
static inline void netif_napi_add_tx(struct net_device *dev, struct napi_struct *napi,
				     int (*poll)(struct napi_struct *, int))
{
	netif_napi_add_tx_weight(dev, napi, poll, NAPI_POLL_WEIGHT);
}
static inline void netif_napi_set_irq(struct napi_struct *napi, int irq) { napi->irq = irq; }
void __netif_napi_del(struct napi_struct *napi);
/* May sleep. */
void netif_napi_del(struct napi_struct *napi);
void netif_queue_set_napi(struct net_device *dev, unsigned int queue_index, enum netdev_queue_type type,
			  struct napi_struct *napi);
void napi_enable(struct napi_struct *n);
/* May sleep: returns when no poll runs any more. */
void napi_disable(struct napi_struct *n);
void napi_synchronize(const struct napi_struct *n);
bool napi_schedule_prep(struct napi_struct *n);
void __napi_schedule(struct napi_struct *n);
void __napi_schedule_irqoff(struct napi_struct *n);
bool napi_complete_done(struct napi_struct *n, int work_done);
static inline bool napi_complete(struct napi_struct *n) { return napi_complete_done(n, 0); }
static inline bool napi_disable_pending(struct napi_struct *n) { return test_bit(NAPI_STATE_DISABLE, &n->state); }
static inline bool napi_prefer_busy_poll(struct napi_struct *n) { return false; }
static inline bool napi_is_scheduled(struct napi_struct *n) { return test_bit(NAPI_STATE_SCHED, &n->state); }
static inline bool napi_schedule(struct napi_struct *n)
{
	bool first = napi_schedule_prep(n);

	if (first)
		__napi_schedule(n);
	return first;
}
static inline void napi_schedule_irqoff(struct napi_struct *n) { napi_schedule(n); }
static inline bool napi_if_scheduled_mark_missed(struct napi_struct *n)
{
	unsigned long val = READ_ONCE(n->state);

	do {
		if (val & NAPIF_STATE_DISABLE)
			return true;
		if (!(val & NAPIF_STATE_SCHED))
			return false;
	} while (!try_cmpxchg(&n->state, &val, val | NAPIF_STATE_MISSED));
	return true;
}

#endif

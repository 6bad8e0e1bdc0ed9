/* SPDX-License-Identifier: GPL-2.0-only */
/* How many interrupts are the best: samples of traffic, and the profiles that are chosen by them. */
#ifndef DIM_H
#define DIM_H

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/ktime.h>

struct net_device;
struct dim_cq_moder {
	u16 usec;
	u16 pkts;
	u16 comps;
	u8 cq_period_mode;
	struct rcu_head rcu;
};
#define DIM_PROFILE_RX BIT(0)
#define DIM_PROFILE_TX BIT(1)
#define DIM_COALESCE_USEC BIT(0)
#define DIM_COALESCE_PKTS BIT(1)
#define DIM_COALESCE_COMPS BIT(2)
#define NET_DIM_PARAMS_NUM_PROFILES 5
enum dim_cq_period_mode {
	DIM_CQ_PERIOD_MODE_START_FROM_EQE = 0,
	DIM_CQ_PERIOD_MODE_START_FROM_CQE = 1,
	DIM_CQ_PERIOD_NUM_MODES,
};
enum dim_state {
	DIM_START_MEASURE,
	DIM_MEASURE_IN_PROGRESS,
	DIM_APPLY_NEW_PROFILE,
};
struct dim_irq_moder {
	u8 profile_flags;
	u8 coal_flags;
	u8 dim_rx_mode;
	u8 dim_tx_mode;
	struct dim_cq_moder __rcu *rx_profile;
	struct dim_cq_moder __rcu *tx_profile;
	void (*rx_dim_work)(struct work_struct *work);
	void (*tx_dim_work)(struct work_struct *work);
};
struct dim_sample {
	ktime_t time;
	u32 pkt_ctr;
	u32 byte_ctr;
	u16 event_ctr;
	u32 comp_ctr;
};
struct dim_stats {
	int ppms;
	int bpms;
	int epms;
	int cpms;
	int cpe_ratio;
};
struct dim {
	u8 state;
	struct dim_stats prev_stats;
	struct dim_sample start_sample;
	struct dim_sample measuring_sample;
	struct work_struct work;
	void *priv;
	u8 profile_ix;
	u8 mode;
	u8 tune_state;
	u8 steps_right;
	u8 steps_left;
	u8 tired;
};
static inline void dim_update_sample(u16 event_ctr, u64 packets, u64 bytes, struct dim_sample *s)
{
	s->time = ktime_get();
	s->pkt_ctr = packets;
	s->byte_ctr = bytes;
	s->event_ctr = event_ctr;
}
/* The profile in the middle is the one that is always chosen. */
int net_dim_init_irq_moder(struct net_device *dev, u8 profile_flags, u8 coal_flags, u8 rx_mode, u8 tx_mode,
			   void (*rx_dim_work)(struct work_struct *work), void (*tx_dim_work)(struct work_struct *work));
void net_dim_free_irq_moder(struct net_device *dev);
void net_dim(struct dim *dim, struct dim_sample end_sample);
struct dim_cq_moder net_dim_get_rx_irq_moder(struct net_device *dev, struct dim *dim);
void net_dim_setting(struct net_device *dev, struct dim *dim, bool is_tx);
void net_dim_work_cancel(struct dim *dim);

#endif

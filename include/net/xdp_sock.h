/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings of frames for programs of users: there are no users. */
#ifndef _LINUX_XDP_SOCK_H
#define _LINUX_XDP_SOCK_H

#include <linux/bpf.h>
#include <linux/workqueue.h>
#include <linux/if_xdp.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/mm.h>
#include <net/xsk_buff_pool.h>

struct xsk_tx_metadata_ops {
	void (*tmo_request_timestamp)(void *priv);
	u64 (*tmo_fill_timestamp)(void *priv);
	void (*tmo_request_checksum)(u16 csum_start, u16 csum_offset, void *priv);
};
static inline void xsk_tx_metadata_to_compl(struct xsk_tx_metadata *meta, struct xsk_tx_metadata_compl *compl)
{
	compl->tx_timestamp = NULL;
}
static inline void xsk_tx_metadata_request(const struct xsk_tx_metadata *meta, const struct xsk_tx_metadata_ops *ops,
					   void *priv)
{
	if (meta && ops->tmo_request_timestamp && meta->flags & XDP_TXMD_FLAGS_TIMESTAMP)
		ops->tmo_request_timestamp(priv);
	if (meta && ops->tmo_request_checksum && meta->flags & XDP_TXMD_FLAGS_CHECKSUM)
		ops->tmo_request_checksum(meta->request.csum_start, meta->request.csum_offset, priv);
}
static inline void xsk_tx_metadata_complete(struct xsk_tx_metadata_compl *compl, const struct xsk_tx_metadata_ops *ops,
					    void *priv)
{
	if (compl && compl->tx_timestamp)
		*compl->tx_timestamp = ops->tmo_fill_timestamp(priv);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What clients of DMA channels call, each by the controller's own functions: preparing transfers, starting, stopping and
 * asking about them, alignment. Drivers include <linux/dmaengine.h>, as in Linux.
 */
#ifndef _LINUX_DMAENGINE_CLIENT_H
#define _LINUX_DMAENGINE_CLIENT_H

#include <linux/dmaengine.h>

static inline int dmaengine_slave_config(struct dma_chan *chan, struct dma_slave_config *config)
{
	return chan->device->device_config ? chan->device->device_config(chan, config) : -ENOSYS;
}

static inline bool is_slave_direction(enum dma_transfer_direction direction)
{
	return direction == DMA_MEM_TO_DEV || direction == DMA_DEV_TO_MEM || direction == DMA_DEV_TO_DEV;
}

/* The operation of a channel's controller, if it has it. */
#define __dma_chan_has(chan, op)	((chan) && (chan)->device && (chan)->device->op)

static inline struct dma_async_tx_descriptor *dmaengine_prep_slave_single(struct dma_chan *chan, dma_addr_t buf,
		size_t len, enum dma_transfer_direction dir, unsigned long flags)
{
	struct scatterlist one;

	if (!__dma_chan_has(chan, device_prep_slave_sg))
		return NULL;
	sg_init_table(&one, 1);
	sg_dma_address(&one) = buf;
	sg_dma_len(&one) = len;
	return chan->device->device_prep_slave_sg(chan, &one, 1, dir, flags, NULL);
}

static inline struct dma_async_tx_descriptor *dmaengine_prep_peripheral_dma_vec(struct dma_chan *chan,
		const struct dma_vec *vecs, size_t nents, enum dma_transfer_direction dir, unsigned long flags)
{
	if (!__dma_chan_has(chan, device_prep_peripheral_dma_vec))
		return NULL;
	return chan->device->device_prep_peripheral_dma_vec(chan, vecs, nents, dir, flags);
}

static inline struct dma_async_tx_descriptor *dmaengine_prep_slave_sg(struct dma_chan *chan, struct scatterlist *sgl,
		unsigned int sg_len, enum dma_transfer_direction dir, unsigned long flags)
{
	if (!__dma_chan_has(chan, device_prep_slave_sg))
		return NULL;
	return chan->device->device_prep_slave_sg(chan, sgl, sg_len, dir, flags, NULL);
}

static inline struct dma_async_tx_descriptor *dmaengine_prep_dma_cyclic(struct dma_chan *chan, dma_addr_t buf_addr,
		size_t buf_len, size_t period_len, enum dma_transfer_direction dir, unsigned long flags)
{
	if (!__dma_chan_has(chan, device_prep_dma_cyclic))
		return NULL;
	return chan->device->device_prep_dma_cyclic(chan, buf_addr, buf_len, period_len, dir, flags);
}

static inline struct dma_async_tx_descriptor *dmaengine_prep_interleaved_dma(struct dma_chan *chan,
		struct dma_interleaved_template *xt, unsigned long flags)
{
	if (!__dma_chan_has(chan, device_prep_interleaved_dma))
		return NULL;
	if ((flags & DMA_PREP_REPEAT) && !test_bit(DMA_REPEAT, chan->device->cap_mask.bits))
		return NULL;
	return chan->device->device_prep_interleaved_dma(chan, xt, flags);
}

static inline struct dma_async_tx_descriptor *dmaengine_prep_dma_memset(struct dma_chan *chan, dma_addr_t dest,
		int value, size_t len, unsigned long flags)
{
	if (!__dma_chan_has(chan, device_prep_dma_memset))
		return NULL;
	return chan->device->device_prep_dma_memset(chan, dest, value, len, flags);
}

static inline struct dma_async_tx_descriptor *dmaengine_prep_dma_memcpy(struct dma_chan *chan, dma_addr_t dest,
		dma_addr_t src, size_t len, unsigned long flags)
{
	if (!__dma_chan_has(chan, device_prep_dma_memcpy))
		return NULL;
	return chan->device->device_prep_dma_memcpy(chan, dest, src, len, flags);
}

static inline bool dmaengine_is_metadata_mode_supported(struct dma_chan *chan, enum dma_desc_metadata_mode mode)
{
	return chan && (chan->device->desc_metadata_modes & mode);
}

int dmaengine_desc_attach_metadata(struct dma_async_tx_descriptor *desc, void *data, size_t len);
void *dmaengine_desc_get_metadata_ptr(struct dma_async_tx_descriptor *desc, size_t *payload_len, size_t *max_len);
int dmaengine_desc_set_metadata_len(struct dma_async_tx_descriptor *desc, size_t payload_len);

static inline int dmaengine_terminate_all(struct dma_chan *chan)
{
	return chan->device->device_terminate_all ? chan->device->device_terminate_all(chan) : -ENOSYS;
}

static inline int dmaengine_terminate_async(struct dma_chan *chan)
{
	return chan->device->device_terminate_all ? chan->device->device_terminate_all(chan) : -EINVAL;
}

static inline void dmaengine_synchronize(struct dma_chan *chan)
{
	might_sleep();
	if (chan->device->device_synchronize)
		chan->device->device_synchronize(chan);
}

static inline int dmaengine_terminate_sync(struct dma_chan *chan)
{
	int err = dmaengine_terminate_async(chan);

	if (!err)
		dmaengine_synchronize(chan);
	return err;
}

static inline int dmaengine_pause(struct dma_chan *chan)
{
	return chan->device->device_pause ? chan->device->device_pause(chan) : -ENOSYS;
}

static inline int dmaengine_resume(struct dma_chan *chan)
{
	return chan->device->device_resume ? chan->device->device_resume(chan) : -ENOSYS;
}

static inline enum dma_status dmaengine_tx_status(struct dma_chan *chan, dma_cookie_t cookie,
		struct dma_tx_state *state)
{
	return chan->device->device_tx_status(chan, cookie, state);
}

static inline dma_cookie_t dmaengine_submit(struct dma_async_tx_descriptor *desc)
{
	return desc->tx_submit(desc);
}

static inline bool dmaengine_check_align(enum dmaengine_alignment align, size_t off1, size_t off2, size_t len)
{
	return !((off1 | off2 | len) & ((1 << align) - 1));
}

static inline bool is_dma_copy_aligned(struct dma_device *dev, size_t off1, size_t off2, size_t len)
{
	return dmaengine_check_align(dev->copy_align, off1, off2, len);
}

static inline bool is_dma_xor_aligned(struct dma_device *dev, size_t off1, size_t off2, size_t len)
{
	return dmaengine_check_align(dev->xor_align, off1, off2, len);
}

static inline bool is_dma_pq_aligned(struct dma_device *dev, size_t off1, size_t off2, size_t len)
{
	return dmaengine_check_align(dev->pq_align, off1, off2, len);
}

static inline bool is_dma_fill_aligned(struct dma_device *dev, size_t off1, size_t off2, size_t len)
{
	return dmaengine_check_align(dev->fill_align, off1, off2, len);
}

static inline void dma_set_maxpq(struct dma_device *dma, int maxpq, int has_pq_continue)
{
	dma->max_pq = has_pq_continue ? maxpq | DMA_HAS_PQ_CONTINUE : maxpq;
}

static inline bool dmaf_continue(enum dma_ctrl_flags flags)
{
	return flags & DMA_PREP_CONTINUE;
}

static inline bool dmaf_p_disabled_continue(enum dma_ctrl_flags flags)
{
	return (flags & DMA_PREP_CONTINUE) && (flags & DMA_PREP_PQ_DISABLE_P);
}

static inline bool dma_dev_has_pq_continue(struct dma_device *dma)
{
	return dma->max_pq & DMA_HAS_PQ_CONTINUE;
}

static inline unsigned short dma_dev_to_maxpq(struct dma_device *dma)
{
	return dma->max_pq & ~DMA_HAS_PQ_CONTINUE;
}

/* Without means of its own to go on, a controller takes up to three sources more for what was there before. */
static inline int dma_maxpq(struct dma_device *dma, enum dma_ctrl_flags flags)
{
	int most = dma_dev_to_maxpq(dma);

	if (dma_dev_has_pq_continue(dma) || !dmaf_continue(flags))
		return most;
	return dmaf_p_disabled_continue(flags) ? most - 1 : most - 3;
}

static inline size_t dmaengine_get_icg(bool inc, bool sgl, size_t icg, size_t dir_icg)
{
	if (!inc)
		return 0;
	if (dir_icg)
		return dir_icg;
	return sgl ? icg : 0;
}

static inline size_t dmaengine_get_dst_icg(struct dma_interleaved_template *xt, struct data_chunk *chunk)
{
	return dmaengine_get_icg(xt->dst_inc, xt->dst_sgl, chunk->icg, chunk->dst_icg);
}

static inline size_t dmaengine_get_src_icg(struct dma_interleaved_template *xt, struct data_chunk *chunk)
{
	return dmaengine_get_icg(xt->src_inc, xt->src_sgl, chunk->icg, chunk->src_icg);
}

#endif

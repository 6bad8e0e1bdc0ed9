/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the private header of Linux's SPI core: what its helper for memories uses. */
#ifndef _DRIVERS_SPI_INTERNALS_H
#define _DRIVERS_SPI_INTERNALS_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/scatterlist.h>
#include <linux/spi/spi.h>

void spi_flush_queue(struct spi_controller *ctrl);
int spi_map_buf(struct spi_controller *ctlr, struct device *dev, struct sg_table *sgt, void *buf, size_t len,
	enum dma_data_direction dir);
void spi_unmap_buf(struct spi_controller *ctlr, struct device *dev, struct sg_table *sgt, enum dma_data_direction dir);

static inline bool spi_xfer_is_dma_mapped(struct spi_controller *ctlr, struct spi_device *spi,
	struct spi_transfer *xfer)
{
	return ctlr->can_dma && ctlr->can_dma(ctlr, spi, xfer) && (xfer->tx_sg_mapped || xfer->rx_sg_mapped);
}

#endif

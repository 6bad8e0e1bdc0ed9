/* SPDX-License-Identifier: GPL-2.0-only */
/* SPI by software, or by hardware that does one word at a time; Linux's own helper, drivers/spi/spi-bitbang.c. */
#ifndef _LINUX_SPI_SPI_BITBANG_H
#define _LINUX_SPI_SPI_BITBANG_H

#include <linux/mutex.h>
#include <linux/spi/spi.h>
#include <linux/workqueue.h>

#define BITBANG_CS_ACTIVE	1
#define BITBANG_CS_INACTIVE	0

typedef u32 (*spi_bb_txrx_word_fn)(struct spi_device *spi, unsigned int nsecs, u32 word, u8 bits, unsigned int flags);

struct spi_bitbang {
	struct mutex lock;
	u8 busy;
	u8 use_dma;
	u16 flags;
	struct spi_controller *ctlr;
	int (*setup_transfer)(struct spi_device *spi, struct spi_transfer *t);
	void (*chipselect)(struct spi_device *spi, int is_on);
	void (*set_mosi_idle)(struct spi_device *spi);
	int (*txrx_bufs)(struct spi_device *spi, struct spi_transfer *t);
	spi_bb_txrx_word_fn txrx_word[SPI_MODE_X_MASK + 1];
	int (*set_line_direction)(struct spi_device *spi, bool output);
};

int spi_bitbang_setup(struct spi_device *spi);
void spi_bitbang_cleanup(struct spi_device *spi);
int spi_bitbang_setup_transfer(struct spi_device *spi, struct spi_transfer *t);
int spi_bitbang_start(struct spi_bitbang *spi);
int spi_bitbang_init(struct spi_bitbang *spi);
void spi_bitbang_stop(struct spi_bitbang *spi);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* SuperH's DMA as boards without a device tree describe it. */
#ifndef _LINUX_SH_DMA_H
#define _LINUX_SH_DMA_H

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/types.h>

struct sh_dmae_slave_config {
	int slave_id;
	dma_addr_t addr;
	u32 chcr;
	char mid_rid;
};

struct sh_dmae_channel {
	unsigned int offset;
	unsigned int dmars;
	unsigned int chclr_offset;
	unsigned char dmars_bit;
	unsigned char chclr_bit;
};

#define DMAOR_DME	0x00000001
#define DMAOR_NMIF	0x00000002
#define DMAOR_AE	0x00000004
#define CHCR_DE		0x00000001
#define CHCR_TE		0x00000002
#define CHCR_IE		0x00000004
#define RS_AUTO		0x00000400
#define RS_ERS		0x00000800
#define SM_INC		0x00001000
#define SM_DEC		0x00002000
#define SM_FIX		0x00003000
#define DM_INC		0x00004000
#define DM_DEC		0x00008000
#define DM_FIX		0x0000c000

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FSL_EDMA_DT_BINDING_H_
#define _FSL_EDMA_DT_BINDING_H_

#define FSL_EDMA_RX	0x1
#define FSL_EDMA_REMOTE	0x2
#define FSL_EDMA_MULTI_FIFO	0x4
#define FSL_EDMA_EVEN_CH	0x8
#define FSL_EDMA_ODD_CH	0x10

#endif

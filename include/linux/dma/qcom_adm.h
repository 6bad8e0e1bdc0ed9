/* SPDX-License-Identifier: GPL-2.0-only */
/* What clients tell Qualcomm's ADM. */
#ifndef _LINUX_DMA_QCOM_ADM_H
#define _LINUX_DMA_QCOM_ADM_H

#include <linux/types.h>

struct qcom_adm_peripheral_config {
	u32 crci;
	u32 mux;
};

#endif

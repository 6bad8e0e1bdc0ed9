/* SPDX-License-Identifier: GPL-2.0-only */
/* What a card keeps over a suspend. */
#ifndef _LINUX_MMC_PM_H
#define _LINUX_MMC_PM_H

#include <linux/types.h>

typedef unsigned int mmc_pm_flag_t;

#define MMC_PM_KEEP_POWER (1 << 0)
#define MMC_PM_WAKE_SDIO_IRQ (1 << 1)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a board without device tree says of this I2C controller. */
#ifndef _LINUX_MV643XX_I2C_H
#define _LINUX_MV643XX_I2C_H

#include <linux/types.h>

#define MV64XXX_I2C_CTLR_NAME	"mv64xxx_i2c"

struct mv64xxx_i2c_pdata {
	u32 freq_m;
	u32 freq_n;
	/* Milliseconds. */
	u32 timeout;
};

#endif

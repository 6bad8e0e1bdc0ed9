/* SPDX-License-Identifier: GPL-2.0-only */
/* The reset lines that the sun6i timers need before drivers are probed. */
#ifndef _LINUX_RESET_SUNXI_H
#define _LINUX_RESET_SUNXI_H

#include <linux/init.h>

void __init sun6i_reset_init(void);

#endif

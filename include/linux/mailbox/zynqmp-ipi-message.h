/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_ZYNQMP_IPI_MESSAGE_H_
#define _LINUX_ZYNQMP_IPI_MESSAGE_H_

#include <linux/types.h>

struct zynqmp_ipi_message {
	size_t len;
	u8 data[];
};

#endif

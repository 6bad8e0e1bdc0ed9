/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __LINUX_DMA_IDMA64_H__
#define __LINUX_DMA_IDMA64_H__

#define LPSS_IDMA64_DRIVER_NAME	"idma64"

#endif

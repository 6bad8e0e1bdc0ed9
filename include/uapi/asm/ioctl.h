/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of control requests. */
#ifndef _UAPI_ASM_IOCTL_H
#define _UAPI_ASM_IOCTL_H

#include <linux/ioctl.h>

#endif

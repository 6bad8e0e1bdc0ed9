/* SPDX-License-Identifier: GPL-2.0-only */
/* A forwarder in Linux, too. */
#ifndef _UAPI_LINUX_IOCTL_H
#define _UAPI_LINUX_IOCTL_H

#include <asm/ioctl.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* A forwarder in Linux, too. */
#ifndef _UAPI_LINUX_ERRNO_H
#define _UAPI_LINUX_ERRNO_H

#include <asm/errno.h>

#endif

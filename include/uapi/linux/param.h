/* SPDX-License-Identifier: GPL-2.0-only */
/* A forwarder in Linux, too. */
#ifndef _UAPI_LINUX_PARAM_H
#define _UAPI_LINUX_PARAM_H

#include <asm/param.h>

#endif

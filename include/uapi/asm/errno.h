/* SPDX-License-Identifier: GPL-2.0-only */
/* A forwarder in Linux, too, where the build makes it. */
#ifndef _UAPI_ASM_ERRNO_H
#define _UAPI_ASM_ERRNO_H

#include <asm-generic/errno.h>

#endif

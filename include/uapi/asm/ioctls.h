/* SPDX-License-Identifier: GPL-2.0-only */
/* A forwarder in Linux, too. */
#ifndef _UAPI_ASM_IOCTLS_H
#define _UAPI_ASM_IOCTLS_H

#include <asm-generic/ioctls.h>

#endif

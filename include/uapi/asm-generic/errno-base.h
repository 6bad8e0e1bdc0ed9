/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers. */
#ifndef _UAPI_ASM_GENERIC_ERRNO_BASE_H
#define _UAPI_ASM_GENERIC_ERRNO_BASE_H

#include <uapi/linux/errno.h>

#endif

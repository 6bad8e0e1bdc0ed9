/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers. */
#ifndef _ASM_GENERIC_ERRNO_H
#define _ASM_GENERIC_ERRNO_H

#include <uapi/linux/errno.h>

#endif

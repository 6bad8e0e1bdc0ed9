/* SPDX-License-Identifier: GPL-2.0-only */
/* Line parameters of terminals. */
#ifndef _UAPI_LINUX_TERMIOS_H
#define _UAPI_LINUX_TERMIOS_H

#include <linux/types.h>
#include <asm/termios.h>

#endif

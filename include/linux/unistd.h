/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of system calls: there are none, and drivers use none. */
#ifndef _LINUX_UNISTD_H
#define _LINUX_UNISTD_H

#include <linux/types.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Flags of files. */
#ifndef _LINUX_FCNTL_H
#define _LINUX_FCNTL_H

#include <linux/types.h>
#include <linux/stat.h>
#define O_ACCMODE 00000003
#define O_RDONLY 00000000
#define O_WRONLY 00000001
#define O_RDWR 00000002
#define O_NONBLOCK 00004000
#define O_NDELAY O_NONBLOCK

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no signals. */
#ifndef _LINUX_SIGNAL_TYPES_H
#define _LINUX_SIGNAL_TYPES_H

#define SIGKILL 9
#define SIGTERM 15
#define SIGINT 2
#define SIGIO 29

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits of files. */
#ifndef _UAPI_LINUX_LIMITS_H
#define _UAPI_LINUX_LIMITS_H

#define NR_OPEN 1024
#define NAME_MAX 255
#define PATH_MAX 4096
#define PIPE_BUF 4096

#endif
